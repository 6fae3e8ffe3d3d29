"""The fictional sample portal of the vendor's documentation: six users, a dozen companies, sixty deals."""

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from partnersync.sandbox.clock import Clock
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.cards import Card, MultiField, User
from partnersync_bitrix24_sandbox.directories import DIRECTORIES, INVOICE_STAGES, Category
from partnersync_bitrix24_sandbox.entities import MULTI_FIELDS, Entity, Kind
from partnersync_bitrix24_sandbox.limits import Limits
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.stage_history import note_stage
from partnersync_bitrix24_sandbox.timeline import Task
from partnersync_bitrix24_sandbox.times import parsed
from partnersync_bitrix24_sandbox.values import UNTOUCHED, read_attribute

CARDS = {"companies": Kind.COMPANY, "contacts": Kind.CONTACT, "leads": Kind.LEAD, "deals": Kind.DEAL}


def vendor_portal(clock: Clock, *, behaviour: Behaviour | None = None, limits: Limits | None = None) -> Portal:
    """The portal. Its cards were changed last in August 2026."""
    told = json.loads(files("partnersync_bitrix24_sandbox").joinpath("vendor_portal.json").read_text(encoding="utf-8"))
    portal = Portal(clock=clock, behaviour=behaviour or Behaviour(), limits=limits or Limits(), name="Vendor's sample")
    for row in told["users"]:
        number = int(row["ID"])
        portal.users[number] = User(
            number,
            row["NAME"],
            row["LAST_NAME"],
            row["EMAIL"],
            is_active=row["ACTIVE"],
            is_admin=number == 1,
            departments=tuple(row["UF_DEPARTMENT"]),
            position=row["WORK_POSITION"],
        )
    _directories(portal, told)
    for name, kind in CARDS.items():
        for row in told[name]:
            _add(portal, portal.entities[kind], row)
    portal.timeline.tasks = {task.id: task for task in _tasks(portal, told["tasks"])}
    portal.events.fired.clear()
    return portal


def _directories(portal: Portal, told: Any) -> None:
    deal = portal.entities[Kind.DEAL]
    portal.categories[Kind.DEAL] = {
        row["id"]: Category(row["id"], Kind.DEAL, row["name"], row["sort"], is_default=row["isDefault"] == "Y")
        for row in told["categories"]
    }
    for row in told["statuses"]:
        category = int(row["CATEGORY_ID"] or 0) if row["ENTITY_ID"] == "DEAL_STAGE" else 0
        directory = deal.directory(category) if row["ENTITY_ID"] == "DEAL_STAGE" else row["ENTITY_ID"]
        more = {"semantics": row["SEMANTICS"] or "", "category_id": category, "color": row["COLOR"] or ""}
        portal.add_status(directory, row["STATUS_ID"], row["NAME"], int(row["SORT"]), **more)
    named = {one.entity_id for one in portal.statuses.values()}
    for directory, entries in DIRECTORIES.items():
        for place, (code, name) in enumerate(entries if directory not in named else (), 1):
            portal.add_status(directory, code, name, place * 10, is_system=True)
    portal.add_category(portal.entities[Kind.SMART_INVOICE], "Общая", INVOICE_STAGES)


def _add(portal: Portal, entity: Entity, row: dict[str, Any]) -> None:
    values: dict[str, Any] = {}
    for name, given in row.items():
        attribute = entity.by_legacy.get(name)
        value = read_attribute(portal, attribute, given) if attribute else UNTOUCHED
        if attribute and value is not UNTOUCHED:
            values[attribute.name] = value
    values.setdefault("updatedBy", values["createdBy"])
    values |= {"lastActivityBy": values["updatedBy"], "lastActivityTime": values["updatedTime"]}
    for one, many in (("contactId", "contactIds"), ("companyId", "companyIds")):
        if many in entity.attributes and values.get(one):
            values[many] = (values[one],)
    if entity.stage_directory:
        values |= {"movedBy": values["updatedBy"], "movedTime": values["createdTime"]}
        values.setdefault("categoryId", 0)
    multi = tuple(
        MultiField(int(one["ID"]), kind, one["VALUE_TYPE"], one["VALUE"])
        for kind in MULTI_FIELDS
        for one in row.get(kind, ())
    )
    card = Card(entity.type_id, int(row["ID"]), values, multi)
    portal.cards[entity.type_id].add(card)
    note_stage(portal, entity, card, None, card.created_at)


def _tasks(portal: Portal, rows: Iterable[Any]) -> Iterable[Task]:
    for row in rows:
        created, changed, deadline, closed = (
            int(moment.timestamp()) if row[name] and (moment := parsed(row[name], portal.zone)) else None
            for name in ("createdDate", "changedDate", "deadline", "closedDate")
        )
        yield Task(
            int(row["id"]),
            row["title"],
            int(row["responsibleId"]),
            int(row["createdBy"]),
            created or 0,
            changed or 0,
            row["description"],
            deadline,
            status=int(row["status"]),
            closed_at=closed,
        )
