"""Files as people have them open: rows of cells that are typed, moved, repeated, and saved in some form or other."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Rows = list[list[str]]


@dataclass(frozen=True)
class Form:
    """How a program saves."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote_all: bool = False
    line_end: str = "\n"


@dataclass
class Sheet:
    """One file; `columns` are those that people made, the first is the id. Others in it are ours."""

    path: Path
    columns: Sequence[str]
    form: Form = field(default_factory=Form)

    def read(self) -> Rows:
        """The header and the rows, as texts."""
        text = self._text()
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=self.form.delimiter) if row]

    def save(self, rows: Rows, form: Form | None = None) -> None:
        """Save it, in a new form if it can hold the texts."""
        kept = self.form
        for wanted in (form or kept, kept, Form()):
            try:
                content = _written(rows, wanted)
            except UnicodeEncodeError:
                continue
            self.form = wanted
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(content)
            return

    def edit(self, record_id: str, **cells: str) -> None:
        """Type into the rows of a record; a column that is not there is made."""
        header, *rows = self.read()
        header += [name for name in cells if name not in header]
        for row in rows:
            row += [""] * (len(header) - len(row))
            if row[header.index(self.columns[0])].strip() == record_id:
                for name, text in cells.items():
                    row[header.index(name)] = text
        self.save([header, *rows])

    def values(self) -> dict[str, dict[str, str]]:
        """The cells of the first row of each id, by column."""
        found: dict[str, dict[str, str]] = {}
        rows = self.read() if self.path.exists() else []
        for row in rows[1:]:
            named = dict(zip(rows[0], row, strict=False))
            found.setdefault(named.get(self.columns[0], "").strip(), named)
        return found

    def theirs(self) -> list[tuple[str, ...]]:
        """The exact text of every cell that is not ours, quotes included, row by row."""
        rows = list(_raw_rows(self._text(), self.form.delimiter))
        mine = [index for index, name in enumerate(rows[0]) if not name.strip('"').startswith("ps_")]
        return [tuple(row[index] if index < len(row) else "" for index in mine) for row in rows]

    def _text(self) -> str:
        content = self.path.read_bytes()
        try:
            return content.decode(self.form.encoding)
        except UnicodeDecodeError:  # one of our values needed more than the encoding has
            return content.decode("utf-8")


def _written(rows: Rows, form: Form) -> bytes:
    out = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=form.delimiter, quoting=quoting, lineterminator=form.line_end).writerows(rows)
    return out.getvalue().encode(form.encoding)


def _raw_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Cells as they stand in a well-formed file, told apart without the code that is tested."""
    row, start, quoted = list[str](), 0, False
    for place, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in (delimiter, "\n"):
            row.append(text[start:place].rstrip("\r"))
            start = place + 1
            if sign == "\n":
                yield row
                row = []
    if text[start:]:
        yield [*row, text[start:]]
