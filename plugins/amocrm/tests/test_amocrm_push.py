"""What is written into an account's fields: only what a write names, and so that it reads back to the letter."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from amocrm_pull import Desk, desk
from partnersync.contract.adapter import FieldsWrite, Outcome
from partnersync.domain.value import RecordKind
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, Fault
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, REGISTRATIONS, SECOND_SELLER

FIRST_LEAD, FIRST_COMPANY = 10_000_001, 30_000_001
DEAL, REGISTRATION, PARTNER = RecordKind.DEAL, RecordKind.REGISTRATION, RecordKind.PARTNER
DONE, REFUSED, GONE, UNKNOWN = Outcome.DONE, Outcome.REFUSED, Outcome.GONE, Outcome.UNKNOWN
VALUES = {
    "ps_partner_id": "P03",
    "ps_source": "registration",
    "ps_registration_id": "R-1",
    "ps_protection": "approved",
    "ps_protected_until": "2026-03-29",
    "ps_commission": "1200.00",
    "ps_commission_status": "accrued",
    "ps_incident": "foreign_partner|owner_changed",
    "ps_decision": "accept",
}


def write(card: int | str, kind: RecordKind = DEAL, **values: str) -> FieldsWrite:
    return FieldsWrite(f"w{card}", kind, str(card), values or {"ps_partner_id": "P03"})


def stored(made: Desk, card: int, code: str, kind: Kind = Kind.LEADS) -> list[Any]:
    """The values of a field as the account keeps them."""
    account = made.office.sandbox.account
    field = account.field_of(kind, code=code)
    found = account.cards[kind].get(card)
    assert field is not None
    assert found is not None
    return [(one.enum_code or one.value) for one in found.values.get(field.id, ())]


@pytest.mark.parametrize(
    ("kind", "card", "values"),
    [
        pytest.param(DEAL, FIRST_LEAD, VALUES, id="a deal"),
        pytest.param(
            REGISTRATION,
            FIRST_LEAD + 1,
            {"ps_status": "approved", "ps_reason": "FREE", "ps_protected_until": "2026-10-25", "ps_proposed": "x"},
            id="a registration",
        ),
        pytest.param(PARTNER, FIRST_COMPANY, {"ps_balance": "0.00", "ps_payout_due_on": "2026-12-31"}, id="a partner"),
    ],
)
def test_what_is_written_reads_back_to_the_letter_and_is_cleared(
    tmp_path: Path, kind: RecordKind, card: int, values: dict[str, str]
) -> None:
    made = desk(tmp_path, 8, schema=True)
    made.office.sandbox.ui.move(ADMIN, FIRST_LEAD + 1, REGISTRATIONS, 4_201)
    receipt = made.push(write(card, kind, **values))[f"w{card}"]
    assert receipt.outcome is DONE
    assert receipt.version == str(made.office.sandbox.account.now())
    assert made.seen(kind, card) == values
    assert made.push(write(card, kind, **dict.fromkeys(values, "")))[f"w{card}"].outcome is DONE
    assert made.seen(kind, card) == {}


def test_nothing_but_the_named_fields_changes(tmp_path: Path) -> None:
    made = desk(tmp_path, 8, schema=True)
    cards = made.office.sandbox.account.cards[Kind.LEADS]
    made.push(write(FIRST_LEAD, DEAL, **VALUES))
    before = made.office.client.get(f"leads/{FIRST_LEAD}")
    made.push(write(FIRST_LEAD, ps_partner_id="P04"))
    after = made.office.client.get(f"leads/{FIRST_LEAD}")
    moved = [
        (one["field_code"], one["values"])
        for one in after["custom_fields_values"]
        if one not in before["custom_fields_values"]
    ]
    assert moved == [("PS_PARTNER_ID", [{"value": "P04"}])]
    dropped = ("custom_fields_values", "updated_at", "updated_by")
    assert {key: after[key] for key in after if key not in dropped} == {
        key: before[key] for key in before if key not in dropped
    }
    assert cards.get(FIRST_LEAD + 1) is not None
    assert stored(made, FIRST_LEAD + 1, "PS_PARTNER_ID") == []


def test_the_owner_is_the_responsible_user(tmp_path: Path) -> None:
    made = desk(tmp_path, 2, schema=True)
    card = made.office.sandbox.ui.edit(ADMIN, FIRST_LEAD, "responsible_user_id", FIRST_SELLER)
    assert made.push(write(FIRST_LEAD, owner=str(SECOND_SELLER), ps_partner_id="P03"))[f"w{FIRST_LEAD}"].outcome is DONE
    assert card.responsible_user_id == SECOND_SELLER
    assert made.seen(DEAL, FIRST_LEAD) == {"ps_partner_id": "P03"}


def test_batches_of_fifty_of_each_kind_of_card(tmp_path: Path) -> None:
    made = desk(tmp_path, 120, schema=True)
    before = made.office.calls("PATCH")
    companies = [write(FIRST_COMPANY + place, PARTNER, ps_balance="1.00") for place in range(3)]
    receipts = made.push(*(write(FIRST_LEAD + place) for place in range(120)), *companies)
    assert Counter(one.outcome for one in receipts.values()) == {DONE: 123}
    assert made.office.calls("PATCH") - before == 4


@pytest.mark.parametrize(
    ("bad", "outcome", "reason"),
    [
        pytest.param(write("x"), REFUSED, '"x" is no id of a record of the account', id="no id"),
        pytest.param(write(987_654_321), GONE, "NotSupportedChoice at id", id="never was"),
        pytest.param(
            write(FIRST_LEAD, ps_source="guess"),
            REFUSED,
            'field "Чем подтверждён партнёр" has no entry "guess". Apply the schema, or add it in the account',
            id="no entry",
        ),
        pytest.param(
            write(FIRST_LEAD, ps_source="promo", ps_commission="9" * 300),
            REFUSED,
            'field "Вознаграждение": TooLong at custom_fields_values.1.values.0.value',
            id="what the account refuses, with the field's name",
        ),
        pytest.param(
            write(FIRST_LEAD, owner="5"), REFUSED, "NotSupportedChoice at responsible_user_id", id="no such user"
        ),
        pytest.param(
            write(FIRST_LEAD, ps_status="new"),
            REFUSED,
            "the account has no field for ps_status. Make it with `partnersync schema apply`",
            id="a field of another kind",
        ),
        pytest.param(
            FieldsWrite("w1", RecordKind.PAYMENT, "1", {"ps_status": "new"}),
            REFUSED,
            "the account has no cards for payment records",
            id="a kind without fields",
        ),
    ],
)
def test_a_write_that_cannot_be_made_loses_no_other(
    tmp_path: Path, bad: FieldsWrite, outcome: Outcome, reason: str
) -> None:
    made = desk(tmp_path, 4, schema=True)
    receipts = made.push(write(FIRST_LEAD + 1), bad, write(FIRST_LEAD + 2))
    assert (receipts[bad.write_id].outcome, receipts[bad.write_id].reason) == (outcome, reason)
    assert [one.outcome for one in receipts.values()].count(DONE) == 2
    assert made.seen(DEAL, FIRST_LEAD + 2) == {"ps_partner_id": "P03"}


def test_a_deleted_card_is_gone(tmp_path: Path) -> None:
    made = desk(tmp_path, 4, schema=True)
    made.office.sandbox.ui.delete(ADMIN, FIRST_LEAD)
    receipts = made.push(write(FIRST_LEAD), write(FIRST_LEAD + 1))
    assert [receipts[f"w{FIRST_LEAD + place}"].outcome for place in (0, 1)] == [GONE, DONE]


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER], ids=["before", "after"])
def test_without_an_answer_a_write_is_unknown_and_reading_tells(tmp_path: Path, fault: Fault) -> None:
    made = desk(tmp_path, 4, schema=True)
    made.office.front.faults.plan(fault, method="PATCH")
    before = made.office.calls("PATCH")
    assert made.push(write(FIRST_LEAD))[f"w{FIRST_LEAD}"].outcome is UNKNOWN
    assert made.office.calls("PATCH") - before == 1
    assert made.seen(DEAL, FIRST_LEAD) == ({"ps_partner_id": "P03"} if fault is RESET_AFTER else {})


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("api_filter", [True, False])
def test_after_a_504_what_stands_is_not_sent_again(tmp_path: Path, after: bool, api_filter: bool) -> None:
    made = desk(tmp_path, 8, schema=True, api_filter=api_filter)
    made.office.front.faults.plan(Fault.html(504, after=after), method="PATCH")
    before = made.office.calls("PATCH")
    writes = [write(FIRST_LEAD + place, DEAL, **VALUES, owner=str(FIRST_SELLER)) for place in range(8)]
    assert {one.outcome for one in made.push(*writes).values()} == {DONE}
    assert made.office.calls("PATCH") - before == (1 if after else 3)
    assert made.seen(DEAL, FIRST_LEAD + 7) == VALUES


def test_an_entry_that_people_renamed_is_still_ours(tmp_path: Path) -> None:
    made = desk(tmp_path, 2, schema=True)
    field = made.office.sandbox.account.field_of("leads", code="PS_SOURCE")
    assert field is not None
    field.enums[0].value = "Регистрация партнёра"
    made.push(write(FIRST_LEAD, ps_source="registration"))
    assert made.seen(DEAL, FIRST_LEAD) == {"ps_source": "registration"}


def test_a_field_of_the_admins_that_he_names(tmp_path: Path) -> None:
    keys = {"deals": {"ours": {"ps_source": "Промокод"}}}
    made = desk(tmp_path, 2, keys=keys, schema=True)
    assert made.office.sandbox.account.field_of("leads", code="PS_SOURCE") is None
    made.push(write(FIRST_LEAD, ps_source="promo"))
    assert stored(made, FIRST_LEAD, "PROMO_CODE") == ["promo"]
    assert made.seen(DEAL, FIRST_LEAD) == {"ps_source": "promo"}
