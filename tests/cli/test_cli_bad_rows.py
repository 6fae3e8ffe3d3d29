"""Bad rows and files: one clear message with place, value and mend, exit code 3, and the rest goes on."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from small_firm import Firm
from workbooks import SHEET, with_part, workbook

Spoil = Callable[[Firm], Any]
CONFIG = "config/partnersync.toml"
ADDRESS, NUMBER = "someone@private.ru", "+7 999 123-45-67"


def add(kind: str, row: str) -> Spoil:
    return lambda firm: firm.put(f"data/{kind}.csv", firm.text(f"data/{kind}.csv") + row + "\n")


def deal(**cells: str) -> Spoil:
    """One more deal with a contact, which is good but for these cells."""
    names = "deal_id client_name client_domain partner_id products state amount created_at closed_at".split()
    good = ["D-9", "Ash", "ash.ru", "P-1", "licence", "won", "900", "2026-03-01", "2026-03-10"]
    row = dict(zip(names, good, strict=True)) | cells
    return add("deals", ",".join([*(row[name] for name in names), ADDRESS, NUMBER]))


# what is spoilt; the issue: file, line, record, column, value, code; a piece of its reason
ROW_CASES = [
    pytest.param(deal(amount="many"), ("deals.csv", "5", "D-9", "amount", "many", "BAD_VALUE"), "1234.50", id="amount"),
    pytest.param(
        deal(amount='"1,234"'), ("deals.csv", "5", "D-9", "amount", "1,234", "BAD_VALUE"), "point", id="ambiguous"
    ),
    pytest.param(
        deal(created_at="03/01/26"),
        ("deals.csv", "5", "D-9", "created_at", "03/01/26", "BAD_VALUE"),
        "2026-01-31",
        id="a date",
    ),
    pytest.param(
        add("payments", f"M-9,D-2,2026-03-12,{'9' * 30}"),
        ("payments.csv", "4", "M-9", "amount", "9" * 30, "BAD_VALUE"),
        "too many digits",
        id="an amount that no column holds",
    ),
    pytest.param(
        deal(created_at="0001-01-01"),
        ("deals.csv", "5", "D-9", "created_at", "0001-01-01", "BAD_VALUE"),
        "is not a date",
        id="a date that means none",
    ),
    pytest.param(
        deal(created_at="05.11.2026"),
        ("deals.csv", "5", "D-9", "created_at", "05.11.2026", "BAD_VALUE"),
        "or declare the file's date_format",
        id="a date in another form",
    ),
    pytest.param(
        deal(created_at=""),
        ("deals.csv", "5", "D-9", "created_at", "", "MISSING"),
        "every record needs it",
        id="no date",
    ),
    pytest.param(
        deal(state="Closed"),
        ("deals.csv", "5", "D-9", "state", "Closed", "STATE_UNKNOWN"),
        "open, won, lost",
        id="state",
    ),
    pytest.param(
        deal(deal_id=""), ("deals.csv", "5", "line:5", "deal_id", "", "MISSING"), "every record needs it", id="no id"
    ),
    pytest.param(
        deal(deal_id="D-1", amount="900"),
        ("deals.csv", "5", "D-1", "deal_id", "D-1", "DUPLICATE_ID"),
        "first",
        id="one id",
    ),
    pytest.param(
        deal(partner_id="P-77"),
        ("deals.csv", "5", "D-9", "partner_id", "P-77", "PARTNER_UNKNOWN"),
        "partner",
        id="an unknown partner",
    ),
    pytest.param(
        add("partners", "P-3,Third,7707083894,agent,,"),
        ("partners.csv", "4", "P-3", "inn", "7707083894", "BAD_VALUE"),
        "check digits",
        id="an INN",
    ),
    pytest.param(
        add("partners", f"P-3,,,agent,{ADDRESS},{NUMBER}"),
        ("partners.csv", "4", "P-3", "name", "", "MISSING"),
        "every record needs it",
        id="a partner without a name",
    ),
    pytest.param(
        add("partners", "P-3,Third,,friend,,"),
        ("partners.csv", "4", "P-3", "kind", "friend", "BAD_VALUE"),
        "is none of",
        id="a kind of partner",
    ),
    pytest.param(
        add("partners", f"P-3,Third,,agent,{ADDRESS.replace('@', ' at ')},"),
        ("partners.csv", "4", "P-3", "email", "***", "BAD_VALUE"),
        "is not an e-mail address",
        id="an e-mail address",
    ),
    pytest.param(
        add("payments", "M-9,D-3,2026-03-12,-5"),
        ("payments.csv", "4", "M-9", "amount", "-5", "BAD_VALUE"),
        "refund_of",
        id="a negative amount",
    ),
    pytest.param(
        lambda firm: firm.put(
            "data/payments.csv",
            "payment_id,deal_id,paid_at,amount,currency\nM-1,D-1,2026-03-10,1000,\nM-2,D-2,2026-03-11,1500,RUB\n"
            "M-9,D-3,2026-03-12,5,RUR\n",
        ),
        ("payments.csv", "4", "M-9", "currency", "RUR", "BAD_VALUE"),
        "ISO 4217",
        id="a currency",
    ),
    pytest.param(
        add("payments", "M-9,D-77,2026-03-12,5"),
        ("payments.csv", "4", "M-9", "deal_id", "main/D-77", "DEAL_UNKNOWN"),
        "deal",
        id="a payment of an unknown deal",
    ),
    pytest.param(
        add("registrations", "R-9,P-1,lead,Ash,ash.ru,Buyer,yes,licence,"),
        ("registrations.csv", "4", "R-9", "submitted_at", "", "MISSING"),
        "every record needs it",
        id="a registration without its time",
    ),
    pytest.param(
        add("deals", 'D-9,"Ash,ash.ru,P-1,licence,won,900,2026-03-01,2026-03-10,,'),
        ("deals.csv", "5", "D-9", "", "", "BAD_VALUE"),
        "quote",
        id="a lost quote",
    ),
]


@pytest.mark.parametrize(("spoil", "issue", "reason"), ROW_CASES)
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(
    firm: Firm, spoil: Spoil, issue: tuple[str, ...], reason: str
) -> None:
    spoil(firm)
    ended = firm.sync()
    assert ended.code == 3, ended.told
    [found] = firm.rows("issues")
    columns = ("file", "line", "record_id", "column", "value", "code")
    assert tuple(found[column] for column in columns) == issue, found
    assert reason in found["reason"]
    assert f"{issue[0]}:{issue[1]}:" in ended.out
    assert [(row["deal_id"], row["amount"]) for row in firm.rows("ledger")] == [
        ("main/D-1", "500.00"),
        ("main/D-2", "200.00"),
    ]
    assert [firm.row("deals", f"D-{number}")["ps_partner_id"] for number in (1, 2, 3)] == ["P-1", "P-2", "P-1"]
    again = firm.sync()
    assert again.code == 0
    keeps_contacts(firm, ended.told + again.told + firm.run("issues").told + firm.run("issues", "--json").told)


def test_a_registration_of_an_unknown_partner_gets_its_verdict(firm: Firm) -> None:
    add("registrations", "R-9,P-77,lead,Ash,ash.ru,Buyer,yes,licence,2026-03-06T10:00:00")(firm)
    ended = firm.sync()
    assert (ended.code, firm.rows("issues")) == (0, [])
    claim = firm.row("registrations", "R-9")
    assert (claim["ps_status"], claim["ps_reason"]) == ("rejected", "PARTNER_NOT_ELIGIBLE")


def keeps_contacts(firm: Firm, told: str) -> None:
    """No contact stands in what was told, nor in the written list of issues."""
    everything = told + firm.text("out/issues.csv") + firm.text("out/ledger.csv")
    contacts = (ADDRESS, NUMBER, "someone", "123-45-67", "buyer@oak.ru", "444-55-66", "first@seller.example")
    assert [text for text in contacts if text in everything] == []
    assert "Traceback" not in told


BROKEN_WORKBOOK = with_part(workbook({"x": [["deal_id"]]}), SHEET, "<worksheet>")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "is a picture", id="a picture"),
        pytest.param(BROKEN_WORKBOOK, "damaged Excel workbook", id="a broken workbook"),
        pytest.param(b"\x1f\x8b\x08\x00" + bytes(60), "packed (gz)", id="a packed file"),
        pytest.param(b"<html><body>Sign in</body></html>", "HTML", id="a web page"),
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"deal_id,created_at\nD-1,2026-03-01\n", '"state"', id="a file without a required column"),
    ],
)
def test_a_file_that_is_no_table_is_named_and_the_others_go_on(firm: Firm, content: bytes, said: str) -> None:
    firm.put("data/deals.csv", content)
    ended = firm.sync()
    assert ended.code == 3, ended.told
    named = [row for row in firm.rows("issues") if row["file"] == "deals.csv"]
    assert [row["code"] for row in named] == ["MISSING" if said == '"state"' else "NOT_CSV"]
    assert said in named[0]["reason"]
    assert said in ended.out
    assert [row["ps_status"] for row in firm.rows("registrations")] == ["approved", "rejected"]
    assert "Traceback" not in ended.told


def test_a_spoilt_file_takes_back_nothing_that_was_decided(firm: Firm) -> None:
    firm.synced()
    firm.put("data/deals.csv", b"\x1f\x8b\x08\x00" + bytes(60))
    assert firm.sync().code == 3
    assert len(firm.rows("ledger")) == 2
    assert {row["deal_id"] for row in firm.rows("deals")} == {"D-1", "D-2", "D-3"}


def test_a_file_that_the_settings_name_has_to_be_there(firm: Firm) -> None:
    firm.put(CONFIG, firm.text(CONFIG) + '[connections.main.files.deals]\nfile = "sales.csv"\n')
    ended = firm.sync()
    assert ended.code == 2
    assert "data/sales.csv is missing" in ended.err
    assert "files.deals" in ended.err
    assert not (firm.root / "out").exists()


def test_a_file_that_was_read_and_is_gone_stops_its_connection_alone(firm: Firm) -> None:
    before = firm.synced().written()
    (firm.root / "data/deals.csv").unlink()
    ended = firm.sync()
    assert ended.code == 3
    assert "deals.csv was read before and is missing now" in ended.out
    assert "Put it back" in ended.out
    assert firm.written() == before


def test_a_folder_that_is_not_there(firm: Firm) -> None:
    firm.edit(CONFIG, 'path = "data"', 'path = "date"')
    ended = firm.sync()
    assert ended.code == 2
    assert "date is missing" in ended.err


def test_where_nothing_can_be_written_nothing_is_lost(firm: Firm) -> None:
    """A file stands where the folder should be: that hinders also those who may write everywhere."""
    firm.put("out", "in the way")
    ended = firm.sync()
    assert ended.code == 3, ended.told
    assert "cannot be written" in ended.told
    assert "Traceback" not in ended.told
    assert firm.text("out") == "in the way"
    os.unlink(firm.root / "out")
    again = firm.sync()
    assert again.code == 0, again.told
    assert len(firm.rows("ledger")) == 2
    assert firm.row("deals", "D-1")["ps_commission"] == "500.00"


def test_contacts_in_ids_that_decisions_miss_are_masked(firm: Firm) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv").replace("D-3,Fir,fir.ru,P-2", f"D-3,Fir,fir.ru,{ADDRESS}"))
    firm.put("data/payments.csv", firm.text("data/payments.csv") + f"M-9,{NUMBER},2026-03-12,5\n")
    ended = firm.sync()
    assert ended.code == 3
    assert "[PARTNER_UNKNOWN]" in ended.out
    assert "[DEAL_UNKNOWN]" in ended.out
    keeps_contacts(firm, ended.told + firm.run("issues", "--json").told)


def test_a_plan_names_the_issues_that_it_does_not_keep(firm: Firm) -> None:
    firm.put("data/payments.csv", firm.text("data/payments.csv") + "M-9,D-9,2026-03-12,5\n")
    planned = firm.run("plan")
    assert planned.code == 3
    assert "set aside  1 new issue\n" in planned.out
    assert "[DEAL_UNKNOWN]" in planned.out
    assert "older issues" not in planned.out
    assert firm.run("issues", "--json").json() == []
