"""crm.item.details.configuration.*: which fields a card shows, in which sections."""

import json

from partnersync_bitrix24_sandbox.call import Answer, Call, Method
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal


def _key(call: Call) -> tuple[int, str, int, str]:
    scope = str(call.given("scope") or "P").upper()
    user = whole(call.given("userId")) or call.user.id
    extras = json.dumps({key: str(value) for key, value in sorted(call.mapping("extras").items())})
    return call.entity.type_id, scope, user if scope == "P" else 0, extras


def get(call: Call) -> Answer:
    """The layout; nothing where the standard one is in use."""
    return Answer(call.portal.layouts.get(_key(call)))


def set_(call: Call) -> Answer:
    """Replace the whole layout; the common one takes an administrator."""
    key = _key(call)
    if key[1] == "C" and not call.user.is_admin:
        raise Refusal(400, "ACCESS_DENIED", "Access denied.")
    sections = [one for _, one in entries(call.needed("data"))]
    if not all(isinstance(one, dict) and one.get("name") and one.get("type") == "section" for one in sections):
        raise Refusal(400, "INVALID_ARG_VALUE", "Each section needs name and type")
    call.portal.layouts[key] = sections
    return Answer(result=True)


def reset(call: Call) -> Answer:
    """Back to the standard layout."""
    call.portal.layouts.pop(_key(call), None)
    return Answer(result=True)


def force(call: Call) -> Answer:
    """Drop the personal layouts of everybody."""
    call.need_admin()
    type_id, _, _, extras = _key(call)
    personal = [key for key in call.portal.layouts if key[0] == type_id and key[1] == "P" and key[3] == extras]
    for key in personal:
        del call.portal.layouts[key]
    return Answer(result=True)


METHODS = [
    Method("crm.item.details.configuration.get", get),
    Method("crm.item.details.configuration.set", set_),
    Method("crm.item.details.configuration.reset", reset),
    Method("crm.item.details.configuration.forceCommonScopeForAll", force),
]
