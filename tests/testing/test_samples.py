"""What the kit puts into systems is canonical, and the core can read it."""

from zoneinfo import ZoneInfo

import pytest

from partnersync.contract.columns import ID_COLUMN, REQUIRED
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.sync.forms import Setting
from partnersync.sync.normalise import normalise
from partnersync.testing import samples
from partnersync.testing.canonical import meaning
from partnersync.testing.memory_harness import MemoryHarness

SETTING = Setting("main", frozenset({"main"}), ZoneInfo("Europe/Moscow"), "RUB")


@pytest.mark.parametrize("kind", RecordKind)
def test_samples_are_good_records(kind: RecordKind) -> None:
    [row, *_] = samples.rows(MemoryHarness(), kind, 1, "17")
    assert all(meaning(kind, column, text) is not None for column, text in row.items())
    _, listed = normalise(kind, {ID_COLUMN[kind]: "1", **row}, SETTING)
    assert listed == ()
    assert set(REQUIRED[kind]) <= {ID_COLUMN[kind], *row}


def test_every_managed_field_has_two_values() -> None:
    assert set(samples.VALUES) == {name for names in MANAGED.values() for name in names}
    for kind, names in MANAGED.items():
        for name in names:
            first, second = samples.VALUES[name]
            assert meaning(kind, name, first) != meaning(kind, name, second)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        pytest.param("amount", "1 234,50", id="a sum is written for people"),
        pytest.param("amount", "1e3", id="a sum has an exponent"),
        pytest.param("created_at", "2026-01-31T10:00:00", id="a time has no offset"),
        pytest.param("created_at", "31.01.2026", id="a time is written for people"),
        pytest.param("ps_protected_until", "2026-01-31T00:00:00+03:00", id="a day has a time"),
        pytest.param("state", "Won", id="a state is not in our words"),
        pytest.param("currency", "rub", id="a currency is not in capitals"),
    ],
)
def test_what_is_not_canonical_is_named(column: str, text: str) -> None:
    with pytest.raises(ValueError):
        meaning(RecordKind.DEAL, column, text)


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        pytest.param("amount", "1000", "1000.00", id="decimal places"),
        pytest.param("created_at", "2026-03-01T10:00:00+03:00", "2026-03-01T07:00:00+00:00", id="the offset"),
        pytest.param("products", "a|b", "b|a", id="the order of a list"),
    ],
)
def test_texts_of_one_meaning_are_equal(column: str, one: str, other: str) -> None:
    assert meaning(RecordKind.DEAL, column, one) == meaning(RecordKind.DEAL, column, other)
