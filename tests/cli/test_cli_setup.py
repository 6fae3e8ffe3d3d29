"""The commands around the flow: the store, doctor, init, plugins."""

import json
from collections.abc import Callable
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
    firm.edit("config/program/2026-01-01.toml", "[commission]", "[segments]\nmonths = 12\n[commission]")
    ended = firm.run("doctor")
    assert ended.code == 0
    assert "program 2026-01-01: segments.months is kept, but has no effect in this version" in ended.out


NAMED = """
[connections.main.files.deals]
file = "deals.csv"
"""


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
            lambda firm: firm.put("data/deals.csv", b"\x1f\x8b\x08\x00packed"), "main", "packed (gz)", 3, id="a file"
        ),
        pytest.param(
            lambda firm: firm.synced().edit("data/deals.csv", "deal_id", "number"),
            "main",
            "deal_id",
            3,
            id="a header that was renamed",
        ),
        pytest.param(
            lambda firm: (
                firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + NAMED),
                firm.synced(),
                (firm.root / "data/deals.csv").unlink(),
            ),
            "main",
            "deals.csv is missing",
            3,
            id="a file that was read before and is missing",
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
    assert firm.sync().code == code


def test_plugins_are_listed_with_their_kinds(firm: Firm) -> None:
    [csv_plugin] = [one for one in firm.run("plugins", "list", "--json").json() if one["name"] == "csv"]
    assert csv_plugin["kinds"] == "csv"
    assert csv_plugin["problem"] == ""
    assert json.dumps(csv_plugin["version"]) in json.dumps(firm.run("plugins", "list").out.split())
