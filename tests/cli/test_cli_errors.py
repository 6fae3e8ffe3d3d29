"""How commands end when something is wrong: a message, its mend, the exit code; a traceback only where asked for."""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import click
import pytest

from partnersync.cli.main import COMMANDS, cli
from partnersync.store import runs
from small_firm import Firm

SECRET = "buyer@oak.ru +7 900 444-55-66"


def failing(error: BaseException) -> Callable[..., object]:
    def latest(*_: object) -> object:
        raise error

    return latest


def test_a_bug_is_one_line_that_quotes_no_record(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "latest", failing(KeyError(SECRET)))
    ended = firm.run("status")
    assert (ended.code, ended.out) == (1, "")
    first, mend = ended.err.splitlines()
    assert first.startswith("error: unexpected KeyError in partnersync.cli.status, line ")
    assert mend.startswith("what to do: Run it again with --debug")
    assert "Traceback" not in ended.err
    assert [text for text in SECRET.split() if text in ended.err] == []


@pytest.mark.parametrize("words", [["--debug", "status"], ["status", "--debug"]], ids=" ".join)
def test_a_bug_is_told_in_full_where_asked_for(firm: Firm, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setattr(runs, "latest", failing(KeyError(SECRET)))
    ended = firm.run(*words)
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback (most recent call last)" in ended.err
    assert "\nKeyError\n" in ended.err
    assert [text for text in SECRET.split() if text in ended.err] == []


def test_ctrl_c_ends_with_130(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "latest", failing(KeyboardInterrupt()))
    ended = firm.run("status")
    assert (ended.code, ended.out, ended.err.splitlines()[-1]) == (130, "", "stopped")


def test_questions_that_nobody_answers_end_with_2(firm: Firm) -> None:
    command = [sys.executable, "-m", "partnersync.cli.main", "init", "--config", "new/config/partnersync.toml"]
    ended = subprocess.run(command, cwd=firm.root, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "error: the answers ended" in ended.stderr
    assert not (firm.root / "new").exists()


def every_command() -> list[tuple[str, click.Command]]:
    """Also those inside groups."""
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        inner = command.commands if isinstance(command, click.Group) else {"": command}
        found += [(f"{name} {below}".strip(), one) for below, one in inner.items()]
    return found


@pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in every_command()])
def test_every_command_takes_config(command: click.Command) -> None:
    assert "--config" in {text for param in command.params for text in param.opts}


@pytest.mark.parametrize("args", [["issues"], ["issues", "--json"]], ids=" ".join)
def test_a_terminal_without_unicode_stops_nothing(firm: Firm, args: list[str]) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + "D-9,Ёлка,ash.ru,P-1,licence,won,много,2026-03-01,,,\n")
    assert firm.sync().code == 3
    command = [sys.executable, "-m", "partnersync.cli.main", *args]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    ended = subprocess.run(command, cwd=firm.root, env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    if "--json" in args:
        assert [row["value"] for row in json.loads(ended.stdout)] == ["много"]
    else:
        assert r"\u043c\u043d\u043e\u0433\u043e" in ended.stdout


def test_a_deal_that_was_set_aside_is_told_with_its_reason(firm: Firm) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + "D-9,Ash,ash.ru,P-1,licence,won,many,2026-03-01,,,\n")
    assert firm.sync().code == 3
    for name in ("D-9", "main/D-9"):
        ended = firm.run("explain", "deal", name)
        assert (ended.code, ended.out) == (2, "")
        assert f"deal {name} was set aside: amount " in ended.err
        assert "[BAD_VALUE]" in ended.err
