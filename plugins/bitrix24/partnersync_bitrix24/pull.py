"""The streams of a portal: what each gives since its cursor, and what it costs.

A portal that did not change costs two calls, however large it is: the first pages of all lists and the count of deals
go in one batch, and partners that are known are looked for. Changes are found by the time of a card's last change, with
an overlap, and walked by id.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from partnersync.contract.adapter import Gives, Page, Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync_bitrix24 import activity, translate
from partnersync_bitrix24.absence import gone_of, listed, mend, missed
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.field_text import ref
from partnersync_bitrix24.glance import Glance
from partnersync_bitrix24.id_set import IdSet
from partnersync_bitrix24.lists import Listing, Row, ahead, by_ids, every, grouped, parts, walk
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import Entity, Metadata, abbreviation
from partnersync_bitrix24.neighbours import PAPERS, Neighbours
from partnersync_bitrix24.sources import ACTIVITIES, HISTORY, REQUISITES, Lists
from partnersync_bitrix24.translate import Translation

OVERLAP = timedelta(seconds=120)  # lists may show a change late, and clocks are not quite alike
HISTORY_S = timedelta(days=90)  # of work on deals, at the first pull
_CHUNK = 2_500
_LINKS = 20  # a link may be told as CO_5 or as 5
_NEW_PAPERS = "new requisites"  # a requisite that nobody edited tells no time of a change


@dataclass(frozen=True, slots=True)
class Reading:
    """How the portal is read: its definitions, and the settings that were found in them."""

    known: Metadata
    translation: Translation


class Streams:
    """All streams of one portal during one run; `began` is the portal's time at its begin.

    `afresh` reads the definitions again, where a stage is newer than they.
    """

    def __init__(self, client: Client, reading: Reading, afresh: Callable[[], Reading], began: datetime) -> None:
        self._client = client
        self.reading = reading
        self._afresh: Callable[[], Reading] | None = afresh
        self._began = began
        places = reading.translation.places
        self._lists = Lists(places, reading.known)
        self._neighbours = Neighbours(client, reading.translation, self._lists)
        entities = dict.fromkeys([*places.entities.values(), Entity.COMPANY.value, Entity.CONTACT.value])
        changing = {str(entity): self._lists.of(entity) for entity in entities}
        changing |= {PAPERS: replace(REQUISITES, changed="DATE_MODIFY")}
        changing |= {_NEW_PAPERS: replace(REQUISITES, changed="DATE_CREATE")}
        changing |= {"activities": ACTIVITIES, "history": HISTORY}
        kinds = list(places.entities)
        if places.invoices:
            changing[str(Entity.INVOICE.value)] = self._lists.of(Entity.INVOICE)
            kinds.append(RecordKind.PAYMENT)
        counted = {kind.value: self._lists.counted(kind) for kind in kinds}
        self._glance = Glance(client, self._lists, changing, counted)
        self._ids: dict[RecordKind, IdSet] = {}  # of a list that was read whole in this run
        self._moved: dict[RecordKind, dict[int, bool]] = {}  # cards that changed, and whether they are of the kind

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream; the last moves its cursor to this run's begin."""
        what = stream.name.partition("-")[2]
        if stream.kind is RecordKind.USER:
            yield from self._users(cursor)
        elif what == "gone":
            yield from self._gone(stream.kind, cursor)
        else:
            told: dict[str, Any] = {"at": self._began.isoformat(), "after": 0} if cursor is None else json.loads(cursor)
            at = datetime.fromisoformat(told["at"])
            if stream.kind is RecordKind.ACTIVITY:
                yield from self._activities(None if cursor is None else at - OVERLAP)
            elif what == "clients":
                yield from self._of_clients(stream.kind, None if cursor is None else at - OVERLAP)
            elif "after" in told:
                yield from self._all(stream.kind, at, told["after"])
                yield Page((), _cursor(at))
                return
            else:
                yield from self._changed(stream.kind, at - OVERLAP)
            yield Page((), _cursor(self._began))

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """Single records as they are now; what the portal says is not there as deleted, what it hides not at all."""
        if kind not in self.reading.translation.places.entities:
            raise Unsupported(f"a Bitrix24 portal has no single {kind} records to read", hint="Run sync")
        entity = self.reading.translation.places.entities[kind]
        rows = self.cards(entity, [int(one) for one in record_ids if one.isdecimal()])
        found = {raw.record_id: raw for raw in self._raws(kind, rows, first=False)}
        missing = [int(one) for one in record_ids if one.isdecimal() and one not in found]
        yield from found.values()
        yield from (Raw(str(one), deleted=True) for one in gone_of(self._client, entity, missing))

    def cards(self, entity: int, ids: Sequence[int]) -> list[Row]:
        """Cards of one kind by their ids, as they are now."""
        return [row for rows in grouped(self._client, by_ids(self._lists.of(entity), ids)) for row in rows]

    def _all(self, kind: RecordKind, at: datetime, after: int) -> Iterator[Page]:
        """A first pull, which goes on from a card's id where it was broken off."""
        listing = self._lists.counted(kind)
        ids = IdSet()
        if not after:
            self._ids[kind] = ids
        for rows in ahead(walk(self._client, listing, after)):
            after = listing.id_of(rows[-1])
            for row in rows:
                ids.add(listing.id_of(row))
            yield Page(self._raws(kind, rows, first=True), json.dumps({"at": at.isoformat(), "after": after}))

    def _changed(self, kind: RecordKind, since: datetime) -> Iterator[Page]:
        entity = Entity.INVOICE if kind is RecordKind.PAYMENT else self.reading.translation.places.entities[kind]
        for rows in ahead(self._glance.changed(str(int(entity)), since)):
            yield Page(self._raws(kind, rows, first=False))

    def _users(self, cursor: str | None) -> Iterator[Page]:
        raws = [translate.user(row) for row in self.reading.known.users]
        digest = hashlib.sha256(repr([raw.cells for raw in raws]).encode()).hexdigest()
        if cursor != digest:
            yield Page(raws, digest, complete=True)

    def _of_clients(self, kind: RecordKind, since: datetime | None) -> Iterator[Page]:
        """Cards whose company or contact changed: what they tell of their client stands there, or in its papers."""
        if since is None:
            return
        around = ((Entity.COMPANY, "companyId"), (Entity.CONTACT, "contactId"))
        for entity, key in () if self._are_companies(kind) else around:
            for rows in self._glance.changed(str(entity.value), since):
                yield from self._pointing(kind, key, [row["id"] for row in rows])
        yield from self._of_partners(kind, since)
        for papers in (PAPERS, _NEW_PAPERS):
            for rows in self._glance.changed(papers, since):
                companies = list(dict.fromkeys(ref(row["ENTITY_ID"]) for row in rows))
                yield from self._pointing(kind, "companyId", companies)

    def _of_partners(self, kind: RecordKind, since: datetime) -> Iterator[Page]:
        """Cards that link to a partner whose card changed: he may have become one, or have another id."""
        places = self.reading.translation.places
        partners = places.entities[RecordKind.PARTNER]
        for source in places.sources.get(kind, ()):
            key = source.field.key if source.field and source.is_link else source.parent
            for rows in self._glance.changed(str(int(partners)), since) if key else ():
                for some in parts((row["id"] for row in rows), _LINKS):
                    links = [f"{abbreviation(partners)}_{one}" for one in some] if source.is_link else []
                    listing = self._lists.of(places.entities[kind]).where({f"@{key}": [*links, *some]})
                    yield from self._again(kind, [listing])

    def _pointing(self, kind: RecordKind, key: str, ids: Sequence[int]) -> Iterator[Page]:
        """Records of a kind that point to these cards; partners are such cards themselves."""
        entity = self.reading.translation.places.entities[kind]
        by = "@id" if self._are_companies(kind) else f"@{key}"
        yield from self._again(kind, by_ids(self._lists.of(entity), ids, by))

    def _again(self, kind: RecordKind, listings: Sequence[Listing]) -> Iterator[Page]:
        rows = chain.from_iterable(every(self._client, listings))
        for some in parts(rows, _CHUNK):
            yield Page(self._raws(kind, some, first=True))

    def _are_companies(self, kind: RecordKind) -> bool:
        return kind is RecordKind.PARTNER and bool(self.reading.translation.places.partner_types)

    def _gone(self, kind: RecordKind, cursor: str | None) -> Iterator[Page]:
        """Cards that are missed in the list, and that the portal says are not there."""
        listing = self._lists.counted(kind)
        if cursor is None:
            ids = self._ids.get(kind)
            yield Page((), (listed(self._client, listing) if ids is None else ids).dump())
            return
        known = IdSet.load(cursor)
        for number, belongs in self._moved.get(kind, {}).items():
            (known.add if belongs else known.discard)(number)
        entity = Entity.INVOICE if kind is RecordKind.PAYMENT else self.reading.translation.places.entities[kind]
        if listing.filter and known.count() <= _CHUNK:
            lost = missed(self._client, listing, known, int(entity))
        elif self._glance.total(kind.value) != known.count():
            lost = mend(self._client, listing, known, int(entity))
        else:
            lost = iter(())
        for some in parts(lost, _CHUNK):
            yield Page([Raw(str(one), deleted=True) for one in some])
        if (now := known.dump()) != cursor:
            yield Page((), now)

    def _activities(self, since: datetime | None) -> Iterator[Page]:
        """At first of ninety days."""
        own = self.reading.known.user_id
        for rows in self._work("activities", since):
            deals_of = {
                (entity, number): deals
                for entity, numbers in activity.owners(rows).items()
                for number, deals in self._deals_of(entity, numbers).items()
            }
            yield Page(list(activity.activities(rows, deals_of, own)))
        for rows in self._work("history", since):
            yield Page(list(activity.moves(rows)))

    def _work(self, name: str, since: datetime | None) -> Iterator[list[Row]]:
        if since is not None:
            return self._glance.changed(name, since)
        listing = ACTIVITIES if name == "activities" else HISTORY
        return walk(self._client, self._lists.changed(listing, self._began - HISTORY_S))

    def _deals_of(self, entity: int, numbers: Sequence[int]) -> dict[int, list[int]]:
        key = "contactId" if entity == Entity.CONTACT else "companyId"
        listing = replace(self._lists.of(Entity.DEAL), select=["id", key])
        found: dict[int, list[int]] = {}
        for rows in every(self._client, by_ids(listing, numbers, f"@{key}")):
            for row in rows:
                found.setdefault(row[key], []).append(row["id"])
        return found

    def _raws(self, kind: RecordKind, rows: Sequence[Row], *, first: bool) -> list[Raw]:
        """Records of these cards. What left the pipelines or types that count is gone, if it was there before."""
        reader = self._reader_of(rows) if kind is RecordKind.DEAL else self.reading.translation
        belongs: Callable[[Row], bool] = {
            RecordKind.PARTNER: reader.is_partner,
            RecordKind.DEAL: reader.is_deal,
            RecordKind.REGISTRATION: reader.is_registration,
            RecordKind.PAYMENT: reader.is_payment,
        }[kind]
        kept = [row for row in rows if belongs(row)]
        left = [] if first else [row for row in rows if not belongs(row)]
        if not first:
            moved = self._moved.setdefault(kind, {})
            moved |= {row["id"]: True for row in kept} | {row["id"]: False for row in left}
        tombstones = [Raw(str(row["id"]), deleted=True) for row in left]
        if kind is RecordKind.PAYMENT:
            return [reader.payment(row) for row in kept] + tombstones
        around = self._neighbours.around(kind, kept)
        read = {
            RecordKind.PARTNER: reader.partner,
            RecordKind.DEAL: reader.deal,
            RecordKind.REGISTRATION: reader.registration,
        }[kind]
        return [read(row, around) for row in kept] + tombstones

    def _reader_of(self, deals: Sequence[Row]) -> Translation:
        if self._afresh and not all(map(self.reading.translation.knows_stage, deals)):
            self.reading, self._afresh = self._afresh(), None
        return self.reading.translation


def streams_of(mapped: Mapped) -> list[Stream]:
    """In the order in which to pull them: people and partners before deals, payments and work on these at last."""
    found = [Stream("users", RecordKind.USER, whole=True)]
    names = {RecordKind.PARTNER: "partners", RecordKind.DEAL: "deals", RecordKind.REGISTRATION: "registrations"}
    for kind, name in names.items():
        if kind in mapped.tables():
            found += [
                Stream(name, kind, Gives.BOTH),
                Stream(f"{name}-clients", kind, Gives.BOTH),
                Stream(f"{name}-gone", kind),
            ]
    if mapped.payments.source == "invoices":
        found += [Stream("payments", RecordKind.PAYMENT), Stream("payments-gone", RecordKind.PAYMENT)]
    return [*found, Stream("activities", RecordKind.ACTIVITY)]


def _cursor(at: datetime) -> str:
    return json.dumps({"at": at.isoformat()})
