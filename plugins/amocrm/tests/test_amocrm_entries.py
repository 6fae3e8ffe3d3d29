"""Notes and tasks in an account: each once, whatever became of its call; what is refused loses no other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amocrm_client import START
from amocrm_pull import Desk, desk
from partnersync.contract.adapter import NoteWrite, Outcome, TaskWrite
from partnersync.contract.written import reference
from partnersync.domain.value import RecordKind
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, Fault
from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.behaviour import Batch
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, SECOND_SELLER

LEAD, COMPANY = 10_000_001, 30_000_001
DONE, REFUSED, GONE, UNKNOWN = Outcome.DONE, Outcome.REFUSED, Outcome.GONE, Outcome.UNKNOWN
DEAL, PARTNER = RecordKind.DEAL, RecordKind.PARTNER
AT = datetime.fromtimestamp(START, UTC)
DUE = AT + timedelta(days=1)
BOTH = pytest.mark.parametrize("form", ["note", "task"])


def entry(
    form: str, write_id: str = "incident/1", card: int | str = LEAD, kind: RecordKind = DEAL
) -> NoteWrite | TaskWrite:
    place = (write_id, kind, str(card), "incident", f"Партнёр изменён: {write_id}", AT)
    return NoteWrite(*place) if form == "note" else TaskWrite(*place, DUE, str(SECOND_SELLER))


def texts(made: Desk, form: str, card: int = LEAD, kind: Kind = Kind.LEADS) -> list[str]:
    account = made.office.sandbox.account
    if form == "note":
        return [str(one.params["text"]) for one in account.notes_of.get((kind, card), ())]
    return [one.text for one in account.tasks_of.get((kind.value, card), ())]


def told(write_id: str = "incident/1") -> str:
    return f"Партнёр изменён: {write_id}\n{reference(write_id)}"


@BOTH
@pytest.mark.parametrize(("kind", "card", "cards"), [(DEAL, LEAD, Kind.LEADS), (PARTNER, COMPANY, Kind.COMPANIES)])
def test_it_stands_on_its_card_once(tmp_path: Path, form: str, kind: RecordKind, card: int, cards: Kind) -> None:
    made = desk(tmp_path, 4)
    for _ in range(2):
        assert made.push(entry(form, card=card, kind=kind))["incident/1"].outcome is DONE
        assert texts(made, form, card, cards) == [told()]


@BOTH
def test_two_of_one_text_are_two(tmp_path: Path, form: str) -> None:
    made = desk(tmp_path, 4)
    made.push(entry(form), entry(form, "incident/2"), entry(form, "incident/3", LEAD + 1))
    assert (len(texts(made, form)), len(texts(made, form, LEAD + 1))) == (2, 1)


@BOTH
@pytest.mark.parametrize("fault", [RESET_AFTER, RESET_BEFORE, Fault.html(504), Fault.html(502, after=True)])
def test_what_has_no_answer_is_found_and_not_repeated(tmp_path: Path, form: str, fault: Fault) -> None:
    made = desk(tmp_path, 4)
    made.office.front.faults.plan(fault, method="POST")
    writes = [entry(form), entry(form, "incident/2", LEAD + 1)]
    assert {one.outcome for one in made.push(*writes).values()} == {UNKNOWN}
    made.office.clock.advance(86_400 * 9)
    assert {one.outcome for one in made.push(*writes).values()} == {DONE}
    assert (texts(made, form), texts(made, form, LEAD + 1)) == ([told()], [told("incident/2")])


@BOTH
def test_fifty_are_one_call_and_one_look(tmp_path: Path, form: str) -> None:
    made = desk(tmp_path, 60)
    made.streams()
    before = made.office.calls()
    receipts = made.push(*(entry(form, f"incident/{place}", LEAD + place) for place in range(60)))
    assert {one.outcome for one in receipts.values()} == {DONE}
    assert made.office.calls("POST") == 2
    assert made.office.calls() - before == (4 if form == "note" else 6)


@BOTH
@pytest.mark.parametrize("mixed", Batch)
def test_what_is_refused_loses_no_other_and_doubles_none(tmp_path: Path, form: str, mixed: Batch) -> None:
    """Whether or not the account stores what stands beside a bad one."""
    made = desk(tmp_path, 4, mixed_batch=mixed)
    made.office.sandbox.ui.delete(ADMIN, LEAD + 1)
    writes = [entry(form), entry(form, "incident/2", LEAD + 1), entry(form, "incident/3", "x")]
    assert [made.push(*writes)[f"incident/{number}"].outcome for number in (1, 2, 3)] == [DONE, GONE, GONE]
    assert texts(made, form) == [told()]


@BOTH
def test_who_is_bad_is_found_where_the_account_does_not_say(tmp_path: Path, form: str) -> None:
    made = desk(tmp_path, 4)
    mute = Response.of_json(400, {"title": "Bad Request", "status": 400})
    made.office.front.faults.plan(Fault.answer(mute), method="POST")
    made.office.front.faults.plan(Fault.answer(mute), method="POST", call=3)
    writes = [entry(form, f"incident/{place}", LEAD + place) for place in range(3)]
    receipts = made.push(*writes)
    assert [receipts[write.write_id].outcome for write in writes] == [DONE, REFUSED, DONE]


@pytest.mark.parametrize(
    ("assignee", "responsible"),
    [
        pytest.param(str(SECOND_SELLER), SECOND_SELLER, id="the partner's manager"),
        pytest.param(None, FIRST_SELLER, id="nobody: who is responsible for the card"),
        pytest.param("ann", FIRST_SELLER, id="somebody whom the account does not know"),
        pytest.param("5", FIRST_SELLER, id="no user"),
        pytest.param(str(ADMIN), FIRST_SELLER, id="one who may not sign in any more"),
    ],
)
def test_who_has_the_task_and_until_when(tmp_path: Path, assignee: str | None, responsible: int) -> None:
    made = desk(tmp_path, 4)
    account = made.office.sandbox.account
    made.office.sandbox.ui.edit(ADMIN, LEAD, "responsible_user_id", FIRST_SELLER)
    write = TaskWrite("incident/1", DEAL, str(LEAD), "incident", "Text", AT, DUE, assignee)
    account.users[ADMIN].is_active = assignee != str(ADMIN)
    made.push(write)
    (task,) = account.tasks_of["leads", LEAD]
    assert (task.responsible_user_id, task.complete_till, task.is_completed) == (
        responsible,
        int(DUE.timestamp()),
        False,
    )


def test_a_task_that_somebody_has_done_is_not_set_again(tmp_path: Path) -> None:
    made = desk(tmp_path, 4)
    made.push(entry("task"))
    (task,) = made.office.sandbox.account.tasks_of["leads", LEAD]
    made.office.client.change("tasks", [{"id": task.id, "is_completed": True, "result": {"text": "ok"}}])
    made.push(entry("task"))
    assert len(texts(made, "task")) == 1


def test_records_that_are_no_cards_take_none(tmp_path: Path) -> None:
    receipt = desk(tmp_path, 4).push(entry("note", kind=RecordKind.PAYMENT))["incident/1"]
    assert (receipt.outcome, receipt.reason) == (REFUSED, "the account has no cards for payment records")
