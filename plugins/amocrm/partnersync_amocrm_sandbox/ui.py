"""What people do in the account's pages, and what robots do, as methods for tests and demonstrations."""

from collections.abc import Sequence
from typing import Any

from partnersync_amocrm_sandbox.account import Account, Task
from partnersync_amocrm_sandbox.behaviour import Sent
from partnersync_amocrm_sandbox.calls import Actor
from partnersync_amocrm_sandbox.card_writes import missing_values
from partnersync_amocrm_sandbox.cards import Card, Kind, Value, Values
from partnersync_amocrm_sandbox.changes import Edit, Robot, create, delete, merge, restore, update
from partnersync_amocrm_sandbox.definitions import Field
from partnersync_amocrm_sandbox.hook_forms import head
from partnersync_amocrm_sandbox.notes import add_note, add_task

OWN = frozenset({"name", "price", "responsible_user_id", "loss_reason_id"})


class Locked(Exception):
    """The page does not let this be changed."""


class Ui:
    """Actions of named users. A field is an id, a code, or one of the card's own: name, price, responsible_user_id."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def edit(
        self, user: int, card_id: int, field: int | str, value: Any, *, kind: Kind = Kind.LEADS, bulk: bool = False
    ) -> Card:
        """Type a value into a card, or into many at once (`bulk`); None clears."""
        with self._account.lock:
            if field in OWN:
                edit = Edit({str(field): value})
            else:
                definition = self._field(kind, field)
                behaviour = self._account.behaviour
                reading = behaviour.api_only_in_bulk if bulk else behaviour.api_only_in_card
                if definition.is_api_only and reading is Sent.REFUSED:
                    raise Locked(f"field {definition.name!r} is changed by programs alone")
                edit = Edit(values={definition.id: typed(definition, value)})
            return self._done(update(self._account, kind, card_id, edit, self._by(user), self._account.now()), card_id)

    def create(self, user: int, kind: Kind = Kind.LEADS, **attributes: Any) -> Card:
        """A new card."""
        with self._account.lock:
            return self._done(create(self._account, kind, Edit(attributes), self._by(user), self._account.now()), 0)

    def move(self, user: int, lead_id: int, pipeline_id: int, status_id: int) -> Card:
        """Drag a lead to a stage, if the fields that it requires are filled."""
        with self._account.lock:
            card = self._account.cards[Kind.LEADS].get(lead_id)
            edit = Edit({"pipeline_id": pipeline_id, "status_id": status_id})
            if card is not None and missing_values(self._account, card, edit):
                raise Locked(f"lead {lead_id}: the stage requires fields that are empty")
            moved = update(self._account, Kind.LEADS, lead_id, edit, self._by(user), self._account.now())
            return self._done(moved, lead_id)

    def delete(self, user: int, card_id: int, kind: Kind = Kind.LEADS) -> Card:
        """Into the trash."""
        with self._account.lock:
            return self._done(delete(self._account, kind, card_id, self._by(user), self._account.now()), card_id)

    def restore(self, user: int, card_id: int, kind: Kind = Kind.LEADS) -> Card:
        """Out of the trash."""
        with self._account.lock:
            return self._done(restore(self._account, kind, card_id, self._by(user), self._account.now()), card_id)

    def merge(self, user: int, card_ids: Sequence[int], kind: Kind = Kind.LEADS) -> Card:
        """Make one card of several; which id lives on is a switch."""
        with self._account.lock:
            survivor = merge(self._account, kind, tuple(card_ids), self._by(user), self._account.now())
            return self._done(survivor, survivor.id)

    def note(self, user: int, card_id: int, text: str, kind: Kind = Kind.LEADS) -> int:
        """Write a note; its id."""
        with self._account.lock:
            note = add_note(self._account, kind, card_id, "common", {"text": text}, by=user)
            self._pack()
            return note.id

    def task(self, user: int, lead_id: int, text: str, complete_till: int) -> int:
        """Set oneself a task; its id."""
        with self._account.lock:
            now = self._account.now()
            task = Task(self._account.new_id(), text, complete_till, user, user, now, now, user, lead_id, "leads")
            add_task(self._account, task)
            self._pack()
            return task.id

    def robot(self, field: int | str, value: Any) -> Robot:
        """From now on every change of a lead, but a robot's, is followed by this value in the field."""
        with self._account.lock:
            definition = self._field(Kind.LEADS, field)
            if definition.is_api_only and self._account.behaviour.api_only_in_bulk is Sent.REFUSED:
                raise Locked(f"field {definition.name!r} is changed by programs alone")
            robot = Robot(definition.id, typed(definition, value)[0])
            self._account.robots.append(robot)
            return robot

    def rename(self, subdomain: str, host: str) -> None:
        """Change the account's subdomain; only the new host is answered from now on."""
        with self._account.lock:
            self._account.subdomain, self._account.host = subdomain, host

    def _field(self, kind: Kind, field: int | str) -> Field:
        definition = (
            self._account.field_of(kind, field_id=field)
            if isinstance(field, int)
            else self._account.field_of(kind, code=field)
        )
        if definition is None:
            raise LookupError(f"{kind} have no field {field!r}")
        return definition

    def _by(self, user: int) -> Actor:
        if user not in self._account.users:
            raise LookupError(f"there is no user {user}")
        return Actor(user, by_api=False)

    def _pack(self) -> None:
        self._account.hooks.pack(self._account.behaviour, head(self._account), self._account.now())

    def _done(self, card: Card | None, card_id: int) -> Card:
        if card is None:
            raise LookupError(f"there is no card {card_id}")
        self._pack()
        return card


def typed(field: Field, value: Any) -> Values:
    """What the page stores of what was typed: people may write longer texts than programs."""
    if value is None:
        return ()
    chosen = field.enum(value=str(value)) if field.enums else None
    if field.enums and chosen is None:
        raise LookupError(f"field {field.name!r} has no choice {value!r}")
    return (Value(chosen.value, chosen.id, chosen.code),) if chosen else (Value(value),)
