"""Tags of cards."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.checks import ANY, TEXT, TEXT_OR_NULL, Findings, Store, batch
from partnersync_amocrm_sandbox.hal import added, page_of
from partnersync_amocrm_sandbox.query import branch, many

_KEYS = {"name": TEXT, "color": TEXT_OR_NULL, "request_id": ANY}


def get_tags(call: Call) -> Response:
    """By name, id or part of the name."""
    filters = branch(call.query, "filter")
    tags = list(call.account.tags[call.kind].values())
    if "name" in filters:
        tags = [tag for tag in tags if tag.name == filters["name"]]
    if "id" in filters:
        tags = [tag for tag in tags if str(tag.id) in many(filters["id"], commas=True)]
    if isinstance(call.query.get("query"), str):
        tags = [tag for tag in tags if call.query["query"].casefold() in tag.name.casefold()]
    return page_of(call, "tags", [{"id": tag.id, "name": tag.name, "color": tag.color} for tag in tags])


def post_tags(call: Call) -> Response:
    """New ones; a known name gives the id that it has."""

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _KEYS, needed=("name",))

        def store() -> dict[str, Any]:
            tag = call.account.tag(call.kind, good["name"])
            if call.kind is Kind.LEADS:
                tag.color = good.get("color", tag.color)
            return {"id": tag.id, "name": tag.name, "color": tag.color}

        return store

    return added(call, "tags", batch(call, read), total=True)


ROUTES = [route("GET", "{kind}/tags", get_tags), route("POST", "{kind}/tags", post_tags)]
