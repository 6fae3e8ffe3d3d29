"""An emulator of Bitrix24's REST API, sharing no code with the adapter: what it offers to the core."""

from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1
