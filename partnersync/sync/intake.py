"""Moved records of one kind, on their way into the store: read, put into cases, and what they touch marked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Origin, Raw
from partnersync.domain.activity import Activity
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.document import Rate
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Registration
from partnersync.domain.value import RecordKind
from partnersync.rules import identity, likeness, names, registration
from partnersync.store import casefile, codec, fields, ledger, records, traits
from partnersync.store.casefile import RecordKey
from partnersync.store.records import Row
from partnersync.store.traits import Trait
from partnersync.sync.forms import Problem, Setting
from partnersync.sync.normalise import BadRecord, Record, normalise


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known under a registration's id: in which connection, with which content, and whether it is decided."""

    connection: str
    registration: Registration
    decided: bool = False


@dataclass(slots=True)
class Intake:
    """Collects the moved records of a page, then keeps them all at once."""

    setting: Setting
    kind: RecordKind
    run: int
    first_seen: int  # of records that are new: the next run that books (store/runs.py)
    rows: list[Row] = field(default_factory=list)
    clients: list[tuple[RecordKey, str, ClientKeys]] = field(default_factory=list)  # to join: record, own id, client
    traits: list[Trait] = field(default_factory=list)  # by which claims on clients like one another are found
    stale: set[tuple[str, str, str]] = field(default_factory=set)  # places of traits that corrected records told
    recut: set[str] = field(default_factory=set)  # cases with a changed record: they may fall apart
    returned: list[str] = field(default_factory=list)  # records that were gone
    merged: list[str] = field(default_factory=list)  # deals that live on in another: nothing is written there
    partners: set[str] = field(default_factory=set)
    promo_codes: set[str] = field(default_factory=set)
    taken: Mapping[str, Taken] = field(default_factory=dict)  # registrations of other connections, and decided ones

    def add(self, raw: Raw, content_hash: str, known: Row | None) -> tuple[Problem, ...]:
        """Read one record; the problems of a bad one, whose last good value goes on counting, or of its bad cells."""
        if known is None and (raw.deleted or (raw.merged_into and raw.cells is None)):
            return ()  # nobody misses it
        if raw.merged_into and raw.cells is None:
            self._merge(raw, content_hash, known)
            return ()
        if raw.deleted and known and self._lives_on(known):
            return ()  # a system that told of its merge once may tell of a loss later
        if raw.deleted:
            self._mark(raw, content_hash, known, "gone")
            return (Problem("DELETED", "", "", "was deleted in its system: what was booked stays"),)
        if raw.problem:
            self._mark(raw, content_hash, known, "aside")
            return (Problem(raw.problem_code, raw.column, raw.value, raw.problem),)
        warnings = tuple(Problem(*warning) for warning in raw.warnings)
        try:
            record, listed = normalise(self.kind, raw.cells or {}, self.setting)
        except BadRecord as error:
            self._mark(raw, content_hash, known, "aside")
            return error.problems
        if isinstance(record, Registration) and (refused := self._refused(record, known)) is not None:
            self._mark(raw, content_hash, known, "aside")
            return refused
        self._keep_good(raw, content_hash, known, record)
        return warnings + listed

    def _refused(self, record: Registration, known: Row | None) -> tuple[Problem, ...] | None:
        """R6: one id is one registration, whose content stays once it is decided; None where this may count.

        What only repeats another connection's is left out without a word.
        """
        first = self.taken.get(record.registration_id)
        own = known is not None and known.body is not None
        if first is None or (own and (not first.decided or first.registration == record)):
            return None
        if first.registration == record:
            return ()
        if own:
            return (Problem(registration.DECIDED, "", "", registration.DECIDED_REASON),)
        reason = (
            f"is a registration of connection {first.connection}, which says something else: the first counts;"
            " correct it there, or give this one an id of its own"
        )
        return (Problem("DUPLICATE_ID", "registration_id", record.registration_id, reason),)

    def gone(self, tx: Tx, record_ids: Sequence[str]) -> None:
        """Mark vanished records; their cases are decided again without them."""
        known = records.by_ids(tx, self.setting.connection, self.kind, record_ids)
        for row in known.values():
            self._mark(Raw(row.record_id, origin=Origin(row.file, row.line)), "gone", row, "gone")
        self.keep(tx)

    def keep(self, tx: Tx) -> None:
        """Write the rows, join them into cases, and mark what has to be decided anew."""
        casefile.touch(tx, sorted(self.recut), recut=True)  # before a join, which hands the mark on
        joined = casefile.join(tx, self._to_join(tx))
        deals = records.cases_of_deals(tx, [row.deal_ref for row in self.rows if row.deal_ref and row.case_id is None])
        moved: dict[str, str] = {}
        for index, row in enumerate(self.rows):
            case_id = joined.get((row.connection, row.kind, row.record_id)) or deals.get(row.deal_ref or "")
            if case_id is None:
                continue
            if row.kind == RecordKind.DEAL and row.case_id not in (None, case_id):
                moved[row.deal_ref or ""] = case_id
            self.rows[index] = replace(row, case_id=case_id)
        records.upsert(tx, self.rows)
        gone = [row.record_id for row in self.rows if row.state == "gone"]
        fields.rest(tx, self.setting.connection, self.kind, gone)
        fields.let_go(tx, self.setting.connection, self.kind, self.merged)
        fields.wake(tx, self.setting.connection, self.kind, self.returned)
        records.follow_deals(tx, moved)
        touched = {row.case_id for row in self.rows if row.case_id is not None}
        casefile.touch(tx, sorted(touched))
        self._tell_again(tx, sorted(touched))
        casefile.touch(tx, sorted(traits.cases_asking(tx, self._asked())))
        casefile.touch_partner(tx, sorted(self.partners), sorted(self.promo_codes))
        if self.kind is RecordKind.RATE and self.rows:
            if all(row.state == "present" and row.changed == row.first_seen for row in self.rows):
                self._touch_by_rates(tx)
            else:
                casefile.touch_all(tx)  # a rate that lines were converted at is another one now

    def _touch_by_rates(self, tx: Tx) -> None:
        """A new rate is for events without one, and for those that an older one was carried on to."""
        casefile.touch_issues(tx, "RATE_MISSING")
        first = min(codec.load(Rate, row.body or "").on for row in self.rows)
        refs = ledger.deals_converted_before(tx, first)
        casefile.touch(tx, sorted(set(records.cases_of_deals(tx, refs).values())))

    def _to_join(self, tx: Tx) -> list[casefile.Item]:
        """The records with the keys that unite them; a phone of many companies is left out."""
        traits.forget(tx, self.stale)
        traits.put(tx, self.traits)
        phones = {f"phone:{phone}" for *_, client in self.clients if client.emails for phone in client.phones}
        crowds = traits.crowded(tx, sorted(phones), likeness.COMPANIES_A_PHONE)
        crowded = {key.removeprefix("phone:") for key in crowds}
        return [(place, own, identity.keys(client, crowded=crowded)) for place, own, client in self.clients]

    def _asked(self) -> list[str]:
        """The keys by which claims look for the clients of this page."""
        found = {key for one in self.traits for key in (one.key, *_near(one.name))}
        return sorted(found)

    def _merge(self, raw: Raw, content_hash: str, known: Row | None) -> None:
        """A record that its system tells only to live on in another one: a deal says so, any other is gone."""
        if known and known.body and self.kind is RecordKind.DEAL:
            deal = codec.load(Deal, known.body)
            survivor = self.setting.ref(raw.merged_into or "")
            self._keep_good(raw, content_hash, known, replace(deal, merged_into=survivor))
        else:
            self._mark(raw, content_hash, known, "gone")

    def _lives_on(self, known: Row) -> bool:
        deal = self.kind is RecordKind.DEAL and known.body and codec.load(Deal, known.body)
        return bool(deal and deal.merged_into)

    def _mark(self, raw: Raw, content_hash: str, known: Row | None, state: str) -> None:
        cells = json.dumps(dict(raw.cells), ensure_ascii=False) if raw.cells is not None else None
        if known is None:
            place = (self.setting.connection, self.kind, raw.record_id)
            row = Row(*place, state, None, cells, content_hash, self.first_seen, self.run)
        else:
            row = replace(known, state=state, cells=cells, hash=content_hash, changed=self.run)
        self.rows.append(replace(row, file=raw.origin.file, line=raw.origin.line))

    def _keep_good(self, raw: Raw, content_hash: str, known: Row | None, record: Record) -> None:
        row = Row(
            self.setting.connection,
            self.kind,
            raw.record_id,
            "present",
            codec.dump(record),
            None,
            content_hash,
            known.first_seen if known and known.body else self.first_seen,
            self.run,
            deal_ref=_deal_ref(record),
            partner_id=record.partner_id if isinstance(record, Deal | Registration | Activity | Partner) else None,
            promo_code=record.promo_code if isinstance(record, Deal) else None,
            utm_source=record.utm_source if isinstance(record, Deal) else None,
            case_id=known.case_id if known and not isinstance(record, Payment | Activity) else None,
            file=raw.origin.file,
            line=raw.origin.line,
        )
        self.rows.append(row)
        if known and known.case_id:
            self.recut.add(known.case_id)
        if known and known.state == "gone":
            self.returned.append(raw.record_id)
        key = (row.connection, row.kind, row.record_id)
        if isinstance(record, Deal):
            if record.merged_into:
                self.merged.append(raw.record_id)
            self._join(key, record, known, row.first_seen)
        elif isinstance(record, Registration):
            self._join(key, record, known, row.first_seen)
        elif isinstance(record, Activity):
            if record.client_inn and not record.deal_ref:
                self.clients.append((key, f"activity:{record.ref}", ClientKeys(inn=record.client_inn)))
        elif isinstance(record, Partner):
            self.partners.update((record.partner_id, record.name))  # deals may name him by either
            self.promo_codes.update(code.casefold() for code in record.promo_codes)

    def _join(self, key: RecordKey, record: Deal | Registration, known: Row | None, first_seen: int) -> None:
        self.clients.append((key, _own_id(record), record.client))
        told = _traits(record, first_seen)
        if known and known.body:
            before = _traits(codec.load(type(record), known.body), first_seen)
            self.stale.update(one.place for one in before if one not in told)
        self.traits += told

    def _tell_again(self, tx: Tx, case_ids: Sequence[str]) -> None:
        """What other deals of a client tell still, where a corrected one took its own word back."""
        owners = {owner for _, claim_id, owner in self.stale if not claim_id}
        if not owners:
            return
        rows = [row for row in records.by_case(tx, case_ids) if row.kind == RecordKind.DEAL and row.state != "gone"]
        deals = [(codec.load(Deal, row.body or ""), row.first_seen) for row in rows]
        traits.put(tx, [one for deal, seen in deals if _own_id(deal) in owners for one in _traits(deal, seen)])


def _own_id(record: Deal | Registration) -> str:
    """What the client of a record is called by it alone."""
    if isinstance(record, Deal):
        return identity.own_id(record.client, f"deal:{record.ref}")
    return identity.own_id(record.client, f"registration:{record.registration_id}")


def _traits(record: Deal | Registration, first_seen: int) -> list[Trait]:
    """By what claims on clients like the record's are found."""
    client = record.client
    found = likeness.traits(client)
    if not found:
        return []
    if isinstance(record, Deal):
        claim_id, since = "", record.created_at
    else:
        claim_id, since = record.registration_id, record.submitted_at
    told = (_own_id(record), client.inn or "", names.plain(client.name) if client.name else "", since, first_seen)
    return [Trait(trait, claim_id, *told) for trait in found]


@lru_cache(maxsize=4096)
def _near(name: str) -> tuple[str, ...]:
    return names.near_blocks(name)


def _deal_ref(record: Record) -> str | None:
    """The deal that a record is, or belongs to."""
    if isinstance(record, Deal):
        return record.ref
    return record.deal_ref if isinstance(record, Payment | Activity) else None
