"""A worked example of the terms: one event that a rule takes, earned and priced by the rules of every run."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealKind, DealState, Payment
from partnersync.domain.earning import Owed
from partnersync.domain.line import LineKind
from partnersync.domain.partner import Partner, PartnerKind
from partnersync.domain.say import Say
from partnersync.domain.value import Money, minor_digits
from partnersync.rules import commission, explain, regions, term
from partnersync.rules.base import vat_rate
from partnersync.rules.pricing import price
from partnersync.rules.program import Program, Programme
from partnersync.rules.rule_choice import RuleFacts
from partnersync.rules.terms import CommissionRule, size

_USUAL = 100_000  # major units of the base, where no band asks for another
_COST = Fraction(3, 5)  # of what is paid, where a margin is the base
_UNITS = Fraction(10)


@dataclass(frozen=True, slots=True)
class Example:
    """A client pays (or a deal is won for) `paid` on a day; `owed` is what that brings."""

    rule: str
    product: str
    day: date
    paid: Money
    won: bool
    owed: tuple[Owed, ...]


def example(program: Program) -> Example | None:
    """An event under the first rule that can take one, in the last band of its base; None: nothing is earned."""
    for rule in program.commission.rules:
        within = regions.taken(rule, program)
        if within is not None and (found := _worked(program, rule, regions.event(within, program))):
            return found
    return None


def _worked(program: Program, rule: CommissionRule, facts: RuleFacts) -> Example | None:
    day, currency, won = program.effective_from, facts.currency, program.commission.trigger == "won"
    at = datetime.combine(day, time(12), program.zone).astimezone(UTC)
    paid, cost = _paid(program, rule, currency)
    partner_id = facts.partner_id or "P1"
    holders = [partner_id, *(f"P{number}" for number in range(2, len(rule.split) + 1))]
    deal = Deal(
        "example/D1",
        ClientKeys(),
        DealState.WON if won else DealState.OPEN,
        at,
        currency,
        partner_id=partner_id,
        roles=tuple(zip(holders, rule.split, strict=False)),
        products=(facts.product,) if facts.product else (),
        kind=DealKind(facts.deal_kind),
        pipeline=facts.pipeline or None,
        amount=paid,
        closed_at=at if won else None,
    )
    payments = [] if won else [Payment("example/M1", deal.ref, at, paid, cost=cost, quantity=_UNITS)]
    partner = Partner(partner_id, partner_id, kind=PartnerKind(facts.partner_kind), tier=facts.partner_tier or None)
    attribution = Attribution(Evidence(partner_id, Source.TYPED, at))
    programme = Programme((program,))
    earnings, issues = commission.earn(
        deal,
        payments,
        attribution,
        "example/C1",
        partner,
        facts.registration_kind or None,
        programme,
        at + timedelta(days=1),
        frozenset(holders),
    )
    if issues or not earnings:
        return None
    owed = price(term.within_terms(earnings, programme), programme)
    return Example(rule.name, facts.product, day, paid, won, tuple(owed))


def _paid(program: Program, rule: CommissionRule, currency: str) -> tuple[Money, Money]:
    """What has to be paid, VAT included, for a base that shows the rule; and what was sold cost."""
    base = _USUAL * 10 ** minor_digits(currency)
    if rule.tiers and rule.tiers.measure.startswith("base_") and (edge := size(rule.tiers.bands[-1].from_)):
        base = edge * 6 // 5
    net, cost = Money(base, currency), Money(0, currency)
    if program.commission.base == "margin":
        net = net.share(1 / (1 - _COST))
        cost = net - Money(base, currency)
    rate = vat_rate(program.commission.vat, program.effective_from) or Fraction(0)
    return (net if program.commission.base == "gross" else net.share(1 + rate)), cost


def told(one: Example, say: Say) -> list[str]:
    """The example in sentences: the event, the arithmetic of each line, and what it comes to."""
    event = (
        say("On {day} a deal for {product} is won for {sum}.")
        if one.won
        else say("On {day} a client pays {sum} for {product}.")
    )
    if not one.product:
        event = say("On {day} a deal is won for {sum}.") if one.won else say("On {day} a client pays {sum}.")
    lines = [event.format(day=say.day(one.day), sum=say.money(one.paid), product=one.product)]
    for owed in one.owed:
        lines += explain.sentences(owed.trace, say)
        text = say("A cap takes {sum}.") if owed.kind is LineKind.CAP else say("Partner {partner} earns {sum}.")
        lines.append(text.format(partner=owed.earning.payee_id, sum=say.money(owed.amount)))
    return lines
