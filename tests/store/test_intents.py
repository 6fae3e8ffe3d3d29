"""A write is durable before it goes out, and stays until its outcome is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from partnersync.domain.change import Intent
from partnersync.domain.value import RecordKind
from partnersync.store import intents
from partnersync.store.database import Store
from partnersync.store.write_tables import intents as table

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
ONE = Intent("1/main/deal/1", 1, "main", RecordKind.DEAL, "1", {"ps_source": None}, {"ps_source": "promo"})
TWO = replace(ONE, write_id="1/main/deal/2", record_id="2", before={"ps_source": "a"}, after={"ps_source": ""})
AGAIN = replace(
    ONE, write_id="2/main/deal/1", run=2, action="undo", reason="undo of run 1", after={"ps_source": "typed"}
)
PLACE = (RecordKind.DEAL, "1")


def test_an_intent_comes_back_as_it_was(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [ONE, TWO], AT)
        assert intents.by_ids(tx, [ONE.write_id, TWO.write_id, "9"]) == {ONE.write_id: ONE, TWO.write_id: TWO}


def test_an_intent_may_be_noted_again(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [ONE], AT)
        intents.open_all(tx, [replace(ONE, after={"ps_source": "x"})], AT)
        assert intents.by_ids(tx, [ONE.write_id])[ONE.write_id].after == {"ps_source": "x"}


def test_a_run_has_its_connections_until_all_is_settled(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [ONE, replace(ONE, write_id="x", connection="other"), AGAIN], AT)
        assert intents.connections(tx, 1) == {"main", "other"}
        intents.settle(tx, [ONE.write_id])
        assert intents.connections(tx, 1) == {"other"}


def _earlier(tx: Connection, connection: str, run: int) -> list[Intent]:
    """The first page, as nothing is settled in between."""
    return next(intents.earlier(tx, connection, run), [])


def test_of_earlier_writes_to_a_record_the_last_counts(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [AGAIN], AT + timedelta(hours=1))
        intents.open_all(tx, [ONE, TWO, replace(ONE, write_id="x", connection="other")], AT)
        assert _earlier(tx, "main", 3) == [AGAIN, TWO]
        assert _earlier(tx, "main", 2) == [ONE, TWO]
        intents.settle(tx, [TWO.write_id, AGAIN.write_id, "9"])
        assert _earlier(tx, "main", 3) == [ONE]
        assert _earlier(tx, "main", 1) == []


def test_an_unknown_outcome_stays_open_and_marked(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [ONE, TWO], AT)
        intents.mark_unknown(tx, [ONE.write_id])
        assert _earlier(tx, "main", 2) == [ONE, TWO]
        assert dict(tx.execute(select(table.c.write_id, table.c.outcome)).all()) == {
            ONE.write_id: "unknown",
            TWO.write_id: "",
        }


def test_what_was_read_back_is_forgotten(store: Store) -> None:
    with store.write() as tx:
        intents.open_all(tx, [ONE, TWO], AT)
        intents.open_all(tx, [replace(ONE, write_id="x", connection="other")], AT)
        intents.open_all(tx, [AGAIN], AT)
        intents.settle_before(tx, "main", 2, [PLACE])
        assert _earlier(tx, "main", 3) == [TWO, AGAIN]
        assert len(_earlier(tx, "other", 3)) == 1


def test_many_earlier_writes_come_in_pages(store: Store) -> None:
    many = [replace(ONE, write_id=f"1/{number}", record_id=f"{number:04}") for number in range(1000)]
    with store.write() as tx:
        intents.open_all(tx, many, AT)
        found: list[str] = []
        for page in intents.earlier(tx, "main", 2):
            found += [intent.record_id for intent in page]
            intents.settle_before(tx, "main", 2, [(intent.kind, intent.record_id) for intent in page])
    assert sorted(found) == [intent.record_id for intent in many]
