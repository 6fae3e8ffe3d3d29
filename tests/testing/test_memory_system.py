"""What the system in memory does beyond the kit: changes that become visible late, calls and lost answers."""

import pytest

from partnersync.domain.value import RecordKind
from partnersync.testing.memory import OVERLAP_S, MemoryAdapter
from partnersync.testing.memory_system import Entry, MemorySystem
from partnersync.testing.mirror import Mirror
from partnersync.testing.troubles import WORKS, Disturbance, Trouble

DEAL = RecordKind.DEAL


@pytest.mark.parametrize(
    ("gap_s", "found"),
    [
        pytest.param(OVERLAP_S, True, id="within the overlap it is read"),
        pytest.param(OVERLAP_S + 1, False, id="later than the overlap it is missed"),
    ],
)
def test_a_change_that_becomes_visible_after_a_pull(gap_s: int, found: bool) -> None:
    system, mirror = MemorySystem(), Mirror()
    deal = system.put(DEAL, {})
    system.edit(DEAL, deal, {"title": "New"}, None, visible_in=gap_s + 1)
    system.now += gap_s
    mirror.pull(MemoryAdapter(system))
    assert mirror.records == {}
    system.now += 1
    mirror.pull(MemoryAdapter(system))
    assert ((DEAL, deal) in mirror.records) is found


@pytest.mark.parametrize("trouble", [Trouble.LOST, Trouble.TRUNCATED, Trouble.TIMEOUT, Trouble.RESET, Trouble.FAILED])
def test_a_call_without_an_answer(trouble: Trouble) -> None:
    system = MemorySystem()
    deal = system.put(DEAL, {})
    system.disturbance = Disturbance(trouble)
    with pytest.raises(TimeoutError):
        system.update(DEAL, [(deal, {"ps_source": "typed"})])
    assert (system.cards[DEAL][deal].managed == {"ps_source": "typed"}) is (trouble in WORKS)
    assert system.update(DEAL, [(deal, {"ps_source": "link"})]) == ["ok"]
    assert system.calls == [f"update deal {deal}"] * 2


def test_each_of_several_writes_has_its_own_answer() -> None:
    system = MemorySystem()
    good, locked, gone = (system.put(DEAL, {}) for _ in range(3))
    system.refusing.add((DEAL, locked))
    system.delete(DEAL, gone)
    values = {"ps_source": "typed"}
    answers = system.update(DEAL, [(good, values), (locked, values), (gone, values), (good, {"ps_foo": ""})])
    assert answers == ["ok", "the record is locked", "gone", "there is no field ps_foo"]
    assert system.add(system.notes, Entry(DEAL, gone, "text", "n1")) == "gone"
    assert system.notes == []
