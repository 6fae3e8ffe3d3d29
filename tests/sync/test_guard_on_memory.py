"""The guard over the reference adapter: a system that names authors, and whose reads may lag behind its writes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from partnersync.contract.adapter import Page, Stream
from partnersync.domain.value import RecordKind
from partnersync.sync.report import Report
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem

DEAL = RecordKind.DEAL


class Stale(MemoryAdapter):
    """Its lists show a deal as it was before our last write, once; single records are read as they are."""

    def __init__(self, system: MemorySystem, late: dict[str, dict[str, str]]) -> None:
        super().__init__(system)
        self.late = late
        self.asked: list[str] = []

    def pull(self, stream: Stream, cursor: str | None) -> Any:
        for page in super().pull(stream, cursor):
            yield Page([self._aged(stream, raw) for raw in page.raws], page.cursor, page.complete, page.notices)

    def read(self, kind: RecordKind, record_ids: Any) -> Any:
        self.asked += record_ids
        return super().read(kind, record_ids)

    def _aged(self, stream: Stream, raw: Any) -> Any:
        old = self.late.get(raw.record_id) if stream.kind is DEAL else None
        return replace(raw, seen={**raw.seen, **old}) if old else raw


class Firm:
    """A CRM with two partners and a deal of the first; `boss` is an approver, `seller` is not."""

    def __init__(self, company: Any, mode: str) -> None:
        self.crm = MemorySystem()
        self.crm.put(RecordKind.PARTNER, {"partner_id": "P1", "name": "First", "promo_codes": "ONE"})
        self.crm.put(RecordKind.PARTNER, {"partner_id": "P2", "name": "Second"})
        told = {"created_at": "2026-02-01T10:00:00+03:00", "state": "open", "promo_code": "ONE", "products": "licence"}
        self.deal = self.crm.put(DEAL, told)
        self.company = company
        company.mode, company.language = mode, "en"
        company.program = company.program | {"approvers": ["boss"]}
        self.sync()
        self.sync()

    def sync(self, adapter: MemoryAdapter | None = None) -> Report:
        self.crm.now += 3600
        self.company.systems = {"main": adapter or MemoryAdapter(self.crm)}
        report: Report = self.company.sync()
        return report

    def edit(self, by: str | None, **values: str) -> None:
        self.crm.edit(DEAL, self.deal, values, by)

    def value(self, name: str) -> str:
        return self.crm.cards[DEAL][self.deal].managed[name]

    def incidents(self) -> list[tuple[str, str, str]]:
        rows = self.crm.tables["incidents"][1][1:]
        return [(row[1], row[7], row[10]) for row in rows]


@pytest.fixture
def firm(new_company: Callable[..., Any]) -> Callable[[str], Firm]:
    return lambda mode: Firm(new_company(), mode)


@pytest.mark.parametrize("mode", ["observe", "warn", "enforce"])
def test_an_approvers_own_edit_becomes_an_override(firm: Callable[[str], Firm], mode: str) -> None:
    boss = firm(mode)
    boss.edit("boss", ps_partner_id="P2")
    assert boss.sync().round.overrides == 1
    assert (boss.value("ps_partner_id"), boss.value("ps_source")) == ("P2", "override")
    assert boss.incidents() == []
    assert boss.sync().written == 0


@pytest.mark.parametrize(("by", "said"), [("seller", "User seller changed field"), (None, "Field ps_partner_id was")])
def test_the_author_is_named_where_the_system_names_him(firm: Callable[[str], Firm], by: str | None, said: str) -> None:
    seller = firm("enforce")
    seller.edit(by, ps_partner_id="P2")
    assert seller.sync().written == 1
    assert seller.value("ps_partner_id") == "P1"
    assert [note.text.startswith(said) for note in seller.crm.notes] == [True]


def test_a_decision_of_somebody_else_is_refused(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.edit("seller", ps_partner_id="P2", ps_decision="accept")
    report = seller.sync()
    assert [row["code"] for row in report.issues] == ["DECISION_UNUSABLE"]
    assert "seller, who is no approver" in report.issues[0]["reason"]
    assert (seller.value("ps_partner_id"), seller.value("ps_decision")) == ("P1", "accept")
    seller.edit("boss", ps_decision="P2")
    seller.sync()
    assert (seller.value("ps_partner_id"), seller.value("ps_decision")) == ("P2", "")


def test_a_late_echo_of_our_own_write_is_no_violation(firm: Callable[[str], Firm]) -> None:
    late = firm("enforce")
    before = late.value("ps_partner_id")
    late.edit("boss", ps_partner_id="P2")
    late.sync()
    late.edit(None, ps_commission="")  # so that the deal is read again
    stale = Stale(late.crm, {late.deal: {"ps_partner_id": before, "ps_source": "promo"}})
    report = late.sync(stale)
    assert stale.asked == [late.deal]
    assert report.incidents == []
    assert late.value("ps_partner_id") == "P2"


def test_a_record_is_asked_for_again_only_when_its_fields_moved(firm: Callable[[str], Firm]) -> None:
    seller = firm("observe")
    seller.edit("seller", ps_partner_id="P2")
    first, second = Stale(seller.crm, {}), Stale(seller.crm, {})
    seller.sync(first)
    seller.sync(second)
    assert (first.asked, second.asked) == ([seller.deal], [])
