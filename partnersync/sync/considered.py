"""Why a rule took an event of a deal, or none did: worked out anew from what is known now. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from partnersync.domain.deal import DealState
from partnersync.domain.line import Line
from partnersync.domain.partner import Partner
from partnersync.domain.trace import Step, decode
from partnersync.domain.value import Money
from partnersync.rules.program import Program, Programme
from partnersync.rules.rule_choice import RuleFacts, facts_of, named_by, none_takes, paid_at_win, passed_over
from partnersync.rules.tiers import Tiers
from partnersync.sync.story import DealStory


class Untaken(NamedTuple):
    """A payment or win (the deal's own id) for which there is no line, and why it earned nothing."""

    event_id: str
    at: datetime
    amount: Money
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Considered:
    """What the choice of rules for a deal goes by."""

    programme: Programme
    partners: Mapping[str, Partner]
    tiers: Tiers

    def of_line(self, line: Line, told: DealStory) -> list[Step]:
        """Why its rule took a line's event: a person named it, or what kept each other rule of the version away."""
        version = self.programme.named(line.program_version)
        partner = self.partners.get(line.partner_id)
        if version is None or partner is None or line.rule not in version.rules_by_name:
            return []
        if told.rule and told.rule.rule in version.rules_by_name:
            return [named_by(told.rule, version.zone)]
        if named := [step for step in decode(line.trace) if step[0] == "named"]:
            return named
        item = line.base_items.partition("|")[0].rpartition("=")[0]
        product = item if item in told.deal.products else next(iter(told.deal.products), "")
        facts = self._facts(told, partner, version, line.event_time, product, line.base.currency)
        return passed_over(version.commission.rules, facts, line.rule)

    def untaken(self, told: DealStory, as_of: datetime) -> Iterator[Untaken]:
        """The deal's payments up to a moment, and its win, that no rule took though nothing about them is to be mended.

        Of a deal that belongs to nobody none is told, nor what some rule would take by now.
        """
        found = told.standing.attribution
        partner = self.partners.get(found.evidence.partner_id) if found else None
        if partner is None:
            return
        deal, known = told.deal, {line.event_id for line, _ in told.lines} | {ref for ref, _, _ in told.to_mend}
        for paid in told.payments:
            if paid.ref not in known and paid.paid_at <= as_of:
                products = (paid.product,) if paid.product else deal.products
                if steps := self._why(told, partner, "payment", paid.paid_at, products, paid.amount.currency):
                    yield Untaken(paid.ref, paid.paid_at, paid.amount, steps)
        if deal.state_at(as_of) is DealState.WON and deal.ref not in known:
            amount = deal.amount or Money(0, deal.currency)
            if steps := self._why(told, partner, "won", deal.ended_at, deal.products, amount.currency):
                yield Untaken(deal.ref, deal.ended_at, amount, steps)

    def _why(
        self,
        told: DealStory,
        partner: Partner,
        trigger: str,
        at: datetime,
        products: tuple[str, ...],
        currency: str,
    ) -> list[Step]:
        version = self.programme.at(at)
        if version is None or (told.rule and told.rule.rule in version.rules_by_name):
            return []
        if version.commission.trigger != trigger:
            return [paid_at_win(version.version)] if trigger == "payment" else []
        currency = version.currency if version.commission.convert else currency
        facts = [self._facts(told, partner, version, at, product, currency) for product in products or ("",)]
        return none_takes(version.commission.rules, version.version, facts)

    def _facts(
        self, told: DealStory, partner: Partner, version: Program, at: datetime, product: str, currency: str
    ) -> RuleFacts:
        """What rules can ask about an event, by what is known now."""
        behind = told.standing.registration_id
        kinds = (one.registration.kind.value for one in told.claims if one.registration.registration_id == behind)
        tier = self.tiers.of(partner, version, at)
        return facts_of(told.deal, partner.partner_id, partner.kind, tier, next(kinds, ""), product, currency)
