"""The streams of an account: what each gives since its cursor, and what it costs.

With the account's filters a stream whose cards did not change costs one call at most, and those that look at the same
list or at the change log share it: leads, companies, contacts and the log are four calls, however large the account is.
Without them the same holds; what costs more are changes, whose companies and contacts are then read one by one, and a
first pull, which reads the lists of companies and contacts whole.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

from partnersync.contract.adapter import Gives, Page, Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync.transport.line import Query
from partnersync_amocrm import activity, translate, walk
from partnersync_amocrm.events import LINKS, MERGED, Events, authors_of, grown, relinked, survivors
from partnersync_amocrm.filters import Filter, OneOf
from partnersync_amocrm.invoices import Invoices, LinkFile
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.metadata import Metadata
from partnersync_amocrm.neighbours import Neighbours
from partnersync_amocrm.paging import Row
from partnersync_amocrm.paid_log import PaidLog
from partnersync_amocrm.translate import Translation
from partnersync_amocrm.transport import Client
from partnersync_amocrm.walk import Cards, by_ids
from partnersync_amocrm.work import Work

OVERLAP_S = 120  # lists may show a change late, and clocks are not quite alike
_CHUNK = 250
_WITH_LEADS: Query = [("with", "leads")]
_GONE = ("lead_deleted", "contact_deleted", "company_deleted", MERGED)
_PATHS = {RecordKind.DEAL: "leads", RecordKind.REGISTRATION: "leads", RecordKind.PARTNER: "companies"}
_ENTITIES = {"leads": "lead", "contacts": "contact", "companies": "company"}  # in the log


@dataclass(frozen=True, slots=True)
class Reading:
    """How the account is read: its definitions, and the settings that were found in them."""

    known: Metadata
    translation: Translation


class Streams:
    """All streams of one account during one run; `began` is the account's time at its begin, in unix seconds.

    `managed`: kinds of record whose managed fields are told. `afresh` reads the definitions again, where a stage is
    newer than they.
    """

    def __init__(
        self,
        client: Client,
        reading: Reading,
        afresh: Callable[[], Reading],
        began: int,
        managed: frozenset[RecordKind],
        links: Callable[[], LinkFile],
    ) -> None:
        self._client = client
        self.reading = reading
        self._afresh: Callable[[], Reading] | None = afresh
        self.began = began
        self._managed = managed
        self._cards = Cards(client, reading.known.filters)
        catalogs = [source.catalog for source in reading.translation.places.sources if source.catalog]
        self._neighbours = Neighbours(self._cards, catalogs)
        self.events = Events(client, (*_GONE, *LINKS, *activity.KINDS))
        self._work = Work(self._cards, self.events, reading.known, began)
        places = reading.translation.places
        self._paid = PaidLog(client, places.paid.id, reading.known.zone) if places.paid and not places.paid_on else None
        told = places.invoices
        self._invoices = Invoices(client, told, links(), reading.known.zone) if told else None
        self._with: Query = [("with", "contacts,catalog_elements" if catalogs or told else "contacts")]

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream; the last moves its cursor to this run's begin."""
        if stream.kind is RecordKind.USER:
            yield from self._users(cursor)
            return
        if stream.kind is RecordKind.PAYMENT:
            yield from self._invoices.pull(cursor, self._all_deals) if self._invoices else ()
            return
        what = stream.name.partition("-")[2]
        since = None if cursor is None else int(json.loads(cursor)["at"]) - OVERLAP_S
        if stream.kind is RecordKind.ACTIVITY:
            yield from self._work.pull(since)
        elif what == "gone":
            yield from self._gone(stream.kind, since)
        elif what == "clients":
            yield from self._of_clients(stream.kind, since)
        else:
            yield from self._cards_of(stream.kind, since)
        yield Page((), walk.cursor(self.began))

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """Single records as they are now; gone ones as deleted. Unsupported for kinds that are no cards."""
        path = _PATHS.get(kind)
        if path is None:
            raise Unsupported(f"an amoCRM account has no single {kind} records to read", hint="Run sync")
        rows = list(by_ids(self._cards, path, [int(one) for one in record_ids], self._with_of(kind)))
        found = {raw.record_id: raw for raw in self._raws(kind, rows, self.began)}
        yield from (found.get(one) or Raw(one, deleted=True) for one in record_ids)

    def cards(self, path: str, ids: list[int]) -> Iterator[Row]:
        """Single cards as they are now, those that are there."""
        return by_ids(self._cards, path, ids)

    def _cards_of(self, kind: RecordKind, since: int | None) -> Iterator[Page]:
        """While the cards around a page are fetched, the next page is on its way."""
        narrow = self._pipelines(kind) if since is None else ()
        parts = self._cards.changed(_PATHS[kind], since, self.began, self._with_of(kind), narrow)
        part = next(parts, None)
        while part is not None:
            rows, at = part.rows, part.whole_until
            jobs: list[Callable[[], Any]] = [partial(self._raws, kind, rows, since), partial(next, parts, None)]
            raws, part = self._client.together(jobs)
            yield Page(self._dated(kind, raws, since), None if at is None else walk.cursor(at))
        if self._invoices and kind is RecordKind.DEAL and since is None:
            self._invoices.links.was_made()

    def _all_deals(self) -> Iterator[list[Row]]:
        """The leads that are deals, to see what they are linked with."""
        of_deals = self._pipelines(RecordKind.DEAL)
        for part in self._cards.changed("leads", None, self.began, self._with, of_deals):
            yield [row for row in part.rows if self.reading.translation.is_deal(row)]

    def _dated(self, kind: RecordKind, raws: list[Raw], since: int | None) -> list[Raw]:
        """With the moments at which what was paid changed, for deals whose account keeps only how much it is in all."""
        if self._paid is None or kind is not RecordKind.DEAL:
            return raws
        deals = self._paid.dated([raw for raw in raws if raw.cells is not None], since)
        return [*deals, *(raw for raw in raws if raw.cells is None)]

    def _with_of(self, kind: RecordKind) -> Query:
        return () if kind is RecordKind.PARTNER else self._with

    def _pipelines(self, kind: RecordKind) -> Sequence[Filter]:
        """Those whose leads count; later pulls look at all leads, to see which have left."""
        places = self.reading.translation.places
        counted = {RecordKind.DEAL: places.deals, RecordKind.REGISTRATION: {places.registrations or 0}}
        return [OneOf("pipeline_id", sorted(counted[kind]))] if kind in counted else ()

    def _users(self, cursor: str | None) -> Iterator[Page]:
        users, teams = self.reading.known.users, self.reading.known.teams
        if users is None:
            return
        raws = [translate.user(row, teams) for row in users]
        digest = hashlib.sha256(repr([raw.cells for raw in raws]).encode()).hexdigest()
        if cursor != digest:
            yield Page(raws, digest, complete=True)

    def _of_clients(self, kind: RecordKind, since: int | None) -> Iterator[Page]:
        """Leads whose company or contact changed, or is another one: what a lead tells of its client stands there.

        A link may leave the lead's own time as it was, so the log tells of it.
        """
        if since is None:
            return
        for path in ("companies", "contacts"):
            for part in self._cards.changed(path, since, self.began, _WITH_LEADS):
                self._neighbours.remember(path, part.rows)
                yield from self._leads(kind, translate.linked_ids(part.rows, "leads"), since)
            merged = grown(self.events.since(since), _ENTITIES[path])
            rows = list(by_ids(self._cards, path, merged, _WITH_LEADS)) if merged else []
            self._neighbours.remember(path, rows)
            yield from self._leads(kind, translate.linked_ids(rows, "leads"), since)
        yield from self._leads(kind, iter(relinked(self.events.since(since))), since)

    def _leads(self, kind: RecordKind, ids: Iterator[int], since: int) -> Iterator[Page]:
        """With authors, since they come once more than the edit itself: what is told last of a record counts."""
        while some := list(islice(ids, _CHUNK)):
            rows = list(by_ids(self._cards, "leads", some, self._with))
            yield Page([raw for raw in self._raws(kind, rows, since) if not raw.deleted])

    def _gone(self, kind: RecordKind, since: int | None) -> Iterator[Page]:
        """What lies in the trash, if the log tells that something fell into it; merged cards lie there, too.

        It comes before the cards that live on, so that what is told of these is not taken for news.
        """
        if since is None:
            return
        path = _PATHS[kind]
        entity = _ENTITIES[path]
        events = self.events.since(since)
        if any(event["type"] in _GONE and event["entity_type"] == entity for event in events):
            rows = self._cards.deleted(path, since)
            into = survivors(events, entity, rows)
            if self._invoices and kind is RecordKind.DEAL:
                self._invoices.links.pass_on(into)
            yield Page([_fallen(row["id"], into.get(row["id"])) for row in rows])

    def history(self, since: int, until: int, cursor: str | None) -> Iterator[Page]:
        """Work on deals in a stretch of time."""
        yield from self._work.stretch(since if cursor is None else int(json.loads(cursor)["at"]), until)

    def _raws(self, kind: RecordKind, rows: Sequence[Row], since: int | None) -> list[Raw]:
        """Records of these cards. What left the pipelines or the tag that count is gone, if it was there before."""
        if kind is RecordKind.PARTNER:
            reader = self.reading.translation
            kept = {row["id"] for row in rows if reader.is_partner(row)}
            self._neighbours.remember("companies", rows)
            cards = [row for row in rows if row["id"] in kept]
            raws = [reader.partner(row) for row in cards]
        else:
            reader = self._reader_of(rows)
            belongs, read = (
                (reader.is_deal, reader.deal)
                if kind is RecordKind.DEAL
                else (reader.is_registration, reader.registration)
            )
            cards = [row for row in rows if belongs(row)]
            kept = {row["id"] for row in cards}
            if self._invoices and kind is RecordKind.DEAL:
                self._invoices.remember(cards)
            around = self._neighbours.around(cards)
            raws = [read(row, around) for row in cards]
        if since is not None and kind in self._managed:
            raws = self._authored(kind, cards, raws)
        left = [Raw(str(row["id"]), deleted=True) for row in rows if row["id"] not in kept] if since is not None else []
        return [raw if kind in self._managed else replace(raw, seen=None) for raw in raws] + left

    def _reader_of(self, leads: Sequence[Row]) -> Translation:
        if self._afresh and not all(map(self.reading.translation.knows_stage, leads)):
            self.reading, self._afresh = self._afresh(), None
        return self.reading.translation

    def _authored(self, kind: RecordKind, cards: Sequence[Row], raws: list[Raw]) -> list[Raw]:
        """With authors where somebody else was the last to change a card that holds something of ours."""
        known, ours = self.reading.known, self.reading.translation.places.ours.get(kind, {})
        asked = [
            row["id"]
            for row, raw in zip(cards, raws, strict=True)
            if row.get("updated_by") != known.user_id and any((raw.seen or {}).values())
        ]
        told = self.events.authored(_ENTITIES[_PATHS[kind]], asked) if asked else {}
        return [
            replace(raw, authors=authors_of(told[row["id"]], row, ours, known.user_id)) if row["id"] in told else raw
            for row, raw in zip(cards, raws, strict=True)
        ]


def streams_of(mapped: Mapped, managed: frozenset[RecordKind]) -> list[Stream]:
    """In the order in which to pull them: people and partners before their deals, work on these at last."""
    kinds = {"partners": RecordKind.PARTNER, "deals": RecordKind.DEAL}
    if mapped.registrations:
        kinds["registrations"] = RecordKind.REGISTRATION
    found = [Stream("users", RecordKind.USER, whole=True)]
    for name, kind in kinds.items():
        gives = Gives.BOTH if kind in managed else Gives.FACTS
        found += [Stream(f"{name}-gone", kind), Stream(name, kind, gives)]
        if kind is not RecordKind.PARTNER:
            found.append(Stream(f"{name}-clients", kind, gives))
    if mapped.payments.source == "invoices":
        found.append(Stream("payments", RecordKind.PAYMENT, whole=True))
    return [*found, Stream("activities", RecordKind.ACTIVITY, recent=True)]


def _fallen(card_id: int, into: int | None) -> Raw:
    return Raw(str(card_id), deleted=into is None, merged_into=None if into is None else str(into))
