"""The commands around the flow: the store, doctor, init, plugins."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from small_firm import Firm


def test_db_upgrade_makes_the_tables_and_says_where_it_is(firm: Firm) -> None:
    (firm.root / "partnersync.db").unlink()
    made = firm.run("db", "upgrade")
    assert made.code == 0
    assert made.out.startswith("the store is at ")
    assert firm.sync().code == 0
    assert firm.run("db", "upgrade").out == made.out


def test_doctor_finds_nothing_wrong_with_a_good_company(firm: Firm) -> None:
    ended = firm.run("doctor")
    assert (ended.code, ended.out) == (0, "all is well\n")
    assert firm.run("doctor", "--json").json() == []


def test_doctor_tells_which_terms_have_no_effect(firm: Firm) -> None:
    firm.edit("config/program/2026-01-01.toml", "[commission]", '[payout]\nminimum = "1 RUB"\n[commission]')
    ended = firm.run("doctor")
    assert ended.code == 0
    assert "program 2026-01-01: payout.minimum is kept, but has no effect in this version" in ended.out


@pytest.mark.parametrize(
    ("spoil", "area", "said", "code"),
    [
        pytest.param(
            lambda firm: firm.edit("config/partnersync.toml", "path =", "paht ="),
            "connections",
            '"path"',
            2,
            id="settings",
        ),
        pytest.param(
            lambda firm: firm.edit("config/program/2026-01-01.toml", "hold_days", "hold_dayz"),
            "settings",
            '"hold_days"',
            2,
            id="a program",
        ),
        pytest.param(
            lambda firm: firm.put("data/deals.csv", b"\x1f\x8b\x08\x00packed"), "main", "packed (gz)", 1, id="a file"
        ),
    ],
)
def test_doctor_names_each_problem_with_its_mend(
    firm: Firm, spoil: Callable[[Firm], Any], area: str, said: str, code: int
) -> None:
    spoil(firm)
    ended = firm.run("doctor")
    assert ended.code == code
    assert said in ended.out
    assert ended.out.startswith(f"{area}: ")
    [problem] = firm.run("doctor", "--json").json()
    assert problem["area"] == area
    assert said in problem["problem"]


ANSWERS = ("--path", "in", "--out", "written", "--currency", "USD", "--zone", "Europe/Berlin", "--from", "2026-02-01")


def test_init_writes_settings_that_work(tmp_path: Path, firm: Firm) -> None:
    ended = firm.run("init", *ANSWERS, "--config", "new/config/partnersync.toml")
    assert ended.code == 0, ended.told
    assert (firm.root / "new/in").is_dir()
    program = firm.text("new/config/program/2026-02-01.toml")
    assert "effective_from = 2026-02-01" in program
    firm.put("new/in/partners.csv", firm.text("data/partners.csv"))
    firm.put("new/in/deals.csv", firm.text("data/deals.csv"))
    firm.put("new/in/payments.csv", firm.text("data/payments.csv"))
    synced = firm.run("sync", "--config", "new/config/partnersync.toml", "--as-of", "2026-03-31", "--json")
    assert synced.code == 0, synced.told
    assert synced.json()["lines"] == 2
    assert (firm.root / "new/written/ledger.csv").is_file()


def test_init_asks_nothing_where_told_so(firm: Firm) -> None:
    ended = firm.run("init", "--yes", "--currency", "USD", "--config", "new/config/partnersync.toml")
    assert ended.code == 0, ended.told
    [program] = (firm.root / "new/config/program").iterdir()
    assert 'currency = "USD"' in program.read_text()
    assert 'time_zone = "Europe/Moscow"' in program.read_text()
    for kind in ("partners", "deals", "payments", "registrations"):
        firm.put(f"new/data/{kind}.csv", firm.text(f"data/{kind}.csv"))
    checked = firm.run("doctor", "--config", "new/config/partnersync.toml")
    assert (checked.code, checked.out) == (0, "all is well\n")


def test_init_overwrites_nothing(firm: Firm) -> None:
    before = firm.text("config/partnersync.toml")
    ended = firm.run("init", *ANSWERS)
    assert ended.code == 2
    assert "config/partnersync.toml exists already" in ended.err
    assert firm.text("config/partnersync.toml") == before
    assert not (firm.root / "config/program/2026-02-01.toml").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        pytest.param("--from", "soon", "--from 'soon' is no date", id="a first day that is none"),
        pytest.param("--zone", "Mars/Base", "time_zone", id="a zone that is none"),
        pytest.param("--currency", "rubles", "currency", id="a currency that is none"),
        pytest.param("--out", "in", "one folder", id="one folder for both"),
    ],
)
def test_init_refuses_what_would_not_work_and_leaves_nothing(firm: Firm, option: str, value: str, said: str) -> None:
    answers = list(ANSWERS)
    answers[answers.index(option) + 1] = value
    ended = firm.run("init", *answers, "--config", "new/config/partnersync.toml")
    assert ended.code == 2
    assert said in ended.err
    assert not list((firm.root / "new").rglob("*.toml"))


def test_plugins_are_listed_with_their_kinds(firm: Firm) -> None:
    [csv_plugin] = firm.run("plugins", "list", "--json").json()
    assert csv_plugin["kinds"] == "csv"
    assert csv_plugin["problem"] == ""
    assert json.dumps(csv_plugin["version"]) in json.dumps(firm.run("plugins", "list").out.split())
