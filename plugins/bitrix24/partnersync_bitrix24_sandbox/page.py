"""A plain page of the portal: deals and partners with their fields."""

from datetime import datetime
from itertools import islice
from typing import Any

from partnersync.sandbox.cards_page import FRESH_S, Line, Shown, cards_page
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.user_fields import UserField

DEALS, PARTNERS, NOTES = 24, 24, 3
LOOKED_AT = 200  # companies among which partners are looked for, the first and the last changed


def page(portal: Portal, request: Request) -> Response:
    """The last changed deals, or the deal of `?deal=ID`, the partners, and items of smart processes."""
    one = portal.card(Kind.DEAL, whole(dict(request.query).get("deal", "0")))
    sections = [("Deals", [one] if one else _last_changed(portal, Kind.DEAL, DEALS)), ("Partners", _partners(portal))]
    sections += [(kind.title, _last_changed(portal, kind.type_id, DEALS)) for kind in portal.smart_processes.values()]
    intro = (
        f"{len(portal.cards[Kind.DEAL])} deals; the last changed come first. "
        f"Clock of the portal: {_time(portal, portal.now())}."
    )
    told = [(title, [_shown(portal, card) for card in cards]) for title, cards in sections]
    return cards_page(portal.name, "Bitrix24", intro, told)


def _last_changed(portal: Portal, type_id: int, most: int) -> list[Card]:
    population = portal.cards[type_id]
    ids = population.orders["updated_at"].walk(None, None, 0, descending=True)
    return [card for card in map(population.get, islice(ids, most)) if card]


def _partners(portal: Portal) -> list[Card]:
    """Companies of the type PARTNER, among the last changed and the first."""
    looked_at = _last_changed(portal, Kind.COMPANY, LOOKED_AT)
    looked_at += islice(portal.cards[Kind.COMPANY].all(), LOOKED_AT)
    found = {card.id: card for card in looked_at if card.values.get("typeId") == "PARTNER"}
    return list(islice(found.values(), PARTNERS))


def _shown(portal: Portal, card: Card) -> Shown:
    now, entity, values = portal.now(), portal.entities[card.type_id], card.values
    moved = portal.moved_fields.get((card.type_id, card.id), {})
    lines = [
        Line(field.label(), _told(field, values[field.name]), moved.get(field.name, 0) > now - FRESH_S)
        for field in portal.fields_of(entity)
        if values.get(field.name) not in (None, ())
    ]
    owner = portal.users.get(values.get("assignedById", 0))
    changed = f"changed {_time(portal, card.updated_at)}"
    quiet = [f"#{card.id}", _stage(portal, card), owner.full_name if owner else "", changed]
    return Shown(str(values.get("title") or ""), quiet, lines, _notes(portal, card), card.updated_at > now - FRESH_S)


def _told(field: UserField, value: Any) -> str:
    """Lists by their texts."""
    items = value if isinstance(value, tuple) else (value,)
    if field.type == "enumeration":
        chosen = [field.option(one) for one in items]
        items = tuple(one.value if one else f"#{number}" for one, number in zip(chosen, items, strict=True))
    return ", ".join(map(str, items))


def _stage(portal: Portal, card: Card) -> str:
    stage = portal.stage(portal.entities[card.type_id], card.values.get("stageId"))
    amount = f"{card.values.get('opportunity', '')} {card.values.get('currencyId', '')}".strip()
    return ", ".join(filter(None, [stage.name if stage else "", amount]))


def _notes(portal: Portal, card: Card) -> list[str]:
    """Comments and log messages, pinned ones first, and open to-dos and tasks."""
    owner, timeline = (card.type_id, card.id), portal.timeline
    bound = f"{portal.entities[card.type_id].abbreviation}_{card.id}"
    entries = timeline.of(owner)
    last = [one for one in entries if one.pinned] + [one for one in entries if not one.pinned][-NOTES:]
    texts = [": ".join(filter(None, [one.title, one.text])) for one in last]
    texts += [f"☐ {one.subject}" for one in timeline.activities.values() if one.owner == owner and not one.completed]
    return texts + [f"☐ {one.title}" for one in timeline.tasks.values() if bound in one.bindings and not one.closed_at]


def _time(portal: Portal, moment: int) -> str:
    return datetime.fromtimestamp(moment, portal.zone).strftime("%Y-%m-%d %H:%M:%S")
