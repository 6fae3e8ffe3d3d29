"""partnersync adapter for amoCRM and Kommo: what it offers to the core."""

from partnersync.contract.adapter import AdapterKind
from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_adapter_kinds() -> list[AdapterKind]:
    """The kind `amocrm`."""
    from partnersync_amocrm.adapter import make  # a command that lists plugins need not wait for all of it
    from partnersync_amocrm.connect import connect
    from partnersync_amocrm.schema import schema
    from partnersync_amocrm.settings import AmoSettings

    return [AdapterKind("amocrm", AmoSettings, make, connect=connect, schema=schema)]
