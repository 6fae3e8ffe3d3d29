"""event.*: subscriptions of applications, and their offline queue."""

import re
from typing import Any
from urllib.parse import urlsplit

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.event_queue import Binding, Row
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal, argument, core
from partnersync_bitrix24_sandbox.rows import narrowed, ordered

KNOWN = re.compile(
    r"ONCRM(LEAD|DEAL|CONTACT|COMPANY|QUOTE)(ADD|UPDATE|DELETE|USERFIELD(ADD|UPDATE|DELETE|SETENUMVALUES))"
    r"|ONCRMDEALMOVETOCATEGORY|ONCRMDYNAMICITEM(ADD|UPDATE|DELETE)(_\d+)?|ONCRMTYPE(ADD|UPDATE|DELETE)"
    r"|ONCRM(REQUISITE|BANKDETAIL|ACTIVITY|TIMELINECOMMENT)(ADD|UPDATE|DELETE)|ONOFFLINEEVENT"
    r"|ONAPP(INSTALL|UPDATE|UNINSTALL|PAYMENT|METHODCONFIRM)"
)
FILTERED = ("ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID")


def _connector(call: Call) -> str:
    if call.connector and not call.portal.options.auth_connector:
        raise Refusal(403, "WRONG_LICENSE", "Current license does not have this feature")
    return call.connector


def _event(call: Call) -> str:
    name = str(call.needed("event")).upper()
    if not KNOWN.fullmatch(name):
        raise Refusal(400, "ERROR_EVENT_NOT_FOUND", "Event not found")
    return name


def bind(call: Call) -> Answer:
    """Subscribe: with a handler, or for the offline queue."""
    name, offline = _event(call), str(call.given("event_type") or "online") == "offline"
    handler = "" if offline else str(call.given("handler") or "")
    auth_type = whole(call.given("auth_type"))
    if offline or auth_type not in (0, call.user.id):
        call.need_admin()
    if not offline:
        parts = urlsplit(handler)
        if parts.scheme not in ("http", "https"):
            raise Refusal(400, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
        if "." not in (parts.hostname or ""):
            raise Refusal(400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
        auth_type = auth_type if call.user.is_admin else call.user.id
    binding = Binding(name, call.access.application, handler, auth_type, _connector(call), call.portal.new_id())
    if binding in call.portal.events.bindings:
        raise core("Unable to set event handler: Handler already binded")
    call.portal.events.bindings.append(binding)
    return Answer(result=True)


def unbind(call: Call) -> Answer:
    """End subscriptions; how many."""
    events, name = call.portal.events, _event(call)
    offline = str(call.given("event_type") or "online") == "offline"
    handler = "" if offline else str(call.given("handler") or "")
    gone = [
        one
        for one in events.bindings
        if one.event == name
        and one.application == call.access.application
        and (not one.handler if offline else bool(one.handler) and handler in ("", one.handler))
    ]
    events.bindings = [one for one in events.bindings if one not in gone]
    return Answer({"count": len(gone)})


def get(call: Call) -> Answer:
    """The application's subscriptions."""
    return Answer(
        [
            {
                "event": one.event,
                "handler": one.handler,
                "auth_type": str(one.auth_type),
                "offline": 0 if one.handler else 1,
                "connector_id": one.connector,
            }
            for one in call.portal.events.bindings
            if one.application == call.access.application
        ]
    )


def _rows(call: Call) -> list[Row]:
    call.need_admin()
    return call.portal.events.of(call.access.application, _connector(call), call.portal.now())


def _told(call: Call, row: Row) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": call.portal.moment(row.at),
        "EVENT_NAME": row.event,
        "EVENT_DATA": row.data if call.portal.behaviour.offline_data else False,
        "EVENT_ADDITIONAL": {"user_id": row.user_id} if row.user_id else False,
        "MESSAGE_ID": row.message_id,
    }


def _found(call: Call, rows: list[Row], allowed: tuple[str, ...], default: str) -> list[Row]:
    for key, _ in entries(call.given("filter")):
        name = key.lstrip("=!<>@%")
        if name not in allowed:
            raise argument("filter", f"Filter field not allowed: {name}")
    told = {row.id: _told(call, row) | {"PROCESS_ID": row.process_id, "ERROR": str(int(row.error))} for row in rows}
    found = ordered(narrowed(list(told.values()), call.given("filter"), call.portal.zone), call.given("order"), default)
    by_id = {row.id: row for row in rows}
    return [by_id[int(one["ID"])] for one in found]


def offline_get(call: Call) -> Answer:
    """Take rows out of the queue, or, with clear=0, reserve them under a process id."""
    clears = whole(call.given("clear")) != 0 if call.given("clear") is not None else True
    if not clears and not call.portal.options.offline_extended:
        raise Refusal(403, "WRONG_LICENSE", "Current license does not have this feature")
    limit = whole(call.given("limit")) if call.given("limit") is not None else 50
    if limit <= 0:
        raise argument("limit", "Value must be positive")
    process_id, events = str(call.given("process_id") or ""), call.portal.events
    errors = whole(call.given("error")) == 1
    rows = [row for row in _rows(call) if row.process_id == process_id and row.error is errors]
    rows = _found(call, rows, FILTERED, "TIMESTAMP_X")[:limit]
    told = [_told(call, row) for row in rows]
    if clears:
        events.drop(rows)
        return Answer({"process_id": process_id or None, "events": told})
    if not process_id:
        process_id = events.reserve(rows)
    return Answer({"process_id": process_id, "events": told})


def offline_list(call: Call) -> Answer:
    """Look at the queue; nothing changes."""
    rows = _found(call, _rows(call), (*FILTERED, "PROCESS_ID", "ERROR"), "ID")
    told = [_told(call, row) | {"PROCESS_ID": row.process_id, "ERROR": str(int(row.error))} for row in rows]
    return page(told, call)


def _reserved(call: Call) -> list[Row]:
    process_id = str(call.needed("process_id"))
    rows = [row for row in _rows(call) if row.process_id == process_id]
    ids = {str(one) for _, one in entries(call.given("id"))}
    messages = {str(one) for _, one in entries(call.given("message_id"))}
    if not ids and not messages:
        return rows
    return [row for row in rows if str(row.id) in ids or row.message_id in messages]


def offline_clear(call: Call) -> Answer:
    """Reserved rows are done."""
    call.portal.events.drop(_reserved(call))
    return Answer(result=True)


def offline_error(call: Call) -> Answer:
    """Reserved rows could not be done."""
    for row in _reserved(call):
        call.portal.events.replace(row, error=True)
    return Answer(result=True)


METHODS = [
    Method("event.bind", bind, "", application_only=True),
    Method("event.unbind", unbind, "", application_only=True),
    Method("event.get", get, "", application_only=True),
    Method("event.offline.get", offline_get, "", application_only=True),
    Method("event.offline.list", offline_list, "", application_only=True),
    Method("event.offline.clear", offline_clear, "", application_only=True),
    Method("event.offline.error", offline_error, "", application_only=True),
]
