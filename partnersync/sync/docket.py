"""A case's claims while they are judged: what is known beside them, and what was decided about them so far. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from partnersync.domain.activity import Activity
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.registration import UNDECIDED, Claim, Registration, RegistrationState, VerdictCode
from partnersync.rules import likeness
from partnersync.rules.likeness import Known
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program
from partnersync.rules.situation import ClientFacts, PartnerFacts
from partnersync.sync.attributing import Attributing

GRANTED = frozenset({RegistrationState.APPROVED, RegistrationState.PROVISIONAL})


@dataclass(slots=True)
class Docket:
    """What one claim after another is judged by; `judged` grows in the order of time."""

    partners: Partners
    supplied: frozenset[str]  # connections that supply activities
    prior: Mapping[str, Judged]
    standings: Mapping[str, DealStanding]
    payments: Mapping[str, Sequence[Payment]]
    activities: Mapping[str, Sequence[Activity]]
    deals: Mapping[str, Sequence[tuple[Deal, int]]]  # by client, with the run that saw them first
    known: Mapping[str, Sequence[Known]]  # who has keys like a claim's; by registration id
    capacity: Mapping[str, tuple[str, ...] | None]  # claims over their partner's capacity, or no longer; by id
    own_ids: Mapping[str, set[str]]  # what the records of each client would be called by themselves
    arrived: Mapping[str, int]  # the run that saw a payment or an activity first
    attributing: Callable[[str, Sequence[Claim]], Attributing]
    touches: Callable[[str], Sequence[Activity]]  # of a client, that name no deal
    merged: Mapping[str, Sequence[Deal]]  # what stands for merged deals of a client, beside those that they live on in
    client_of: dict[str, str] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    of_client: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def others(self, claim: Registration) -> list[Claim]:
        """What was decided so far about the client's other claims."""
        own = claim.registration_id
        return [self.judged[one].claim() for one in self.of_client[self.client_of[own]] if one != own]

    def is_late(self, prior: Judged, claim: Registration) -> bool:
        """Whether a deal, its money or work, or a like client, from before the submission came after the verdict."""
        deals = self.deals.get(self.client_of[claim.registration_id], ())
        dated = [(deal.created_at, first_seen) for deal, first_seen in deals]
        dated += [(one.since, one.first_seen) for one in self.known.get(claim.registration_id, ())]
        if self.arrived:
            for deal, _ in deals:
                dated += [(one.paid_at, self.arrived.get(one.ref, 0)) for one in self.payments.get(deal.ref, ())]
                dated += [(one.at, self.arrived.get(one.ref, 0)) for one in self.activities.get(deal.ref, ())]
        return any(first_seen > prior.run and at <= claim.submitted_at for at, first_seen in dated)

    def about(self, claim: Registration, prior: Judged | None, program: Program) -> PartnerFacts:
        """The partner's side; whether he was eligible stays as it was unless the content was corrected."""
        partner = self.partners.by_id.get(claim.partner_id)
        if prior and prior.registration == claim:
            eligible = prior.eligible
        else:
            day = claim.submitted_at.astimezone(program.zone).date()
            required = program.registration.require_contract
            eligible = partner is not None and partner.may_register(day, require_contract=required)
        own_keys = self.partners.group_keys.get(claim.partner_id, frozenset())
        client_keys = likeness.every_key(claim.client) if own_keys else own_keys
        dormant = self._over_capacity(claim.registration_id)
        return PartnerFacts(eligible, partner, own_keys, client_keys, dormant, self.partners.is_active)

    def _over_capacity(self, registration_id: str) -> tuple[str, ...] | None:
        """R4 as it was weighed over all clients; until it is weighed again, as it was before."""
        if registration_id in self.capacity:
            return self.capacity[registration_id]
        prior = self.prior.get(registration_id)
        over = prior is not None and prior.at_submission.code is VerdictCode.CAPACITY
        return prior.at_submission.named if prior and over else None

    def facts(self, claim: Registration) -> ClientFacts:
        client_id = self.client_of[claim.registration_id]
        deals = [deal for deal, _ in self.deals.get(client_id, ())]
        seller = partial(self._seller, client_id)
        like = self._lookalikes(claim, client_id, deals)
        return ClientFacts(deals, self.payments, self.activities, self.stage_moved, self.supplied, seller, like)

    def worked(self, client_id: str, deal: Deal) -> Sequence[datetime] | None:
        """When anyone was active on the client; None where the deal's connection tells no activities."""
        if deal.connection not in self.supplied:
            return None
        every = (one.ref for one, _ in self.deals.get(client_id, ()))
        on_deals = [one.at for ref in every for one in self.activities.get(ref, ())]
        return on_deals + [one.at for one in self.touches(client_id)]

    def _lookalikes(self, claim: Registration, client_id: str, deals: Sequence[Deal]) -> tuple[str, ...]:
        """R19: other clients that may be this one, unless this one was known before by a key that leaves no doubt.

        A deal makes it known, or a claim that was granted; while an earlier claim of it still asks, this one does too.
        """
        own, known = claim.registration_id, self.known.get(claim.registration_id, ())
        earlier = [self.judged[one].verdict for one in self.of_client[client_id] if one != own]
        if not known and not earlier:
            return ()
        if any(deal.created_at <= claim.submitted_at for deal in deals) or any(one.state in GRANTED for one in earlier):
            return ()
        found = likeness.lookalikes(claim.client, self.own_ids[client_id], known, claim.submitted_at)
        asked = (one.named for one in earlier if one.state in UNDECIDED and one.code is VerdictCode.MAYBE_SAME)
        return found or next(asked, ())

    def stage_moved(self, deal: Deal) -> datetime | None:
        return stage_moved(deal, self.standings.get(deal.ref))

    def _seller(self, client_id: str, deal: Deal) -> str:
        """Whom a deal belongs to, by the claims that were judged so far."""
        claims = [self.judged[one].claim() for one in self.of_client[client_id] if self.judged[one].protection]
        return self.attributing(client_id, claims).seller(deal)


def stage_moved(deal: Deal, before: DealStanding | None) -> datetime | None:
    """When a deal's stage moved last, as far as two runs saw it: dated when the deal was updated."""
    if before is None:
        return None
    moved = before.stage and deal.stage and before.stage != deal.stage
    return deal.updated_at if moved and deal.updated_at else before.stage_moved_at
