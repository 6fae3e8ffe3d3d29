"""A broken plugin is named, the others run."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest
from pydantic import BaseModel

from partnersync.contract.adapter import Adapter, AdapterKind, Connection
from partnersync.contract.hookspecs import hookimpl
from partnersync.errors import ConfigError
from partnersync.loader import load_plugins
from partnersync.sandbox.clock import Clock
from partnersync.sandbox.kind import Emulator, SandboxKind


def _make(_connection: Connection, _settings: BaseModel) -> Adapter:
    raise NotImplementedError


def _offering(*names: str) -> ModuleType:
    module = ModuleType("plugin")

    @hookimpl
    def partnersync_adapter_kinds() -> list[AdapterKind]:
        return [AdapterKind(name, BaseModel, _make) for name in names]

    module.partnersync_adapter_kinds = partnersync_adapter_kinds  # type: ignore[attr-defined]
    return module


def _start(_deals: int, _clock: Clock) -> Emulator:
    raise NotImplementedError


def _emulating(*offered: object) -> ModuleType:
    module = ModuleType("plugin")
    module.partnersync_sandboxes = hookimpl(lambda: list(offered))  # type: ignore[attr-defined]
    return module


def _for_contract(version: int) -> ModuleType:
    module = _offering("old")

    @hookimpl
    def partnersync_contract_version() -> int:
        return version

    module.partnersync_contract_version = partnersync_contract_version  # type: ignore[attr-defined]
    return module


def _misspelt() -> ModuleType:
    module = ModuleType("plugin")

    @hookimpl
    def partnersync_adapter_kind() -> list[AdapterKind]:
        return []

    module.partnersync_adapter_kind = partnersync_adapter_kind  # type: ignore[attr-defined]
    return module


def _newer() -> ModuleType:
    module = _for_contract(3)
    module.partnersync_hook_of_contract_3 = hookimpl(lambda: None)  # type: ignore[attr-defined]
    return module


def _answering(answer: Callable[[], object]) -> ModuleType:
    module = ModuleType("plugin")

    @hookimpl
    def partnersync_adapter_kinds() -> object:
        return answer()

    module.partnersync_adapter_kinds = partnersync_adapter_kinds  # type: ignore[attr-defined]
    return module


def _raise() -> object:
    raise RuntimeError("no kinds today")


class _Entry(EntryPoint):
    """An entry point that loads what it is given."""

    loaded: ModuleType | BaseException

    def load(self) -> ModuleType:
        if isinstance(self.loaded, BaseException):
            raise self.loaded
        return self.loaded


def _entry(name: str, loaded: ModuleType | BaseException) -> EntryPoint:
    entry = _Entry(name, f"partnersync_{name}", "partnersync")
    object.__setattr__(entry, "loaded", loaded)
    return entry


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(ImportError("no module named x"), "ImportError: no module named x", id="it cannot be imported"),
        pytest.param(_misspelt(), "partnersync_adapter_kind", id="it misspells a hook"),
        pytest.param(SystemExit(2), "SystemExit: 2", id="its import ends the program"),
        pytest.param(_answering(_raise), "no kinds today", id="its hook raises"),
        pytest.param(_answering(lambda: ["csv"]), "'csv', which is no AdapterKind", id="it offers something else"),
        pytest.param(_emulating("csv"), "'csv', which is no SandboxKind", id="it emulates something else"),
        pytest.param(_answering(lambda: 7), "TypeError", id="it offers what is no list"),
        pytest.param(_for_contract(2), "written for contract 2", id="it was written for another contract"),
        pytest.param(_newer(), "written for contract 3", id="it has hooks of a later contract"),
        pytest.param(_offering("csv"), 'the kind "csv", as partnersync_a does', id="its kind is taken"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_run(broken: ModuleType | BaseException, reason: str) -> None:
    plugins = load_plugins([_entry("b", broken), _entry("c", _offering("memory")), _entry("a", _offering("csv"))])
    assert sorted(plugins.kinds) == ["csv", "memory"]
    [problem] = plugins.problems
    assert "plugin b (partnersync_b) is left out" in problem.message
    assert reason in problem.message
    assert [(listed.name, bool(listed.problem)) for listed in plugins.listing] == [
        ("a", False),
        ("b", True),
        ("c", False),
    ]


def test_a_sandbox_is_offered_beside_an_adapter_of_its_name() -> None:
    emulating = _emulating(SandboxKind("csv", _start))
    plugins = load_plugins([_entry("a", _offering("csv")), _entry("b", emulating), _entry("c", emulating)])
    assert [*plugins.kinds, *plugins.sandboxes] == ["csv", "csv"]
    [problem] = plugins.problems
    assert 'the sandbox "csv", as partnersync_b does' in problem.message


def test_an_unknown_kind_says_what_to_install() -> None:
    with pytest.raises(ConfigError, match="pip install partnersync-amocrm"):
        load_plugins([]).kind("amocrm", "main")


def test_the_current_contract_is_accepted() -> None:
    assert load_plugins([_entry("a", _for_contract(1))]).problems == []
