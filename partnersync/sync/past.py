"""What lint asks the stored history: past lines as rules see them, and partners whose contract is a risk."""

from collections import Counter

from partnersync.domain.deal import Deal
from partnersync.domain.earning import Earning
from partnersync.domain.partner import Partner
from partnersync.domain.value import RecordKind
from partnersync.rules.earner import NO_PRODUCT
from partnersync.rules.lint import is_npd_agency
from partnersync.rules.program import Program, Programme
from partnersync.rules.rule_choice import RuleFacts, facts_of
from partnersync.rules.what_if import Bill, replaced
from partnersync.store import codec, records
from partnersync.store.records import Row
from partnersync.sync.simulate import History, Side

Lines = Counter[RuleFacts]


def past_lines(history: History, programme: Programme) -> Lines:
    """How many lines the events of history bring under the programme, by what rules can ask about them."""
    side = Side(history.knowledge(programme), Bill(programme))
    side.weigh_tiers(history, lambda file: file, ())
    partners = side.knowledge.partners.by_id
    found: Counter[RuleFacts] = Counter()
    for page in history.cases():
        for file in page:
            decided = side.decided(file, history)
            deals = {deal.ref: deal for deal, _ in file.deals}
            kinds = {one.registration.registration_id: one.registration.kind for one in decided.registrations}
            for of_deal in decided.deals:
                deal, kind = deals[of_deal.state.deal_ref], kinds.get(of_deal.state.registration_id, "")
                for one in of_deal.earnings:
                    if one.refund is None and not one.counts_only:
                        who, product = one.partner_id, _product(one, deal)
                        program = programme.named(one.program_version)
                        tier = side.knowledge.tier(who, program, one.event_time) if program else ""
                        facts = facts_of(deal, who, partners[who].kind, tier, kind, product, one.base.currency)
                        found[facts] += 1
    return found


def _product(one: Earning, deal: Deal) -> str:
    """The product of an event; where it named none, one of its deal's, which fall under one rule."""
    name = one.base_items.partition("|")[0].rpartition("=")[0]
    if name in (NO_PRODUCT, "+".join(deal.products)):
        return deal.products[0] if deal.products else ""
    return name


def cuts(history: History, programme: Programme, program: Program) -> Counter[str]:
    """How often `max_total` would have cut past events under each rule, had these been the terms from the start."""
    other = replaced(programme, program, always=True)
    side = Side(history.knowledge(other), Bill(other))
    side.weigh_tiers(history, lambda file: file, ())
    for page in history.cases():
        for file in page:
            side.take(file, history)
    side.bill.close()
    return side.bill.cut


def npd_agents(history: History) -> list[tuple[Row, Partner]]:
    """Partners with the tax on professional income under a contract that it does not allow, with their records."""
    rows = [row for row in records.by_kind(history.tx, RecordKind.PARTNER) if row.body and row.state != "gone"]
    known = [(row, codec.load(Partner, row.body or "")) for row in rows]
    return [(row, partner) for row, partner in known if is_npd_agency(partner)]
