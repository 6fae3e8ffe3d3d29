"""Two versions of the terms beside each other: what differs, key by key, and which rule each event goes to."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from partnersync.domain.say import Say
from partnersync.domain.value import Money
from partnersync.fields import Table
from partnersync.rules import regions
from partnersync.rules.base import percent
from partnersync.rules.program import Program
from partnersync.rules.rule_choice import KEYS
from partnersync.rules.telling import conditions
from partnersync.rules.terms import CommissionRule


class Difference(NamedTuple):
    """A key whose values differ, as texts (empty: it is not there); `commission.rules.licence.rate` is of a rule."""

    key: str
    before: str
    after: str


class Move(NamedTuple):
    """Events that go from one rule to another; an empty rule is none."""

    events: regions.Box
    before: str
    after: str


def differences(one: Program, other: Program) -> list[Difference]:
    """Every key that differs, defaults included, in the order of the file."""
    was, now = dict(_entries(one, "")), dict(_entries(other, ""))
    return [
        Difference(key, was.get(key, ""), now.get(key, "")) for key in {**was, **now} if was.get(key) != now.get(key)
    ]


def _entries(value: object, key: str) -> Iterator[tuple[str, str]]:
    match value:
        case Table():
            for name, info in type(value).model_fields.items():
                if isinstance(value, CommissionRule) and name == "name":
                    continue
                yield from _entries(getattr(value, name), f"{key}.{info.alias or name}".lstrip("."))
        case Mapping():
            for name, entry in value.items():
                yield from _entries(entry, f"{key}.{name}")
        case tuple() if any(isinstance(entry, Table) for entry in value):
            for number, entry in enumerate(value, start=1):
                yield from _entries(
                    entry, f"{key}.{entry.name}" if isinstance(entry, CommissionRule) else f"{key}[{number}]"
                )
        case None | () | "":
            return
        case _:
            yield key, _text(value)


def _text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Money():
            return f"{value.text()} {value.currency}"
        case Fraction():
            return percent(value)
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(map(_text, value))
        case _:
            return str(value)


def moves(one: Program, other: Program) -> list[Move]:
    """All events that another rule takes, or none, from rule to rule."""
    found = []
    for was in (*one.commission.rules, None):
        for now in (*other.commission.rules, None):
            name, new = was.name if was else "", now.name if now else ""
            if name == new:
                continue
            common = regions.meet(regions.box(was, one), regions.box(now, other))
            apart = regions.parts(common, [*regions.before(was, one), *regions.before(now, other)])
            found += [Move(events, name, new) for events in regions.joined(apart)]
    return found


def difference_sentence(one: Difference, say: Say) -> str:
    """A difference in words."""
    if not one.before:
        return say("{key} is {after}, where nothing stood.").format(key=one.key, after=one.after)
    if not one.after:
        return say("{key} was {before} and is gone.").format(key=one.key, before=one.before)
    return say("{key} is {after} instead of {before}.").format(key=one.key, before=one.before, after=one.after)


def events_text(events: regions.Box, program: Program, say: Say) -> str:
    """The events of a region in words: only what sets them apart from all others."""
    whole = regions.everything(program)
    apart = {key: values for key, values, every in zip(KEYS, events, whole, strict=False) if values != every}
    told = conditions(apart, say) or say("for everything")
    currency = events[len(KEYS)]
    return f"{told} ({', '.join(sorted(currency.named))})" if currency.inside and currency != whole[len(KEYS)] else told


def move_sentence(one: Move, program: Program, say: Say) -> str:
    """A move in words."""
    told = {"events": events_text(one.events, program, say), "before": one.before, "after": one.after}
    if not one.before:
        return say("Events {events} go to rule {after}, and earned nothing before.").format(**told)
    if not one.after:
        return say("Events {events} earn nothing any more; rule {before} took them.").format(**told)
    return say("Events {events} go from rule {before} to rule {after}.").format(**told)
