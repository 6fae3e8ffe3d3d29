"""docs/commands.md describes the commands that there are; what README and CONTRIBUTING tell people to type works."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from partnersync.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
COMMON = PAGE.partition("\n## ")[0]
HELP = {"-h", "--help"}
PAGES = ("README.md", "README.ru.md", "docs/commands.md", "docs/plugins/csv.md")


def leaves(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, f"{above}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{above}{name}", command


COMMANDS = dict(leaves(cli))


def options_of(command: click.Command) -> set[str]:
    return {text for param in command.params if isinstance(param, click.Option) for text in param.opts}


def usage(name: str) -> str:
    found = re.search(r"^```sh\n(.+)$", SECTIONS[name], re.MULTILINE)
    assert found
    return found[1]


def table_options(text: str) -> set[str]:
    cells = re.findall(r"^\| (`-[^|]+) \|", text, re.MULTILINE)
    return {option for cell in cells for option in re.findall(r"`(-{1,2}[a-z-]+)", cell)}


def test_the_page_has_every_command_and_no_other() -> None:
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_line_has_every_option_and_no_other(name: str) -> None:
    command, told = COMMANDS[name], usage(name)
    assert told.startswith(f"partnersync {name}")
    listed = set(re.findall(r"(?<![\w-])(-{1,2}[a-z][a-z-]*)", told))
    assert listed <= options_of(command)
    unlisted = [
        param.opts for param in command.params if not listed & {*param.opts} and isinstance(param, click.Option)
    ]
    assert unlisted == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_beside_its_command_or_with_the_common_ones(name: str) -> None:
    own = table_options(SECTIONS[name])
    assert own <= options_of(COMMANDS[name])
    assert options_of(COMMANDS[name]) - own - table_options(COMMON) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_stands_in_the_usage_line(name: str) -> None:
    for param in COMMANDS[name].params:
        if isinstance(param, click.Argument):
            choices = param.type.choices if isinstance(param.type, click.Choice) else None
            word = "|".join(map(str, choices)) if choices else param.make_metavar(click.Context(COMMANDS[name]))
            assert word in usage(name)


def test_the_exit_codes_are_those_of_the_command_line_help() -> None:
    told = set(re.findall(r"^\| (\d+) \|", COMMON, re.MULTILINE))
    assert cli.help is not None
    assert told - {"130"} == set(re.findall(r"\b(\d+) [a-z]", cli.help))


def quoted(page: str) -> list[str]:
    """Lines of shell blocks and of inline code that call partnersync, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", text)
    calls = [
        re.sub(r"^(\.venv/bin/)?partnersync\s+", "", line) for line in lines if re.match(r"\S*partnersync\s", line)
    ]
    return [call for call in calls if "[" not in call and "…" not in call and "COMMAND" not in call]


def parse(words: list[str]) -> None:
    """Refuse what the command line would refuse before it does anything."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and words[0] not in HELP:
        if command.invoke_without_command and words[0].startswith("-"):
            break
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    if HELP & {*words} or (isinstance(command, click.Group) and not command.invoke_without_command):
        return
    context = click.Context(command, info_name=command.name)
    values, rest, _ = command.make_parser(context).parse_args(words)
    assert rest == []
    for param in command.params:
        value = values.get(param.name or "")
        if isinstance(value, str):
            param.type_cast_value(context, value)
        else:
            assert not (isinstance(param, click.Argument) and param.required), f"{param.name} is missing"


@pytest.mark.parametrize("call", sorted({call for page in PAGES for call in quoted(page)}))
def test_a_quoted_command_line_is_understood(call: str) -> None:
    parse(shlex.split(call, comments=True))


@pytest.mark.parametrize(
    "call", ["frobnicate", "sync --loud", "explain", "explain deal", "explain sky 1", "sync one two", "plan -o"]
)
def test_a_wrong_command_line_is_noticed(call: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        parse(shlex.split(call))


def test_readme_shows_the_commands_that_people_begin_with() -> None:
    first = {call.split()[0] for call in quoted("README.md")}
    assert {"init", "doctor", "plan", "sync", "explain"} <= first


@pytest.mark.parametrize("page", ["README.md", "README.ru.md", "CONTRIBUTING.md"])
def test_make_targets_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = (ROOT / page).read_text(encoding="utf-8")
    calls = re.findall(r"(?:`|^ *)make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
    named = {target for call in calls for target in call.split()}
    assert {"demo", "test"} <= named <= known
