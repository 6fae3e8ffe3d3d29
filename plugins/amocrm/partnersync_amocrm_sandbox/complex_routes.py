"""`/leads/complex`: leads with a contact and a company in one request."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.card_writes import Reader
from partnersync_amocrm_sandbox.cards import Kind, Link
from partnersync_amocrm_sandbox.changes import Edit, connect, create
from partnersync_amocrm_sandbox.checks import Findings, Store, batch
from partnersync_amocrm_sandbox.hal import ok

MOST, MOST_VALUES = 50, 40


def post_complex(call: Call) -> Response:
    """The answer is a bare array. Nothing is merged: duplicate control is off."""
    stored = batch(call, lambda item, findings: _read(call, item, findings), largest=MOST)
    return ok([told | {"request_id": [told["request_id"]]} for told in stored])


def _read(call: Call, item: Any, findings: Findings) -> Store:
    embedded = item.get("_embedded", {}) if isinstance(item, dict) else {}
    ends = {kind: embedded.get(kind.value, [])[:1] for kind in (Kind.CONTACTS, Kind.COMPANIES)}
    if isinstance(item, dict):
        lead = {key: value for key, value in embedded.items() if key not in ("contacts", "companies")}
        item = item | {"_embedded": lead}
        if len(item.get("custom_fields_values") or ()) > MOST_VALUES:
            findings.add(
                "TooMany", "custom_fields_values", f"This collection should contain {MOST_VALUES} elements or less."
            )
    edit = Reader(call, Kind.LEADS, findings).edit(item)
    if "metadata" in embedded:
        pipeline = call.account.pipelines[edit.attributes.get("pipeline_id", call.account.main_pipeline.id)]
        edit.attributes |= {"pipeline_id": pipeline.id, "status_id": pipeline.unsorted.id}
    known: dict[Kind, int] = {}
    made: dict[Kind, Edit] = {}
    for kind, given in ends.items():
        for one in given:
            if isinstance(one, dict) and one.keys() <= {"id", "is_main"} and "id" in one:
                known[kind] = one["id"]
                if call.account.cards[kind].get(one["id"]) is None:
                    findings.add("NotSupportedChoice", f"_embedded.{kind}.0.id")
            else:
                made[kind] = Reader(call, kind, findings).edit(one)

    def store() -> dict[str, Any]:
        account, now = call.account, call.account.now()
        cards = {kind: create(account, kind, one, call.actor, now).id for kind, one in made.items()} | known
        for kind, card_id in cards.items():
            link: Link = (kind.value, card_id)
            edit.links[link] = {"is_main": True} if kind is Kind.CONTACTS else {}
        if len(made) == len(ends):
            contact = account.cards[Kind.CONTACTS].touch(cards[Kind.CONTACTS])
            assert contact is not None
            connect(account, contact, ("companies", cards[Kind.COMPANIES]), {}, call.actor, now)
        lead = create(account, Kind.LEADS, edit, call.actor, now)
        return {
            "id": lead.id,
            "contact_id": cards.get(Kind.CONTACTS),
            "company_id": cards.get(Kind.COMPANIES),
            "merged": False,
        }

    return store


ROUTES = [route("POST", "leads/complex", post_complex)]
