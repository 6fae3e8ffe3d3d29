"""What is due in the managed fields of deals, registrations and partners, as text. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo

from partnersync.contract.managed import DECISION, MANAGED, OWNER
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.line import PROGRESS, Line, LineFacts, LineKind, line_status
from partnersync.domain.registration import RegistrationState
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import booking

StatedLine = tuple[Line, LineFacts]


def deal_values(
    state: DealStanding, lines: Sequence[StatedLine], as_of: datetime, incidents: Sequence[str] = ()
) -> dict[str, str]:
    """The fields of one deal; without lines its commission is empty. `incidents` are the kinds of its open ones."""
    due = {
        "ps_partner_id": state.partner_id,
        "ps_source": state.source,
        "ps_registration_id": state.registration_id,
        "ps_protection": state.protection,
        "ps_protected_until": state.protected_until,
        "ps_commission": sums([line.amount for line, _ in lines]),
        "ps_commission_status": _least_advanced(lines, as_of),
        "ps_incident": "|".join(sorted(set(incidents))),
        DECISION: "",
    }
    return due | {OWNER: state.due_owner} if state.due_owner else due


def registration_values(one: Judged, zone: tzinfo) -> dict[str, str]:
    """The fields of one registration; another partner's claim is never told."""
    verdict = one.verdict
    until = one.protection.last_day(zone) if one.protection else verdict.until
    code = "" if verdict.state is RegistrationState.CHECKING else verdict.code.value
    return {
        "ps_status": one.state.value,
        "ps_reason": (one.protection.code if one.protection else "") or code,
        "ps_proposed": verdict.proposed.value if verdict.proposed else "",
        "ps_protected_until": day_text(until),
    }


def partner_values(balance: str, pay_by: date | None) -> dict[str, str]:
    """The fields of one partner; those about the channel's health are empty until they are computed.

    `pay_by` is the last day on which his oldest approved sum is paid in time.
    """
    due = {"ps_balance": balance, "ps_payout_due_on": day_text(pay_by)}
    return dict.fromkeys(MANAGED[RecordKind.PARTNER], "") | due


def sums(amounts: Iterable[Money]) -> str:
    """The sum as text; of several currencies "10.00 EUR|500.00 RUB"; empty without amounts."""
    totals: dict[str, int] = {}
    for amount in amounts:
        totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
    if len(totals) == 1:
        [(currency, minor)] = totals.items()
        return Money(minor, currency).text()
    return "|".join(f"{Money(minor, currency).text()} {currency}" for currency, minor in sorted(totals.items()))


def day_text(day: date | None) -> str:
    """YYYY-MM-DD or empty."""
    return day.isoformat() if day else ""


def _least_advanced(lines: Sequence[StatedLine], as_of: datetime) -> str:
    statuses = [line_status(line.hold_until, facts, as_of) for line, facts in lines]
    return min(statuses, key=PROGRESS.__getitem__).value if statuses else ""


def next_release(lines: Iterable[StatedLine], as_of: datetime) -> datetime | None:
    """When the next of these lines becomes payable by time alone."""
    ends = (line.hold_until for line, _ in lines if line.hold_until is not None and line.hold_until > as_of)
    return min(ends, default=None)


def fully_reversed(lines: Sequence[StatedLine]) -> list[str]:
    """Ids of lines without a status that, with what reverses them, sum to zero: nothing of them is to be paid."""
    groups: dict[str, list[Line]] = {}
    roots = {(line.event_id, line.rule, line.payee_id): line.line_id for line, _ in lines if _is_first(line)}
    for line, facts in lines:
        if facts.status is None and line.kind in booking.FAMILY_KINDS and line.kind is not LineKind.TRUEUP:
            root = line.reverses or roots.get((line.event_id, line.rule, line.payee_id), line.line_id)
            groups.setdefault(root, []).append(line)
    return [line.line_id for group in groups.values() if booking.fully_reversed(group) for line in group]


def _is_first(line: Line) -> bool:
    return line.kind is LineKind.ACCRUAL and line.part == 1
