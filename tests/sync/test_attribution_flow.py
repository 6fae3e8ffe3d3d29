"""Evidence through the whole flow: however it is spread over runs, it names the same partner."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.attribution import Override
from partnersync.domain.statement import StatementState
from partnersync.sync import approvals
from partnersync.sync.statements import Statements, find
from partnersync.translate import translator

P1 = {"partner_id": "P1", "name": "First", "promo_codes": "ONE", "kind": "reseller"}
P2 = {"partner_id": "P2", "name": "Second", "joined_on": "2026-01-01"}
INN = "7707083893"
DEAL = {
    "deal_id": "D1",
    "client_id": "c1",
    "client_inn": INN,
    "partner_id": "P2",
    "products": "licence",
    "state": "won",
    "amount": "1220",
    "created_at": "2026-05-01T12:00",
    "closed_at": "2026-05-20",
}
PAYMENT = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-05-20T10:00", "amount": "1220"}
CLICK = {"activity_id": "A1", "partner_id": "P1", "kind": "click", "client_inn": INN, "at": "2026-04-20"}


def _source(company: Any, deal_id: str = "D1") -> tuple[str | None, str | None]:
    return company.value("deal", deal_id, "ps_partner_id"), company.value("deal", deal_id, "ps_source")


@pytest.mark.parametrize("named", [{"client_inn": INN}, {"client_inn": "", "deal_id": "D1"}], ids=["client", "deal"])
@pytest.mark.parametrize("late", [False, True], ids=["in one run", "in a later run"])
def test_a_touch_of_the_client_or_the_deal_moves_what_was_typed(
    company: Any, named: dict[str, str], *, late: bool
) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    if late:
        company.sync()
        assert _source(company) == ("P2", "typed")
    company.add("activity", CLICK | named)
    company.sync()
    assert _source(company) == ("P1", "link")
    assert company.sums() == {("P1", "D1", "2026-05"): 50000}


def test_a_touch_waits_for_the_first_deal_of_its_client_and_leaves_others_alone(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("activity", CLICK)
    company.sync()
    company.add("deal", DEAL, DEAL | {"deal_id": "D2", "client_id": "c2", "client_inn": "7736050003"})
    company.sync()
    assert (_source(company), _source(company, "D2")) == (("P1", "link"), ("P2", "typed"))


def test_a_touch_follows_the_tax_number_that_it_is_corrected_to(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL | {"partner_id": ""}, DEAL | {"deal_id": "D2", "client_id": "c2", "client_inn": ""})
    company.add("activity", CLICK | {"client_inn": "7736050003"})
    company.sync()
    assert _source(company) == ("", "")
    company.systems["main"].rows["activity"][0]["client_inn"] = INN
    company.sync()
    assert _source(company) == ("P1", "link")


@pytest.mark.parametrize("utm", ["P1", "one"])
def test_a_link_in_a_deal_finds_its_partner_also_when_he_comes_later(company: Any, utm: str) -> None:
    company.add("partner", P2)
    company.add("deal", DEAL | {"utm_source": utm})
    company.sync()
    assert _source(company) == ("P2", "typed")
    company.add("partner", P1)
    company.sync()
    assert _source(company) == ("P1", "link")


def test_the_incumbent_keeps_the_renewal_for_twelve_months_after_the_last_payment(company: Any) -> None:
    renewal = DEAL | {"kind": "renewal", "partner_id": "", "state": "open", "closed_at": ""}
    company.add("partner", P1, P2)
    company.add("deal", DEAL | {"created_at": "2025-01-10", "closed_at": "2025-02-01"})
    company.add("payment", PAYMENT | {"paid_at": "2025-05-20T10:00"})
    company.add("deal", renewal | {"deal_id": "D2", "created_at": "2026-05-19T23:59"})
    company.add("deal", renewal | {"deal_id": "D3", "created_at": "2026-05-20"})
    company.sync()
    assert (_source(company, "D2"), _source(company, "D3")) == (("P2", "incumbent"), ("", ""))


def test_renewals_follow_each_other_and_stay_with_an_active_partner_alone(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL | {"created_at": "2025-01-10", "closed_at": "2025-02-01"})
    told = {"kind": "renewal", "partner_id": ""}
    company.add("deal", DEAL | told | {"deal_id": "D2", "created_at": "2025-12-01", "closed_at": "2025-12-10"})
    company.add("deal", DEAL | told | {"deal_id": "D3", "created_at": "2026-11-01", "closed_at": "2026-11-10"})
    company.sync()
    assert (_source(company, "D2"), _source(company, "D3")) == (("P2", "incumbent"), ("P2", "incumbent"))
    company.systems["main"].rows["partner"][1]["status"] = "paused"
    company.add("deal", DEAL | told | {"deal_id": "D4", "created_at": "2026-11-20", "closed_at": "2026-11-25"})
    company.sync()
    assert (_source(company, "D3"), _source(company, "D4")) == (("P2", "incumbent"), ("", ""))


FACTS: list[tuple[str, dict[str, str]]] = [
    ("deal", DEAL),
    ("payment", PAYMENT),
    ("activity", CLICK),
    ("activity", CLICK | {"activity_id": "A2", "partner_id": "P2", "at": "2026-04-20", "kind": "qr"}),
    (
        "activity",
        CLICK | {"activity_id": "A3", "partner_id": "P2", "at": "2026-04-19", "client_inn": "", "deal_id": "D1"},
    ),
    ("activity", CLICK | {"activity_id": "A4", "partner_id": "P1", "at": "2026-04-18", "kind": "promo"}),
    (
        "registration",
        {
            "registration_id": "R1",
            "partner_id": "P2",
            "kind": "lead",
            "client_name": "Acme",
            "client_inn": INN,
            "submitted_at": "2026-01-10",
            "evidence": "contract",
            "evidence_at": "2026-01-09",
        },
    ),
]


@given(order=st.permutations(FACTS), cuts=st.sets(st.integers(1, len(FACTS) - 1), max_size=2), known=st.integers(2, 7))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_evidence_that_arrives_in_different_runs_names_the_same_partner(
    new_company: Callable[..., Any], order: list[tuple[str, dict[str, str]]], cuts: set[int], known: int
) -> None:
    some = [fact for fact in order if fact in FACTS[:known]]
    results = []
    for places in (cuts, set[int]()):
        company = new_company()
        company.add("partner", P1, P2)
        for place, (kind, row) in enumerate(some):
            if place in places:
                company.sync()
            company.add(kind, row)
        company.sync()
        results.append((_source(company), company.sums()))
    assert results[0] == results[1]


def _approve(company: Any, name: str) -> None:
    engine, moment = company.engine(), datetime.fromisoformat("2026-06-10T12:00:00+00:00")
    with company.store.write() as tx:
        work = Statements(tx, engine.programme, 0, moment, moment, translator("en"))
        for state in (StatementState.ACCEPTED, StatementState.APPROVED):
            work.move(find(tx, name), state, "u1", "")


def test_from_an_approved_statement_on_only_an_override_moves_a_deal(company: Any) -> None:
    july = datetime.fromisoformat("2026-07-01T12:00:00+00:00")
    company.add("partner", P1, P2)
    company.add("deal", DEAL | {"amount": ""})
    company.add("payment", PAYMENT)
    company.sync(as_of="2026-06-10T12:00:00+00:00")
    _approve(company, "P2-2026-05-RUB")
    company.add("activity", CLICK)
    company.add("payment", PAYMENT | {"payment_id": "M2", "paid_at": "2026-06-20"})
    company.sync(as_of=july.isoformat())
    assert _source(company) == ("P2", "typed")
    held = [row[LEDGER_COLUMNS.index("reason")] for row in company.lines()]
    assert sorted(held) == ["", "CONTRADICTED"]
    with company.store.write() as tx:
        approvals.keep(tx, "main/D1", Override("P2", "u2", "as agreed", july), july, None)
    company.sync(as_of="2026-07-10T12:00:00+00:00")
    assert _source(company) == ("P2", "override")
    assert [row[LEDGER_COLUMNS.index("reason")] for row in company.lines()] == ["", ""]


def test_a_partner_who_is_the_client_waits_for_a_person(company: Any) -> None:
    company.add("partner", P1, P2 | {"inn": INN})
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    company.sync()
    assert [row[LEDGER_COLUMNS.index("reason")] for row in company.lines()] == ["SELF_REFERRAL"]
    assert company.value("deal", "D1", "ps_commission_status") == "on_hold"


@pytest.mark.parametrize("late", [False, True], ids=["one run", "many runs"])
def test_few_accepted_registrations_hold_what_rests_on_them_in_one_run_or_in_many(company: Any, *, late: bool) -> None:
    claim = {"partner_id": "P1", "kind": "lead", "client_name": "Acme", "client_inn": INN, "submitted_at": "2026-04-20"}
    company.add("partner", P1, P2)
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    company.add("registration", claim | {"registration_id": "R0"})
    before_the_statement = "2026-05-25T12:00:00+00:00"
    if late:
        company.sync(as_of=before_the_statement)
        assert [row[LEDGER_COLUMNS.index("reason")] for row in company.lines()] == [""]
    # the first of them is accepted, the others are its duplicates
    again = claim | {"client_inn": "7736050003", "client_name": "Oak"}
    company.add("registration", *(again | {"registration_id": f"R{number}"} for number in range(1, 12)))
    company.sync(as_of=before_the_statement)
    assert [row[LEDGER_COLUMNS.index("reason")] for row in company.lines()] == ["RARELY_ACCEPTED"]
