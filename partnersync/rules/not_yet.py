"""Keys that a program may say and this version makes nothing of; `partnersync doctor` names them.

A feature that is built takes its row away.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Keys, or tables of keys, without effect; but those in IN_FORCE.
LATER = (
    "language",
    "registration",
    "protection",
    "segments",
    "churn",
    "managers",
    "leads",
)
IN_FORCE = frozenset(
    {
        "registration.require_contract",
        "registration.review",
        "registration.simultaneous_hours",
        "registration.cooldown_days",
        "registration.existing_client_days",
        "registration.direct_active_days",
        "registration.direct_active",
        "registration.provisional_after_bd",
        "registration.direct_only",
        "registration.scope",
        "protection.days",
        "protection.days_by_kind",
        "protection.activate_within_days",
        "protection.incumbent_months",
        "protection.extension_days",
        "protection.extension_max",
        "protection.auto_extend",
        "protection.reminder_days",
        "protection.dormant_days",
        "protection.release_days",
        "protection.won_after_expiry_days",
        "protection.lost_then_new_days",
        "registration.decision_bd",
        "registration.capacity_active",
        "registration.capacity_per_day",
        "registration.capacity_by_tier",
        "registration.research_bd",
    }
)


def has_effect(key: str) -> bool:
    """Whether a key of the program, dotted, is computed with (or refused) by this version."""
    return _lies_in(key, IN_FORCE) or not _lies_in(key, LATER)


def _lies_in(key: str, tables: Iterable[str]) -> bool:
    return any(key == table or key.startswith(f"{table}.") for table in tables)


def without_effect(content: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The keys of what a program says beyond its defaults that have no effect, dotted."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from without_effect(value, f"{above}{name}.")
        elif not has_effect(above + name):
            yield above + name
