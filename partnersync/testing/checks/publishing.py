"""Family "publishing": tables of the programme, for people to read."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import pytest

from partnersync.contract.adapter import Table
from partnersync.errors import Unsupported
from partnersync.testing.checks.world import World
from partnersync.testing.harness import Harness

_COLUMNS = ("line_id", "amount", "reason")
_ROWS = (
    ("L1", "10.00", 'Commission, "Альфа"; first part'),
    ("L2", "-10.00", "=1+1"),
    ("L3", "0.00", "two\nlines"),
)


class PublishChecks:
    """Tables of the programme, for people to read."""

    family: ClassVar[str] = "publishing"

    def test_a_table_is_published_whole(self, harness: Harness) -> None:
        """A table is there with every cell as given; a later one replaces it, and that is told; else Unsupported"""
        world = World(harness)
        if not world.able().publishes:
            _refuses(world)
            return
        with world.run() as adapter:
            held = {adapter.holds("ledger")}
            assert held == {""}
            for number, (state, rows) in enumerate((("1", _ROWS), ("2", _ROWS[1:]), ("3", ())), start=2):
                assert adapter.publish(_table(state, rows))
                held.add(adapter.holds("ledger"))
                assert len(held) == number
                assert [tuple(row) for row in harness.table("ledger")] == [_COLUMNS, *rows]

    def test_an_equal_table_is_not_written_again(self, harness: Harness) -> None:
        """Published again in the same state, a table is left as it is, by another run too; else Unsupported"""
        world = World(harness)
        if not world.able().publishes:
            _refuses(world)
            return
        with world.run() as adapter:
            adapter.publish(_table("1", _ROWS))
            adapter.publish(Table("issues", _COLUMNS, "1", lambda: iter(())))
            held = adapter.holds("ledger")
        harness.calls()
        for _ in range(2):
            with world.run() as adapter:
                assert not adapter.publish(_table("1", _ROWS))
                assert adapter.holds("ledger") == held
        assert list(harness.calls()) == []


def _table(state: str, rows: Sequence[tuple[str, ...]]) -> Table:
    def each() -> Iterator[Sequence[str]]:
        return iter(rows)

    return Table("ledger", _COLUMNS, state, each)


def _refuses(world: World) -> None:
    with world.run() as adapter:
        with pytest.raises(Unsupported):
            adapter.publish(_table("1", _ROWS))
        with pytest.raises(Unsupported):
            adapter.holds("ledger")
    assert list(world.harness.calls()) == []
