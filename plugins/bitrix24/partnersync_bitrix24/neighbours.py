"""What cards point to, fetched for a page of them by common calls, and remembered: companies, contacts, requisites."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from partnersync.domain.value import RecordKind
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.field_text import ref
from partnersync_bitrix24.lists import Listing, Row, by_ids, grouped
from partnersync_bitrix24.metadata import Entity
from partnersync_bitrix24.sources import HISTORY, PRODUCTS, REQUISITES, Lists, refs
from partnersync_bitrix24.translate import Around, Json, Translation

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
        found = self._found(
            {
                COMPANIES: companies,
                CONTACTS: refs(cards, "contactId"),
                PAPERS: companies,
                PARTNERS: list(dict.fromkeys(linked)),
            }
        )
        around = Around(found[COMPANIES], found[CONTACTS], found[PAPERS], found[PARTNERS])
        return self._of_deals(around, cards) if kind is RecordKind.DEAL else around

    def _found(self, wanted: Wanted) -> dict[str, dict[int, Json]]:
        known = {what: self._known.setdefault(what, OrderedDict()) for what in wanted}
        held = {what: {one: known[what][one] for one in ids if one in known[what]} for what, ids in wanted.items()}
        asked = [
            (what, ids, listing)
            for what, every in wanted.items()
            for listing, ids in self._asked(what, [one for one in every if one not in held[what]])
        ]
        told = grouped(self.client, [listing for _, _, listing in asked])
        for (what, ids, _), rows in zip(asked, told, strict=True):
            fresh: dict[int, Json] = (
                {row["id"]: self._slim(row) for row in rows} if what != PAPERS else _papers(rows, ids)
            )
            held[what] |= fresh
            self._keep(what, fresh)
        return held

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

    def _of_deals(self, around: Around, deals: Sequence[Row]) -> Around:
        """With their products, and since when they are won or lost."""
        closed = {card["id"]: card["stageId"] for card in deals if self.reader.is_closed(card)}
        histories = [
            one.where({"@STAGE_ID": sorted({closed[number] for number in one.filter["@OWNER_ID"]})})
            for one in by_ids(HISTORY, closed, "@OWNER_ID")
        ]
        with_rows = [card["id"] for card in deals] if self.reader.mapped.deals.product_rows else []
        products = [PRODUCTS.where({"=ownerId": number}) for number in with_rows]
        told = grouped(self.client, [*histories, *products])
        ends = {
            ref(row["OWNER_ID"]): str(row["CREATED_TIME"])
            for rows in told[: len(histories)]
            for row in sorted(rows, key=HISTORY.id_of)
        }
        rows_of = dict(zip(with_rows, told[len(histories) :], strict=True))
        return Around(around.companies, around.contacts, around.requisites, around.partners, rows_of, ends)


def _papers(rows: Iterable[Row], companies: Iterable[int]) -> dict[int, Json]:
    """The requisites of companies: of several the first in use that has a tax number."""
    found: dict[int, Json] = {one: {} for one in companies}
    for row in rows:
        number = ref(row["ENTITY_ID"])
        if not found.get(number) and row.get("RQ_INN") and row.get("ACTIVE") != "N":
            found[number] = {"RQ_INN": row["RQ_INN"], "RQ_KPP": row.get("RQ_KPP")}
    return found
