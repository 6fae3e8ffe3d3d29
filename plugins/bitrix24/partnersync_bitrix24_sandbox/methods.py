"""The table of methods, by their names in lower case."""

from partnersync_bitrix24_sandbox import (
    activity_methods,
    category_methods,
    currency_methods,
    duplicate_methods,
    event_methods,
    item_methods,
    layout_methods,
    legacy_methods,
    product_row_methods,
    requisite_methods,
    service_methods,
    stage_history,
    status_methods,
    task_methods,
    timeline_methods,
    type_methods,
    user_field_config_methods,
    user_field_methods,
    user_methods,
)
from partnersync_bitrix24_sandbox.call import Answer, Call, Method


def method_get(call: Call) -> Answer:
    """Whether a method exists, and whether the caller may call it."""
    found = METHODS.get(str(call.needed("name")).lower())
    available = found is not None and (not found.scope or found.scope in call.access.scopes)
    return Answer({"isExisting": found is not None, "isAvailable": available})


def methods(call: Call) -> Answer:
    """The methods that the caller may call."""
    return Answer([one.name for one in METHODS.values() if not one.scope or one.scope in call.access.scopes])


METHODS = {
    one.name.lower(): one
    for one in [
        *activity_methods.METHODS,
        *category_methods.METHODS,
        *item_methods.METHODS,
        *layout_methods.METHODS,
        *legacy_methods.METHODS,
        *currency_methods.METHODS,
        *duplicate_methods.METHODS,
        *event_methods.METHODS,
        *product_row_methods.METHODS,
        *requisite_methods.METHODS,
        *service_methods.METHODS,
        *stage_history.METHODS,
        *status_methods.METHODS,
        *task_methods.METHODS,
        *timeline_methods.METHODS,
        *type_methods.METHODS,
        *user_field_config_methods.METHODS,
        *user_field_methods.METHODS,
        *user_methods.METHODS,
        Method("method.get", method_get, ""),
        Method("methods", methods, ""),
    ]
}
