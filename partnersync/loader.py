"""Entry points → kinds of system and emulators. Plugins are loaded one by one; a broken one is named, others run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

import pluggy

from partnersync.contract import CONTRACT_VERSION, hookspecs
from partnersync.contract.adapter import AdapterKind
from partnersync.errors import ConfigError, PluginError
from partnersync.sandbox.kind import SandboxKind

GROUP = "partnersync"


@dataclass(frozen=True, slots=True)
class Listed:
    """A plugin as `plugins list` shows it; `problem` is empty where it works."""

    name: str
    distribution: str
    version: str
    kinds: tuple[str, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class Plugins:
    """What was found: kinds of system and emulators by name, each plugin, and what is wrong with the broken ones."""

    kinds: dict[str, AdapterKind] = field(default_factory=dict)
    sandboxes: dict[str, SandboxKind] = field(default_factory=dict)
    listing: list[Listed] = field(default_factory=list)
    problems: list[PluginError] = field(default_factory=list)

    def kind(self, name: str, connection: str) -> AdapterKind:
        """The kind that a connection names; ConfigError where no plugin offers it."""
        if name in self.kinds:
            return self.kinds[name]
        known = ", ".join(sorted(self.kinds)) or "none"
        raise ConfigError(
            f'connection {connection}: no plugin offers the kind "{name}"',
            hint=f"Install its plugin (pip install partnersync-{name}); installed kinds: {known}",
        )


def load_plugins(found: Iterable[EntryPoint] | None = None) -> Plugins:
    """Load every installed plugin, or the given entry points, in the order of their names."""
    plugins = Plugins()
    offered_by: dict[tuple[type, str], str] = {}
    for entry in sorted(entry_points(group=GROUP) if found is None else found, key=lambda entry: entry.name):
        distribution = entry.dist.name if entry.dist else entry.value
        version = entry.dist.version if entry.dist else ""
        try:
            offers = _offers(entry)
            taken = next((key for one in offers if (key := (type(one), one.name)) in offered_by), None)
            if taken:
                what = "kind" if taken[0] is AdapterKind else "sandbox"
                raise PluginError(f'offers the {what} "{taken[1]}", as {offered_by[taken]} does: uninstall one of them')
        except (Exception, SystemExit) as error:  # whatever a plugin does must not stop the others
            reason = error.message if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            plugins.problems.append(
                PluginError(
                    f"plugin {entry.name} ({distribution}) is left out: {reason}", hint="Update or uninstall it"
                )
            )
            plugins.listing.append(Listed(entry.name, distribution, version, problem=reason))
            continue
        offered_by.update(((type(one), one.name), distribution) for one in offers)
        kinds = {one.name: one for one in offers if isinstance(one, AdapterKind)}
        plugins.kinds.update(kinds)
        plugins.sandboxes.update((one.name, one) for one in offers if isinstance(one, SandboxKind))
        plugins.listing.append(Listed(entry.name, distribution, version, tuple(kinds)))
    return plugins


def _offers(entry: EntryPoint) -> list[AdapterKind | SandboxKind]:
    """What one plugin offers; raises whatever is wrong with it."""
    module: ModuleType = entry.load()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(module, entry.name)
    for version in manager.hook.partnersync_contract_version() or [1]:  # first: a later contract has more hooks
        if version != CONTRACT_VERSION:
            raise PluginError(f"was written for contract {version}, this is contract {CONTRACT_VERSION}")
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"implements a hook that does not exist: {error}") from None
    offers: list[AdapterKind | SandboxKind] = []
    hooks = ((manager.hook.partnersync_adapter_kinds, AdapterKind), (manager.hook.partnersync_sandboxes, SandboxKind))
    for hook, expected in hooks:
        for one in (one for offered in hook() for one in offered):
            if not isinstance(one, expected):
                raise PluginError(f"offers {one!r}, which is no {expected.__name__}")
            offers.append(one)
    return offers
