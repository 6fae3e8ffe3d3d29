"""What is kept of each run, of each stream's cursor and of each published table."""

from datetime import UTC, datetime, timedelta

from partnersync.store import cursors, published, runs
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_runs_are_numbered_and_remembered_newest_first(store: Store) -> None:
    with store.write() as tx:
        first = runs.start(tx, "sync", AT, AT + HOUR)
        second = runs.start(tx, "plan", AT, AT + 2 * HOUR)
        runs.book(tx, first)
        runs.finish(tx, first, AT + 3 * HOUR, 3, {"read": 8800, "failed": ["main"]})
        assert second > first
        working, ended = runs.latest(tx, 5)
    assert (working.command, working.finished_at, working.exit_code, working.booked) == ("plan", None, None, False)
    assert (ended.run, ended.exit_code, ended.finished_at) == (first, 3, AT + 3 * HOUR)
    assert (ended.as_of, ended.started_at) == (AT, AT + HOUR)
    assert ended.counts == {"read": 8800, "failed": ["main"]}
    assert ended.booked


def test_the_last_booking_run_is_the_earliest_that_may_be_booked_as_of(store: Store) -> None:
    with store.write() as tx:
        assert runs.last_booked_as_of(tx) is None
        for day, booked in ((0, True), (1, True), (2, False)):
            run = runs.start(tx, "sync", AT + day * 24 * HOUR, AT)
            if booked:
                runs.book(tx, run)
        assert runs.last_booked_as_of(tx) == AT + 24 * HOUR


def test_all_runs_up_to_the_next_that_books_see_records_first_together(store: Store) -> None:
    with store.write() as tx:
        assert runs.next_booking(tx) == 1
        for _ in range(2):  # say a plan, and a run that was killed
            booking = runs.start(tx, "sync", AT, AT)
            assert runs.next_booking(tx) == 1
        runs.book(tx, booking)
        assert runs.next_booking(tx) == booking + 1


def test_each_stream_has_a_cursor_of_its_own(store: Store) -> None:
    with store.write() as tx:
        assert cursors.get(tx, "main", "deals") is None
        cursors.put(tx, "main", "deals", "1", AT)
        cursors.put(tx, "main", "deals", "2", AT)
        cursors.put(tx, "main", "payments", "7", AT)
        assert (cursors.get(tx, "main", "deals"), cursors.get(tx, "main", "payments")) == ("2", "7")
        assert cursors.get(tx, "other", "deals") is None


def test_what_was_published_is_remembered(store: Store) -> None:
    with store.write() as tx:
        assert published.get(tx, "main", "ledger") is None
        published.put(tx, "main", "ledger", "a")
        published.put(tx, "main", "ledger", "b")
        assert (published.get(tx, "main", "ledger"), published.get(tx, "main", "issues")) == ("b", None)
