"""What cards point to, fetched for a page of them by common calls, and remembered: companies, contacts, requisites."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from partnersync.domain.value import RecordKind
from partnersync_bitrix24.around import Around, Json
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.field_text import ref
from partnersync_bitrix24.lists import Listing, Row, by_ids, grouped
from partnersync_bitrix24.metadata import Entity
from partnersync_bitrix24.sources import HISTORY, PRODUCTS, REQUISITES, Lists, refs
from partnersync_bitrix24.translate import Translation

REMEMBERED = 30_000  # cards of each kind; some 40 MB
_KEPT = frozenset({"id", "title", "name", "secondName", "lastName", "typeId", "companyId", "fm"})
COMPANIES, CONTACTS, PAPERS, PARTNERS = "companies", "contacts", "requisites", "partners"

Wanted = Mapping[str, Sequence[int]]


@dataclass(slots=True)
class Neighbours:
    """Of one portal, during one run. A card that is gone, or that we may not see, is not there."""

    client: Client
    reader: Translation
    lists: Lists
    _known: dict[str, OrderedDict[int, Json]] = field(default_factory=dict)

    def around(self, kind: RecordKind, cards: Sequence[Row]) -> Around:
        """Of cards that are records of this kind."""
        places = self.reader.places
        linked = [
            one
            for card in cards
            for source in places.sources.get(kind, ())
            for one in self.reader.linked_partners(source, card)
        ]
        companies = refs(cards, "companyId")
        if kind is RecordKind.PARTNER and places.partner_types:
            companies = [card["id"] for card in cards]
        if places.partner_types:
            companies, linked = list(dict.fromkeys([*companies, *linked])), []
        wanted = {
            COMPANIES: companies,
            CONTACTS: refs(cards, "contactId"),
            PAPERS: companies,
            PARTNERS: list(dict.fromkeys(linked)),
        }
        is_deal = kind is RecordKind.DEAL
        closed = {card["id"]: card["stageId"] for card in cards if is_deal and self.reader.is_closed(card)}
        with_rows = [card["id"] for card in cards if is_deal and self.reader.mapped.deals.product_rows]
        return self._found(wanted, closed, with_rows)

    def _found(self, wanted: Wanted, closed: Mapping[int, str], with_rows: Sequence[int]) -> Around:
        """What is not remembered, with the histories of closed deals and the products of deals, by common calls."""
        known = {what: self._known.setdefault(what, OrderedDict()) for what in wanted}
        held = {what: {one: known[what][one] for one in ids if one in known[what]} for what, ids in wanted.items()}
        asked = [
            (what, ids, listing)
            for what, every in wanted.items()
            for listing, ids in self._asked(what, [one for one in every if one not in held[what]])
        ]
        histories = [
            one.where({"@STAGE_ID": sorted({closed[number] for number in one.filter["@OWNER_ID"]})})
            for one in by_ids(HISTORY, closed, "@OWNER_ID")
        ]
        products = [PRODUCTS.where({"=ownerId": number}) for number in with_rows]
        told = iter(grouped(self.client, [*(listing for _, _, listing in asked), *histories, *products]))
        for (what, ids, _), rows in zip(asked, told, strict=False):
            fresh = _papers(rows, ids) if what == PAPERS else {row["id"]: self._slim(row) for row in rows}
            held[what] |= fresh
            self._keep(what, fresh)
        entries = [row for rows in islice(told, len(histories)) for row in rows]
        ends = {ref(row["OWNER_ID"]): str(row["CREATED_TIME"]) for row in sorted(entries, key=HISTORY.id_of)}
        rows_of = dict(zip(with_rows, told, strict=True))
        return Around(held[COMPANIES], held[CONTACTS], held[PAPERS], held[PARTNERS], rows_of, ends)

    def _asked(self, what: str, missing: Sequence[int]) -> list[tuple[Listing, list[int]]]:
        if what == PAPERS:
            listing, by = REQUISITES, "@ENTITY_ID"
        else:
            entities = {COMPANIES: Entity.COMPANY, CONTACTS: Entity.CONTACT}
            listing = self.lists.of(entities.get(what, self.reader.places.entities[RecordKind.PARTNER]))
            by = "@id"
        return [(one, list(one.filter[by])) for one in by_ids(listing, missing, by)]

    def _keep(self, what: str, cards: Mapping[int, Json]) -> None:
        known = self._known.setdefault(what, OrderedDict())
        for number, card in cards.items():
            known[number] = card
            known.move_to_end(number)
        while len(known) > REMEMBERED:
            known.popitem(last=False)

    def _slim(self, card: Row) -> Json:
        places = self.reader.places
        named = [*places.client.values(), *([places.partner_id] if places.partner_id else [])]
        kept = _KEPT | {one.key for one in named}
        return {key: value for key, value in card.items() if key in kept}


def _papers(rows: Iterable[Row], companies: Iterable[int]) -> dict[int, Json]:
    """The requisites of companies: of several the first in use that has a tax number."""
    found: dict[int, Json] = {one: {} for one in companies}
    for row in rows:
        number = ref(row["ENTITY_ID"])
        if not found.get(number) and row.get("RQ_INN") and row.get("ACTIVE") != "N":
            found[number] = {"RQ_INN": row["RQ_INN"], "RQ_KPP": row.get("RQ_KPP")}
    return found
