"""What each answer of the API means: the error, and whether a read and a write are repeated."""

from pathlib import Path
from typing import Any

import pytest

from bitrix24_client import Desk, ok, problem
from partnersync.errors import ConfigError, OutcomeUnknown, PartnersyncError, SignInRequired, TryLater, Unsupported
from partnersync.transport.line import Answer, NoAnswer, NotSent
from partnersync.transport.repeat import ATTEMPTS
from partnersync_bitrix24.faults import (
    Call,
    Gone,
    MethodRests,
    NoRight,
    NotAdmitted,
    NotSaid,
    Overloaded,
    Problem,
    Refused,
    SlowDown,
    call_of,
    error_of,
)

HTML = b"<html><head><title>x</title></head></html>"
ONCE, OFTEN = 1, ATTEMPTS

# the answer, then the error and how many calls are made, for a read and for a write
ROWS = [
    pytest.param(problem(400, "", "Not found"), (Gone, ONCE), (Gone, ONCE), id="an empty code: not found"),
    pytest.param(problem(400, "", "Access denied."), (NoRight, ONCE), (NoRight, ONCE), id="an empty code: no right"),
    pytest.param(problem(400, "", "Нет доступа"), (Refused, ONCE), (Refused, ONCE), id="an empty code: another text"),
    pytest.param(problem(400, "NOT_FOUND"), (Gone, ONCE), (Gone, ONCE), id="not found"),
    pytest.param(problem(400, "ERROR_NOT_FOUND"), (Gone, ONCE), (Gone, ONCE), id="no such user field"),
    pytest.param(problem(400, "ACCESS_DENIED"), (NoRight, ONCE), (NoRight, ONCE), id="no right, told by 400"),
    pytest.param(problem(403, "ACCESS_DENIED"), (NoRight, ONCE), (NoRight, ONCE), id="no REST, told by 403"),
    pytest.param(problem(400, "INVALID_ARG_VALUE"), (Refused, ONCE), (Refused, ONCE), id="a bad argument"),
    pytest.param(problem(400, 0, "x"), (Refused, ONCE), (Refused, ONCE), id="a number for a code"),
    pytest.param(problem(400, "100", "x"), (Refused, ONCE), (Refused, ONCE), id="a number in quotes for a code"),
    pytest.param(problem(200, "", "x"), (Refused, ONCE), (Refused, ONCE), id="an error with 200"),
    pytest.param(problem(200, "WRONG_ENCODING"), (TryLater, OFTEN), (NotSaid, ONCE), id="the answer has no encoding"),
    pytest.param(problem(401, "NO_AUTH_FOUND"), (NotAdmitted, ONCE), (NotAdmitted, ONCE), id="a wrong webhook"),
    pytest.param(problem(403, "INVALID_CREDENTIALS"), (NotAdmitted, ONCE), (NotAdmitted, ONCE), id="a wrong secret"),
    pytest.param(problem(401, "insufficient_scope"), (NoRight, ONCE), (NoRight, ONCE), id="a scope is missing: 401"),
    pytest.param(problem(403, "insufficient_scope"), (NoRight, ONCE), (NoRight, ONCE), id="a scope is missing: 403"),
    pytest.param(
        problem(401, "METHOD_CONFIRM_WAITING"), (NoRight, ONCE), (NoRight, ONCE), id="an admin has to confirm"
    ),
    pytest.param(problem(403, "WRONG_AUTH_TYPE"), (Unsupported, ONCE), (Unsupported, ONCE), id="applications alone"),
    pytest.param(problem(403, "WRONG_LICENSE"), (Unsupported, ONCE), (Unsupported, ONCE), id="not in the plan"),
    pytest.param(problem(404, "ERROR_METHOD_NOT_FOUND"), (Unsupported, ONCE), (Unsupported, ONCE), id="no such method"),
    pytest.param(Answer(404, HTML), (ConfigError, ONCE), (ConfigError, ONCE), id="no portal"),
    pytest.param(problem(500, "PORTAL_DELETED"), (ConfigError, ONCE), (ConfigError, ONCE), id="deleted: 500"),
    pytest.param(problem(403, "PORTAL_DELETED"), (ConfigError, ONCE), (ConfigError, ONCE), id="deleted: 403"),
    pytest.param(problem(503, "QUERY_LIMIT_EXCEEDED"), (SlowDown, OFTEN), (SlowDown, OFTEN), id="too fast"),
    pytest.param(Answer(429, HTML), (SlowDown, OFTEN), (SlowDown, OFTEN), id="too fast, a page"),
    pytest.param(problem(429, "OPERATION_TIME_LIMIT"), (MethodRests, OFTEN), (MethodRests, OFTEN), id="used up"),
    pytest.param(problem(503, "OVERLOAD_LIMIT"), (Overloaded, ONCE), (Overloaded, ONCE), id="blocked by hand"),
    pytest.param(problem(500, "INTERNAL_SERVER_ERROR"), (TryLater, OFTEN), (NotSaid, ONCE), id="the server"),
    pytest.param(problem(500, "SOMETHING_NEW"), (TryLater, OFTEN), (NotSaid, ONCE), id="the server, a new code"),
    pytest.param(problem(503, ""), (TryLater, OFTEN), (NotSaid, ONCE), id="unavailable, an empty code"),
    pytest.param(Answer(502, HTML), (TryLater, OFTEN), (NotSaid, ONCE), id="the gateway, a page"),
    pytest.param(Answer(504, HTML), (TryLater, OFTEN), (NotSaid, ONCE), id="cut after sixty seconds"),
    pytest.param(Answer(200, HTML), (TryLater, OFTEN), (NotSaid, ONCE), id="done, but a page"),
    pytest.param(Answer(200, b'{"result": {"it'), (TryLater, OFTEN), (NotSaid, ONCE), id="done, but cut"),
    pytest.param(Answer(200, b"[]"), (TryLater, OFTEN), (NotSaid, ONCE), id="done, but no result"),
    pytest.param(NoAnswer("x"), (TryLater, OFTEN), (NotSaid, ONCE), id="no whole answer"),
    pytest.param(NotSent("x"), (TryLater, OFTEN), (TryLater, OFTEN), id="no connection"),
    pytest.param(Answer(302, HTML), (ConfigError, ONCE), (ConfigError, ONCE), id="somewhere else, not told where"),
]


@pytest.mark.parametrize(("answer", "read", "write"), ROWS)
def test_each_answer(tmp_path: Path, answer: Any, read: Any, write: Any) -> None:
    for method, (expected, calls) in {"crm.item.list": read, "crm.item.update": write}.items():
        desk = Desk(tmp_path / method, answer)
        with pytest.raises(PartnersyncError) as raised:
            desk.client.call(method)
        assert type(raised.value) is expected
        assert len(desk.line.sent) == calls
        desk.client.close()


@pytest.mark.parametrize(
    ("transient", "calls"),
    [
        pytest.param(problem(503, "QUERY_LIMIT_EXCEEDED"), 2, id="too fast"),
        pytest.param(problem(429, "OPERATION_TIME_LIMIT"), 2, id="used up"),
        pytest.param(NotSent("x"), 2, id="no connection"),
    ],
)
def test_a_write_that_was_certainly_not_processed_is_sent_again(tmp_path: Path, transient: Any, calls: int) -> None:
    desk = Desk(tmp_path, transient, ok({"item": {"id": 1}}))
    assert desk.client.call("crm.item.update", {"id": 1}) == {"item": {"id": 1}}
    assert len(desk.line.sent) == calls


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("crm.item.list", Call.READ),
        ("CRM.ITEM.GET", Call.READ),
        ("crm.deal.userfield.list", Call.READ),
        ("crm.item.fields", Call.READ),
        ("crm.category.fields", Call.READ),
        ("crm.duplicate.findbycomm", Call.READ),
        ("crm.type.getByEntityTypeId", Call.READ),
        ("userfieldconfig.getTypes", Call.READ),
        ("user.search", Call.READ),
        ("profile", Call.READ),
        ("server.time", Call.READ),
        ("event.offline.list", Call.READ),
        ("crm.item.update", Call.WRITE),
        ("crm.item.add", Call.WRITE),
        ("crm.entity.mergeBatch", Call.WRITE),
        ("crm.timeline.item.pin", Call.WRITE),
        ("event.offline.clear", Call.WRITE),
        ("crm.listing.start", Call.WRITE),
        ("crm.widget", Call.WRITE),
    ],
)
def test_what_reads(method: str, call: Call) -> None:
    assert call_of(method) is call


def test_the_portals_words_are_told_without_markup_and_contacts() -> None:
    told = {"error": "", "error_description": "Поле<br>&quot;Сумма&quot; a@b.example +7 900 555-01-01"}
    error = error_of(Problem.of(400, told), Call.WRITE, "crm.deal.update")
    assert str(error).startswith('crm.deal.update: refused (400): Поле "Сумма"')
    assert "b.example" not in str(error)
    assert "555" not in str(error)


def test_an_error_of_the_new_kind_is_read_too() -> None:
    """§1.5: REST v3 nests it."""
    assert Problem.of(400, {"error": {"code": "not_found", "message": "x"}}) == Problem(400, "NOT_FOUND", "x")


def test_unknown_errors_of_a_write_are_never_repeated() -> None:
    for status in range(400, 600):
        error = error_of(Problem(status, "SOMETHING_NEW"), Call.WRITE, "x")
        assert isinstance(error, (Refused, OutcomeUnknown, SignInRequired, ConfigError)) or status == 429
