"""Records of one case → verdicts, protection, attribution and earnings; then lines → what is due in managed fields.

Pure: its inputs are the records, what was decided before, the program in force at each event's time, and `as_of`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from partnersync.domain.activity import Activity
from partnersync.domain.attribution import Attribution, Override, RuleOverride, Source
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.earning import Earning
from partnersync.domain.issue import Issue
from partnersync.domain.registration import LIVE, Claim, Registration, RegistrationState, VerdictCode
from partnersync.domain.ruling import Ruling
from partnersync.domain.value import RecordKind
from partnersync.rules import commission, identity, likeness, term
from partnersync.rules.convert import Rates
from partnersync.rules.leaks import Leak
from partnersync.rules.likeness import Known
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program, Programme
from partnersync.rules.tiers import NO_TIERS, Tiers
from partnersync.sync import leaking
from partnersync.sync.attributing import Attributing
from partnersync.sync.judging import Judging, stage_moved

_BY_REGISTRATION = frozenset({Source.REGISTRATION, Source.OVERRIDE})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What every case is decided with.

    `history_from` by connection: deals that ended earlier are left alone. `supplied`: connections that tell activities.
    `rarely`: partners with a registration in a due case whose registrations are seldom accepted.
    """

    programme: Programme
    partners: Partners
    history_from: Mapping[str, datetime] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    rates: Rates = field(default_factory=dict)
    tiers: Tiers = NO_TIERS
    rarely: frozenset[str] = frozenset()

    def tier(self, partner_id: str, program: Program, moment: datetime) -> str:
        """A partner's tier at a moment; nobody has none."""
        partner = self.partners.by_id.get(partner_id)
        return self.tiers.of(partner, program, moment) if partner else ""

    def is_history(self, deal: Deal) -> bool:
        """Whether the deal ended before its connection's history begins."""
        since = self.history_from.get(deal.connection) if self.history_from else None
        return since is not None and deal.state is not DealState.OPEN and deal.ended_at < since


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that touches one client. `first_seen` numbers are runs; `judged` and `standings` are earlier decisions."""

    case_id: str
    deals: Sequence[tuple[Deal, int]] = ()
    payments: Mapping[str, Sequence[Payment]] = field(default_factory=dict)  # by deal ref
    registrations: Sequence[tuple[Registration, int]] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)  # by registration id
    standings: Mapping[str, DealStanding] = field(default_factory=dict)  # by deal ref
    overrides: Mapping[str, Override] = field(default_factory=dict)  # by deal ref
    activities: Mapping[str, Sequence[Activity]] = field(default_factory=dict)  # by deal ref
    touches: Mapping[str, Sequence[Activity]] = field(default_factory=dict)  # those that name no deal; by client's INN
    frozen: frozenset[str] = frozenset()  # deals with a line in an approved statement
    known: Mapping[str, Sequence[Known]] = field(
        default_factory=dict
    )  # who has keys like a claim's; by registration id
    rulings: Mapping[str, Sequence[Ruling]] = field(default_factory=dict)  # of people, by registration id
    capacity: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)  # R4 as weighed, by registration id
    crowded: frozenset[str] = frozenset()  # phones of many companies
    arrived: Mapping[str, int] = field(default_factory=dict)  # first_seen of payments and activities, where claims are
    rules: Mapping[str, RuleOverride] = field(default_factory=dict)  # that people chose, by deal ref


@dataclass(frozen=True, slots=True)
class DealDecision:
    """What is to be remembered of a deal, and what its events bring."""

    state: DealStanding
    earnings: Sequence[Earning]
    is_won: bool = True


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """What was decided about a case; time alone changes it at `next_look_at` (None: never)."""

    case_id: str
    registrations: Sequence[Judged]
    deals: Sequence[DealDecision]
    issues: Sequence[Issue]
    next_look_at: datetime | None
    leaks: Sequence[Leak] = ()


def decide(case: CaseFile, knowledge: Knowledge, as_of: datetime, run: int) -> CaseDecision:
    """Decide one case as of a moment. Records dated later do not take part, and are looked at when their time comes."""
    looks: list[datetime] = []
    deals = [seen for seen in case.deals if not seen[0].merged_into and _by_now(seen[0].created_at, as_of, looks)]
    if any(deal.utm_source for deal, _ in deals):
        deals = [(_with_partners_link(deal, knowledge.partners), first_seen) for deal, first_seen in deals]
    claimed = [seen for seen in case.registrations if _by_now(seen[0].submitted_at, as_of, looks)]
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
        _decide_deal(
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


def _by_now(at: datetime, as_of: datetime, looks: list[datetime]) -> bool:
    if at <= as_of:
        return True
    looks.append(at)
    return False


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
        self._inns: dict[str, set[str]] = defaultdict(set)
        if case.touches:
            records = [*(deal.client for deal, _ in deals), *(claim.client for claim, _ in claimed)]
            for client, client_id in zip(records, clients, strict=True):
                if client.inn:
                    self._inns[client_id].add(client.inn)

    def attributing(self, client_id: str, claims: Sequence[Claim]) -> Attributing:
        """Finds whose a client's deals are, by these claims on it."""
        case, known = self._case, self._knowledge
        touches = [one for inn in sorted(self._inns[client_id]) for one in case.touches.get(inn, ())]
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
            touches,
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
    judging = Judging(
        knowledge.programme,
        knowledge.partners,
        knowledge.supplied,
        as_of,
        run,
        case.judged,
        case.standings,
        case.payments,
        case.activities,
        whose.deals,
        known,
        case.rulings,
        case.capacity,
        own_ids,
        case.arrived,
        issues,
        looks,
        whose.attributing,
    )
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


def _decide_deal(
    deal: Deal,
    client_id: str,
    granted: Sequence[Judged],
    finding: Attributing,
    case: CaseFile,
    knowledge: Knowledge,
    as_of: datetime,
    looks: list[datetime],
    issues: list[Issue],
) -> DealDecision:
    partners = knowledge.partners
    if deal.partner_id and deal.partner_id not in partners.by_id:
        reason = "names an unknown partner: add it to the partners or correct the deal"
        if (namesake := partners.named(deal.partner_id)) is not None:
            reason = (
                f"is the name of partner {namesake}: write its id, or map it under values.partner_id of the deals' file"
            )
        issues.append(Issue(RecordKind.DEAL, deal.ref, "PARTNER_UNKNOWN", reason, "partner_id", deal.partner_id))
    found, aside = finding.of(deal)
    before = case.standings.get(deal.ref)
    behind = _behind(found, granted)
    paid = case.payments.get(deal.ref, ())
    if paid:
        paid = [payment for payment in paid if _by_now(payment.paid_at, as_of, looks)]
    _by_now(deal.ended_at, as_of, looks)
    earnings: Sequence[Earning] = ()
    partner = partners.by_id.get(found.evidence.partner_id) if found else None
    if found and partner:
        earnings, troubles = commission.earn(
            deal,
            paid,
            found,
            client_id,
            partner,
            behind.registration.kind.value if behind else None,
            knowledge.programme,
            as_of,
            partners.by_id,
            knowledge.rates,
            knowledge.tiers,
            case.rules.get(deal.ref),
            _since(found, behind, deal),
        )
        issues.extend(troubles)
    state = DealStanding(
        deal.ref,
        case.case_id,
        client_id,
        found,
        behind.registration.registration_id if behind else "",
        behind.state.value if behind else "",
        behind.protection.until.isoformat() if behind and behind.protection else "",
        commission.hold_reason(deal, as_of) or _dispute(behind) or finding.review(deal, found, behind),
        deal.owner or "",
        _due_owner(deal, behind, before),
        deal.stage or "",
        stage_moved(deal, before),
        aside,
    )
    return DealDecision(state, earnings, deal.state is DealState.WON and deal.ended_at <= as_of)


def _within_terms(decided: Sequence[DealDecision], programme: Programme) -> list[DealDecision]:
    """With what the terms of rules leave of the earnings; a client's deals are all in its case."""
    by_deal: dict[str, list[Earning]] = defaultdict(list)
    for earning in term.within_terms([earning for deal in decided for earning in deal.earnings], programme):
        by_deal[earning.deal_ref].append(earning)
    return [replace(deal, earnings=by_deal[deal.state.deal_ref]) for deal in decided]


def _dispute(behind: Judged | None) -> str:
    """Why the lines of a deal wait whose registration is disputed."""
    disputed = behind is not None and behind.state is RegistrationState.DISPUTED
    return behind.protection.code if behind and behind.protection and disputed else ""


def _since(found: Attribution, behind: Judged | None, deal: Deal) -> datetime | None:
    """From when on a deal is its partner's: a stale direct one (R15) from the verdict that made it his."""
    if behind is None or found.evidence.source is not Source.REGISTRATION:
        return None
    verdict = behind.verdict
    return verdict.at if verdict.code is VerdictCode.DIRECT_STALE and verdict.deal_ref == deal.ref else None


def _behind(found: Attribution | None, granted: Iterable[Judged]) -> Judged | None:
    """The registration that an attribution rests on."""
    wanted = found.evidence.registration_id if found else None
    if found is None or wanted is None or found.evidence.source not in _BY_REGISTRATION:
        return None
    return next((one for one in granted if one.registration.registration_id == wanted), None)


def _due_owner(deal: Deal, behind: Judged | None, before: DealStanding | None) -> str:
    """While it is protected, the owner that the deal had when it became the registration's."""
    if behind is None or behind.state not in LIVE:
        return ""
    if before and before.due_owner and before.registration_id == behind.registration.registration_id:
        return before.due_owner
    return deal.owner or ""
