"""Subscriptions to webhooks."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.checks import INT, LIST, TEXT, Findings, Store, single
from partnersync_amocrm_sandbox.hal import NOTHING, collection, ok
from partnersync_amocrm_sandbox.problems import Refusal, problem
from partnersync_amocrm_sandbox.query import branch
from partnersync_amocrm_sandbox.subscriptions import SETTINGS, Subscription

MOST = 100
_KEYS = {"destination": TEXT, "settings": LIST, "sort": INT}


def get_webhooks(call: Call) -> Response:
    """All, or the one of a destination."""
    _allowed(call)
    wanted = branch(call.query, "filter").get("destination")
    found = [one for one in call.account.hooks.subscriptions.values() if wanted in (None, one.destination)]
    return collection(call, "webhooks", [_view(call, one) for one in found], _total_items=len(found))


def post_webhook(call: Call) -> Response:
    """Subscribe: 201. A known destination keeps its id and gets the new settings."""
    _allowed(call)
    hooks = call.account.hooks

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _KEYS, needed=("destination", "settings"))
        for place, setting in enumerate(good.get("settings", ())):
            if findings.has_type(setting, TEXT, f"settings.{place}") and setting not in SETTINGS:
                findings.add("NotSupportedChoice", f"settings.{place}")

        def store() -> dict[str, Any]:
            now, destination = call.account.now(), good["destination"]
            known = hooks.subscriptions.get(destination)
            if known is None:
                known = Subscription(call.account.new_id(), destination, (), 0, call.user.id, now, now)
                hooks.subscriptions[destination] = known
            known.settings, known.updated_at = tuple(good["settings"]), now
            known.sort = good.get("sort", known.sort)
            if call.account.behaviour.post_enables:
                known.disabled = False
            return _view(call, known)

        return store

    item = call.body()
    new = not isinstance(item, dict) or item.get("destination") not in hooks.subscriptions
    if new and len(hooks.subscriptions) >= MOST:
        raise Refusal(problem(422, f"Only {MOST} webhooks are allowed"))
    told = single(call, read)
    if call.account.behaviour.settings_as_object:
        told["settings"] = dict.fromkeys(told["settings"], 1)
    return ok(told, 201)


def delete_webhook(call: Call) -> Response:
    """Unsubscribe: 204, or 404."""
    _allowed(call)
    item = call.body()
    destination = item.get("destination") if isinstance(item, dict) else None
    if call.account.hooks.subscriptions.pop(destination or "", None) is None:
        raise Refusal(problem(404, "Webhook not found"))
    return NOTHING


def _allowed(call: Call) -> None:
    call.need_admin()
    if not call.account.options.webhooks:
        raise Refusal(problem(402, "Payment required"))


def _view(call: Call, one: Subscription) -> dict[str, Any]:
    names = ("id", "destination", "created_at", "updated_at", "created_by", "sort", "disabled")
    return {name: getattr(one, name) for name in names} | {
        "account_id": call.account.id,
        "settings": list(one.settings),
        "_links": {"self": call.href("webhooks")},
    }


ROUTES = [
    route("GET", "webhooks", get_webhooks),
    route("POST", "webhooks", post_webhook),
    route("DELETE", "webhooks", delete_webhook),
]
