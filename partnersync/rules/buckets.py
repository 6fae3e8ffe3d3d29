"""Which events are counted together by the bands and the cap of a rule, and so priced together."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from partnersync.domain.earning import Earning
from partnersync.rules.program import Programme
from partnersync.rules.terms import CommissionRule

_WIDTH = ("month", "quarter", "year")


class Place(NamedTuple):
    """Where an event is counted: keys of what its bands measure and of its cap (empty: none).

    `bucket` names all events that are priced with it, over all cases; None: those of its deal are enough.
    """

    bucket: str | None
    measure: str
    cap: str


def place(rule: CommissionRule, version: str, partner_id: str, client_id: str, deal_ref: str, day: date) -> Place:
    """The place of an event of a day under its rule.

    Bands count for one partner, version and period. Where a cap counts over more than that, all that the two hold
    together is one bucket.
    """
    measure = ""
    if rule.tiers:
        measure = f"{partner_id}|{rule.name}|{version}|{period(rule.tiers.measure, day)}"
    if rule.cap is None:
        return Place(measure or None, measure, "")
    who, _, width = rule.cap.per.partition("_")
    if rule.cap.per == "deal":
        cap = f"{deal_ref}|{rule.name}"
        return Place(f"{partner_id}|{rule.name}|" if measure else None, measure, cap)
    if rule.cap.per == "program":
        cap = f"|{rule.name}|{version}"
        return Place(cap, measure, cap)
    cap = f"{client_id if who == 'client' else partner_id}|{rule.name}|{period(width, day)}"
    if not rule.tiers:
        return Place(cap, measure, cap)
    if who == "client":
        return Place(f"|{rule.name}|", measure, cap)
    widest = max(_width(width), _width(rule.tiers.measure), key=_WIDTH.index)
    return Place(f"{partner_id}|{rule.name}|{period(widest, day)}", measure, cap)


def linked(earnings: list[Earning], programme: Programme) -> list[Earning]:
    """All that one deal earns; where `max_total` could cut it and it lies in several buckets, these are linked.

    What was in none gets a bucket of the deal's own.
    """
    if len({one.bucket for one in earnings}) < 2 or not any(_is_generous(one, programme) for one in earnings):
        return earnings
    within = [replace(one, bucket=one.bucket or f"|max_total|{one.deal_ref}") for one in earnings]
    names = tuple(sorted({one.bucket for one in within if one.bucket}))
    return [replace(one, linked=names) for one in within]


def _is_generous(one: Earning, programme: Programme) -> bool:
    program = programme.named(one.program_version)
    return program is not None and one.rule in program.generous_rules


def period(measure: str, day: date) -> str:
    """The month, quarter or year of a day, as the end of a measure's or cap's name asks: 2026-05, 2026Q2, 2026."""
    width = _width(measure)
    if width == "month":
        return f"{day.year}-{day.month:02d}"
    return f"{day.year}Q{(day.month + 2) // 3}" if width == "quarter" else str(day.year)


def _width(name: str) -> str:
    end = name.rpartition("_")[2]
    return end if end in _WIDTH else "month"
