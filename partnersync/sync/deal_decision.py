"""One deal of a case → whom it belongs to, why its lines wait, and what its events earn. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from partnersync.domain.attribution import Attribution, Source
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.earning import Earning
from partnersync.domain.issue import Issue
from partnersync.domain.registration import LIVE, RegistrationState
from partnersync.domain.value import RecordKind
from partnersync.rules import commission
from partnersync.rules.partners import Partners
from partnersync.sync.attributing import Attributing
from partnersync.sync.case import CaseFile, DealDecision, Knowledge
from partnersync.sync.docket import stage_moved

_BY_REGISTRATION = frozenset({Source.REGISTRATION, Source.OVERRIDE})


def by_now(at: datetime, as_of: datetime, looks: list[datetime]) -> bool:
    """Whether something dated so takes part; else it is looked at when its time comes."""
    if at <= as_of:
        return True
    looks.append(at)
    return False


def decide_deal(
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
    """Whom a deal belongs to, why its lines wait, and what it earns; `finding` knows whose its client's deals are.

    Moments at which time changes this are added to `looks`, what is wrong with it to `issues`.
    """
    _tell_unknown_partner(deal, knowledge.partners, issues)
    found, aside = finding.of(deal)
    behind = _behind(found, granted)
    if found and behind is None and deal.ref in case.frozen:
        _tell_fallen(deal, found, issues)
    by_now(deal.ended_at, as_of, looks)
    earnings = _earnings(deal, client_id, found, behind, case, knowledge, as_of, looks, issues)
    before, given = case.standings.get(deal.ref), behind.protection if behind else None
    state = DealStanding(
        deal.ref,
        case.case_id,
        client_id,
        found,
        behind.registration.registration_id if behind else "",
        behind.state.value if behind else "",
        given.last_day(knowledge.programme.zone).isoformat() if given else "",
        commission.hold_reason(deal, as_of) or _dispute(behind) or finding.review(deal, found, behind),
        deal.owner or "",
        _due_owner(deal, behind, before),
        deal.stage or "",
        stage_moved(deal, before),
        aside,
    )
    return DealDecision(state, earnings, deal.state is DealState.WON and deal.ended_at <= as_of)


def _tell_unknown_partner(deal: Deal, partners: Partners, issues: list[Issue]) -> None:
    if not deal.partner_id or deal.partner_id in partners.by_id:
        return
    reason = "names an unknown partner: add it to the partners or correct the deal"
    if (namesake := partners.named(deal.partner_id)) is not None:
        reason = (
            f"is the name of partner {namesake}: write its id, or map it under values.partner_id of the deals' file"
        )
    issues.append(Issue(RecordKind.DEAL, deal.ref, "PARTNER_UNKNOWN", reason, "partner_id", deal.partner_id))


def _tell_fallen(deal: Deal, found: Attribution, issues: list[Issue]) -> None:
    """A deal with a line in an approved statement keeps the partner of a registration that is granted no more."""
    best = found.evidence
    if best.source is not Source.REGISTRATION:
        return
    reason = (
        f"stays with partner {best.partner_id} by registration {best.registration_id}, which is granted no more: a line"
        " of it stands in an approved statement; `partnersync override --partner` decides whose it is"
    )
    issues.append(Issue(RecordKind.DEAL, deal.ref, "FROZEN_REGISTRATION", reason, "partner_id", best.partner_id))


def _earnings(
    deal: Deal,
    client_id: str,
    found: Attribution | None,
    behind: Judged | None,
    case: CaseFile,
    knowledge: Knowledge,
    as_of: datetime,
    looks: list[datetime],
    issues: list[Issue],
) -> Sequence[Earning]:
    """What the events of a deal earn its partner up to now."""
    partners = knowledge.partners
    paid = case.payments.get(deal.ref, ())
    if paid:
        paid = [payment for payment in paid if by_now(payment.paid_at, as_of, looks)]
    partner = partners.by_id.get(found.evidence.partner_id) if found else None
    if found is None or partner is None:
        return ()
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
    return earnings


def _dispute(behind: Judged | None) -> str:
    """Why the lines of a deal wait whose registration is disputed."""
    disputed = behind is not None and behind.state is RegistrationState.DISPUTED
    return behind.protection.code if behind and behind.protection and disputed else ""


def _since(found: Attribution, behind: Judged | None, deal: Deal) -> datetime | None:
    """From when on a deal is its partner's: a stale direct one (R15) from the verdict that made it his."""
    if behind is None or found.evidence.source is not Source.REGISTRATION:
        return None
    verdict = behind.verdict
    return verdict.at if verdict.stale_ref == deal.ref else None


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
