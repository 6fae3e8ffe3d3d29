"""The stage of a registration in the portal goes with its state, unless a person moved it on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bitrix24_pull import KEYS, Desk
from partnersync.contract.written import FieldsWrite, Outcome
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_bitrix24.push import Push
from partnersync_bitrix24.stages import may_move
from partnersync_bitrix24_sandbox.sample import FIRST_SELLER, REGISTRATIONS
from partnersync_bitrix24_sandbox.user_fields import Option, UserField

STATES = ("checking", "approved", "rejected", "won", "active")
NEW, WORK, BILL, WON, LOST = "NEW", "PREPARATION", "FINAL_INVOICE", "WON", "LOSE"
OURS, THEIRS = 1, 5


@pytest.mark.parametrize(
    ("moved_by", "semantics", "was_ours", "may"),
    [
        pytest.param(THEIRS, "P", False, True, id="a person worked on it before the verdict"),
        pytest.param(THEIRS, "F", False, False, id="a person closed it before the verdict"),
        pytest.param(OURS, "P", True, True, id="we moved it last"),
        pytest.param(OURS, "F", True, True, id="we closed it"),
        pytest.param(THEIRS, "P", True, False, id="a person moved it on"),
        pytest.param(0, "P", True, False, id="a robot moved it on"),
        pytest.param(None, "P", False, True, id="nobody has moved it"),
    ],
)
def test_whether_a_card_may_be_moved(moved_by: int | None, semantics: str, was_ours: bool, may: bool) -> None:
    card = {"movedBy": moved_by, "stageSemanticId": semantics}
    assert may_move(card, was_ours=was_ours, own_user=OURS) is may


class Claim:
    """A portal with a registration, and what states do to it."""

    def __init__(self, folder: Path, stages: Mapping[str, str] | None = None) -> None:
        names = self.names(folder / "names")
        told = {"approved": names[WORK], "rejected": names[LOST], "won": names[WON]}
        registrations = {"pipeline": "Регистрации", "stages": told if stages is None else stages}
        keys: Mapping[str, Any] = {**KEYS, "registrations": registrations}
        self.desk = Desk(folder, 2, keys=keys)
        options = [Option(900 + place, state, state, place * 10) for place, state in enumerate(STATES)]
        field = UserField(801, "CRM_DEAL", "UF_CRM_PS_STATUS", "enumeration", xml_id="PS_STATUS", options=options)
        self.desk.portal.user_fields[801] = field
        self.ui = self.desk.sandbox.ui
        self.card = self.ui.create(
            FIRST_SELLER, title="Заявка", categoryId=REGISTRATIONS, stageId=f"C{REGISTRATIONS}:NEW"
        )

    @staticmethod
    def names(folder: Path) -> dict[str, str]:
        portal = Desk(folder).portal
        return {
            one.status_id.rpartition(":")[2]: one.name
            for one in portal.statuses.values()
            if one.entity_id == f"DEAL_STAGE_{REGISTRATIONS}"
        }

    def write(self, state: str) -> str:
        """Write a state; in which stage the card is then."""
        self.desk.clock.advance(60)
        reading = self.desk.streams().reading
        write = FieldsWrite("w", RecordKind.REGISTRATION, str(self.card.id), {"ps_status": state})
        [receipt] = Push(self.desk.client, reading, "ru").push([write])
        assert (receipt.outcome, receipt.reason) == (Outcome.DONE, "")
        assert self.desk.portal.findings == []
        return self.stage()

    def stage(self) -> str:
        found = self.desk.portal.card(2, self.card.id)
        assert found
        return str(found.values["stageId"]).rpartition(":")[2]

    def move(self, user: int, stage: str, category: int = REGISTRATIONS) -> None:
        self.desk.clock.advance(60)
        self.ui.move(user, self.card.id, f"C{category}:{stage}" if category else stage, category)


def test_the_verdict_moves_the_card_and_what_has_no_stage_does_not(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    told = [claim.write(state) for state in ("checking", "approved", "active", "won", "")]
    assert told == [NEW, WORK, WORK, WON, WON]


def test_where_a_person_moved_it_on_it_stays(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    assert claim.write("approved") == WORK
    claim.move(FIRST_SELLER, BILL)
    assert claim.write("won") == BILL


def test_where_a_person_worked_on_it_before_it_moves(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    claim.move(FIRST_SELLER, BILL)
    assert claim.write("approved") == WORK


def test_what_a_person_closed_before_the_verdict_stays(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    claim.move(FIRST_SELLER, LOST)
    assert claim.write("approved") == LOST


def test_a_card_that_went_on_to_another_pipeline_stays_there(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    claim.move(FIRST_SELLER, NEW, 0)
    assert claim.write("approved") == NEW


def test_without_stages_in_the_settings_nothing_moves_and_nothing_is_asked(tmp_path: Path) -> None:
    claim = Claim(tmp_path, {})
    claim.desk.streams()
    before = claim.desk.calls()
    assert claim.write("approved") == NEW
    assert claim.desk.calls() - before == 1


def test_a_stage_that_the_portal_has_not_is_a_setting_to_correct(tmp_path: Path) -> None:
    claim = Claim(tmp_path, {"approved": "Согласоване"})
    with pytest.raises(ConfigError, match=r"registrations\.stages\.approved: the account has no stage of Регистрации"):
        claim.desk.streams()
