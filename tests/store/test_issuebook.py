"""Issues open once, close when they are no longer found, and their state tells when something to show changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.store import issuebook
from partnersync.store.database import Store
from partnersync.store.issuebook import IssueRow

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
BAD = IssueRow("main", Issue(RecordKind.DEAL, "1", "BAD_VALUE", "is no sum", "amount", "abc"), "deals.csv", 7)
LOST = IssueRow("main", Issue(RecordKind.PAYMENT, "main/p1", "DEAL_UNKNOWN", "belongs to no deal", "deal_id", "9"))
OTHER = replace(BAD, issue=replace(BAD.issue, record_id="2"), line=8)


def _pull(tx: Connection, run: int, *rows: IssueRow, whole: bool = False, scope: str = "main/deals") -> list[str]:
    return issuebook.raise_issues(tx, "pull", scope, run, AT, rows, whole=whole)


def _open(tx: Connection) -> list[str]:
    return [row["issue_id"] for row in issuebook.open_issues(tx)]


def test_an_issue_opens_once(store: Store) -> None:
    with store.write() as tx:
        assert _pull(tx, 1, BAD, OTHER, BAD) == [BAD.issue_id, OTHER.issue_id]
        assert _pull(tx, 2, OTHER) == []
        assert _open(tx) == [BAD.issue_id, OTHER.issue_id]
        [first, _] = issuebook.by_ids(tx, [OTHER.issue_id, BAD.issue_id])
        assert (first["opened_run"], first["closed_run"]) == (1, None)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(replace(BAD, line=9), True, id="another line"),
        pytest.param(
            replace(BAD, issue=replace(BAD.issue, value="x", reason="y")), True, id="another value and reason"
        ),
        pytest.param(replace(BAD, file="more.csv"), False, id="another file"),
        pytest.param(replace(BAD, connection="other"), False, id="another connection"),
        pytest.param(replace(BAD, issue=replace(BAD.issue, column="currency")), False, id="another column"),
        pytest.param(replace(BAD, issue=replace(BAD.issue, kind=RecordKind.PAYMENT)), False, id="another kind"),
        pytest.param(OTHER, False, id="another record"),
    ],
)
def test_the_same_trouble_of_the_same_record_is_one_issue(other: IssueRow, same: bool) -> None:
    assert (other.issue_id == BAD.issue_id) is same


def test_every_column_of_the_file_is_there(store: Store) -> None:
    shown = {
        "connection": "main",
        "record_id": "1",
        "file": "deals.csv",
        "line": 7,
        "column": "amount",
        "value": "abc",
        "code": "BAD_VALUE",
        "reason": "is no sum",
    }
    with store.write() as tx:
        _pull(tx, 1, BAD)
        [row] = issuebook.open_issues(tx)
        assert {name: row[name] for name in shown} == shown


def test_a_whole_scope_closes_what_it_no_longer_finds(store: Store) -> None:
    with store.write() as tx:
        _pull(tx, 1, BAD, OTHER)
        _pull(tx, 1, LOST, scope="main/payments")
        issuebook.raise_issues(tx, "decide", "main/deals", 1, AT, [replace(BAD, file="x")])
        assert _pull(tx, 2, OTHER, whole=True) == []
        assert _open(tx) == [LOST.issue_id, OTHER.issue_id, replace(BAD, file="x").issue_id]
        assert _pull(tx, 3, whole=True) == []
        assert OTHER.issue_id not in _open(tx)


def test_an_issue_that_comes_back_is_opened_again(store: Store) -> None:
    with store.write() as tx:
        _pull(tx, 1, BAD)
        _pull(tx, 2, whole=True)
        assert _pull(tx, 3, BAD) == [BAD.issue_id]
        [row] = issuebook.open_issues(tx)
        assert row["opened_run"] == 3


def test_many_scopes_at_once(store: Store) -> None:
    with store.write() as tx:
        for scope, row in (("case:a", BAD), ("case:b", OTHER), ("case:c", LOST)):
            issuebook.raise_issues(tx, "decide", scope, 1, AT, [row])
        moved = {"case:a": [], "case:b": [OTHER, BAD], "case:d": []}
        assert issuebook.raise_by_scope(tx, "decide", moved, 2, AT, whole=True) == []
        assert set(_open(tx)) == {BAD.issue_id, OTHER.issue_id, LOST.issue_id}
        issuebook.raise_by_scope(tx, "decide", {"case:a": [], "case:b": [OTHER], "case:c": []}, 3, AT, whole=True)
        assert _open(tx) == [OTHER.issue_id]


def test_records_that_are_looked_at_again_start_without_issues(store: Store) -> None:
    with store.write() as tx:
        _pull(tx, 1, BAD, OTHER)
        issuebook.raise_issues(tx, "decide", "case:a", 1, AT, [replace(BAD, file="")])
        issuebook.close_for_records(tx, "main", RecordKind.DEAL, ["1"], "pull", 2)
        issuebook.close_for_records(tx, "other", RecordKind.DEAL, ["2"], "pull", 2)
        issuebook.close_for_records(tx, "main", RecordKind.PAYMENT, ["2"], "pull", 2)
        assert _open(tx) == [replace(BAD, file="").issue_id, OTHER.issue_id]


def test_open_issues_are_counted(store: Store) -> None:
    with store.write() as tx:
        _pull(tx, 1, BAD, OTHER, LOST)
        assert (issuebook.count_open(tx), issuebook.counts(tx)) == (3, {"BAD_VALUE": 2, "DEAL_UNKNOWN": 1})
        _pull(tx, 2, whole=True)
        assert (issuebook.count_open(tx), issuebook.counts(tx)) == (0, {})


def test_the_state_tells_when_something_to_show_changed(store: Store) -> None:
    with store.write() as tx:
        states = [issuebook.state(tx)]

        def moved() -> bool:
            states.append(issuebook.state(tx))
            return states[-1] not in states[:-1]

        _pull(tx, 1, BAD)
        assert moved()
        _pull(tx, 2, BAD)
        _pull(tx, 2, BAD, whole=True)
        issuebook.close_for_records(tx, "main", RecordKind.DEAL, ["9"], "pull", 2)
        assert not moved()
        _pull(tx, 3, replace(BAD, issue=replace(BAD.issue, value="x")))
        assert moved()
        _pull(tx, 3, replace(BAD, issue=replace(BAD.issue, value="x"), line=70))
        assert moved()
        issuebook.close_for_records(tx, "main", RecordKind.DEAL, ["1"], "pull", 4)
        assert moved()
