"""An emulator of amoCRM's API v4, sharing no code with the adapter: what it offers to the core."""

from partnersync.contract.hookspecs import hookimpl
from partnersync.sandbox.kind import SandboxKind


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_sandboxes() -> list[SandboxKind]:
    """The kind `amocrm`."""
    from partnersync_amocrm_sandbox.emulator import sample_account  # a command that lists plugins need not wait for it

    return [SandboxKind("amocrm", sample_account)]
