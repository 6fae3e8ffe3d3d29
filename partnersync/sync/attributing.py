"""Whose the deals of a case are: evidence gathered and weighed, a client's earlier sales before its renewals. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from partnersync.domain.activity import Activity
from partnersync.domain.attribution import Attribution, Considered, Override
from partnersync.domain.deal import Deal, DealKind, DealState, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.registration import Claim
from partnersync.rules import attribution, evidence, review
from partnersync.rules.incumbent import Incumbent, incumbent
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program, Programme

Found = tuple[Attribution | None, tuple[Considered, ...]]  # and what was set aside where nothing attributes


@dataclass(slots=True)
class Attributing:
    """One client's deals while their partners are found, by the claims on it that were granted."""

    programme: Programme
    partners: Partners
    as_of: datetime
    is_history: Callable[[Deal], bool]
    standings: Mapping[str, DealStanding]
    judged: Mapping[str, Judged]  # what was decided before, by registration
    overrides: Mapping[str, Override]
    payments: Mapping[str, Sequence[Payment]]
    activities: Mapping[str, Sequence[Activity]]  # by deal
    frozen: frozenset[str]
    rarely: frozenset[str]  # partners whose registrations are seldom accepted
    claims: Sequence[Claim] = ()
    touches: Sequence[Activity] = ()  # of the client, that name no deal
    deals: Sequence[Deal] = ()  # of the client
    known: dict[str, Found] = field(default_factory=dict)

    def of(self, deal: Deal) -> Found:
        """Whom a deal belongs to; for a renewal the client's earlier renewals are looked at first, in their order."""
        if deal.kind is DealKind.RENEWAL and not self.known:
            renewals = (one for one in self.deals if one.kind is DealKind.RENEWAL)
            for one in sorted(renewals, key=lambda one: (one.created_at, one.ref)):
                self.known[one.ref] = self._found(one)
        return self.known.get(deal.ref) or self._found(deal)

    def seller(self, deal: Deal) -> str:
        """The partner whom a deal belongs to, or ""."""
        found, _ = self.of(deal)
        return found.evidence.partner_id if found else ""

    def review(self, deal: Deal, found: Attribution | None, behind: Judged | None) -> str:
        """Why a person has to look at what was found, or ""."""
        if found is None:
            return ""
        program = self.programme.at(deal.created_at) or self.programme.versions[0]
        partner, claim = self.partners.by_id.get(found.evidence.partner_id), behind.claim() if behind else None
        told = (found, partner, deal.client, claim, self.deals, program)
        return review.reason(*told, frozen=deal.ref in self.frozen, rarely=self.rarely)

    def _found(self, deal: Deal) -> Found:
        before = self.standings.get(deal.ref)
        prior, override = before.attribution if before else None, self.overrides.get(deal.ref)
        if override is None and self.is_history(deal):
            return prior, before.aside if before else ()
        if prior and self._was_stale(prior, deal):
            prior = None
        program = self.programme.at(deal.created_at) or self.programme.versions[0]
        touches = self._touches(deal) if self.touches or self.activities else ()
        kept = self._incumbent(deal, program) if deal.kind is DealKind.RENEWAL else None
        gathered = evidence.gather(deal, self.claims, self.partners, program, touches, kept)
        model, frozen = program.attribution.model, deal.ref in self.frozen
        found = attribution.attribute(gathered, self.claims, prior, override, model, frozen=frozen)
        return found, attribution.ordered(gathered.aside) if gathered.aside and found is None else ()

    def _was_stale(self, prior: Attribution, deal: Deal) -> bool:
        """Whether the deal became a registration's as a stale direct one (R15) that a late fact judged otherwise."""
        registration_id = prior.evidence.registration_id
        old = self.judged.get(registration_id or "")
        if old is None or old.verdict.stale_ref != deal.ref:
            return False
        now = (one.verdict for one in self.claims if one.registration.registration_id == registration_id)
        return all(verdict.stale_ref != deal.ref for verdict in now)

    def _touches(self, deal: Deal) -> Sequence[Activity]:
        return [one for one in (*self.activities.get(deal.ref, ()), *self.touches) if one.at <= self.as_of]

    def _incumbent(self, deal: Deal, program: Program) -> Incumbent | None:
        sold = [
            one
            for one in self.deals
            if one.state is DealState.WON
            and one.ended_at <= deal.created_at
            and one.created_at < deal.created_at  # of two deals one at most rests on the other
            and _overlap(one.products, deal.products)
        ]
        at, is_active = deal.created_at, self.partners.is_active
        return incumbent(sold, self.payments, at, program, self._sold_by, is_active) if sold else None

    def _sold_by(self, deal: Deal) -> str:
        found, _ = self.known.get(deal.ref) or self._found(deal)
        return found.evidence.partner_id if found else ""


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """No products at all means every one."""
    return not one or not other or not set(one).isdisjoint(other)
