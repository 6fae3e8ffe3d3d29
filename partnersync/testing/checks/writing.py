"""Family "writing": managed fields arrive, come back as they were written, and nothing else moves."""

from functools import partial
from typing import ClassVar

from partnersync.contract.adapter import Cells, FieldsWrite, Outcome
from partnersync.domain.value import RecordKind
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, HOUR_S, World, outcomes
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Key, done


class WritingChecks:
    """Managed fields arrive, come back as they were written, and nothing else moves."""

    family: ClassVar[str] = "writing"

    def test_people_see_what_was_written(self, harness: Harness) -> None:
        """Every declared field shows people what was written, first and when it is replaced"""
        world = World(harness)
        for which in (0, 1):
            writes = _all(world, which)
            assert done(world.push(*writes)) == {write.write_id for write in writes}
            for write in writes:
                assert _shows(harness, write.kind, write.record_id, write.values)

    def test_an_echo_is_recognised(self, harness: Harness) -> None:
        """Our own write comes back character for character, at the next pull and when all is read anew"""
        world = World(harness)
        world.pull()
        for which in (0, 1):
            writes = _all(world, which)
            receipts = world.sync(*writes)
            moved = {name for receipt in receipts.values() for name in receipt.cursors}
            world.pull()
            anew = world.reread()
            for write in writes:
                back = anew.seen(write.kind, write.record_id)
                assert {name: back.get(name) for name in write.values} == write.values
                if not moved:  # else the echo was passed over
                    assert world.mirror.seen(write.kind, write.record_id) == back

    def test_an_echo_is_silent(self, harness: Harness) -> None:
        """Our own writes change no fact and name nobody; once time has passed they bring no records any more"""
        world = World(harness)
        world.pull()
        before = _facts(world)
        world.sync(*_all(world, 0))
        world.pull()
        assert _facts(world) == before
        assert not any(known.authors for known in world.mirror.records.values())
        harness.tick(HOUR_S)
        world.pull()  # may still repeat the overlap of the one before
        assert world.pull() == []

    def test_unmanaged_values_stay(self, harness: Harness) -> None:
        """Nothing but our fields is touched by a write, in no record"""
        world = World(harness)
        before = world.unmanaged()
        for which in (0, 1):
            world.push(*_all(world, which))
        assert world.unmanaged() == before

    def test_only_named_fields_change(self, harness: Harness) -> None:
        """Fields that a write does not name keep their values, those that people typed too; so do other records"""
        world = World(harness)
        for kind, names in world.managed().items():
            first, second = world.ids(kind)[:2]
            old, new = samples.values(names, 0), samples.values(names, 1)
            world.push(world.set(kind, first, old), world.set(kind, second, old))
            harness.edit(kind, first, {names[1]: new[names[1]]}, harness.people[0])
            before = world.shown()
            world.push(world.set(kind, first, {names[0]: new[names[0]]}))
            expected = before | {(kind, first): {**before[kind, first], names[0]: new[names[0]]}}
            assert world.shown() == expected

    def test_fields_are_cleared(self, harness: Harness) -> None:
        """An empty text clears a field: people see nothing there, and it comes back empty, not missing"""
        world = World(harness)
        world.push(*_all(world, 0))
        writes = _all(world, None)
        assert outcomes(world.push(*writes)) == {Outcome.DONE}
        anew = world.reread()
        for write in writes:
            shown, back = harness.managed(write.kind, write.record_id), anew.seen(write.kind, write.record_id)
            assert {name: shown.get(name) for name in write.values} == write.values
            assert {name: back.get(name) for name in write.values} == write.values

    def test_a_missing_place_is_not_an_empty_one(self, harness: Harness) -> None:
        """A field without a place is missing from what is told, an empty one is told empty; a new one can be filled"""
        world = World(harness)
        assert _seen(world) == world.shown()
        world.push(*_all(world, 0))
        assert _seen(world) == world.shown()
        for kind, names in world.managed().items():
            harness.remove_place(kind, names[0])
            harness.tick(HOUR_S)
            assert _seen(world) == world.shown()
            first = world.ids(kind)[0]
            receipts = world.push(world.set(kind, first, samples.values(names[:1], 0)))
            has_place = names[0] in world.managed().get(kind, ())
            assert outcomes(receipts) == {Outcome.DONE if has_place else Outcome.REFUSED}
            assert _seen(world) == world.shown()

    def test_places_can_be_taken_away(self, harness: Harness) -> None:
        """Where places go again: one record is cleared, then whole fields go, but for what somebody typed into one"""
        world = World(harness)
        if not world.able().removes_places:
            return
        before = world.unmanaged()
        for kind, names in world.managed().items():
            first, second = world.ids(kind)[:2]
            old, typed = samples.values(names, 0), samples.values(names[1:2], 1)
            world.push(world.set(kind, first, old), world.set(kind, second, old))
            assert outcomes(world.push(world.take(kind, first, names))) == {Outcome.DONE}
            assert not any(harness.managed(kind, first).values())
            assert _shows(harness, kind, second, old)
            harness.edit(kind, second, typed, harness.people[0])
            rest = (names[0], *names[2:])
            assert outcomes(world.push(world.take(kind, second, rest, drops=names))) == {Outcome.DONE}
            assert harness.managed(kind, second) == typed
            assert not set(rest) & {*harness.managed(kind, first)}
        assert world.unmanaged() == before
        assert _seen(world) == world.shown()

    def test_an_edit_of_ours_is_seen(self, harness: Harness) -> None:
        """What a person types into our field comes at the next pull, exactly as people see it"""
        world = World(harness)
        world.push(*_all(world, 0))
        world.pull()
        for kind, names in world.managed().items():
            for text in (samples.VALUES[names[0]][1], ""):
                harness.edit(kind, world.ids(kind)[0], {names[0]: text}, harness.people[0])
                world.pull()
                assert world.mirror.seen(kind, world.ids(kind)[0]).get(names[0]) == text

    def test_a_receipts_cursor_hides_no_edit(self, harness: Harness) -> None:
        """An edit between the pull and our write, and one right after it, come at the next pull"""
        world = World(harness)
        fields = world.managed()[DEAL]
        first, second, third = world.ids(DEAL)[:3]
        old, new = samples.values(fields[:1], 0), samples.values(fields[:1], 1)
        world.push(*(world.set(DEAL, record_id, old) for record_id in (first, second, third)))
        between = partial(harness.edit, DEAL, second, new, harness.people[0])
        world.sync(world.set(DEAL, first, new), meanwhile=between)
        harness.edit(DEAL, third, new, harness.people[0])
        world.pull()
        assert world.mirror.seen(DEAL, second) == harness.managed(DEAL, second)
        assert world.mirror.seen(DEAL, third) == harness.managed(DEAL, third)

    def test_nothing_to_write_is_no_call(self, harness: Harness) -> None:
        """Pulling, checking and an empty push send no write"""
        world = World(harness)
        world.pull()
        with world.run() as adapter:
            assert list(adapter.push([])) == []
            list(adapter.check())
        assert list(harness.calls()) == []


def _shows(harness: Harness, kind: RecordKind, record_id: str, values: Cells) -> bool:
    shown = harness.managed(kind, record_id)
    return {name: shown.get(name) for name in values} == values


def _facts(world: World) -> dict[Key, Cells]:
    """All that is known but for our fields, and when a record was changed."""
    known = {key: dict(each.cells or {}) for key, each in world.mirror.records.items()}
    return {key: {name: text for name, text in cells.items() if name != "updated_at"} for key, cells in known.items()}


def _all(world: World, which: int | None) -> list[FieldsWrite]:
    """Writes of every declared field of two records of each kind: its first or second value, None: nothing."""
    return [
        world.set(kind, record_id, samples.values(names, which) if which is not None else dict.fromkeys(names, ""))
        for kind, names in world.managed().items()
        for record_id in world.ids(kind)[:2]
    ]


def _seen(world: World) -> dict[tuple[RecordKind, str], object]:
    anew = world.reread()
    return {(kind, key): dict(anew.seen(kind, key)) for kind in world.managed() for key in world.ids(kind)}
