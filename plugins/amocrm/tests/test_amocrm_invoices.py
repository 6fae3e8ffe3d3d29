"""Invoices that are paid as payments of the leads that they are linked with."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from amocrm_pull import KEYS, OURS, Desk, desk
from partnersync.errors import ConfigError
from partnersync_amocrm.places import places_of
from partnersync_amocrm.pull import streams_of
from partnersync_amocrm_sandbox.behaviour import Order
from partnersync_amocrm_sandbox.cards import Value
from partnersync_amocrm_sandbox.definitions import Catalog, Element, Enum, Field
from partnersync_amocrm_sandbox.sample import FIRST_SELLER

LEAD = 10_000_001
BILLS, STATUS, SUM, DAY = 8_001, 580_001, 580_002, 580_003
PAID, OPEN = Value("Оплачен", 1, "paid"), Value("Создан", 2, "created")
KEYS_OF = {
    "source": "invoices",
    "catalog": "Счета",
    "status": "Статус счёта",
    "paid": ["Оплачен"],
    "total": "BILL_PRICE",
    "paid_on": "Дата оплаты",
}


class Books:
    """An account with a list of invoices, and its desk."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.desk: Desk = desk(folder, 8, keys={**KEYS, "payments": KEYS_OF}, **more)
        account = self.desk.office.sandbox.account
        self.elements: dict[int, Element] = {}
        account.catalogs[BILLS] = Catalog(BILLS, "Счета", 1, 1, 1, 1, type="invoices", elements=self.elements)
        choices = [Enum(one.enum_id or 0, str(one.value), 0, one.enum_code or "") for one in (OPEN, PAID)]
        entity = f"catalogs/{BILLS}"
        account.fields[entity] = {
            STATUS: Field(STATUS, entity, "select", "Статус счёта", "BILL_STATUS", enums=choices),
            SUM: Field(SUM, entity, "numeric", "Итоговая сумма", "BILL_PRICE"),
            DAY: Field(DAY, entity, "date", "Дата оплаты", "BILL_PAYMENT_DATE"),
        }

    def bill(self, number: int, lead: int, total: str = "1000") -> None:
        """An invoice on a lead, without a trace in the log."""
        self.elements[number] = Element(number, BILLS, f"Счёт {number}", 1, 1, 1, 1, {SUM: (Value(total),)})
        self.mark(number, OPEN)
        self._card(lead).links[("catalog_elements", number)] = {"catalog_id": BILLS, "quantity": 1}

    def mark(self, number: int, status: Value, day: str = "2025-10-01") -> None:
        """Set its status; the lead is as it was."""
        at = int(datetime.fromisoformat(f"{day}T00:00:00+03:00").timestamp())
        self.elements[number].values |= {STATUS: (status,), DAY: (Value(at),) if status is PAID else ()}

    def unlink(self, number: int, lead: int) -> None:
        """Take it off a lead."""
        del self._card(lead).links[("catalog_elements", number)]

    def payments(self) -> list[tuple[str, str, str, str]]:
        """What a run tells of them; a run later than the overlap."""
        self.desk.office.clock.advance(600)
        raws = self.desk.run().get("payments", [])
        return [tuple((raw.cells or {}).values()) for raw in raws]  # type: ignore[misc]

    def _card(self, lead: int) -> Any:
        return self.desk.office.sandbox.account.cards["leads"].touch(lead)  # type: ignore[index]


@pytest.mark.parametrize("api_filter", [True, False], ids=["with filters", "without filters"])
def test_an_invoice_is_a_payment_once_it_is_paid(tmp_path: Path, api_filter: bool) -> None:
    books = Books(tmp_path, api_filter=api_filter)
    books.bill(71, LEAD)
    books.bill(72, LEAD + 1, "250.50")
    assert books.payments() == []
    books.mark(72, PAID)
    assert books.payments() == [("invoice-72", str(LEAD + 1), "2025-10-01", "250.50")]
    assert books.payments() == []
    books.mark(71, PAID, "2025-10-03")
    assert ("invoice-71", str(LEAD), "2025-10-03", "1000") in books.payments()


def test_one_that_is_not_paid_after_all_is_listed_no_more(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.bill(71, LEAD)
    books.mark(71, PAID)
    books.payments()
    books.mark(71, OPEN)
    streams = books.desk.streams()
    (stream,) = [one for one in streams_of(books.desk.mapped, OURS) if one.name == "payments"]
    assert [(page.raws, page.complete) for page in streams.pull(stream, books.desk.cursors["payments"])] == [((), True)]


def test_what_leads_told_of_invoices_is_read_anew_where_it_is_lost(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.bill(71, LEAD)
    books.payments()
    (tmp_path / "links.db").unlink()
    books.mark(71, PAID)
    assert len(books.payments()) == 1


def test_an_invoice_follows_its_lead(tmp_path: Path) -> None:
    """Into the one that its own was merged into, or to another lead by a person."""
    books = Books(tmp_path, merge_keeps=Order.NEWEST)
    books.bill(71, LEAD)
    books.mark(71, PAID)
    books.payments()
    ui = books.desk.office.sandbox.ui
    survivor = ui.merge(FIRST_SELLER, [LEAD, LEAD + 1]).id
    assert [deal for _, deal, _, _ in books.payments()] == [str(survivor)]
    books.unlink(71, survivor)
    books.bill(71, LEAD + 2)
    books.mark(71, PAID)
    for lead in (survivor, LEAD + 2):
        ui.edit(FIRST_SELLER, lead, "price", 7)
    assert books.payments() == [("invoice-71", str(LEAD + 2), "2025-10-01", "1000")]


def test_an_unchanged_account_costs_a_call_more_for_the_list_of_invoices(tmp_path: Path) -> None:
    books = Books(tmp_path)
    books.bill(71, LEAD)
    books.payments()
    books.payments()
    before = books.desk.office.calls()
    books.payments()
    assert books.desk.office.calls() - before == 5


def test_a_list_or_field_that_is_not_there_is_named(tmp_path: Path) -> None:
    books = Books(tmp_path)
    known = books.desk.streams().reading.known
    wrong = books.desk.mapped.model_copy(
        update={"payments": books.desk.mapped.payments.model_copy(update={"total": "BILL_PRISE"})}
    )
    with pytest.raises(ConfigError, match=r'payments.total: .*"BILL_PRISE". Did you mean "BILL_PRICE"'):
        places_of(wrong, known)
