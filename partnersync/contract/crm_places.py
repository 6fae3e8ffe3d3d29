"""What can be written in an account: known once its definitions are, so it is looked up when it is asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping

from partnersync.contract.managed import COMPARED, OWNER
from partnersync.domain.value import RecordKind

Ours = Mapping[RecordKind, Collection[str]]
"""By kind of record the managed fields that an account has a place for."""


class ManagedPlaces(Mapping[RecordKind, tuple[str, ...]]):
    """By kind of record the managed fields that have a place, the same during a whole run.

    The kinds are those of the settings; `look` is called at the first question about fields, and once.
    """

    def __init__(self, kinds: Collection[RecordKind], look: Callable[[], Ours | None]) -> None:
        self._kinds = kinds
        self._look = look
        self._found: dict[RecordKind, tuple[str, ...]] | None = None

    def __getitem__(self, kind: RecordKind) -> tuple[str, ...]:
        """KeyError for a kind that the settings do not read."""
        if kind not in self._kinds:
            raise KeyError(kind)
        if self._found is None:
            ours = self._look()
            self._found = {one: _names(one, ours) for one in self._kinds}
        return self._found[kind]

    def __iter__(self) -> Iterator[RecordKind]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


def _names(kind: RecordKind, ours: Ours | None) -> tuple[str, ...]:
    """The owner of a deal is no field that has to be made."""
    if ours is None:
        return ()
    return tuple(name for name in COMPARED[kind] if name in ours.get(kind, ()) or name == OWNER)
