"""Notes under cards, and calls."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.account import Note
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.checks import (
    ANY,
    BOOL,
    INT,
    MOMENT,
    OBJECT,
    TEXT,
    Findings,
    Store,
    batch,
    no_delete,
    single,
)
from partnersync_amocrm_sandbox.hal import NOTHING, added, ok, page_of
from partnersync_amocrm_sandbox.notes import add_note
from partnersync_amocrm_sandbox.query import branch, many, whole

_KEYS = {
    "id": INT,
    "entity_id": INT,
    "created_by": INT,
    "responsible_user_id": INT,
    "note_type": TEXT,
    "params": OBJECT,
    "request_id": ANY,
    "is_need_to_trigger_digital_pipeline": BOOL,
}
_CALL_PARAMS = ("uniq", "duration", "source", "phone")
NEEDED: dict[str, tuple[str, ...]] = {
    "common": ("text",),
    "call_in": _CALL_PARAMS,
    "call_out": _CALL_PARAMS,
    "service_message": ("service", "text"),
    "extended_service_message": ("service", "text"),
    "message_cashier": ("status", "text"),
    "geolocation": ("text", "address", "longitude", "latitude"),
    "sms_in": ("text", "phone"),
    "sms_out": ("text", "phone"),
    "attachment": ("file_uuid", "version_uuid", "file_name"),
}
_CALL = dict.fromkeys(("phone", "direction", "uniq", "source", "link", "call_result"), TEXT) | {
    "duration": INT,
    "call_status": INT,
    "call_responsible": ANY,
    "created_by": INT,
    "responsible_user_id": INT,
    "created_at": MOMENT,
    "request_id": ANY,
}


def get_notes(call: Call) -> Response:
    """A page: of a kind of cards, or of one card."""
    filters, order = branch(call.query, "filter"), branch(call.query, "order")
    card_id = call.number("id") if "id" in call.parts else None
    known = call.account.notes.values() if card_id is None else call.account.notes_of.get((call.kind, card_id), ())
    notes = [note for note in known if note.kind is call.kind and _asked(filters, note)]
    name = next((one for one in ("id", "updated_at") if order.get(one) in ("asc", "desc")), "updated_at")
    descending = order.get(name) == "desc"
    notes.sort(key=lambda note: (getattr(note, name), note.id), reverse=descending)
    return page_of(call, "notes", [_view(call, note) for note in notes])


def get_note(call: Call) -> Response:
    """One; 204 where it is not."""
    note = call.account.notes.get(call.number("nid"))
    return ok(_view(call, note)) if note and note.kind is call.kind else NOTHING


def post_notes(call: Call) -> Response:
    """New ones; the same `uniq` twice makes two."""

    def read(item: Any, findings: Findings) -> Store:
        needed = ("note_type", "params", *(() if "id" in call.parts else ("entity_id",)))
        good = findings.shape(item, _KEYS, needed=needed)
        entity_id = call.number("id") if "id" in call.parts else good.get("entity_id", 0)
        if call.account.cards[call.kind].get(entity_id) is None and ("id" in call.parts or "entity_id" in good):
            findings.add("NotSupportedChoice", "entity_id")
        _check(call, good, findings)

        def store() -> dict[str, Any]:
            note = add_note(
                call.account, call.kind, entity_id, good["note_type"], good["params"], by=_author(call, good)
            )
            return {"id": note.id, "entity_id": note.entity_id, "_links": _links(call, note)}

        return store

    return added(call, "notes", batch(call, read))


def patch_notes(call: Call) -> Response:
    """Change several."""
    return added(call, "notes", batch(call, lambda item, findings: _change(call, item, findings)))


def patch_note(call: Call) -> Response:
    """Change one."""
    return ok(single(call, lambda item, findings: _change(call, item | {"id": call.number("nid")}, findings)))


def post_calls(call: Call) -> Response:
    """Calls become notes of whoever has the phone."""

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _CALL, needed=("phone", "direction", "duration", "source"))
        if good.get("direction", "inbound") not in ("inbound", "outbound"):
            findings.add("NotSupportedChoice", "direction")
        owner = _owner(call, good.get("phone", ""))
        if owner is None and not findings.errors:
            findings.add("EntityNotFound", "phone", "Entity not found")

        def store() -> dict[str, Any]:
            assert owner is not None
            kind, card_id = owner
            type_ = "call_in" if good["direction"] == "inbound" else "call_out"
            params = {key: good[key] for key in good if key not in ("request_id", "direction", "created_by")}
            note = add_note(call.account, kind, card_id, type_, params, by=_author(call, good))
            return {"id": note.id, "entity_id": card_id, "entity_type": kind.single, "account_id": call.account.id}

        return store

    return added(call, "calls", batch(call, read))


def _owner(call: Call, phone: str) -> tuple[Kind, int] | None:
    digits = "".join(letter for letter in phone if letter.isdigit())
    for kind in (Kind.CONTACTS, Kind.COMPANIES):
        for card in call.account.cards[kind].all():
            texts = (str(one.value) for held in card.values.values() for one in held if one.enum_code)
            if any("".join(filter(str.isdigit, text)) == digits for text in texts):
                return kind, card.id
    return None


def _asked(filters: dict[str, Any], note: Note) -> bool:
    for name, held in (("id", note.id), ("entity_id", note.entity_id), ("note_type", note.note_type)):
        if name in filters and str(held) not in many(filters[name], commas=True):
            return False
    given = filters.get("updated_at")
    if isinstance(given, dict):
        low, high = whole(given.get("from"), 0), whole(given.get("to"), 1 << 60)
        return low <= note.updated_at <= high
    return given is None or note.updated_at > whole(given, 0)


def _check(call: Call, good: dict[str, Any], findings: Findings) -> None:
    note_type = good.get("note_type")
    if note_type is not None and note_type not in NEEDED:
        findings.add("NotSupportedChoice", "note_type")
    for name in NEEDED.get(note_type or "", ()):
        if name not in good.get("params", {}):
            findings.add("FieldMissing", f"params.{name}", "This field is missing.")
    for name in ("created_by", "responsible_user_id"):
        if good.get(name, 0) != 0 and good[name] not in call.account.users:
            findings.add("NotSupportedChoice", name)


def _author(call: Call, good: dict[str, Any]) -> int:
    return int(good.get("created_by", call.user.id))


def _change(call: Call, item: Any, findings: Findings) -> Store:
    good = findings.shape(item, _KEYS, needed=("id",))
    note = call.account.notes.get(good.get("id", 0))
    if note is None or note.kind is not call.kind:
        findings.add("NotSupportedChoice", "id")
        return dict
    _check(call, good, findings)

    def store() -> dict[str, Any]:
        note.note_type = good.get("note_type", note.note_type)
        note.params = good.get("params", note.params)
        note.updated_by, note.updated_at = call.user.id, call.account.now()
        told = {"id": note.id, "entity_id": note.entity_id, "updated_at": note.updated_at}
        return told | {"_links": _links(call, note)}

    return store


def _links(call: Call, note: Note) -> dict[str, Any]:
    return {"self": call.href(f"{note.kind}/{note.entity_id}/notes/{note.id}")}


def _view(call: Call, note: Note) -> dict[str, Any]:
    names = ("id", "entity_id", "created_by", "updated_by", "created_at", "updated_at", "responsible_user_id")
    told = {name: getattr(note, name) for name in (*names, "group_id", "note_type", "params")}
    return told | {"account_id": call.account.id, "_links": _links(call, note)}


ROUTES = [
    route("GET", "{kind}/notes", get_notes),
    route("POST", "{kind}/notes", post_notes),
    route("PATCH", "{kind}/notes", patch_notes),
    route("GET", "{kind}/notes/{nid}", get_note),
    route("DELETE", "{kind}/notes/{nid}", no_delete),
    route("GET", "{kind}/{id}/notes", get_notes),
    route("POST", "{kind}/{id}/notes", post_notes),
    route("PATCH", "{kind}/{id}/notes", patch_notes),
    route("GET", "{kind}/{id}/notes/{nid}", get_note),
    route("PATCH", "{kind}/{id}/notes/{nid}", patch_note),
    route("DELETE", "{kind}/{id}/notes/{nid}", no_delete),
    route("POST", "calls", post_calls),
]
