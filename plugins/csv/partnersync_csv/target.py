"""Writes of managed fields: one file is written whole for all writes of its kind, then each gets its receipt."""

import errno
from collections.abc import Iterator
from dataclasses import dataclass, replace

from partnersync.contract.adapter import Cells, Outcome, Receipt
from partnersync.contract.managed import NEVER_MADE
from partnersync.errors import PartnersyncError, TryLater
from partnersync_csv.detect import ABSENT, file_hash, file_state
from partnersync_csv.dialect import Dialect, NotCsv
from partnersync_csv.elsewhere import warning
from partnersync_csv.place import Mark, Place, dialect_of, input_reader, table, written_reader
from partnersync_csv.rewrite import Managed, empty_columns, rewrite_file
from partnersync_csv.spool import Due, Values
from partnersync_csv.write import remove

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class _Written:
    """`before` and `after` are the SHA-256 of the written file; `remark` is what a person has to know about it."""

    before: str
    after: str
    remark: str


def write(place: Place, stream: str, due: Due, cursors: dict[str, str | None]) -> Iterator[Receipt]:
    """Write the file, then give a receipt for each write; if it cannot be written, all are refused and it is as it was.

    `cursors` are those of the streams as this run has read and written them. A file that somebody saved since cannot be
    written: what is due was decided without it. The last receipt moves the cursor of `stream` to what was written. It
    does not where that would hide something from the next pull: the run had not read the file, rows that it held are
    gone with their input, or places were taken away.
    """
    last_read = Mark.parse(cursors.get(stream))
    try:
        written = _rewrite(place, due, last_read)
    except (PartnersyncError, OSError) as exc:
        refusal = refused(place.written_file, exc)
        for write_id, _ in due.writes():
            yield Receipt(write_id, Outcome.REFUSED, refusal)
        return
    mark = place.mark(written.after) if place.in_place else place.written_mark(written.after)
    cursors[stream] = mark.text()
    read_on = last_read is not None and written.before == last_read.sha256 and not (due.lost() or due.removes)
    moved: Cells = {stream: mark.text()} if read_on else {}
    gone, remark = f"{place.file} has no row of this record that can be used", written.remark
    last: Receipt | None = None
    for write_id, found in due.writes():
        if last:
            yield last
        last = Receipt(write_id, Outcome.DONE, remark) if found else Receipt(write_id, Outcome.GONE, gone)
        remark = "" if found else remark
    if last:
        yield replace(last, cursors=moved)


def refused(file: str, error: Exception) -> str:
    """Why a file was not written, and the mend."""
    if isinstance(error, OSError):
        mend = "Free space on its disk" if error.errno in _FULL else "Allow writing it, or name another out"
        return f"{file} cannot be written: {error.strerror or error}. The old file stands. {mend}"
    return str(error)


def _rewrite(place: Place, due: Due, last_read: Mark | None) -> _Written:
    since = file_state(place.input)
    target_since = since if place.in_place else file_state(place.target)
    before = file_hash(place.target) if target_since != ABSENT else ""
    if last_read is not None and before not in (last_read.sha256, ""):  # one that was removed is written anew
        raise TryLater(f"{place.written_file} was saved after this run read it", hint="The next run reads it")
    dialect = dialect_of(place.input, place)
    held = table(place.input, dialect, header=place.settings.header)
    reader = input_reader(place, held) if held else None
    if reader is None or not reader.id_header:
        raise NotCsv(f'{place.file} has no column "{place.id_header}"', hint="Put it back, or correct the settings")
    if not place.in_place and before:
        _take_over(place, due, last_read)
    columns = tuple(name for name in place.kind.managed if name not in NEVER_MADE or name in due.names)
    blank = {} if place.in_place else dict.fromkeys(columns, "")

    def values_for(id_text: str) -> Values | None:
        values = due.find(reader.id_of(id_text))
        return {**blank, **values} if values else blank

    grows = due.fills or not place.in_place
    managed = Managed(reader.id_header, columns, values_for, header=place.settings.header, grows=grows)
    if due.drops:
        managed = replace(managed, drops=empty_columns(place.input, dialect, managed, due.drops))
        if not place.in_place and managed.drops.issuperset(columns):
            remove(place.target, since=target_since)
            return _Written(before, "", "")
    written, form = rewrite_file(place.input, place.target, dialect, managed, since=since, target_since=target_since)
    return _Written(before, written.hash, _remark(place, dialect, form))


def _take_over(place: Place, due: Due, last_read: Mark | None) -> None:
    """Keep the managed fields of the file last written, except in rows with a lost quote."""
    try:
        held = table(place.target, dialect_of(place.target, place))
    except NotCsv as exc:
        raise NotCsv(f"{place.written_file} is in the way: {exc.message}", hint="Move it away") from exc
    if held is not None:
        if place.is_foreign(held, last_read):
            raise place.in_the_way
        reader = written_reader(place, held)
        due.hold((raw.record_id, raw.seen or {}) for raw in reader.ours(held.rows))


def _remark(place: Place, dialect: Dialect, form: Dialect) -> str:
    wider = f"{place.written_file} is in UTF-8 now: {dialect.encoding} cannot hold one of its values"
    return ". ".join(filter(None, (wider if form != dialect else "", warning(place.target, place.written_file))))
