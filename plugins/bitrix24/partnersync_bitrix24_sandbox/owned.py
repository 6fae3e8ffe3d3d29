"""Records that belong to cards, as requisites and moves between stages: by id, by time, and by their owner."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from partnersync.sandbox.population import Empty, Population, Seed
from partnersync_bitrix24_sandbox.cards import Card

Owner = tuple[int, int]  # entityTypeId, id


class OwnedSeed(Seed[Card], Protocol):
    """How such records are generated."""

    def of(self, owner: Owner) -> Iterable[int]: ...


class NothingOwned(Empty):
    """Generates nothing."""

    def __init__(self) -> None:
        super().__init__(1)

    def of(self, owner: Owner) -> Iterable[int]:
        del owner
        return ()


class Owned:
    """All records of a kind."""

    def __init__(self, seed: OwnedSeed) -> None:
        self.records: Population[Card] = Population(seed)
        self._seed = seed
        self._by_owner: defaultdict[Owner, list[int]] = defaultdict(list)

    def add(self, record: Card, owner: Owner) -> None:
        """A new record."""
        self.records.add(record)
        self._by_owner[owner].append(record.id)

    def of(self, owners: Iterable[Owner]) -> list[int]:
        """The ids of owners' records, those of deleted ones as well."""
        return [one for owner in owners for one in (*self._seed.of(owner), *self._by_owner.get(owner, ()))]
