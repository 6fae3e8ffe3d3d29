"""Partners checked against each other."""

from datetime import date
from typing import Any

import pytest

from partnersync.domain.partner import PARTNER_MOVES, Contract, Partner, PartnerStatus
from partnersync.rules.partners import accept


def _partner(partner_id: str, **told: Any) -> Partner:
    return Partner(partner_id, partner_id, **told)


@pytest.mark.parametrize(
    ("known", "stays"),
    [
        pytest.param([(_partner("A", inn="1"), False), (_partner("B", inn="1"), False)], "A", id="the smaller id"),
        pytest.param(
            [(_partner("A", inn="1"), False), (_partner("B", inn="1", joined_on=date(2020, 1, 1)), False)],
            "B",
            id="the earlier to join",
        ),
        pytest.param(
            [(_partner("A", inn="1"), False), (_partner("B", inn="1"), True)], "B", id="who was accepted before"
        ),
        pytest.param(
            [(_partner("A", bank_account="9"), False), (_partner("B", bank_account="9"), False)],
            "A",
            id="one bank account",
        ),
    ],
)
def test_of_two_with_one_number_one_stays(known: list[tuple[Partner, bool]], stays: str) -> None:
    accepted, issues = accept(known)
    assert list(accepted.by_id) == [stays]
    [issue] = issues
    assert issue.code == "DUPLICATE_PARTNER"
    assert stays in issue.reason
    assert (issue.column, issue.value) in {("inn", "1"), ("bank_account", "9")}


def test_one_set_aside_holds_no_number() -> None:
    trio = [_partner("A", inn="1"), _partner("B", inn="1", bank_account="9"), _partner("C", bank_account="9")]
    accepted, issues = accept((partner, False) for partner in reversed(trio))
    assert list(accepted.by_id) == ["A", "C"]
    assert [issue.record_id for issue in issues] == ["B"]


def test_without_numbers_partners_are_no_duplicates() -> None:
    assert accept([(_partner("A"), False), (_partner("B"), False)])[1] == ()


def test_a_promo_code_belongs_to_one_partner_in_any_case() -> None:
    accepted, issues = accept(
        [(_partner("B", promo_codes=("TEN",)), False), (_partner("A", promo_codes=("ten",)), False)]
    )
    assert accepted.by_promo == {"ten": "A"}
    assert [(issue.record_id, issue.code) for issue in issues] == [("B", "PROMO_CODE_TAKEN")]


@pytest.mark.parametrize(
    ("parents", "codes"),
    [
        pytest.param({"A": None, "B": "A", "C": "B"}, [], id="a tree"),
        pytest.param({"A": "X"}, ["PARENT_UNKNOWN"], id="an unknown parent"),
        pytest.param({"A": "A"}, ["PARENT_CYCLE"], id="its own parent"),
        pytest.param({"A": "B", "B": "C", "C": "A"}, ["PARENT_CYCLE"], id="a circle is opened once"),
        pytest.param(
            {"0": "A", "A": "B", "B": "A"}, ["PARENT_CYCLE"], id="who only hangs below a circle keeps his parent"
        ),
    ],
)
def test_parents_form_a_tree(parents: dict[str, str | None], codes: list[str]) -> None:
    accepted, issues = accept((_partner(name, parent_id=parent), False) for name, parent in parents.items())
    assert [issue.code for issue in issues] == codes
    assert set(accepted.by_id) == set(parents)
    without = {issue.record_id for issue in issues}
    kept = {name: partner.parent_id for name, partner in accepted.by_id.items() if name not in without}
    assert kept == {name: parent for name, parent in parents.items() if name not in without}
    assert all(accepted.by_id[name].parent_id is None for name in without)


@pytest.mark.parametrize(
    ("partner", "require", "may"),
    [
        pytest.param(_partner("A"), False, True, id="without contract data he is taken as under contract"),
        pytest.param(_partner("A"), True, False, id="unless the program requires one"),
        pytest.param(
            _partner("A", contract=Contract(valid_until=date(2026, 1, 15))), True, True, id="its last day counts"
        ),
        pytest.param(_partner("A", contract=Contract(valid_until=date(2026, 1, 14))), True, False, id="it has ended"),
        pytest.param(_partner("A", contract=Contract(valid_from=date(2026, 1, 16))), False, False, id="not begun"),
        pytest.param(_partner("A", status=PartnerStatus.PAUSED), False, False, id="he is paused"),
    ],
)
def test_who_may_register(partner: Partner, require: bool, may: bool) -> None:
    assert partner.may_register(date(2026, 1, 15), require_contract=require) is may


def test_moves_of_the_status() -> None:
    assert PARTNER_MOVES[PartnerStatus.ACTIVE] == {PartnerStatus.PAUSED, PartnerStatus.LEFT}
    assert set(PARTNER_MOVES) == set(PartnerStatus)
