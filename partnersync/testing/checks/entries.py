"""Family "notes and tasks": each is made once."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import pytest

from partnersync.contract.adapter import NoteWrite, Outcome, TaskWrite
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync.testing.checks.world import DEAL, World, outcomes, unanswered
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import done
from partnersync.testing.troubles import Disturbance

Make = Callable[[str, str], NoteWrite | TaskWrite]
Found = Callable[[RecordKind, str], Sequence[str]]

_TEXT = 'The partner was changed: see "Альфа, Бета"; until 30 August'


class EntryChecks:
    """Each note and task is made once."""

    family: ClassVar[str] = "notes and tasks"

    def test_a_note_is_made_once(self, harness: Harness) -> None:
        """A note stands on its record, once, though it is written again; two of one text are two"""
        world = World(harness)
        _once(world, world.able().notes, world.note, harness.notes)

    def test_a_task_is_made_once(self, harness: Harness) -> None:
        """A task stands on its record, once, though it is written again; two of one text are two"""
        world = World(harness)
        _once(world, world.able().tasks, world.task, harness.tasks)

    def test_an_unanswered_note_is_found_again(self, harness: Harness) -> None:
        """A note or task without an answer is unknown; written again it stands there once"""
        world = World(harness)
        able, record_id = world.able(), world.ids(DEAL)[0]
        kinds: list[tuple[Make, Found]] = []
        kinds += [(world.note, harness.notes)] if able.notes else []
        kinds += [(world.task, harness.tasks)] if able.tasks else []
        for make, found in kinds:
            for trouble in unanswered(harness):
                write = make(record_id, f"{_TEXT}, {trouble}")
                harness.disturb(Disturbance(trouble, writing=True))
                assert outcomes(world.push(write)) == {Outcome.UNKNOWN}
                harness.disturb(None)
                assert outcomes(world.push(write)) == {Outcome.DONE}
                assert [write.text in text for text in found(DEAL, record_id)].count(True) == 1

    def test_a_bad_note_loses_no_other(self, harness: Harness) -> None:
        """A note or task that is refused has its reason; the others are made, later it is made too, once"""
        world = World(harness)
        able, ids = world.able(), world.ids(DEAL)[:3]
        if able.batch_size == 0:
            return  # all of them go into one file
        kinds: list[tuple[Make, Found]] = []
        kinds += [(world.note, harness.notes)] if able.notes else []
        kinds += [(world.task, harness.tasks)] if able.tasks else []
        for make, found in kinds:
            writes = [make(record_id, _TEXT) for record_id in ids]
            harness.refuse(DEAL, ids[1])
            receipts = world.push(*writes)
            harness.accept(DEAL, ids[1])
            assert receipts[writes[1].write_id].outcome is Outcome.REFUSED
            assert receipts[writes[1].write_id].reason
            assert done(receipts) == {writes[0].write_id, writes[2].write_id}
            assert outcomes(world.push(*writes)) == {Outcome.DONE}
            assert [[_TEXT in text for text in found(DEAL, record_id)] for record_id in ids] == [[True]] * 3


def _once(world: World, able: bool, make: Make, found: Found) -> None:
    first, second = world.ids(DEAL)[:2]
    write = make(first, _TEXT)
    if not able:
        with pytest.raises(Unsupported):
            world.push(write)
        assert list(world.harness.calls()) == []
        return
    before = world.unmanaged()
    for _ in range(2):
        assert outcomes(world.push(write)) == {Outcome.DONE}
        assert [_TEXT in text for text in found(DEAL, first)] == [True]
    world.push(make(first, _TEXT))
    assert [_TEXT in text for text in found(DEAL, first)] == [True, True]
    assert list(found(DEAL, second)) == []
    assert world.unmanaged() == before
