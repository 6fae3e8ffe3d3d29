"""Family "reading": what a first pull gives."""

from typing import ClassVar

from partnersync.contract.adapter import Gives
from partnersync.contract.columns import COLUMNS, ID_COLUMN, REQUIRED
from partnersync.domain.value import RecordKind
from partnersync.testing.canonical import meaning
from partnersync.testing.checks.world import World
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Mirror

# Partners and registrations may have an id of the programme beside that of the system.
_OWN_ID = (RecordKind.DEAL, RecordKind.PAYMENT, RecordKind.ACTIVITY, RecordKind.USER)


class ReadingChecks:
    """What a first pull gives."""

    family: ClassVar[str] = "reading"

    def test_every_record_is_read(self, harness: Harness) -> None:
        """Every record comes, and none that is not there"""
        world = World(harness)
        world.pull()
        for kind in world.told():
            assert world.live(kind) == set(world.ids(kind)), f"records of kind {kind}"

    def test_cells_say_what_people_entered(self, harness: Harness) -> None:
        """Every column that the system holds says what people entered"""
        world = World(harness)
        world.pull()
        for kind in world.told():
            for record_id, entered in world.put[kind]:
                cells = world.mirror.records[kind, record_id].cells or {}
                for column, text in entered.items():
                    told = _said(kind, record_id, column, cells.get(column, ""))
                    assert told == meaning(kind, column, text), f"{kind} {record_id} {column}"
                assert kind not in _OWN_ID or cells[ID_COLUMN[kind]] == record_id

    def test_cells_are_canonical(self, harness: Harness) -> None:
        """Cells stand in canonical columns and are written canonically, the required ones filled"""
        world = World(harness)
        world.pull()
        for (kind, record_id), known in world.mirror.records.items():
            cells = known.cells or {}
            assert set(cells) <= set(COLUMNS[kind]), f"columns of {kind} {record_id}"
            assert {column for column in REQUIRED[kind] if not cells.get(column)} == set(), f"{kind} {record_id}"
            for column, text in cells.items():
                _said(kind, record_id, column, text)

    def test_streams_are_stable(self, harness: Harness) -> None:
        """Each run has the same streams, their names differ, and every managed kind has one that tells our fields"""
        world = World(harness)
        with world.run() as adapter:
            streams = list(adapter.streams())
            telling = {stream.kind for stream in streams if stream.gives is not Gives.FACTS}
            assert telling == set(adapter.capabilities.managed)
        with world.run() as adapter:
            assert list(adapter.streams()) == streams
        assert len({stream.name for stream in streams}) == len(streams)

    def test_streams_keep_their_promise(self, harness: Harness) -> None:
        """A whole stream names a record once and ends complete; no row tells what its stream does not give"""
        world = World(harness)
        mirror = Mirror()
        with world.run() as adapter:
            for stream in adapter.streams():
                pages = list(mirror.pages(adapter, stream))
                raws = [raw for page in pages for raw in page.raws]
                assert not stream.whole or len({raw.record_id for raw in raws}) == len(raws), stream.name
                assert not stream.whole or not pages or pages[-1].complete, stream.name
                assert not any(page.complete for page in pages[:-1]), stream.name
                assert stream.gives is not Gives.MANAGED or all(raw.cells is None for raw in raws), stream.name
                assert stream.gives is not Gives.FACTS or all(raw.seen is None for raw in raws), stream.name


def _said(kind: RecordKind, record_id: str, column: str, text: str) -> object:
    try:
        return meaning(kind, column, text)
    except ValueError as error:
        raise AssertionError(f"{column} of {kind} {record_id}: {error}") from None
