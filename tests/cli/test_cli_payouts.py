"""The payouts of a company, from the terminal: P-1 is owed 500.00 of March, P-2 has no INN and waits."""

import pytest
from openpyxl import load_workbook

from small_firm import Firm

APPROVED = ("--as-of", "2026-04-20T12:00:00+03:00")


@pytest.fixture
def due(firm: Firm) -> Firm:
    """After the statements of March were closed, accepted by silence, and approved."""
    assert firm.sync().code == 0
    for day in ("2026-04-07", "2026-04-17"):
        assert firm.sync(as_of=day).code == 0
    for name in ("P-1-2026-03-RUB", "P-2-2026-03-RUB"):
        assert firm.run("statements", "approve", name, "--by", "head", *APPROVED).code == 0
    return firm


def _row(firm: Firm, *names: str) -> list[str]:
    [row] = [row for row in firm.run("payouts", "--json", *APPROVED).json() if row["partner_id"] == "P-1"]
    return [row[name] for name in names]


def test_make_approve_export_and_pay(due: Firm) -> None:
    made = due.run("payouts", "make", "--by", "ann", *APPROVED)
    assert made.out.splitlines() == [
        "ann made 1 payout",
        "  PO-1: 500.00 RUB to P-1",
        "waits: 200.00 RUB to P-2: INN_BAD, BELOW_MINIMUM",
    ]
    assert _row(due, "payout_id", "amount", "status", "missing", "pay_by") == [
        "PO-1",
        "500.00",
        "made",
        "FOUR_EYES",
        "2026-05-05",
    ]
    refused = due.run("payouts", "approve", "PO-1", "--by", "ann", *APPROVED)
    assert (refused.code, "whoever made it" in refused.err) == (1, True)
    assert due.run("payouts", "approve", "PO-1", "--by", "bob", *APPROVED).code == 0
    for _ in range(2):
        assert due.run("payouts", "export", "register.csv", *APPROVED).out == "register.csv: 1 payout, 500.00 RUB\n"
    assert due.text("register.csv").splitlines() == [
        "payout_id,partner_id,payee_id,name,inn,kpp,bank_account,bank_bik,currency,amount,pay_by",
        "PO-1,P-1,P-1,First,7707083893,,,,RUB,500.00,2026-05-05",
        "TOTAL,,,,,,,,RUB,500.00,",
    ]
    paid = ("payouts", "paid", "PO-1", "--on", "2026-04-20", "--by", "bank", *APPROVED)
    assert due.run(*paid).out == "payout PO-1: 500.00 RUB to P-1 was paid on 2026-04-20\n"
    assert "was known to be paid" in due.run(*paid).out
    assert due.sync(as_of="2026-04-21").code == 0
    assert due.row("partners", "P-1")["ps_balance"] == "0.00"
    assert due.row("payouts", "PO-1")["status"] == "paid"
    assert due.run("verify").code == 0
    assert due.run("payouts", "return", "PO-1", "--by", "bank", *APPROVED).code == 0
    assert due.sync(as_of="2026-04-22").code == 0
    assert due.row("partners", "P-1")["ps_balance"] == "500.00"


def test_a_workbook_is_replaced_and_nothing_else_is(due: Firm) -> None:
    due.edit("data/partners.csv", "First", '"=cmd|calc"')
    due.sync(as_of="2026-04-18")
    due.run("payouts", "make", "--by", "ann", *APPROVED)
    due.run("payouts", "approve", "PO-1", "--by", "bob", *APPROVED)
    for _ in range(2):
        assert due.run("payouts", "export", "register.xlsx", *APPROVED).code == 0
    _, row, total = load_workbook(due.root / "register.xlsx").worksheets[0].iter_rows(values_only=True)
    assert (row[3], row[9], total[9]) == ("'=cmd|calc", 500, 500)
    due.put("other.xlsx", b"something else")
    for name in ("other.xlsx", "register.pdf", "data/partners.csv"):
        assert due.run("payouts", "export", name, *APPROVED).code == 2
    assert due.text("other.xlsx") == "something else"


def test_the_ageing_report_sums_by_days_past_due(due: Firm) -> None:
    told = due.run("payouts", "--ageing", "--json", "--as-of", "2026-05-07").json()
    assert [(row["partner_id"], row["not_due"], row["days_1_30"]) for row in told] == [
        ("P-1", "0.00", "500.00"),
        ("P-2", "200.00", "0.00"),  # carried forward
    ]


def test_a_line_says_what_it_still_misses(due: Firm) -> None:
    [line] = [row for row in due.run("ledger", "--json").json() if row["partner_id"] == "P-2"]
    told = due.run("explain", "line", line["line_id"], "--language", "en", "--json", *APPROVED).json()
    assert told["missing"] == "INN_BAD|BELOW_MINIMUM"
    assert told["still_missing"][0] == "the partner's INN"


def test_a_bonus_is_booked_by_a_second_person(due: Firm) -> None:
    bonus = ("ledger", "add", "--kind", "bonus", "--partner", "P-1", "--amount", "100 RUB", "--by", "ann")
    why = ("--reason", "first in the quarter", "--evidence", "order 17", *APPROVED)
    assert due.run(*bonus, *why).code == 0
    refused = due.run("ledger", "approve", "PR-1", "--by", "ann", *APPROVED)
    assert (refused.code, "whoever proposed it" in refused.err) == (1, True)
    assert due.run("ledger", "approve", "PR-1", "--by", "ANN", *APPROVED).code == 1
    assert due.run("ledger", "approve", "PR-1", "--by", "bob", *APPROVED).code == 0
    assert due.run("ledger", "approve", "PR-1", "--by", "bob", *APPROVED).code == 1
    for _ in range(2):
        assert due.sync(as_of="2026-04-21").code == 0
        assert due.row("partners", "P-1")["ps_balance"] == "600.00"
    [line] = [row for row in due.run("ledger", "--json").json() if row["kind"] == "bonus"]
    assert (line["event_id"], line["deal_id"], line["amount"]) == ("PR-1", "", "100.00")
    told = due.run("explain", "line", line["line_id"], "--language", "en").out
    assert "ann proposed it. Reason: first in the quarter. Evidence: order 17." in told
    assert due.run("explain", "partner", "P-1").code == 0
    [row] = due.run("ledger", "proposals", "--json").json()
    assert (row["status"], row["decided_by"]) == ("approved", "bob")
    assert due.run("verify").code == 0


def test_an_adjustment_against_the_partner_stands_with_its_deal(due: Firm) -> None:
    words = ("--kind", "adjustment", "--partner", "P-1", "--deal", "D-1", "--amount", "-50 RUB", "--by", "ann")
    assert due.run("ledger", "add", *words, "--reason", "a mistake", "--evidence", "act 3", *APPROVED).code == 0
    assert due.run("ledger", "approve", "PR-1", "--by", "bob", *APPROVED).code == 0
    due.edit("data/deals.csv", "Oak,", "Oak 2,")  # its case is decided again
    for day in ("2026-04-21", "2026-04-22"):
        assert due.sync(as_of=day).code == 0
        assert due.row("deals", "D-1")["ps_commission"] == "450.00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"--amount": "-1 RUB"}, 2, id="a bonus is more than nothing"),
        pytest.param({"--amount": "0 RUB"}, 2, id="nothing"),
        pytest.param({"--amount": "much"}, 2, id="no sum"),
        pytest.param({"--partner": "P-9"}, 2, id="an unknown partner"),
        pytest.param({"--deal": "D-9"}, 2, id="an unknown deal"),
        pytest.param({"--reason": " "}, 2, id="without a reason"),
        pytest.param({"--evidence": " "}, 2, id="without evidence"),
    ],
)
def test_what_cannot_be_proposed(due: Firm, change: dict[str, str], code: int) -> None:
    given = {"--kind": "bonus", "--partner": "P-1", "--amount": "1 RUB", "--reason": "x", "--evidence": "y"} | change
    words = [word for pair in given.items() for word in pair]
    assert due.run("ledger", "add", *words, "--by", "ann").code == code
    assert due.run("ledger", "proposals", "--json").json() == []


def test_what_was_rejected_is_never_booked(due: Firm) -> None:
    words = ("--kind", "bonus", "--partner", "P-1", "--amount", "1 RUB", "--reason", "x", "--evidence", "y")
    assert due.run("ledger", "add", *words, "--by", "ann").code == 0
    assert due.run("ledger", "reject", "PR-1", "--by", "bob", "--reason", "no").code == 0
    assert due.run("ledger", "approve", "PR-1", "--by", "bob").code == 1
    assert all(row["kind"] != "bonus" for row in due.run("ledger", "--json").json())


def test_only_approvers_approve_where_there_are_some(due: Firm) -> None:
    due.run("payouts", "make", "--by", "ann", *APPROVED)
    due.edit("config/program/2026-01-01.toml", "[commission]", 'approvers = ["vera"]\n[commission]')
    refused = due.run("payouts", "approve", "PO-1", "--by", "bob", *APPROVED)
    assert (refused.code, "bob is no approver" in refused.err) == (2, True)
