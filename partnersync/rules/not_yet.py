"""Keys that a program may say and this version makes nothing of; `partnersync doctor` names them.

A feature that is built takes its row away.
"""

from collections.abc import Iterator, Mapping
from typing import Any

# Keys, or tables of keys, without effect.
LATER = ("language", "registration.first_response_bd", "segments", "churn", "managers", "leads")


def has_effect(key: str) -> bool:
    """Whether a key of the program, dotted, is computed with (or refused) by this version."""
    return not any(key == table or key.startswith(f"{table}.") for table in LATER)


def without_effect(content: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The keys of what a program says beyond its defaults that have no effect, dotted."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from without_effect(value, f"{above}{name}.")
        elif not has_effect(above + name):
            yield above + name
