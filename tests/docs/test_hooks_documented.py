"""docs/plugins/contract.md names hooks, adapter methods, capabilities, outcomes and families of checks as the code."""

import inspect
import re
import sys
from dataclasses import MISSING, fields
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from partnersync.contract import CONTRACT_VERSION, hookspecs
from partnersync.contract.adapter import Adapter, Capabilities, Outcome
from partnersync.errors import PartnersyncError
from partnersync.loader import load_plugins
from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness
from partnersync.testing.troubles import Trouble

PAGE = (Path(__file__).parents[2] / "docs/plugins/contract.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return re.split(rf"^## {title}$", PAGE, flags=re.MULTILINE)[1].split("\n## ")[0]


def _rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in _section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _named(title: str) -> list[str]:
    return [row[0].strip("`") for row in _rows(title)]


def _signature(name: str, function: object) -> str:
    """As the source writes it, without self."""
    source = inspect.getsource(function)  # type: ignore[arg-type]
    found = re.search(r"def \w+\((?:self(?:, )?)?(.*?)\) -> (.+?):", source)
    assert found
    return f"{name}({found[1]}) -> {found[2]}"


def test_hooks_stand_with_their_signatures() -> None:
    hooks = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "partnersync_spec")}
    assert _named("Hooks") == [_signature(name, spec) for name, spec in hooks.items()]
    assert f"this one is {CONTRACT_VERSION}." in _section("Hooks")


def test_adapter_methods_stand_with_their_signatures() -> None:
    methods = {name: method for name, method in vars(Adapter).items() if inspect.isfunction(method) and name[0] != "_"}
    assert _named("The adapter") == [_signature(name, method) for name, method in methods.items()]


def test_capabilities_stand_with_their_defaults() -> None:
    words = {MISSING: "", False: "no", True: "yes", (): "none"}
    declared = [(field.name, field.default) for field in fields(Capabilities)]
    expected = [[f"`{name}`", str(default) if type(default) is int else words[default]] for name, default in declared]
    assert [row[:2] for row in _rows("Capabilities")] == expected


def test_outcomes_stand_there() -> None:
    assert _named("Half-failed batches") == list(Outcome)


def test_families_of_checks_stand_there() -> None:
    families = [base.family for base in reversed(AdapterConformance.__bases__)]  # type: ignore[attr-defined]
    assert _named("Prove it") == families


def test_troubles_stand_there() -> None:
    assert set(_named("A harness")) == set(Trouble)


def test_a_harness_is_told_whole() -> None:
    named = set(re.findall(r"`(\w+)(?:\(\))?`", _section("A harness")))
    assert {name for name in vars(Harness) | inspect.get_annotations(Harness) if name[0] != "_"} <= named


def test_errors_exist() -> None:
    known = {each.__name__ for each in PartnersyncError.__subclasses__()}
    assert set(_named("Errors")) <= known


def test_the_example_plugin_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, adapter = ModuleType("partnersync_mycrm"), ModuleType("partnersync_mycrm.adapter")
    adapter.__dict__.update(MySettings=BaseModel, make=lambda connection, settings: None)
    [code] = re.findall(r"```python\n# partnersync_mycrm/__init__.py.*?\n(.+?)```", PAGE, re.DOTALL)
    exec(code, plugin.__dict__)
    monkeypatch.setitem(sys.modules, "partnersync_mycrm", plugin)
    monkeypatch.setitem(sys.modules, "partnersync_mycrm.adapter", adapter)
    plugins = load_plugins([EntryPoint("mycrm", "partnersync_mycrm", "partnersync")])
    assert (list(plugins.kinds), plugins.problems) == (["mycrm"], [])


def test_the_example_of_the_kit_is_a_conformance_test() -> None:
    [code] = re.findall(r"```python\n# tests/test_mycrm_conformance.py\n(.+?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert issubclass(names["TestMyCrm"], AdapterConformance)  # type: ignore[arg-type]
