"""Which rule of a program takes an event of one deal: the one that a person named, else the one that is chosen."""

from partnersync.domain.attribution import RuleOverride
from partnersync.domain.deal import Deal
from partnersync.domain.issue import Issue
from partnersync.domain.partner import Partner
from partnersync.domain.value import RecordKind
from partnersync.rules.event import Event
from partnersync.rules.program import Program, choose_rule
from partnersync.rules.rule_choice import facts_of
from partnersync.rules.terms import CommissionRule
from partnersync.rules.tiers import Tiers


class DealRules:
    """The choice for one deal of one partner."""

    def __init__(
        self,
        deal: Deal,
        partner_id: str,
        partner: Partner,
        registration_kind: str,
        tiers: Tiers,
        named: RuleOverride | None,
        issues: list[Issue],
    ) -> None:
        """A named rule that a program does not have is added to the issues, once."""
        self._deal = deal
        self._partner_id = partner_id
        self._partner = partner
        self._registration_kind = registration_kind
        self._tiers = tiers
        self._named = named
        self._issues = issues

    def common_product(self, program: Program, event: Event) -> str | None:
        """The product of an event that names none: any of the deal's, if one rule takes them all; else None."""
        products = self._deal.products
        if len(products) > 1:
            out = program.commission.exclude_products
            rules = [(self.of(program, product, event), product in out) for product in products]
            if any(rule is not rules[0][0] or excluded is not rules[0][1] for rule, excluded in rules):
                return None
        return products[0] if products else ""

    def of(self, program: Program, product: str, event: Event) -> CommissionRule | None:
        """The rule that a person named for the deal, else the one that the program chooses."""
        if self._named and (named := self._named_rule(self._named.rule, program, event.paid.currency)):
            return named
        deal, partner, kind = self._deal, self._partner, self._registration_kind
        tier = self._tiers.of(partner, program, event.at)
        return choose_rule(
            program, facts_of(deal, self._partner_id, partner.kind, tier, kind, product, event.paid.currency)
        )

    def _named_rule(self, name: str, program: Program, currency: str) -> CommissionRule | None:
        rule = program.rules_by_name.get(name)
        if rule and rule.currency in (None, currency):
            return rule
        reason = (
            f"is to be priced by a rule that program {program.version} does not have for {currency}, whose own choice "
            "counts: add the rule to it, or `override` the deal anew"
        )
        issue = Issue(RecordKind.DEAL, self._deal.ref, "RULE_UNKNOWN", reason, "", name)
        if issue not in self._issues:
            self._issues.append(issue)
        return None
