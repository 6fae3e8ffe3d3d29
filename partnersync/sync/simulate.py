"""Other terms over the whole stored history: every case is decided and priced under both, in memory; nothing is kept.

Verdicts and attributions stand as they were decided, unless the terms differ in what decides them: then what came since
the other terms begin is judged anew, under both.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from functools import partial

from sqlalchemy import Connection as Tx

from partnersync.config import Settings
from partnersync.contract.adapter import Adapter
from partnersync.domain.decided import Judged
from partnersync.rules import capacity, partners, tiers
from partnersync.rules.program import Programme
from partnersync.rules.tiers import Tiers
from partnersync.rules.what_if import Bill, judges_anew
from partnersync.store import casefile, decisions, runs
from partnersync.sync import caseload, knowing
from partnersync.sync.case import CaseDecision, CaseFile, Knowledge
from partnersync.sync.decide import decide
from partnersync.sync.progress import Progress

Capacity = Mapping[str, tuple[str, ...] | None]
Shown = Callable[[CaseFile], CaseFile]


@dataclass(slots=True)
class History:
    """The stored records, as each programme would decide them; `as_of` is the last booking run's."""

    tx: Tx
    settings: Settings
    adapters: Mapping[str, Adapter]
    progress: Progress
    now: datetime
    as_of: datetime = field(init=False)
    run: int = field(init=False)

    def __post_init__(self) -> None:
        self.as_of = runs.last_booked_as_of(self.tx) or self.now
        self.run = runs.next_booking(self.tx)

    def knowledge(self, programme: Programme) -> Knowledge:
        """What the cases are decided with under a programme."""
        rows = knowing.partner_rows(self.tx, self.settings.partners)
        accepted, _ = partners.accept(knowing.known_partners(self.tx, rows))
        return Knowledge(
            programme,
            accepted,
            knowing.history_from(self.settings, programme.zone),
            knowing.supplied(self.settings, self.adapters),
            knowing.rates(self.tx, programme),
        )

    def cases(self, case_ids: Sequence[str] | None = None) -> Iterator[list[CaseFile]]:
        """All cases, or these, page by page."""
        for page in casefile.every(self.tx) if case_ids is None else [case_ids]:
            yield caseload.load(self.tx, page, cutting=False)[0]

    def claim_cases(self) -> list[str]:
        """The cases that have a registration."""
        return sorted({case_id for _, case_id, _ in decisions.all_claims(self.tx)})


@dataclass(slots=True)
class Side:
    """What one programme makes of history."""

    knowledge: Knowledge
    bill: Bill
    capacity: Capacity = field(default_factory=dict)
    waiting: Counter[str] = field(default_factory=Counter)  # records that it leaves over, by the issue's code
    deals: int = 0

    def take(self, file: CaseFile, history: History) -> CaseDecision:
        """Decide a case, and add what its deals earn."""
        decided = self.decided(file, history)
        for deal in decided.deals:
            self.bill.add(deal.earnings)
        self.deals += len(decided.deals)
        self.waiting.update(issue.code for issue in decided.issues)
        return decided

    def decided(self, file: CaseFile, history: History) -> CaseDecision:
        """One case under the programme."""
        full = replace(file, capacity=self.capacity) if self.capacity else file
        return decide(full, self.knowledge, history.as_of, history.run)

    def weigh_capacity(self, files: Sequence[CaseFile], history: History) -> None:
        """R4 looks at all clients of a partner; each round mends verdicts, as in a run."""
        programme = self.knowledge.programme
        while True:
            claims: dict[str, list[Judged]] = {}
            for file in files:
                for one in self.decided(file, history).registrations:
                    claims.setdefault(one.registration.partner_id, []).append(one)
            found: dict[str, tuple[str, ...] | None] = {}
            for partner_id, every in sorted(claims.items()):
                found |= capacity.misjudged(every, partial(self.knowledge.tier, partner_id), programme.at)
            if not found:
                return
            self.capacity = {**self.capacity, **found}

    def weigh_tiers(self, history: History, shown: Shown, claimed: Sequence[CaseFile]) -> None:
        """Which tiers partners reach, and which registrations fit their capacity by that, as in a run."""
        self.weigh_capacity(claimed, history)
        programme, parents = self.knowledge.programme, self.knowledge.partners.parents
        for _ in range(tiers.ROUNDS if programme.has_tiers else 0):
            own: dict[str, dict[str, int]] = {}
            for file in (shown(file) for page in history.cases() for file in page):
                for deal in self.decided(file, history).deals:
                    for (partner_id, month), minor in tiers.brought(deal.earnings, programme).items():
                        months = own.setdefault(partner_id, {})
                        months[month] = months.get(month, 0) + minor
            before, reached = self.knowledge.tiers, Tiers(tiers.rolled_up(own, parents))
            self.knowledge = replace(self.knowledge, tiers=reached)
            if not before.moved(reached, before.bases.keys() | reached.bases.keys(), programme):
                break
            self.weigh_capacity(claimed, history)


@dataclass(frozen=True, slots=True)
class Compared:
    """History under the terms that were in force, and under the others; `anew`: both were judged anew."""

    now: Side
    then: Side
    anew: bool
    as_of: datetime


def compare(
    history: History, programme: Programme, other: Programme, since: datetime | None, until: datetime | None
) -> Compared:
    """What the events from `since` to `until` bring under each programme; the other's last version is on trial."""
    now, then = (Side(history.knowledge(one), Bill(one, since, until)) for one in (programme, other))
    anew = judges_anew(programme, other)
    starts = datetime.combine(other.versions[-1].effective_from, time(), other.zone).astimezone(UTC)

    def shown(file: CaseFile) -> CaseFile:
        return _forgotten(file, starts, now.knowledge) if anew else file

    claimed = [shown(file) for page in history.cases(history.claim_cases()) for file in page] if anew else []
    for side in (now, then):
        side.weigh_tiers(history, shown, claimed)
    for page in history.cases():
        for file in page:
            now.take(shown(file), history)
            then.take(shown(file), history)
        history.progress("simulate cases", len(page), None)
    for side in (now, then):
        side.bill.close()
    return Compared(now, then, anew, history.as_of)


def _forgotten(file: CaseFile, since: datetime, knowledge: Knowledge) -> CaseFile:
    """The case without what was decided about registrations and deals since a moment."""
    made = {claim.registration_id for claim, _ in file.registrations if claim.submitted_at >= since}
    new = {deal.ref for deal, _ in file.deals if deal.created_at >= since and not knowledge.is_history(deal)}
    if not made and not new:
        return file
    judged = {claim_id: one for claim_id, one in file.judged.items() if claim_id not in made}
    standings = {ref: replace(one, attribution=None) if ref in new else one for ref, one in file.standings.items()}
    return replace(file, judged=judged, standings=standings)
