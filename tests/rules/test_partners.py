"""Partners checked against each other."""

from datetime import date
from typing import Any

import pytest

from partnersync.domain.issue import Issue
from partnersync.domain.partner import PARTNER_MOVES, Contract, Partner, PartnerStatus
from partnersync.domain.value import RecordKind
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
    gone, column = "AB".replace(stays, ""), "inn" if known[0][0].inn else "bank_account"
    word, value = {"inn": ("INN", "1"), "bank_account": ("bank account", "9")}[column]
    reason = f"has the {word} of partner {stays}: keep one of them"
    assert issue == Issue(RecordKind.PARTNER, gone, "DUPLICATE_PARTNER", reason, column, value)


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
    reason = "is the promo code of partner A already: give each partner a code of its own"
    assert issues == (Issue(RecordKind.PARTNER, "B", "PROMO_CODE_TAKEN", reason, "promo_codes", "TEN"),)


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
    ("parent", "code", "reason"),
    [
        pytest.param("X", "PARENT_UNKNOWN", "is no known partner: correct it or add the partner", id="unknown"),
        pytest.param("A", "PARENT_CYCLE", "leads back to the partner itself: correct one of them", id="a circle"),
    ],
)
def test_what_is_wrong_with_a_parent(parent: str, code: str, reason: str) -> None:
    issues = accept([(_partner("A", parent_id=parent), False)])[1]
    assert issues == (Issue(RecordKind.PARTNER, "A", code, reason, "parent_id", parent),)


def test_a_name_that_one_partner_alone_has_names_him() -> None:
    known = [Partner("A", " First "), Partner("B", "Second"), Partner("C", "second"), Partner("D", "")]
    accepted = accept((partner, False) for partner in known)[0]
    assert accepted.by_name == {"first": "A"}
    assert (accepted.named("FIRST "), accepted.named("second"), accepted.named("")) == ("A", None, None)


def test_a_group_has_the_keys_of_all_who_are_under_one_top() -> None:
    known = [
        _partner("A", inn="7707083893", domain="a.com"),
        _partner("B", parent_id="A", email="b@b.com", phone="+74951234567", mail_domain="b.com"),
        _partner("C", parent_id="B", domain="c.com"),
        _partner("D", domain="d.com"),
    ]
    keys = accept((partner, False) for partner in known)[0].group_keys
    assert keys["A"] == keys["B"] == keys["C"]
    assert {"inn:7707083893", "domain:a.com", "domain:b.com", "domain:c.com"} < keys["A"]
    assert keys["D"] == {"domain:d.com"}


@pytest.mark.parametrize(
    ("partner_id", "active"), [("A", True), ("B", False), ("X", False)], ids=["active", "paused", "unknown"]
)
def test_who_is_active(partner_id: str, active: bool) -> None:
    accepted = accept([(_partner("A"), False), (_partner("B", status=PartnerStatus.PAUSED), False)])[0]
    assert accepted.is_active(partner_id) is active


@pytest.mark.parametrize(
    ("partner", "require", "may"),
    [
        pytest.param(_partner("A"), False, True, id="without contract data he is taken as under contract"),
        pytest.param(_partner("A"), True, False, id="unless the program requires one"),
        pytest.param(
            _partner("A", contract=Contract(valid_until=date(2026, 1, 15))), True, True, id="its last day counts"
        ),
        pytest.param(_partner("A", contract=Contract(valid_until=date(2026, 1, 14))), True, False, id="it has ended"),
        pytest.param(
            _partner("A", contract=Contract(valid_from=date(2026, 1, 15))), False, True, id="its first day counts"
        ),
        pytest.param(_partner("A", contract=Contract(valid_from=date(2026, 1, 16))), False, False, id="not begun"),
        pytest.param(_partner("A", status=PartnerStatus.PAUSED), False, False, id="he is paused"),
    ],
)
def test_who_may_register(partner: Partner, require: bool, may: bool) -> None:
    assert partner.may_register(date(2026, 1, 15), require_contract=require) is may


def test_moves_of_the_status() -> None:
    assert PARTNER_MOVES[PartnerStatus.ACTIVE] == {PartnerStatus.PAUSED, PartnerStatus.LEFT}
    assert set(PARTNER_MOVES) == set(PartnerStatus)
