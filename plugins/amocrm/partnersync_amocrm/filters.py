"""Filters of lists: what is asked for, and whether an answer keeps to it. The account ignores filters silently."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from partnersync.transport.line import Query


class Filter(Protocol):
    """One condition on the rows of a list."""

    def query(self) -> Query:
        """The parameters that ask for it."""

    def admits(self, row: Mapping[str, Any]) -> bool:
        """Whether a row may be in the answer."""


@dataclass(frozen=True, slots=True)
class Between:
    """A moment of the row in unix seconds, both ends included; None: open.

    Whether the account's own ends belong to the range is not known, so it is asked for a second more on each side.
    """

    name: str
    since: int | None = None
    until: int | None = None

    def query(self) -> Query:
        """As `filter[updated_at][from]=…`."""
        low = [] if self.since is None else [(f"filter[{self.name}][from]", str(self.since - 1))]
        high = [] if self.until is None else [(f"filter[{self.name}][to]", str(self.until + 1))]
        return low + high

    def admits(self, row: Mapping[str, Any]) -> bool:
        """Also a second outside."""
        held = row.get(self.name)
        if not isinstance(held, int):
            return False
        return (self.since is None or held >= self.since - 1) and (self.until is None or held <= self.until + 1)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of the row among some, as ids."""

    name: str
    values: Collection[int | str]

    def query(self) -> Query:
        """As `filter[id][]=1&filter[id][]=2`."""
        return [(f"filter[{self.name}][]", str(value)) for value in self.values]

    def admits(self, row: Mapping[str, Any]) -> bool:
        """One of them; 7 and "7" are the same."""
        return str(row.get(self.name)) in {str(value) for value in self.values}
