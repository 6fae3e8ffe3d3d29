"""docs/running.md and its example files: exit codes, units and commands are those that there are."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from partnersync.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/running.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "config/examples"
UNITS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".service", ".timer"))
CRON = (EXAMPLES / "partnersync.cron").read_text(encoding="utf-8").splitlines()
PROGRAM = "/srv/partnersync/.venv/bin/partnersync"


def codes(page: str) -> set[str]:
    return set(re.findall(r"^\| (\d+) \|", page, re.MULTILINE))


def test_the_exit_codes_are_those_of_the_commands() -> None:
    assert codes(PAGE) == codes((ROOT / "docs/commands.md").read_text(encoding="utf-8").partition("\n## ")[0])


def test_every_example_is_named_and_no_other() -> None:
    assert set(re.findall(r"\(\.\./config/examples/([^)]+)\)", PAGE)) == {path.name for path in EXAMPLES.iterdir()}


def unit(path: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, delimiters=["="], comment_prefixes=["#"])
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_its_sections(path: Path) -> None:
    sections = unit(path).sections()
    assert sections == (["Unit", "Service"] if path.suffix == ".service" else ["Unit", "Timer", "Install"])
    if path.suffix == ".timer":
        assert path.with_suffix(".service") in UNITS
        assert unit(path)["Timer"]["Persistent"] == "true"


def test_systemd_takes_the_units_where_there_is_one(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))
    names = [str(tmp_path / path.name) for path in UNITS]
    ended = subprocess.run([analyze or "true", "verify", *names], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")


def test_another_run_at_work_is_no_failure_and_what_is_left_over_is() -> None:
    assert unit(EXAMPLES / "partnersync.service")["Service"]["SuccessExitStatus"] == "75"


def jobs() -> list[str]:
    return [line for line in CRON if line and not line.startswith(("#", "MAILTO"))]


@pytest.mark.parametrize("job", jobs())
def test_a_line_of_cron_has_times_a_user_and_a_command(job: str) -> None:
    times, rest = job.split()[:5], job.split(None, 5)[5]
    assert all(re.fullmatch(r"\*|\*/\d+|\d+", time) for time in times)
    assert rest.startswith("partnersync ")
    assert not re.search(r"(?<!\\)%", rest), "cron takes it for a line end"


def called() -> list[str]:
    """What the examples call: a command and its options."""
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()]
    return sorted({call for text in texts for call in re.findall(r"bin/partnersync ([a-z][^'>\n]*)", text)})


@pytest.mark.parametrize("call", called())
def test_what_an_example_calls_is_there(call: str) -> None:
    command: click.Command = cli
    for word in call.split():
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            assert found is not None, word
            command = found
        elif word.startswith("--"):
            assert word in {text for param in command.params for text in param.opts}
