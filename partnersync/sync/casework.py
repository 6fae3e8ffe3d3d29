"""Cases that are due → decisions, lines and what is due in managed fields; all in the transaction that it is given."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection as Tx

from partnersync.domain.change import Values
from partnersync.domain.decided import Judged
from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.issue import Issue
from partnersync.domain.note import Note, Task
from partnersync.domain.partner import Partner
from partnersync.domain.registration import INTAKE, RegistrationState
from partnersync.domain.say import Say
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import guard_words, partners, tiers
from partnersync.rules.leaks import Leak
from partnersync.rules.program import Programme
from partnersync.store import (
    casefile,
    codec,
    decisions,
    incidentbook,
    issuebook,
    ledger,
    outbox,
    payees,
    records,
)
from partnersync.store.issuebook import IssueRow
from partnersync.store.records import Row
from partnersync.sync import acceptance, caseload, guard, knowing, want
from partnersync.sync.booker import Booker
from partnersync.sync.case import CaseDecision, CaseFile, Knowledge
from partnersync.sync.caseload import Places
from partnersync.sync.claim_notes import ClaimNotes
from partnersync.sync.decide import decide
from partnersync.sync.dues import Dues
from partnersync.sync.freezer import Freezer
from partnersync.sync.judging import PARTNERS_UNREAD
from partnersync.sync.payees import bank_details
from partnersync.sync.progress import Progress
from partnersync.sync.weighing import Weighing


@dataclass(slots=True)
class DecideReport:
    """What one round of deciding did."""

    cases: int = 0
    deals: int = 0
    attributed: int = 0
    lines: int = 0
    booked: list[Money] = field(default_factory=list)  # what these lines sum to, by currency
    verdicts: dict[str, int] = field(default_factory=dict)  # by code, of registrations decided or looked at in this run
    opened: list[str] = field(default_factory=list)  # ids of issues that it opened


@dataclass(slots=True)
class Casework:
    """One round of deciding."""

    tx: Tx
    programme: Programme
    as_of: datetime
    now: datetime
    run: int
    progress: Progress
    say: Say
    dues: Dues
    report: DecideReport = field(default_factory=DecideReport)
    master: str | None = None  # the connection whose partners count; None: every one's
    history_from: Mapping[str, datetime] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()  # connections that tell activities
    awaiting: frozenset[str] = frozenset()  # connections in which people wait for verdicts
    unread: tuple[str, ...] = ()  # connections whose partners are not known as they are now
    due: int = 0  # cases to decide
    codes: dict[str, str] = field(default_factory=dict)  # of the claims that were decided
    partner_rows: dict[str, Row] = field(default_factory=dict)

    def decide(self, accepted: partners.Partners) -> DecideReport:
        """Decide every case that changed or fell due, book the difference, and note what is due in managed fields."""
        ledger.clear_stage(self.tx)
        knowledge = Knowledge(
            self.programme,
            accepted,
            self.history_from,
            self.supplied,
            knowing.rates(self.tx, self.programme),
            unread=self.unread,
        )
        if not self.unread:
            casefile.touch_issues(self.tx, PARTNERS_UNREAD)
        self._attach_waiting()
        self.due = casefile.count_due(self.tx, self.as_of)
        claimed = acceptance.many_claims(self.tx, self.programme, self.as_of) if self.due else []
        before = acceptance.rarely(self.tx, claimed, self.programme, self.as_of)
        if self.due:
            knowledge = Weighing(self.tx, self.programme, self.as_of, self.run, self._keep_claims).weigh(knowledge)
        freezer = Freezer(self.tx)
        booker = Booker(self.tx, self.programme, self.as_of, freezer)
        knowledge = replace(knowledge, rarely=acceptance.rarely(self.tx, claimed, self.programme, self.as_of))
        self._decide_due(booker, knowledge)
        rarely = acceptance.rarely(self.tx, claimed, self.programme, self.as_of)
        if moved := (rarely ^ before) | (rarely ^ knowledge.rarely):
            casefile.touch_partner(self.tx, sorted(moved), [])
            self._decide_due(booker, replace(knowledge, rarely=rarely))
        booker.price()
        self.report.opened += freezer.tell(self.run, self.now)
        dues = self.dues
        dues.deals()
        places = {name: row for name, row in self.partner_rows.items() if name in knowledge.partners.by_id}
        dues.partners(places)
        self.report.booked = ledger.staged_sums(self.tx)
        self.report.lines = ledger.seal(self.tx)
        return self.report

    def _decide_due(self, booker: Booker, knowledge: Knowledge) -> None:
        for case_ids in casefile.due(self.tx, self.as_of):
            booker.book(self._decide_cases(case_ids, knowledge))

    def managers(self) -> dict[str, str]:
        """The manager's user id by partner, where he has one."""
        loaded = (codec.load(Partner, row.body or "") for row in self.partner_rows.values())
        return {one.partner_id: one.manager for one in loaded if one.manager}

    def accept_partners(self) -> partners.Partners:
        """All partners, checked against each other; whose standing moved, his cases are decided anew."""
        rows = knowing.partner_rows(self.tx, self.master)
        known = knowing.known_partners(self.tx, rows)
        accepted, issues = partners.accept(known)
        before = records.accepted(self.tx)
        moved = before.keys() ^ accepted.parents.keys()
        regrouped = tiers.regrouped(before, accepted.parents) if self.programme.has_tiers else set()
        records.set_accepted(self.tx, accepted.parents, self.run)
        casefile.touch_partner(self.tx, sorted(moved | regrouped), [])
        self.partner_rows = rows
        self.dues.balances |= moved | payees.take_touched(self.tx)
        day = self.as_of.astimezone(self.programme.zone).date()
        payees.see_bank_details(self.tx, bank_details(accepted.by_id.values()), day)
        self._raise("partners", [_issue(issue, rows[issue.record_id]) for issue in issues])
        return accepted

    def _attach_waiting(self) -> None:
        """Payments that came before their deal join its case; those still without one are issues, tried every run."""
        waiting = records.waiting(self.tx)
        cases = records.cases_of_deals(self.tx, [row.deal_ref or "" for row in waiting])
        records.set_cases(self.tx, [(row, cases[row.deal_ref or ""]) for row in waiting if row.deal_ref in cases])
        casefile.touch(self.tx, sorted(set(cases.values())))
        reason = "belongs to a deal that no connection has given: it waits for it; correct the id, or add the deal"
        lost = [row for row in waiting if row.kind == RecordKind.PAYMENT and row.deal_ref not in cases]
        self._raise(
            "waiting",
            [
                _issue(Issue(RecordKind.PAYMENT, "", "DEAL_UNKNOWN", reason, "deal_id", row.deal_ref or ""), row)
                for row in lost
            ],
        )

    def _decide_cases(self, case_ids: Sequence[str], knowledge: Knowledge) -> Sequence[CaseDecision]:
        files, places = caseload.load(self.tx, case_ids)
        decided = [decide(file, knowledge, self.as_of, self.run) for file in files]
        self._keep_claims(files, decided, places)
        self._found_leaks(leak for one in decided for leak in one.leaks)
        decisions.put_deal_states(self.tx, [deal.state for one in decided for deal in one.deals])
        casefile.settle(self.tx, [(one.case_id, one.next_look_at) for one in decided])
        by_case = {
            casefile.scope(one.case_id): [_issue(issue, places[issue.kind, issue.record_id]) for issue in one.issues]
            for one in decided
        }
        self.report.opened += issuebook.raise_by_scope(self.tx, "decide", by_case, self.run, self.now, whole=True)
        self.report.cases += len(decided)
        self.report.deals += sum(len(one.deals) for one in decided)
        self.report.attributed += sum(deal.state.attribution is not None for one in decided for deal in one.deals)
        self.progress("decide cases", len(decided), self.due)
        return decided

    def _keep_claims(self, files: Sequence[CaseFile], decided: Sequence[CaseDecision], places: Places) -> None:
        """Store verdicts that are new or moved, and what is due in the registrations' fields."""
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        rows: list[tuple[str, str, Judged]] = []
        settled: list[tuple[str, Judged]] = []
        told: list[Note] = []
        notes = self._notes
        for file, decision in zip(files, decided, strict=True):
            for one in decision.registrations:
                claim_id = one.registration.registration_id
                told += notes.due(one, places)
                if file.judged.get(claim_id) == one:
                    continue
                self.codes[claim_id] = one.verdict.code.value
                place = places[RecordKind.REGISTRATION, claim_id].connection
                if place != INTAKE:
                    wanted[place].append((claim_id, want.registration_values(one, self.programme.zone)))
                rows.append((place, decision.case_id, one))
                before = file.judged.get(claim_id)
                if before and before.state is RegistrationState.DISPUTED and one.state is not before.state:
                    settled.append((place, before))
        self._found_joined([(place, one) for place, _, one in rows if one.state is RegistrationState.DISPUTED])
        self._settle_joined(settled)
        self.report.verdicts = dict(Counter(self.codes.values()))
        decisions.put_claims(self.tx, rows)
        outbox.put(self.tx, told)
        outbox.put(self.tx, [note for _, _, one in rows for note in notes.of_verdict(one, places)])
        for place, items in wanted.items():
            self.dues.put(place, RecordKind.REGISTRATION, items)

    def _found_joined(self, disputed: Sequence[tuple[str, Judged]]) -> None:
        """Two registrations of one client, which was taken for two: one incident for the later one."""
        found = (self._joined(connection, one) for connection, one in disputed)
        self._open({incident.incident_id: incident for incident in found})

    def _settle_joined(self, settled: Sequence[tuple[str, Judged]]) -> None:
        """Their dispute is over, whoever keeps the client: so are their incidents."""
        ids = [self._joined(connection, before).incident_id for connection, before in settled]
        over = [one for one in incidentbook.by_ids(self.tx, ids).values() if one.status is IncidentStatus.OPEN]
        incidentbook.put(self.tx, [incidentbook.resolved(one, self.as_of) for one in over])
        decisions.touch_deals(self.tx, sorted({one.about.deal_ref for one in over} - {""}))

    def _joined(self, connection: str, one: Judged) -> Incident:
        claim, kind = one.registration, IncidentKind.COMPANY_DUPLICATED
        place = Place(connection, RecordKind.REGISTRATION, claim.registration_id, "client_id")
        deal_ref = one.protection.deal_ref if one.protection else None
        about = About(deal_ref or "", claim.registration_id, claim.partner_id, one.client_id)
        key = guard.incident_id(kind, place, one.client_id)
        seen = (claim.partner_id, one.client_id, "", self.as_of, self.as_of)
        return Incident(key, kind, place, about, *seen, standing=False)

    def _found_leaks(self, leaks: Iterable[Leak]) -> None:
        """Direct deals that went past a registration: an incident each, and a task for the partner's manager."""
        found: dict[str, Incident] = {}
        for leak in leaks:
            claim = leak.behind.registration
            connection, _, record_id = leak.deal_ref.partition("/")
            place = Place(connection, RecordKind.DEAL, record_id, leak.field)
            about = About(leak.deal_ref, claim.registration_id, claim.partner_id, leak.behind.client_id)
            key = guard.incident_id(leak.kind, place, leak.seen or claim.registration_id)
            seen = (leak.expected, leak.seen, "", leak.since, self.as_of)
            found[key] = Incident(key, leak.kind, place, about, *seen, standing=False)
        for one in self._open(found):
            where = (one.place.connection, "incident", one.place.kind, one.place.record_id)
            told = (guard_words.review(one, self.say), self.as_of, self.as_of + timedelta(days=1))
            manager = self._notes.manager(one.about.partner_id)
            outbox.put(self.tx, [Task(f"incident/{one.incident_id}/task", *where, *told, manager)])

    def _open(self, found: Mapping[str, Incident]) -> list[Incident]:
        """Keep incidents that were not found before; those."""
        known = incidentbook.by_ids(self.tx, list(found))
        new = [one for key, one in found.items() if key not in known]
        incidentbook.put(self.tx, new)
        return new

    @property
    def _notes(self) -> ClaimNotes:
        return ClaimNotes(self.programme, self.as_of, self.say, self.partner_rows, self.awaiting)

    def _raise(self, scope: str, rows: Sequence[IssueRow]) -> None:
        """Open these issues and close those of the same scope that no longer stand."""
        self.report.opened += issuebook.raise_issues(self.tx, "decide", scope, self.run, self.now, rows, whole=True)


def _issue(issue: Issue, row: Row) -> IssueRow:
    """An issue of a stored record, with the id that its connection knows and where it stands there."""
    return IssueRow(row.connection, replace(issue, record_id=row.record_id), row.file, row.line)
