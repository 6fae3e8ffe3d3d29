"""`/leads/complex`: leads with a contact and a company in one request."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.card_writes import Reader
from partnersync_amocrm_sandbox.cards import Kind, Link
from partnersync_amocrm_sandbox.changes import Edit, connect, create
from partnersync_amocrm_sandbox.checks import LIST, Findings, Store, batch
from partnersync_amocrm_sandbox.hal import ok

MOST, MOST_VALUES = 50, 40
ENDS = (Kind.CONTACTS, Kind.COMPANIES)


def post_complex(call: Call) -> Response:
    """The answer is a bare array. Nothing is merged: duplicate control is off."""
    stored = batch(call, lambda item, findings: _read(call, item, findings), largest=MOST)
    return ok([told | {"request_id": [told["request_id"]]} for told in stored])


def _read(call: Call, item: Any, findings: Findings) -> Store:
    embedded: dict[str, Any] = {}
    if isinstance(item, dict):
        embedded = item["_embedded"] if isinstance(item.get("_embedded"), dict) else {}
        if embedded:
            item = item | {"_embedded": {key: one for key, one in embedded.items() if key not in ENDS}}
        values = item.get("custom_fields_values")
        if isinstance(values, list) and len(values) > MOST_VALUES:
            detail = f"This collection should contain {MOST_VALUES} elements or less."
            findings.add("TooMany", "custom_fields_values", detail)
    ends = {
        kind: embedded.get(kind.value, [])[:1]
        for kind in ENDS
        if findings.has_type(embedded.get(kind.value, []), LIST, f"_embedded.{kind}")
    }
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
        if len(made) == len(ENDS):
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
