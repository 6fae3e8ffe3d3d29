"""partnersync adapter for Acme: what it offers to the core."""

from partnersync.contract.adapter import AdapterKind
from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_adapter_kinds() -> list[AdapterKind]:
    """The kind `acme`."""
    from partnersync_acme.adapter import make  # a command that lists plugins need not wait for all of it
    from partnersync_acme.settings import AcmeSettings

    return [AdapterKind("acme", AcmeSettings, make)]
