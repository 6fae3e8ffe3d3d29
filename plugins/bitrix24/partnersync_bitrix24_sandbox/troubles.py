"""Faults as this API was seen to have them, by name; `Front.faults.plan` places them."""

from typing import Any

from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, Fault
from partnersync.sandbox.messages import Response
from partnersync_bitrix24_sandbox.php import dump

JSON = {"Content-Type": "application/json; charset=utf-8"}
CUT_PAGE = "<html><head><title>504 Gateway Time-out</title></head><body><h1>504</h1></body></html>"


def _error(status: int, code: Any, text: str) -> Fault:
    return Fault.answer(Response(status, dump({"error": code, "error_description": text}), JSON))


TROUBLES: dict[str, Fault] = {
    "503 too many requests": _error(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
    "503 overload": _error(503, "OVERLOAD_LIMIT", "REST API is blocked due to overload."),
    "429 operation time": _error(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit."),
    "401 expired once": _error(401, "expired_token", "The access token provided has expired."),
    "500 JSON": _error(500, "INTERNAL_SERVER_ERROR", "Internal server error"),
    "500 unexpected answer": _error(500, "ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response."),
    "empty code": _error(400, "", "Произошла ошибка<br>"),
    "core with tags": _error(400, "ERROR_CORE", "Ошибка: <b>поле</b> занято<br>"),
    "error with 200": _error(200, "ERROR_CORE", "Internal error"),
    "wrong encoding": _error(200, "WRONG_ENCODING", "Wrong request encoding"),
    "login page": Fault.answer(Response.of_html(200, "<html><body><form>Авторизация</form></body></html>")),
    "502 page": Fault.html(502),
    "cut at 60 s, work done": Fault.answer(Response.of_html(504, CUT_PAGE), after=True),
    "reset before": RESET_BEFORE,
    "reset after the commit": RESET_AFTER,
    "truncated": TRUNCATED,
}
