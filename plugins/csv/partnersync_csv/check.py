"""What is wrong with a connection's files, for `doctor`: each problem with its mend. Nothing is changed."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from partnersync.errors import PartnersyncError
from partnersync_csv.dialect import Dialect
from partnersync_csv.elsewhere import warning
from partnersync_csv.ours import refuse_foreign
from partnersync_csv.place import Place, dialect_of, input_reader, table


def problems(folder: Path, tables: Path, places: Sequence[Place]) -> Iterator[str]:
    """Of the folder that is read, its files, and the folders that are written."""
    if not folder.is_dir():
        yield f"{folder} is no folder. Make it, or correct path in the settings"
        return
    if not any(place.input.exists() for place in places):
        names = ", ".join(place.file for place in places)
        yield f"{folder} has none of the files {names}. Put them there, or name yours under files in the settings"
    for place in places:
        yield from _of_file(place)
    written = {place.target.parent for place in places if place.kind.managed and place.input.exists()}
    for each in sorted({tables, *written}):
        yield from _of_folder(each)


def in_the_way(tables: Mapping[Path, Sequence[str]]) -> Iterator[str]:
    """Files of people where tables of ours go."""
    for path, columns in tables.items():
        try:
            refuse_foreign(path, columns)
        except PartnersyncError as exc:
            yield str(exc)
        except OSError as exc:
            yield f"{path.name} cannot be read: {exc.strerror}. Allow reading it"


def _of_file(place: Place) -> Iterator[str]:
    if not place.input.exists():
        if place.named:
            yield f"{place.file} is missing. Put it into the folder, or correct files.{place.kind.key} in the settings"
        return
    try:
        dialect = dialect_of(place.input, place)
        held = table(place.input, dialect, header=place.settings.header)
        written = dialect_of(place.target, place) if place.kind.managed and place.target.exists() else dialect
    except PartnersyncError as exc:
        yield str(exc)
        return
    except OSError as exc:
        yield f"{place.file} cannot be read: {exc.strerror}. Allow reading it"
        return
    if held is None:
        yield f"{place.file} is empty. Put back its header, if nothing else"
        return
    reader = input_reader(place, held)
    for complaint in filter(None, (reader.lacks, reader.defaulted)):
        yield f"{place.file} {complaint}"
    yield from _of_written(place, dialect, written)
    if place.kind.managed and (told := warning(place.target, place.written_file)):
        yield told


def _of_written(place: Place, dialect: Dialect, written: Dialect) -> Iterator[str]:
    there = not place.in_place and place.target.exists()
    if there and place.target.samefile(place.input):
        yield f"{place.written_file} leads to {place.file}. Remove that link, or set in_place = true"
    elif there and (held := table(place.target, written)) and not place.has_ours(held):
        mend = "If it is yours, move it away or name another out; if it is a copy that lost them, the next run mends it"
        yield f"{place.written_file} has none of our columns. {mend}"
    elif written.encoding != dialect.encoding and written.encoding == "utf-8":
        yield f"{place.written_file} is in UTF-8, {place.file} in {dialect.encoding}. Open or import it as UTF-8"


def _of_folder(folder: Path) -> Iterator[str]:
    """A folder that is missing is made when it is needed, if the one above it allows that."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir():
        yield f"{there} is no folder. Remove it, or name another folder in the settings"
    elif not os.access(there, os.W_OK | os.X_OK):
        yield f"{there} cannot be written. Allow writing, or name another folder in the settings"
