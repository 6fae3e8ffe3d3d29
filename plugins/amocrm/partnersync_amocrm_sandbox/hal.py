"""Envelopes of answers: collections with their links, entities, and nothing."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import HAL, LARGEST, Call

NOTHING = Response(204)


def ok(data: Any, status: int = 200) -> Response:
    """An entity or an answer to a write."""
    return Response.of_json(status, data, HAL)


def collection(call: Call, name: str, items: Sequence[Any], **more: Any) -> Response:
    """All there is, unpaged; 204 where there is nothing."""
    if not items:
        return NOTHING
    return ok(more | {"_links": {"self": _page_link(call, None)}, "_embedded": {name: items}})


def counted(call: Call, name: str, items: Sequence[Any]) -> Response:
    """A paged list that tells its size."""
    page, limit = call.paging()
    shown = items[(page - 1) * limit : page * limit]
    if not shown:
        return NOTHING
    pages = -(-len(items) // limit)
    body = {
        "_total_items": len(items),
        "_page": page,
        "_page_count": pages,
        "_links": {
            "self": _page_link(call, page),
            **({"next": _page_link(call, page + 1)} if page < pages else {}),
            **({"first": _page_link(call, 1), "prev": _page_link(call, page - 1)} if page > 1 else {}),
            "last": _page_link(call, pages),
        },
        "_embedded": {name: list(shown)},
    }
    return ok(body)


def page_of(call: Call, name: str, items: Iterable[Any], *, largest: int = LARGEST, skipped: bool = False) -> Response:
    """One page of a list that does not tell its size; `skipped`: the items begin with this page already."""
    page, limit = call.paging(largest)
    start = 0 if skipped else (page - 1) * limit
    shown = list(islice(items, start, start + limit + 1))
    if not shown:
        return NOTHING
    more = len(shown) > limit or call.account.behaviour.phantom_next
    body = {
        "_page": page,
        "_links": {
            "self": _page_link(call, page),
            **({"next": _page_link(call, page + 1)} if more else {}),
            **({"first": _page_link(call, 1), "prev": _page_link(call, page - 1)} if page > 1 else {}),
        },
        "_embedded": {name: shown[:limit]},
    }
    return ok(body)


def added(call: Call, name: str, items: Sequence[Any], *, status: int = 200, total: bool = False) -> Response:
    """What a batch write answers."""
    head = {"_total_items": len(items)} if total else {}
    return ok(head | {"_links": {"self": _page_link(call, None)}, "_embedded": {name: list(items)}}, status)


def _page_link(call: Call, page: int | None) -> dict[str, str]:
    pairs = [pair for pair in call.request.query if pair[0] != "page"]
    if page is not None:
        pairs.append(("page", str(page)))
    query = urlencode(pairs)
    return {"href": f"{call.base}{call.request.path}{f'?{query}' if query else ''}"}
