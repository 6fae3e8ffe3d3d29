"""What an approved statement freezes, in the whole flow: verdicts, records and mappings move, its lines stay."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.line import LineKind
from partnersync.domain.statement import StatementState
from partnersync.domain.value import Money, RecordKind
from partnersync.sync import approvals
from partnersync.sync.proposals import Proposals, Wish
from partnersync.sync.statements import Statements, find
from partnersync.translate import translator

P1, P2 = {"partner_id": "P1", "name": "First", "promo_codes": "ONE"}, {"partner_id": "P2", "name": "Second"}
DEAL = {
    "deal_id": "D1",
    "client_domain": "acme.com",
    "partner_id": "P1",
    "products": "licence",
    "state": "won",
    "created_at": "2026-03-01",
    "closed_at": "2026-03-20",
}
PAYMENT = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-05-20", "amount": "1220"}
JUNE, JULY, AUGUST = "2026-06-10T12:00:00+00:00", "2026-07-10T12:00:00+00:00", "2026-08-10T12:00:00+00:00"
STATEMENT = "P1-2026-05-RUB"


def _approve(company: Any, name: str = STATEMENT) -> None:
    engine, moment = company.engine(), datetime.fromisoformat(JUNE)
    with company.store.write() as tx:
        work = Statements(tx, engine.programme, 0, moment, moment, translator("en"))
        for state in (StatementState.ACCEPTED, StatementState.APPROVED):
            work.move(find(tx, name), state, "u1", "")


def _row(company: Any, kind: str, record_id: str) -> dict[str, str]:
    rows: list[dict[str, str]] = company.systems["main"].rows[RecordKind(kind)]
    return next(row for row in rows if row[f"{kind}_id"] == record_id)


def _override(company: Any, partner_id: str) -> None:
    moment = datetime.fromisoformat(JULY)
    with company.store.write() as tx:
        approvals.keep(tx, "main/D1", Override(partner_id, "u2", "as agreed", moment), moment, None)


def _named(company: Any, rule: str) -> None:
    moment = datetime.fromisoformat(JULY)
    with company.store.write() as tx:
        approvals.keep_rule(tx, "main/D1", RuleOverride(rule, "u2", "as agreed", moment), moment)


def _adjusted(company: Any, minor: int) -> None:
    moment = datetime.fromisoformat(JULY)
    with company.store.write() as tx:
        desk = Proposals(tx, company.engine().programme, moment, moment)
        wish = Wish(LineKind.ADJUSTMENT, "P1", Money(minor, "RUB"), "paid less", "letter 7", "", "main/D1")
        desk.approve(desk.propose(wish, "u1"), "u2")


def _difference(company: Any) -> str:
    rows: list[tuple[str, ...]] = company.systems["main"].tables["issues"]
    return next(row[-1] for row in rows if row[-2] == "FROZEN_DIFFERENCE")


def _lines(company: Any) -> list[tuple[str, ...]]:
    """Partner, kind, amount, statement, status."""
    places = [LEDGER_COLUMNS.index(name) for name in ("partner_id", "kind", "amount", "statement_id", "status")]
    return sorted(tuple(row[place] for place in places) for row in company.lines())


def _codes(company: Any) -> set[tuple[str, str]]:
    rows = company.systems["main"].tables["issues"]
    return {(row[2], row[-2]) for row in rows}


FROZEN = ("P1", "accrual", "500.00", STATEMENT, "approved")
TOLD = {("D1", "FROZEN_DIFFERENCE")}


@pytest.fixture
def approved(new_company: Callable[..., Any]) -> Any:
    """One deal of P1 with one payment, whose statement was approved."""
    company = new_company()
    _fill(company)
    _approve(company)
    return company


def _fill(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    company.sync(as_of=JUNE)


def _typed_for_another(company: Any) -> None:
    _row(company, "deal", "D1")["partner_id"] = "P2"


def _claimed_by_another(company: Any) -> None:
    claim = {"registration_id": "R1", "partner_id": "P2", "kind": "lead", "client_name": "A"}
    company.add("registration", claim | {"client_domain": "acme.com", "submitted_at": "2026-02-20T10:00"})


def _named_by_nobody(company: Any) -> None:
    _row(company, "deal", "D1")["partner_id"] = ""


def _paid_less(company: Any) -> None:
    _row(company, "payment", "M1")["amount"] = "610"


def _of_a_product_that_earns_nothing(company: Any) -> None:
    _row(company, "deal", "D1")["products"] = "unknown"


def _of_another_rule(company: Any) -> None:
    _row(company, "deal", "D1")["products"] = "setup"


def _on_another_deal(company: Any) -> None:
    company.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"})
    _row(company, "payment", "M1")["deal_id"] = "D2"


def _in_another_month(company: Any) -> None:
    _row(company, "payment", "M1")["paid_at"] = "2026-06-02"


def _gone_payment(company: Any) -> None:
    company.systems["main"].rows[RecordKind.PAYMENT].clear()


def _gone_deal(company: Any) -> None:
    company.systems["main"].rows[RecordKind.DEAL].clear()


def _merged_deal(company: Any) -> None:
    company.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"})
    _row(company, "deal", "D1")["merged_into"] = "D2"


def _partner_gone(company: Any) -> None:
    company.systems["main"].rows[RecordKind.PARTNER].pop(0)


@pytest.mark.parametrize(
    "move",
    [
        _typed_for_another, _claimed_by_another, _named_by_nobody, _paid_less, _of_a_product_that_earns_nothing,
        _of_another_rule, _on_another_deal, _in_another_month, _gone_payment, _gone_deal, _merged_deal, _partner_gone,
    ],
)  # fmt: skip
def test_whatever_moves_later_an_approved_line_stays_and_is_not_paid_twice(
    approved: Any, move: Callable[[Any], None]
) -> None:
    move(approved)
    approved.sync(as_of=JULY)
    approved.sync(as_of=AUGUST)
    assert [line for line in _lines(approved) if line[2] != "0.00"] == [FROZEN]


@pytest.mark.parametrize("move", [_paid_less, _of_a_product_that_earns_nothing, _on_another_deal, _in_another_month])
def test_what_is_only_sent_moves_still(new_company: Callable[..., Any], move: Callable[[Any], None]) -> None:
    company = new_company()
    _fill(company)
    move(company)
    company.sync(as_of=JULY)
    assert len(_lines(company)) > 1


@pytest.mark.parametrize(
    ("move", "told"),
    [
        pytest.param(_paid_less, "P1 250.00 RUB less", id="a payment is corrected"),
        pytest.param(_of_a_product_that_earns_nothing, "P1 500.00 RUB less", id="a mapping moves"),
        pytest.param(_on_another_deal, "P1 500.00 RUB less", id="a payment moves to another's deal"),
    ],
)
def test_a_difference_against_the_partner_is_an_issue_until_it_is_gone(
    approved: Any, move: Callable[[Any], None], told: str
) -> None:
    before: Mapping[RecordKind, Any] = {
        kind: [dict(row) for row in rows] for kind, rows in approved.systems["main"].rows.items()
    }
    move(approved)
    assert approved.sync(as_of=JULY).exit_code == 3
    assert _codes(approved) == TOLD
    assert told in approved.systems["main"].tables["issues"][0][-1]
    assert approved.sync(as_of=JULY).exit_code == 0
    assert _codes(approved) == TOLD
    approved.systems["main"].rows |= before
    approved.sync(as_of=JULY)
    assert _codes(approved) - {("D2", "DELETED")} == set()
    assert _lines(approved) == [FROZEN]


def test_a_difference_is_summed_by_rule_and_names_the_adjustment(new_company: Callable[..., Any]) -> None:
    company = new_company()
    company.add("payment", PAYMENT | {"payment_id": "M2"})
    _fill(company)
    _approve(company)
    _of_a_product_that_earns_nothing(company)
    company.sync(as_of=JULY)
    told = next(row[-1] for row in company.systems["main"].tables["issues"] if row[-2] == "FROZEN_DIFFERENCE")
    assert "P1 1000.00 RUB less by rule " in told
    assert told.count(" less by rule ") == 1
    assert "`partnersync ledger add --kind adjustment --deal` takes it back" in told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        pytest.param("setup", "P1 200.00 RUB less by rule licence", id="a fixed sum of 300 beside the 500"),
        pytest.param("services", "P1 400.00 RUB less by rule licence", id="bands, which are priced later"),
    ],
)
def test_after_a_rule_override_the_difference_is_less_what_the_named_rule_brings(
    approved: Any, rule: str, told: str
) -> None:
    _named(approved, rule)
    assert approved.sync(as_of=JULY).exit_code == 3
    for _ in range(2):
        assert told in _difference(approved)
        _row(approved, "deal", "D1")["title"] = "looked at again"
        approved.sync(as_of=AUGUST)
    assert approved.sums() == {("P1", "D1", "2026-05"): 50000}


def test_a_payment_that_brings_as_much_elsewhere_is_no_difference(approved: Any) -> None:
    approved.add("deal", DEAL | {"deal_id": "D2", "client_domain": "b.com"})
    for move in (_in_another_month, lambda company: _row(company, "payment", "M1").update(deal_id="D2")):
        move(approved)
        assert approved.sync(as_of=JULY).exit_code == 0
        assert _codes(approved) == set()
    _row(approved, "deal", "D2")["products"] = "unknown"
    assert approved.sync(as_of=JULY).exit_code == 3
    assert _codes(approved) == TOLD


def test_adjustments_of_the_deal_cover_the_difference(approved: Any) -> None:
    _paid_less(approved)
    approved.sync(as_of=JULY)
    _adjusted(approved, -10000)
    assert approved.sync(as_of=JULY).exit_code == 0
    assert "P1 150.00 RUB less by rule licence" in _difference(approved)
    _adjusted(approved, -15000)
    assert approved.sync(as_of=JULY).exit_code == 0
    assert _codes(approved) == set()
    _row(approved, "payment", "M1")["amount"] = "366"
    assert approved.sync(as_of=JULY).exit_code == 3
    assert "P1 100.00 RUB less by rule licence" in _difference(approved)


def test_a_difference_in_the_partners_favour_is_booked_at_once(approved: Any) -> None:
    _row(approved, "payment", "M1")["amount"] = "2440"
    assert approved.sync(as_of=JULY).exit_code == 0
    assert _lines(approved) == [FROZEN, ("P1", "adjustment", "500.00", "P1-2026-06-RUB", "in_statement")]


def test_a_person_decides_for_another_who_is_paid_beside_what_stays(approved: Any) -> None:
    _typed_for_another(approved)
    approved.sync(as_of=JULY)
    _override(approved, "P2")
    assert approved.sync(as_of=JULY).exit_code == 0
    assert _lines(approved) == [FROZEN, ("P2", "accrual", "500.00", "", "payable")]
    assert _codes(approved) == set()
    _override(approved, "P1")
    approved.sync(as_of=JULY)
    assert approved.sums() == {("P1", "D1", "2026-05"): 50000}


def test_what_the_partner_himself_keeps_is_told_also_where_a_person_decided_for_him(approved: Any) -> None:
    _override(approved, "P1")
    assert approved.sync(as_of=JULY).exit_code == 0
    _paid_less(approved)
    assert approved.sync(as_of=JULY).exit_code == 3
    assert _codes(approved) == TOLD


@pytest.mark.parametrize("refund", ["1220", "610"])
def test_a_refund_before_the_payout_is_a_reversing_line(approved: Any, refund: str) -> None:
    approved.add(
        "payment", PAYMENT | {"payment_id": "X1", "refund_of": "M1", "paid_at": "2026-06-15", "amount": refund}
    )
    assert approved.sync(as_of=JULY).exit_code == 0
    back = f"-{int(refund) / 2.44:.2f}"
    assert _lines(approved) == [FROZEN, ("P1", "reversal", back, "P1-2026-06-RUB", "in_statement")]


REFUND = PAYMENT | {"payment_id": "X1", "refund_of": "M1", "paid_at": "2026-06-15"}


def _by_partner(company: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (partner_id, *_), minor in company.sums().items():
        sums[partner_id] = sums.get(partner_id, 0) + minor
    return sums


def _refund_on_another_deal(company: Any) -> None:
    _on_another_deal(company)
    _row(company, "payment", "X1")["deal_id"] = "D2"


@pytest.mark.parametrize("move", [_of_a_product_that_earns_nothing, _refund_on_another_deal])
def test_what_a_refund_took_back_does_not_return_when_the_payment_moves(
    approved: Any, move: Callable[[Any], None]
) -> None:
    approved.add("payment", REFUND)
    approved.sync(as_of=JULY)
    assert _by_partner(approved) == {"P1": 0}
    move(approved)
    for _ in range(2):
        approved.sync(as_of=AUGUST)
        assert _by_partner(approved) == {"P1": 0}
        assert _codes(approved) == set()


def test_a_refund_of_what_another_keeps_takes_nothing_from_whom_it_gave_nothing(approved: Any) -> None:
    _on_another_deal(approved)
    approved.sync(as_of=JULY)
    approved.add("payment", REFUND | {"deal_id": "D2"})
    for _ in range(2):
        approved.sync(as_of=AUGUST)
        assert _by_partner(approved) == {"P1": 50000}
        assert "P1 500.00 RUB less" in _difference(approved)


MOVES = [_typed_for_another, _paid_less, _of_a_product_that_earns_nothing, _of_another_rule, _in_another_month]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(MOVES), min_size=1, max_size=4), split=st.lists(st.booleans(), min_size=4))
@example(moves=[_paid_less, _of_another_rule], split=[False] * 4)
def test_in_any_order_the_money_stays_where_it_was_approved_and_comes_to_rest(
    new_company: Callable[..., Any], moves: list[Callable[[Any], None]], split: list[bool]
) -> None:
    company = new_company()
    _fill(company)
    _approve(company)
    before = {kind: [dict(row) for row in rows] for kind, rows in company.systems["main"].rows.items()}
    for move, stops in zip(moves, split, strict=False):
        move(company)
        if stops:
            company.sync(as_of=JULY)
            assert company.sums() == {("P1", "D1", "2026-05"): 50000}
    company.sync(as_of=JULY)
    assert company.sync(as_of=JULY).decided.lines == 0
    company.systems["main"].rows |= before
    company.sync(as_of=JULY)
    assert company.sums() == {("P1", "D1", "2026-05"): 50000}
    assert (_lines(company), _codes(company)) == ([FROZEN], set())


def test_bands_that_move_down_leave_what_was_approved(new_company: Callable[..., Any]) -> None:
    company = new_company()
    company.add("partner", P1)
    company.add("deal", DEAL | {"products": "service"})
    for number, day in enumerate(("2026-05-10", "2026-05-20")):
        company.add("payment", PAYMENT | {"payment_id": f"M{number}", "paid_at": day})
    company.sync(as_of=JUNE)
    _approve(company)
    stands = company.sums()
    _row(company, "payment", "M0")["amount"] = "610"
    company.sync(as_of=JULY)
    assert company.sums() == stands
    company.add("payment", PAYMENT | {"payment_id": "M9", "paid_at": "2026-05-05", "amount": "12200"})
    company.sync(as_of=JULY)
    by_event = {row[LEDGER_COLUMNS.index("event_id")]: 0.0 for row in company.lines()}
    for row in company.lines():
        by_event[row[LEDGER_COLUMNS.index("event_id")]] += float(row[LEDGER_COLUMNS.index("amount")])
    assert by_event == {"main/M0": 100.0, "main/M1": 200.0, "main/M9": 1900.0}


def test_a_win_that_is_none_any_more_is_taken_back_until_it_is_paid(new_company: Callable[..., Any]) -> None:
    rules = [{"name": "licence", "when": {"products": ["licence"]}, "rate": "50%"}]
    program = {"effective_from": date(2026, 1, 1), "commission": {"trigger": "won", "rules": rules}}
    company = new_company(program=program)
    company.add("partner", P1)
    company.add("deal", DEAL | {"amount": "1220", "closed_at": "2026-05-20"})
    company.sync(as_of=JUNE)
    _approve(company)
    _row(company, "deal", "D1")["state"] = "lost"
    company.sync(as_of=JULY)
    assert company.sums() == {}
    _row(company, "deal", "D1")["state"] = "won"
    company.sync(as_of=JULY)
    assert company.sums() == {("P1", "D1", "2026-05"): 50000}
