"""What people do in the portal's pages, and what robots do, as methods for tests and demonstrations."""

from collections.abc import Sequence
from typing import Any

from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.cards import Actor, Card
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.portal import Portal, Robot
from partnersync_bitrix24_sandbox.timeline_methods import comment
from partnersync_bitrix24_sandbox.user_fields import UserField
from partnersync_bitrix24_sandbox.values import read_attribute, read_user_field


class Locked(Exception):
    """The page does not let this be changed."""


class Ui:
    """Actions of named users. A field goes by its name in crm.item.* or its own (UF_CRM_X); lists by their texts."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def edit(self, user: int, card_id: int, field: str, value: Any, *, type_id: int = Kind.DEAL) -> Card:
        """Type a value into a card; None clears."""
        with self._portal.lock:
            entity = self._portal.entities[type_id]
            own = self._field(entity, field)
            if own and not own.edit_in_list and self._portal.behaviour.edit_in_list_holds:
                raise Locked(f"field {own.name} is not edited in the card")
            edit = changes.Edit(self._typed(entity, field, value))
            return self._done(changes.update(self._portal, entity, card_id, edit, self._by(user)), card_id)

    def create(self, user: int, type_id: int = Kind.DEAL, **fields: Any) -> Card:
        """A new card."""
        with self._portal.lock:
            entity = self._portal.entities[type_id]
            values: dict[str, Any] = {}
            for name, value in fields.items():
                values |= self._typed(entity, name, value)
            return changes.create(self._portal, entity, changes.Edit(values), self._by(user))

    def move(self, user: int, deal_id: int, stage: str, category: int | None = None) -> Card:
        """Drag a deal to a stage, or into another pipeline, which fires no update."""
        with self._portal.lock:
            values: dict[str, Any] = {"stageId": stage} | ({} if category is None else {"categoryId": category})
            entity = self._portal.entities[Kind.DEAL]
            moved = changes.update(self._portal, entity, deal_id, changes.Edit(values), self._by(user))
            return self._done(moved, deal_id)

    def delete(self, user: int, card_id: int, type_id: int = Kind.DEAL) -> Card:
        """Into the recycle bin."""
        with self._portal.lock:
            entity = self._portal.entities[type_id]
            return self._done(changes.delete(self._portal, entity, card_id, self._by(user)), card_id)

    def restore(self, user: int, card_id: int, type_id: int = Kind.DEAL) -> Card:
        """Out of the recycle bin; the card comes back under a new id."""
        with self._portal.lock:
            entity = self._portal.entities[type_id]
            return self._done(changes.restore(self._portal, entity, card_id, self._by(user)), card_id)

    def merge(self, user: int, card_ids: Sequence[int], type_id: int = Kind.COMPANY) -> Card:
        """Make one card of several; which id lives on is a switch."""
        with self._portal.lock:
            return changes.merge(self._portal, self._portal.entities[type_id], tuple(card_ids), self._by(user))

    def comment(self, user: int, card_id: int, text: str, type_id: int = Kind.DEAL) -> int:
        """Write a comment; its id."""
        with self._portal.lock:
            entity = self._portal.entities[type_id]
            if self._portal.card(type_id, card_id) is None:
                raise LookupError(f"there is no card {card_id}")
            return comment(self._portal, entity, card_id, text, self._by(user)).id

    def robot(self, field: str, value: Any, user: int = 0) -> Robot:
        """From now on every change of a deal, but a robot's, is followed by this value in the field."""
        with self._portal.lock:
            ((key, typed),) = self._typed(self._portal.entities[Kind.DEAL], field, value).items()
            robot = Robot(key, typed, user)
            self._portal.robots.append(robot)
            return robot

    def rename(self, host: str) -> None:
        """Give the portal another address; the old one redirects from now on."""
        with self._portal.lock:
            self._portal.host = host

    def _field(self, entity: Entity, name: str) -> UserField | None:
        return next((one for one in self._portal.fields_of(entity) if name in (one.name, one.key)), None)

    def _typed(self, entity: Entity, name: str, value: Any) -> dict[str, Any]:
        own = self._field(entity, name)
        if own is None:
            if name not in entity.attributes:
                raise LookupError(f"{entity.name} has no field {name!r}")
            return {name: read_attribute(self._portal, entity.attributes[name], value)}
        if own.type == "enumeration" and value is not None:
            texts = value if isinstance(value, (list, tuple)) else [value]
            value = [_option(own, str(text)) for text in texts]
            value = value if own.multiple else value[0]
        if value is None:
            return {own.name: () if own.multiple else None}
        return {own.name: read_user_field(self._portal, own, value, legacy=True)}

    def _by(self, user: int) -> Actor:
        if user not in self._portal.users:
            raise LookupError(f"there is no user {user}")
        return Actor(user)

    def _done(self, card: Card | None, card_id: int) -> Card:
        if card is None:
            raise LookupError(f"there is no card {card_id}")
        return card


def _option(field: UserField, text: str) -> int:
    found = next((one.id for one in field.options if one.value == text), None)
    if found is None:
        raise LookupError(f"field {field.name} has no choice {text!r}")
    return found
