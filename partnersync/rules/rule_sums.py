"""What a rule gives for an event before bands, terms and caps: its rate, a fixed sum, or one for each unit."""

from fractions import Fraction

from partnersync.domain.deal import Deal
from partnersync.domain.trace import Step
from partnersync.domain.value import Money, RecordKind, round_half_up
from partnersync.rules.base import decimal, percent
from partnersync.rules.event import Event
from partnersync.rules.terms import CommissionRule


class Sums:
    """Keeps what was paid of one deal under each fixed rule, through its events in their order."""

    def __init__(self, deal: Deal) -> None:
        self._deal = deal
        self._paid: dict[str, int] = {}  # under each fixed rule, less what was given back

    def of(self, rule: CommissionRule, event: Event, excluded: bool) -> tuple[Money | None, tuple[Step, ...]]:
        """The sum of a rule for the event (None: it has a rate), and the steps that tell the rule and its terms."""
        if rule.rate is not None:
            return None, (("rule", rule.name, percent(rule.rate)),)
        if rule.per_unit is not None:
            count = Fraction(0) if excluded or event.quantity is None else event.quantity
            told = (("rule", rule.name, rule.per_unit.text()), ("units", decimal(count)))
            return rule.per_unit.share(count), told
        if rule.fixed is None:
            return None, (("rule", rule.name, "bands" if rule.tiers else "terms"),)
        named = ("rule", rule.name, rule.fixed.text())
        if excluded:
            return Money(0, rule.fixed.currency), (named,)
        return self._fixed_part(rule.name, rule.fixed, event, named)

    def give_back(self, rule: str, minor: int) -> None:
        """So much of what was paid under a rule is given back, in minor units."""
        if rule in self._paid:
            self._paid[rule] -= minor

    def _fixed_part(self, rule: str, fixed: Money, event: Event, named: Step) -> tuple[Money, tuple[Step, ...]]:
        """A fixed sum is once per deal, by the paid share of the deal's amount; without one, all of it at once."""
        before = self._paid.get(rule, 0)
        paid_in = event.asked or event.paid
        after = self._paid[rule] = before + paid_in.minor
        amount = self._deal.amount
        if amount is not None and amount.minor > 0 and amount.currency == paid_in.currency:
            upto, past = (round_half_up(fixed.minor * part, amount.minor) for part in (after, before))
            paid = (Money(part, amount.currency).text() for part in (before, after))
            return Money(upto - past, fixed.currency), (named, ("share", *paid, amount.text()))
        nothing = before > 0 or (event.kind is RecordKind.PAYMENT and not event.paid.minor)
        return Money(0 if nothing else fixed.minor, fixed.currency), (named,)
