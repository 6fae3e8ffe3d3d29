"""Cases that are due → decisions, lines and what is due in managed fields; all in the transaction that it is given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.attribution import Override
from partnersync.domain.change import Values
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.issue import Issue
from partnersync.domain.line import LineStatus
from partnersync.domain.note import Note
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Registration, VerdictCode
from partnersync.domain.say import Say
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import explain, identity, partners
from partnersync.rules.program import Programme
from partnersync.store import (
    casefile,
    codec,
    decisions,
    earnings,
    fields,
    held,
    incidentbook,
    issuebook,
    ledger,
    outbox,
    overrides,
    records,
)
from partnersync.store.issuebook import IssueRow
from partnersync.store.records import Row
from partnersync.sync import want
from partnersync.sync.decide import CaseDecision, CaseFile, Knowledge, decide
from partnersync.sync.lines import bucket_lines, deal_lines, families
from partnersync.sync.progress import Progress


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
    report: DecideReport = field(default_factory=DecideReport)
    master: str | None = None  # the connection whose partners count; None: every one's
    history_from: Mapping[str, datetime] = field(default_factory=dict)
    due: int = 0  # cases to decide
    buckets: set[str] = field(default_factory=set)  # bands to price anew
    balances: set[str] = field(default_factory=set)  # partners whose balance may have moved
    partner_rows: dict[str, Row] = field(default_factory=dict)
    places: dict[tuple[str, str], Row] = field(default_factory=dict)  # (kind, programme-wide id) → record of this page

    def decide(self) -> DecideReport:
        """Decide every case that changed or fell due, book the difference, and note what is due in managed fields."""
        ledger.clear_stage(self.tx)
        knowledge = Knowledge(self.programme, self._partners(), self.history_from)
        self._attach_waiting()
        self.due = casefile.count_due(self.tx, self.as_of)
        for case_ids in casefile.due(self.tx, self.as_of):
            self._decide_cases(case_ids, knowledge)
        for bucket in sorted(self.buckets):
            self._price(bucket)
        self.look_at_fields()
        self._want_partners(knowledge)
        self.report.booked = ledger.staged_sums(self.tx)
        self.report.lines = ledger.seal(self.tx)
        return self.report

    def look_at_fields(self) -> None:
        """Note what is due in the fields of the deals that were touched: decided, or with new lines or incidents."""
        for states in decisions.touched(self.tx):
            self._want_deals(states)

    def managers(self) -> dict[str, str]:
        """The manager's user id by partner, where he has one."""
        loaded = (codec.load(Partner, row.body or "") for row in self.partner_rows.values())
        return {one.partner_id: one.manager for one in loaded if one.manager}

    def _partners(self) -> partners.Partners:
        """All partners, checked against each other; whose standing moved, his cases are decided anew."""
        rows: dict[str, Row] = {}
        for row in records.by_kind(self.tx, RecordKind.PARTNER):
            if row.body and self.master in (None, row.connection):
                first = rows.setdefault(row.record_id, row)
                if (row.first_seen, row.connection) < (first.first_seen, first.connection):
                    rows[row.record_id] = row
        before = records.accepted(self.tx)
        known = [(codec.load(Partner, row.body or ""), row.record_id in before) for row in rows.values()]
        accepted, issues = partners.accept(known)
        moved = records.set_accepted(self.tx, set(accepted.by_id), self.run)
        casefile.touch_partner(self.tx, sorted(moved), [])
        self.partner_rows = rows
        self.balances |= moved
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

    def _decide_cases(self, case_ids: Sequence[str], knowledge: Knowledge) -> None:
        files = self._load(case_ids)
        decided = [decide(file, knowledge, self.as_of, self.run) for file in files]
        self._keep_claims(files, decided)
        decisions.put_deal_states(self.tx, [deal.state for one in decided for deal in one.deals])
        self._book(decided)
        casefile.settle(self.tx, [(one.case_id, one.next_look_at) for one in decided])
        by_case = {
            casefile.scope(one.case_id): [
                _issue(issue, self.places[issue.kind, issue.record_id]) for issue in one.issues
            ]
            for one in decided
        }
        self.report.opened += issuebook.raise_by_scope(self.tx, "decide", by_case, self.run, self.now, whole=True)
        self.report.cases += len(decided)
        self.report.deals += sum(len(one.deals) for one in decided)
        self.report.attributed += sum(deal.state.attribution is not None for one in decided for deal in one.deals)
        self.progress("decide cases", len(decided), self.due)

    def _load(self, case_ids: Sequence[str]) -> list[CaseFile]:
        """The cases with their records and earlier decisions; one that fell apart is cut first."""
        rows = [row for row in records.by_case(self.tx, case_ids) if row.body]
        by_case: dict[str, list[Row]] = {case_id: [] for case_id in case_ids}
        self.places.clear()
        for row in self._recut(case_ids, rows):
            by_case.setdefault(row.case_id or "", []).append(row)
            wide = row.record_id if row.kind == RecordKind.REGISTRATION else f"{row.connection}/{row.record_id}"
            self.places[row.kind, wide] = row
        judged: dict[str, dict[str, Judged]] = defaultdict(dict)
        for _, case_id, one in decisions.claims(self.tx, list(by_case)):
            judged[case_id][one.registration.registration_id] = one
        standings: dict[str, dict[str, DealStanding]] = defaultdict(dict)
        for state in decisions.deal_states(self.tx, list(by_case)):
            standings[state.case_id][state.deal_ref] = state
        deals = [wide for kind, wide in self.places if kind == RecordKind.DEAL]
        decided = overrides.latest(self.tx, deals)
        return [
            self._file(case_id, rows, judged[case_id], standings[case_id], decided) for case_id, rows in by_case.items()
        ]

    def _recut(self, case_ids: Sequence[str], rows: list[Row]) -> list[Row]:
        """Split cases whose records no longer hang together."""
        suspects = casefile.needs_recut(self.tx, case_ids)
        if not suspects:
            return rows
        for case_id in suspects:
            members = [row for row in rows if row.case_id == case_id and row.kind in _MEMBERS]
            parts = identity.components([_member_keys(row) for row in members])
            if len(parts) > 1:
                casefile.recut(
                    self.tx, case_id, [([members[index] for index in part.members], part.keys) for part in parts]
                )
        moved = casefile.cases_of(self.tx, rows)
        return [replace(row, case_id=moved.get((row.connection, row.kind, row.record_id), row.case_id)) for row in rows]

    def _file(
        self,
        case_id: str,
        rows: Sequence[Row],
        judged: dict[str, Judged],
        standings: dict[str, DealStanding],
        decided: dict[str, Override],
    ) -> CaseFile:
        deals: list[tuple[Deal, int]] = []
        payments: dict[str, list[Payment]] = defaultdict(list)
        claims: list[tuple[Registration, int]] = []
        for row in rows:
            body = row.body or ""
            if row.kind == RecordKind.DEAL and row.state != "gone":
                deals.append((codec.load(Deal, body), row.first_seen))
            elif row.kind == RecordKind.PAYMENT:
                payments[row.deal_ref or ""].append(codec.load(Payment, body))
            elif row.kind == RecordKind.REGISTRATION:
                claims.append((codec.load(Registration, body), row.first_seen))
        return CaseFile(case_id, deals, payments, claims, judged, standings, decided)

    def _keep_claims(self, files: Sequence[CaseFile], decided: Sequence[CaseDecision]) -> None:
        """Store verdicts that are new or moved, and what is due in the registrations' fields."""
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        rows: list[tuple[str, str, Judged]] = []
        for file, decision in zip(files, decided, strict=True):
            for one in decision.registrations:
                claim_id = one.registration.registration_id
                if file.judged.get(claim_id) == one:
                    continue
                code = one.verdict.code.value
                self.report.verdicts[code] = self.report.verdicts.get(code, 0) + 1
                place = self.places[RecordKind.REGISTRATION, claim_id].connection
                wanted[place].append((claim_id, want.registration_values(one)))
                rows.append((place, decision.case_id, one))
        decisions.put_claims(self.tx, rows)
        outbox.put(self.tx, [note for _, _, one in rows for note in self._notes(one)])
        for place, items in wanted.items():
            self._put_want(place, RecordKind.REGISTRATION, items)

    def _notes(self, one: Judged) -> list[Note]:
        """R8: the managers of both partners learn that the client has another partner for other products."""
        if one.verdict.code is not VerdictCode.OTHER_PRODUCT or one.verdict.related_id is None:
            return []
        new_id, old_id = one.registration.registration_id, one.verdict.related_id
        text = explain.other_product_sentence(one, self.say)
        return [
            Note(
                f"other_product/{new_id}/{claim_id}",
                self.places[RecordKind.REGISTRATION, claim_id].connection,
                "other_product",
                RecordKind.REGISTRATION,
                claim_id,
                text,
                self.as_of,
            )
            for claim_id in (old_id, new_id)
        ]

    def _book(self, decided: Sequence[CaseDecision]) -> None:
        """Stage the lines of events under flat rules; events in bands wait for the whole of their bucket."""
        deals = [deal for one in decided for deal in one.deals]
        here = [line for line, _ in ledger.by_deals(self.tx, [deal.state.deal_ref for deal in deals])]
        owed = {earning.event_id for deal in deals for earning in deal.earnings if earning.bucket is None}
        owed.update(line.event_id for line in here)
        booked = families([*here, *ledger.by_events(self.tx, sorted(owed))])
        ledger.stage(self.tx, deal_lines(deals, booked, self.programme, self.as_of))
        banded = [
            (one.case_id, earning)
            for one in decided
            for deal in one.deals
            for earning in deal.earnings
            if earning.bucket
        ]
        self.buckets |= earnings.replace(self.tx, [one.case_id for one in decided], banded)

    def _price(self, bucket: str) -> None:
        """Price all events of one partner and period, and stage the difference."""
        events = earnings.by_bucket(self.tx, bucket)
        booked = families(ledger.by_events(self.tx, [earning.event_id for earning in events]))
        staged = bucket_lines(events, booked, self.programme, self.as_of)
        ledger.stage(self.tx, staged)
        decisions.touch_deals(self.tx, sorted({line.deal_ref for line in staged}))

    def _want_deals(self, states: Sequence[DealStanding]) -> None:
        """What is due in the fields of deals that were decided, or whose lines moved."""
        lines: dict[str, list[want.StatedLine]] = defaultdict(list)
        for line, facts in ledger.by_deals(self.tx, [state.deal_ref for state in states]):
            lines[line.deal_ref].append((line, facts))
        incidents = incidentbook.open_kinds(self.tx, [state.deal_ref for state in states])
        reasons = {
            state.deal_ref: state.hold_reason or (_INCIDENT if state.deal_ref in incidents else "") for state in states
        }
        on_hold = {
            ref: reason
            for ref, reason in reasons.items()
            if any(facts.hold_reason != reason for _, facts in lines.get(ref, ()))
        }
        reversed_ids = [line_id for stated in lines.values() for line_id in want.fully_reversed(stated)]
        if on_hold or reversed_ids:
            ledger.set_hold(self.tx, on_hold)
            ledger.set_status(self.tx, reversed_ids, LineStatus.REVERSED)
            moved = {
                *on_hold,
                *(
                    line.deal_ref
                    for stated in lines.values()
                    for line, _ in stated
                    if line.line_id in set(reversed_ids)
                ),
            }
            for ref in moved:
                lines[ref] = []
            for line, facts in ledger.by_deals(self.tx, sorted(moved)):
                lines[line.deal_ref].append((line, facts))
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        looks: list[tuple[str, datetime]] = []
        for state in states:
            stated = lines.get(state.deal_ref, ())
            connection, _, record_id = state.deal_ref.partition("/")
            kinds = incidents.get(state.deal_ref, ())
            wanted[connection].append((record_id, want.deal_values(state, stated, self.as_of, kinds)))
            release = want.next_release(stated, self.as_of)
            if release:
                looks.append((state.case_id, release))
            self.balances.update(line.partner_id for line, _ in stated)
        for connection, items in wanted.items():
            self._put_want(connection, RecordKind.DEAL, items)
        self._put_owners(states)
        casefile.look_sooner(self.tx, looks)
        decisions.untouch(self.tx, [state.deal_ref for state in states])
        self.progress("look at fields", len(states))

    def _put_owners(self, states: Sequence[DealStanding]) -> None:
        """Who owns the protected deals, so that a change of it is noticed."""
        owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for state in states:
            if state.due_owner:
                connection, _, record_id = state.deal_ref.partition("/")
                owners[connection].append((record_id, state.owner))
        for connection, items in owners.items():
            fields.put_owner(self.tx, connection, items)

    def _want_partners(self, knowledge: Knowledge) -> None:
        """The balance of every partner whose lines or standing moved."""
        due = sorted(self.balances & set(knowledge.partners.by_id) & set(self.partner_rows))
        sums = ledger.balances(self.tx, due)
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        for partner_id in due:
            balance = want.sums(sums.get(partner_id) or [Money(0, self.programme.currency)])
            wanted[self.partner_rows[partner_id].connection].append((partner_id, want.partner_values(balance)))
        for connection, items in wanted.items():
            self._put_want(connection, RecordKind.PARTNER, items)

    def _put_want(self, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
        """Note what is due in these records; fields that were held while something else was due are let go."""
        fields.put_want(self.tx, connection, kind, items)
        held.release_moved(self.tx, connection, kind, items, self.run)

    def _raise(self, scope: str, rows: Sequence[IssueRow]) -> None:
        """Open these issues and close those of the same scope that no longer stand."""
        self.report.opened += issuebook.raise_issues(self.tx, "decide", scope, self.run, self.now, rows, whole=True)


def _issue(issue: Issue, row: Row) -> IssueRow:
    """An issue of a stored record, with the id that its connection knows and where it stands there."""
    return IssueRow(row.connection, replace(issue, record_id=row.record_id), row.file, row.line)


_INCIDENT = "INCIDENT"  # why lines are on hold while their deal has an open one
_MEMBERS = frozenset({RecordKind.DEAL, RecordKind.REGISTRATION})


def _member_keys(row: Row) -> tuple[str, ...]:
    """The identity keys of a stored deal or registration."""
    record: Deal | Registration
    if row.kind == RecordKind.DEAL:
        record = codec.load(Deal, row.body or "")
    else:
        record = codec.load(Registration, row.body or "")
    return identity.keys(record.client)
