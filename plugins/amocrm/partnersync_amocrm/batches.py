"""Changes of many records: in batches as large as the account manages, several on their way, an outcome for each item.

The account refuses a whole batch for one bad item, and takes too long over one that is too large. The first is settled
by taking the bad item out and sending the rest, the second by reading back, and sending what is still due in halves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from partnersync.contract.adapter import Outcome
from partnersync.errors import OutcomeUnknown, TryLater
from partnersync.transport.pool import in_batches
from partnersync_amocrm.faults import DELETED, Finding, Gone, Refused, TooMuchSent
from partnersync_amocrm.transport import Client

LARGEST_BATCH = 50  # what the vendor recommends; it takes 250

Item = Mapping[str, Any]
StillDue = Callable[[Sequence[Item]], Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one item. `answer` is the account's row about it, where it gave one."""

    item: Item
    outcome: Outcome
    reason: str = ""
    answer: Item = field(default_factory=dict)


@dataclass(slots=True)
class Batches:
    """Changes on one route, whose name is the key in the answer's _embedded: leads, contacts, companies.

    `still_due` reads items back and gives those that do not stand as they were sent: asked before anything is sent a
    second time. `size` shrinks for good when the account takes too long.
    """

    client: Client
    route: str
    still_due: StillDue
    size: int = LARGEST_BATCH

    def change(self, items: Iterable[Item]) -> Iterator[Settled]:
        """Send items, each with its id, and tell what became of each; taken lazily, as many as are sent at once.

        An error that concerns every call (TryLater, SignInRequired) is raised once all that was sent has its outcome;
        items without one were not processed.
        """
        yield from in_batches(self.client.together, items, lambda: self.size, self._settle)

    def _settle(self, batch: Sequence[Item], settled: list[Settled]) -> None:
        if not batch:
            return
        try:
            told = self.client.change(self.route, [{**item, "request_id": str(n)} for n, item in enumerate(batch)])
        except TooMuchSent as error:
            self._in_parts(batch, error, settled)
        except OutcomeUnknown as error:
            settled += _unknown(batch, error)
        except Refused as error:
            self._without_bad(batch, error, settled)
        else:
            rows = {row["id"]: row for row in told["_embedded"][self.route]}
            settled += (Settled(item, Outcome.DONE, answer=rows.get(item["id"], {})) for item in batch)

    def _in_parts(self, batch: Sequence[Item], error: TooMuchSent, settled: list[Settled]) -> None:
        self.size = max(1, min(self.size, len(batch) // 2))
        try:
            left = self.still_due(batch) if len(batch) > 1 else None
        except TryLater:
            left = None
        if left is None:
            settled += _unknown(batch, error)
            return
        ids = {item["id"] for item in left}
        settled += (Settled(item, Outcome.DONE) for item in batch if item["id"] not in ids)
        half = -(-len(left) // 2)
        self._settle(left[:half], settled)
        self._settle(left[half:], settled)

    def _without_bad(self, batch: Sequence[Item], error: Refused, settled: list[Settled]) -> None:
        """Whom the account names; where it names nobody, whoever is refused alone."""
        named = {one.request_id: one for one in error.findings}
        bad: dict[int, Finding | None] = {n: named[str(n)] for n in range(len(batch)) if str(n) in named}
        if len(batch) == 1:
            bad = {0: next(iter(error.findings), None)}
        if not bad:
            half = len(batch) // 2
            self._settle(batch[:half], settled)
            self._settle(batch[half:], settled)
            return
        settled += (_refused(batch[number], one, error) for number, one in bad.items())
        self._settle([item for number, item in enumerate(batch) if number not in bad], settled)


def _unknown(batch: Sequence[Item], error: OutcomeUnknown) -> Iterator[Settled]:
    return (Settled(item, Outcome.UNKNOWN, error.message) for item in batch)


def _refused(item: Item, finding: Finding | None, error: Refused) -> Settled:
    gone = isinstance(error, Gone) and (finding is None or finding.code == DELETED)
    gone = gone or (finding is not None and finding.path == "id")  # what never was is told as an id that is no choice
    reason = f"{finding.code} at {finding.path}" if finding else error.message
    return Settled(item, Outcome.GONE if gone else Outcome.REFUSED, reason)
