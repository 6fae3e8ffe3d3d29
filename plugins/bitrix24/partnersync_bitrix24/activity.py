"""Work on deals: calls, e-mails, messages, meetings and tasks that are done, stages that moved. Pure.

Comments in a timeline are told card by card alone, so they are not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from partnersync.contract.adapter import Raw
from partnersync_bitrix24.field_text import moment, ref
from partnersync_bitrix24.metadata import Entity

Json = Mapping[str, Any]

_KINDS = {1: "meeting", 2: "call", 3: "task", 4: "email"}
_PROVIDERS = {
    "CRM_SMS": "message",
    "IMOPENLINES_SESSION": "message",
    "CRM_WHATSAPP": "message",
    "CRM_MEETING": "meeting",
    "CRM_CALL_TRACKER": "call",
    "VOXIMPLANT_CALL": "call",
    "CRM_EMAIL": "email",
    "CRM_TODO": "task",
    "CRM_TASKS_TASK": "task",
    "TASKS": "task",
}
_DONE = frozenset({"meeting", "task"})  # count when they are done; others when they are made
_MADE = 1  # the kind of history that a card begins with


def activities(rows: Sequence[Json], deals_of: Mapping[tuple[int, int], Sequence[int]], own_user: int) -> Iterator[Raw]:
    """One record for each deal that a row is about; what we did ourselves is no work of anybody.

    `deals_of`: the deals of a contact or company, by its kind and id.
    """
    for row in rows:
        kind = _PROVIDERS.get(str(row.get("PROVIDER_ID"))) or _KINDS.get(ref(row.get("TYPE_ID")))
        done = kind in _DONE
        author = ref(row.get("EDITOR_ID" if done else "AUTHOR_ID")) or ref(row.get("RESPONSIBLE_ID"))
        if kind is None or author == own_user or (done and row.get("COMPLETED") != "Y"):
            continue
        owner = (ref(row.get("OWNER_TYPE_ID")), ref(row.get("OWNER_ID")))
        deals = [owner[1]] if owner[0] == Entity.DEAL else deals_of.get(owner, ())
        for deal in deals:
            number = str(row["ID"]) if owner[0] == Entity.DEAL else f"{row['ID']}-{deal}"
            cells = {
                "activity_id": number,
                "deal_id": str(deal),
                "author": str(author or ""),
                "kind": kind,
                "at": moment(row.get("LAST_UPDATED" if done else "CREATED")),
            }
            yield Raw(number, cells)


def moves(rows: Sequence[Json]) -> Iterator[Raw]:
    """Deals that came to another stage; who moved them the history does not tell."""
    for row in rows:
        if ref(row.get("TYPE_ID")) != _MADE:
            number = f"stage-{row['ID']}"
            cells = {
                "activity_id": number,
                "deal_id": str(row["OWNER_ID"]),
                "kind": "stage",
                "at": moment(row.get("CREATED_TIME")),
            }
            yield Raw(number, cells)


def owners(rows: Sequence[Json]) -> dict[int, list[int]]:
    """The contacts and companies whose deals have to be known, by their kind."""
    found: dict[int, dict[int, None]] = {Entity.CONTACT: {}, Entity.COMPANY: {}}
    for row in rows:
        entity, number = ref(row.get("OWNER_TYPE_ID")), ref(row.get("OWNER_ID"))
        if entity in found and number:
            found[entity][number] = None
    return {entity: list(numbers) for entity, numbers in found.items() if numbers}
