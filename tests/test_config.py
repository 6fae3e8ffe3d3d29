"""Settings as files: what they mean, and what is told, with its place and mend, when they cannot be used."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from partnersync.config import load_settings
from partnersync.errors import ConfigError
from settings_file import SMALL, put

FULL = """\
partners = "registry"
language = "en"

[store]
url = "sqlite:///kept/here.db"

[connections.registry]
kind = "csv"
path = "data"

[connections.main]
kind = "amocrm"
mode = "enforce"
history_from = 2026-01-01
ledger = true
activities = false
url = "https://example.amocrm.ru"
payments = { source = "field" }

[limits]
max_changed_share = "2.5%"
max_changed_records = 7
"""


@pytest.fixture(autouse=True)
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_read(tmp_path: Path) -> None:
    settings = load_settings(put(FULL))
    assert settings.root == tmp_path
    assert settings.store_url == f"sqlite:///{tmp_path}/kept/here.db"
    assert (settings.partners, settings.language) == ("registry", "en")
    assert settings.limits.max_changed_share == Fraction(1, 40)
    assert settings.limits.max_changed_records == 7
    main = settings.connections["main"]
    assert (main.name, main.kind, main.mode, main.history_from) == ("main", "amocrm", "enforce", date(2026, 1, 1))
    assert (main.ledger, main.activities) == (True, False)
    assert main.options == {"url": "https://example.amocrm.ru", "payments": {"source": "field"}}


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    settings = load_settings(put(SMALL))
    assert settings.store_url == f"sqlite:///{tmp_path}/partnersync.db"
    assert (settings.partners, settings.language) == (None, "ru")
    assert (settings.limits.max_changed_share, settings.limits.max_changed_records) == (Fraction(1, 20), 200)
    connection = settings.connections["a"]
    assert (connection.mode, connection.history_from, connection.ledger, connection.activities) == (
        "observe",
        None,
        None,
        None,
    )
    assert connection.options == {}


def test_a_relative_path_starts_at_the_root(tmp_path: Path) -> None:
    settings = load_settings(put(SMALL))
    assert settings.relative("data/in") == tmp_path / "data/in"
    assert settings.relative("/srv/data") == Path("/srv/data")


@pytest.mark.parametrize(
    ("told", "others", "expected"),
    [
        pytest.param("", "", True, id="the only connection holds the ledger"),
        pytest.param("ledger = false", "", False, id="unless it says no"),
        pytest.param("", '[connections.b]\nkind = "csv"', False, id="one of two does not"),
        pytest.param("ledger = true", '[connections.b]\nkind = "csv"', True, id="unless it says yes"),
    ],
)
def test_who_holds_the_ledger(told: str, others: str, expected: bool) -> None:
    assert load_settings(put(f"{SMALL}{told}\n{others}")).holds_ledger("a") is expected


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/ps.db",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host/ps",
        "postgresql+psycopg://me@host/ps",
    ],
)
def test_other_addresses_of_a_store_stay_as_they_are(url: str) -> None:
    assert load_settings(put(f'{SMALL}[store]\nurl = "{url}"')).store_url == url


def test_a_store_with_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PS_STORE", "postgresql://me:hunter2@host/ps")
    settings = load_settings(put(f'{SMALL}[store]\nurl = {{ env = "PS_STORE" }}'))
    assert settings.store_url == "postgresql://me:hunter2@host/ps"
    assert "hunter2" not in repr(settings)


BAD_SETTINGS = [
    pytest.param(
        "[conections.a]\nkind = 'csv'",
        ['config/partnersync.toml:1: conections: is not a known key. Did you mean "connections"?'],
        id="an unknown table, with the nearest",
    ),
    pytest.param(
        SMALL + "[limits]\nfoo = 1",
        [
            "config/partnersync.toml:4: limits.foo: is not a known key. "
            "Remove it; known here: max_changed_records, max_changed_share."
        ],
        id="an unknown key that is near to none, with all known ones",
    ),
    pytest.param(
        "[connections.a]\npath = 'x'",
        ["config/partnersync.toml:1: connections.a.kind: is missing. Add it."],
        id="a connection without a kind",
    ),
    pytest.param(
        SMALL + 'mode = "enforced"',
        [
            'config/partnersync.toml:3: connections.a.mode = "enforced": is not one of the known words. '
            "Write 'observe', 'warn' or 'enforce'."
        ],
        id="an unknown mode",
    ),
    pytest.param(
        SMALL + 'ledger = "yes"',
        [
            'config/partnersync.toml:3: connections.a.ledger = "yes": is neither true nor false. '
            "Write true or false, without quotes."
        ],
        id="a word for a truth",
    ),
    pytest.param(
        SMALL + 'history_from = "2026-01-01"',
        [
            'config/partnersync.toml:3: connections.a.history_from = "2026-01-01": is not a day. '
            "Write it like 2026-01-01, without quotes."
        ],
        id="a day in quotes",
    ),
    pytest.param(
        SMALL + "history_from = 2026-01-01T10:00:00Z",
        ["config/partnersync.toml:3: connections.a.history_from = 2026-01-01 10:00:00+00:00: is not a day"],
        id="a moment for a day",
    ),
    pytest.param(
        "connections = 5",
        ["config/partnersync.toml:1: connections = 5: is not a table. Write it as a [section] or as { key = value }."],
        id="a number for a table",
    ),
    pytest.param(
        SMALL + "[limits]\nmax_changed_share = 0.05",
        [
            "config/partnersync.toml:4: limits.max_changed_share = 0.05: is not a percentage. "
            'Write it in quotes with a point and the sign, like "12.5%".'
        ],
        id="a binary fraction for a percentage",
    ),
    pytest.param(
        SMALL + "[limits]\nmax_changed_records = -1",
        ["config/partnersync.toml:4: limits.max_changed_records = -1: is less than 0. Write 0 or more."],
        id="a negative number",
    ),
    pytest.param(
        SMALL + "[limits]\nmax_changed_records = true",
        ["config/partnersync.toml:4: limits.max_changed_records = true: is not a whole number"],
        id="a truth for a number",
    ),
    pytest.param(
        '[connections."a/b"]\nkind = "csv"',
        ["config/partnersync.toml:1: connections.a/b: is not a name of a connection. Use letters, digits, - and _."],
        id="a connection's name with a slash, which ids are cut at",
    ),
    pytest.param(
        '[connections.intake]\nkind = "csv"',
        ["config/partnersync.toml:1: connections.intake: is taken by partnersync itself"],
        id="the name of given registrations",
    ),
    pytest.param(
        'partners = "b"\n' + SMALL,
        ['config/partnersync.toml:1: partners = "b": is not the name of a connection. Name one of: a.'],
        id="a master that is no connection",
    ),
    pytest.param(
        'language = "de"\n' + SMALL,
        ["config/partnersync.toml:1: language = \"de\": is not one of the known words. Write 'ru' or 'en'."],
        id="a language without texts",
    ),
    pytest.param(
        'partners = "registri"\n[connections.registry]\nkind = "csv"',
        ['partners = "registri": is not the name of a connection. Did you mean "registry"?'],
        id="a master that is nearly a connection",
    ),
    pytest.param(
        '[store]\nurl = "sqlite:///a.db"',
        ["config/partnersync.toml:1: names no connection. Add a table like [connections.registry] with its kind."],
        id="no connection",
    ),
    pytest.param(
        SMALL + '[store]\nurl = "mysql://host/ps"',
        ['config/partnersync.toml:4: store.url = "mysql://host/ps": is no store. Write "sqlite:///FILE" or'],
        id="a store of another make",
    ),
    pytest.param(
        SMALL + "[store]\nurl = 5",
        ["config/partnersync.toml:4: store.url = 5: is no store"],
        id="a number for a store",
    ),
    pytest.param(
        SMALL + '[store]\nurl = "postgresql://me:hunter2@host/ps"',
        ["config/partnersync.toml:4: store.url: holds a password in plain text. Write url = { env ="],
        id="a password in plain",
    ),
    pytest.param(
        SMALL + '[store]\nurl = { env = "PS_NOT_SET" }',
        ["config/partnersync.toml:4: store.url: names the environment variable PS_NOT_SET, which is not set."],
        id="an address from a variable that is not set",
    ),
    pytest.param(
        SMALL + '[store]\nurl = { environment = "PS_STORE" }',
        ["config/partnersync.toml:4: store.url: is not where a secret is found"],
        id="an address from nowhere",
    ),
    pytest.param(
        '[store]\nurl = "sqlite:///a.db\n',
        ["config/partnersync.toml:2: is not TOML: illegal character '\\n' at column 22"],
        id="a quote that is not closed",
    ),
    pytest.param(
        "[store\n",
        ["config/partnersync.toml:1: is not TOML: expected ']' at the end of a table declaration at column 7"],
        id="a bracket that is not closed",
    ),
    pytest.param(
        "a = 1\nb = [1,\n",
        ["config/partnersync.toml:2: is not TOML"],
        id="a list that never ends, on the last line",
    ),
    pytest.param(
        "[store]\n[store]\n", ["config/partnersync.toml:2: is not TOML: cannot declare"], id="a table declared twice"
    ),
    pytest.param(
        "[limits]\nmax_changed_records = 'x'\n[connections.a]\nkind = 3\nmode = 'x'\n[stor]\n",
        [
            "config/partnersync.toml:2: limits.max_changed_records",
            "config/partnersync.toml:4: connections.a.kind = 3: is not text",
            "config/partnersync.toml:5: connections.a.mode",
            "config/partnersync.toml:6: stor",
        ],
        id="everything that is wrong, in the order of the file",
    ),
]


@pytest.mark.parametrize(("text", "lines"), BAD_SETTINGS)
def test_bad_settings_are_refused_line_by_line(text: str, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(put(text))
    told = str(refused.value).splitlines()
    assert len(told) == len(lines), told
    for line, expected in zip(told, lines, strict=True):
        assert expected in line
    assert "hunter2" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_missing_file_is_told_with_its_mend() -> None:
    with pytest.raises(ConfigError, match=r"config/nothing\.toml: no such file\. Make one with `partnersync init`"):
        load_settings(Path("config/nothing.toml"))


def test_a_folder_is_no_file_of_settings(tmp_path: Path) -> None:
    (tmp_path / "config/program").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"config/program: cannot be read: is a directory"):
        load_settings(Path("config/program"))


def test_a_file_without_rights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(ConfigError, match=r"partnersync\.toml: cannot be read: permission denied"):
        load_settings(Path("config/partnersync.toml"))


def test_another_encoding_is_told_with_its_line() -> None:
    path = put("")
    path.write_bytes('[connections.a]\nkind = "csv"\n# имя\n'.encode("cp1251"))
    with pytest.raises(ConfigError, match=r"partnersync\.toml:3: is not UTF-8 text\. Save the file as UTF-8"):
        load_settings(path)


def test_a_byte_order_mark_is_accepted() -> None:
    assert load_settings(put("\ufeff" + SMALL)).connections.keys() == {"a"}
