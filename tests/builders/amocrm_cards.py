"""Cards and definitions of an amoCRM account as its API gives them, for tests of what reads them."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.metadata import Choice, FieldDef, Metadata, Pipeline, Stage
from partnersync_amocrm.places import places_of
from partnersync_amocrm.translate import Translation

MOSCOW = ZoneInfo("Europe/Moscow")
SALES, CLAIMS = 55, 56
INCOMING, NEW = 50, 51
FIELDS = {
    name: FieldDef(number, entity, type_, name, code)
    for number, (entity, type_, name, code) in enumerate(
        [
            ("leads", "select", "Партнёр", "PARTNER"),
            ("leads", "text", "Код партнёра", "PARTNER_CODE"),
            ("leads", "text", "Промокод", "PROMO"),
            ("leads", "multiselect", "Продукты", "PRODUCTS"),
            ("leads", "date", "Дата тендера", ""),
            ("leads", "date", "Защита до", "PS_PROTECTED_UNTIL"),
            ("leads", "text", "Решение", "PS_DECISION"),
            ("leads", "text", "Двойник", ""),
            ("companies", "text", "Код", "CODE"),
            ("companies", "select", "Тип", "KIND"),
            ("companies", "legal_entity", "Реквизиты", "LEGAL"),
            ("companies", "url", "Web", "WEB"),
            ("catalogs/9", "text", "Номер", "NUMBER"),
            ("leads", "tracking_data", "utm_source", "UTM_SOURCE"),
        ],
        900,
    )
}


def known(**more: Any) -> Metadata:
    """An account with two pipelines, of deals and of registrations."""
    stages = (Stage(INCOMING, "Неразобранное", 1), Stage(NEW, "Новая"), Stage(142, "Успех"), Stage(143, "Отказ"))
    entities = ("leads", "contacts", "companies", "catalogs/9")
    given: dict[str, Any] = {
        "user_id": 1,
        "zone": MOSCOW,
        "filters": True,
        "ahead": timedelta(),
        "fields": {one: tuple(field for field in FIELDS.values() if field.entity == one) for one in entities},
        "groups": {("leads", "default"): "Основное"},
        "pipelines": (Pipeline(SALES, "Продажи", stages), Pipeline(CLAIMS, "Заявки", stages)),
        "users": (),
        "teams": {0: "Отдел продаж"},
        "task_types": {1: "Звонок"},
        "catalogs": {9: "Партнёры"},
    }
    return Metadata(**given | more)


def choice(value: str, code: str | None = None) -> Choice:
    """An entry of a list."""
    return Choice(sum(map(ord, value)), value, 1, code or "")


def translation(**keys: Any) -> Translation:
    """How the account is read with these keys of the settings."""
    mapped = Mapped.model_validate(keys)
    return Translation(mapped, places_of(mapped, known()), MOSCOW, "https://example.amocrm.ru")


def held(name: str, *values: Any) -> dict[str, Any]:
    """A filled field as cards have it; a pair is a choice with its code."""
    field = FIELDS[name]
    told = [
        {"value": one[0], "enum_id": 1, "enum_code": one[1]} if isinstance(one, tuple) else {"value": one}
        for one in values
    ]
    return {
        "field_id": field.id,
        "field_name": name,
        "field_code": field.code or None,
        "field_type": field.type,
        "values": told,
    }


def lead(*fields: dict[str, Any], links: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A lead of the first stage of sales."""
    given = {
        "id": 101,
        "name": "Сделка",
        "price": 12000,
        "responsible_user_id": 7,
        "status_id": NEW,
        "pipeline_id": SALES,
        "created_at": 1700000000,
        "updated_at": 1700000100,
        "closed_at": None,
        "is_deleted": False,
        "custom_fields_values": list(fields) or None,
        "_embedded": {"tags": [], "companies": [], "contacts": [], **(links or {})},
    }
    return given | more


def company(number: int, name: str, *fields: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    """A company with tags."""
    told = [{"id": place, "name": tag, "color": None} for place, tag in enumerate(tags)]
    given = {"id": number, "name": name, "responsible_user_id": 7, "updated_at": 1700000000, "is_deleted": False}
    return given | {"custom_fields_values": list(fields) or None, "_embedded": {"tags": told}}


def contact(number: int, name: str, *, phone: str = "", email: str = "") -> dict[str, Any]:
    """A person with a phone and an address."""
    ways = [
        {"field_id": place, "field_code": code, "values": [{"value": value, "enum_code": "WORK"}]}
        for place, (code, value) in enumerate((("PHONE", phone), ("EMAIL", email)))
        if value
    ]
    return {"id": number, "name": name, "custom_fields_values": ways or None, "_embedded": {"tags": []}}
