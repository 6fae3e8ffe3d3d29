"""What is owed: payments and wins of an attributed deal → earnings → signed amounts.

`earn` looks at one deal, `price` at all events of one band bucket or at the flat ones of one deal. Both are functions
of their arguments alone, in whatever order these come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from partnersync.domain.attribution import Attribution
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.earning import Earning, Owed, Refund
from partnersync.domain.issue import Issue
from partnersync.domain.partner import Partner
from partnersync.domain.trace import Step, encode
from partnersync.domain.value import Money, RecordKind, round_half_up
from partnersync.errors import ConfigError
from partnersync.rules.bands import Band, Bands
from partnersync.rules.base import percent
from partnersync.rules.earner import Earner, Event
from partnersync.rules.paid import Counted, GivenBack, walk
from partnersync.rules.program import Program, Programme

# Every step that the trace of a line is made of, with its arguments; sums have all decimal places and no currency.
STEPS: dict[str, tuple[str, ...]] = {
    "sum": ("paid",),  # VAT included
    "won": ("amount",),  # the deal was won for this, VAT included; less what its payments earned before
    "counted": ("sum",),  # all that the deal's amount still asked for; the rest of what was paid is too much
    "excluded": ("product",),  # the program earns nothing on it
    "vat": ("rate", "sum"),  # inside what was paid
    "gross": (),  # VAT is left inside
    "base": ("sum",),  # of a refund: the part of its payment's base that it takes back
    "rule": ("name", "terms"),  # "10%", a fixed sum, or "bands"
    "share": ("before", "after", "amount"),  # a fixed sum, by what was paid of the deal's amount before and with it
    "hold": ("day",),  # payable from 00:00 of it
    "measure": ("sum", "period"),  # the partner's base under the rule in the period before it, refunds not taken off
    "band": ("from", "to", "rate", "base", "amount"),  # the part in one band, and what it earns; "to" may be empty
    "refund": ("event", "part", "whole"),  # gives back a part of what counted of the payment
    "accrued": ("amount",),  # what the refunded payment earned
    "booked": ("before", "owed"),  # the line is the difference
    "moved": ("deal", "period"),  # the event belongs there now; what was booked elsewhere is taken back
    "reversed": ("amount",),  # was booked and is no longer owed
}


def earn(
    deal: Deal,
    payments: Sequence[Payment],
    attribution: Attribution,
    client_id: str,
    partner: Partner,
    registration_kind: str | None,
    programme: Programme,
    as_of: datetime,
) -> tuple[list[Earning], list[Issue]]:
    """What the events of a deal up to `as_of` bring the partner that it is attributed to, and what cannot be used.

    `payments` are the deal's up to `as_of`, refunds included. Whether an event is a payment or the win is decided by
    the program in force at its time; what payments earned before a win that earns is not earned again.
    """
    won = deal.state_at(as_of) is DealState.WON
    if not payments and not won:
        return [], []
    earner = Earner(deal, client_id, attribution.evidence.partner_id, partner, registration_kind)
    win = _in_force(programme, "won", deal.ended_at, earner, RecordKind.DEAL, deal.ref) if won else None
    earned = _earn_payments(deal, payments, bool(win), programme, earner) if payments else 0
    if win:
        amount = deal.amount or Money(0, deal.currency)
        rest = Money(max(amount.minor - earned, 0), amount.currency)
        if rest.minor or not earned:
            earner.add(win, Event(RecordKind.DEAL, deal.ref, deal.ended_at, rest, (("won", rest.text()),)))
    return earner.earnings, earner.issues


def hold_reason(deal: Deal, as_of: datetime) -> str:
    """Why the lines of a deal wait, beside time: "DEAL_LOST" while it is lost, else nothing."""
    return "DEAL_LOST" if deal.state_at(as_of) is DealState.LOST else ""


def price(earnings: Iterable[Earning], programme: Programme) -> list[Owed]:
    """What each earning comes to: plus for events, minus for refunds.

    Buckets must be whole, and refunds come with their payments. ConfigError where the program version or the rule of a
    bucket is gone.
    """
    owed: dict[tuple[str, str, str], Owed] = {}
    measures: dict[str, _Measure] = {}
    for earning in sorted(earnings, key=_pricing_order):
        key = (earning.event_id, earning.rule, earning.payee_id)
        if earning.refund is not None:
            of = owed[(earning.refund.of_event_id, earning.rule, earning.payee_id)]
            owed[key] = _given_back(earning, earning.refund, of)
        elif earning.bucket is not None:
            measure = measures.get(earning.bucket)
            if measure is None:
                measure = measures[earning.bucket] = _Measure(earning, earning.bucket, programme)
            owed[key] = measure.add(earning)
        elif earning.rate is not None:
            owed[key] = Owed(earning, earning.base.share(earning.rate), percent(earning.rate), earning.trace)
        elif earning.fixed is not None:
            owed[key] = Owed(earning, earning.fixed, "fixed", earning.trace)
    return list(owed.values())


class _Measure:
    """The partner's base under one rule in one period, as it grows event by event."""

    def __init__(self, first: Earning, bucket: str, programme: Programme) -> None:
        program = programme.named(first.program_version)
        rules = program.commission.rules if program else ()
        tiers = next((rule.tiers for rule in rules if rule.name == first.rule), None)
        if tiers is None:
            raise ConfigError(
                f'The bands of rule "{first.rule}" of program {first.program_version}, which lines depend on, are gone',
                hint="Put that version's file back as it was",
            )
        self._bands = Bands(tiers.edges())
        self._words = {band.start: _band_words(band, first.base.currency) for band in self._bands.bands}
        self._period = bucket.rpartition("|")[2]
        self._sum = 0

    def add(self, earning: Earning) -> Owed:
        """Price the next event."""
        currency = earning.base.currency
        steps: list[Step] = [("measure", Money(self._sum, currency).text(), self._period)]
        rates = []
        total = 0
        for band, base, amount in self._bands.split(self._sum, earning.base.minor):
            words = self._words[band.start]
            steps.append((*words, Money(base, currency).text(), Money(amount, currency).text()))
            rates.append(words[-1])
            total += amount
        self._sum += earning.base.minor
        return Owed(earning, Money(total, currency), "+".join(rates), f"{earning.trace}|{encode(steps)}")


def _band_words(band: Band, currency: str) -> Step:
    end = "" if band.end is None else Money(band.end, currency).text()
    return "band", Money(band.start, currency).text(), end, percent(band.rate)


def _earn_payments(deal: Deal, payments: Sequence[Payment], win: bool, programme: Programme, earner: Earner) -> int:
    """Earn payments and refunds in order; of what earned before the win, how much is not given back by then."""
    steps, issues = walk(deal.amount, payments)
    earner.issues += issues
    earned: dict[str, int] = {}
    for step in steps:
        if isinstance(step, GivenBack):
            earner.give_back(step)
            if step.of.payment.ref in earned and step.refund.paid_at < deal.ended_at:
                earned[step.of.payment.ref] -= step.after - step.before
            continue
        payment = step.payment
        if win and payment.paid_at >= deal.ended_at:
            continue
        program = _in_force(programme, "payment", payment.paid_at, earner, RecordKind.PAYMENT, payment.ref)
        if program:
            if payment.amount.currency == deal.currency:
                earned[payment.ref] = step.minor
            earner.add(program, _payment_event(step))
    return sum(earned.values())


def _payment_event(step: Counted) -> Event:
    payment = step.payment
    steps: tuple[Step, ...] = (("sum", payment.amount.text()),)
    paid, left_out = payment.amount, ""
    if step.minor != paid.minor:
        paid, left_out = Money(step.minor, paid.currency), "OVERPAID"
        steps = (*steps, ("counted", paid.text()))
    return Event(
        RecordKind.PAYMENT,
        payment.ref,
        payment.paid_at,
        paid,
        steps,
        payment.product,
        payment.vat_rate,
        payment.act_date,
        left_out,
    )


def _in_force(
    programme: Programme, trigger: str, moment: datetime, earner: Earner, kind: RecordKind, ref: str
) -> Program | None:
    """The program of an event if this kind of event is its trigger; before the first version the event is an issue."""
    program = programme.at(moment)
    if (program or programme.versions[0]).commission.trigger != trigger:
        return None
    if program is None:
        reason = "is from before the first program version: add a version with an earlier effective_from"
        earner.refuse(kind, ref, "PROGRAM_MISSING", reason)
    return program


def _given_back(earning: Earning, refund: Refund, of: Owed) -> Owed:
    """The refunded part of what its payment earned, rounded so that all parts sum to the whole."""
    before, after = (round_half_up(of.amount.minor * part, refund.paid) for part in (refund.before, refund.after))
    accrued = encode([("accrued", of.amount.text())])
    return Owed(earning, Money(before - after, of.amount.currency), of.rate, f"{earning.trace}|{accrued}")


def _pricing_order(earning: Earning) -> tuple[bool, datetime, str, str, str]:
    return earning.refund is not None, earning.event_time, earning.event_id, earning.rule, earning.payee_id
