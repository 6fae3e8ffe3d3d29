"""What hooks tell: the old API's shape, not that of the requests."""

from datetime import UTC, datetime
from typing import Any

from partnersync_amocrm_sandbox.account import Account, Note, Task
from partnersync_amocrm_sandbox.behaviour import DeleteHook, Zone
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.subscriptions import Fired

ELEMENT_TYPES = {"leads": 2, "contacts": 1, "companies": 3}
NOTE_TYPES = {"common": 4, "call_in": 10, "call_out": 11, "service_message": 25, "attachment": 5}
_KEYS = {Kind.LEADS: "leads", Kind.CONTACTS: "contacts", Kind.COMPANIES: "contacts"}


def fire_card(account: Account, action: str, card: Card, **old: Any) -> None:
    """A card was added, updated, moved or restored, or its owner changed; `old` is what hooks tell of before."""
    setting = f"{action}_{card.kind.single}"
    if not account.hooks.wanted(setting):
        return
    if action == "delete":
        form = _deleted(account, card)
    else:
        form = card_form(account, card) | {f"old_{name}": value for name, value in old.items()}
    told = "update" if action == "responsible" and card.kind is not Kind.LEADS else action
    account.hooks.fire(Fired(setting, _KEYS[card.kind], told, form, card.id))


def fire_note(account: Account, note: Note) -> None:
    """A note was added."""
    setting = f"note_{note.kind.single}"
    if account.hooks.wanted(setting):
        form = _note_form(account, note)
        if note.kind is not Kind.LEADS:
            form["type"] = note.kind.single
        account.hooks.fire(Fired(setting, _KEYS[note.kind], "note", form, note.entity_id))


def fire_task(account: Account, action: str, task: Task, **old: Any) -> None:
    """A task was added, changed or deleted, or its owner changed."""
    setting = f"{action}_task"
    if account.hooks.wanted(setting):
        form = {"id": task.id} if action == "delete" else _task_form(account, task)
        told = "update" if action == "responsible" else action
        form |= {f"old_{name}": value for name, value in old.items()}
        account.hooks.fire(Fired(setting, "task", told, form, task.id))


def head(account: Account) -> dict[str, Any]:
    """The account's part of every hook."""
    url = f"https://{account.subdomain}.amocrm.ru"
    return {"subdomain": account.subdomain, "id": account.id, "_links": {"self": url}}


def card_form(account: Account, card: Card) -> dict[str, Any]:
    """A card with its filled fields."""
    form: dict[str, Any] = {"id": card.id, "name": card.name}
    if card.kind is Kind.LEADS:
        form |= {"status_id": card.status_id, "pipeline_id": card.pipeline_id, "price": int(card.price)}
    known = account.tags[card.kind]
    form |= {
        "responsible_user_id": card.responsible_user_id,
        "last_modified": card.updated_at,
        "modified_user_id": 0 if account.behaviour.modified_user_zero else card.updated_by,
        "created_user_id": card.created_by,
        "date_create": card.created_at,
        "account_id": account.id,
        "tags": [{"id": tag_id, "name": known[tag_id].name} for tag_id in card.tags if tag_id in known],
        "custom_fields": _fields_form(account, card),
        "created_at": card.created_at,
        "updated_at": card.updated_at,
    }
    if card.kind is not Kind.LEADS:
        form["type"] = card.kind.single
        form["linked_leads_id"] = {lead: {"ID": lead} for lead in card.linked("leads")}
    if card.kind is Kind.CONTACTS and card.linked("companies"):
        company = account.cards[Kind.COMPANIES].get(card.linked("companies")[0])
        form |= {"linked_company_id": card.linked("companies")[0], "company_name": company.name if company else None}
    return form


def _fields_form(account: Account, card: Card) -> list[dict[str, Any]]:
    shown = []
    for field_id, held in card.values.items():
        field = account.field_of(card.kind, field_id=field_id)
        if field is None or not held:
            continue
        values: Any
        if field.type in ("date", "date_time", "birthday"):
            values = [one.value for one in held]
        elif field.type == "radiobutton":
            values = {"value": held[0].value, "enum": held[0].enum_id}
        else:
            values = [{"value": one.value, "enum": one.enum_id} for one in held]
        shown.append({"id": field.id, "name": field.name, "values": values, "code": field.code})
    return shown


def _deleted(account: Account, card: Card) -> Any:
    if account.behaviour.delete_hook is DeleteHook.ID:
        return str(card.id)
    if card.kind is Kind.LEADS:
        return {"id": card.id, "status_id": card.status_id, "pipeline_id": card.pipeline_id}
    return {"id": card.id, "type": card.kind.single}


def _note_form(account: Account, note: Note) -> dict[str, Any]:
    told = {
        "id": note.id,
        "text": note.params.get("text"),
        "note_type": NOTE_TYPES.get(note.note_type, 4),
        "element_type": ELEMENT_TYPES[note.kind],
        "element_id": note.entity_id,
        "account_id": account.id,
        "created_by": note.created_by,
        "modified_by": note.updated_by,
        "main_user_id": note.responsible_user_id,
        "created_at": note.created_at,
        "updated_at": note.updated_at,
        "date_create": _stamp(account, note.created_at),
        "group_id": note.group_id,
    }
    return {"note": told}


def _task_form(account: Account, task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "element_id": task.entity_id,
        "element_type": ELEMENT_TYPES.get(task.entity_type or ""),
        "task_type": task.task_type_id,
        "text": task.text,
        "status": int(task.is_completed),
        "result": {"text": task.result} if task.result else None,
        "responsible_user_id": task.responsible_user_id,
        "complete_till": _stamp(account, task.complete_till),
        "complete_before": task.complete_till,
        "date_create": _stamp(account, task.created_at),
        "last_modified": _stamp(account, task.updated_at),
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "account_id": account.id,
    }


def _stamp(account: Account, moment: int) -> str:
    zone = account.zone if account.behaviour.hook_zone is Zone.ACCOUNT else UTC
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M:%S")
