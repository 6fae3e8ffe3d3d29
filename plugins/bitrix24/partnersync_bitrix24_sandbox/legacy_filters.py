"""The filters of crm.deal.list and its like: unknown names are dropped without a word."""

from dataclasses import replace
from typing import Any

from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.conditions import Condition, Test, comparable, split
from partnersync_bitrix24_sandbox.entities import MULTI_FIELDS
from partnersync_bitrix24_sandbox.item_filters import Places
from partnersync_bitrix24_sandbox.php import entries
from partnersync_bitrix24_sandbox.user_fields import UserField

EXACT = frozenset({"crm_status", "crm_company", "crm_contact", "crm"})


def conditions(places: Places, fields: dict[str, UserField], given: Any) -> tuple[list[Condition], list[Test]]:
    """Plain conditions, and those on phones and the like."""
    plain: list[Condition] = []
    tests: list[Test] = []
    for key, value in entries(given):
        operator, name = split(key)
        place = places.get(name)
        if name in MULTI_FIELDS:
            tests.append(_holds(name, value))
        if place is None:
            continue
        if place.type in EXACT and "%" in operator:
            operator = "!=" if operator.startswith("!") else "="
        elif not operator and place.is_user_field and fields[name].show_filter == "E" and place.type not in EXACT:
            operator = "%"
        if operator == "%":
            plain.append(Condition(replace(place, type="string"), operator, str(value)))
        else:
            plain.append(Condition(place, operator or "=", comparable(places.portal, place, value)))
    return plain, tests


def _holds(kind: str, value: Any) -> Test:
    wanted = {str(one) for one in (value if isinstance(value, list) else [value])}

    def test(card: Card) -> bool:
        return any(one.type_id == kind and one.value in wanted for one in card.multi)

    return test
