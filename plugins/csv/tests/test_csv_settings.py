from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from partnersync.contract.adapter import Connection
from partnersync.errors import ConfigError
from partnersync_csv.adapter import make
from partnersync_csv.kinds import BY_KEY
from partnersync_csv.settings import CsvSettings


def refusals(**keys: Any) -> list[tuple[str, str]]:
    """Where a problem is, and its sentence."""
    with pytest.raises(ValidationError) as caught:
        CsvSettings.model_validate(keys)
    return [(".".join(map(str, each["loc"])), each["msg"]) for each in caught.value.errors()]


def deals(**keys: Any) -> dict[str, Any]:
    return {"files": {"deals": keys}}


@pytest.mark.parametrize(
    ("keys", "where", "says"),
    [
        pytest.param({"pth": "x"}, "pth", "Extra", id="an unknown key"),
        pytest.param({"files": {"dealz": {}}}, "files.dealz", "Extra", id="an unknown kind of file"),
        pytest.param(
            deals(columns={"amuont": "x"}),
            "files.deals.columns.amuont.[key]",
            "deals have no column 'amuont'. Did you mean \"amount\"?",
            id="a canonical column that is misspelt",
        ),
        pytest.param(
            deals(values={"kindd": {"a": "new"}}), "files.deals.values.kindd.[key]", '"kind"', id="also in values"
        ),
        pytest.param(
            deals(defaults={"curency": "RUB"}), "files.deals.defaults.curency.[key]", '"currency"', id="and in defaults"
        ),
        pytest.param(
            {"files": {"rates": {"columns": {"amount": "x"}}}},
            "files.rates.columns.amount.[key]",
            "Known are: date, currency, rate, source",
            id="a column of another kind",
        ),
        pytest.param(deals(states={"Won": "yes"}), "files.deals.states.Won", "'won'", id="a state that is none"),
        pytest.param({"files": {"users": {"states": {}}}}, "files.users.states", "Extra", id="states of users"),
        pytest.param(
            deals(states={}, values={"state": {"W": "won"}}), "files.deals", "Move values.state", id="states twice"
        ),
        pytest.param(deals(preset="1c"), "files.deals.preset", "'amocrm-export' or 'bitrix24-export'", id="no preset"),
        pytest.param(
            {"files": {"partners": {"preset": "amocrm-export"}}}, "files.partners.preset", "Extra", id="not of partners"
        ),
        pytest.param(
            deals(preset="amocrm-export", header=False), "files.deals", "goes by the header", id="a preset, no header"
        ),
        pytest.param(
            deals(preset="amocrm-export", values={"state": {"W": "won"}}),
            "files.deals",
            "Move values.state",
            id="its own",
        ),
        pytest.param(
            deals(values={"kind": {" ": "new"}}), "files.deals.values.kind. .[key]", "defaults", id="no value"
        ),
        pytest.param(deals(defaults={"deal_id": "1"}), "files", "one deal_id", id="one id for all rows"),
        pytest.param(deals(date_format="%d.%m"), "files.deals.date_format", "a day", id="a date without its year"),
        pytest.param(deals(encoding="klingon"), "files.deals.encoding", "cp1251", id="an unknown encoding"),
        pytest.param(deals(delimiter="||"), "files.deals.delimiter", "one character", id="two characters divide"),
        pytest.param(deals(file="/etc/passwd"), "files.deals.file", "inside the folder", id="a file of another folder"),
        pytest.param(deals(file="../deals.csv"), "files.deals.file", "inside the folder", id="a way out"),
        pytest.param(deals(file="partners.csv"), "", "partners and deals|deals and partners", id="one file for two"),
        pytest.param(deals(file="ledger.csv") | {"out": "o"}, "", "ledger.csv of ours", id="the name of our ledger"),
        pytest.param({"out": "./data/"}, "", "in_place = true", id="out is the input"),
        pytest.param(deals(header=False) | {"in_place": True}, "", "no header", id="no header to put columns under"),
        pytest.param(deals(header=1), "files.deals.header", "boolean", id="a number for yes"),
    ],
)
def test_what_is_refused(keys: dict[str, Any], where: str, says: str) -> None:
    ((place, sentence),) = refusals(**keys)
    assert place == where
    assert any(each in sentence for each in says.split("|"))


def test_every_problem_is_named_at_once() -> None:
    problems = refusals(path="", files={"deals": {"encoding": "x", "columns": {"a": "b"}}})
    assert {place for place, _ in problems} == {"path", "files.deals.encoding", "files.deals.columns.a.[key]"}


@pytest.mark.parametrize(
    ("keys", "folder"),
    [
        pytest.param({}, "out", id="by default"),
        pytest.param({"out": "written"}, "written", id="as named"),
        pytest.param({"in_place": True, "path": "sheets"}, "sheets", id="in place beside the input"),
        pytest.param({"in_place": True, "out": "written"}, "written", id="in place, where it is named"),
    ],
)
def test_where_our_tables_go(keys: dict[str, Any], folder: str) -> None:
    assert CsvSettings.model_validate(keys).tables_folder() == folder


def test_a_file_that_is_only_read_may_be_called_like_one_of_ours() -> None:
    settings = CsvSettings.model_validate({"files": {"payments": {"file": "payouts.csv"}}})
    assert settings.file_name(BY_KEY["payments"]) == "payouts.csv"


def test_two_names_of_one_folder_are_refused(tmp_path: Path) -> None:
    connection = Connection("main", str(tmp_path), "UTC", lambda: pytest.fail("no clock is read"))
    with pytest.raises(ConfigError, match="one folder"):
        make(connection, CsvSettings(path=str(tmp_path / "data"), out="data"))
