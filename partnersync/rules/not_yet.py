"""What a program may say but this version does not compute: refused when it is loaded, never passed over in silence.

A feature that is built takes its row away and changes nothing else.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from partnersync.problems import KeyPath, Problem


class NotYet(NamedTuple):
    """A key whose use is refused: with one of `values`, or with any that is not empty; `*` is every item of a list."""

    path: tuple[str, ...]
    values: tuple[object, ...] = ()
    mend: str = "Leave it out until it is"


NOT_YET = (
    NotYet(("registration", "review"), ("manual",)),
    NotYet(("registration", "scope"), ("branch",)),
    NotYet(("commission", "base"), ("margin",)),
    NotYet(("commission", "convert")),
    NotYet(("commission", "rules", "*", "per_unit")),
    NotYet(("commission", "rules", "*", "terms")),
    NotYet(("commission", "rules", "*", "months")),
    NotYet(("commission", "rules", "*", "cap")),
    NotYet(("commission", "rules", "*", "split")),
    NotYet(("commission", "rules", "*", "tiers", "mode"), ("retroactive",), 'Write "marginal"'),
    NotYet(
        ("commission", "rules", "*", "tiers", "measure"),
        ("won_in_month", "won_in_quarter", "won_in_year", "active_clients"),
        'Write "base_in_month", "base_in_quarter" or "base_in_year"',
    ),
    NotYet(("tiers",)),
)


def not_yet_problems(program: object) -> Iterator[Problem]:
    """One problem for each use of a row of NOT_YET."""
    for row in NOT_YET:
        for path, value in _found(program, row.path, ()):
            if value in row.values if row.values else value:
                yield Problem(path, "is not available in this version", row.mend)


def _found(value: Any, rest: tuple[str, ...], path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    if not rest:
        yield path, value
    elif rest[0] == "*":
        for number, item in enumerate(value):
            yield from _found(item, rest[1:], (*path, number))
    elif value is not None:
        yield from _found(
            value[rest[0]] if isinstance(value, Mapping) else getattr(value, rest[0]), rest[1:], (*path, rest[0])
        )
