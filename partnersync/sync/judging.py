"""The claims of a case in the order of time: submissions, rulings, research that is over → verdicts and protection.

Pure. Each claim is judged against those that were submitted before it. A verdict is made once; it is made anew only
while it is undecided and the claim was corrected, or when a record with an earlier date arrived after it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from heapq import heapify, heappop, heappush

from partnersync.domain.decided import Judged
from partnersync.domain.issue import Issue
from partnersync.domain.registration import (
    LIVE,
    REGISTRATION_MOVES,
    UNDECIDED,
    Registration,
    RegistrationState,
    VerdictCode,
)
from partnersync.domain.ruling import LEADS_TO, Ruling, RulingKind
from partnersync.domain.value import RecordKind
from partnersync.rules import notices, protection, registration
from partnersync.rules.calendar import after_business_days
from partnersync.rules.program import Program, Programme
from partnersync.rules.upkeep import Upkeep
from partnersync.sync.docket import GRANTED, Docket

_REFUSED_BY_MACHINE = frozenset({RegistrationState.INVALID})
_SUBMITTED, _RIPE, _RULED = 0, 1, 2
CLIENT_JOINED = "CLIENT_JOINED"
PARTNERS_UNREAD = "PARTNERS_UNREAD"

Event = tuple[datetime, int, bool, str, int]  # when, what, an approval (after what makes room), registration, number


@dataclass(slots=True)
class Judging:
    """One case while its claims are judged as of a moment. `looks` are the moments at which time changes something."""

    docket: Docket
    programme: Programme
    unread: tuple[str, ...]  # connections whose partners are not known as they are now: no new claim is judged
    as_of: datetime
    run: int
    rulings: Mapping[str, Sequence[Ruling]]  # of people, by registration id, in the order in which they were made
    issues: list[Issue]
    looks: list[datetime]
    current: dict[str, Registration] = field(default_factory=dict)
    anew: set[str] = field(default_factory=set)  # clients with a verdict that later ones may depend on
    coming: list[Event] = field(default_factory=list)
    extensions: Counter[str] = field(default_factory=Counter)
    asked: dict[str, datetime] = field(default_factory=dict)  # when an extension was asked for; by registration id

    def judge(self, claims: Sequence[tuple[Registration, str]]) -> list[Judged]:
        """The verdicts on these claims, each with its client, in the order of submission."""
        for claim, client_id in claims:
            self.current[claim.registration_id] = claim
            self.docket.client_of[claim.registration_id] = client_id
            self.coming.append((claim.submitted_at, _SUBMITTED, False, claim.registration_id, 0))
            self._schedule_rulings(claim)
        heapify(self.coming)
        while self.coming:
            at, what, _, registration_id, number = heappop(self.coming)
            if what == _SUBMITTED:
                self._submitted(registration_id)
            elif registration_id not in self.docket.judged:
                continue
            elif what == _RIPE:
                self._ripe(registration_id, at)
            else:
                self._ruled(self.docket.judged[registration_id], self.rulings[registration_id][number])
        for registration_ids in self.docket.of_client.values():
            if len(registration_ids) > 1:
                self._dispute_joined([self.docket.judged[one] for one in registration_ids])
        found = list(self.docket.judged.values())
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
        current, client_id = self.current[registration_id], self.docket.client_of[registration_id]
        prior = self.docket.prior.get(registration_id)
        claim = self._kept_content(current, prior)
        if self.unread and not (prior and claim is prior.registration):
            self._wait_for_partners(claim)
            if prior is None:
                return
            claim = prior.registration
        program = self.programme.at(claim.submitted_at)
        late = registration_id in self.docket.capacity or (prior is not None and self.docket.is_late(prior, claim))
        if prior and claim is prior.registration and not (client_id in self.anew or late):
            one = Judged(claim, client_id, prior.eligible, prior.run, prior.at_submission)
        elif program is None:
            reason = "was submitted before the first program version: add a version with an earlier effective_from"
            submitted = claim.submitted_at.astimezone(self.programme.zone).isoformat()
            self._refuse(claim, "PROGRAM_MISSING", reason, "submitted_at", submitted)
            return
        else:
            about = self.docket.about(claim, prior, program)
            verdict = registration.judge(claim, self.docket.others(claim), about, program, self.docket.facts(claim))
            if program.registration.review == "manual" and verdict.state not in _REFUSED_BY_MACHINE:
                verdict = replace(verdict, state=RegistrationState.CHECKING, proposed=verdict.code)
            one = Judged(claim, client_id, about.eligible, self.run, verdict)
            self.anew.add(client_id)
        self.docket.of_client[client_id].append(registration_id)
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
        one, prior = self.docket.judged[registration_id], self.docket.prior.get(registration_id)
        if one.verdict.state is not RegistrationState.RESEARCH:
            return  # a person was sooner
        same = prior is not None and prior.first == one.verdict and prior.verdict.code is VerdictCode.SLA_PROVISIONAL
        kept = prior.verdict if prior and same and one.client_id not in self.anew else None
        program = self.programme.at(at)
        if kept is None and program:
            about = self.docket.about(one.registration, one, program)
            claim = one.registration
            kept = registration.ripen(claim, self.docket.others(claim), about, self.docket.facts(claim), program, at)
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
        return any(other.bars(one.registration, at) for other in self.docket.others(one.registration))

    def _end(self, one: Judged, state: RegistrationState, at: datetime, code: str) -> None:
        if one.protection:
            ended = replace(one.protection, state=state, ends_at=at, code=code, next_look_at=None)
            self.docket.judged[one.registration.registration_id] = replace(one, protection=ended)

    def _put(self, one: Judged) -> None:
        """Keep a decision, with the protection that it gives; what the client chose ends what others had."""
        if one.verdict.state in GRANTED and (program := self.programme.at(one.verdict.at)):
            deals = [deal for deal, _ in self.docket.deals.get(one.client_id, ())]
            deals += self.docket.merged.get(one.client_id, ())
            upkeep = self._upkeep(one.registration.registration_id)
            given = protection.protect(one.registration, one.verdict, deals, self.as_of, program, upkeep)
            one = replace(one, protection=given)
        self.docket.judged[one.registration.registration_id] = one
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
                    self.docket.judged[claim.registration_id] = replace(one, protection=given)

    def _upkeep(self, registration_id: str) -> Upkeep:
        """What is known of the work behind a registration; an extension that was given once stays."""
        prior = self.docket.prior.get(registration_id)
        given = prior.protection if prior else None
        automatic, by_itself = (given.automatic, given.extended_at) if given else (0, None)
        worked = partial(self.docket.worked, self.docket.client_of[registration_id])
        by_people, asked_at = self.extensions[registration_id], self.asked.get(registration_id)
        return Upkeep(worked, self.docket.stage_moved, by_people, automatic, by_itself, asked_at)

    def _end_others(self, chosen: Judged) -> None:
        """R21: live registrations of other partners with a common product end when the client chose."""
        at = chosen.verdict.at
        for registration_id in self.docket.of_client[chosen.client_id]:
            other = self.docket.judged[registration_id]
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
