"""The portal's definitions, read by three calls or so: what there is, and how it tells time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from partnersync.errors import ConfigError, PartnersyncError
from partnersync.transport.kept_answers import KeptAnswers
from partnersync_bitrix24.client import Client, Reply
from partnersync_bitrix24.commands import Command
from partnersync_bitrix24.lists import ITEMS, answers
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import (
    Entity,
    FieldDef,
    Json,
    Metadata,
    Pipeline,
    SmartProcess,
    Stage,
    fields_of,
    user_field,
)
from partnersync_bitrix24.moments import iso, plain
from partnersync_bitrix24.places import TYPES_OF_COMPANIES

_DAY = timedelta(days=1)
_USER_FIELDS = {Entity.DEAL: "crm.deal.userfield.list", Entity.COMPANY: "crm.company.userfield.list"}
_STAGES = {Entity.DEAL: "DEAL_STAGE", Entity.INVOICE: "SMART_INVOICE_STAGE"}


@dataclass(frozen=True, slots=True)
class Definitions:
    """Of one portal, as the settings need them: read at most once an hour, else as they were kept."""

    file: KeptAnswers
    mapped: Mapped

    def kept(self, now: datetime | None = None) -> Metadata | None:
        """What was read within the last hour, if anything was; without `now` however long ago."""
        answers = self.file.kept(now)
        try:
            return metadata_of(answers) if answers is not None else None
        except (ValueError, KeyError, TypeError):  # of another form: it is read anew
            return None

    def read(self, client: Client, now: datetime) -> Metadata:
        """Read them now and keep them."""
        invoices = self.mapped.payments.source == "invoices"
        answers = answers_of(client, self.mapped.smart_processes(), invoices, now)
        self.file.keep(answers, now)
        return metadata_of(answers)


def answers_of(client: Client, processes: Collection[str], invoices: bool, now: datetime) -> dict[str, Any]:
    """The portal's answers, as plain JSON. `processes`: names of smart processes that are read, in small letters."""
    told = _first(client)
    told["ahead_s"] = round((datetime.fromisoformat(told["time"]) - now).total_seconds())
    read = [row for row in told["types"] if str(row.get("title")).casefold() in processes]
    entities = [int(row["entityTypeId"]) for row in read] + [Entity.INVOICE.value] * invoices
    more = [Command("crm.item.fields", {"entityTypeId": entity}) for entity in entities] + [
        Command("crm.category.list", {"entityTypeId": entity}) for entity in entities
    ]
    replies = answers(client, more)
    for entity, fields, lines in zip(entities, replies, replies[len(entities) :], strict=False):
        told["fields"][str(entity)] = fields.result["fields"]
        told["categories"] += _rows(lines, "categories")
    told["user_fields"] |= {str(row["entityTypeId"]): _configured(client, row["id"]) for row in read}
    told["statuses"] = _statuses(client, told["categories"])
    told["iso_filters"] = _iso_filters(client, told["newest"], datetime.fromisoformat(told["time"]))
    return told


def _first(client: Client) -> dict[str, Any]:
    whole = {"order": {"id": "DESC"}, "select": ["id", "updatedTime"], "start": -1}
    profile, time, types, lines, newest, deals, companies, of_deals, of_companies, users = answers(
        client,
        [
            Command("profile"),
            Command("server.time"),
            Command("crm.type.list"),
            Command("crm.category.list", {"entityTypeId": Entity.DEAL.value}),
            Command(ITEMS, {"entityTypeId": Entity.DEAL.value, **whole}),
            Command("crm.item.fields", {"entityTypeId": Entity.DEAL.value}),
            Command("crm.item.fields", {"entityTypeId": Entity.COMPANY.value}),
            Command(_USER_FIELDS[Entity.DEAL]),
            Command(_USER_FIELDS[Entity.COMPANY]),
            Command("user.get"),
        ],
    )
    return {
        "profile": profile.result,
        "time": time.result,
        "types": _rows(types, "types") + list(_further(client, types, "crm.type.list", "types")),
        "categories": _rows(lines, "categories"),
        "newest": (_rows(newest, "items") or [None])[0],
        "fields": {"2": deals.result["fields"], "4": companies.result["fields"]},
        "user_fields": {"2": _rows(of_deals), "4": _rows(of_companies)},
        "users": _rows(users) + list(_further(client, users, "user.get")),
    }


def _further(client: Client, reply: Reply, method: str, under: str = "") -> Iterator[Any]:
    """The rows after a first page, while the portal says that there are some."""
    while reply.following:
        reply = client.reply(method, {"start": reply.following})
        yield from _rows(reply, under)


def _configured(client: Client, type_id: Any) -> list[Json]:
    """The user fields of a smart process; the list leaves out the options of lists, so each such field is asked for."""
    entity = f"CRM_{type_id}"
    try:
        reply = client.reply("userfieldconfig.list", {"moduleId": "crm", "filter": {"entityId": entity}})
    except PartnersyncError as error:
        hint = "Add the scope userfieldconfig to the webhook or application"
        raise ConfigError(f"the fields of smart processes cannot be read: {error.message}", hint=hint) from None
    rows = _rows(reply, "fields")
    while reply.following:
        more = {"moduleId": "crm", "filter": {"entityId": entity}, "start": reply.following}
        reply = client.reply("userfieldconfig.list", more)
        rows += _rows(reply, "fields")
    lists = [row for row in rows if row["userTypeId"] == "enumeration"]
    asked = [Command("userfieldconfig.get", {"moduleId": "crm", "id": int(row["id"])}) for row in lists]
    whole = {one.result["field"]["id"]: one.result["field"] for one in answers(client, asked)}
    return [whole.get(row["id"], row) for row in rows]


def _statuses(client: Client, categories: Sequence[Json]) -> list[Json]:
    """Types of companies, sources, and the stages of every pipeline, a directory each."""
    lines = [_directory(int(row["entityTypeId"]), int(row["id"])) for row in categories]
    asked = [
        Command("crm.status.list", {"filter": {"ENTITY_ID": name}, "order": {"SORT": "ASC"}})
        for name in (TYPES_OF_COMPANIES, "SOURCE", *lines)
    ]
    return [row for one in answers(client, asked) for row in _rows(one)]


def _directory(entity: int, category: int) -> str:
    """The name of the directory of a pipeline's stages."""
    if entity == Entity.DEAL and not category:
        return "DEAL_STAGE"
    return f"{_STAGES.get(Entity(entity)) if entity in set(Entity) else f'DYNAMIC_{entity}_STAGE'}_{category}"


def _iso_filters(client: Client, newest: Json | None, time: datetime) -> bool:
    """Whether a moment with its offset finds what it should, and nothing else; some portals know only the bare form.

    ConfigError: neither form does.
    """
    if newest is None:
        return True
    at = datetime.fromisoformat(newest["updatedTime"])
    forms = [iso(at), iso(at + _DAY), plain(at, _offset(time)), plain(at + _DAY, _offset(time))]
    asked = [
        Command(
            ITEMS,
            {
                "entityTypeId": Entity.DEAL.value,
                "select": ["id"],
                "filter": {"=id": newest["id"], ">=updatedTime": form},
                "start": -1,
            },
        )
        for form in forms
    ]
    found = [bool(_rows(one, "items")) for one in answers(client, asked)]
    if found[:2] == [True, False]:
        return True
    if found[2:] == [True, False]:
        return False
    raise ConfigError(
        "the portal's lists understand no moment as a filter, so changes cannot be found",
        hint="Write to the vendor's support: crm.item.list passes over the filter >=updatedTime",
    )


def _offset(time: datetime) -> timezone:
    return timezone(time.utcoffset() or timedelta())


def _rows(reply: Reply, under: str = "") -> list[Any]:
    told = reply.result.get(under) if under and isinstance(reply.result, Mapping) else reply.result
    return list(told) if isinstance(told, list) else []


def metadata_of(told: Json) -> Metadata:
    """From the portal's answers."""
    statuses: dict[str, dict[str, str]] = {}
    stages = []
    by_directory = {_directory(int(row["entityTypeId"]), int(row["id"])): row for row in told["categories"]}
    for row in told["statuses"]:
        statuses.setdefault(row["ENTITY_ID"], {})[row["STATUS_ID"]] = row["NAME"]
        if line := by_directory.get(row["ENTITY_ID"]):
            semantics = row.get("SEMANTICS") or "P"
            stages.append(Stage(int(line["entityTypeId"]), int(line["id"]), row["STATUS_ID"], row["NAME"], semantics))
    user_fields = {
        int(entity): {one.code: one for one in (user_field(int(entity), row) for row in rows)}
        for entity, rows in told["user_fields"].items()
    }
    return Metadata(
        user_id=int(told["profile"]["ID"]),
        admin=bool(told["profile"].get("ADMIN")),
        ahead=timedelta(seconds=told["ahead_s"] if abs(told["ahead_s"]) >= 2 else 0),
        offset=_offset(datetime.fromisoformat(told["time"])),
        iso_filters=told["iso_filters"],
        fields={int(entity): tuple(_fields(int(entity), rows, user_fields)) for entity, rows in told["fields"].items()},
        processes=tuple(
            SmartProcess(int(row["entityTypeId"]), int(row["id"]), row.get("title") or "") for row in told["types"]
        ),
        pipelines=tuple(Pipeline(int(row["entityTypeId"]), int(row["id"]), row["name"]) for row in told["categories"]),
        stages=tuple(stages),
        statuses=statuses,
        users=tuple(told["users"]),
    )


def _fields(entity: int, rows: Json, user_fields: Mapping[int, Mapping[str, FieldDef]]) -> Iterator[FieldDef]:
    return fields_of(entity, rows, user_fields.get(entity, {}))
