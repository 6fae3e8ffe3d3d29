"""What a portal is made of, as frozen values: its fields, types, pipelines, stages and users. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from enum import IntEnum
from typing import Any

Json = Mapping[str, Any]


class Entity(IntEnum):
    """The entityTypeId of what every portal has; smart processes have numbers of their own."""

    DEAL = 2
    CONTACT = 3
    COMPANY = 4
    INVOICE = 31


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list field; values point to it by `id`. `code`: its XML_ID."""

    id: int
    value: str
    sort: int
    code: str


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A field of a kind of card. `key`: its name in crm.item.*; `code`: its own, as UF_CRM_PARTNER; `name`: what people
    see. `id` and all below it: of user fields, as far as the portal tells them.

    `statuses`: the directory whose codes it holds. `links`: the kinds of card that it may name, by their names.
    `locked`: the portal's pages show it and do not edit it.
    """

    entity: int
    key: str
    code: str
    type: str
    name: str
    multiple: bool = False
    statuses: str = ""
    id: int = 0
    xml_id: str = ""
    locked: bool = False
    choices: tuple[Choice, ...] = ()
    links: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SmartProcess:
    """A kind of card that the portal's owner made. `entity`: its entityTypeId, `id`: of its definition."""

    entity: int
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A category of deals or other cards."""

    entity: int
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Stage:
    """`code`: as cards hold it; `semantics`: P under way, S success, F failure."""

    entity: int
    pipeline: int
    code: str
    name: str
    semantics: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """One portal at the time when it was read.

    `user_id`: ours, the one that the portal lets in. `ahead`: how far its clock is ahead of this machine's; `offset`:
    the zone in which it tells moments. `iso_filters`: whether its lists understand moments as they are told.
    """

    user_id: int
    admin: bool
    ahead: timedelta
    offset: timezone
    iso_filters: bool
    fields: Mapping[int, tuple[FieldDef, ...]]
    processes: tuple[SmartProcess, ...]
    pipelines: tuple[Pipeline, ...]
    stages: tuple[Stage, ...]
    statuses: Mapping[str, Mapping[str, str]]  # directory → code → what people see
    users: tuple[Json, ...]

    def field(self, entity: int, key: str) -> FieldDef | None:
        """One of them by its name in crm.item.*."""
        return next((one for one in self.fields.get(entity, ()) if one.key == key), None)


def abbreviation(entity: int) -> str:
    """What links to a card begin with: CO_5, T80_6."""
    return _SHORT.get(entity) or f"T{entity:x}"


_SHORT = {1: "L", Entity.DEAL: "D", Entity.CONTACT: "C", Entity.COMPANY: "CO", Entity.INVOICE: "SI"}


def fields_of(entity: int, told: Json, user_fields: Mapping[str, FieldDef]) -> Iterator[FieldDef]:
    """Those of crm.item.fields, with what their own definitions tell beside (`user_fields`, by code)."""
    for key, row in told.items():
        code = row.get("upperName") or key
        known = user_fields.get(code)
        yield FieldDef(
            entity=entity,
            key=key,
            code=code,
            type=known.type if known else row["type"],
            name=row.get("title") or (known.name if known else "") or code,
            multiple=bool(row.get("isMultiple")),
            statuses=row.get("statusType") or (known.statuses if known else ""),
            id=known.id if known else 0,
            xml_id=known.xml_id if known else "",
            locked=known.locked if known else False,
            choices=known.choices if known else (),
            links=known.links if known else frozenset(),
        )


def user_field(entity: int, row: Json) -> FieldDef:
    """One definition, as crm.deal.userfield.list (UPPER_CASE) or userfieldconfig.get (camelCase) gives it."""

    def told(upper: str, camel: str) -> Any:
        return row.get(upper, row.get(camel))

    settings = told("SETTINGS", "settings") or {}
    settings = settings if isinstance(settings, Mapping) else {}
    return FieldDef(
        entity=entity,
        key="",
        code=str(told("FIELD_NAME", "fieldName")),
        type=str(told("USER_TYPE_ID", "userTypeId")),
        name="",
        multiple=told("MULTIPLE", "multiple") == "Y",
        statuses=str(settings.get("ENTITY_TYPE") or ""),
        id=int(told("ID", "id")),
        xml_id=told("XML_ID", "xmlId") or "",
        locked=told("EDIT_IN_LIST", "editInList") == "N",
        choices=tuple(
            Choice(
                int(one.get("ID", one.get("id"))),
                str(one.get("VALUE", one.get("value"))),
                int(one.get("SORT", one.get("sort")) or 0),
                one.get("XML_ID", one.get("xmlId")) or "",
            )
            for one in told("LIST", "enum") or ()
        ),
        links=frozenset(name for name, allowed in settings.items() if allowed == "Y"),
    )
