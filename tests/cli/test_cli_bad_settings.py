"""Bad settings and programs: one clear message with file, line, key, value and mend; exit code 2; nothing is done."""

from collections.abc import Callable
from typing import Any

import pytest

from small_firm import Firm

Spoil = Callable[[Firm], Any]
CONFIG = "config/partnersync.toml"
TERMS = "config/program/2026-01-01.toml"
COMMANDS = [["sync"], ["plan"], ["ledger"], ["doctor"]]


def config(old: str, new: str) -> Spoil:
    return lambda firm: firm.edit(CONFIG, old, new)


def terms(old: str, new: str) -> Spoil:
    return lambda firm: firm.edit(TERMS, old, new)


def more_terms(day: str, old: str = "RUB", new: str = "RUB") -> Spoil:
    """A second version of the program, in a file of its own."""
    return lambda firm: firm.put(
        f"config/program/{day}-b.toml", firm.text(TERMS).replace("2026-01-01", day).replace(old, new)
    )


SETTINGS_CASES = [
    pytest.param(
        lambda firm: (firm.root / CONFIG).unlink(),
        [CONFIG, "no such file", "partnersync init"],
        id="the settings are missing",
    ),
    pytest.param(
        lambda firm: ((firm.root / CONFIG).unlink(), (firm.root / CONFIG).mkdir()),
        [CONFIG, "is a directory"],
        id="the settings are a folder",
    ),
    pytest.param(
        lambda firm: firm.put(CONFIG, b"[store]\nurl = '\xff'\n"),
        [f"{CONFIG}:2", "UTF-8"],
        id="the settings are no text",
    ),
    pytest.param(config('path = "data"', "path = data"), [f"{CONFIG}:6", "is not TOML"], id="the settings are no TOML"),
    pytest.param(config("[store]", "[stroe]"), [f"{CONFIG}:1", "stroe", '"store"'], id="an unknown table"),
    pytest.param(
        config('"sqlite:///partnersync.db"', '"postgresql://ps:hunter2@db/ps"'),
        [f"{CONFIG}:2", "password in plain text", "env ="],
        id="a password in the settings",
    ),
    pytest.param(
        config('"sqlite:///partnersync.db"', '{ env = "NOT_SET_ANYWHERE" }'),
        [f"{CONFIG}:2", "NOT_SET_ANYWHERE", "is not set"],
        id="a secret that is not there",
    ),
    pytest.param(
        config('"sqlite:///partnersync.db"', '"mysql://db/ps"'), [f"{CONFIG}:2", "sqlite:///"], id="an unknown store"
    ),
    pytest.param(
        config('"sqlite:///partnersync.db"', '"sqlite:///nowhere/partnersync.db"'),
        ["store.url", "its folder exists"],
        id="a store in a folder that is not there",
    ),
    pytest.param(
        config("[connections.main]", 'partners = "registry"\n[connections.main]'),
        [CONFIG, "partners"],
        id="a master that is no connection",
    ),
    pytest.param(
        config('out = "out"', "[limits]\nmax_changed_share = '5'"),
        [f"{CONFIG}:8", "max_changed_share"],
        id="a limit that is no percentage",
    ),
    pytest.param(
        lambda firm: (firm.root / TERMS).unlink(), ["config/program", "partnersync init"], id="no program at all"
    ),
    pytest.param(
        terms('from = "1000 RUB"', 'from = "0 RUB"'),
        [f"{TERMS}:19", "commission.rules[2].tiers.bands[2]"],
        id="bands that overlap",
    ),
    pytest.param(
        terms('from = "0 RUB", rate', 'from = "500 RUB", rate'),
        [f"{TERMS}:18", "commission.rules[2].tiers.bands[1]", "does not begin at 0"],
        id="bands with a gap below",
    ),
    pytest.param(
        terms('"1000 RUB"', '"999.99 RUB"'), [f"{TERMS}:19", "ends in .99"], id="bands that end a cent before the next"
    ),
    pytest.param(
        terms('products = ["service"]', 'products = ["licence"]'),
        [TERMS, "services", "licence"],
        id="two rules for the same event",
    ),
    pytest.param(
        terms('rate = "50%"', 'rate = "50%"\nsplit = { sourced = "33%", influenced = "66%" }'),
        [f"{TERMS}:13", "commission.rules[1].split", "sums to 99/100, not to 1"],
        id="shares that do not sum to 1",
    ),
    pytest.param(terms("hold_days", "hold_day"), [f"{TERMS}:7", '"hold_days"'], id="an unknown key of the program"),
    pytest.param(
        terms('"50%"', '"fifty"'), [f"{TERMS}:12", "commission.rules[1].rate", "fifty"], id="a rate that is none"
    ),
    pytest.param(terms('"50%"', '"120%"'), [f"{TERMS}:12", "commission.rules[1].rate", "120%"], id="a rate over 100 %"),
    pytest.param(
        terms('"Europe/Moscow"', '"Europe/Moskow"'), [f"{TERMS}:2", "Europe/Moskow"], id="a time zone that is none"
    ),
    pytest.param(terms("2026-01-01", '"soon"'), [f"{TERMS}:1", "effective_from"], id="a first day that is none"),
    pytest.param(
        more_terms("2026-01-01"), [f"{TERMS}:1", "first day of another version"], id="two versions for one day"
    ),
    pytest.param(
        more_terms("2026-07-01", "RUB", "USD"), ["2026-07-01-b.toml:3", "currency", '"RUB"'], id="versions that differ"
    ),
]

# Of the keys that belong to a plugin; commands that touch no connection do not read them.
CONNECTION_CASES = [
    pytest.param(
        config('out = "out"', 'uot = "out"'), [f"{CONFIG}:7", "connections.main.uot", '"out"'], id="an unknown key"
    ),
    pytest.param(config('"csv"', '"cvs"'), ["main", "cvs", "csv"], id="an unknown kind of connection"),
    pytest.param(config('out = "out"', 'out = "data"'), [CONFIG, "one folder"], id="what is written over what is read"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(("spoil", "said"), SETTINGS_CASES)
def test_bad_settings_are_told_with_their_place(firm: Firm, spoil: Spoil, said: list[str], command: list[str]) -> None:
    spoil(firm)
    refused(firm, command, said)


@pytest.mark.parametrize("command", [["sync"], ["plan"], ["doctor"]], ids=" ".join)
@pytest.mark.parametrize(("spoil", "said"), CONNECTION_CASES)
def test_bad_settings_of_a_connection_are_told_with_their_place(
    firm: Firm, spoil: Spoil, said: list[str], command: list[str]
) -> None:
    spoil(firm)
    refused(firm, command, said)


def refused(firm: Firm, command: list[str], said: list[str]) -> None:
    """The command ends with 2, says all that, and has written nothing."""
    ended = firm.run(*command)
    assert ended.code == 2, ended.told
    assert [text for text in said if text not in ended.told] == [], ended.told
    assert "Traceback" not in ended.told
    assert "hunter2" not in ended.told
    assert not (firm.root / "out").exists()


def test_a_booked_version_of_the_program_cannot_be_edited(firm: Firm) -> None:
    before = firm.synced().written()
    firm.edit(TERMS, '"50%"', '"60%"')
    ended = firm.sync()
    assert ended.code == 2
    assert "program version 2026-01-01 was edited" in ended.err
    assert "add a new version" in ended.err
    assert firm.written() == before
    assert len(firm.run("ledger", "--json").json()) == 2


def test_an_edited_version_is_named_before_a_sync_too(firm: Firm) -> None:
    firm.synced()
    assert firm.run("doctor").code == 0
    firm.edit(TERMS, '"50%"', '"60%"')
    checked, linted = firm.run("doctor"), firm.run("program", "lint", "--json").json()
    assert checked.code == 2
    assert f"{TERMS}:1: program version 2026-01-01 was edited" in checked.out
    assert "add a new version" in checked.out
    [edited] = [one for one in linted if one["code"] == "edited"]
    assert (edited["file"], edited["line"], "Put it back" in edited["mend"]) == (TERMS, 1, True)
    assert "edited" in firm.run("program", "lint").out
    firm.edit(TERMS, '"60%"', '"50%"')
    assert firm.run("doctor").out == "all is well\n"


def test_two_connections_may_not_write_into_one_folder(firm: Firm) -> None:
    second = '[connections.shop]\nkind = "csv"\npath = "data2"\nout = "out"\n'
    firm.put(CONFIG, firm.text(CONFIG) + second)
    ended = firm.run("sync")
    assert ended.code == 2
    assert "connections main and shop both write into" in ended.err
    assert not (firm.root / "out").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param(
            '{ env = "NO_SUCH_NAME" }', "environment variable NO_SUCH_NAME, which is not set", id="no variable"
        ),
        pytest.param('{ file = "none.txt" }', "cannot be read", id="no file"),
    ],
)
def test_a_store_address_that_is_kept_elsewhere_is_missed_by_name(firm: Firm, url: str, said: str) -> None:
    firm.edit(CONFIG, '"sqlite:///partnersync.db"', url)
    ended = firm.run("sync")
    assert ended.code == 2
    assert said in ended.err
    assert "function-plain" not in ended.err
