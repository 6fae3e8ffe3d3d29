"""What is looked at over all cases of a partner before anything is booked: his tier and his capacity (R4).

Both depend on what is decided, and are decided by: so cases are decided until nothing moves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection as Tx

from partnersync.rules import capacity, tiers
from partnersync.rules.program import Programme
from partnersync.store import casefile, claimants, decisions, tier_bases
from partnersync.store.rows import chunks
from partnersync.sync import caseload, knowing
from partnersync.sync.case import CaseDecision, CaseFile, Knowledge
from partnersync.sync.caseload import Places
from partnersync.sync.decide import decide

_CASES_AT_ONCE = 500

KeepClaims = Callable[[Sequence[CaseFile], Sequence[CaseDecision], Places], None]


@dataclass(slots=True)
class Weighing:
    """Decides what is due without booking it, until tiers and capacity agree with it. `keep` stores verdicts."""

    tx: Tx
    programme: Programme
    as_of: datetime
    run: int
    keep: KeepClaims
    capacity: dict[str, tuple[str, ...] | None] = field(default_factory=dict)  # verdicts that do not fit it

    def weigh(self, knowledge: Knowledge) -> Knowledge:
        """What is known once it is done: with the tiers of partners. Cases that a tier moved in are due too."""
        if not self.programme.has_tiers:
            self._weigh_capacity(knowledge)
            return knowledge
        reached = knowing.tiers(self.tx, self.programme, knowledge.partners.parents)
        for _ in range(tiers.ROUNDS):
            knowledge = replace(knowledge, tiers=reached)
            self._weigh_capacity(knowledge)
            touched = self._add_up(knowledge)
            reached = knowing.tiers(self.tx, self.programme, knowledge.partners.parents)
            moved = knowledge.tiers.moved(reached, self._with_those_above(touched, knowledge), self.programme)
            if not moved:
                break
            casefile.touch_partner(self.tx, moved, _promo_codes(moved, knowledge))
        return replace(knowledge, tiers=reached)

    def _add_up(self, knowledge: Knowledge) -> set[str]:
        """Keep what the deals of due cases add to the base of partners; whose base moved."""
        moved: set[str] = set()
        for case_ids in casefile.due(self.tx, self.as_of):
            files, _ = caseload.load(self.tx, case_ids)
            deals = [deal for file in files for deal in decide(file, knowledge, self.as_of, self.run).deals]
            bases = {
                (deal.state.deal_ref, partner_id, month): minor
                for deal in deals
                for (partner_id, month), minor in tiers.brought(deal.earnings, self.programme).items()
            }
            moved |= tier_bases.replace(self.tx, [deal.state.deal_ref for deal in deals], bases)
        return moved

    def _with_those_above(self, partner_ids: set[str], knowledge: Knowledge) -> set[str]:
        parents = knowledge.partners.parents
        return partner_ids.union(*(tiers.above(one, parents) for one in partner_ids))

    def _weigh_capacity(self, knowledge: Knowledge) -> None:
        """Whoever may be over his capacity is judged over all his clients.

        Each round mends verdicts; the earliest that was wrong is right for good, so that it comes to an end.
        """
        partner_ids = claimants.due(self.tx, capacity.least(self.programme))
        if not partner_ids:
            return
        case_ids: Sequence[str] = claimants.due_cases(self.tx, partner_ids)
        while case_ids:
            for chunk in chunks(case_ids, _CASES_AT_ONCE):
                files, places = caseload.load(self.tx, chunk, self.capacity)
                self.keep(files, [decide(file, knowledge, self.as_of, self.run) for file in files], places)
            before, self.capacity = self.capacity, {}
            cases: set[str] = set()
            for partner_id in partner_ids:
                every = decisions.claims_by_id(self.tx, claimants.claims(self.tx, partner_id))
                known = [one for _, one in every.values() if one.registration.submitted_at <= self.as_of]
                self.capacity |= capacity.misjudged(known, partial(knowledge.tier, partner_id), self.programme.at)
            if self.capacity == before:
                return
            for claim_id in self.capacity:
                found = decisions.claim(self.tx, claim_id)
                cases |= {found[1]} if found else set()
            case_ids = sorted(cases)
            casefile.touch(self.tx, case_ids)


def _promo_codes(partner_ids: Sequence[str], knowledge: Knowledge) -> list[str]:
    return sorted(code for code, owner in knowledge.partners.by_promo.items() if owner in set(partner_ids))
