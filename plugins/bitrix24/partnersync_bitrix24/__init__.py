"""partnersync adapter for Bitrix24: what it offers to the core."""

from partnersync.contract.adapter import AdapterKind
from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_adapter_kinds() -> list[AdapterKind]:
    """The kind `bitrix24`."""
    from partnersync_bitrix24.adapter import make  # a command that lists plugins need not wait for all of it
    from partnersync_bitrix24.connect import connect
    from partnersync_bitrix24.schema import schema
    from partnersync_bitrix24.settings import BitrixSettings

    return [AdapterKind("bitrix24", BitrixSettings, make, connect=connect, schema=schema)]
