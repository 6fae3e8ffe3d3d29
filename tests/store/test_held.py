"""Held fields: until something else is due than when they were held, or until they are released."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.store import fields, held, issuebook
from partnersync.store.database import Store
from partnersync.store.held import Hold
from partnersync.store.issuebook import IssueRow

DEAL, PARTNER = RecordKind.DEAL, RecordKind.PARTNER
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _hold(record_id: str, field: str, want: str | None, *, kind: RecordKind = DEAL, issue_id: str = "") -> Hold:
    return Hold("main", kind, record_id, field, want, 7, AT, issue_id)


def _held(store: Store, *record_ids: str) -> dict[tuple[RecordKind, str], dict[str, str | None]]:
    with store.read() as tx:
        return held.of_records(tx, "main", [(kind, record_id) for kind in (DEAL, PARTNER) for record_id in record_ids])


def test_fields_are_held_by_record(store: Store) -> None:
    with store.write() as tx:
        held.put(tx, [_hold("1", "ps_source", "promo"), _hold("1", "ps_partner_id", None)])
        held.put(tx, [_hold("1", "ps_balance", "5.00", kind=PARTNER), _hold("2", "ps_source", "")])
    assert _held(store, "1", "3") == {
        (DEAL, "1"): {"ps_source": "promo", "ps_partner_id": None},
        (PARTNER, "1"): {"ps_balance": "5.00"},
    }


def test_a_field_held_again_is_held_by_what_was_said_last(store: Store) -> None:
    with store.write() as tx:
        held.put(tx, [_hold("1", "ps_source", "promo")])
        held.put(tx, [_hold("1", "ps_source", "typed")])
    assert _held(store, "1") == {(DEAL, "1"): {"ps_source": "typed"}}


@pytest.mark.parametrize(
    ("want", "due", "stays"),
    [
        pytest.param("promo", "promo", True, id="the same is due"),
        pytest.param("promo", "typed", False, id="something else is due"),
        pytest.param("promo", "", False, id="the field is due empty now"),
        pytest.param("promo", None, False, id="nothing is decided about it any more"),
        pytest.param(None, "typed", True, id="held whatever is due"),
    ],
)
def test_a_hold_lasts_while_the_same_is_due(store: Store, want: str | None, due: str | None, stays: bool) -> None:
    with store.write() as tx:
        held.put(tx, [_hold("1", "ps_source", want), _hold("2", "ps_source", want)])
        held.release_moved(tx, "main", DEAL, [("1", {"ps_source": due})], 8)
    assert ((DEAL, "1") in _held(store, "1")) is stays
    assert (DEAL, "2") in _held(store, "2")


def test_a_released_field_is_planned_again_and_its_issue_closed(store: Store) -> None:
    issues = [IssueRow("main", Issue(DEAL, "1", "UNDONE", "put back", name)) for name in ("ps_source", "ps_partner_id")]
    first, second = (row.issue_id for row in issues)
    with store.write() as tx:
        fields.put_want(tx, "main", DEAL, [("1", {"ps_source": "promo", "ps_partner_id": "P1"})])
        fields.lull(tx, "main", DEAL, ["1"])
        issuebook.raise_issues(tx, "undo", "main", 7, AT, issues)
        held.put(tx, [_hold("1", "ps_source", "promo", issue_id=first)])
        held.put(tx, [_hold("1", "ps_partner_id", "P1", issue_id=second)])
        assert fields.due_page(tx, "main", None) == []
    with store.write() as tx:
        held.release(tx, "main", DEAL, "1", ["ps_source"], 8)
    assert _held(store, "1") == {(DEAL, "1"): {"ps_partner_id": "P1"}}
    with store.read() as tx:
        assert [row["issue_id"] for row in issuebook.open_issues(tx)] == [second]
        assert [row.record_id for row in fields.due_page(tx, "main", None)] == ["1"]


def test_fields_without_a_place_are_told_apart(store: Store) -> None:
    with store.write() as tx:
        held.put(tx, [_hold("1", "ps_source", "promo"), replace(_hold("1", "ps_partner_id", "P1"), had_place=False)])
        assert held.without_place(tx, "main", [(DEAL, "1"), (DEAL, "2")]) == {(DEAL, "1"): {"ps_partner_id"}}


def test_issues_name_what_to_release(store: Store) -> None:
    with store.write() as tx:
        held.put(tx, [_hold("1", "ps_source", "promo", issue_id="I1"), _hold("1", "ps_balance", "", kind=PARTNER)])
        assert held.release_for_issues(tx, ["I1", "I2"], 8) == 1
    assert _held(store, "1") == {(PARTNER, "1"): {"ps_balance": ""}}
