"""What an account is made of, as frozen values: its zone, fields, groups, pipelines and users. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]

ENTITIES = ("leads", "contacts", "companies")
WON, LOST = 142, 143
UNSORTED = 1  # the type of the stage of incoming leads


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list field; values point to it by `id`."""

    id: int
    value: str
    sort: int
    code: str


@dataclass(frozen=True, slots=True)
class FieldDef:
    """A custom field of an entity, as `leads`, or of a catalog's elements, as `catalogs/7`.

    `required`: stages, as (pipeline, status), before which it has to be filled in the account's pages.
    """

    id: int
    entity: str
    type: str
    name: str
    code: str = ""
    group: str = ""
    api_only: bool = False
    choices: tuple[Choice, ...] = ()
    required: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Stage:
    """A status of a pipeline."""

    id: int
    name: str
    type: int = 0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in their order."""

    id: int
    name: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """One account at the time when it was read.

    `user_id`: ours, the one behind the token. `filters`: whether lists of cards can be filtered. `ahead`: how far the
    account's clock is ahead of this machine's. `groups`: of fields, by entity and id. `users` as the account gives
    them; None where the integration may not ask. `catalogs`: name by id.
    """

    user_id: int
    zone: ZoneInfo
    filters: bool
    ahead: timedelta
    fields: Mapping[str, tuple[FieldDef, ...]]
    groups: Mapping[tuple[str, str], str]
    pipelines: tuple[Pipeline, ...]
    users: tuple[Json, ...] | None
    teams: Mapping[int, str]
    task_types: Mapping[int, str]
    catalogs: Mapping[int, str]

    def pipeline(self, pipeline_id: int) -> Pipeline | None:
        """One of them."""
        return next((one for one in self.pipelines if one.id == pipeline_id), None)


def metadata_of(told: Json) -> Metadata:
    """From the account's answers by path, each a row or a list of rows (`metadata_file.PATHS`)."""
    account = told["account"]
    embedded = account.get("_embedded", {})
    of_fields = [path for path in told if path.endswith("/custom_fields")]
    of_groups = [path for path in told if path.endswith("/custom_fields/groups")]
    return Metadata(
        user_id=account["current_user_id"],
        zone=ZoneInfo(embedded["datetime_settings"]["timezone"]),
        filters=bool(account.get("is_api_filter_enabled", True)),
        ahead=timedelta(seconds=told.get("ahead_s", 0)),
        fields={(entity := _entity(path)): tuple(field_from(entity, row) for row in told[path]) for path in of_fields},
        groups={(_entity(path), one["id"]): one["name"] for path in of_groups for one in told[path]},
        pipelines=tuple(_pipeline(one) for one in told["leads/pipelines"]),
        users=None if told["users"] is None else tuple(told["users"]),
        teams={one["id"]: one["name"] for one in embedded.get("users_groups", ())},
        task_types={one["id"]: one["name"] for one in embedded.get("task_types", ())},
        catalogs={one["id"]: one["name"] for one in told.get("catalogs", ())},
    )


def _entity(path: str) -> str:
    return path.partition("/custom_fields")[0]


def field_from(entity: str, row: Json) -> FieldDef:
    """One definition as the account gives it."""
    return FieldDef(
        id=row["id"],
        entity=entity,
        type=row["type"],
        name=row["name"],
        code=row.get("code") or "",
        group=row.get("group_id") or "",
        api_only=bool(row.get("is_api_only")),
        choices=tuple(_choice(one) for one in row.get("enums") or ()),
        required=frozenset((one["pipeline_id"], one["status_id"]) for one in row.get("required_statuses") or ()),
    )


def _choice(row: Json) -> Choice:
    return Choice(row["id"], row["value"], row.get("sort") or 0, row.get("code") or "")


def _pipeline(row: Json) -> Pipeline:
    stages = row.get("_embedded", {}).get("statuses", ())
    return Pipeline(row["id"], row["name"], tuple(Stage(one["id"], one["name"], one.get("type", 0)) for one in stages))
