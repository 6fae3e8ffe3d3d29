"""Which events are counted together by the bands and the cap of a rule, and so priced together."""

from datetime import date
from typing import NamedTuple

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


def period(measure: str, day: date) -> str:
    """The month, quarter or year of a day, as the end of a measure's or cap's name asks: 2026-05, 2026Q2, 2026."""
    width = _width(measure)
    if width == "month":
        return f"{day.year}-{day.month:02d}"
    return f"{day.year}Q{(day.month + 2) // 3}" if width == "quarter" else str(day.year)


def _width(name: str) -> str:
    end = name.rpartition("_")[2]
    return end if end in _WIDTH else "month"
