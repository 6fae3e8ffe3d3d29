"""What can be wrong with a version of the terms that no single key can tell; of one rule terms_check.py knows it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from partnersync.problems import KeyPath, Problem, nearest
from partnersync.rules.domains import SHARED, registrable
from partnersync.rules.program_tables import CalendarYear
from partnersync.rules.rule_choice import quarrels
from partnersync.rules.terms_check import rule_problems

if TYPE_CHECKING:
    from partnersync.rules.program import Program

_RULES = ("commission", "rules")
_NO_PAYMENTS = 'needs payments, and with trigger = "won" they are no events'
_NAME_CLIENTS = "Name each client by its INN of 10 or 12 digits, or by its own domain"
INN_DIGITS = frozenset({10, 12})
_MEND_TRIGGER = 'Write trigger = "payment", or earn in another way'


def program_problems(program: "Program") -> Iterator[Problem]:
    """Everything that is wrong with a version whose keys are right one by one."""
    names: set[str] = set()
    for number, rule in enumerate(program.commission.rules):
        yield from rule_problems(rule, (*_RULES, number))
        if rule.name in names:
            yield Problem(
                (*_RULES, number, "name"), "is the name of an earlier rule too", "Give each rule a name of its own"
            )
        names.add(rule.name)
        if rule.per_unit and program.commission.trigger == "won":
            yield Problem((*_RULES, number, "per_unit"), _NO_PAYMENTS, _MEND_TRIGGER)
    if program.commission.base == "margin" and program.commission.trigger == "won":
        yield Problem(("commission", "base"), _NO_PAYMENTS, _MEND_TRIGGER)
    yield from quarrels(program.commission.rules, _RULES)
    yield from _direct_only_problems(program)
    yield from _tier_problems(program)
    for year, days in program.calendar.items():
        yield from _calendar_problems(str(year), days)


def _direct_only_problems(program: "Program") -> Iterator[Problem]:
    """Of clients that no record could ever be: each is one company's tax number or domain."""
    for number, named in enumerate(program.registration.direct_only.clients):
        path = ("registration", "direct_only", "clients", number)
        if named.isdigit() and len(named) in INN_DIGITS:
            continue
        try:
            own = registrable(named)
        except ValueError:
            own = ""
        if not own or own in SHARED:
            yield Problem(path, f'names "{named}", which is no single company\'s INN or domain', _NAME_CLIENTS)
        elif own != named.casefold():
            yield Problem(path, f'names "{named}", which no client\'s domain is equal to', f'Write "{own}"')


def _tier_problems(program: "Program") -> Iterator[Problem]:
    """Of the tiers, and of what names one while there are any."""
    for name, sum_ in program.tiers.items():
        if sum_.currency != program.currency:
            mend = f"Write it in {program.currency}: bases are added up in the program's currency alone"
            yield Problem(("tiers", name), f"is in {sum_.currency}", mend)
    for (_, lower), (name, upper) in pairwise(program.tiers.items()):
        if lower.currency != upper.currency or lower.minor >= upper.minor:
            yield Problem(("tiers", name), "does not rise above the tier before it", "Name the tiers in rising order")
    if program.tiers:
        for path, name in _named_tiers(program):
            if name not in program.tiers:
                near = nearest(name, program.tiers)
                mend = f'Did you mean "{near}"?' if near else f"Name one of: {', '.join(program.tiers)}"
                yield Problem(path, f'names "{name}", which is no tier of [tiers]', mend)


def _named_tiers(program: "Program") -> Iterator[tuple[KeyPath, str]]:
    for number, rule in enumerate(program.commission.rules):
        for place, name in enumerate(rule.when.partner_tiers):
            yield (*_RULES, number, "when", "partner_tiers", place), name
    for name in program.registration.capacity_by_tier:
        yield ("registration", "capacity_by_tier"), name


def _calendar_problems(year: str, days: CalendarYear) -> Iterator[Problem]:
    for key, listed in (("off", days.off), ("work", days.work)):
        for number, day in enumerate(listed):
            if str(day.year) != year:
                yield Problem(("calendar", year, key, number), f"is not a day of {year}", "Move it to its year")
            elif key == "work" and day in days.off:
                yield Problem(("calendar", year, key, number), "is off and working at once", "Keep it in one list")
