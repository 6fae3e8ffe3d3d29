"""Managed fields: what we wrote last, what is seen, what is due; a record is due when seen and due differ."""

from itertools import product

import pytest

from partnersync.contract.managed import COMPARED, MANAGED
from partnersync.domain.change import Managed
from partnersync.domain.value import RecordKind
from partnersync.store import fields, records
from partnersync.store.database import Store
from partnersync.store.tables import metadata

DEAL = RecordKind.DEAL
NAMES = COMPARED[DEAL]
NOTHING: dict[str, str | None] = dict.fromkeys(NAMES)


def _managed(store: Store, record_id: str = "1", kind: RecordKind = DEAL) -> Managed | None:
    """The record as the plan would see it, whether it is due or not."""
    table = metadata.tables["managed"]
    with store.rehearse() as tx:
        tx.execute(table.update().values(due=True))
        page = fields.due_page(tx, "main", None)
    return next((row for row in page if (row.kind, row.record_id) == (kind, record_id)), None)


def _due(store: Store) -> list[str]:
    with store.read() as tx:
        return [row.record_id for row in fields.due_page(tx, "main", None)]


VALUES = [None, "", "A7", "B2"]


@pytest.mark.parametrize(("seen", "want"), list(product(VALUES, VALUES)))
@pytest.mark.parametrize("seen_first", [True, False], ids=["seen first", "want first"])
def test_a_field_is_due_when_something_else_is_seen(
    store: Store, seen: str | None, want: str | None, seen_first: bool
) -> None:
    with store.write() as tx:
        if seen_first:
            fields.put_seen(tx, "main", DEAL, [("1", {"ps_source": seen})])
        fields.put_want(tx, "main", DEAL, [("1", {"ps_source": want})])
        if not seen_first:
            fields.put_seen(tx, "main", DEAL, [("1", {"ps_source": seen})])
    assert _due(store) == (["1"] if want is not None and seen != want else [])
    base = want if want is not None and seen == want else None
    assert _managed(store) == Managed(
        DEAL, "1", NOTHING | {"ps_source": base}, NOTHING | {"ps_source": seen}, NOTHING | {"ps_source": want}
    )


def test_what_loses_its_place_is_neither_seen_nor_ours(store: Store) -> None:
    with store.write() as tx:
        values = {"ps_source": "promo", "ps_partner_id": "P1"}
        fields.put_want(tx, "main", DEAL, [("1", values)])
        fields.put_base(tx, "main", DEAL, [("1", values)])
        fields.lose_places(tx, "main", DEAL, [("1", ["ps_source"])])
        fields.lose_base(tx, "main", DEAL, [("1", ["ps_source"])])
    managed = _managed(store)
    assert managed is not None
    assert managed.base == managed.seen == NOTHING | {"ps_partner_id": "P1"}
    assert _due(store) == ["1"]


def test_what_was_written_is_base_and_seen_of_these_fields_alone(store: Store) -> None:
    with store.write() as tx:
        fields.put_seen(tx, "main", DEAL, [("1", {"ps_source": "typed", "ps_partner_id": "P1", "ps_incident": ""})])
        fields.put_want(tx, "main", DEAL, [("1", {"ps_source": "promo", "ps_partner_id": "P2", "ps_incident": ""})])
        fields.put_base(tx, "main", DEAL, [("1", {"ps_source": "promo"})])
    managed = _managed(store)
    assert managed is not None
    assert managed.base == NOTHING | {"ps_source": "promo", "ps_incident": ""}
    assert managed.seen == NOTHING | {"ps_source": "promo", "ps_partner_id": "P1", "ps_incident": ""}
    assert _due(store) == ["1"]
    with store.write() as tx:
        fields.put_base(tx, "main", DEAL, [("1", {"ps_partner_id": "P2"})])
    assert _due(store) == []


def test_a_base_stays_when_a_person_edits_the_field(store: Store) -> None:
    with store.write() as tx:
        fields.put_want(tx, "main", DEAL, [("1", {"ps_source": "promo"})])
        fields.put_base(tx, "main", DEAL, [("1", {"ps_source": "promo"})])
        fields.put_seen(tx, "main", DEAL, [("1", {"ps_source": "typed"})])
    managed = _managed(store)
    assert managed is not None
    assert (managed.base["ps_source"], managed.seen["ps_source"]) == ("promo", "typed")
    assert _due(store) == ["1"]


def test_a_place_that_a_listing_does_not_name_is_missing(store: Store) -> None:
    with store.write() as tx:
        for record_id in ("1", "2"):
            fields.put_want(tx, "main", DEAL, [(record_id, {"ps_source": "promo"})])
            fields.put_base(tx, "main", DEAL, [(record_id, {"ps_source": "promo"})])
        fields.put_seen(tx, "other", DEAL, [("1", {"ps_source": "x"})])
        records.mark_listed(tx, "main", "out", [("2", "h"), ("3", "h")])
        fields.forget_unlisted(tx, "main", "out", DEAL)
    managed, kept = _managed(store), _managed(store, "2")
    assert managed is not None
    assert kept is not None
    assert (managed.base["ps_source"], managed.seen["ps_source"]) == ("promo", None)
    assert kept.seen["ps_source"] == "promo"
    assert _due(store) == ["1"]


def test_due_records_come_in_pages_by_kind_and_id(store: Store) -> None:
    deals = [f"{number:04}" for number in range(1500)]
    with store.write() as tx:
        fields.put_want(tx, "main", RecordKind.PARTNER, [("P1", {"ps_balance": "1.00"})])
        fields.put_want(tx, "main", DEAL, [(record_id, {"ps_source": "promo"}) for record_id in reversed(deals)])
        fields.put_want(tx, "other", DEAL, [("x", {"ps_source": "promo"})])
        first = fields.due_page(tx, "main", None)
        fields.put_base(tx, "main", DEAL, [(row.record_id, {"ps_source": "promo"}) for row in first])
        second = fields.due_page(tx, "main", (first[-1].kind, first[-1].record_id))
        assert [row.record_id for row in first + second] == [*deals, "P1"]
        assert [row.record_id for row in fields.due_page(tx, "main", None, limit=2)] == deals[1000:1002]
        assert fields.due_page(tx, "main", (RecordKind.PARTNER, "P1")) == []
        assert fields.count(tx, "main") == 1501


def test_fields_that_came_with_a_later_version_have_no_place_yet(store: Store) -> None:
    table = metadata.tables["managed"]
    with store.write() as tx:
        old = {"base": '["P1"]', "seen": '["P1"]', "want": '["P1"]', "due": False}
        tx.execute(table.insert().values(connection="main", kind="deal", record_id="1", **old))
    managed = _managed(store)
    assert managed is not None
    assert managed.seen == NOTHING | {NAMES[0]: "P1"}


def test_the_order_of_managed_fields_is_kept_for_ever() -> None:
    """Stored lists lean on it: new fields come at the end."""
    assert NAMES[:8] == (
        "ps_partner_id", "ps_source", "ps_registration_id", "ps_protection", "ps_protected_until", "ps_commission",
        "ps_commission_status", "ps_incident",
    )  # fmt: skip
    assert MANAGED[RecordKind.REGISTRATION][:4] == ("ps_status", "ps_reason", "ps_proposed", "ps_protected_until")
    assert MANAGED[RecordKind.PARTNER][:6] == (
        "ps_segment", "ps_churn_stage", "ps_last_request_on", "ps_balance", "ps_payout_due_on", "ps_manager_free_on",
    )  # fmt: skip
