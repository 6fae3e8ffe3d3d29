"""Family "outcomes": batches, refusals, answers that never come, and a push that is broken off."""

from typing import ClassVar

from partnersync.contract.adapter import Cells, FieldsWrite, Outcome
from partnersync.domain.value import RecordKind
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, World, outcomes, taken, unanswered
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import done
from partnersync.testing.troubles import WORKS, Disturbance


class OutcomeChecks:
    """Batches, refusals, answers that never come, and a push that is broken off."""

    family: ClassVar[str] = "outcomes"

    def test_each_write_has_one_receipt(self, harness: Harness) -> None:
        """Each write has exactly one receipt, and what is done is there to see"""
        world = World(harness)
        writes = _deals(world, _batch(world) * 2 + 1)
        with world.run() as adapter:
            receipts = list(adapter.push(writes))
        assert sorted(receipt.write_id for receipt in receipts) == sorted(write.write_id for write in writes)
        for write in writes:
            assert _shows(harness, write, write.values)

    def test_batches_are_as_large_as_declared(self, harness: Harness) -> None:
        """Writes of one kind go out in batches of the declared size"""
        world = World(harness)
        size = world.able().batch_size
        writes = _deals(world, _batch(world) * 2 + 1)
        world.push(*writes)
        assert len(harness.calls()) == (-(-len(writes) // size) if size else 1)

    def test_writes_are_taken_as_needed(self, harness: Harness) -> None:
        """No more writes are taken than are sent at once, since each one taken is on record as under way"""
        world = World(harness)
        able = world.able()
        at_once = able.batch_size * able.calls_at_once
        writes = _deals(world, (at_once or _batch(world)) * 2 + 1)
        log: list[str] = []
        with world.run() as adapter:
            receipts = adapter.push(taken(writes, log))
            next(receipts)
            assert len(log) <= (at_once or len(writes))
            list(receipts)
        assert log == [write.write_id for write in writes]

    def test_a_refused_write_loses_no_other(self, harness: Harness) -> None:
        """A refused write has its reason and changes nothing; all others of its batch are made, later it is made too"""
        world = World(harness)
        writes = _deals(world, max(3, _batch(world))) + _others(world)
        refused = writes[1]
        before = harness.managed(DEAL, refused.record_id)
        harness.refuse(DEAL, refused.record_id)
        receipts = world.push(*writes)
        harness.accept(DEAL, refused.record_id)
        assert receipts[refused.write_id].outcome is Outcome.REFUSED
        assert receipts[refused.write_id].reason
        assert harness.managed(DEAL, refused.record_id) == before
        at_once = DEAL if world.able().batch_size == 0 else None
        for write in writes:
            made = write.write_id in done(receipts)
            if write.kind is not at_once:
                assert made == (write is not refused)
            assert made == _shows(harness, write, write.values)
        again = world.set(DEAL, refused.record_id, refused.values)
        assert done(world.push(again)) == {again.write_id}
        assert _shows(harness, again, refused.values)

    def test_a_vanished_record_loses_no_other(self, harness: Harness) -> None:
        """A write to a record that is not there is told as gone; the others are made"""
        world = World(harness)
        writes = _deals(world, max(3, _batch(world)))
        if world.able().reports_deletions:
            harness.delete(DEAL, writes[1].record_id)
        else:
            writes[1] = world.set(DEAL, "987654321", writes[1].values)
        receipts = world.push(*writes)
        assert receipts[writes[1].write_id].outcome is Outcome.GONE
        assert done(receipts) == {write.write_id for write in writes} - {writes[1].write_id}
        assert all(_shows(harness, write, write.values) for write in writes if write is not writes[1])

    def test_several_bad_writes_lose_no_other(self, harness: Harness) -> None:
        """The first and the last of a batch are refused, one between them is gone; each is told so, the rest is made"""
        world = World(harness)
        if world.able().batch_size == 0:
            return  # all of a kind at once: one that is refused refuses the kind
        writes = _deals(world, max(4, _batch(world)))
        refused, gone = (writes[0], writes[-1]), writes[2]
        for write in refused:
            harness.refuse(DEAL, write.record_id)
        if world.able().reports_deletions:
            harness.delete(DEAL, gone.record_id)
        else:
            gone = writes[2] = world.set(DEAL, "987654321", gone.values)
        receipts = world.push(*writes)
        assert receipts.keys() == {write.write_id for write in writes}
        told = {write.write_id: receipts[write.write_id].outcome for write in (*refused, gone)}
        expected = dict.fromkeys((write.write_id for write in refused), Outcome.REFUSED)
        assert told == {**expected, gone.write_id: Outcome.GONE}
        assert done(receipts) == {write.write_id for write in writes} - told.keys()
        assert all(_shows(harness, write, write.values) for write in writes if write.write_id not in told)

    def test_a_kind_without_our_fields_is_refused(self, harness: Harness) -> None:
        """A write to a kind that has no managed fields is refused; the others are made"""
        world = World(harness)
        [good] = _deals(world, 1)
        bad = world.set(RecordKind.PAYMENT, "1", good.values)
        receipts = world.push(bad, good)
        assert receipts[bad.write_id].outcome is Outcome.REFUSED
        assert receipts[bad.write_id].reason
        assert done(receipts) == {good.write_id}

    def test_an_unanswered_write_is_unknown(self, harness: Harness) -> None:
        """A write without an answer is told as unknown and sent once; reading back tells whether it was made"""
        world = World(harness)
        for which, trouble in enumerate(unanswered(harness)):
            landed = trouble in WORKS
            [write] = _deals(world, 1, which=which % 2)
            world.pull()
            harness.calls()
            harness.disturb(Disturbance(trouble, writing=True))
            assert outcomes(world.push(write)) == {Outcome.UNKNOWN}
            harness.disturb(None)
            assert len(harness.calls()) == 1
            shown = harness.managed(DEAL, write.record_id)
            assert _shows(harness, write, write.values) == landed
            assert _read_back(world, write.record_id) == shown
            again = world.set(DEAL, write.record_id, write.values)
            assert done(world.push(again)) == {again.write_id}
            assert _shows(harness, again, write.values)
        assert Outcome.UNKNOWN not in outcomes(world.push(*_deals(world, 3)))

    def test_a_push_that_breaks_off_can_be_repeated(self, harness: Harness) -> None:
        """After a push that broke off, reading tells what was made, and repeating the rest reaches the same end"""
        world = World(harness)
        world.pull()
        writes = _deals(world, _batch(world) * 2 + 1)
        with world.run() as adapter:
            receipts = adapter.push(iter(writes))
            next(receipts)
            del receipts
        world.pull()
        for write in writes:
            assert world.mirror.seen(DEAL, write.record_id) == harness.managed(DEAL, write.record_id)
        rest = [write for write in writes if not _shows(harness, write, write.values)]
        world.push(*(world.set(DEAL, write.record_id, write.values) for write in rest))
        assert all(_shows(harness, write, write.values) for write in writes)


def _batch(world: World) -> int:
    """The size of a batch, or a handful where all go out at once."""
    return world.able().batch_size or 3


def _deals(world: World, number: int, which: int = 0) -> list[FieldsWrite]:
    """A write of all fields to each of so many deals; more of them are entered if need be."""
    missing = number - len(world.ids(DEAL))
    if missing > 0:
        world.enter(DEAL, missing)
        world.harness.calls()
    values = samples.values(world.managed()[DEAL], which)
    return [world.set(DEAL, record_id, values) for record_id in world.ids(DEAL)[:number]]


def _others(world: World) -> list[FieldsWrite]:
    """A write to one record of each other managed kind."""
    managed = world.managed()
    kinds = [kind for kind in managed if kind is not DEAL]
    return [world.set(kind, world.ids(kind)[0], samples.values(managed[kind], 0)) for kind in kinds]


def _shows(harness: Harness, write: FieldsWrite, values: Cells) -> bool:
    shown = harness.managed(write.kind, write.record_id)
    return {name: shown.get(name) for name in values} == values


def _read_back(world: World, record_id: str) -> Cells:
    """Our fields as the adapter finds them after a write whose outcome is unknown."""
    if not world.able().reads_record:
        world.pull()
        return world.mirror.seen(DEAL, record_id)
    with world.run() as adapter:
        [raw] = adapter.read(DEAL, [record_id])
    return raw.seen or {}
