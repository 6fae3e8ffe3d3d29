"""What was paid for a lead in all, from the field that the settings name, and since when, as the account tells it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from amocrm_cards import known
from amocrm_pull import KEYS, Desk, desk
from partnersync.contract.adapter import Raw
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.places import places_of
from partnersync_amocrm_sandbox.behaviour import Order
from partnersync_amocrm_sandbox.sample import FIRST_SELLER

LEAD = 10_000_001
BY_LOG = {**KEYS, "payments": {"source": "field", "total": "Оплачено"}}
BY_DAY = {**KEYS, "payments": {"source": "field", "total": "PAID", "paid_on": "PAID_ON"}}


def settled(folder: Path, keys: Mapping[str, Any] = BY_LOG, **more: Any) -> Desk:
    """After the first run, and after its overlap."""
    made = desk(folder, 8, keys=keys, **more)
    made.run()
    made.office.clock.advance(600)
    return made


def pay(made: Desk, total: str | None, after_s: int = 0) -> int:
    """A seller writes what is paid by now; when he did."""
    made.office.clock.advance(after_s)
    made.office.sandbox.ui.edit(FIRST_SELLER, LEAD, "PAID", total)
    return int(made.office.clock.now())


def told(raw: Raw) -> list[tuple[str, str]]:
    return [(one.total, one.at) for one in raw.paid]


def at(unix: int) -> str:
    return datetime.fromtimestamp(unix, ZoneInfo("Europe/Moscow")).isoformat()


@pytest.mark.parametrize("api_filter", [True, False], ids=["with filters", "without filters"])
@pytest.mark.parametrize("first", Order)
def test_every_change_between_two_runs_with_its_moment(tmp_path: Path, api_filter: bool, first: Order) -> None:
    made = settled(tmp_path, api_filter=api_filter, events_first=first)
    (before,) = made.streams().read(RecordKind.DEAL, [str(LEAD)])
    moments = [pay(made, "100"), pay(made, "250", 3600), pay(made, None, 3600)]
    (deal,) = made.run()["deals"]
    assert told(deal) == [
        (before.paid[0].total, at(moments[0])),
        ("100", at(moments[0])),
        ("250", at(moments[1])),
        ("", at(moments[2])),
    ]


def test_a_first_run_reads_the_log_from_its_begin(tmp_path: Path) -> None:
    made = desk(tmp_path, 8, keys=BY_LOG)
    moment = pay(made, "100")
    pay(made, "250", 3600)
    deals = {raw.record_id: raw for raw in made.run()["deals"]}
    assert told(deals[str(LEAD)])[1] == ("100", at(moment))


def test_a_total_without_a_change_in_the_log_is_as_old_as_its_card(tmp_path: Path) -> None:
    deals = desk(tmp_path, 40, keys=BY_LOG).run()["deals"]
    assert all(told(raw) == [(raw.paid[0].total, (raw.cells or {})["updated_at"])] for raw in deals)
    assert any(raw.paid[0].total for raw in deals)


def test_a_field_with_the_day_says_when(tmp_path: Path) -> None:
    made = settled(tmp_path, BY_DAY)
    pay(made, "250")
    made.office.sandbox.ui.edit(FIRST_SELLER, LEAD, "PAID_ON", 1_760_000_000)
    before = made.office.calls("GET", r"v4/events\?")
    (deal,) = made.run()["deals"]
    assert told(deal) == [("250", "2025-10-09")]
    assert made.office.calls("GET", r"v4/events\?") - before == 1  # the log itself, for what is gone


def test_totals_cost_one_call_in_a_run_with_changes_and_none_in_another(tmp_path: Path) -> None:
    made = settled(tmp_path)
    before = made.office.calls()
    assert made.run() == {}
    assert made.office.calls() - before == 4
    pay(made, "100", 600)
    before = made.office.calls("GET", r"custom_field_\d+_value_changed")
    made.run()
    assert made.office.calls("GET", r"custom_field_\d+_value_changed") - before == 1


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        pytest.param({"source": "field"}, "Add total", id="no field"),
        pytest.param({"source": "invoices", "total": "S"}, "Add catalog, status, paid, paid_on", id="half an invoice"),
        pytest.param({"total": "PAID"}, "has total, which is for another source", id="a field of another source"),
        pytest.param({"source": "field", "total": "T", "status": "S"}, "has status, which is for", id="an invoice's"),
        pytest.param({"source": "fields"}, "Input should be", id="no source"),
    ],
)
def test_payments_that_the_settings_cannot_mean(keys: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Mapped.model_validate({"payments": keys})


def test_a_field_that_the_account_has_not() -> None:
    with pytest.raises(ConfigError, match=r'payments\.total: the account has no field of leads "Оплаченно"'):
        places_of(Mapped.model_validate({"payments": {"source": "field", "total": "Оплаченно"}}), known())
