"""What is logged where, by settings and option, as text or JSON; never a contact or a secret."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from partnersync.cli import logs
from partnersync.config import load_settings
from partnersync.contract.secret import Secret
from small_firm import Firm

SETTINGS = "config/partnersync.toml"
Start = Callable[..., logging.Logger]


def with_log(firm: Firm, lines: str) -> Firm:
    firm.put(SETTINGS, f"{firm.text(SETTINGS)}\n[log]\n{lines}\n")
    return firm


@pytest.fixture
def started(firm: Firm) -> Iterator[Start]:
    """Start the log with lines of its table; the logger of a plugin."""

    def start(lines: str, level: str | None = None) -> logging.Logger:
        logs.start(load_settings(with_log(firm, lines).root / SETTINGS), level)
        return logging.getLogger("partnersync.plugins.acme")

    yield start
    logs.stop()


def events(text: str) -> list[str]:
    return [line.split()[3] for line in text.splitlines()]


def test_a_line_is_time_level_connection_event_and_what_it_tells(
    started: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    started('level = "debug"').debug("page", {"connection": "main", "rows": 3, "stream": "deals", "why": 'a "b" c'})
    line = capsys.readouterr().err
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d debug main page .*\n", line)
    assert line.endswith(' page rows=3 stream=deals why="a \\"b\\" c"\n')


def test_the_same_as_json(started: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logger = started('level = "debug"\nformat = "json"')
    try:
        raise KeyError("anna@example.com")
    except KeyError:
        logger.warning("page", {"connection": "main", "rows": 3, "by": {"Ё": [1, None]}}, exc_info=True)
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert {name: told[name] for name in told if name not in ("time", "traceback")} == {
        "level": "warning",
        "connection": "main",
        "event": "page",
        "rows": 3,
        "by": {"Ё": [1, None]},
    }
    assert told["traceback"].startswith("Traceback")
    assert told["traceback"].endswith("\nKeyError")


def test_what_is_said_in_sentences_is_an_event_too(started: Start, capsys: pytest.CaptureFixture[str]) -> None:
    started('level = "debug"').info("asked %s of %s", 3, "all")
    logging.getLogger("urllib3").warning("Retrying, %(total)s left", {"total": 2})
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" - ")[2] for line in lines] == [
        'message by=partnersync.plugins.acme text="asked 3 of all"',
        'message by=urllib3 text="Retrying, 2 left"',
    ]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "log",
    [
        pytest.param(lambda logger, text: logger.info("page", {"seen": text}), id="a value"),
        pytest.param(lambda logger, text: logger.info("page", {"connection": text}), id="a connection"),
        pytest.param(lambda logger, text: logger.info("page", {"by": {text: [text, (text,)]}}), id="inside a value"),
        pytest.param(lambda logger, text: logger.info("page", {"error": ValueError(text)}), id="an object"),
        pytest.param(lambda logger, text: logger.info(text), id="a sentence"),
        pytest.param(lambda logger, text: logger.info("about %s", text), id="an argument"),
        pytest.param(lambda logger, text: logger.info("page", exc_info=ValueError(text)), id="an error"),
    ],
)
def test_no_contact_and_no_secret_gets_through(
    started: Start, capsys: pytest.CaptureFixture[str], log: Any, form: str
) -> None:
    secret = Secret("p4ss/w0rd+Ё")
    quoted = "p4ss%2Fw0rd%2B%D0%81"
    log(
        started(f'level = "debug"\nformat = "{form}"'), f"anna@example.com 8 (900) 111-22-33 {secret.reveal()} {quoted}"
    )
    told = capsys.readouterr().err
    assert " info " in told or '"info"' in told
    assert [text for text in ("anna", "111", "p4ss", "w0rd") if text in told] == []


@pytest.mark.parametrize(
    ("lines", "words", "expected"),
    [
        pytest.param("", [], [], id="what standard output tells is not told twice"),
        pytest.param("", ["--log-level", "info"], ["run_begun", "read", "decided", "written"], id="asked for"),
        pytest.param('level = "info"', [], ["run_begun", "read", "decided", "written"], id="by the settings"),
        pytest.param('level = "info"', ["--log-level", "error"], [], id="the option counts"),
        pytest.param('level = "warning"', [], [], id="warnings alone"),
        pytest.param("", ["--log-level", "debug"], ["page", "write", "run_ended"], id="everything"),
    ],
)
def test_levels(firm: Firm, lines: str, words: list[str], expected: list[str]) -> None:
    ended = with_log(firm, lines).sync("--json", *words)
    assert ended.json()["exit_code"] == 0
    assert ({*expected} <= {*events(ended.err)}) if expected else ended.err == ""


def test_at_debug_records_are_named_and_no_cell_is_told(firm: Firm) -> None:
    told = firm.sync("--log-level", "debug").err
    assert "write=1/main/deal/D-1 outcome=done" in told
    assert [cell for cell in ("Oak", "oak.ru", "1500", "licence") if cell in told] == []


def test_a_file_gets_what_a_run_did_and_standard_error_nothing(firm: Firm) -> None:
    ended = with_log(firm, 'file = "firm.log"').sync("--json")
    assert ended.err == ""
    told = dict.fromkeys(events(firm.text("firm.log")))
    assert list(told) == ["run_begun", "read", "decided", "written", "published", "run_ended"]


def test_how_a_command_failed_stands_in_the_file_and_is_said_once(firm: Firm) -> None:
    with_log(firm, 'file = "firm.log"\nlevel = "debug"').put("config/program/2026-01-01.toml", "effective_from = 1")
    ended = firm.run("status")
    assert ended.code == 2
    assert "[failed]" not in ended.err
    assert ended.err.count("effective_from") == 1
    lines = firm.text("firm.log").splitlines()
    assert events(lines[0]) == ["failed"]
    assert "error=ConfigError" in lines[0]
    assert "    Traceback (most recent call last):" in lines


def test_a_failing_connection_is_a_warning(firm: Firm) -> None:
    firm.synced()
    (firm.root / "data/deals.csv").unlink()
    [line] = firm.sync("--json").err.splitlines()
    assert " warning main connection_failed error=TryLater " in line


def test_a_full_file_is_put_aside(started: Start, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_MIB", 1000)
    logger = started('file = "firm.log"\nmax_mib = 1\nkeep = 2')
    for number in range(100):
        logger.info("page", {"number": number})
    files = sorted(path.name for path in firm.root.glob("firm.log*"))
    assert files == ["firm.log", "firm.log.1", "firm.log.2"]
    assert max((firm.root / name).stat().st_size for name in files) <= 1000
    assert "number=99" in firm.text("firm.log")


def test_a_log_that_cannot_be_written_is_told_with_its_mend(firm: Firm) -> None:
    ended = with_log(firm, 'file = "nowhere/firm.log"').run("status")
    assert ended.code == 2
    assert "nowhere/firm.log cannot be written: no such file or directory" in ended.err
    assert "log.file" in ended.err


def test_a_full_disk_stops_no_run_and_is_said_once(firm: Firm) -> None:
    full = Path("/dev/full")
    assert full.exists()
    ended = with_log(firm, f'file = "{full}"').sync("--json")
    assert ended.code == 0
    assert ended.err == f"warning: {full} cannot be written: the log has gaps\n"


def test_nothing_is_logged_after_a_command(firm: Firm, capsys: pytest.CaptureFixture[str]) -> None:
    with_log(firm, 'level = "debug"').synced()
    before = logging.getLogger().handlers
    firm.run("status")
    assert logging.getLogger().handlers == before
    logging.getLogger("partnersync.plugins.acme").info("page", {"rows": 1})
    assert capsys.readouterr().err == ""
