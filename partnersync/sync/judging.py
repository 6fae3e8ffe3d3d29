"""The claims of a case in the order of time: submissions, rulings, research that is over → verdicts and protection.

Pure. Each claim is judged against those that were submitted before it. A verdict is made once; it is made anew only
while it is undecided and the claim was corrected, or when a record with an earlier date arrived after it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from heapq import heapify, heappop, heappush

from partnersync.domain.activity import Activity
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.issue import Issue
from partnersync.domain.registration import (
    LIVE,
    REGISTRATION_MOVES,
    UNDECIDED,
    Claim,
    Registration,
    RegistrationState,
    VerdictCode,
)
from partnersync.domain.ruling import LEADS_TO, Ruling, RulingKind
from partnersync.domain.value import RecordKind
from partnersync.rules import likeness, notices, protection, registration
from partnersync.rules.calendar import after_business_days
from partnersync.rules.likeness import Known
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program, Programme
from partnersync.rules.situation import ClientFacts, PartnerFacts
from partnersync.rules.upkeep import Upkeep
from partnersync.sync.attributing import Attributing

GRANTED = frozenset({RegistrationState.APPROVED, RegistrationState.PROVISIONAL})
_REFUSED_BY_MACHINE = frozenset({RegistrationState.INVALID})
_SUBMITTED, _RIPE, _RULED = 0, 1, 2
CLIENT_JOINED = "CLIENT_JOINED"
PARTNERS_UNREAD = "PARTNERS_UNREAD"

Event = tuple[datetime, int, bool, str, int]  # when, what, an approval (after what makes room), registration, number


@dataclass(slots=True)
class Judging:
    """One case while its claims are judged as of a moment. `looks` are the moments at which time changes something."""

    programme: Programme
    partners: Partners
    supplied: frozenset[str]  # connections that supply activities
    unread: tuple[str, ...]  # connections whose partners are not known as they are now: no new claim is judged
    as_of: datetime
    run: int
    prior: Mapping[str, Judged]
    standings: Mapping[str, DealStanding]
    payments: Mapping[str, Sequence[Payment]]
    activities: Mapping[str, Sequence[Activity]]
    deals: Mapping[str, Sequence[tuple[Deal, int]]]  # by client, with the run that saw them first
    known: Mapping[str, Sequence[Known]]  # who has keys like a claim's; by registration id
    rulings: Mapping[str, Sequence[Ruling]]  # of people, by registration id, in the order in which they were made
    capacity: Mapping[str, tuple[str, ...] | None]  # claims over their partner's capacity, or no longer; by id
    own_ids: Mapping[str, set[str]]  # what the records of each client would be called by themselves
    arrived: Mapping[str, int]  # the run that saw a payment or an activity first
    issues: list[Issue]
    looks: list[datetime]
    attributing: Callable[[str, Sequence[Claim]], Attributing]
    touches: Callable[[str], Sequence[Activity]]  # of a client, that name no deal
    client_of: dict[str, str] = field(default_factory=dict)
    current: dict[str, Registration] = field(default_factory=dict)
    judged: dict[str, Judged] = field(default_factory=dict)
    of_client: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    anew: set[str] = field(default_factory=set)  # clients with a verdict that later ones may depend on
    coming: list[Event] = field(default_factory=list)
    extensions: Counter[str] = field(default_factory=Counter)
    asked: dict[str, datetime] = field(default_factory=dict)  # when an extension was asked for; by registration id

    def judge(self, claims: Sequence[tuple[Registration, str]]) -> list[Judged]:
        """The verdicts on these claims, each with its client, in the order of submission."""
        for claim, client_id in claims:
            self.current[claim.registration_id] = claim
            self.client_of[claim.registration_id] = client_id
            self.coming.append((claim.submitted_at, _SUBMITTED, False, claim.registration_id, 0))
            self._schedule_rulings(claim)
        heapify(self.coming)
        while self.coming:
            at, what, _, registration_id, number = heappop(self.coming)
            if what == _SUBMITTED:
                self._submitted(registration_id)
            elif registration_id not in self.judged:
                continue
            elif what == _RIPE:
                self._ripe(registration_id, at)
            else:
                self._ruled(self.judged[registration_id], self.rulings[registration_id][number])
        for registration_ids in self.of_client.values():
            if len(registration_ids) > 1:
                self._dispute_joined([self.judged[one] for one in registration_ids])
        found = list(self.judged.values())
        for one in found:
            self._look_for_notices(one)
        return found

    def _look_for_notices(self, one: Judged) -> None:
        """When people have to be told something next, if nothing changes before."""
        if (one.protection and one.state in LIVE) or one.verdict.state in UNDECIDED:
            program = self.programme.at(one.verdict.at)
            if program:
                self.looks += (notice.at for notice in notices.notices(one, program) if notice.at > self.as_of)

    def _submitted(self, registration_id: str) -> None:
        current, client_id = self.current[registration_id], self.client_of[registration_id]
        prior = self.prior.get(registration_id)
        claim = self._kept_content(current, prior)
        if self.unread and not (prior and claim is prior.registration):
            self._wait_for_partners(claim)
            if prior is None:
                return
            claim = prior.registration
        program = self.programme.at(claim.submitted_at)
        late = registration_id in self.capacity or (prior is not None and self._late(prior, claim))
        if prior and claim is prior.registration and not (client_id in self.anew or late):
            one = Judged(claim, client_id, prior.eligible, prior.run, prior.at_submission)
        elif program is None:
            reason = "was submitted before the first program version: add a version with an earlier effective_from"
            submitted = claim.submitted_at.astimezone(self.programme.zone).isoformat()
            self._refuse(claim, "PROGRAM_MISSING", reason, "submitted_at", submitted)
            return
        else:
            about = self._about(claim, prior, program)
            verdict = registration.judge(claim, self._others(claim), about, program, self._facts(claim))
            if program.registration.review == "manual" and verdict.state not in _REFUSED_BY_MACHINE:
                verdict = replace(verdict, state=RegistrationState.CHECKING, proposed=verdict.code)
            one = Judged(claim, client_id, about.eligible, self.run, verdict)
            self.anew.add(client_id)
        self.of_client[client_id].append(registration_id)
        self._put(one)
        if one.verdict.state is RegistrationState.RESEARCH and program:
            self._when_ripe(claim, program)

    def _wait_for_partners(self, claim: Registration) -> None:
        """A verdict is made once: whether its partner may register has to be known by then."""
        named = ", ".join(self.unread)
        reason = f"waits for its verdict until the partners of connection {named} were read: mend it, then run `sync`"
        self._refuse(claim, PARTNERS_UNREAD, reason, "partner_id", claim.partner_id)

    def _refuse(self, claim: Registration, code: str, reason: str, column: str, value: str) -> None:
        self.issues.append(Issue(RecordKind.REGISTRATION, claim.registration_id, code, reason, column, value))

    def _when_ripe(self, claim: Registration, program: Program) -> None:
        at = after_business_days(claim.submitted_at, program.registration.provisional_after_bd, program)
        if at <= self.as_of:
            heappush(self.coming, (at, _RIPE, False, claim.registration_id, 0))
        else:
            self.looks.append(at)

    def _ripe(self, registration_id: str, at: datetime) -> None:
        """R24; what it once gave stays, unless something before it was judged anew."""
        one, prior = self.judged[registration_id], self.prior.get(registration_id)
        if one.verdict.state is not RegistrationState.RESEARCH:
            return  # a person was sooner
        same = prior is not None and prior.first == one.verdict and prior.verdict.code is VerdictCode.SLA_PROVISIONAL
        kept = prior.verdict if prior and same and one.client_id not in self.anew else None
        program = self.programme.at(at)
        if kept is None and program:
            about = self._about(one.registration, one, program)
            claim = one.registration
            kept = registration.ripen(claim, self._others(claim), about, self._facts(claim), program, at)
        if kept:
            self._put(replace(one, verdict=kept, first=one.verdict))

    def _schedule_rulings(self, claim: Registration) -> None:
        for number, ruling in enumerate(self.rulings.get(claim.registration_id, ())):
            at = max(ruling.at, claim.submitted_at)
            if at <= self.as_of:
                approves = ruling.kind is RulingKind.APPROVE
                self.coming.append((at, _RULED, approves, claim.registration_id, number))
            else:
                self.looks.append(at)

    def _ruled(self, one: Judged, ruling: Ruling) -> None:
        """What a person decided, as far as the registration stands where it can be."""
        at, given = ruling.at, one.protection
        live = given is not None and given.covers(at)
        if given and not live:
            return  # it had ended
        state = LEADS_TO.get(ruling.kind)
        if state is None:
            if live:
                self._about_extension(ruling)
                self._put(one)
        elif live and state is RegistrationState.APPROVED and one.verdict.state is state:
            self._put(replace(one, verdict=replace(one.verdict, actor=ruling.actor, reason=ruling.reason)))
        elif live and state is not RegistrationState.APPROVED and state is not RegistrationState.REJECTED:
            self._end(one, state, at, VerdictCode.BY_PERSON.value)
        elif state in REGISTRATION_MOVES[one.verdict.state] and not (
            state is RegistrationState.APPROVED and self._rivals(one, at)
        ):
            self._decided(one, ruling, state)

    def _about_extension(self, ruling: Ruling) -> None:
        """Count what was given; a request waits until one is given or refused."""
        name = ruling.registration_id
        if ruling.kind is RulingKind.REQUEST_EXTENSION:
            self.asked[name] = ruling.at
            return
        self.asked.pop(name, None)
        self.extensions[name] += ruling.kind is RulingKind.EXTEND

    def _decided(self, one: Judged, ruling: Ruling, state: RegistrationState) -> None:
        """A verdict by a person, dated at that moment."""
        program = self.programme.at(ruling.at)
        if program:
            verdict = registration.ruled(ruling, state, program)
            self._put(replace(one, verdict=verdict, first=one.at_submission, protection=None))

    def _rivals(self, one: Judged, at: datetime) -> bool:
        """Whether another live registration with a common product, whoever has it, stands in the way."""
        return any(other.bars(one.registration, at) for other in self._others(one.registration))

    def _end(self, one: Judged, state: RegistrationState, at: datetime, code: str) -> None:
        if one.protection:
            ended = replace(one.protection, state=state, ends_at=at, code=code, next_look_at=None)
            self.judged[one.registration.registration_id] = replace(one, protection=ended)

    def _put(self, one: Judged) -> None:
        """Keep a decision, with the protection that it gives; what the client chose ends what others had."""
        if one.verdict.state in GRANTED and (program := self.programme.at(one.verdict.at)):
            deals = [deal for deal, _ in self.deals.get(one.client_id, ())]
            upkeep = self._upkeep(one.registration.registration_id)
            given = protection.protect(one.registration, one.verdict, deals, self.as_of, program, upkeep)
            one = replace(one, protection=given)
        self.judged[one.registration.registration_id] = one
        if one.verdict.code is VerdictCode.CLIENT_CHOICE and one.protection:
            self._end_others(one)

    def _dispute_joined(self, claims: Sequence[Judged]) -> None:
        """Clients that became one may have left two live registrations: the later one is disputed, both protect."""
        live = [one for one in claims if one.state in LIVE and one.protection and one.protection.covers(self.as_of)]
        for place, one in enumerate(live):
            claim = one.registration
            for other in live[:place]:
                theirs = other.registration
                if theirs.partner_id != claim.partner_id and theirs.overlaps(claim.products) and one.protection:
                    given = replace(one.protection, state=RegistrationState.DISPUTED, code=CLIENT_JOINED)
                    self.judged[claim.registration_id] = replace(one, protection=given)

    def _upkeep(self, registration_id: str) -> Upkeep:
        """What is known of the work behind a registration; an extension that was given once stays."""
        prior = self.prior.get(registration_id)
        given = prior.protection if prior else None
        automatic, by_itself = (given.automatic, given.extended_at) if given else (0, None)
        worked = partial(self._worked, self.client_of[registration_id])
        by_people, asked_at = self.extensions[registration_id], self.asked.get(registration_id)
        return Upkeep(worked, self._stage_moved, by_people, automatic, by_itself, asked_at)

    def _worked(self, client_id: str, deal: Deal) -> Sequence[datetime] | None:
        """When anyone was active on the client; None where the deal's connection tells no activities."""
        if deal.connection not in self.supplied:
            return None
        every = (one.ref for one, _ in self.deals.get(client_id, ()))
        on_deals = [one.at for ref in every for one in self.activities.get(ref, ())]
        return on_deals + [one.at for one in self.touches(client_id)]

    def _end_others(self, chosen: Judged) -> None:
        """R21: live registrations of other partners with a common product end when the client chose."""
        at = chosen.verdict.at
        for registration_id in self.of_client[chosen.client_id]:
            other = self.judged[registration_id]
            given, claim = other.protection, other.registration
            if (
                given
                and given.covers(at)
                and claim.partner_id != chosen.registration.partner_id
                and claim.overlaps(chosen.registration.products)
            ):
                self._end(other, RegistrationState.TRANSFERRED, at, "")

    def _kept_content(self, current: Registration, prior: Judged | None) -> Registration:
        """R6: the same content changes nothing; other content is a correction while undecided, and an issue after."""
        if prior is None or current == prior.registration:
            return prior.registration if prior else current
        if prior.verdict.state in UNDECIDED:
            return current
        changed = (registration.DECIDED, registration.DECIDED_REASON)
        self.issues.append(Issue(RecordKind.REGISTRATION, current.registration_id, *changed))
        return prior.registration

    def _late(self, prior: Judged, claim: Registration) -> bool:
        """Whether a deal, its money or work, or a like client, from before the submission came after the verdict."""
        deals = self.deals.get(self.client_of[claim.registration_id], ())
        dated = [(deal.created_at, first_seen) for deal, first_seen in deals]
        dated += [(one.since, one.first_seen) for one in self.known.get(claim.registration_id, ())]
        if self.arrived:
            for deal, _ in deals:
                dated += [(one.paid_at, self.arrived.get(one.ref, 0)) for one in self.payments.get(deal.ref, ())]
                dated += [(one.at, self.arrived.get(one.ref, 0)) for one in self.activities.get(deal.ref, ())]
        return any(first_seen > prior.run and at <= claim.submitted_at for at, first_seen in dated)

    def _others(self, claim: Registration) -> list[Claim]:
        """What was decided so far about the client's other claims."""
        own = claim.registration_id
        return [self.judged[one].claim() for one in self.of_client[self.client_of[own]] if one != own]

    def _about(self, claim: Registration, prior: Judged | None, program: Program) -> PartnerFacts:
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

    def _facts(self, claim: Registration) -> ClientFacts:
        client_id = self.client_of[claim.registration_id]
        deals = [deal for deal, _ in self.deals.get(client_id, ())]
        seller = partial(self._seller, client_id)
        like = self._lookalikes(claim, client_id, deals)
        return ClientFacts(deals, self.payments, self.activities, self._stage_moved, self.supplied, seller, like)

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

    def _stage_moved(self, deal: Deal) -> datetime | None:
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
