"""What was left over is looked at again by the next run, although nothing changed in its source; only once."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from partnersync.contract.adapter import Page, Stream
from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater
from partnersync.store import casefile, fields, held, issuebook, records
from partnersync.store.held import Hold
from partnersync.store.issuebook import IssueRow
from partnersync.sync import intake
from partnersync.sync.forms import Problem
from partnersync.sync.normalise import BadRecord, normalise
from partnersync.sync.retry import Retried, retry
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem

AT = datetime(2026, 12, 1, tzinfo=UTC)
DEAL = RecordKind.DEAL
DEALS = [
    {"deal_id": f"D-{number}", "state": "open", "created_at": "2026-02-01", "client_domain": f"c{number}.ru"}
    for number in range(5)
]


def again(company: Any, *codes: str) -> Retried:
    """Ask for all open issues, or those with these codes."""
    with company.store.write() as tx:
        rows = [dict(row) for row in issuebook.open_issues(tx) if not codes or row["code"] in codes]
        return retry(tx, rows, 99)


def codes(company: Any) -> dict[str, int]:
    with company.store.read() as tx:
        return issuebook.counts(tx)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A version that cannot read deal D-3; the call puts a better one in its place."""

    def refuse(kind: RecordKind, cells: Mapping[str, str], setting: Any) -> Any:
        if cells.get("client_domain") == "c3.ru":
            raise BadRecord((Problem("BAD_VALUE", "state", "open", "is too much for this version"),))
        return normalise(kind, cells, setting)

    monkeypatch.setattr(intake, "normalise", refuse)
    return lambda: monkeypatch.setattr(intake, "normalise", normalise)


def test_a_record_is_read_anew_from_a_source_that_did_not_change(company: Any, strict: Callable[[], None]) -> None:
    company.add("deal", *DEALS)
    assert len(company.sync().opened) == 1
    strict()
    company.sync()  # reads its own echo
    assert company.sync().counts()["read"] == 0
    assert codes(company) == {"BAD_VALUE": 1}
    assert again(company) == Retried(1, ("main/deal",), 1, 0, 0, 0)
    report = company.sync()
    assert (report.counts()["read"], report.counts()["changed"], report.opened) == (5, 1, [])
    assert codes(company) == {}
    with company.store.read() as tx:
        assert records.by_ids(tx, "main", "deal", ["D-3"])["D-3"].state == "present"
    company.sync()  # what was written into the record's fields comes back
    assert company.sync().counts()["read"] == 0


def test_what_still_cannot_be_used_is_told_once_more(company: Any, strict: Callable[[], None]) -> None:
    company.add("deal", *DEALS)
    [issue] = company.sync().opened
    again(company)
    report = company.sync()
    assert (report.opened, report.exit_code) == ([issue], 3)
    assert company.sync().exit_code == 0
    assert codes(company) == {"BAD_VALUE": 1}


def test_a_source_that_changed_meanwhile_is_read_once(company: Any, strict: Callable[[], None]) -> None:
    company.add("deal", *DEALS)
    company.sync()
    strict()
    again(company)
    company.add("deal", {**DEALS[0], "deal_id": "D-9"})
    assert company.sync().counts()["read"] == 6
    assert codes(company) == {}
    company.sync()
    assert company.sync().counts()["read"] == 0


def test_a_wish_outlives_a_source_that_cannot_be_read(company: Any, strict: Callable[[], None]) -> None:
    company.add("deal", *DEALS)
    company.sync()
    strict()
    again(company)
    system = company.systems["main"]

    class Missing(type(system)):  # type: ignore[misc]
        def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
            assert cursor is not None, "what was read before must not be taken for what never was"
            raise TryLater("the file is missing")

    company.systems = {"main": Missing(rows=system.rows, values=system.values, tables=system.tables)}
    assert list(company.sync().failed) == ["main"]
    company.systems = {"main": system}
    assert company.sync().counts()["changed"] == 1


def test_a_system_with_single_records_is_asked_for_those_alone(
    new_company: Callable[..., Any], strict: Callable[[], None]
) -> None:
    crm, company = MemorySystem(), new_company()
    ids = [crm.put(DEAL, {name: text for name, text in deal.items() if name != "deal_id"}) for deal in DEALS]
    asked: list[str] = []

    class Counting(MemoryAdapter):
        def read(self, kind: RecordKind, record_ids: Any) -> Any:
            asked.extend(record_ids)
            return super().read(kind, record_ids)

    company.systems = {"main": Counting(crm)}
    for _ in range(2):  # the second time it repeats what lies in the overlap
        company.sync()
        crm.now += 3600
    strict()
    again(company)
    assert company.sync().counts()["read"] == 1
    assert asked == [ids[3]]
    assert codes(company) == {}
    crm.now += 3600
    company.sync()
    assert asked == [ids[3]]


def test_a_system_without_is_read_from_the_beginning(
    new_company: Callable[..., Any], strict: Callable[[], None]
) -> None:
    crm, company = MemorySystem(), new_company()
    for deal in DEALS:
        crm.put(DEAL, {name: text for name, text in deal.items() if name != "deal_id"})
    company.systems = {"main": MemoryAdapter(crm, reads_record=False)}
    for _ in range(2):  # the second time it repeats what lies in the overlap
        company.sync()
        crm.now += 3600
    strict()
    again(company)
    report = company.sync()
    assert (report.counts()["read"], report.counts()["changed"]) == (5, 1)
    assert codes(company) == {}


def test_a_case_is_decided_again(company: Any) -> None:
    company.add("partner", {"partner_id": "P-1", "name": "First", "promo_codes": "ONE"})
    deal = {**DEALS[0], "promo_code": "ONE", "products": "licence", "state": "won", "closed_at": "2026-02-02"}
    company.add("deal", deal, *DEALS[1:])
    company.add("payment", {"payment_id": "M-1", "deal_id": "D-0", "paid_at": "2025-02-03", "amount": "1000"})
    company.sync()
    assert codes(company) == {"PROGRAM_MISSING": 1}
    assert again(company) == Retried(1, (), 0, 1, 0, 0)
    assert company.sync().decided.cases == 1
    assert codes(company) == {"PROGRAM_MISSING": 1}
    assert company.sync().decided.cases == 0


def test_a_payment_that_waits_for_its_deal_is_tried_by_every_run(company: Any) -> None:
    company.add("payment", {"payment_id": "M-1", "deal_id": "D-0", "paid_at": "2026-02-03", "amount": "1000"})
    company.sync()
    assert codes(company) == {"DEAL_UNKNOWN": 1}
    assert again(company) == Retried(1, (), 0, 0, 0, 1)
    company.add("deal", DEALS[0])
    company.sync()
    assert codes(company) == {}


def test_a_field_that_an_undo_holds_is_let_go(company: Any) -> None:
    issue = IssueRow("main", Issue(DEAL, "D-0", "UNDONE", "put back", "ps_source"))
    with company.store.write() as tx:
        fields.put_want(tx, "main", DEAL, [("D-0", {"ps_source": "promo"})])
        issuebook.raise_issues(tx, "undo", "main", 7, AT, [issue])
        held.put(tx, [Hold("main", DEAL, "D-0", "ps_source", "promo", 7, AT, issue.issue_id)])
    assert again(company) == Retried(1, (), 0, 0, 1, 0)
    with company.store.read() as tx:
        assert held.of_records(tx, "main", [(DEAL, "D-0")]) == {}
    assert codes(company) == {}


def test_only_what_was_asked_for_is_looked_at(company: Any, strict: Callable[[], None]) -> None:
    company.add("deal", *DEALS, {"deal_id": "D-7", "state": "perhaps", "created_at": "2026-02-01"})
    company.sync()
    assert codes(company) == {"BAD_VALUE": 1, "STATE_UNKNOWN": 1}
    strict()
    assert again(company, "STATE_UNKNOWN").records == 1
    assert again(company, "NOTHING") == Retried(0, (), 0, 0, 0, 0)
    assert company.sync().counts()["changed"] == 1
    assert codes(company) == {"BAD_VALUE": 1, "STATE_UNKNOWN": 1}
    with company.store.read() as tx:
        assert casefile.count_due(tx, AT) == 0
        assert records.by_ids(tx, "main", "deal", ["D-3"])["D-3"].state == "aside"
