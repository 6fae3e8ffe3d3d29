"""A folder of files as the adapter sees it, and the part of the core: cursors that are kept, pages that are taken."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partnersync.contract.adapter import (
    Adapter,
    Connection,
    FieldsWrite,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Write,
)
from partnersync.domain.value import RecordKind
from partnersync_csv import partnersync_adapter_kinds


@dataclass
class Folder:
    """`root` holds `data` and `out`; each `run` is another adapter, as each command makes one."""

    root: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    last: Adapter | None = None

    def run(self, *, ledger: bool = False) -> Adapter:
        """A fresh adapter."""
        (kind,) = partnersync_adapter_kinds()
        connection = Connection("main", str(self.root), "Europe/Moscow", lambda: datetime.now(UTC), ledger=ledger)
        self.last = kind.make(connection, kind.settings.model_validate(self.settings))
        return self.last

    def file(self, name: str) -> Path:
        """A file below the root."""
        return self.root / name

    def put(self, name: str, text: str | bytes) -> Path:
        """Write a file below the root."""
        path = self.file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def text(self, name: str) -> str:
        """What a file holds, line ends as they are."""
        return self.file(name).read_bytes().decode()

    def stream(self, name: str, adapter: Adapter) -> Stream:
        """One of the adapter's streams."""
        return next(stream for stream in adapter.streams() if stream.name == name)

    def pages(self, name: str, adapter: Adapter | None = None) -> Iterator[Page]:
        """Pull a stream as the core does."""
        adapter = adapter or self.run()
        for page in adapter.pull(self.stream(name, adapter), self.cursors.get(name)):
            yield page
            if page.cursor is not None:
                self.cursors[name] = page.cursor

    def pull(self, name: str, adapter: Adapter | None = None) -> list[Raw]:
        """All records of a pull."""
        return [raw for page in self.pages(name, adapter) for raw in page.raws]

    def pull_all(self) -> Adapter:
        """Pull every stream with one adapter, which then may write."""
        adapter = self.run()
        for stream in adapter.streams():
            self.pull(stream.name, adapter)
        return adapter

    def push(self, writes: Iterable[Write], adapter: Adapter | None = None) -> list[Receipt]:
        """Pull, write, and keep the cursors of the receipts."""
        receipts = list((adapter or self.pull_all()).push(iter(writes)))
        for receipt in receipts:
            self.cursors.update(receipt.cursors)
        return receipts

    def set_deals(self, values: Mapping[str, Mapping[str, str]], adapter: Adapter | None = None) -> list[Outcome]:
        """Write fields of deals; the outcomes in their order."""
        writes = [FieldsWrite(f"w/{deal}", RecordKind.DEAL, deal, fields) for deal, fields in values.items()]
        return [receipt.outcome for receipt in self.push(writes, adapter)]

    def seen(self, name: str = "deals.out") -> dict[str, dict[str, str]]:
        """The managed fields of a stream that is read anew, by record id."""
        self.cursors.pop(name, None)
        return {raw.record_id: dict(raw.seen) for raw in self.pull(name) if raw.seen is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty one, whose written files go to `out`."""
    return Folder(tmp_path)


@pytest.fixture
def in_place(tmp_path: Path) -> Folder:
    """An empty one, whose files themselves get our columns."""
    return Folder(tmp_path, {"in_place": True})


@pytest.fixture(scope="session")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Folder]:
    """Make folders, for tests that need many."""

    def make(**settings: Any) -> Folder:
        return Folder(tmp_path_factory.mktemp("folder"), settings)

    return make
