"""The lists that a portal is read from, as the settings ask for them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from partnersync.domain.value import RecordKind
from partnersync_bitrix24.field_text import ref
from partnersync_bitrix24.lists import Listing
from partnersync_bitrix24.metadata import Entity, Metadata
from partnersync_bitrix24.moments import iso, plain
from partnersync_bitrix24.places import Places

_CARD = (
    "id title categoryId stageId stageSemanticId opportunity currencyId companyId contactId assignedById "
    "createdTime updatedTime movedTime"
).split()
_OF_DEALS = ["isRecurring", "closedate", "utmSource"]
_REQUISITE = ["ID", "ENTITY_ID", "ACTIVE", "RQ_INN", "RQ_KPP", "DATE_CREATE", "DATE_MODIFY"]
_ACTIVITY = (
    "ID OWNER_ID OWNER_TYPE_ID TYPE_ID PROVIDER_ID COMPLETED AUTHOR_ID EDITOR_ID RESPONSIBLE_ID CREATED LAST_UPDATED"
).split()

REQUISITES = Listing("crm.requisite.list", "", "ID", select=_REQUISITE, filter={"ENTITY_TYPE_ID": Entity.COMPANY.value})
ACTIVITIES = Listing("crm.activity.list", "", "ID", select=_ACTIVITY, changed="LAST_UPDATED")
HISTORY = Listing("crm.stagehistory.list", "items", "ID", {"entityTypeId": Entity.DEAL.value}, changed="CREATED_TIME")
PRODUCTS = Listing("crm.item.productrow.list", "productRows", "id", filter={"=ownerType": "D"}, changed="")


@dataclass(frozen=True, slots=True)
class Lists:
    """Of one portal."""

    places: Places
    known: Metadata

    def of(self, entity: int) -> Listing:
        """The cards of a kind; companies and people with all they have, since phones come in no other way."""
        if entity in (Entity.COMPANY, Entity.CONTACT):
            return Listing(params={"entityTypeId": int(entity)}, select=["*"])
        keys = {*_CARD, *(_OF_DEALS if entity == Entity.DEAL else ()), *self._named(entity)}
        has = {one.key for one in self.known.fields.get(entity, ())}
        return Listing(params={"entityTypeId": int(entity)}, select=sorted(keys & has if has else keys))

    def counted(self, kind: RecordKind) -> Listing:
        """The cards that are records of a kind, as far as a filter can tell."""
        if kind is RecordKind.PAYMENT:
            return self.of(Entity.INVOICE).where({"@stageId": sorted(self.places.paid_stages)})
        return self.of(self.places.entities[kind]).where(self._narrow(kind))

    def changed(self, listing: Listing, since: datetime) -> Listing:
        """What of a list changed since a moment."""
        told = iso(since) if self.known.iso_filters or not listing.is_chained else plain(since, self.known.offset)
        return replace(listing.where({f">={listing.changed}": told}), since=since)

    def _narrow(self, kind: RecordKind) -> Mapping[str, Any]:
        places = self.places
        if kind is RecordKind.PARTNER and places.partner_types:
            return {"@typeId": sorted(places.partner_types)}
        if kind is RecordKind.DEAL and places.pipelines:
            return {"@categoryId": sorted(places.pipelines)}
        if kind is RecordKind.REGISTRATION and places.claims is not None:
            return {"=categoryId": places.claims}
        return {}

    def _named(self, entity: int) -> Iterator[str]:
        """The fields of a kind of card that the settings name."""
        places = self.places
        for kind, of in places.entities.items():
            if of == entity:
                for fields in (places.fields, places.ours):
                    yield from (one.key for one in fields.get(kind, {}).values())
                for source in places.sources.get(kind, ()):
                    yield source.field.key if source.field else source.parent or "companyId"
                if kind is RecordKind.PARTNER and places.partner_id:
                    yield places.partner_id.key
        found = [one for one in (places.paid, places.paid_on) if one and one.entity == entity]
        yield from (one.key for one in found)
        if entity == Entity.INVOICE:
            yield "parentId2"


def refs(cards: Sequence[Mapping[str, Any]], key: str) -> list[int]:
    """Ids of the cards that others point to by a key, each once."""
    return [one for one in dict.fromkeys(ref(card.get(key)) for card in cards) if one]
