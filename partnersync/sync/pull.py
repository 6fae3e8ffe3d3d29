"""Pages of a connection → records in the store. Each page is one transaction, and its cursor moves last in it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from partnersync.contract.adapter import Adapter, HistoryReader, Page, Stream
from partnersync.store import cursors, records
from partnersync.store.database import Store
from partnersync.store.rows import chunks
from partnersync.sync.forms import Setting
from partnersync.sync.plugin_calls import from_plugin
from partnersync.sync.progress import Progress
from partnersync.sync.stream_reader import PullReport, StreamReader

log = logging.getLogger(__name__)


def pull(
    store: Store,
    adapter: Adapter,
    setting: Setting,
    run: int,
    now: Callable[[], datetime],
    progress: Progress,
) -> PullReport:
    """Read what changed in every stream of one connection. Killed anywhere, the next pull reads the page again."""
    report = PullReport(setting.connection)
    for stream in adapter.streams():
        with store.read() as tx:
            cursor = cursors.get(tx, setting.connection, stream.name)
            again = cursors.is_asked_again(tx, setting.connection, stream.name)
            asked = records.forgotten(tx, setting.connection, stream.kind) if again else None
        reader = StreamReader(stream, setting, run, now, report)
        for page in from_plugin(setting.connection, partial(_pages, adapter, stream, cursor, asked)):
            reader.take_next(store, page, progress)
        if reader.foreign and adapter.capabilities.reads_record and not stream.whole:
            # What looks foreign may be a late echo of our own write: it is asked for once more before it is judged.
            for some in chunks(sorted(reader.foreign)):
                fresh = Page(list(from_plugin(setting.connection, partial(adapter.read, stream.kind, some))))
                with store.write() as tx:
                    reader.take(tx, fresh, stream.name)
        if again:
            with store.write() as tx:
                cursors.was_read_again(tx, setting.connection, stream.name)
    return _told(report)


def pull_history(
    store: Store,
    adapter: Adapter,
    setting: Setting,
    run: int,
    now: Callable[[], datetime],
    progress: Progress,
    stretch: tuple[datetime, datetime],
) -> PullReport:
    """Read a stretch of time of the streams whose first pull left it out; killed, the next goes on from its last page.

    Where a stream stands is kept under a name of the stretch's own, until its end.
    """
    report = PullReport(setting.connection)
    for stream in adapter.streams():
        if not stream.recent or not isinstance(adapter, HistoryReader):
            continue
        place = f"{stream.name} {'..'.join(at.isoformat() for at in stretch)}"
        with store.read() as tx:
            cursor = cursors.get(tx, setting.connection, place)
        reader = StreamReader(stream, setting, run, now, report)
        for page in from_plugin(setting.connection, partial(adapter.history, stream, *stretch, cursor)):
            reader.take_next(store, page, progress, place)
        with store.write() as tx:
            cursors.forget(tx, setting.connection, place)
    return _told(report)


def keep(
    store: Store,
    stream: Stream,
    pages: Callable[[], Iterator[Page]],
    setting: Setting,
    run: int,
    now: Callable[[], datetime],
    progress: Progress,
) -> PullReport:
    """Keep records that no adapter pulls, as pages of a stream of their connection; what they do not name stays."""
    report = PullReport(setting.connection)
    reader = StreamReader(stream, setting, run, now, report)
    for page in from_plugin(setting.connection, pages):
        reader.take_next(store, replace(page, cursor=None, complete=False), progress)
    return _told(report)


def _told(report: PullReport) -> PullReport:
    told = {"read": report.read, "changed": report.changed, "issues": len(report.opened)}
    log.info("read", {"connection": report.connection, **told})
    return report


def _pages(adapter: Adapter, stream: Stream, cursor: str | None, again: Sequence[str] | None) -> Iterator[Page]:
    """What changed since the cursor; then, if the stream was to be read again (None: no), what that did not give.

    `again` are the records that are meant, which are read alone where the system gives single records.
    """
    changed = False
    for page in adapter.pull(stream, cursor):
        changed = True
        yield page
    if again is None or (stream.whole and changed):
        return
    if adapter.capabilities.reads_record and again:
        yield from (Page(list(adapter.read(stream.kind, some))) for some in chunks(again))
    else:
        yield from adapter.pull(stream, None)
