"""Notes and tasks in a portal: each once, whatever became of its call; what is refused loses no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bitrix24_client import START, Bureau
from partnersync.contract.written import NoteWrite, Outcome, Receipt, TaskWrite, reference
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, Fault
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24.entries import Entries
from partnersync_bitrix24.metadata import Entity
from partnersync_bitrix24_sandbox.sample import ADMIN, SECOND_SELLER

DONE, REFUSED, GONE, UNKNOWN = Outcome.DONE, Outcome.REFUSED, Outcome.GONE, Outcome.UNKNOWN
DEAL, PARTNER, CLAIM = RecordKind.DEAL, RecordKind.PARTNER, RecordKind.REGISTRATION
ENTITIES = {DEAL: Entity.DEAL, PARTNER: Entity.COMPANY}
AT = datetime.fromtimestamp(START, UTC)
DUE = AT + timedelta(days=1)
USERS = [{"ID": str(ADMIN), "ACTIVE": True}, {"ID": str(SECOND_SELLER), "ACTIVE": True}, {"ID": "8", "ACTIVE": False}]
BOTH = pytest.mark.parametrize("form", ["note", "task"])
ADDS = {"note": "crm.timeline.logmessage.add", "task": "crm.activity.todo.add"}


class Desk:
    """A portal with some cards, and what a run sends there."""

    def __init__(self, folder: Path) -> None:
        self.bureau = Bureau(folder, 4)
        told = {"select": ["id", "assignedById"], "order": {"id": "ASC"}}
        call = self.bureau.client.call
        self.deals = [row["id"] for row in call("crm.item.list", {"entityTypeId": 2, **told})["items"]]
        self.company = call("crm.item.list", {"entityTypeId": 4, **told})["items"][0]["id"]

    def entry(
        self, form: str, write_id: str = "incident/1", card: object = None, kind: RecordKind = DEAL, **more: str | None
    ) -> NoteWrite | TaskWrite:
        number = str(self.deals[0] if card is None else card)
        place = (write_id, kind, number, more.get("of") or "incident", f"Партнёр изменён: {write_id}\nКто?", AT)
        return NoteWrite(*place) if form == "note" else TaskWrite(*place, DUE, more.get("to"))

    def push(self, *writes: NoteWrite | TaskWrite) -> dict[str, Receipt]:
        entries = Entries(self.bureau.client, ENTITIES, USERS, "ru")
        return {one.write_id: one for one in entries.push(writes)}

    def texts(self, form: str, card: int | None = None, entity: int = 2) -> list[str]:
        timeline, owner = self.bureau.portal.timeline, (entity, card or self.deals[0])
        if form == "note":
            return [one.text for one in timeline.of(owner) if one.kind == "log"]
        return [one.description for one in timeline.activities.values() if one.owner == owner]


def told(write_id: str = "incident/1") -> str:
    return f"Партнёр изменён: {write_id}\nКто?\n{reference(write_id)}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@BOTH
def test_it_stands_on_its_card_once(desk: Desk, form: str) -> None:
    for kind, card, entity in ((DEAL, desk.deals[0], 2), (PARTNER, desk.company, 4)):
        for _ in range(2):
            assert desk.push(desk.entry(form, card=card, kind=kind))["incident/1"].outcome is DONE
            assert desk.texts(form, card, entity) == [told()]
    assert desk.bureau.portal.findings == []


@BOTH
def test_two_of_one_text_are_two(desk: Desk, form: str) -> None:
    desk.push(desk.entry(form), desk.entry(form, "incident/2"), desk.entry(form, "incident/3", desk.deals[1]))
    assert (len(desk.texts(form)), len(desk.texts(form, desk.deals[1]))) == (2, 1)


@BOTH
@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, Fault.html(502, after=True), Fault.html(504)])
def test_what_had_no_answer_is_made_once_all_the_same(desk: Desk, form: str, fault: Fault) -> None:
    plan_for(desk, fault, ADDS[form])
    assert desk.push(desk.entry(form))["incident/1"].outcome is UNKNOWN
    assert desk.push(desk.entry(form))["incident/1"].outcome is DONE
    assert desk.texts(form) == [told()]


def plan_for(desk: Desk, fault: Fault, method: str) -> None:
    """The fault meets the batch that makes something, not those that look."""
    handle, due = desk.bureau.front.handle, [method.encode()]

    def meeting(request: Request) -> Response:
        if due and due[0] in request.body:
            due.clear()
            desk.bureau.front.faults.plan(fault)
        return handle(request)

    desk.bureau.front.handle = meeting  # type: ignore[method-assign]


@BOTH
def test_what_is_refused_loses_no_other(desk: Desk, form: str) -> None:
    receipts = desk.push(
        desk.entry(form, "a"),
        desk.entry(form, "b", 999_999),
        desk.entry(form, "c", "x7"),
        desk.entry(form, "d", kind=CLAIM),
        desk.entry(form, "e", desk.deals[1]),
    )
    assert {one.write_id: one.outcome for one in receipts.values()} == {
        "a": DONE,
        "b": GONE,
        "c": GONE,
        "d": REFUSED,
        "e": DONE,
    }


def test_a_verdict_is_pinned_also_where_only_that_failed(desk: Desk) -> None:
    verdict, other = desk.entry("note", "v", of="decided"), desk.entry("note", "i")
    desk.push(verdict, other)
    log = {one.text: one for one in desk.bureau.portal.timeline.entries.values()}
    assert (log[told("v")].pinned, log[told("i")].pinned) == (True, False)
    log[told("v")].pinned = False
    desk.push(verdict)
    assert log[told("v")].pinned


def test_a_note_moves_no_stamp_of_its_card(desk: Desk) -> None:
    card = {"entityTypeId": 2, "id": desk.deals[0]}
    before = desk.bureau.client.call("crm.item.get", card)
    desk.bureau.clock.advance(100)
    desk.push(desk.entry("note"), desk.entry("task"))
    assert desk.bureau.client.call("crm.item.get", card) == before


@pytest.mark.parametrize(
    ("to", "user"),
    [
        pytest.param(str(SECOND_SELLER), SECOND_SELLER, id="a user"),
        pytest.param(None, None, id="whoever is responsible"),
        pytest.param("8", None, id="a user who has left"),
        pytest.param("77", None, id="a user that the portal does not know"),
        pytest.param("anna@firm.example", None, id="a manager who is known elsewhere"),
    ],
)
def test_whose_task_it_is(desk: Desk, to: str | None, user: int | None) -> None:
    responsible = desk.bureau.portal.card(2, desk.deals[0]).values["assignedById"]  # type: ignore[union-attr]
    desk.push(desk.entry("task", to=to))
    [one] = desk.bureau.portal.timeline.activities.values()
    assert one.responsible_id == (user or responsible)
    assert (one.subject, one.deadline) == ("Партнёр изменён: incident/1", int(DUE.timestamp()))


def test_it_is_found_also_below_many_newer_ones(desk: Desk) -> None:
    desk.push(desk.entry("note"))
    fields = {"entityTypeId": 2, "entityId": desk.deals[0], "title": "x", "text": "y", "iconCode": "info"}
    for _ in range(60):
        desk.bureau.client.call("crm.timeline.logmessage.add", {"fields": fields})
    desk.push(desk.entry("note"))
    assert desk.texts("note").count(told()) == 1


def test_fifty_notes_cost_four_calls(desk: Desk) -> None:
    before = desk.bureau.calls()
    desk.push(*(desk.entry("note", f"n{number}") for number in range(50)))
    assert desk.bureau.calls() - before == 4


def test_a_portal_that_is_too_busy_gets_them_at_the_next_run(desk: Desk) -> None:
    rests = {"error": "OPERATION_TIME_LIMIT", "error_description": ""}
    body = {"result": {"result": [], "result_error": {"c0": rests}, "result_time": []}}
    for _ in range(6):
        desk.bureau.front.faults.plan(Fault.answer(Response.of_json(200, body)), path="batch")
    with pytest.raises(TryLater, match="execution time"):
        desk.push(desk.entry("note"))
    assert desk.push(desk.entry("note"))["incident/1"].outcome is DONE
