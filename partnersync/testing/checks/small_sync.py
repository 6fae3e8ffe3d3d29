"""A small sync as the core makes it, run after run until nothing is left to do."""

from itertools import count

from partnersync.contract.adapter import NO_CELLS, Cells, FieldsWrite, NoteWrite, Outcome, TaskWrite
from partnersync.contract.managed import MANAGED
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, World
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Key, Mirror

_SETTLED = frozenset({Outcome.DONE, Outcome.GONE})


class SmallSync:
    """A world in which, round after round, fields of some records, a note and a task become due.

    What is due is written as long as the system was not seen to hold it: a write whose outcome is unknown is read back
    by the next pull; a note or task goes out under its own id until its receipt settles it.
    """

    def __init__(self, harness: Harness) -> None:
        self.world = World(harness, MANAGED.keys())
        self._able = self.world.able()
        self._managed = self.world.managed()
        self._keys = [(kind, record_id) for kind in self._managed for record_id in self.world.ids(kind)]
        self._rounds = count()
        self._wanted: dict[Key, Cells] = {}
        self._due: dict[str, NoteWrite | TaskWrite] = {}
        self._notes: list[str] = []
        self._tasks: list[str] = []
        self._title = ""
        self._shown = self._filled()
        self._unmanaged = self.world.unmanaged()

    def ask_for_more(self, *, from_the_start: bool = False) -> None:
        """Begin a round: other values are due, one more note and task; a person edits a deal that is not written.

        `from_the_start`: this core knows nothing of the system yet.
        """
        world, number = self.world, next(self._rounds)
        if from_the_start:
            world.mirror = Mirror()
        self._title = f"Round {number}"
        world.harness.edit(DEAL, world.ids(DEAL)[-1], {"title": self._title}, None)
        for kind, names in self._managed.items():
            for record_id in world.ids(kind)[:2]:
                self._wanted[kind, record_id] = samples.values(names, number % 2)
        first = world.ids(DEAL)[0]
        if self._able.notes:
            note = world.note(first, f"Note of round {number}.")
            self._due[note.write_id] = note
            self._notes.append(note.text)
        if self._able.tasks:
            task = world.task(first, f"Task of round {number}.")
            self._due[task.write_id] = task
            self._tasks.append(task.text)
        self._shown = {key: {**cells, **self._wanted.get(key, NO_CELLS)} for key, cells in self._filled().items()}
        self._unmanaged = world.unmanaged()

    def run(self) -> bool:
        """One run: pull everything, write what is due. True: there was nothing left to write."""
        with self.world.run() as adapter:
            self.world.mirror.pull(adapter)
            writes = {write.write_id: write for write in self._writes()}
            for receipt in adapter.push(iter(list(writes.values()))):
                if receipt.outcome is Outcome.DONE:
                    self._landed(writes[receipt.write_id])
                self.world.mirror.cursors.update(receipt.cursors)
            entries = list(self._due.values())
            for receipt in adapter.push(iter(entries)) if entries else ():
                if receipt.outcome in _SETTLED:
                    del self._due[receipt.write_id]
        return not writes and not entries

    def check(self) -> None:
        """What is there is what an undisturbed sync would have left, and the core knows it."""
        world, first = self.world, self.world.ids(DEAL)[0]
        assert self._filled() == self._shown
        assert world.unmanaged() == self._unmanaged
        for wanted, found in ((self._notes, world.harness.notes), (self._tasks, world.harness.tasks)):
            told = found(DEAL, first) if wanted else ()
            assert {text: sum(text in each for each in told) for text in wanted} == dict.fromkeys(wanted, 1)
        assert {key: _without_empty(world.mirror.seen(*key)) for key in self._shown} == self._shown
        assert world.mirror.live(DEAL) == set(world.ids(DEAL))
        assert (world.mirror.records[DEAL, world.ids(DEAL)[-1]].cells or {})["title"] == self._title

    def _filled(self) -> dict[Key, Cells]:
        """What people see of ours; a first write may give all records of a kind places, which are empty then."""
        return {key: _without_empty(self.world.harness.managed(*key)) for key in self._keys}

    def _writes(self) -> list[FieldsWrite]:
        found = []
        for (kind, record_id), wanted in self._wanted.items():
            seen = self.world.mirror.seen(kind, record_id)
            values = {name: text for name, text in wanted.items() if seen.get(name) != text}
            if values and (kind, record_id) in self.world.mirror.records:
                found.append(self.world.set(kind, record_id, values))
        return found

    def _landed(self, write: FieldsWrite) -> None:
        """The core takes a write that was made for what the system holds."""
        known = self.world.mirror.records[write.kind, write.record_id]
        known.seen = {**(known.seen or {}), **write.values}


def _without_empty(cells: Cells) -> Cells:
    return {name: text for name, text in cells.items() if text}
