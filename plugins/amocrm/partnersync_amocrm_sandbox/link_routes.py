"""Links between cards, and of cards with elements of catalogs."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.behaviour import Sent
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.changes import CARDS, connect, disconnect
from partnersync_amocrm_sandbox.checks import ANY, INT, OBJECT_OR_NULL, TEXT, Findings, Store, batch
from partnersync_amocrm_sandbox.hal import NOTHING, added, collection
from partnersync_amocrm_sandbox.problems import Refusal, internal
from partnersync_amocrm_sandbox.query import branch, many, whole

_KEYS = {"entity_id": INT, "to_entity_id": INT, "to_entity_type": TEXT, "metadata": OBJECT_OR_NULL, "request_id": ANY}
_METADATA = {"catalog_id": INT, "quantity": ANY, "is_main": ANY, "price_id": ANY, "updated_by": ANY}


def get_links(call: Call) -> Response:
    """One card's links, or those of several."""
    filters = branch(call.query, "filter")
    ids = [call.number("id")] if "id" in call.parts else [whole(one, 0) for one in many(filters.get("entity_id", {}))]
    cards = [card for card in map(call.account.cards[call.kind].get, ids) if card]
    shown = [_view(card, link) for card in cards for link in card.links if _asked(filters, link, card)]
    return collection(call, "links", shown, _total_items=len(shown))


def link(call: Call) -> Response:
    """Link; what is linked already breaks the server."""
    return added(
        call, "links", batch(call, lambda item, findings: _read(call, item, findings, unlink=False)), total=True
    )


def unlink(call: Call) -> Response:
    """Undo links."""
    batch(call, lambda item, findings: _read(call, item, findings, unlink=True))
    return NOTHING


def _asked(filters: dict[str, Any], link: tuple[str, int], card: Card) -> bool:
    if "to_entity_id" in filters and "to_entity_type" in filters:
        return link == (filters["to_entity_type"], whole(filters["to_entity_id"], 0))
    if "to_catalog_id" in filters:
        return card.links[link].get("catalog_id") == whole(filters["to_catalog_id"], 0)
    return True


def _read(call: Call, item: Any, findings: Findings, *, unlink: bool) -> Store:
    needed = ("to_entity_id", "to_entity_type", *(() if "id" in call.parts else ("entity_id",)))
    good = findings.shape(item, _KEYS, needed=needed)
    metadata = findings.shape(good.get("metadata") or {}, _METADATA, path="metadata")
    card_id = call.number("id") if "id" in call.parts else good.get("entity_id", 0)
    card = call.account.cards[call.kind].touch(card_id)
    end = (good.get("to_entity_type", ""), good.get("to_entity_id", 0))
    if card is None:
        findings.add("NotSupportedChoice", "entity_id")
    elif len(good) >= len(needed) and not _exists(call, end, metadata):
        findings.add("NotSupportedChoice", "to_entity_id")
    elif not unlink and end in card.links and call.account.behaviour.link_twice is Sent.REFUSED:
        raise Refusal(internal(f"{call.account.id:08x}-{card.id:08x}"))

    def store() -> dict[str, Any]:
        assert card is not None
        if unlink:
            disconnect(call.account, card, end, call.actor)
            return {}
        connect(call.account, card, end, metadata, call.actor, call.account.now())
        return _view(card, end)

    return store


def _exists(call: Call, end: tuple[str, int], metadata: dict[str, Any]) -> bool:
    what, other = end
    if what in CARDS:
        return what != call.kind and call.account.cards[Kind(what)].get(other) is not None
    catalog = call.account.catalogs.get(metadata.get("catalog_id", 0))
    if what != "catalog_elements":
        return False
    return (
        other in catalog.elements if catalog else any(other in one.elements for one in call.account.catalogs.values())
    )


def _view(card: Card, end: tuple[str, int]) -> dict[str, Any]:
    told = card.links[end]
    metadata: dict[str, Any] | None = {"main_contact": bool(told.get("is_main"))} if end[0] == "contacts" else None
    if end[0] == "catalog_elements":
        metadata = {key: told.get(key) for key in ("quantity", "catalog_id", "price_id")}
    return {
        "entity_id": card.id,
        "entity_type": card.kind,
        "to_entity_id": end[1],
        "to_entity_type": end[0],
        "metadata": metadata,
    }


ROUTES = [
    route("GET", "{kind}/links", get_links),
    route("POST", "{kind}/link", link),
    route("POST", "{kind}/unlink", unlink),
    route("GET", "{kind}/{id}/links", get_links),
    route("POST", "{kind}/{id}/link", link),
    route("POST", "{kind}/{id}/unlink", unlink),
]
