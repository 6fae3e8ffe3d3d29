"""The first settings and program as text. Pure; TOML is written by a library, as headers of files may hold anything."""

from collections.abc import Iterable, Mapping
from datetime import date

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Table

from partnersync.contract.adapter import Surveyed

KIND, NAME = "csv", "registry"
"""Of the connection that the first settings have."""

_SETTINGS = """\
# Written by `partnersync init`. Every setting is described in docs/settings.md.

language = "ru" # or "en": what people read in notes, tasks and explanations

[store]
url = "sqlite:///partnersync.db"

# A folder with partners.csv, deals.csv, payments.csv, registrations.csv (docs/files.md). Foreign files are mapped
# under [connections.registry.files.deals] and the like.
[connections.registry]
"""
_PROGRAM = """\
# The terms from {day} on. Every key is described in docs/settings.md; what is not named keeps its default.
effective_from = {day}
time_zone = {zone}
currency = {currency}

[[commission.rules]]
name = "all"
rate = "10%"
"""


def settings_text(path: str, out: str, surveyed: Iterable[Surveyed]) -> str:
    """config/partnersync.toml with one connection, which reads the surveyed files as they were recognised."""
    own: Mapping[str, object] = {"kind": KIND, "path": path, "out": out, "mode": "observe"}
    document = tomlkit.parse(_SETTINGS)
    for each in (Surveyed("", options=own), *surveyed):
        _add(document, {"connections": {NAME: each.options}}, each.remarks)
    return tomlkit.dumps(document)


def keys_text(surveyed: Surveyed) -> str:
    """What one file adds to the settings."""
    document = tomlkit.document()
    _add(document, {"connections": {NAME: surveyed.options}}, ())
    return tomlkit.dumps(document).strip()


def program_text(day: date, zone: str, currency: str) -> str:
    """A first program version with one rule."""
    told = {"zone": zone, "currency": currency}
    return _PROGRAM.format(day=day, **{key: tomlkit.string(text).as_string() for key, text in told.items()})


def _add(into: Table | Container, keys: Mapping[str, object], remarks: Iterable[str]) -> None:
    """Put nested tables into one that may have some of them; remarks become comments of the first that holds values."""
    if not all(isinstance(value, Mapping) for value in keys.values()):
        for remark in remarks:
            into.add(tomlkit.comment("".join(sign for sign in " ".join(remark.split()) if sign.isprintable())))
        remarks = ()
    for key, value in keys.items():
        if not isinstance(value, Mapping):
            into.add(key, value)
            continue
        there = into.get(key)
        table = there if there is not None else _new_table(value)
        _add(table, value, remarks)
        if there is None:
            into.add(key, table)


def _new_table(keys: Mapping[str, object]) -> Table:
    return tomlkit.table(is_super_table=bool(keys) and all(isinstance(value, Mapping) for value in keys.values()))
