"""When statements close, are accepted by silence and are to be paid; what people are told, what a line still misses."""

from collections.abc import Sequence
from datetime import date, datetime

from partnersync.domain.say import Say, msgid
from partnersync.domain.statement import Statement, StatementState
from partnersync.domain.value import Money
from partnersync.rules.calendar import add_months, after_business_days, midnight, nth_business_day
from partnersync.rules.gates import Gate
from partnersync.rules.program import Program, Programme

_SENT = msgid(
    "Statement {statement}: {amount} for {month}, {lines}. Without an answer it counts as accepted from {until} on."
)
_PAST = msgid(
    "{statements} for {first} to {last}: {amounts}. They are of the time before the programme was kept here,"
    " and count as accepted from {until} on, unless there is an answer."
)

NOT_APPROVED = "STATEMENT_NOT_APPROVED"

_MISSING: dict[StatementState, tuple[str, ...]] = {
    StatementState.DRAFT: (Gate.STATEMENT_NOT_ACCEPTED, NOT_APPROVED),
    StatementState.SENT: (Gate.STATEMENT_NOT_ACCEPTED, NOT_APPROVED),
    StatementState.DISPUTED: (Gate.STATEMENT_NOT_ACCEPTED, Gate.DISPUTED, NOT_APPROVED),
    StatementState.ACCEPTED: (NOT_APPROVED,),
    StatementState.APPROVED: (),
}


def month_of(day: date) -> str:
    """The month of a day: 2026-05."""
    return f"{day.year}-{day.month:02d}"


def first_day(period: str) -> date:
    """The first day of a month."""
    year, _, month = period.partition("-")
    return date(int(year), int(month), 1)


def month_after(period: str) -> str:
    """The month that follows."""
    return month_of(add_months(first_day(period), 1))


def closes_at(period: str, programme: Programme) -> datetime:
    """00:00 of the business day of the following month at which a month is closed, by the version then in force."""
    first = add_months(first_day(period), 1)
    program = in_force(programme, midnight(first, programme.zone))
    return midnight(nth_business_day(first, program.payout.close_on_bd, program), programme.zone)


def last_over(as_of: datetime, programme: Programme) -> str:
    """The latest month that is over: none after it can be due."""
    return month_of(add_months(as_of.astimezone(programme.zone).date().replace(day=1), -1))


def last_due(as_of: datetime, programme: Programme) -> str:
    """The latest month whose closing day has begun."""
    period = last_over(as_of, programme)
    while closes_at(period, programme) > as_of:
        period = month_of(add_months(first_day(period), -1))
    return period


def silence_at(sent_at: datetime, programme: Programme) -> datetime:
    """The moment at which silence accepts a statement that was sent then."""
    program = in_force(programme, sent_at)
    return after_business_days(sent_at, program.payout.accept_by_silence_bd, program)


def pay_by(approved_at: datetime, programme: Programme) -> date:
    """The last day on which a statement that was approved then is paid in time."""
    program = in_force(programme, approved_at)
    return after_business_days(approved_at, program.payout.pay_within_bd, program).astimezone(program.zone).date()


def in_force(programme: Programme, moment: datetime) -> Program:
    """The version in force; before the first one, the first."""
    return programme.at(moment) or programme.versions[0]


def missing(state: StatementState) -> tuple[str, ...]:
    """Codes of what the lines of a statement that stands there still miss before they go into a payout."""
    return _MISSING[state]


def sent_text(one: Statement, lines: int, say: Say, programme: Programme) -> str:
    """The sentence on the partner's record when his statement is sent."""
    until = one.silence_at or one.closed_at
    counted = say.ngettext("{number} line", "{number} lines", lines).format(number=say.number(lines))
    return say(_SENT).format(
        statement=one.statement_id,
        amount=say.money(one.amount),
        month=say.period(one.period),
        lines=counted,
        until=say.minute(until.astimezone(programme.zone)),
    )


def past_text(sent: Sequence[Statement], say: Say, programme: Programme) -> str:
    """The sentence on the partner's record when all statements of the time before are sent at once."""
    sums: dict[str, Money] = {}
    for one in sent:
        sums[one.amount.currency] = sums.get(one.amount.currency, Money(0, one.amount.currency)) + one.amount
    periods = [one.period for one in sent]
    until = max(one.silence_at or one.closed_at for one in sent)
    counted = say.ngettext("{number} statement", "{number} statements", len(sent))
    return say(_PAST).format(
        statements=counted.format(number=say.number(len(sent))),
        first=say.period(min(periods)),
        last=say.period(max(periods)),
        amounts=", ".join(say.money(sums[currency]) for currency in sorted(sums)),
        until=say.minute(until.astimezone(programme.zone)),
    )
