"""The header of a file: which columns bear a name, and the cell that counts where several do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from partnersync_csv.dialect import NotCsv
from partnersync_csv.scan import Row


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a file's columns from left to right.

    A name is matched exactly (case counts), once white space and a byte order mark around it are gone.
    """

    names: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> Self:
        """Read from the first row that is not blank. NotCsv: the row cannot be told into cells."""
        if row.problem:
            raise NotCsv(f"The header has an {row.problem}", hint="Correct the first line of the file")
        return cls(tuple(map(clean_name, row.values)))

    @classmethod
    def numbered(cls, row: Row) -> Self:
        """Of a file without one (header = false): its columns are called "1", "2", … by the cells of its first row."""
        return cls(tuple(str(number) for number in range(1, len(row.raw) + 1)))

    def positions(self, name: str) -> tuple[int, ...]:
        """Where the columns of this name stand, counted from 0; empty if there is none."""
        wanted = clean_name(name)
        return tuple(index for index, held in enumerate(self.names) if held == wanted)


@dataclass(frozen=True, slots=True)
class Width:
    """How many columns a file has, and how many cells its rows commonly have.

    Empty cells behind the columns of every row are a habit of some exporters. A row that is longer than that holds a
    delimiter that should have been in quotes: nobody knows which of its cells is in which column.
    """

    columns: int
    common: int

    @classmethod
    def of(cls, columns: int, first_rows: Iterable[Row]) -> Self:
        """By the first two rows that are not blank: what only one of them has is no habit."""
        lengths = [len(row.values) for row in islice((row for row in first_rows if not row.blank), 2)]
        return cls(columns, max(columns, min(lengths, default=columns)))

    def says_more(self, values: Sequence[str]) -> bool:
        """Whether a row has a cell behind the columns that is not empty."""
        return len(values) > self.columns and any(map(str.strip, values[self.columns :]))

    def is_shifted(self, values: Sequence[str]) -> bool:
        """Whether cells of a row may stand in columns that are not theirs."""
        return len(values) > self.common or self.says_more(values)


def clean_name(name: str) -> str:
    """A column's name without white space and byte order mark at its ends."""
    return name.strip("\ufeff \t\r\n\v\f\u00a0")


def pick(values: Sequence[str], positions: Sequence[int]) -> str:
    """The cell of equally named columns that counts: the last that is not empty; a row too short has empty cells."""
    for position in reversed(positions):
        if position < len(values) and values[position].strip():
            return values[position]
    return ""
