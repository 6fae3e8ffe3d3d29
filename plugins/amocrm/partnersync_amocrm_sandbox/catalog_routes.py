"""Catalogs and their elements."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.card_view import values_view
from partnersync_amocrm_sandbox.checks import (
    ANY,
    BOOL,
    INT,
    LIST_OR_NULL,
    TEXT,
    Findings,
    Store,
    batch,
    no_delete,
    single,
)
from partnersync_amocrm_sandbox.definitions import Catalog, Element
from partnersync_amocrm_sandbox.hal import NOTHING, added, ok, page_of
from partnersync_amocrm_sandbox.problems import Refusal, problem
from partnersync_amocrm_sandbox.query import branch, many
from partnersync_amocrm_sandbox.values import read_values

MOST = 10
_FLAGS = ("can_add_elements", "can_show_in_cards", "can_link_multiple")
_CATALOG = {"id": INT, "name": TEXT, "type": TEXT, "sort": INT, "request_id": ANY} | dict.fromkeys(_FLAGS, BOOL)
_ELEMENT = {"id": INT, "name": TEXT, "custom_fields_values": LIST_OR_NULL, "request_id": ANY}


def get_catalogs(call: Call) -> Response:
    """All catalogs."""
    return page_of(call, "catalogs", [_catalog_view(call, one) for one in call.account.catalogs.values()])


def get_catalog(call: Call) -> Response:
    """One."""
    catalog = call.account.catalogs.get(call.number("cid"))
    return ok(_catalog_view(call, catalog)) if catalog else NOTHING


def post_catalogs(call: Call) -> Response:
    """New ones, ten in all; of invoices and products one each."""
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _CATALOG, needed=("name",))
        kind = good.get("type", "regular")
        single_kinds = {one.type for one in call.account.catalogs.values()} & {"invoices", "products"}
        if kind not in ("regular", "invoices", "products") or kind in single_kinds:
            findings.add("NotSupportedChoice", "type")

        def store() -> dict[str, Any]:
            now, by = call.account.now(), call.user.id
            catalog = Catalog(call.account.new_id(), good["name"], by, now, by, now, type=kind)
            call.account.catalogs[catalog.id] = catalog
            return _apply(call, catalog, good)

        return store

    if len(call.account.catalogs) >= MOST:
        raise Refusal(problem(422, f"Only {MOST} catalogs are allowed"))
    return added(call, "catalogs", batch(call, read))


def patch_catalog(call: Call) -> Response:
    """Change one."""
    call.need_admin()
    catalog = _catalog(call)

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _CATALOG)
        return lambda: _apply(call, catalog, good)

    return ok(single(call, read))


def get_elements(call: Call) -> Response:
    """A page of a catalog's elements, by id or part of the name."""
    elements = list(_catalog(call).elements.values())
    filters, text = branch(call.query, "filter"), call.query.get("query")
    if "id" in filters:
        elements = [one for one in elements if str(one.id) in many(filters["id"], commas=True)]
    if isinstance(text, str):
        elements = [one for one in elements if text.casefold() in one.name.casefold()]
    return page_of(call, "elements", [_element_view(call, one) for one in elements])


def get_element(call: Call) -> Response:
    """One."""
    element = _catalog(call).elements.get(call.number("id"))
    return ok(_element_view(call, element)) if element else NOTHING


def post_elements(call: Call) -> Response:
    """New ones."""
    catalog = _catalog(call)

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _ELEMENT, needed=("name",))
        values = _values(call, good, findings)

        def store() -> dict[str, Any]:
            now, by = call.account.now(), call.user.id
            element = Element(call.account.new_id(), catalog.id, good["name"], by, now, by, now, values)
            catalog.elements[element.id] = element
            return _element_view(call, element)

        return store

    return added(call, "elements", batch(call, read))


def patch_elements(call: Call) -> Response:
    """Change several."""
    return added(call, "elements", batch(call, lambda item, findings: _change(call, item, findings)))


def patch_element(call: Call) -> Response:
    """Change one."""
    return ok(single(call, lambda item, findings: _change(call, item | {"id": call.number("id")}, findings)))


def _change(call: Call, item: Any, findings: Findings) -> Store:
    good = findings.shape(item, _ELEMENT, needed=("id",))
    element = _catalog(call).elements.get(good.get("id", 0))
    if element is None:
        findings.add("NotSupportedChoice", "id")
        return dict
    values = _values(call, good, findings)

    def store() -> dict[str, Any]:
        element.name = good.get("name", element.name)
        element.values = {key: held for key, held in (element.values | values).items() if held}
        element.updated_by, element.updated_at = call.user.id, call.account.now()
        return _element_view(call, element)

    return store


def _values(call: Call, good: dict[str, Any], findings: Findings) -> dict[int, Any]:
    entity = f"catalogs/{call.number('cid')}"
    return dict(read_values(call.account, entity, good.get("custom_fields_values"), findings))


def _catalog(call: Call) -> Catalog:
    catalog = call.account.catalogs.get(call.number("cid"))
    if catalog is None:
        raise Refusal(problem(404, "Catalog not found"))
    return catalog


def _apply(call: Call, catalog: Catalog, good: dict[str, Any]) -> dict[str, Any]:
    for name in ("name", "sort", *_FLAGS):
        setattr(catalog, name, good.get(name, getattr(catalog, name)))
    return _catalog_view(call, catalog)


def _catalog_view(call: Call, catalog: Catalog) -> dict[str, Any]:
    names = ("id", "name", "created_by", "updated_by", "created_at", "updated_at", "sort", "type", *_FLAGS)
    told = {name: getattr(catalog, name) for name in names}
    return told | {"account_id": call.account.id, "_links": {"self": call.href(f"catalogs/{catalog.id}")}}


def _element_view(call: Call, element: Element) -> dict[str, Any]:
    names = ("id", "name", "created_by", "updated_by", "created_at", "updated_at", "catalog_id")
    return {name: getattr(element, name) for name in names} | {
        "is_deleted": False,
        "custom_fields_values": values_view(call.account, f"catalogs/{element.catalog_id}", element.values),
        "account_id": call.account.id,
        "_links": {"self": call.href(f"catalogs/{element.catalog_id}/elements/{element.id}")},
    }


ROUTES = [
    route("GET", "catalogs", get_catalogs),
    route("POST", "catalogs", post_catalogs),
    route("GET", "catalogs/{cid}", get_catalog),
    route("PATCH", "catalogs/{cid}", patch_catalog),
    route("DELETE", "catalogs/{cid}", no_delete),
    route("GET", "catalogs/{cid}/elements", get_elements),
    route("POST", "catalogs/{cid}/elements", post_elements),
    route("PATCH", "catalogs/{cid}/elements", patch_elements),
    route("GET", "catalogs/{cid}/elements/{id}", get_element),
    route("PATCH", "catalogs/{cid}/elements/{id}", patch_element),
    route("DELETE", "catalogs/{cid}/elements/{id}", no_delete),
]
