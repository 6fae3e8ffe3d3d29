"""The table of methods, by their names in lower case."""

from partnersync_bitrix24_sandbox import (
    item_methods,
    service_methods,
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
        *service_methods.METHODS,
        *user_methods.METHODS,
        *item_methods.METHODS,
        Method("method.get", method_get, ""),
        Method("methods", methods, ""),
    ]
}
