"""batch: up to fifty commands in one request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from partnersync_bitrix24_sandbox.call import Answer
from partnersync_bitrix24_sandbox.php import array, entries, parse_str
from partnersync_bitrix24_sandbox.references import resolved
from partnersync_bitrix24_sandbox.refusals import Refusal

MOST = 50
# A method with its parameters as they were sent and with references resolved; it gives the answer and its time.
Run = Callable[[str, dict[str, Any], dict[str, Any]], tuple[Answer, dict[str, Any]]]


def batch(params: dict[str, Any], run: Run) -> dict[str, Any]:
    """All commands in their order, each with its own result or error; with `halt`, up to the first error."""
    given = {key.lower(): value for key, value in params.items()}
    halt = str(given.get("halt", "")).lower() in ("1", "true", "y")
    told: dict[str, dict[str, Any]] = {name: {} for name in ("result", "error", "total", "next", "time")}
    for place, (key, command) in enumerate(entries(given.get("cmd"))):
        if not isinstance(command, str):
            continue
        try:
            answer, time = _command(command, place, told, run)
        except Refusal as refusal:
            told["error"][key] = refusal.body
            if refusal.code == "insufficient_scope":
                told["error"][key]["error_description"] = ""
            if halt:
                break
            continue
        told["result"][key], told["time"][key] = answer.result, time
        if answer.total is not None:
            told["total"][key] = answer.total
        if answer.next is not None:
            told["next"][key] = answer.next
    names = {
        "result": "result",
        "error": "result_error",
        "total": "result_total",
        "next": "result_next",
        "time": "result_time",
    }
    return {names[name]: array(inner) for name, inner in told.items()}


def _command(command: str, place: int, told: dict[str, Any], run: Run) -> tuple[Answer, dict[str, Any]]:
    if place >= MOST:
        raise Refusal(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
    parts = urlsplit(command)
    method = parts.path.lstrip("/").lower()
    if method in ("batch", "download", "upload"):
        raise Refusal(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
    sent = parse_str(parts.query)
    return run(method, sent, resolved(sent, told))
