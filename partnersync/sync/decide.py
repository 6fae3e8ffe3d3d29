"""Records of one case → verdicts, protection, attribution and earnings; then lines → what is due in managed fields.

Pure: its inputs are the records, what was decided before, the program in force at each event's time, and `as_of`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from partnersync.domain.activity import Activity
from partnersync.domain.deal import Deal
from partnersync.domain.decided import Judged
from partnersync.domain.earning import Earning
from partnersync.domain.issue import Issue
from partnersync.domain.registration import Claim, Registration
from partnersync.rules import identity, likeness, term
from partnersync.rules.leaks import Leak
from partnersync.rules.likeness import Known
from partnersync.rules.partners import Partners
from partnersync.rules.program import Programme
from partnersync.sync import leaking, merging
from partnersync.sync.attributing import Attributing
from partnersync.sync.case import CaseDecision, CaseFile, DealDecision, Knowledge
from partnersync.sync.deal_decision import by_now, decide_deal
from partnersync.sync.docket import Docket
from partnersync.sync.judging import Judging


def decide(case: CaseFile, knowledge: Knowledge, as_of: datetime, run: int) -> CaseDecision:
    """Decide one case as of a moment. Records dated later do not take part, and are looked at when their time comes."""
    looks: list[datetime] = []
    deals = [seen for seen in case.deals if not seen[0].merged_into and by_now(seen[0].created_at, as_of, looks)]
    if len(deals) < len(case.deals):
        case = replace(case, standings=merging.followed(case))
    if any(deal.utm_source for deal, _ in deals):
        deals = [(_with_partners_link(deal, knowledge.partners), first_seen) for deal, first_seen in deals]
    claimed = [seen for seen in case.registrations if by_now(seen[0].submitted_at, as_of, looks)]
    program = knowledge.programme.at(as_of)
    members = _members(deals, claimed, program.registration.scope if program else "client", case.crowded)
    clients = identity.cut(members)
    issues: list[Issue] = []
    whose = _Clients(case, knowledge, as_of, deals, claimed, clients)
    judged = _judge(case, whose, claimed, members, clients, knowledge, as_of, run, issues, looks) if claimed else []
    by_client: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.protection:
            by_client[one.client_id].append(one)
            if one.protection.next_look_at:
                looks.append(one.protection.next_look_at)
    finding = {
        client_id: whose.attributing(client_id, [one.claim() for one in by_client.get(client_id, ())])
        for client_id in dict.fromkeys(clients[: len(deals)])
    }
    decided = [
        decide_deal(
            deal, client_id, by_client.get(client_id, ()), finding[client_id], case, knowledge, as_of, looks, issues
        )
        for (deal, _), client_id in zip(deals, clients, strict=False)
    ]
    if knowledge.programme.has_terms:
        decided = _within_terms(decided, knowledge.programme)
    found: Sequence[Leak] = ()
    if by_client:
        standings = [(deal, one.state) for one, (deal, _) in zip(decided, deals, strict=True)]
        found = leaking.found(by_client, standings, knowledge.programme, as_of)
    return CaseDecision(case.case_id, judged, decided, issues, min(looks, default=None), found)


def _with_partners_link(deal: Deal, partners: Partners) -> Deal:
    """A campaign that is no partner's link leaves a deal direct."""
    if deal.utm_source and partners.of_link(deal.utm_source) is None:
        return replace(deal, utm_source=None)
    return deal


def _members(
    deals: Sequence[tuple[Deal, int]],
    claimed: Sequence[tuple[Registration, int]],
    scope: identity.Scope,
    crowded: frozenset[str],
) -> list[identity.Member]:
    """The deals, then the registrations, as identity knows them."""
    records = [(deal.client, f"deal:{deal.ref}", first_seen) for deal, first_seen in deals]
    records += [(claim.client, f"registration:{claim.registration_id}", first_seen) for claim, first_seen in claimed]
    return [
        identity.Member(
            identity.own_id(client, fallback, scope),
            first_seen,
            identity.keys(client, scope, crowded),
            client.inn if scope == "client" else identity.number(client, scope),
        )
        for client, fallback, first_seen in records
    ]


class _Clients:
    """The clients that a case is cut into: the deals and touches of each."""

    def __init__(
        self,
        case: CaseFile,
        knowledge: Knowledge,
        as_of: datetime,
        deals: Sequence[tuple[Deal, int]],
        claimed: Sequence[tuple[Registration, int]],
        clients: Sequence[str],
    ) -> None:
        self._case, self._knowledge, self._as_of = case, knowledge, as_of
        self.seen = deals
        self.deals: dict[str, list[tuple[Deal, int]]] = defaultdict(list)
        for seen, client_id in zip(deals, clients, strict=False):
            self.deals[client_id].append(seen)
        self.merged: dict[str, list[Deal]] = defaultdict(list)
        if len(deals) < len(case.deals):
            of = {deal.ref: client_id for (deal, _), client_id in zip(deals, clients, strict=False)}
            for deal in merging.stand_ins(case):
                if deal.ref in of:
                    self.merged[of[deal.ref]].append(deal)
        self._inns: dict[str, set[str]] = defaultdict(set)
        if case.touches:
            records = [*(deal.client for deal, _ in deals), *(claim.client for claim, _ in claimed)]
            for client, client_id in zip(records, clients, strict=True):
                if client.inn:
                    self._inns[client_id].add(client.inn)

    def touches(self, client_id: str) -> list[Activity]:
        """Activities that name the client by its tax number, and no deal."""
        return [one for inn in sorted(self._inns[client_id]) for one in self._case.touches.get(inn, ())]

    def attributing(self, client_id: str, claims: Sequence[Claim]) -> Attributing:
        """Finds whose a client's deals are, by these claims on it."""
        case, known = self._case, self._knowledge
        return Attributing(
            known.programme,
            known.partners,
            self._as_of,
            known.is_history,
            case.standings,
            case.judged,
            case.overrides,
            case.payments,
            case.activities,
            case.frozen,
            known.rarely,
            claims,
            self.touches(client_id),
            [deal for deal, _ in self.deals[client_id]],
        )


def _judge(
    case: CaseFile,
    whose: _Clients,
    claimed: Sequence[tuple[Registration, int]],
    members: Sequence[identity.Member],
    clients: Sequence[str],
    knowledge: Knowledge,
    as_of: datetime,
    run: int,
    issues: list[Issue],
    looks: list[datetime],
) -> list[Judged]:
    deals = whose.seen
    known, own_ids = _known(case, deals, claimed, members, clients)
    docket = Docket(
        knowledge.partners,
        knowledge.supplied,
        case.judged,
        case.standings,
        case.payments,
        case.activities,
        whose.deals,
        known,
        case.capacity,
        own_ids,
        case.arrived,
        whose.attributing,
        whose.touches,
        whose.merged,
    )
    judging = Judging(docket, knowledge.programme, knowledge.unread, as_of, run, case.rulings, issues, looks)
    return judging.judge([(claim, client) for (claim, _), client in zip(claimed, clients[len(deals) :], strict=True)])


def _known(
    case: CaseFile,
    deals: Sequence[tuple[Deal, int]],
    claimed: Sequence[tuple[Registration, int]],
    members: Sequence[identity.Member],
    clients: Sequence[str],
) -> tuple[Mapping[str, Sequence[Known]], Mapping[str, set[str]]]:
    """Who has keys like a claim's, or is kept apart from it by a tax number; and what each client is called there."""
    own_ids: dict[str, set[str]] = defaultdict(set)
    known, apart = case.known, len(set(clients)) > 1
    if not (known or apart):
        return known, own_ids
    claim_ids = [claim.registration_id for claim, _ in claimed]
    own = [identity.own_id(deal.client, f"deal:{deal.ref}") for deal, _ in deals]
    own += [identity.own_id(claim.client, f"registration:{claim.registration_id}") for claim, _ in claimed]
    for name, client_id in zip(own, clients, strict=True):
        own_ids[client_id].add(name)
    if apart:
        dates = [deal.created_at for deal, _ in deals] + [claim.submitted_at for claim, _ in claimed]
        vetoed = likeness.vetoed(members, clients, dates, dict(enumerate(claim_ids, start=len(deals))))
        known = {one: [*case.known.get(one, ()), *vetoed.get(one, ())] for one in claim_ids}
    return known, own_ids


def _within_terms(decided: Sequence[DealDecision], programme: Programme) -> list[DealDecision]:
    """With what the terms of rules leave of the earnings; a client's deals are all in its case."""
    by_deal: dict[str, list[Earning]] = defaultdict(list)
    for earning in term.within_terms([earning for deal in decided for earning in deal.earnings], programme):
        by_deal[earning.deal_ref].append(earning)
    return [replace(deal, earnings=by_deal[deal.state.deal_ref]) for deal in decided]
