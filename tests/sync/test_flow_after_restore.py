"""A company whose store was restored, on either database, goes on as if nothing had happened."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partnersync.store import backup, journal, ledger
from partnersync.store.database import open_store

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def busy(company: Any) -> Any:
    """A company with a paid deal, a claim, and a row that cannot be used."""
    company.add("partner", {"partner_id": "P-1", "name": "First", "promo_codes": "ONE"})
    deal = {"created_at": "2026-02-01", "promo_code": "ONE", "products": "licence", "client_domain": "oak.ru"}
    company.add("deal", deal | {"deal_id": "D-1", "state": "won"}, deal | {"deal_id": "D-2", "state": "perhaps"})
    company.add("payment", {"payment_id": "M-1", "deal_id": "D-1", "paid_at": "2026-02-03", "amount": "1000"})
    claim = {
        "registration_id": "R-1",
        "partner_id": "P-1",
        "kind": "lead",
        "client_name": "Oak",
        "client_domain": "oak.ru",
    }
    company.add("registration", claim | {"consent": "yes", "submitted_at": "2026-01-20", "contact_name": "Somebody"})
    assert company.sync().written > 0
    return company


def test_the_next_run_after_a_restore_writes_nothing(busy: Any, empty_database_url: str, tmp_path: Path) -> None:
    backup.write(busy.store, tmp_path / "kept", NOW, lambda table, number: None)
    store = open_store(empty_database_url)
    found = backup.check(tmp_path / "kept")
    backup.restore(found, tmp_path / "kept", store, NOW, lambda table, number: None)
    with store.read() as tx:
        assert ledger.verify(tx) + journal.verify(tx) == []
    tables = dict(busy.systems["main"].tables)
    moved = replace(busy, store=store)
    report = moved.sync()
    assert (report.written, report.decided.cases, report.decided.lines, report.opened) == (0, 0, 0, [])
    assert report.published == {"main": []}
    assert busy.systems["main"].tables == tables
    moved.add("payment", {"payment_id": "M-2", "deal_id": "D-1", "paid_at": "2026-02-04", "amount": "100"})
    assert moved.sync().decided.lines == 1
    store.close()
