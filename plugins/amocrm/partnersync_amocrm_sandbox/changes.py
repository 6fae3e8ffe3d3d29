"""The one place where cards change: stamps, events, hooks and robots follow from here, whoever changes them."""

from dataclasses import dataclass, field, replace
from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Noop, Order
from partnersync_amocrm_sandbox.calls import Actor
from partnersync_amocrm_sandbox.cards import LOST, WON, Card, Kind, Link, Value, Values
from partnersync_amocrm_sandbox.definitions import TYPE_NUMBERS, Field
from partnersync_amocrm_sandbox.hook_forms import fire_card

CARDS = frozenset(kind.value for kind in Kind)
SINGLE = {kind.value: kind.single for kind in Kind} | {"catalog_elements": "catalog_element"}
ROBOT = Actor(0, by_api=False)


@dataclass(slots=True)
class Edit:
    """What is to become of a card: attributes, whole values of fields (empty: cleared), tags, the stamp's author."""

    attributes: dict[str, Any] = field(default_factory=dict)
    values: dict[int, Values] = field(default_factory=dict)
    tags: tuple[int | str, ...] | None = None  # ids, and names of tags that are made with it
    links: dict[Link, dict[str, Any]] = field(default_factory=dict)  # of a new card
    updated_by: int | None = None


@dataclass(frozen=True, slots=True)
class Robot:
    """An automation that sets a field of every lead that somebody else changes."""

    field_id: int
    value: Value


def create(account: Account, kind: Kind, edit: Edit, actor: Actor, now: int) -> Card:
    """A new card."""
    card = Card(kind, account.cards[kind].new_id(), "", actor.user_id, now, now, actor.user_id, actor.user_id)
    if kind is Kind.LEADS:
        card.pipeline_id = account.main_pipeline.id
        card.status_id = account.main_pipeline.first.id
    _take(account, card, edit)
    if kind is Kind.LEADS and card.status_id in (WON, LOST) and card.closed_at is None:
        card.closed_at = now
    card.name = card.name or (f"Сделка #{card.id}" if kind is Kind.LEADS else "")
    account.cards[kind].add(card)
    account.events.note(f"{kind.single}_added", (kind.single, card.id), actor.user_id, now)
    for link, metadata in edit.links.items():
        connect(account, card, link, metadata, actor, now)
    fire_card(account, "add", card)
    return card


def update(account: Account, kind: Kind, card_id: int, edit: Edit, actor: Actor, now: int) -> Card | None:
    """Change a living card; events tell every difference."""
    card = account.cards[kind].touch(card_id)
    if card is None:
        return None
    before = replace(card, values=dict(card.values))
    _take(account, card, edit)
    _close(card, before, edit, now)
    if card != before or account.behaviour.noop is Noop.BUMPS:
        card.updated_at = edit.attributes.get("updated_at", now)
        card.updated_by = actor.user_id if edit.updated_by is None else edit.updated_by
        _tell(account, card, before, actor, now)
    account.cards[kind].moved(card)
    if actor is not ROBOT and kind is Kind.LEADS:
        _run_robots(account, card, now)
    return card


def delete(account: Account, kind: Kind, card_id: int, actor: Actor, now: int, *, silent: bool = False) -> Card | None:
    """Into the trash."""
    card = account.cards[kind].bin(card_id)
    if card is not None:
        card.deleted_at = card.updated_at = now
        card.updated_by = actor.user_id
        if not silent:
            account.events.note(f"{kind.single}_deleted", (kind.single, card.id), actor.user_id, now)
            fire_card(account, "delete", card)
    return card


def restore(account: Account, kind: Kind, card_id: int, actor: Actor, now: int) -> Card | None:
    """Out of the trash."""
    card: Card | None = account.cards[kind].trash.pop(card_id, None)
    if card is not None:
        card.deleted_at, card.updated_at, card.updated_by = None, now, actor.user_id
        account.cards[kind].add(card)
        account.events.note(f"{kind.single}_restored", (kind.single, card.id), actor.user_id, now)
        fire_card(account, "restore", card)
    return card


def merge(account: Account, kind: Kind, ids: tuple[int, ...], actor: Actor, now: int) -> Card:
    """One card of several: the survivor takes what it lacks from the others, which vanish without an own event."""
    ordered = sorted(set(ids), reverse=account.behaviour.merge_keeps is Order.NEWEST)
    cards = [card for card in (account.cards[kind].touch(card_id) for card_id in ordered) if card]
    if len(cards) < 2:
        raise ValueError(f"{len(cards)} of {ids} live: nothing to merge")
    survivor, *others = cards
    edit = Edit(tags=tuple(dict.fromkeys(tag for card in cards for tag in card.tags)))
    for other in others:
        edit.values |= {field_id: held for field_id, held in other.values.items() if field_id not in survivor.values}
        for link, metadata in list(other.links.items()):
            disconnect(account, other, link)
            if link not in survivor.links:
                connect(account, survivor, link, metadata, actor, now, silent=True)
        delete(account, kind, other.id, actor, now, silent=not account.behaviour.merge_fires_delete)
    account.events.note("entity_merged", (kind.single, survivor.id), actor.user_id, now)
    update(account, kind, survivor.id, edit, actor, now)
    return survivor


def connect(
    account: Account, card: Card, link: Link, metadata: dict[str, Any], actor: Actor, now: int, *, silent: bool = False
) -> None:
    """Link a card with another or with a catalog's element; cards know each other both ways. A card has one company."""
    what, other_id = link
    if what == "companies" and card.kind is not Kind.COMPANIES:
        for old in [one for one in card.links if one[0] == "companies"]:
            disconnect(account, card, old)
    card.links[link] = metadata
    if what in CARDS:
        other = account.cards[Kind(what)].touch(other_id)
        if other is not None:
            other.links[(card.kind, card.id)] = {}
    if not silent:
        end = {"entity": {"type": SINGLE[what], "id": other_id}}
        account.events.note("entity_linked", (card.kind.single, card.id), actor.user_id, now, after=({"link": end},))


def disconnect(account: Account, card: Card, link: Link, actor: Actor | None = None) -> None:
    """Undo a link on both sides; who does it is told by an event."""
    if actor is not None and link in card.links:
        end = {"unlink": {"entity": {"type": SINGLE[link[0]], "id": link[1]}}}
        account.events.note("entity_unlinked", (card.kind.single, card.id), actor.user_id, account.now(), after=(end,))
    card.links.pop(link, None)
    what, other_id = link
    if what in CARDS:
        other = account.cards[Kind(what)].touch(other_id)
        if other is not None:
            other.links.pop((card.kind, card.id), None)


def _take(account: Account, card: Card, edit: Edit) -> None:
    for name, value in edit.attributes.items():
        setattr(card, name, value)
    for field_id, held in edit.values.items():
        if held:
            card.values[field_id] = held
        else:
            card.values.pop(field_id, None)
    if edit.tags is not None:
        named = (account.tag(card.kind, tag).id if isinstance(tag, str) else tag for tag in edit.tags)
        card.tags = tuple(dict.fromkeys(named))


def _close(card: Card, before: Card, edit: Edit, now: int) -> None:
    if card.status_id == before.status_id or "closed_at" in edit.attributes:
        return
    closed = card.status_id in (WON, LOST)
    card.closed_at = now if closed else None
    if card.status_id != LOST and "loss_reason_id" not in edit.attributes:
        card.loss_reason_id = None


def _tell(account: Account, card: Card, before: Card, actor: Actor, now: int) -> None:
    entity = (card.kind.single, card.id)

    def note(kind: str, after: Any = (), was: Any = (), field_id: int | None = None) -> None:
        account.events.note(kind, entity, actor.user_id, now, after=after, before=was, field_id=field_id)

    for field_id in before.values | card.values:
        old, new = before.values.get(field_id, ()), card.values.get(field_id, ())
        definition = account.field_of(card.kind, field_id=field_id)
        if old != new and definition:
            note("custom_field_value_changed", _told(definition, new), _told(definition, old), field_id)
    told: dict[str, Any] = {}
    if (card.pipeline_id, card.status_id) != (before.pipeline_id, before.status_id):
        after, was = ({"lead_status": {"id": one.status_id, "pipeline_id": one.pipeline_id}} for one in (card, before))
        note("lead_status_changed", (after,), (was,))
        told = {"status_id": before.status_id, "pipeline_id": before.pipeline_id}
        fire_card(account, "status", card, **told)
    if card.responsible_user_id != before.responsible_user_id:
        after, was = ({"responsible_user": {"id": one.responsible_user_id}} for one in (card, before))
        note("entity_responsible_changed", (after,), (was,))
        fire_card(account, "responsible", card, responsible_user_id=before.responsible_user_id)
    values = account.behaviour.price_events_with_value
    if card.price != before.price:
        prices = [({"sale_field_value": {"sale": int(one.price)}},) if values else () for one in (card, before)]
        note("sale_field_changed", prices[0], prices[1])
    if card.name != before.name:
        names = [({"name_field_value": {"name": one.name}},) if values else () for one in (card, before)]
        note("name_field_changed", names[0], names[1])
    for kind, tags in (("entity_tag_added", _less(card, before)), ("entity_tag_deleted", _less(before, card))):
        for tag_id in tags:
            shown = ({"tag": {"name": account.tags[card.kind][tag_id].name}},)
            note(kind, shown if kind.endswith("added") else (), () if kind.endswith("added") else shown)
    fire_card(account, "update", card, **told)


def _less(one: Card, other: Card) -> list[int]:
    return [tag for tag in one.tags if tag not in other.tags]


def _told(definition: Field, held: Values) -> tuple[dict[str, Any], ...]:
    number = 8 if definition.type == "multitext" else TYPE_NUMBERS.get(definition.type, 1)
    return tuple(
        {
            "custom_field_value": {
                "field_id": definition.id,
                "field_type": number,
                "enum_id": one.enum_id,
                "text": str(one.value),
            }
        }
        for one in held
    )


def _run_robots(account: Account, card: Card, now: int) -> None:
    for robot in account.robots:
        if card.values.get(robot.field_id) != (robot.value,):
            update(account, card.kind, card.id, Edit(values={robot.field_id: (robot.value,)}), ROBOT, now)
