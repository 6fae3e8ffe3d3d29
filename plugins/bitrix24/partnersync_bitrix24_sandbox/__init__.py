"""An emulator of Bitrix24's REST API, sharing no code with the adapter: what it offers to the core."""

from partnersync.contract.hookspecs import hookimpl
from partnersync.sandbox.kind import SandboxKind


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_sandboxes() -> list[SandboxKind]:
    """The kind `bitrix24`, and the vendor's own sample portal."""
    # a command that lists plugins need not wait for it
    from partnersync_bitrix24_sandbox.emulator import sample_portal, vendors_portal

    return [SandboxKind("bitrix24", sample_portal), SandboxKind("bitrix24-vendor", vendors_portal)]
