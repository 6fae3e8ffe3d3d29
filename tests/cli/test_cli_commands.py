"""Every command does its job, prints what scripts hold on to, and ends with the exit code of its kind."""

import json
import sqlite3
from pathlib import Path

import pytest

from partnersync import __version__
from partnersync.cli.main import COMMANDS
from partnersync.contract.tables import ISSUE_COLUMNS, LEDGER_COLUMNS
from partnersync.sync.planfile import LINE_COLUMNS
from small_firm import Firm

A_BAD_DEAL = "D-9,Ash,ash.ru,P-1,licence,won,many,2026-03-01,2026-03-10,,\n"


def test_help_names_every_command_and_the_version_is_told(firm: Firm) -> None:
    told = firm.run("--help")
    assert told.code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in told.out] == []
    assert firm.run("--version").out == f"partnersync, version {__version__}\n"


@pytest.mark.parametrize("command", [*COMMANDS, "db upgrade", "plugins list"])
def test_each_command_has_help(firm: Firm, command: str) -> None:
    told = firm.run(*command.split(), "--help")
    assert told.code == 0
    assert told.out.startswith("Usage: ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["snyc"], "Did you mean 'sync'?", id="an unknown command gets the nearest one"),
        pytest.param(["segments"], "no command 'segments'", id="a command of a later part is not there"),
        pytest.param(["sync", "--dryrun"], "--dry-run", id="an unknown option gets the nearest one"),
        pytest.param(["explain", "payment", "M-1"], "'payment'", id="a kind that has no explanation"),
        pytest.param(["explain", "deal"], "Missing argument 'ID'", id="a missing argument"),
        pytest.param(["sync", "nain"], "no connection is named nain", id="an unknown connection"),
        pytest.param(["explain", "deal", "D-77"], "no deal is known as D-77", id="an unknown deal"),
        pytest.param(["explain", "registration", "R-77"], "no registration is known as R-77", id="an unknown claim"),
        pytest.param(["explain", "line", "L77"], "no line is known as L77", id="an unknown line"),
        pytest.param(["explain", "partner", "P-77"], "no partner is known as P-77", id="an unknown partner"),
        pytest.param(["apply", "no.json"], "no.json cannot be read", id="a plan that is not there"),
        pytest.param(["apply", "data/deals.csv"], "data/deals.csv is not a plan", id="a plan that is none"),
        pytest.param(["undo", "9" * 23], f"{'9' * 23} is not in the range", id="a run of no number that there can be"),
        pytest.param(["audit", "--run", "9" * 20], f"{'9' * 20} is not in the range", id="the same of audit"),
        pytest.param(["audit", "--limit", "9" * 20], f"{'9' * 20} is not in the range", id="more entries than any"),
        pytest.param(["ledger", "--period", "2026-3"], "--period", id="a period that is no month"),
    ],
)
def test_wrong_words_end_with_2_and_say_what_is_wrong(firm: Firm, args: list[str], said: str) -> None:
    firm.synced()
    ended = firm.run(*args)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_sync_decides_books_and_writes(firm: Firm) -> None:
    ended = firm.sync()
    assert ended.code == 0
    assert "2 partners, 3 deals, 2 payments, 2 registrations" in ended.out
    assert "booked     2 lines, 700.00 RUB" in ended.out
    deals = {row["deal_id"]: row for row in firm.rows("deals")}
    assert [(row["ps_partner_id"], row["ps_source"], row["ps_commission"]) for row in deals.values()] == [
        ("P-1", "typed", "500.00"),
        ("P-2", "typed", "200.00"),
        ("P-1", "registration", ""),
    ]
    assert [(row["ps_status"], row["ps_reason"]) for row in firm.rows("registrations")] == [
        ("approved", "OK"),
        ("rejected", "ALREADY_PROTECTED"),
    ]
    assert [row["ps_balance"] for row in firm.rows("partners")] == ["500.00", "200.00"]
    assert [(row["deal_id"], row["rate"], row["amount"]) for row in firm.rows("ledger")] == [
        ("main/D-1", "50%", "500.00"),
        ("main/D-2", "10%+20%", "200.00"),
    ]


def test_a_second_sync_changes_no_file(firm: Firm) -> None:
    before = firm.synced().written()
    ended = firm.sync()
    assert ended.code == 0
    assert "nothing new" in ended.out
    assert firm.written() == before


def test_sync_of_one_connection_takes_its_name(firm: Firm) -> None:
    assert firm.sync("main").code == 0
    assert len(firm.rows("ledger")) == 2


def test_a_dry_run_writes_and_books_nothing(firm: Firm) -> None:
    ended = firm.sync("--dry-run")
    assert ended.code == 0
    assert "due        main: 7 records" in ended.out
    assert "to book    2 lines" in ended.out
    assert firm.written() == {}
    assert firm.run("ledger", "--json").json() == []


def test_a_plan_shows_what_is_due_and_does_nothing(firm: Firm) -> None:
    ended = firm.run("plan", "--as-of", "2026-03-31")
    assert ended.code == 0
    assert "main deal D-3" in ended.out
    [line] = [line.split() for line in ended.out.splitlines() if " main/D-1 " in line]
    assert line[1:] == ["P-1", "main/D-1", "main/M-1", "licence", "accrual", "500.00", "RUB"]
    assert firm.written() == {}
    assert firm.run("ledger", "--json").json() == []


def test_apply_does_exactly_the_plan(firm: Firm) -> None:
    assert firm.run("plan", "--as-of", "2026-03-31", "-o", "plan.json").code == 0
    ended = firm.run("apply", "plan.json")
    assert ended.code == 0, ended.told
    applied = firm.written()
    booked = {row["line_id"]: row for row in firm.rows("ledger")}
    planned = json.loads(firm.text("plan.json"))["lines"]
    assert planned == {line_id: {name: booked[line_id][name] for name in LINE_COLUMNS} for line_id in booked}
    assert len(planned) == 2
    assert firm.sync().code == 0
    assert firm.written() == applied


def test_apply_refuses_where_records_moved_and_names_them(firm: Firm) -> None:
    assert firm.run("plan", "--as-of", "2026-03-31", "-o", "plan.json").code == 0
    firm.edit("data/payments.csv", "M-1,D-1,2026-03-10,1000", "M-1,D-1,2026-03-10,900")
    ended = firm.run("apply", "plan.json")
    assert ended.code == 1
    assert "records moved since the plan was made: L" in ended.err
    assert "main deal D-1" in ended.err
    assert firm.written() == {}
    assert firm.run("ledger", "--json").json() == []


def test_a_plan_that_cannot_be_kept_is_a_clear_error(firm: Firm) -> None:
    ended = firm.run("plan", "-o", "nowhere/plan.json")
    assert ended.code == 2
    assert "nowhere/plan.json cannot be written" in ended.err


def test_the_ledger_is_filtered_by_deal_partner_and_month(firm: Firm) -> None:
    firm.synced()

    def deals(*args: str) -> list[str]:
        return [row["deal_id"] for row in firm.run("ledger", "--json", *args).json()]

    assert deals() == ["main/D-1", "main/D-2"]
    assert deals("--deal", "D-1") == deals("--deal", "main/D-1") == ["main/D-1"]
    assert deals("--partner", "P-2") == ["main/D-2"]
    assert deals("--period", "2026-03") == ["main/D-1", "main/D-2"]
    assert deals("--period", "2026-04") == []


def test_a_line_is_pending_until_its_hold_ends(firm: Firm) -> None:
    firm.synced()

    def statuses(as_of: str) -> list[str]:
        return [row["status"] for row in firm.run("ledger", "--json", "--as-of", as_of).json()]

    assert statuses("2026-03-23") == ["pending", "pending"]
    assert statuses("2026-03-24") == ["payable", "pending"]
    assert statuses("2026-03-25") == ["payable", "payable"]


def test_the_ledger_as_a_file_is_the_one_that_sync_writes(firm: Firm) -> None:
    firm.synced()
    assert firm.run("ledger", "--csv", "copy.csv", "--as-of", "2026-03-31").code == 0
    assert firm.text("copy.csv") == firm.text("out/ledger.csv")
    ended = firm.run("ledger", "--csv", "nowhere/copy.csv")
    assert ended.code == 2
    assert "nowhere/copy.csv cannot be written" in ended.err


@pytest.fixture
def twins(firm: Firm) -> Firm:
    """Two connections that have a deal D-1 each."""
    firm.put("more/deals.csv", "deal_id,state,created_at\nD-1,open,2026-03-05\nD-4,open,2026-03-05\n")
    settings = firm.text("config/partnersync.toml")
    more = '\n[connections.more]\nkind = "csv"\npath = "more"\nout = "more-out"\n'
    firm.put("config/partnersync.toml", settings + "ledger = true\n" + more)
    return firm.synced()


def test_an_ambiguous_deal_id_names_the_deals_it_may_be(twins: Firm) -> None:
    for command in (("ledger", "--deal", "D-1"), ("explain", "deal", "D-1")):
        ended = twins.run(*command)
        assert ended.code == 2
        assert "main/D-1" in ended.err
        assert "more/D-1" in ended.err
    assert twins.run("explain", "deal", "more/D-1").code == 0
    assert "more/D-4" in twins.run("explain", "deal", "D-4").out


@pytest.mark.parametrize(
    ("args", "columns"),
    [
        pytest.param(["ledger"], LEDGER_COLUMNS, id="ledger"),
        pytest.param(["issues"], ISSUE_COLUMNS, id="issues"),
        pytest.param(
            ["registrations"],
            "registration_id partner_id ps_status ps_reason ps_proposed ps_protected_until".split(),
            id="claims",
        ),
        pytest.param(["plugins", "list"], "name distribution version kinds problem".split(), id="plugins"),
    ],
)
def test_json_of_a_table_is_a_list_of_objects_with_its_columns(firm: Firm, args: list[str], columns: list[str]) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + A_BAD_DEAL)
    assert firm.sync().code == 3
    found = firm.run(*args, "--json").json()
    assert found
    for row in found:
        assert set(columns) <= set(row)


@pytest.mark.parametrize("column", ["line_id", "partner_id", "deal_id", "amount", "prev_hash", "hash"])
def test_the_ledger_as_json_says_what_its_file_says(firm: Firm, column: str) -> None:
    firm.synced()
    told = firm.run("ledger", "--json", "--as-of", "2026-03-31").json()
    assert [row[column] for row in told] == [row[column] for row in firm.rows("ledger")]


@pytest.mark.parametrize(
    "args",
    [
        ["sync"],
        ["sync", "--dry-run"],
        ["plan"],
        ["status"],
        ["doctor"],
        ["verify"],
        ["explain", "deal", "D-3"],
        ["explain", "registration", "R-2"],
        ["explain", "partner", "P-1"],
    ],
    ids=" ".join,
)
def test_json_is_all_that_goes_to_standard_output(firm: Firm, args: list[str]) -> None:
    ended = firm.synced().run(*args, "--json")
    assert ended.code == 0
    assert isinstance(ended.json(), dict | list)
    assert ended.err == ""


@pytest.mark.parametrize(
    ("kind", "record_id", "said"),
    [
        pytest.param("deal", "D-1", ["belongs to partner First (P-1)", "500.00 RUB", "50%"], id="a deal with a line"),
        pytest.param("deal", "D-3", ["R-1", "Second (P-2)", "contradiction"], id="a deal that a registration took"),
        pytest.param(
            "registration",
            "R-1",
            ["client: Fir", "protected from: 2026-03-05", "protected until: 2026-05-04"],
            id="an approved registration",
        ),
        pytest.param(
            "registration",
            "R-2",
            ["ALREADY_PROTECTED", "2026-05-04", "related registration: R-1"],
            id="a rejected registration",
        ),
        pytest.param("partner", "P-2", ["200.00 RUB", "main/D-2", "R-2"], id="a partner"),
    ],
)
def test_explain_says_why_in_words(firm: Firm, kind: str, record_id: str, said: list[str]) -> None:
    ended = firm.synced().run("explain", kind, record_id, "--as-of", "2026-03-31", "--language", "en")
    assert ended.code == 0
    assert [text for text in said if text not in ended.out] == []


@pytest.mark.parametrize("words", [["deal", "D-1"], ["deal", "D-3"], ["registration", "R-1"], ["partner", "P-1"]])
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_explain_tells_no_contact(firm: Firm, words: list[str], form: list[str]) -> None:
    told = firm.synced().run("explain", *words, *form).told
    contacts = ("buyer@oak.ru", "444-55-66", "first@seller.example", "111-22-33", "Buyer")
    assert [text for text in contacts if text in told] == []


def test_a_protection_that_has_ended_tells_when(firm: Firm) -> None:
    firm.synced()
    firm.sync(as_of="2026-06-30")
    told = firm.run("explain", "registration", "R-1", "--as-of", "2026-06-30", "--language", "en").out
    assert "status: expired" in told
    assert "protection ended: 2026-05-05 00:00" in told


def test_explain_tells_the_arithmetic_of_a_line(firm: Firm) -> None:
    line = firm.synced().row("ledger", firm.rows("ledger")[1]["line_id"])
    ended = firm.run("explain", "line", line["line_id"], "--language", "en")
    assert ended.code == 0
    assert [
        text for text in ("services", "10%", "20%", "1,500.00", "200.00 RUB", "main/D-2") if text not in ended.out
    ] == []


def test_verify_names_a_changed_line(firm: Firm) -> None:
    firm.synced()
    whole = firm.run("verify")
    assert (whole.code, whole.out) == (0, "the ledger (2 lines) and the journal are whole\n")
    change_store(firm.root, "UPDATE ledger SET rule = 'licencf' WHERE seq = 1")
    broken = firm.run("verify")
    assert broken.code == 1
    assert firm.rows("ledger")[0]["line_id"] in broken.err
    findings = firm.run("verify", "--json")
    assert findings.code == 1
    assert [(one["chain"], one["seq"]) for one in findings.json()["findings"]] == [("ledger", 1)]


def test_a_reader_that_has_seen_enough_gets_no_traceback(firm: Firm) -> None:
    firm.synced()
    process = firm.spawn("ledger", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()


def change_store(root: Path, statement: str) -> None:
    """As someone with a tool for databases would."""
    with sqlite3.connect(root / "partnersync.db") as database:
        database.execute(statement)
    database.close()


def test_status_tells_runs_issues_and_what_is_due(firm: Firm) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + A_BAD_DEAL)
    firm.sync()
    ended = firm.run("status")
    assert ended.code == 0
    assert "open issues  BAD_VALUE 1" in ended.out
    told = firm.run("status", "--json").json()
    assert told["issues"] == {"BAD_VALUE": 1}
    assert told["locks"] == []
    [run] = told["runs"]
    assert {name: run[name] for name in ("command", "as_of", "exit_code", "lines", "set_aside")} == {
        "command": "sync",
        "as_of": "2026-03-31T23:59:59+03:00",
        "exit_code": 3,
        "lines": 2,
        "set_aside": 1,
    }


def test_registrations_are_shown_with_their_verdicts(firm: Firm) -> None:
    told = firm.synced().run("registrations")
    assert told.code == 0
    [head, first, second] = told.out.splitlines()
    assert head.split()[:2] == ["registration_id", "partner_id"]
    assert "approved   OK" in first
    assert "rejected   ALREADY_PROTECTED" in second


def test_newly_set_aside_records_end_with_3_and_older_ones_are_only_counted(firm: Firm) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + A_BAD_DEAL)
    first = firm.sync()
    assert first.code == 3
    assert "deals.csv:5: deal D-9 amount 'many'" in first.out
    again = firm.sync()
    assert again.code == 0
    assert "1 older issue" in again.out
    assert [(row["record_id"], row["column"], row["value"]) for row in firm.rows("issues")] == [
        ("D-9", "amount", "many")
    ]
    firm.edit("data/deals.csv", "many", "700")
    assert firm.sync().code == 0
    assert firm.rows("issues") == []
