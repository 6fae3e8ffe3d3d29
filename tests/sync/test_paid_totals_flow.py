"""A CRM that keeps of a deal only what was paid in all: its payments, earned and given back, through the whole flow."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from partnersync.contract.adapter import Page, PaidTotal, Stream
from partnersync.domain.value import RecordKind
from partnersync.store import cursors, ledger, records
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem

DEAL = RecordKind.DEAL


class Totalling(MemoryAdapter):
    """Reads the cell `paid` of a deal as its total, changed when the card was."""

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            yield replace(page, raws=[self._told(raw) if stream.kind is DEAL else raw for raw in page.raws])

    def _told(self, raw: Any) -> Any:
        cells = dict(raw.cells or {})
        total = cells.pop("paid", "")
        return replace(raw, cells=cells, paid=(PaidTotal(total, "2026-03-01T12:00:00Z"),)) if raw.cells else raw


class Firm:
    """One partner's won deal."""

    def __init__(self, company: Any) -> None:
        self.company, self.crm = company, MemorySystem()
        self.crm.put(RecordKind.PARTNER, {"partner_id": "P1", "name": "First", "promo_codes": "ONE"})
        self.deal = self.sold()

    def sold(self) -> str:
        told = {"created_at": "2026-02-01T10:00:00+03:00", "closed_at": "2026-02-02T10:00:00+03:00"}
        return self.crm.put(DEAL, told | {"state": "won", "promo_code": "ONE", "products": "licence"})

    def pay(self, total: str) -> None:
        self.crm.edit(DEAL, self.deal, {"paid": total}, "7")

    def sync(self, *, forgetful: bool = False) -> Any:
        self.crm.now += 3600
        if forgetful:
            with self.company.store.write() as tx:
                cursors.ask_again(tx, "main", ["deal"])
                records.forget_hashes(tx, "main", DEAL, [self.deal])
        self.company.systems = {"main": Totalling(self.crm)}
        return self.company.sync()

    def lines(self) -> list[tuple[str, str, str]]:
        with self.company.store.read() as tx:
            return [(row[1].event_id, row[1].kind.value, row[1].amount.text()) for row in ledger.rows(tx)]


@pytest.fixture
def firm(new_company: Callable[..., Any]) -> Firm:
    return Firm(new_company())


@pytest.mark.parametrize("forgetful", [False, True], ids=["each run goes on", "each run reads all again"])
def test_rises_are_earned_and_falls_given_back_once(firm: Firm, forgetful: bool) -> None:
    for total in ("1220", "1220", "3050", "2440"):
        firm.pay(total)
        firm.sync(forgetful=forgetful)
        firm.sync(forgetful=forgetful)
    told = [(event.rpartition(":")[2], kind, amount) for event, kind, amount in firm.lines()]
    assert told == [("1", "accrual", "500.00"), ("2", "accrual", "750.00"), ("3", "reversal", "-250.00")]


def test_a_total_that_is_no_sum_is_an_issue_until_it_is_mended(firm: Firm) -> None:
    firm.pay("много")
    report = firm.sync()
    assert [(issue["column"], issue["code"]) for issue in report.issues] == [("paid_total", "BAD_VALUE")]
    assert firm.lines() == []
    firm.pay("1220")
    report = firm.sync()
    assert (report.exit_code, len(firm.lines())) == (0, 1)


def test_a_total_that_a_merged_deal_brings_along_is_not_paid_twice(firm: Firm) -> None:
    """The card that lives on shows the merged one's total; what comes later is its own."""
    firm.pay("1220")
    firm.sync()
    merged, firm.deal = firm.deal, firm.sold()
    firm.sync()
    firm.crm.merge(DEAL, merged, firm.deal)
    firm.sync()
    firm.pay("1220")
    firm.sync()
    firm.pay("3050")
    firm.sync()
    assert firm.lines() == [
        (f"main/{merged}:paid:1", "accrual", "500.00"),
        (f"main/{firm.deal}:paid:2", "accrual", "750.00"),
    ]


def test_a_total_of_its_own_goes_on_where_it_stood(firm: Firm) -> None:
    firm.pay("1220")
    merged, firm.deal = firm.deal, firm.sold()
    firm.pay("610")
    firm.sync()
    firm.crm.merge(DEAL, merged, firm.deal)
    firm.sync()
    firm.pay("1220")
    firm.sync()
    assert [amount for _, _, amount in firm.lines()] == ["500.00", "250.00", "250.00"]
