"""Hooks that a plugin can implement: entry-point group `partnersync`, pluggy marker `partnersync`.

Every hook is called plugin by plugin, so one that raises is named and left out while the others run.
"""

import pluggy

from partnersync.contract.adapter import AdapterKind
from partnersync.sandbox.kind import SandboxKind

hookspec = pluggy.HookspecMarker("partnersync")
hookimpl = pluggy.HookimplMarker("partnersync")


@hookspec
def partnersync_contract_version() -> int:  # type: ignore[empty-body]
    """The contract version that the plugin was written for; another than ours is a PluginError. Without it: 1."""


@hookspec
def partnersync_adapter_kinds() -> list[AdapterKind]:  # type: ignore[empty-body]
    """Offer the kinds of system this plugin can talk to; called once at start-up, no I/O.

    Two plugins that offer one kind name are a PluginError that names both distributions.
    """


@hookspec
def partnersync_sandboxes() -> list[SandboxKind]:  # type: ignore[empty-body]
    """Offer emulators of systems, for tests and demonstrations; called at start-up, no I/O.

    Two plugins that offer an emulator of one kind are a PluginError that names both distributions.
    """
