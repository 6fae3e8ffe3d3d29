"""Records are kept whole, found by what they belong to, and missed when a listing does not name them."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from partnersync.store import records
from partnersync.store.database import Store
from partnersync.store.records import Row

DEAL = Row("main", "deal", "1", "present", "{}", None, "h", 1, 1, deal_ref="main/1", partner_id="P1", case_id="c1")
PAYMENT = Row("files", "payment", "7", "present", "{}", None, "h", 1, 1, deal_ref="main/1")


def _one(tx: Connection, row: Row) -> Row | None:
    return records.by_ids(tx, row.connection, row.kind, [row.record_id]).get(row.record_id)


def test_a_record_comes_back_as_it_was_put(store: Store) -> None:
    full = replace(DEAL, cells='{"a":"б"}', promo_code="spring", state="aside")
    with store.write() as tx:
        records.upsert(tx, [full, PAYMENT])
        assert _one(tx, full) == full
        assert _one(tx, PAYMENT) == PAYMENT


def test_a_record_is_replaced_whole(store: Store) -> None:
    changed = replace(DEAL, state="gone", body=None, partner_id=None, case_id=None, changed=2, hash="g", first_seen=2)
    with store.write() as tx:
        records.upsert(tx, [DEAL])
        records.upsert(tx, [changed])
        assert _one(tx, DEAL) == changed


def test_ids_belong_to_a_connection_and_a_kind(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [DEAL, replace(DEAL, connection="other"), replace(DEAL, kind="registration")])
        assert records.by_ids(tx, "main", "deal", ["1", "2"]) == {"1": DEAL}


def test_more_ids_than_fit_one_question(store: Store) -> None:
    rows = [replace(DEAL, record_id=str(number)) for number in range(2500)]
    with store.write() as tx:
        records.upsert(tx, rows)
        assert len(records.by_ids(tx, "main", "deal", [row.record_id for row in rows])) == 2500


def test_a_promo_code_is_kept_casefolded(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [replace(DEAL, promo_code="ВЕСНА-Straße")])
        assert _one(tx, DEAL) == replace(DEAL, promo_code="весна-strasse")


def test_a_case_has_its_good_records_in_a_stable_order(store: Store) -> None:
    gone = replace(DEAL, record_id="0", state="gone")
    aside = replace(DEAL, record_id="2", state="aside")
    never_good = replace(DEAL, record_id="3", state="aside", body=None)
    elsewhere = replace(DEAL, record_id="4", case_id="c2")
    with store.write() as tx:
        records.upsert(tx, [never_good, elsewhere, aside, DEAL, gone, replace(PAYMENT, case_id="c1")])
        assert records.by_case(tx, ["c1", "c9"]) == [replace(PAYMENT, case_id="c1"), gone, DEAL, aside]


def test_all_records_of_a_kind_are_streamed(store: Store) -> None:
    partners = [
        Row(name, "partner", f"{number:04}", "present", "{}", None, "h", 1, 1)
        for name in "ab"
        for number in range(1200)
    ]
    with store.write() as tx:
        records.upsert(tx, [*reversed(partners), DEAL])
        assert list(records.by_kind(tx, "partner")) == partners


@pytest.mark.parametrize(
    ("row", "waits"),
    [
        pytest.param(PAYMENT, True, id="a payment whose deal has not come"),
        pytest.param(replace(PAYMENT, kind="activity"), True, id="an activity whose deal has not come"),
        pytest.param(replace(PAYMENT, case_id="c1"), False, id="a payment that has its case"),
        pytest.param(replace(PAYMENT, kind="activity", deal_ref=None), False, id="an activity of no deal"),
        pytest.param(replace(PAYMENT, state="gone"), False, id="a payment that vanished"),
        pytest.param(replace(PAYMENT, state="aside"), False, id="a payment that is set aside"),
        pytest.param(replace(DEAL, case_id=None), False, id="a deal"),
    ],
)
def test_what_waits_for_its_deal(store: Store, row: Row, waits: bool) -> None:
    with store.write() as tx:
        records.upsert(tx, [row])
        assert records.waiting(tx) == ([row] if waits else [])


def test_what_waited_is_put_into_the_case_of_its_deal(store: Store) -> None:
    with store.write() as tx:
        records.upsert(tx, [PAYMENT, DEAL, replace(DEAL, record_id="2", deal_ref="main/2", case_id=None)])
        assert records.cases_of_deals(tx, ["main/1", "main/2", "main/3", "main/1"]) == {"main/1": "c1"}
        records.set_cases(tx, [(PAYMENT, "c1")])
        assert records.waiting(tx) == []
        assert _one(tx, PAYMENT) == replace(PAYMENT, case_id="c1")


def test_payments_and_activities_follow_their_deal(store: Store) -> None:
    other = replace(PAYMENT, record_id="8", deal_ref="main/2", case_id="c2")
    activity = replace(PAYMENT, kind="activity")
    with store.write() as tx:
        records.upsert(tx, [DEAL, PAYMENT, activity, other])
        records.follow_deals(tx, {"main/1": "c9"})
        cases = [row.case_id if row else None for row in (_one(tx, row) for row in (DEAL, PAYMENT, activity, other))]
        assert cases == ["c1", "c9", "c9", "c2"]


def test_what_a_listing_does_not_name_has_vanished(store: Store) -> None:
    rows = [replace(DEAL, record_id=str(number)) for number in range(4)]
    with store.write() as tx:
        records.upsert(
            tx, [*rows, replace(DEAL, record_id="9", state="gone"), PAYMENT, replace(DEAL, connection="other")]
        )
        records.mark_listed(tx, "main", "deals", [("0", "a"), ("2", "b")])
        records.mark_listed(tx, "main", "deals", [("2", "c"), ("5", "d")])
        records.mark_listed(tx, "main", "more deals", [("1", "a")])
        assert records.listed(tx, "main", "deals", ["0", "1", "2"]) == {"0": "a", "2": "b"}
        assert records.vanished(tx, "main", "deals", "deal") == ["1", "3"]
        records.clear_listed(tx, "main", "deals")
        assert records.vanished(tx, "main", "deals", "deal") == ["0", "1", "2", "3"]
        assert records.vanished(tx, "main", "more deals", "deal") == ["0", "2", "3"]


def test_accepted_partners_are_made_equal_and_the_difference_told(store: Store) -> None:
    with store.write() as tx:
        first: dict[str, str | None] = {"P1": None, "P2": None}
        later: dict[str, str | None] = {"P2": "P3", "P3": None}
        for run, parents in enumerate((first, later, later)):
            records.set_accepted(tx, parents, run)
            assert records.accepted(tx) == parents


def test_sqlite_finds_what_waits_by_an_index(store: Store) -> None:
    with store.write() as tx:
        if store.dialect != "sqlite":
            return
        query = (
            "SELECT * FROM records WHERE case_id IS NULL AND deal_ref IS NOT NULL AND kind IN ('payment', 'activity')"
        )
        [step] = tx.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
        assert "ix_records_case_id" in step.detail
