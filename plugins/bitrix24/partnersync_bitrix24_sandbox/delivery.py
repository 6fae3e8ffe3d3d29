"""Sending online events: each once, whatever is answered; over HTTP to this machine, or by what a test puts there."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from partnersync.sandbox.delivery import post_form
from partnersync_bitrix24_sandbox.event_queue import Binding, Fired
from partnersync_bitrix24_sandbox.portal import Portal

Send = Callable[[str, bytes], int]
over_http = partial(post_form, agent="Bitrix24 Webhook Engine")


def deliver(portal: Portal, send: Send) -> int:
    """Send what waits. The lock is free meanwhile, for a handler may call the API before it answers."""
    with portal.lock:
        waiting, portal.events.waiting = portal.events.waiting, []
        forms = [(binding.handler, _form(portal, binding, event)) for binding, event in waiting]
    for handler, body in forms:
        send(handler, body)
    return len(forms)


def _form(portal: Portal, binding: Binding, event: Fired) -> bytes:
    """Ids alone; the token is that of `auth_type`, or of who caused it, and missing where nobody did."""
    pairs = [("event", event.name), ("event_handler_id", str(binding.number))]
    pairs += [(f"data[FIELDS][{name}]", str(value)) for name, value in event.data["FIELDS"].items()]
    pairs.append(("ts", str(event.at)))
    user = binding.auth_type or event.user_id
    if user in portal.users and binding.application in portal.tokens.applications:
        pair = portal.tokens.pair(binding.application, user, portal.now())
        pairs += [
            ("auth[access_token]", pair.access),
            ("auth[expires_in]", str(pair.expires_at - portal.now())),
            ("auth[scope]", ",".join(pair.scopes)),
            ("auth[status]", "L"),
        ]
    host = portal.host or "sandbox.bitrix24.example"
    pairs += [
        ("auth[domain]", host),
        ("auth[client_endpoint]", f"http://{host}/rest/"),
        ("auth[server_endpoint]", f"http://{host}/rest/"),
        ("auth[member_id]", portal.member_id),
        ("auth[application_token]", portal.tokens.application_token(binding.application)),
    ]
    return urlencode(pairs).encode()
