"""The tier of a partner while a program names tiers: reached by his base of the twelve months before a quarter.

His base is what the lines of his deals have as base, as a whole where they are split, in the program's currency, each
event in its month and a refund in its own. The deals of everyone below him in the tree of partners count for him, once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from partnersync.domain.earning import Earning
from partnersync.domain.partner import Partner
from partnersync.domain.value import Money
from partnersync.rules.program import Program, Programme

Bases = Mapping[str, Mapping[str, int]]  # partner → month ("2026-05") → minor units
Parents = Mapping[str, str | None]

_YEAR = 12
# How often tiers are settled. Each round settles a quarter or more, as a tier follows from what came before it. Only an
# approval that depends on the tier and gives its deal payments of earlier quarters could go on for ever.
ROUNDS = 40


class Reached(NamedTuple):
    """A tier, and what it was reached by: the base before a quarter ("2026Q2"). Without a name it is the entry tier."""

    name: str
    base: Money
    quarter: str


@dataclass(frozen=True, slots=True)
class Tiers:
    """How far partners have come; `bases` hold those below a partner too."""

    bases: Bases = field(default_factory=dict)
    _known: dict[tuple[str, str, int], Reached] = field(default_factory=dict, compare=False, repr=False)

    def of(self, partner: Partner, program: Program, moment: datetime) -> str:
        """His tier at a moment by the program in force then; by his record while that names none."""
        if not program.tiers:
            return partner.tier or ""
        return self.reached(partner.partner_id, program, moment).name

    def reached(self, partner_id: str, program: Program, moment: datetime) -> Reached:
        """The tier that holds in the quarter of a moment."""
        day = moment.astimezone(program.zone)
        return self._at(partner_id, program, day.year * 4 + (day.month - 1) // 3)

    def moved(self, later: "Tiers", partner_ids: Iterable[str], programme: Programme) -> list[str]:
        """Those of the partners who have another tier in some quarter by `later`."""
        return sorted(one for one in partner_ids if self._history(one, programme) != later._history(one, programme))

    def _history(self, partner_id: str, programme: Programme) -> list[tuple[str, int, str]]:
        """His tier by version and quarter, where it is not the one without any base."""
        months = self.bases.get(partner_id)
        if not months:
            return []
        first, last = (_number(month) // 3 for month in (min(months), max(months)))
        return [
            (program.version, quarter, name)
            for program in programme.versions
            if program.tiers
            for quarter in range(first, last + 6)
            if (name := self._at(partner_id, program, quarter).name) != _name(program, 0)
        ]

    def _at(self, partner_id: str, program: Program, quarter: int) -> Reached:
        key = (partner_id, program.version, quarter)
        known = self._known.get(key)
        if known is None:
            months, start = self.bases.get(partner_id, {}), quarter * 3
            base = sum(minor for month, minor in months.items() if start - _YEAR <= _number(month) < start)
            told = f"{quarter // 4}Q{quarter % 4 + 1}"
            known = self._known[key] = Reached(_name(program, base), Money(base, program.currency), told)
        return known


NO_TIERS = Tiers()  # of programmes that name none: the partner's record tells his


def brought(earnings: Iterable[Earning], programme: Programme) -> Mapping[tuple[str, str], int]:
    """What events add to the base of their partner in their month, by (partner, month)."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for one in earnings:
        if one.base.currency == programme.currency and one.base.minor:
            month = one.event_time.astimezone(programme.zone).strftime("%Y-%m")
            found[one.partner_id, month] += one.base.minor if one.refund is None else -one.base.minor
    return found


def rolled_up(own: Bases, parents: Parents) -> Bases:
    """The base of each partner with that of everyone below him."""
    found: dict[str, dict[str, int]] = {}
    for partner_id, months in own.items():
        for name in (partner_id, *above(partner_id, parents)):
            sums = found.setdefault(name, {})
            for month, minor in months.items():
                sums[month] = sums.get(month, 0) + minor
    return found


def above(partner_id: str, parents: Parents) -> list[str]:
    """Everyone above a partner, his parent first; parents lead in no circle."""
    found: list[str] = []
    parent = parents.get(partner_id)
    while parent is not None:
        found.append(parent)
        parent = parents.get(parent)
    return found


def regrouped(before: Parents, after: Parents) -> set[str]:
    """Partners below whom somebody came or went."""
    moved = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    return {name for one in moved for tree in (before, after) for name in above(one, tree)}


def _name(program: Program, base: int) -> str:
    """The highest tier that a base reaches; the entry tier has no conditions, and a name where its sum is 0."""
    reached = [name for name, sum_ in program.tiers.items() if sum_.minor <= max(base, 0)]
    return reached[-1] if reached else ""


def _number(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * _YEAR + int(month[5:]) - 1
