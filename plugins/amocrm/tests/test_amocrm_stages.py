"""The stage of a registration in the account goes with its state, unless a person moved it on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from amocrm_pull import KEYS, Desk, desk
from partnersync.contract.adapter import FieldsWrite, Outcome
from partnersync.domain.value import RecordKind
from partnersync_amocrm.stages import may_move
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN, REGISTRATIONS

LEAD = 10_000_001
NEW, WORK, BILL, WON, LOST = 4_201, 4_202, 4_203, 142, 143
STAGES = {"approved": "В работе", "rejected": "Закрыто и не реализовано", "won": "Успешно реализовано"}
WITH_STAGES: Mapping[str, Any] = {**KEYS, "registrations": {"pipeline": "Регистрации", "stages": STAGES}}
OURS, THEIRS, ROBOT = 7, 8, 0


def moves(*by: int, at: Sequence[int] = ()) -> list[dict[str, int]]:
    return [{"created_by": user, "created_at": moment} for user, moment in zip(by, at or range(len(by)), strict=True)]


@pytest.mark.parametrize(
    ("moved", "status", "may"),
    [
        pytest.param([], NEW, True, id="nobody has moved it"),
        pytest.param(moves(THEIRS), WORK, True, id="a person worked on it before the verdict"),
        pytest.param(moves(THEIRS), LOST, False, id="a person closed it before the verdict"),
        pytest.param(moves(THEIRS, OURS), WORK, True, id="we moved it last"),
        pytest.param(moves(OURS, THEIRS), BILL, False, id="a person moved it on"),
        pytest.param(moves(OURS, ROBOT), BILL, False, id="a robot moved it on"),
        pytest.param(moves(OURS, THEIRS, OURS), LOST, True, id="we moved it after that"),
        pytest.param(moves(OURS, THEIRS, at=[5, 5]), BILL, False, id="within one second: nobody knows who was last"),
    ],
)
def test_whether_a_lead_may_be_moved(moved: list[dict[str, int]], status: int, may: bool) -> None:
    assert may_move({"status_id": status}, moved, OURS) is may


def registration(folder: Path, keys: Mapping[str, Any] = WITH_STAGES) -> Desk:
    made = desk(folder, 4, keys=keys, schema=True)
    made.office.sandbox.ui.move(FIRST_SELLER, LEAD, REGISTRATIONS, NEW)
    return made


def write(made: Desk, state: str, card: int = LEAD) -> tuple[int, int]:
    """Write a state; where the lead is then."""
    made.office.clock.advance(60)
    receipts = made.push(FieldsWrite("w", RecordKind.REGISTRATION, str(card), {"ps_status": state}))
    assert receipts["w"].outcome is Outcome.DONE
    assert made.seen(RecordKind.REGISTRATION, card).get("ps_status", state) == state
    found = made.office.sandbox.account.cards[Kind.LEADS].get(card)
    assert found is not None
    return found.pipeline_id, found.status_id


def test_the_verdict_moves_the_lead_and_what_has_no_stage_does_not(tmp_path: Path) -> None:
    made = registration(tmp_path)
    told = [write(made, state)[1] for state in ("checking", "approved", "active", "won", "")]
    assert told == [NEW, WORK, WORK, WON, WON]


@pytest.mark.parametrize("api_filter", [True, False])
def test_where_a_person_moved_it_on_it_stays(tmp_path: Path, api_filter: bool) -> None:
    made = registration(tmp_path)
    made.office.sandbox.account.options = type(made.office.sandbox.account.options)(api_filter=api_filter)
    assert write(made, "approved") == (REGISTRATIONS, WORK)
    made.office.clock.advance(60)
    made.office.sandbox.ui.move(FIRST_SELLER, LEAD, REGISTRATIONS, BILL)
    assert write(made, "won") == (REGISTRATIONS, BILL)


def test_a_stage_that_the_account_refuses_does_not_lose_the_verdict(tmp_path: Path) -> None:
    """As where it asks programs, too, for a field before the stage."""
    made = desk(tmp_path, 4, keys=WITH_STAGES, schema=True, required_statuses_by_api=True)
    made.office.sandbox.ui.move(FIRST_SELLER, LEAD, REGISTRATIONS, NEW)
    promo = made.office.sandbox.account.field_of("leads", code="UTM_SOURCE")
    assert promo is not None
    promo.required_statuses = [{"pipeline_id": REGISTRATIONS, "status_id": WORK}]
    made.office.sandbox.ui.edit(ADMIN, LEAD, "UTM_SOURCE", None)
    [receipt] = made.push(FieldsWrite("w", RecordKind.REGISTRATION, str(LEAD), {"ps_status": "approved"})).values()
    assert receipt.outcome is Outcome.DONE
    assert receipt.reason.startswith(f"lead {LEAD} was not moved to the stage of its state (")
    found = made.office.sandbox.account.cards[Kind.LEADS].get(LEAD)
    assert found is not None
    assert found.status_id == NEW
    assert made.seen(RecordKind.REGISTRATION, LEAD) == {"ps_status": "approved"}


def test_a_lead_that_went_on_to_another_pipeline_stays_there(tmp_path: Path) -> None:
    made = registration(tmp_path)
    made.office.sandbox.ui.move(ADMIN, LEAD, MAIN, 4_101)
    made.push(FieldsWrite("w", RecordKind.REGISTRATION, str(LEAD), {"ps_status": "approved"}))
    found = made.office.sandbox.account.cards[Kind.LEADS].get(LEAD)
    assert found is not None
    assert (found.pipeline_id, found.status_id) == (MAIN, 4_101)


def test_without_stages_in_the_settings_nothing_moves(tmp_path: Path) -> None:
    made = registration(tmp_path, KEYS)
    assert write(made, "approved") == (REGISTRATIONS, NEW)
    assert made.office.calls("GET", "events") == 0
