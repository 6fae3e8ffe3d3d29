"""partnersync adapter for Bitrix24: what it offers to the core."""

from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1
