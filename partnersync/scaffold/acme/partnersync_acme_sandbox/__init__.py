"""An emulator of Acme, sharing no code with the adapter: what it offers to the core."""

from partnersync.contract.hookspecs import hookimpl
from partnersync.sandbox.kind import SandboxKind


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_sandboxes() -> list[SandboxKind]:
    """The kind `acme`."""
    from partnersync_acme_sandbox.emulator import sample  # a command that lists plugins need not wait for it

    return [SandboxKind("acme", sample)]
