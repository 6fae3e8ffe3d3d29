"""Reasons for losses."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.checks import ANY, INT, TEXT, Findings, Store, batch
from partnersync_amocrm_sandbox.definitions import LossReason
from partnersync_amocrm_sandbox.hal import NOTHING, added, counted, ok

_REASON = {"name": TEXT, "sort": INT, "request_id": ANY}


def get_reasons(call: Call) -> Response:
    """Why deals are lost."""
    return counted(call, "loss_reasons", [_reason_view(call, one) for one in call.account.loss_reasons.values()])


def get_reason(call: Call) -> Response:
    """One."""
    reason = call.account.loss_reasons.get(call.number("id"))
    return ok(_reason_view(call, reason)) if reason else NOTHING


def post_reasons(call: Call) -> Response:
    """New ones."""
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _REASON, needed=("name",))

        def store() -> dict[str, Any]:
            now = call.account.now()
            reason = LossReason(call.account.new_id(), good["name"], good.get("sort", 1), now, now)
            call.account.loss_reasons[reason.id] = reason
            return _reason_view(call, reason)

        return store

    return added(call, "loss_reasons", batch(call, read))


def _reason_view(call: Call, reason: LossReason) -> dict[str, Any]:
    told = {key: getattr(reason, key) for key in ("id", "name", "sort", "created_at", "updated_at")}
    return told | {"_links": {"self": call.href(f"leads/loss_reasons/{reason.id}")}}


ROUTES = [
    route("GET", "leads/loss_reasons", get_reasons),
    route("POST", "leads/loss_reasons", post_reasons),
    route("GET", "leads/loss_reasons/{id}", get_reason),
]
