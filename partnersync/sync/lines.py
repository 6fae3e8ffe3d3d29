"""Decisions → the next lines: owed minus booked, for deals and for the bands of a partner and period. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from partnersync.domain.earning import Earning
from partnersync.domain.line import Line
from partnersync.domain.payout import Debt
from partnersync.rules import booking, clawback
from partnersync.rules.clawback import Known
from partnersync.rules.pricing import price
from partnersync.rules.program import Programme
from partnersync.sync.case import DealDecision

Booked = Mapping[booking.Family, Sequence[Line]]
NOTHING_PAID = Known({})


class Booking(NamedTuple):
    """The lines to book, and the debts that refunds of what was paid out are instead of lines."""

    lines: list[Line]
    debts: list[Debt]


def families(lines: Iterable[Line]) -> Booked:
    """Booked lines by what they were booked for, each line once; what no event brought is left out."""
    found: dict[booking.Family, dict[str, Line]] = defaultdict(dict)
    for line in lines:
        if line.of_event:
            found[(line.event_id, line.rule, line.payee_id)][line.line_id] = line
    return {family: tuple(by_id.values()) for family, by_id in found.items()}


def deal_lines(
    deals: Sequence[DealDecision],
    booked: Booked,
    programme: Programme,
    as_of: datetime,
    known: Known = NOTHING_PAID,
) -> Booking:
    """What the events of these deals under flat rules add to the booked lines, and the debts of their refunds.

    `booked` has the families that stand at these deals or that their events owe. What they no longer owe is taken back
    at these deals; events in bands are left to `bucket_lines`.
    """
    lines: list[Line] = []
    debts: list[Debt] = []
    owing: set[booking.Family] = set()
    for deal in deals:
        flat = [earning for earning in deal.earnings if earning.bucket is None]
        if flat:
            owed = price(flat, programme)
            settled = clawback.settle(owed, booked, known, programme)
            debts += settled.debts
            lines += booking.book(settled.owed, booked, as_of, programme.zone)
            owing.update((one.earning.event_id, one.earning.rule, one.earning.payee_id) for one in owed)
    if booked:
        banded = {(one.event_id, one.rule) for deal in deals for one in deal.earnings if one.bucket is not None}
        here = {deal.state.deal_ref for deal in deals}
        for family, before in booked.items():
            if family not in owing and family[:2] not in banded:
                lines += booking.reverse(before, as_of, here)
    return Booking(lines, debts)


def bucket_lines(
    events: Sequence[Earning], booked: Booked, programme: Programme, as_of: datetime, known: Known = NOTHING_PAID
) -> Booking:
    """What all events that are priced together add to their booked lines, and the debts of their refunds.

    Payees who get nothing any more give back.
    """
    owed = price(events, programme)
    settled = clawback.settle(owed, booked, known, programme)
    lines = booking.book(settled.owed, booked, as_of, programme.zone)
    if booked:
        owing = {(one.earning.event_id, one.earning.rule, one.earning.payee_id) for one in owed}
        here = {(one.event_id, one.rule) for one in events}
        for family, before in booked.items():
            if family not in owing and family[:2] in here:
                lines += booking.reverse(before, as_of, None)
    return Booking(lines, settled.debts)
