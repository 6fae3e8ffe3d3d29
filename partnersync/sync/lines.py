"""Decisions → the next lines: owed minus booked, for each deal and for each band of a partner and period. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from partnersync.domain.earning import Earning
from partnersync.domain.line import Line, LineKind
from partnersync.rules import booking, commission
from partnersync.rules.program import Programme
from partnersync.sync.decide import DealDecision

# Kinds of line that an event owes; the others are booked by people or by later steps.
_OWED_KINDS = frozenset({LineKind.ACCRUAL, LineKind.REVERSAL, LineKind.ADJUSTMENT})
Booked = Mapping[booking.Family, Sequence[Line]]
NOTHING_BOOKED: Booked = {}


def families(lines: Iterable[Line]) -> dict[booking.Family, list[Line]]:
    """Booked lines by what they were booked for."""
    result: dict[booking.Family, list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind in _OWED_KINDS:
            result[(line.event_id, line.rule, line.payee_id)].append(line)
    return result


def deal_lines(decided: DealDecision, booked: Booked, programme: Programme, as_of: datetime) -> list[Line]:
    """What a deal's events under flat rules add to its booked lines; what is no longer owed to a payee is reversed.

    Events in bands are left to `bucket_lines`, but a family that moved out of one is reversed here.
    """
    lines: list[Line] = []
    flat = [earning for earning in decided.earnings if earning.bucket is None]
    if flat:
        lines += booking.book(commission.price(flat, programme), booked, as_of, programme.zone)
    if booked:
        owing = {(earning.event_id, earning.rule, earning.payee_id) for earning in decided.earnings}
        undone = (booking.reverse(family, as_of) for key, family in booked.items() if key not in owing)
        lines += [line for line in undone if line]
    return lines


def bucket_lines(events: Sequence[Earning], booked: Booked, programme: Programme, as_of: datetime) -> list[Line]:
    """What all events of one partner and period under one rule with bands add to their booked lines."""
    return booking.book(commission.price(events, programme), booked, as_of, programme.zone)
