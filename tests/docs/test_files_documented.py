"""docs/files.md lists the columns that the code reads and writes."""

import re
from pathlib import Path

import pytest

from partnersync.contract.columns import COLUMNS, REQUIRED
from partnersync.contract.managed import MANAGED
from partnersync.contract.tables import PUBLISHED
from partnersync.domain.value import RecordKind

PAGE = (Path(__file__).parents[2] / "docs/files.md").read_text(encoding="utf-8")
READ, WRITTEN = (part.split("\n## ")[0] for part in re.split(r"\n## (?:Read|Written)\n", PAGE)[1:])
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


def _row(part: str, file: str) -> list[str]:
    found = re.search(rf"^\| {file}\.csv \| (.+) \|$", part, re.MULTILINE)
    assert found, f"{file}.csv has no row"
    return found[1].split()


@pytest.mark.parametrize("kind", FILES, ids=str)
def test_read_columns_and_required_ones_are_listed(kind: RecordKind) -> None:
    listed = _row(READ, FILES[kind])
    assert [column.strip("*") for column in listed] == list(COLUMNS[kind])
    assert [column.strip("*") for column in listed if column.startswith("**")] == list(REQUIRED[kind])


@pytest.mark.parametrize("kind", MANAGED, ids=str)
def test_managed_fields_are_listed(kind: RecordKind) -> None:
    assert _row(WRITTEN, FILES[kind]) == list(MANAGED[kind])


@pytest.mark.parametrize(("file", "names"), PUBLISHED.items())
def test_published_columns_are_listed(file: str, names: tuple[str, ...]) -> None:
    assert _row(WRITTEN, file) == list(names)
