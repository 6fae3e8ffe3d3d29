"""The filters of crm.item.list: unknown names are refused, OR is nested under numeric keys."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.conditions import Condition, Place, Test, comparable, split
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.php import entries
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal

WITH_LISTS = ("", "=", "!=", "@", "!@", "!")


class Places:
    """The fields of an entity's cards by the names that filters and orders use."""

    def __init__(self, portal: Portal, entity: Entity, *, original: bool = False, legacy: bool = False) -> None:
        self.portal = portal
        self.found: dict[str, Place] = {}
        for name, attribute in entity.attributes.items():
            kind = "datetime" if attribute.type == "datetime" else attribute.type
            self.found[attribute.legacy if legacy else name] = Place(kind, value_of(name), name)
        for field in portal.fields_of(entity):
            place = Place(field.type, value_of(field.name), field.name, is_user_field=True)
            self.found[field.name if legacy or original else field.key] = place

    def get(self, name: str) -> Place | None:
        """A field, if there is one of this name."""
        return self.found.get(name)


def value_of(key: str) -> Callable[[Card], Any]:
    """How a card's value is got."""
    if key == "id":
        return attrgetter("id")
    return lambda card: card.values.get(key)


def one_of(ids: list[int]) -> Condition:
    """Having one of these ids."""
    return Condition(Place("integer", attrgetter("id"), "id"), "@", ids)


def conditions(places: Places, given: Any) -> tuple[list[Condition], list[Test]]:
    """What all of a filter's conditions are: plain ones, and groups that OR joins."""
    plain: list[Condition] = []
    groups: list[Test] = []
    for key, value in entries(given):
        if key.isdigit():
            if not isinstance(value, (dict, list)):
                raise _not_allowed(key)
            groups.append(_group(places, value))
        elif key.lower() != "logic":
            plain.append(_condition(places, key, value))
    return plain, groups


def _group(places: Places, given: Any) -> Test:
    parts: list[Test] = []
    for key, value in entries(given):
        if key.lower() == "logic":
            continue
        nested = value if key.isdigit() else {key: value}
        plain, groups = conditions(places, nested)
        parts.append(both([one.holds for one in plain] + groups))
    either = isinstance(given, dict) and str(given.get("logic", "AND")).upper() == "OR"
    join = any if either else all
    return lambda card: join(part(card) for part in parts)


def both(tests: list[Test]) -> Test:
    """What holds where all of them hold."""
    return lambda card: all(test(card) for test in tests)


def _condition(places: Places, key: str, value: Any) -> Condition:
    operator, name = split(key)
    place = places.get(name)
    if place is None or operator in ("><", "!><"):
        raise _not_allowed(name)
    if isinstance(value, (list, dict)) and operator not in WITH_LISTS:
        raise Refusal(400, "INVALID_ARG_VALUE", f"Invalid filter: field '{name}' has invalid value")
    return Condition(place, operator or "=", comparable(places.portal, place, value))


def _not_allowed(name: str) -> Refusal:
    return Refusal(400, "INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
