"""What people are told about registrations, and where: notes and tasks, each of which the outbox sends once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from partnersync.domain.decided import Judged
from partnersync.domain.note import Note, Task
from partnersync.domain.partner import Partner
from partnersync.domain.registration import INTAKE, VerdictCode
from partnersync.domain.say import Say
from partnersync.domain.value import RecordKind
from partnersync.rules import explain, notices
from partnersync.rules.program import Programme
from partnersync.store import codec
from partnersync.store.records import Row
from partnersync.sync.caseload import Places


@dataclass(frozen=True, slots=True)
class ClaimNotes:
    """Of one round. `awaiting`: connections in which people enter registrations and wait for the verdict."""

    programme: Programme
    as_of: datetime
    say: Say
    partner_rows: Mapping[str, Row]
    awaiting: frozenset[str]

    def due(self, one: Judged, places: Places) -> list[Note]:
        """What people are told about a registration by now."""
        program = self.programme.at(one.verdict.at)
        if program is None:
            return []
        claim = one.registration
        where, kind, record_id = self._told_on(places[RecordKind.REGISTRATION, claim.registration_id])
        found: list[Note] = []
        for notice in notices.due(one, program, self.as_of):
            note_id = f"{notice.kind}/{claim.registration_id}/{notice.occasion}"
            text = notices.text(notice, one, self.say)
            place = (where, notice.kind, kind, record_id, text, self.as_of)
            if notice.due_at is None:
                found.append(Note(note_id, *place))
            else:
                manager = self.manager(claim.partner_id)
                found.append(Task(f"{note_id}/task", *place, notice.due_at, manager))
        return found

    def of_verdict(self, one: Judged, places: Places) -> list[Note]:
        """What a verdict that is new is told by: its reason, to who entered the registration; R8, to both managers."""
        claim_id, verdict = one.registration.registration_id, one.verdict
        row = places[RecordKind.REGISTRATION, claim_id]
        found: list[Note] = []
        if row.connection in self.awaiting and verdict.state not in notices.ASKS:
            where, kind, record_id = self._told_on(row)
            text = " ".join(explain.verdict_sentences(one, self.say))
            note_id = "/".join(("decided", claim_id, verdict.state.value, verdict.code.value, *verdict.fields))
            found.append(Note(note_id, where, "decided", kind, record_id, text, self.as_of))
        if verdict.code is VerdictCode.OTHER_PRODUCT and verdict.related_id is not None:
            text = explain.other_product_sentence(one, self.say)
            for told_id in (verdict.related_id, claim_id):
                where, kind, record_id = self._told_on(places[RecordKind.REGISTRATION, told_id])
                note_id = f"other_product/{claim_id}/{told_id}"
                found.append(Note(note_id, where, "other_product", kind, record_id, text, self.as_of))
        return found

    def manager(self, partner_id: str) -> str:
        """The user id of a partner's manager; empty where he has none."""
        row = self.partner_rows.get(partner_id)
        return (codec.load(Partner, row.body or "").manager or "") if row else ""

    def _told_on(self, row: Row) -> tuple[str, RecordKind, str]:
        """Where people are told about a registration: on it, or on its partner if it was given by hand."""
        partner = self.partner_rows.get(row.partner_id or "")
        if row.connection == INTAKE and partner:
            return partner.connection, RecordKind.PARTNER, partner.record_id
        return row.connection, RecordKind.REGISTRATION, row.record_id
