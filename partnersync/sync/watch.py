"""Foreign edits of managed fields → incidents, notes and tasks, and what is put back; all in the given transaction."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Capabilities
from partnersync.contract.managed import OWNER
from partnersync.domain.attribution import Override
from partnersync.domain.change import Managed
from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.note import Note, Task
from partnersync.domain.registration import LIVE
from partnersync.domain.say import Say
from partnersync.domain.value import RecordKind
from partnersync.rules import guard_words
from partnersync.store import decisions, fields, held, incidentbook, journal, outbox, records, reverts
from partnersync.store.held import Hold
from partnersync.sync import audit, guard, knowing
from partnersync.sync.due import RecordPlace
from partnersync.sync.guard import Deed, Mode
from partnersync.sync.plan import Foreign, foreign_edits

_DAY = timedelta(days=1)
_LIVE = frozenset(state.value for state in LIVE)


@dataclass(slots=True)
class WatchReport:
    """What the guard found: ids of the incidents that are new or happened again, and how many fields are put back."""

    found: list[str] = field(default_factory=list)
    put_back: int = 0


@dataclass(slots=True)
class Watch:
    """One look at every field that holds something foreign. `modes` and `able` are by connection."""

    tx: Tx
    run: int
    as_of: datetime
    now: datetime
    modes: Mapping[str, Mode]
    able: Mapping[str, Capabilities]
    reverts_per_day: int
    managers: Mapping[str, str]  # by partner
    say: Say
    report: WatchReport = field(default_factory=WatchReport)
    _owners: dict[str, bool] | None = None  # users, and whether they are active; read when an owner was changed

    def look(self) -> WatchReport:
        """Find what stands, then end what no longer does; deals with an incident that moved are looked at again."""
        for connection in self.able:
            after: RecordPlace | None = None
            while page := fields.contested_page(self.tx, connection, after):
                self._look_at(connection, page)
                after = (page[-1].kind, page[-1].record_id)
        for incidents in incidentbook.standing(self.tx):
            self._end(incidents)
        return self.report

    def _look_at(self, connection: str, page: Sequence[Managed]) -> None:
        holds = held.of_records(self.tx, connection, [(one.kind, one.record_id) for one in page])
        edits: list[tuple[Managed, Place, Foreign]] = []
        for managed in page:
            edits += [
                (managed, Place(connection, managed.kind, managed.record_id, edit.field), edit)
                for edit in foreign_edits(managed, holds.get((managed.kind, managed.record_id), {}))
            ]
        about = self._about(connection, page)
        known = incidentbook.by_ids(
            self.tx, [guard.incident_id(guard.kind_of(edit), place, edit.seen) for _, place, edit in edits]
        )
        times = reverts.counts(self.tx, [place for _, place, _ in edits], self.as_of - _DAY, self.as_of)
        by_record: dict[RecordPlace, _Record] = {}
        for managed, place, edit in edits:
            record = by_record.setdefault(
                (managed.kind, managed.record_id), _Record(about[managed.kind, managed.record_id])
            )
            earlier = known.get(guard.incident_id(guard.kind_of(edit), place, edit.seen))
            incident = guard.found(earlier, edit, place, record.about, self.as_of)
            fighting = edit.field in holds.get((managed.kind, managed.record_id), {})
            due = guard.deed(
                self.modes[connection],
                incident,
                writable=self._can_write(place, edit),
                fighting=fighting,
                put_back=times.get(place, 0),
                reverts_per_day=self.reverts_per_day,
            )
            record.add(incident, edit, due, is_new=incident is not earlier)
        for place_of, record in by_record.items():
            self._act(connection, place_of, record)

    def _can_write(self, place: Place, edit: Foreign) -> bool:
        """Whether what is due can be put back: it has a place, and an owner is still there to own anything."""
        if place.field not in self.able[place.connection].managed.get(place.kind, ()):
            return False
        if place.field != OWNER:
            return True
        if self._owners is None:
            self._owners = {user.ref: user.active for user in knowing.users(self.tx)}
        told = any(ref.startswith(f"{place.connection}/") for ref in self._owners)
        return not told or self._owners.get(f"{place.connection}/{edit.want}", False)

    def _act(self, connection: str, place: RecordPlace, record: "_Record") -> None:
        """Keep the incidents of one record; one note and one task tell of all that are due to be told."""
        kind, record_id = place
        self.report.found += [one.incident_id for one in record.new]
        if record.put_back:
            names = [edit.field for _, edit in record.put_back]
            fields.adopt(self.tx, connection, kind, [(record_id, names)])
            reverts.put(self.tx, [one.place for one, _ in record.put_back], self.as_of, self.run)
            rows = [
                audit.put_back(one.place, edit.seen, edit.want, one.author, self.now) for one, edit in record.put_back
            ]
            journal.append(self.tx, rows, self.run)
            self.report.put_back += len(names)
            told = [one for one, _ in record.put_back]
            self._tell("guard", place, told, record.about, guard_words.put_back(told, record.about, self.say))
        if record.warned:
            told = record.warned
            self._tell("incident", place, told, record.about, guard_words.warning(told, record.about, self.say))
        for incident, edit in record.given_up:
            self._give_up(incident, edit, record.about)
        if moved := record.new_or_moved():
            incidentbook.put(self.tx, moved)
            self._touch({record.about.deal_ref})

    def _tell(self, kind: str, place: RecordPlace, told: Sequence[Incident], about: About, text: str) -> None:
        """A note on the record, and a task for the partner's manager."""
        occasion = "/".join(sorted(f"{one.incident_id}.{one.times}" for one in told))
        note_id = f"{kind}/{hashlib.blake2b(occasion.encode(), digest_size=8).hexdigest()}"
        where = (told[0].place.connection, kind, *place)
        task = guard_words.to_do(told, self.say)
        manager = self.managers.get(about.partner_id, "")
        notes = [
            Note(note_id, *where, text, self.as_of),
            Task(f"{note_id}/task", *where, task, self.as_of, self.as_of + _DAY, manager),
        ]
        outbox.put(self.tx, notes)

    def _give_up(self, incident: Incident, edit: Foreign, about: About) -> None:
        """The field is left alone until a person closes the incident of the fight."""
        place = incident.place
        fight_id = guard.incident_id(IncidentKind.REVERT_FIGHT, place, edit.seen)
        known = incidentbook.by_ids(self.tx, [fight_id]).get(fight_id)
        fight = guard.fight(place, about, edit, known, self.as_of)
        incidentbook.put(self.tx, [fight])
        self.report.found.append(fight_id)
        hold = Hold(place.connection, place.kind, place.record_id, place.field, None, self.run, self.as_of)
        held.put(self.tx, [hold])
        text = guard_words.gave_up(fight, self.reverts_per_day, self.say)
        task_id = f"guard_loop/{fight_id}.{fight.times}/task"
        where = (place.connection, "guard_loop", place.kind, place.record_id)
        outbox.put(self.tx, [Task(task_id, *where, text, self.as_of, self.as_of + _DAY)])

    def _end(self, incidents: Sequence[Incident]) -> None:
        """Incidents whose foreign value is gone, or was taken over, are over."""
        by_place: dict[tuple[str, RecordKind], list[Incident]] = defaultdict(list)
        for one in incidents:
            by_place[one.place.connection, one.place.kind].append(one)
        for (connection, kind), of_kind in by_place.items():
            now = fields.by_ids(self.tx, connection, kind, sorted({one.place.record_id for one in of_kind}))
            over = [one for one in of_kind if not _stands(one, now.get(one.place.record_id))]
            incidentbook.put(self.tx, [incidentbook.resolved(one, self.as_of) for one in over])
            self._touch({one.about.deal_ref for one in over})

    def _touch(self, deal_refs: set[str]) -> None:
        decisions.touch_deals(self.tx, sorted(deal_refs - {""}))

    def _about(self, connection: str, page: Sequence[Managed]) -> dict[RecordPlace, About]:
        """Whom these records concern, as it was decided."""
        found = {(one.kind, one.record_id): guard.record_about(one.kind, one.record_id) for one in page}
        deals = [one.record_id for one in page if one.kind is RecordKind.DEAL]
        for ref, standing in decisions.by_ref(self.tx, [f"{connection}/{record_id}" for record_id in deals]).items():
            until = standing.protected_until if standing.protection in _LIVE else ""
            ids = (ref, standing.registration_id, standing.partner_id, standing.client_id)
            found[RecordKind.DEAL, ref.partition("/")[2]] = About(*ids, until)
        claims = [one.record_id for one in page if one.kind is RecordKind.REGISTRATION]
        for _, judged in decisions.claims_by_id(self.tx, claims).values():
            claim = judged.registration
            about = About("", claim.registration_id, claim.partner_id, judged.client_id)
            found[RecordKind.REGISTRATION, claim.registration_id] = about
        partners = [one.record_id for one in page if one.kind is RecordKind.PARTNER]
        for record_id, row in records.by_ids(self.tx, connection, RecordKind.PARTNER, partners).items():
            found[RecordKind.PARTNER, record_id] = About(partner_id=row.partner_id or "")
        return found


def dismiss(tx: Tx, incident: Incident, actor: str, reason: str, now: datetime) -> None:
    """A person closes an open incident. A field that was given up to a fight is written and guarded again."""
    ended = replace(incident, status=IncidentStatus.DISMISSED, closed_at=now, closed_by=actor, closed_reason=reason)
    incidentbook.put(tx, [ended])
    place = incident.place
    if incident.kind is IncidentKind.REVERT_FIGHT:
        reverts.forget(tx, place)
        held.release(tx, place.connection, place.kind, place.record_id, [place.field], 0)
    decisions.touch_deals(tx, [incident.about.deal_ref] if incident.about.deal_ref else [])
    journal.append(tx, [audit.closed(ended, now)], 0)


def let_go(tx: Tx, connection: str, record_id: str, decided: str, run: int) -> None:
    """A person decided about a deal: what an undo holds there is due again, and so is the field that was decided."""
    place = (RecordKind.DEAL, record_id)
    holds = held.of_records(tx, connection, [place]).get(place, {})
    names = [name for name, want in holds.items() if want is not None or name == decided]
    held.release(tx, connection, *place, names, run)


def end_fight(tx: Tx, deal_ref: str, name: str, decision: Override, now: datetime) -> None:
    """A person's decision ends the fight over a field of a deal; reverts are counted anew."""
    of_field = [one for one in incidentbook.of_deal(tx, deal_ref) if one.place.field == name]
    fights = [one for one in of_field if one.kind is IncidentKind.REVERT_FIGHT and one.status is IncidentStatus.OPEN]
    for one in fights:
        ended = replace(one, closed_at=now, closed_by=decision.actor, closed_reason=decision.reason)
        incidentbook.put(tx, [replace(ended, status=IncidentStatus.RESOLVED)])
        reverts.forget(tx, one.place)


@dataclass(slots=True)
class _Record:
    """What is due about the foreign edits of one record."""

    about: About
    new: list[Incident] = field(default_factory=list)
    warned: list[Incident] = field(default_factory=list)
    put_back: list[tuple[Incident, Foreign]] = field(default_factory=list)
    given_up: list[tuple[Incident, Foreign]] = field(default_factory=list)

    def add(self, incident: Incident, edit: Foreign, due: Deed, *, is_new: bool) -> None:
        if is_new:
            self.new.append(incident)
        if due is Deed.WARN:
            self.warned.append(incident)
        elif due is Deed.PUT_BACK:
            self.put_back.append((incident, edit))
        elif due is Deed.GIVE_UP:
            self.given_up.append((incident, edit))

    def new_or_moved(self) -> list[Incident]:
        """The incidents to keep, as they are after what is done about them."""
        kept = {one.incident_id: one for one in self.new}
        kept.update((one.incident_id, replace(one, told=True)) for one in self.warned)
        kept.update((one.incident_id, incidentbook.resolved(one, one.found_at)) for one, _ in self.put_back)
        return list(kept.values())


def _stands(one: Incident, managed: Managed | None) -> bool:
    edits = foreign_edits(managed) if managed else []
    return any(edit.field == one.place.field and edit.seen == one.seen for edit in edits)
