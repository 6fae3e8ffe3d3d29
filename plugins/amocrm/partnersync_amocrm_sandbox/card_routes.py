"""Leads, contacts and companies."""

from email.utils import parsedate_to_datetime
from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.card_lists import listed
from partnersync_amocrm_sandbox.card_view import card_view, trash_view
from partnersync_amocrm_sandbox.card_writes import Reader, missing_values
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.changes import create, update
from partnersync_amocrm_sandbox.checks import Findings, Read, Store, batch, no_delete, single
from partnersync_amocrm_sandbox.hal import NOTHING, added, ok, page_of

DELETED = 226


def get_cards(call: Call) -> Response:
    """A page."""
    if _unmodified(call):
        return Response(304)
    look = trash_view if "only_deleted" in call.with_ else card_view
    return page_of(call, call.kind, (look(call, card) for card in listed(call)), skipped=True)


def _unmodified(call: Call) -> bool:
    since = call.request.headers.get("if-modified-since")
    if since is None or not call.account.behaviour.honours_if_modified_since:
        return False
    later = int(parsedate_to_datetime(since).timestamp()) + 1
    changed = call.account.cards[call.kind].orders["updated_at"].walk(later, None, 0, descending=False)
    return next(changed, None) is None


def get_card(call: Call) -> Response:
    """One; 204 where it is not, or is deleted."""
    card = call.account.cards[call.kind].get(call.number("id"))
    if card is None or not call.allowed(card.kind, "view", card.responsible_user_id):
        return NOTHING
    return ok(card_view(call, card))


def post_cards(call: Call) -> Response:
    """New ones."""
    call.need_right(call.kind, "add")
    stored = batch(call, lambda item, findings: _creation(call, item, findings))
    return added(call, call.kind, stored)


def patch_cards(call: Call) -> Response:
    """Change several."""
    return added(call, call.kind, batch(call, lambda item, findings: _change(call, item, findings)))


def patch_card(call: Call) -> Response:
    """Change one."""
    return ok(single(call, _one(call)))


def _one(call: Call) -> Read:
    return lambda item, findings: _change(call, item | {"id": call.number("id")}, findings)


def _creation(call: Call, item: Any, findings: Findings) -> Store:
    kind = call.kind
    edit = Reader(call, kind, findings).edit(item)

    def store() -> dict[str, Any]:
        card = create(call.account, kind, edit, call.actor, call.account.now())
        return {"id": card.id, "_links": {"self": call.href(f"{kind}/{card.id}")}}

    return store


def _change(call: Call, item: Any, findings: Findings) -> Store:
    kind, population = call.kind, call.account.cards[call.kind]
    card_id = findings.id_of(item)
    if card_id is None:
        return dict
    card = population.get(card_id)
    if card is None:
        if card_id in population.trash:
            findings.add(DELETED, "id", "Entity is deleted")
        else:
            findings.add("NotSupportedChoice", "id")
        return dict
    call.need_right(kind, "edit", card.responsible_user_id)
    edit = Reader(call, kind, findings, card).edit(item)
    if kind is Kind.LEADS and call.account.behaviour.required_statuses_by_api:
        for field_id in missing_values(call.account, card, edit):
            findings.add("FieldMissing", f"custom_fields_values.{field_id}", "This field is missing.")

    def store() -> dict[str, Any]:
        changed = update(call.account, kind, card.id, edit, call.actor, call.account.now())
        assert changed is not None
        more = {"name": changed.name} if kind is Kind.CONTACTS else {}
        link = {"self": call.href(f"{kind}/{changed.id}")}
        return {"id": changed.id, **more, "updated_at": changed.updated_at, "_links": link}

    return store


ROUTES = [
    route("GET", "{kind}", get_cards),
    route("POST", "{kind}", post_cards),
    route("PATCH", "{kind}", patch_cards),
    route("GET", "{kind}/{id}", get_card),
    route("PATCH", "{kind}/{id}", patch_card),
    route("DELETE", "{kind}", no_delete),
    route("DELETE", "{kind}/{id}", no_delete),
]
