"""Adding notes and tasks, with their events and hooks, whoever adds them."""

from typing import Any

from partnersync_amocrm_sandbox.account import Account, Note, Task
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.hook_forms import fire_note, fire_task

_EVENTS = {
    "common": "common_note_added",
    "call_in": "incoming_call",
    "call_out": "outgoing_call",
    "service_message": "service_note_added",
    "extended_service_message": "service_note_added",
    "message_cashier": "message_to_cashier_note_added",
    "geolocation": "geo_note_added",
    "sms_in": "incoming_sms",
    "sms_out": "outgoing_sms",
    "attachment": "attachment_note_added",
}


def add_note(account: Account, kind: Kind, card_id: int, note_type: str, params: dict[str, Any], *, by: int) -> Note:
    """A note by a user, or by the robot 0."""
    now = account.now()
    card = account.cards[kind].get(card_id)
    owner = card.responsible_user_id if card else by
    note = Note(account.new_id(), kind, card_id, note_type, params, by, by, now, now, owner)
    account.notes[note.id] = note
    account.notes_of.setdefault((kind, card_id), []).append(note)
    account.events.note(_EVENTS[note_type], (kind.single, card_id), by, now, after=({"note": {"id": note.id}},))
    fire_note(account, note)
    return note


def add_task(account: Account, task: Task) -> None:
    """A task as it was made."""
    account.tasks[task.id] = task
    if task.entity_type is not None and task.entity_id is not None:
        account.tasks_of.setdefault((task.entity_type, task.entity_id), []).append(task)
    _note(account, "task_added", task, task.created_by)
    fire_task(account, "add", task)


def change_task(account: Account, task: Task, changes: dict[str, Any], *, by: int) -> None:
    """What changes, with an event for each difference."""
    before = {name: getattr(task, name) for name in changes}
    for name, value in changes.items():
        setattr(task, name, value)
    task.updated_by, task.updated_at = by, account.now()
    differs = {name for name, value in before.items() if value != changes[name]}
    told: dict[str, tuple[str, Any]] = {
        "text": ("task_text_changed", lambda text: {"task": {"text": text}}),
        "complete_till": ("task_deadline_changed", lambda moment: {"task_deadline": {"timestamp": moment}}),
        "task_type_id": ("task_type_changed", lambda type_id: {"task_type": {"id": type_id}}),
    }
    for name, (kind, shape) in told.items():
        if name in differs:
            _note(account, kind, task, by, after=(shape(changes[name]),), before=(shape(before[name]),))
    if "is_completed" in differs and task.is_completed:
        _note(account, "task_completed", task, by)
    if "result" in differs:
        _note(account, "task_result_added", task, by)
    if "responsible_user_id" in differs:
        fire_task(account, "responsible", task, responsible_user_id=before["responsible_user_id"])
    fire_task(account, "update", task)


def _note(account: Account, kind: str, task: Task, by: int, **values: Any) -> None:
    account.events.note(kind, ("task", task.id), by, account.now(), **values)
