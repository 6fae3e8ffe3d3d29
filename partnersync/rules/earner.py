"""One event of a deal → one earning: its rule, base, hold and trace; and what a refund takes back of it."""

from collections.abc import Container
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from partnersync.domain.attribution import RuleOverride
from partnersync.domain.deal import Deal
from partnersync.domain.earning import Earning, Refund
from partnersync.domain.issue import Issue
from partnersync.domain.partner import Partner
from partnersync.domain.trace import encode
from partnersync.domain.value import Money, RecordKind, round_half_up
from partnersync.rules.base import Base
from partnersync.rules.buckets import place
from partnersync.rules.convert import CARRIED_ON_DAYS, Rates, rate_of
from partnersync.rules.deal_rules import DealRules
from partnersync.rules.event import Event, base_of, converted
from partnersync.rules.paid import GivenBack
from partnersync.rules.program import Program
from partnersync.rules.rule_sums import Sums
from partnersync.rules.split import Share, shares_of_roles
from partnersync.rules.terms import CommissionRule
from partnersync.rules.tiers import NO_TIERS, Tiers

NO_PRODUCT = "*"  # the item of an event that names no product, on a deal without any


class Earner:
    """Turns the events of one deal, given in their order, into what they bring one partner."""

    def __init__(
        self,
        deal: Deal,
        client_id: str,
        partner_id: str,
        partner: Partner,
        registration_kind: str | None,
        known: Container[str] = (),
        rates: Rates | None = None,
        tiers: Tiers = NO_TIERS,
        named: RuleOverride | None = None,
    ) -> None:
        """`known` are the ids of partners that may hold roles of the deal."""
        self.earnings: list[Earning] = []
        self.issues: list[Issue] = []
        self._deal = deal
        self._client_id = client_id
        self._partner_id = partner_id
        self._known = known
        self._rates = rates or {}
        self._tiers = tiers
        self._named = named
        self._of_event: dict[str, Earning] = {}
        self._rules = DealRules(deal, partner_id, partner, registration_kind or "", tiers, named, self.issues)
        self._sums = Sums(deal)

    def add(self, program: Program, event: Event) -> None:
        """What an event earns under the program in force at its time; nothing where no rule takes it."""
        if program.commission.convert and event.paid.currency != program.currency:
            at = rate_of(self._rates, event.at.astimezone(program.zone).date(), event.paid.currency)
            if at is None:
                reason = (
                    f"is in {event.paid.currency}, and there is no rate of its day or the {CARRIED_ON_DAYS} days "
                    "before: it waits until one is added"
                )
                self.refuse(event.kind, event.ref, "RATE_MISSING", reason, event.paid.currency)
                return
            event = converted(event, at, program.currency)
        product = event.product or self._rules.common_product(program, event)
        if product is None:
            reason = "names no product, and those of its deal fall under different rules: it waits until one is named"
            self.refuse(event.kind, event.ref, "PRODUCT_UNKNOWN", reason)
            return
        rule = self._rules.of(program, product, event)
        if rule is None:
            return
        day = event.at.astimezone(program.zone).date()
        excluded = product in program.commission.exclude_products
        if not excluded and not self._complete(program, rule, event):
            return
        base = Base(0, (("excluded", product),)) if excluded else base_of(program, event, day)
        if base is None:
            reason = "is from before the first VAT rate: add an earlier one to [commission.vat] of the program"
            dated, column = event.act_date or event.at.astimezone(program.zone), "act_date" if event.act_date else ""
            self.refuse(event.kind, event.ref, "VAT_RATE_MISSING", reason, dated.isoformat(), column)
            return
        earning = self._earning(program, rule, event, day, base, excluded)
        self.earnings.append(earning)
        self._of_event[event.ref] = earning

    def _complete(self, program: Program, rule: CommissionRule, event: Event) -> bool:
        """Whether the payment has what its terms ask for; what is missing is an issue."""
        if program.commission.base == "margin" and (event.cost is None or event.cost.currency != event.paid.currency):
            reason = "has no cost in its currency, which its base is less: it waits until one is given"
            cost = event.cost.text() if event.cost else ""
            self.refuse(event.kind, event.ref, "COST_MISSING", reason, cost)
            return False
        if rule.per_unit is not None and event.quantity is None:
            reason = f'has no quantity, which rule "{rule.name}" pays for: it waits until one is given'
            self.refuse(event.kind, event.ref, "QUANTITY_MISSING", reason)
            return False
        return True

    def count(self, program: Program) -> None:
        """The win of the deal for rules with bands that count wins, where it is no event."""
        deal = self._deal
        day = deal.ended_at.astimezone(program.zone).date()
        nothing = Money(0, program.currency if program.commission.convert else deal.currency)
        event = Event(RecordKind.DEAL, deal.ref, deal.ended_at, nothing, ())
        names: set[str] = set()
        for product in deal.products or [""]:
            rule = self._rules.of(program, product, event)
            if rule and rule.tiers and rule.tiers.measure.startswith("won_") and rule.name not in names:
                names.add(rule.name)
                earning = self._earning(program, rule, event, day, Base(0, ()), False)
                self.earnings.append(replace(earning, base_items="", shares=(), counts_only=True))

    def give_back(self, back: GivenBack) -> None:
        """What a refund takes back: the same part of the base as of the payment, under the payment's own terms."""
        earning = self._of_event.get(back.of.payment.ref)
        if earning is None or not (earning.base.minor or (earning.fixed and earning.fixed.minor)):
            return
        self._sums.give_back(earning.rule, back.after - back.before)
        whole, currency = back.of.minor, earning.base.currency
        before, after = (round_half_up(earning.base.minor * part, whole) for part in (back.before, back.after))
        base = Money(after - before, currency)
        item = earning.base_items.partition("|")[0].rpartition("=")[0]
        paid_in = back.of.payment.amount.currency
        sums = Money(back.after - back.before, paid_in).text(), Money(whole, paid_in).text()
        self.earnings.append(
            replace(
                earning,
                event_id=back.refund.ref,
                event_time=back.refund.paid_at,
                base=base,
                base_items=f"{item}={(-base).text()}",
                refund=Refund(earning.event_id, back.before, back.after, whole),
                reason="",
                hold_until=None,
                trace=encode([("refund", earning.event_id, *sums), ("base", base.text())]),
            )
        )

    def refuse(self, kind: RecordKind, ref: str, code: str, reason: str, value: str = "", column: str = "") -> None:
        """List a payment or a deal that earns nothing until somebody mends it; `value` is what stands in the column."""
        self.issues.append(Issue(kind, ref, code, reason, column or _COLUMNS[kind, code], value))

    def _earning(
        self, program: Program, rule: CommissionRule, event: Event, day: date, base: Base, excluded: bool
    ) -> Earning:
        fixed, terms = self._sums.of(rule, event, excluded)
        if self._named and self._named.rule == rule.name:
            day_of_it = self._named.at.astimezone(program.zone).date()
            terms = (("named", self._named.actor, day_of_it.isoformat()), *terms)
        elif program.tiers and rule.when.partner_tiers:
            reached = self._tiers.reached(self._partner_id, program, event.at)
            terms = (("tier", reached.name, reached.quarter, reached.base.text()), *terms)
        hold_until, hold_day = _hold(day, program.commission.hold_days, program.zone)
        partner_id = self._partner_id
        at = place(rule, program.version, partner_id, self._client_id, self._deal.ref, day)
        amount = Money(base.minor, event.paid.currency)
        return Earning(
            event_id=event.ref,
            event_time=event.at,
            deal_ref=self._deal.ref,
            client_id=self._client_id,
            partner_id=partner_id,
            payee_id=partner_id,
            program_version=program.version,
            rule=rule.name,
            base=amount,
            base_items=self._items(event, amount, excluded),
            rate=rule.rate,
            fixed=fixed,
            bucket=at.bucket,
            measure=at.measure,
            cap=at.cap,
            fx=event.fx,
            shares=self._shares(rule) if rule.split and self._deal.roles else (),
            base_known=event.kind is RecordKind.PAYMENT or self._deal.amount is not None,
            reason=event.left_out,
            hold_until=hold_until,
            trace=encode((*event.steps, *base.steps, *terms, ("hold", hold_day))),
        )

    def _shares(self, rule: CommissionRule) -> tuple[Share, ...]:
        """Who gets which part under a rule that is split by roles; a holder that nobody knows is an issue."""
        shares, unknown = shares_of_roles(rule.split, self._deal.roles, self._partner_id, self._known)
        reason = "names an unknown partner, whose share waits: add it to the partners or correct the deal"
        for who in unknown:
            issue = Issue(RecordKind.DEAL, self._deal.ref, "PARTNER_UNKNOWN", reason, "roles", who)
            if issue not in self.issues:
                self.issues.append(issue)
        return shares

    def _items(self, event: Event, base: Money, excluded: bool) -> str:
        """The base by item; what is not in it stands with its reason: "licence=100.00|licence=-:OVERPAID"."""
        item = event.product or "+".join(self._deal.products) or NO_PRODUCT
        if excluded:
            return f"{item}=-:EXCLUDED"
        if not event.left_out:
            return f"{item}={base.text()}"
        left_out = f"{item}=-:{event.left_out}"
        return f"{item}={base.text()}|{left_out}" if base.minor else left_out


_COLUMNS = {
    (RecordKind.PAYMENT, "PRODUCT_UNKNOWN"): "product",
    (RecordKind.DEAL, "PRODUCT_UNKNOWN"): "products",
    (RecordKind.PAYMENT, "PROGRAM_MISSING"): "paid_at",
    (RecordKind.DEAL, "PROGRAM_MISSING"): "closed_at",
    (RecordKind.PAYMENT, "VAT_RATE_MISSING"): "paid_at",
    (RecordKind.DEAL, "VAT_RATE_MISSING"): "closed_at",
    (RecordKind.PAYMENT, "RATE_MISSING"): "currency",
    (RecordKind.DEAL, "RATE_MISSING"): "currency",
    (RecordKind.PAYMENT, "COST_MISSING"): "cost",
    (RecordKind.PAYMENT, "QUANTITY_MISSING"): "quantity",
}


@lru_cache(maxsize=4096)
def _hold(day: date, days: int, zone: ZoneInfo) -> tuple[datetime, str]:
    """The moment from which money of a day is payable, in UTC, and its day in the program's zone."""
    until = day + timedelta(days=days)
    return datetime(until.year, until.month, until.day, tzinfo=zone).astimezone(UTC), until.isoformat()
