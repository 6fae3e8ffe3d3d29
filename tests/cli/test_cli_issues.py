"""Issues are taken up again from the command line; the listing itself stays as it was."""

import pytest

from partnersync.contract.tables import ISSUE_COLUMNS
from small_firm import Firm

BAD = "D-8,Yew,yew.ru,P-1,licence,perhaps,100,2026-03-01,,,\nD-9,Ash,ash.ru,P-1,licence,won,many,2026-03-01,,,\n"
LOST = "M-9,D-99,2026-03-12,5\n"


@pytest.fixture
def untidy(firm: Firm) -> Firm:
    """A company with two bad deals and a payment without its deal."""
    firm.put("data/deals.csv", firm.text("data/deals.csv") + BAD)
    firm.put("data/payments.csv", firm.text("data/payments.csv") + LOST)
    assert firm.sync().code == 3
    return firm


def test_the_listing_has_the_columns_of_its_file_and_no_other(untidy: Firm) -> None:
    told = untidy.run("issues", "--json").json()
    assert [tuple(row) for row in told] == [ISSUE_COLUMNS] * 3


def test_what_is_done_is_told(untidy: Firm) -> None:
    ended = untidy.run("issues", "retry", "--all")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "looked at again by the next `partnersync sync`: 3 open issues",
        "read again     main/deals: 2 records as if changed",
        "at every run   1 issue, without being asked",
    ]
    again = untidy.sync("--json").json()
    assert again["exit_code"] == 3
    assert again["connections"]["main"]["changed"] == {"deal": 2}
    assert untidy.sync().code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["--all"], {"issues": 3, "records": 2, "every_run": 1}, id="all"),
        pytest.param(["--code", "STATE_UNKNOWN"], {"issues": 1, "records": 1, "every_run": 0}, id="by code"),
        pytest.param(["--code", "NOT_CSV"], {"issues": 0, "records": 0, "every_run": 0}, id="a code that none has"),
    ],
)
def test_json_counts(untidy: Firm, words: list[str], expected: dict[str, int]) -> None:
    told = untidy.run("issues", "retry", *words, "--json").json()
    assert {name: told[name] for name in expected} == expected


def test_issues_are_named_by_their_ids(untidy: Firm) -> None:
    ids = [row["issue_id"] for row in untidy.run("issues", "--json").json() if row["code"] != "DEAL_UNKNOWN"]
    assert untidy.run("issues", "retry", *ids, "--json").json()["records"] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["retry"], "it is not said which issues", id="none"),
        pytest.param(["retry", "--all", "--code", "MISSING"], "it is not said which", id="in two ways"),
        pytest.param(["retry", "I00", "--all"], "it is not said which issues", id="in two other ways"),
        pytest.param(["retry", "I00"], "no open issue is I00", id="an id of none"),
        pytest.param(["--config", "config/partnersync.toml", "retry", "--all"], "options before retry", id="too early"),
    ],
)
def test_a_wrong_wish_is_refused_and_nothing_is_done(untidy: Firm, words: list[str], message: str) -> None:
    ended = untidy.run("issues", *words)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "what to do" in ended.err
    assert untidy.sync("--json").json()["connections"]["main"]["read"] == {}


def test_a_file_that_is_gone_is_told_to_be_also_when_it_is_to_be_read_again(untidy: Firm) -> None:
    assert untidy.run("issues", "retry", "--all").code == 0
    deals = untidy.text("data/deals.csv")
    (untidy.root / "data/deals.csv").unlink()
    ended = untidy.sync()
    assert ended.code == 3
    assert "deals.csv was read before and is missing now" in ended.out
    untidy.put("data/deals.csv", deals)
    assert untidy.sync("--json").json()["connections"]["main"]["changed"] == {"deal": 2}


def test_a_file_that_is_no_table_is_looked_at_again(firm: Firm) -> None:
    firm.synced().put("data/payments.csv", b"PK\x03\x04 not a table \x00\x00")
    assert firm.sync().code == 3
    told = firm.run("issues", "retry", "--all", "--json").json()
    assert (told["streams"], told["records"]) == (["main/payments"], 0)
    assert "older issue" in firm.sync().out
