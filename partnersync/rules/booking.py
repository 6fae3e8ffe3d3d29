"""Owed minus booked: the difference is the next line. A line, once booked, never changes.

A family is what one event brings one payee under one rule. Its first line is an accrual (of a refund: a reversal). A
later difference is the next part of that kind while the base stays, an adjustment where the base itself moved, and a
reversal where the event moved to another deal, month or currency, or is no longer owed at all. True-ups and cuts by
caps stand beside these lines and are compared by themselves: each difference is the next part of their kind.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from partnersync.domain import trace
from partnersync.domain.earning import Earning, Owed
from partnersync.domain.line import Line, LineKind, line_id
from partnersync.domain.value import Money

Family = tuple[str, str, str]  # (event_id, rule, payee_id)
Place = tuple[str, str, str, str]  # (partner_id, deal_ref, period, currency): what sums are compared by
LinePart = tuple[LineKind, str] | None  # what is compared by itself: the family's own lines (None) or those beside

# Kinds that a family is made of; the others are booked by people or by later steps.
FAMILY_KINDS = frozenset({LineKind.ACCRUAL, LineKind.REVERSAL, LineKind.ADJUSTMENT, LineKind.TRUEUP, LineKind.CAP})
_BESIDE = frozenset({LineKind.TRUEUP, LineKind.CAP})  # kinds of lines that stand beside the event's own


def book(
    owed: Iterable[Owed], booked: Mapping[Family, Sequence[Line]], booked_at: datetime, zone: ZoneInfo
) -> list[Line]:
    """The lines that bring every family in `owed` from what is booked to what is owed, in the ledger's order.

    `booked` holds the families' lines so far (others are not looked at); `zone` is the program's. Booking what is
    booked already gives nothing.
    """
    lines: list[Line] = []
    for family, dues in _by_family(owed).items():
        before = booked.get(family)
        known = sorted((line for line in before if line.kind in FAMILY_KINDS), key=_age) if before else []
        strays: list[Line] = []
        if known:
            settled = {_own_part(one) for one in dues}
            strays = [line for line in known if _part_of(line) not in settled]
        for one in dues:
            more = _difference(one, known, booked_at, zone)
            lines += more
            if len(dues) > 1 or strays:
                known = [*known, *more]
        if strays:
            lines += _take_back(strays, known, booked_at, None)
    lines.sort(key=ledger_order)
    return lines


def reverse(lines: Iterable[Line], booked_at: datetime, at: Container[str] | None) -> list[Line]:
    """The lines that bring a family that is no longer owed at these deals (None: anywhere) to nothing there.

    None where it already is. They stand at the event's own time and month, so that the month's sum comes out right.
    """
    family = sorted((line for line in lines if line.kind in FAMILY_KINDS), key=_age)
    return _take_back(family, family, booked_at, at)


def fully_reversed(lines: Iterable[Line]) -> bool:
    """Whether a family, given with the reversals of refunds that name it, was taken back whole."""
    sums: dict[str, int] = defaultdict(int)
    taken_back = False
    for line in lines:
        sums[line.amount.currency] += line.amount.minor
        taken_back = taken_back or line.kind is LineKind.REVERSAL
    return taken_back and not any(sums.values())


def ledger_order(line: Line) -> tuple[datetime, str, str, str, str, int]:
    """The order of lines within one booking."""
    return line.event_time, line.event_id, line.rule, line.payee_id, line.kind.value, line.part


def _by_family(owed: Iterable[Owed]) -> dict[Family, list[Owed]]:
    found: dict[Family, list[Owed]] = {}
    for one in owed:
        earning = one.earning
        found.setdefault((earning.event_id, earning.rule, earning.payee_id), []).append(one)
    return found


def _difference(one: Owed, family: list[Line], booked_at: datetime, zone: ZoneInfo) -> list[Line]:
    """What is missing, after whatever stands in another place has been taken back there."""
    earning, own_kind = one.earning, _own_kind(one)
    if not family:
        return [_line(one, _base(earning), one.amount.minor, own_kind, 1, booked_at, zone)]
    here = (earning.partner_id, earning.deal_ref, _month(earning.event_time, zone), one.amount.currency)
    beside = _own_part(one)
    places = _by_place(line for line in family if _part_of(line) == beside)
    own = places.pop(here, [])
    lines: list[Line] = []
    for stray in places.values():
        if any(_sums(stray)):
            lines.append(_undo(stray, [*family, *lines], booked_at, ("moved", here[1], here[2])))
    was_base, was_amount = _sums(own)
    base, amount = _base(earning) - was_base, one.amount.minor - was_amount
    if base or amount or not own:
        kind = LineKind.ADJUSTMENT if base and (was_base or was_amount) else own_kind
        line = _line(one, base, amount, kind, _next_part([*family, *lines], kind), booked_at, zone)
        if own:
            step = ("booked", Money(was_amount, one.amount.currency).text(), one.amount.text())
            line = replace(line, trace=f"{line.trace}|{trace.encode([step])}")
        lines.append(line)
    return lines


def _take_back(
    lines: Sequence[Line], family: Sequence[Line], booked_at: datetime, at: Container[str] | None
) -> list[Line]:
    """What brings lines of a family to nothing at these deals; what stands beside it by itself."""
    undone: list[Line] = []
    parts: dict[tuple[Place, LinePart], list[Line]] = defaultdict(list)
    for line in lines:
        parts[_place(line), _part_of(line)].append(line)
    for (place, _), same in parts.items():
        _, amount = sums = _sums(same)
        if any(sums) and (at is None or place[1] in at):
            step = ("reversed", Money(amount, place[3]).text())
            undone.append(_undo(same, [*family, *undone], booked_at, step))
    return undone


def _line(one: Owed, base: int, amount: int, kind: LineKind, part: int, booked_at: datetime, zone: ZoneInfo) -> Line:
    """A line of what is owed over `base` and `amount`, in minor units."""
    earning = one.earning
    currency = one.amount.currency
    fx_rate, fx_source, fx_date = earning.fx or [""] * 3
    line = Line(
        partner_id=earning.partner_id,
        payee_id=earning.payee_id,
        deal_ref=earning.deal_ref,
        client_id=earning.client_id,
        event_id=earning.event_id,
        event_time=earning.event_time,
        booked_at=booked_at,
        program_version=earning.program_version,
        rule=earning.rule,
        base_items=earning.base_items,
        base=Money(base, currency),
        rate=one.rate,
        amount=Money(amount, currency),
        kind=kind,
        part=part,
        period=_month(earning.event_time, zone),
        hold_until=earning.hold_until if amount >= 0 else None,
        reason=earning.reason,
        fx_rate=fx_rate,
        fx_source=fx_source,
        fx_date=fx_date,
        trace=one.trace,
    )
    if earning.refund and one.kind is not LineKind.TRUEUP:
        line = replace(line, reverses=line_id(earning.refund.of_event_id, line.rule, line.payee_id))
    return line


def _undo(place: Sequence[Line], family: Sequence[Line], booked_at: datetime, step: trace.Step) -> Line:
    """The reversal of all that one place of a family sums to; both oldest first."""
    base, amount = _sums(place)
    last = place[-1]
    kind = last.kind if last.kind in _BESIDE else LineKind.REVERSAL
    names = next((line.reverses for line in family if line.reverses), "") or line_id(
        last.event_id, last.rule, last.payee_id
    )
    return replace(
        last,
        booked_at=booked_at,
        base=Money(-base, last.base.currency),
        amount=Money(-amount, last.amount.currency),
        kind=kind,
        part=_next_part(family, kind),
        reverses="" if kind is LineKind.TRUEUP else names,
        hold_until=None,
        reason=last.reason if kind is LineKind.CAP else "",
        trace=trace.encode([step]),
    )


def _own_kind(one: Owed) -> LineKind:
    return LineKind.REVERSAL if one.earning.refund and one.kind is LineKind.ACCRUAL else one.kind


def _own_part(one: Owed) -> LinePart:
    if one.kind not in _BESIDE:
        return None
    return one.kind, one.earning.reason if one.kind is LineKind.CAP else ""


def _part_of(line: Line) -> LinePart:
    if line.kind not in _BESIDE:
        return None
    return line.kind, line.reason if line.kind is LineKind.CAP else ""


def _base(earning: Earning) -> int:
    return -earning.base.minor if earning.refund else earning.base.minor


def _by_place(family: Iterable[Line]) -> dict[Place, list[Line]]:
    places: dict[Place, list[Line]] = defaultdict(list)
    for line in family:
        places[_place(line)].append(line)
    return places


def _place(line: Line) -> Place:
    return line.partner_id, line.deal_ref, line.period, line.amount.currency


def _sums(lines: Sequence[Line]) -> tuple[int, int]:
    return sum(line.base.minor for line in lines), sum(line.amount.minor for line in lines)


def _next_part(family: Iterable[Line], kind: LineKind) -> int:
    return 1 + max((line.part for line in family if line.kind is kind), default=0)


def _age(line: Line) -> tuple[datetime, str, int]:
    return line.booked_at, line.kind.value, line.part


def _month(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.year}-{local.month:02d}"
