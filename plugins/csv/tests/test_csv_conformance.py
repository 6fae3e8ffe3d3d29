"""The conformance kit over a folder of files, with our columns in copies and in place."""

import csv
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partnersync.contract.adapter import Adapter, Cells, Connection
from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.contract.schema import Schema
from partnersync.domain.value import RecordKind
from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness
from partnersync.testing.troubles import Disturbance, Killed, Trouble
from partnersync_csv import partnersync_adapter_kinds

FILES = {
    RecordKind.PARTNER: "partners",
    RecordKind.DEAL: "deals",
    RecordKind.PAYMENT: "payments",
    RecordKind.REGISTRATION: "registrations",
    RecordKind.ACTIVITY: "activities",
    RecordKind.USER: "users",
    RecordKind.DOCUMENT: "documents",
    RecordKind.RATE: "rates",
}
NAMED_BY_CONTENT = {RecordKind.DOCUMENT: ("partner_id", "period", "kind"), RecordKind.RATE: ("date", "currency")}


class FolderHarness:
    """People at work with spreadsheets. They save with every cell in quotes, so that ours can be told from theirs.

    A call is what the adapter does to a file: to open it, to put a new one in its place.
    """

    people = ("7", "8")
    page_rows = 3
    troubles = frozenset({Trouble.FAILED, Trouble.REPLACED, Trouble.KILLED_AFTER})

    def __init__(self, root: Path, patch: pytest.MonkeyPatch, *, in_place: bool) -> None:
        self.columns: Mapping[RecordKind, tuple[str, ...]] = {
            kind: tuple(name for name in names if kind in NAMED_BY_CONTENT or name != ID_COLUMN[kind])
            for kind, names in COLUMNS.items()
        }
        self._root = root
        self._in_place = in_place
        self._written = root / ("data" if in_place else "out")
        self._ids = 100
        self._refusing: set[str] = set()
        self._known: dict[Path, tuple[int, int]] = {}
        self._zone = "Europe/Moscow"
        self._disturbance: Disturbance | None = None
        replace = Path.replace

        def replaced(temporary: Path, target: Path) -> Path:
            if target.name in self._refusing:
                raise PermissionError(13, "Permission denied")
            self._disturbed(lambda: replace(temporary, target), target, writes=True)
            return target

        opened = Path.open
        patch.setattr(Path, "replace", replaced)
        patch.setattr(
            Path, "open", lambda path, *how, **more: self._disturbed(lambda: opened(path, *how, **more), path)
        )
        patch.setattr(os, "fsync", lambda descriptor: None)  # no power is cut here
        patch.setattr("partnersync_csv.source.PAGE_ROWS", self.page_rows)
        (root / "data").mkdir()

    def adapter(self) -> Adapter:
        (kind,) = partnersync_adapter_kinds()
        connection = Connection("main", str(self._root), self._zone, lambda: datetime.now(UTC))
        return kind.make(connection, kind.settings.model_validate({"in_place": self._in_place}))

    def schema(self) -> Schema | None:
        (kind,) = partnersync_adapter_kinds()
        assert kind.schema is None
        return None

    def put(self, kind: RecordKind, rows: Sequence[Cells]) -> Sequence[str]:
        table = self._input(kind)
        header = table[0] if table else list(COLUMNS[kind])
        ids = [self._new_id(kind, row) for row in rows]
        named = [{ID_COLUMN[kind]: record_id, **row} for record_id, row in zip(ids, rows, strict=True)]
        entered = [[row.get(name, "") for name in header] for row in named]
        self._save(self._file(kind), [header, *table[1:], *entered])
        return ids

    def edit(self, kind: RecordKind, record_id: str, cells: Cells, by: str | None) -> None:
        ours = {name: text for name, text in cells.items() if name.startswith("ps_")}
        theirs = {name: text for name, text in cells.items() if name not in ours}
        for path, changed in ((self._file(kind), theirs), (self._written_file(kind), ours)):
            if changed:
                table = read(path)
                row = self._row(kind, table, record_id)
                for name, text in changed.items():
                    row[table[0].index(name)] = text
                self._save(path, table)

    def delete(self, kind: RecordKind, record_id: str) -> None:
        table = self._input(kind)
        table.remove(self._row(kind, table, record_id))
        self._save(self._file(kind), table)

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        self.edit(kind, record_id, {"merged_into": into}, None)

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        table = read(self._written_file(kind))
        rows = [row for row in table[1:] if row[0] == record_id]
        if not rows:
            return {}
        return {name: shown(text) for name, text in zip(table[0], rows[0], strict=False) if name.startswith("ps_")}

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        text = self._file(kind).read_bytes().decode()
        header = read(self._file(kind))[0]
        foreign = [name for name in header if not name.startswith("ps_")]
        cells = self._row(kind, self._input(kind), record_id)[: len(foreign)]
        quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
        return f"\r\n{quoted}" in text, header[: len(foreign)], cells

    def remove_place(self, kind: RecordKind, field: str) -> None:
        table = read(self._written_file(kind))
        place = table[0].index(field)
        self._save(self._written_file(kind), [row[:place] + row[place + 1 :] for row in table])

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return self._entries("notes", kind, record_id)

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return self._entries("tasks", kind, record_id)

    def table(self, name: str) -> Sequence[Sequence[str]]:
        return [[shown(text) for text in row] for row in read(self._written / f"{name}.csv")]

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        self._refusing.add(self._written_file(kind).name)

    def accept(self, kind: RecordKind, record_id: str) -> None:
        self._refusing.clear()

    def disturb(self, by: Disturbance | None) -> None:
        self._disturbance = by

    def move(self, zone: str) -> None:
        self._zone = zone

    def tick(self, seconds: int) -> None:
        """Files tell by their bytes alone."""

    def calls(self) -> Sequence[str]:
        files = {path: self._state(path) for path in self._root.rglob("*") if path.is_file()}
        changed = [path.name for path, state in files.items() if self._known.get(path) != state]
        self._known = files
        return changed

    def exceeded(self) -> Sequence[str]:
        return ()

    def _disturbed(self, do: Callable[[], Any], path: Path, *, writes: bool = False) -> Any:
        """What the adapter does to a file, with what is planned for it."""
        trouble = self._disturbance.of_call(writes=writes) if self._disturbance else None
        if trouble is Trouble.FAILED:
            raise OSError(5, "Input/output error")
        if trouble is Trouble.REPLACED and path.is_file():
            copy = path.with_name("copy of a person")
            copy.write_bytes(path.read_bytes())
            os.replace(copy, path)
        done = do()
        if trouble is Trouble.KILLED_AFTER:
            with suppress(AttributeError):
                done.close()  # as the system does with the files of a process that ended
            raise Killed
        return done

    def _new_id(self, kind: RecordKind, row: Cells) -> str:
        if kind in NAMED_BY_CONTENT:
            return "/".join(row[name] for name in NAMED_BY_CONTENT[kind])
        self._ids += 1
        return str(self._ids)

    def _row(self, kind: RecordKind, table: list[list[str]], record_id: str) -> list[str]:
        names = NAMED_BY_CONTENT.get(kind, (ID_COLUMN[kind],))
        places = [table[0].index(name) for name in names]
        return next(row for row in table[1:] if "/".join(row[place] for place in places) == record_id)

    def _entries(self, name: str, kind: RecordKind, record_id: str) -> list[str]:
        header, *rows = read(self._written / f"{name}.csv") or [[]]
        entries = [dict(zip(header, row, strict=True)) for row in rows]
        return [each["text"] for each in entries if (each["record"], each["record_id"]) == (kind, record_id)]

    def _file(self, kind: RecordKind) -> Path:
        return self._root / "data" / f"{FILES[kind]}.csv"

    def _written_file(self, kind: RecordKind) -> Path:
        return self._written / f"{FILES[kind]}.csv"

    def _input(self, kind: RecordKind) -> list[list[str]]:
        return read(self._file(kind))

    def _save(self, path: Path, table: list[list[str]]) -> None:
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
        path.write_bytes(out.getvalue().encode())
        self._known[path] = self._state(path)

    @staticmethod
    def _state(path: Path) -> tuple[int, int]:
        found = path.stat()
        return found.st_ino, found.st_mtime_ns


def read(path: Path) -> list[list[str]]:
    """Header and rows; nothing of a file that is not there."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))) if path.exists() else []


def shown(text: str) -> str:
    """A cell as a spreadsheet shows it: an apostrophe in front only says that it is text."""
    return re.sub(r"^'(?='*[=+\-@\t\r])", "", text)


class TestCsvOut(AdapterConformance):
    """Our columns are in copies of the files."""

    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
        return FolderHarness(tmp_path, monkeypatch, in_place=False)


class TestCsvInPlace(AdapterConformance):
    """The files themselves have our columns."""

    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
        return FolderHarness(tmp_path, monkeypatch, in_place=True)
