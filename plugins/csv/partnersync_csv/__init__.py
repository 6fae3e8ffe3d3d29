"""partnersync adapter for folders of CSV files: what it offers to the core."""

from partnersync.contract.adapter import AdapterKind
from partnersync.contract.hookspecs import hookimpl


@hookimpl
def partnersync_contract_version() -> int:
    """The contract that this plugin was written for."""
    return 1


@hookimpl
def partnersync_adapter_kinds() -> list[AdapterKind]:
    """The kind `csv`."""
    from partnersync_csv.adapter import make  # a command that lists plugins need not wait for all of it
    from partnersync_csv.settings import CsvSettings
    from partnersync_csv.source import read_file
    from partnersync_csv.survey import survey

    return [AdapterKind("csv", CsvSettings, make, survey, read_file)]
