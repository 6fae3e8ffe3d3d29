"""What is earned: payments and wins of an attributed deal → earnings, which pricing.py turns into signed amounts.

A function of its arguments alone, in whatever order the payments come.
"""

from collections.abc import Container, Sequence
from datetime import datetime
from fractions import Fraction

from partnersync.domain.attribution import Attribution, RuleOverride
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.earning import Earning
from partnersync.domain.issue import Issue
from partnersync.domain.partner import Partner
from partnersync.domain.trace import Step
from partnersync.domain.value import Money, RecordKind
from partnersync.rules.buckets import linked
from partnersync.rules.convert import Rates
from partnersync.rules.earner import Earner
from partnersync.rules.event import Event
from partnersync.rules.paid import Counted, GivenBack, walk
from partnersync.rules.program import Program, Programme
from partnersync.rules.tiers import NO_TIERS, Tiers

# Every step that the trace of a line is made of, with its arguments; sums have all decimal places and no currency.
STEPS: dict[str, tuple[str, ...]] = {
    "sum": ("paid",),  # VAT included
    "won": ("amount",),  # the deal was won for this, VAT included; less what its payments earned before
    "counted": ("sum",),  # all that the deal's amount still asked for; the rest of what was paid is too much
    "excluded": ("product",),  # the program earns nothing on it
    "vat": ("rate", "sum"),  # inside what was paid
    "converted": ("price", "day", "sum"),  # what counts of it in the program's currency, at the rate of its day
    "cost": ("sum",),  # of what was paid, which is no margin
    "units": ("number",),  # how many were paid for
    "gross": (),  # VAT is left inside
    "base": ("sum",),  # of a refund: the part of its payment's base that it takes back
    "rule": ("name", "terms"),  # "10%", a fixed sum, "bands" or "terms"
    "named": ("actor", "day"),  # a person decided that this rule prices the deal
    "tier": ("tier", "period", "sum"),  # that the partner has then, and the base that reached it
    "share": ("before", "after", "amount"),  # a fixed sum, by what was paid of the deal's amount before and with it
    "hold": ("day",),  # payable from 00:00 of it
    "term": ("first", "until"),  # the rule earns from the client's first payment under it to 00:00 of the second day
    "step": ("rate", "until"),  # of staggered terms: until 00:00 of that day
    "ended": ("first", "until"),  # the term is over
    "measure": ("sum", "period"),  # the partner's base under the rule in the period before it, refunds not taken off
    "band": ("from", "to", "rate", "base", "amount"),  # the part in one band, and what it earns; "to" may be empty
    "reached": ("sum", "rate"),  # the measure with the event, and the rate that all of it earns
    "crossed": ("sum", "period", "rate"),  # the event brings the measure, and what came before, to another rate
    "topped": ("line", "event", "amount"),  # what an earlier event earns more by it
    "topped_up": ("amount",),  # what the refunded payment earned later by crossings
    "number": ("number", "period", "rate"),  # how many won deals or clients are counted in the period, with its own
    "crossed_at": ("number", "period", "rate"),  # it brings their number, and what came before, to another rate
    "cap": ("name", "limit", "total", "counted"),  # the most, what was earned under it with this, and what of it counts
    "split": ("payee", "rate", "whole"),  # the line is his share of the whole
    "refund": ("event", "part", "whole"),  # gives back a part of what counted of the payment
    "accrued": ("amount",),  # what the refunded payment earned
    "booked": ("before", "owed"),  # the line is the difference
    "moved": ("deal", "period"),  # the event belongs there now; what was booked elsewhere is taken back
    "reversed": ("amount",),  # was booked and is no longer owed
    "kept": ("amount",),  # what lines in an approved statement keep, and what is taken off for it
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
    known: Container[str] = (),
    rates: Rates | None = None,
    tiers: Tiers = NO_TIERS,
    named: RuleOverride | None = None,
    since: datetime | None = None,
) -> tuple[list[Earning], list[Issue]]:
    """What the events of a deal up to `as_of` bring the partner that it is attributed to, and what cannot be used.

    `payments` are the deal's up to `as_of`, refunds included; `known` are the partners that may hold roles of the
    deal; `named` is the rule that a person chose for it. The deal is the partner's from `since` on (None: it always
    was); nobody earns what was paid before.
    Whether an event is a payment or the win is decided by the program in force at its time; what payments earned
    before a win that earns is not earned again.
    """
    won = deal.state_at(as_of) is DealState.WON
    if not payments and not won:
        return [], []
    earner = Earner(
        deal, client_id, attribution.evidence.partner_id, partner, registration_kind, known, rates, tiers, named
    )
    win = _in_force(programme, "won", deal.ended_at, earner, RecordKind.DEAL, deal.ref) if won else None
    earned = _earn_payments(deal, payments, bool(win), programme, earner, since) if payments else 0
    if win:
        amount = deal.amount or Money(0, deal.currency)
        rest = Money(max(amount.minor - earned, 0), amount.currency)
        if rest.minor or not earned:
            earner.add(win, Event(RecordKind.DEAL, deal.ref, deal.ended_at, rest, (("won", rest.text()),)))
    program = programme.at(deal.ended_at) if won and not win else None
    if program and program.counts_wins:
        earner.count(program)
    earnings = linked(earner.earnings, programme) if programme.weighs_deals else earner.earnings
    return earnings, earner.issues


def hold_reason(deal: Deal, as_of: datetime) -> str:
    """Why the lines of a deal wait, beside time: "DEAL_LOST" while it is lost, else nothing."""
    return "DEAL_LOST" if deal.state_at(as_of) is DealState.LOST else ""


def _earn_payments(
    deal: Deal, payments: Sequence[Payment], win: bool, programme: Programme, earner: Earner, since: datetime | None
) -> int:
    """Earn payments and refunds in order; of what was an event before the win, how much is not given back by then."""
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
        owner = earner if since is None or payment.paid_at >= since else None
        program = _in_force(programme, "payment", payment.paid_at, owner, RecordKind.PAYMENT, payment.ref)
        if program:
            if payment.amount.currency == deal.currency:
                earned[payment.ref] = step.minor
            if owner:
                owner.add(program, _payment_event(step))
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
        payment.cost.share(_part(step)) if payment.cost else None,
        payment.quantity * _part(step) if payment.quantity is not None else None,
    )


def _part(step: Counted) -> Fraction:
    """How much of the payment counts."""
    whole = step.payment.amount.minor
    return Fraction(step.minor, whole) if whole else Fraction(1)


def _in_force(
    programme: Programme, trigger: str, moment: datetime, earner: Earner | None, kind: RecordKind, ref: str
) -> Program | None:
    """The program of an event if this kind of event is its trigger.

    Before the first version the event is an issue, unless nobody (`earner` None) would earn it.
    """
    program = programme.at(moment)
    if (program or programme.versions[0]).commission.trigger != trigger:
        return None
    if program is None and earner:
        reason = "is from before the first program version: add a version with an earlier effective_from"
        earner.refuse(kind, ref, "PROGRAM_MISSING", reason, moment.astimezone(programme.zone).isoformat())
    return program
