"""What a file tells: its records, and our managed fields in it, read whole when its bytes moved."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from partnersync.contract.adapter import Page, Raw
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, TryLater
from partnersync_csv.detect import FileState, file_hash, file_state
from partnersync_csv.dialect import NotCsv
from partnersync_csv.kinds import FILE_KINDS
from partnersync_csv.mapping import hides_its_id
from partnersync_csv.place import Mark, Place, dialect_of, input_reader, places, readable, table, written_reader
from partnersync_csv.settings import CsvSettings

PAGE_ROWS = 1000


def facts(place: Place, known: Mark | None) -> Iterator[Page]:
    """The records of the input, and in place our managed fields; no page if it is as `known` says.

    A file that cannot be used gives a page with a notice, which is not complete: what stood in it is not gone. So does
    one in which a lost quote hides whose row it is. ConfigError: a file that is named in the settings was never there.
    TryLater: a file was read before and is missing now, cannot be read, or changes while it is read.
    """
    with readable(place.file):
        if not place.input.exists():
            yield from _missing(place, known)
            return
        before = file_state(place.input)
        mark = place.mark(file_hash(place.input))
        if mark == known:
            return
        try:
            held = table(place.input, dialect_of(place.input, place), header=place.settings.header)
        except NotCsv as exc:
            yield _notice(mark, exc.code, place.file, str(exc))
            return
        if held is None:
            yield _notice(mark, "NOT_CSV", place.file, f"{place.file} is empty. Put back its header, if nothing else")
            return
        reader = input_reader(place, held)
        if reader.lacks:
            yield _notice(mark, "MISSING", place.file, reader.lacks)
            return
        notices = (("MISSING", place.file, f"{reader.defaulted}; until then every row takes the default"),)
        yield from _pages(place.input, before, mark, reader.raws(held.rows), notices if reader.defaulted else ())


def read_file(path: Path, kind: RecordKind) -> Iterator[Page]:
    """The records of one file of any name, in canonical columns; pages as of `facts`."""
    file_kind = next(one for one in FILE_KINDS if one.kind is kind)
    folder = path.resolve().parent
    settings = CsvSettings.model_validate({"path": ".", "files": {file_kind.key: {"file": path.name}}})
    place = next(place for place in places(settings, folder) if place.kind is file_kind)
    return facts(replace(place, handed_in=True), None)


def managed(place: Place, known: Mark | None) -> Iterator[Page]:
    """Our managed fields in the file last written; no page if it is as `known` says, or if there is no input.

    A missing file, or one that tells no ids, is a complete page without records: every place is missing. A person's own
    file where ours is to be written gives a notice.
    """
    with readable(place.written_file):
        if not place.input.exists():
            return
        if not place.target.exists():
            mark = place.written_mark("")
            if mark != known:
                yield Page((), mark.text(), complete=True)
            return
        before = file_state(place.target)
        mark = place.written_mark(file_hash(place.target))
        if mark == known:
            return
        try:
            held = table(place.target, dialect_of(place.target, place))
        except NotCsv as exc:
            yield _notice(mark, exc.code, place.written_file, str(exc))
            return
        if held is None:
            yield Page((), mark.text(), complete=True)
            return
        if place.is_foreign(held, known):
            yield _notice(place.foreign_mark(mark.sha256), "NOT_CSV", place.written_file, str(place.in_the_way))
            return
        yield from _pages(place.target, before, mark, written_reader(place, held).ours(held.rows))


def _pages(
    path: Path,
    before: FileState,
    mark: Mark,
    told: Iterator[Raw],
    notices: tuple[tuple[str, str, str], ...] = (),
) -> Iterator[Page]:
    raws: list[Raw] = []
    told_all = True
    for raw in told:
        if hides_its_id(raw):
            told_all = False
        raws.append(raw)
        if len(raws) == PAGE_ROWS:
            _refuse_changed(path, before)
            yield Page(raws)
            raws = []
    _refuse_changed(path, before)
    yield Page(raws, mark.text(), complete=told_all, notices=notices)


def _refuse_changed(path: Path, before: FileState) -> None:
    """Rows are given only while all of them are of one file: half a save may look like good rows."""
    if file_state(path) != before:
        raise TryLater(f"{path.name} changed while it was read", hint="Run again once it is saved")


def _notice(mark: Mark, code: str, file: str, reason: str) -> Page:
    """The cursor moves too, so that the file is named once, and read again as soon as it is mended or put back."""
    return Page((), mark.text(), notices=((code, file, reason.removeprefix(f"{file} ")),))


def _missing(place: Place, known: Mark | None) -> Iterator[Page]:
    was_read = known is not None and bool(known.sha256)
    if was_read and known is not None and known.file == place.file:
        mend = "Put it back; to take its rows out, leave its header alone in it"
        raise TryLater(f"{place.file} was read before and is missing now", hint=mend)
    if place.named:
        mend = f"Put it into the folder, or correct files.{place.kind.key} in the settings"
        raise ConfigError(f"{place.input} is missing", hint=mend)
    if not place.input.parent.is_dir():
        raise ConfigError(
            f"the folder {place.input.parent} is missing", hint="Make it, or correct path in the settings"
        )
    if was_read:  # under a name that the settings gave up: its records are no longer part of this connection
        yield Page((), place.mark("").text(), complete=True)
