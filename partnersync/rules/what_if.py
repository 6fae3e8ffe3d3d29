"""Other terms in place of those that were in force: the programme with them, and what they bring beside what it was."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from partnersync.domain.earning import Earning, Owed
from partnersync.domain.line import LineKind
from partnersync.domain.value import Money
from partnersync.rules.limits import MAX_TOTAL
from partnersync.rules.pricing import price
from partnersync.rules.program import Program, Programme

ALWAYS = date(1900, 1, 1)  # before every record


def replaced(programme: Programme, program: Program, *, always: bool = False) -> Programme:
    """The programme as if `program` were its last version; `always`: as if it had been the only one from the start.

    ConfigError where the two do not go together.
    """
    if always:
        return Programme((_from(program, ALWAYS),))
    kept = [version for version in programme.versions if version.effective_from < program.effective_from]
    return Programme((*kept, program))


def _from(program: Program, day: date) -> Program:
    """The same terms from another day on; built anew, as a version remembers what follows from its day."""
    said = {name: getattr(program, name) for name in Program.model_fields}
    return Program.model_construct(**{**said, "effective_from": day})


def judges_anew(programme: Programme, other: Programme) -> bool:
    """Whether the two differ in what decides verdicts, protection or attribution, not only in what is earned."""
    return _judging(programme) != _judging(other)


def _judging(programme: Programme) -> list[tuple[date | None, object]]:
    """The terms of judging, each with the first day from which it differs from the one before."""
    found: list[tuple[date | None, object]] = []
    for program in programme.versions:
        tiers = program.tiers if program.registration.capacity_by_tier else {}
        terms = (program.registration, program.protection, program.attribution, program.calendar, tiers)
        if not found or found[-1][1] != terms:
            found.append((program.effective_from if found else None, terms))
    return found


class Row(NamedTuple):
    """What somebody or something brings under the terms that were in force, and under the others."""

    name: str
    now: Money
    then: Money

    @property
    def difference(self) -> Money:
        """What the other terms add; negative: what they take."""
        return self.then - self.now


@dataclass(slots=True)
class Bill:
    """What the events of a span bring under one programme, as they are added deal by deal.

    `since` and `until` bound the events that count, both included; bands are filled by all of them.
    """

    programme: Programme
    since: datetime | None = None
    until: datetime | None = None
    by_partner: Counter[tuple[str, str]] = field(default_factory=Counter)  # minor units by (partner_id, currency)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)  # events that `max_total` cut by more than rounding, by rule
    _buckets: dict[str, list[Earning]] = field(default_factory=dict)

    def add(self, earnings: Iterable[Earning]) -> None:
        """All that one deal earns."""
        flat: list[Earning] = []
        for one in earnings:
            if one.bucket is None:
                flat.append(one)
            else:
                self._buckets.setdefault(one.bucket, []).append(one)
        if flat:
            self._count(price(flat, self.programme))

    def close(self) -> None:
        """Price what is counted together over many deals."""
        for name in sorted(self._buckets):
            events: list[Earning] = []
            coming = {name}
            while coming:
                found = self._buckets.pop(coming.pop(), [])
                events += found
                coming.update(other for one in found for other in one.linked if other in self._buckets)
            if events:
                self._count(price(events, self.programme))

    def _count(self, owed: Iterable[Owed]) -> None:
        for one in owed:
            of, minor = one.earning, one.amount.minor
            if (self.since and of.event_time < self.since) or (self.until and of.event_time > self.until):
                continue
            self.by_partner[of.partner_id, one.amount.currency] += minor
            self.by_rule[of.rule, one.amount.currency] += minor
            if one.kind is LineKind.CAP and of.reason == MAX_TOTAL and abs(minor) > 1:
                self.cut[of.rule] += 1


def beside(now: Counter[tuple[str, str]], then: Counter[tuple[str, str]]) -> list[Row]:
    """Each name and currency with its two sums, who wins most first."""
    rows = [
        Row(name, Money(now[name, currency], currency), Money(then[name, currency], currency))
        for name, currency in {**now, **then}
    ]
    return sorted(rows, key=lambda row: (row.now.currency, -row.difference.minor, row.name))


def total(counted: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """All names of a currency together."""
    found: Counter[tuple[str, str]] = Counter()
    for (_, currency), minor in counted.items():
        found["", currency] += minor
    return found
