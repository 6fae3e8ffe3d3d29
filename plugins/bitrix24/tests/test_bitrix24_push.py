"""Fields written into a portal: what is sent, what became of each write, and at which speed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bitrix24_cards import field, known
from bitrix24_client import ORIGIN, START, Bureau
from partnersync.contract.managed import OWNER
from partnersync.contract.written import FieldsWrite, Outcome, Receipt
from partnersync.domain.value import RecordKind
from partnersync.errors import PartnersyncError, TryLater
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, Fault
from partnersync.sandbox.messages import Response
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import Choice
from partnersync_bitrix24.places import places_of
from partnersync_bitrix24.pull import Reading
from partnersync_bitrix24.push import Push
from partnersync_bitrix24.translate import Translation
from partnersync_bitrix24_sandbox.limits import Limits
from partnersync_bitrix24_sandbox.user_fields import Option, UserField

SOURCES = (Choice(901, "Регистрация", 10, "registration"), Choice(902, "QR", 20, "qr"))
OURS = {
    "ps_partner_id": field(2, "ufCrmPsPartnerId", "UF_CRM_PS_PARTNER_ID", "string", "Партнёр (код)"),
    "ps_source": field(2, "ufCrmPsSource", "UF_CRM_PS_SOURCE", "enumeration", "Чем подтверждён", choices=SOURCES),
    "ps_protected_until": field(2, "ufCrmPsProtectedUntil", "UF_CRM_PS_PROTECTED_UNTIL", "date", "Защита до"),
}


def office(folder: Path, deals: int = 3, **more: Any) -> Bureau:
    """A portal with our fields."""
    bureau = Bureau(folder, deals, **more)
    for number, one in enumerate(OURS.values(), 801):
        options = [Option(choice.id, choice.value, choice.code, choice.sort) for choice in one.choices]
        made = UserField(number, "CRM_DEAL", one.code, one.type, options=options, edit_in_list=False)
        bureau.portal.user_fields[number] = made
    return bureau


def reading() -> Reading:
    places = replace(places_of(Mapped(), known()), ours={RecordKind.DEAL: OURS})
    return Reading(known(), Translation(Mapped(), places, ORIGIN))


def ids(bureau: Bureau, count: int = 3) -> list[int]:
    rows = bureau.client.call("crm.item.list", {"entityTypeId": 2, "select": ["id"], "order": {"id": "ASC"}})
    return [row["id"] for row in rows["items"]][:count]


def card(bureau: Bureau, number: int) -> Any:
    return bureau.client.call("crm.item.get", {"entityTypeId": 2, "id": number})["item"]


def write(number: object, write_id: str = "w", kind: RecordKind = RecordKind.DEAL, **values: Any) -> FieldsWrite:
    return FieldsWrite(write_id, kind, str(number), values)


def pushed(bureau: Bureau, *writes: FieldsWrite) -> list[Receipt]:
    return list(Push(bureau.client, reading(), "ru").push(writes))


def test_fields_are_written_read_back_and_cleared(tmp_path: Path) -> None:
    bureau = office(tmp_path)
    first, *_ = ids(bureau)
    before = card(bureau, first)
    bureau.clock.advance(60)
    told: dict[str, Any] = {
        "ps_partner_id": "P7 & Ко + 50%",
        "ps_source": "qr",
        "ps_protected_until": "2026-03-31",
        OWNER: "7",
    }
    [receipt] = pushed(bureau, write(first, **told))
    after = card(bureau, first)
    assert receipt == Receipt("w", Outcome.DONE, version=after["updatedTime"])
    ours = {"ufCrmPsPartnerId", "ufCrmPsSource", "ufCrmPsProtectedUntil", "assignedById", "updatedTime", "updatedBy"}
    assert (after["ufCrmPsPartnerId"], after["ufCrmPsSource"], after["assignedById"]) == ("P7 & Ко + 50%", 902, 7)
    assert {key for key in after if after[key] != before[key]} <= ours
    [receipt] = pushed(bureau, write(first, ps_partner_id="", ps_source="", ps_protected_until=""))
    assert receipt.outcome is Outcome.DONE
    assert not any(card(bureau, first)[one.key] for one in OURS.values())


def test_writes_travel_fifty_by_a_request(tmp_path: Path) -> None:
    bureau = office(tmp_path, 120)
    numbers = [row for page in range(3) for row in _page(bureau, page * 50)]
    before = bureau.calls()
    receipts = pushed(bureau, *(write(number, str(number), ps_partner_id="P1") for number in numbers))
    assert [one.outcome for one in receipts] == [Outcome.DONE] * 120
    assert {one.write_id for one in receipts} == set(map(str, numbers))
    assert bureau.calls() - before == 3


def _page(bureau: Bureau, start: int) -> list[int]:
    told = {"entityTypeId": 2, "select": ["id"], "order": {"id": "ASC"}, "start": start}
    return [row["id"] for row in bureau.client.call("crm.item.list", told)["items"]]


@pytest.mark.parametrize(
    ("bad", "outcome", "said"),
    [
        pytest.param(write(999_999, "bad", ps_partner_id="P1"), Outcome.GONE, "no such record", id="deleted"),
        pytest.param(write("x7", "bad", ps_partner_id="P1"), Outcome.REFUSED, "no id of a record", id="no id"),
        pytest.param(write("1", "bad", ps_source="word"), Outcome.REFUSED, 'has no entry "word"', id="no choice"),
        pytest.param(write("1", "bad", ps_incident="x"), Outcome.REFUSED, "no field for ps_incident", id="no field"),
        pytest.param(write("1", "bad", owner="Anna"), Outcome.REFUSED, "no id of a user", id="no user"),
        pytest.param(
            write("1", "bad", RecordKind.REGISTRATION, ps_reason="x"), Outcome.REFUSED, "no cards for", id="no cards"
        ),
    ],
)
def test_one_bad_write_loses_no_other(tmp_path: Path, bad: FieldsWrite, outcome: Outcome, said: str) -> None:
    bureau = office(tmp_path)
    first, second, _ = ids(bureau)
    told = [write(first, "a", ps_partner_id="P1"), bad, write(second, "b", ps_partner_id="P2")]
    receipts = {one.write_id: one for one in pushed(bureau, *told)}
    assert (receipts["a"].outcome, receipts["b"].outcome) == (Outcome.DONE, Outcome.DONE)
    assert receipts["bad"].outcome is outcome
    assert said in receipts["bad"].reason


def test_what_a_robot_changed_at_once_is_told_as_not_written(tmp_path: Path) -> None:
    """The portal answers with the card as robots left it; nobody is told that our value stands there."""
    bureau = office(tmp_path)
    first, *_ = ids(bureau)
    bureau.sandbox.ui.robot("UF_CRM_PS_PARTNER_ID", "P9")
    [receipt] = pushed(bureau, write(first, ps_partner_id="P1"))
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.reason.startswith('field "Партнёр (код)" holds "P9" after it was written: a robot')


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, Fault.html(502, after=True), Fault.html(504)])
def test_a_batch_without_an_answer_is_unknown_and_not_sent_again(tmp_path: Path, fault: Fault) -> None:
    bureau = office(tmp_path)
    numbers = ids(bureau)
    before = bureau.calls()
    bureau.front.faults.plan(fault, path="batch")
    receipts = pushed(bureau, *(write(number, str(number), ps_partner_id="P1") for number in numbers))
    assert [one.outcome for one in receipts] == [Outcome.UNKNOWN] * 3
    assert bureau.calls() - before == 1


def test_writes_are_taken_only_as_they_are_sent(tmp_path: Path) -> None:
    bureau = office(tmp_path, 50)
    taken: list[str] = []

    def writes() -> Iterator[FieldsWrite]:
        for number in range(1000):
            taken.append(str(number))
            yield write("x", str(number), ps_partner_id="P1")

    receipts = Push(bureau.client, reading(), "ru").push(writes())
    next(receipts)
    assert len(taken) <= 300


def test_an_error_of_every_call_is_raised_once_all_that_was_sent_has_its_outcome(tmp_path: Path) -> None:
    bureau = office(tmp_path)
    numbers = ids(bureau)
    for _ in range(6):
        bureau.front.faults.plan(Fault.answer(Response.of_json(503, {"error": "QUERY_LIMIT_EXCEEDED"})), path="batch")
    with pytest.raises(TryLater):
        pushed(bureau, write(numbers[0], ps_partner_id="P1"))
    assert not card(bureau, numbers[0])["ufCrmPsPartnerId"]


def test_a_sign_in_that_is_refused_is_raised(tmp_path: Path) -> None:
    bureau = office(tmp_path)
    numbers = ids(bureau)
    bureau.portal.tokens._webhooks.clear()
    with pytest.raises(PartnersyncError, match="refuses the sign-in"):
        pushed(bureau, write(numbers[0], ps_partner_id="P1"))


@pytest.mark.parametrize("billed", ["commands", "batch", "both"])
def test_the_portals_limits_are_never_met(tmp_path: Path, billed: str) -> None:
    """§2.1, §2.2: 1,200 writes of 1 s each take three times the budget of ten minutes; whichever way it is counted."""
    bureau = office(tmp_path, 3, limits=Limits(method_ms={"crm.item.update": 1000}), batch_billing=billed)
    numbers = ids(bureau)
    writes = (write(numbers[n % 3], str(n), ps_partner_id=f"P{n}") for n in range(1200))
    receipts = list(Push(bureau.client, reading(), "ru").push(writes))
    assert {one.outcome for one in receipts} == {Outcome.DONE}
    assert (bureau.portal.bucket.refused, bureau.portal.operating.refused) == (0, 0)
    assert bureau.clock.now() > START + 600


def test_every_request_is_valid_by_the_vendors_contract(tmp_path: Path) -> None:
    bureau = office(tmp_path)
    first, *_ = ids(bureau)
    pushed(bureau, write(first, ps_partner_id="P1", ps_source="qr", ps_protected_until="2026-03-31", owner="7"))
    assert bureau.portal.findings == []
