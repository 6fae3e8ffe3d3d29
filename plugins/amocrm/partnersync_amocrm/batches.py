"""Changes of many records: in batches as large as the account manages, several on their way, an outcome for each item.

The account refuses a whole batch for one bad item, and takes too long over one that is too large. The first is settled
by taking the bad item out and sending the rest, the second by reading back, and sending what is still due in halves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from partnersync.contract.adapter import Outcome
from partnersync.errors import OutcomeUnknown
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

        Errors that concern every call (TryLater, SignInRequired) are raised, and leave items without an outcome.
        """
        waiting = iter(items)
        batches = iter(lambda: list(islice(waiting, self.size)), [])
        for settled in self.client.together(partial(self._settle, batch) for batch in batches):
            yield from settled

    def _settle(self, batch: Sequence[Item]) -> list[Settled]:
        if not batch:
            return []
        try:
            told = self.client.change(self.route, [{**item, "request_id": str(n)} for n, item in enumerate(batch)])
        except TooMuchSent as error:
            return self._in_parts(batch, error)
        except OutcomeUnknown as error:
            return [Settled(item, Outcome.UNKNOWN, error.message) for item in batch]
        except Refused as error:
            return self._without_bad(batch, error)
        rows = {row["id"]: row for row in told["_embedded"][self.route]}
        return [Settled(item, Outcome.DONE, answer=rows.get(item["id"], {})) for item in batch]

    def _in_parts(self, batch: Sequence[Item], error: TooMuchSent) -> list[Settled]:
        if len(batch) == 1:
            return [Settled(batch[0], Outcome.UNKNOWN, error.message)]
        self.size = max(1, min(self.size, len(batch) // 2))
        left = self.still_due(batch)
        ids = {item["id"] for item in left}
        done = [Settled(item, Outcome.DONE) for item in batch if item["id"] not in ids]
        return done + self._settle(left[: self.size]) + self._settle(left[self.size :])

    def _without_bad(self, batch: Sequence[Item], error: Refused) -> list[Settled]:
        """Whom the account names; where it names nobody, whoever is refused alone."""
        bad: dict[int, Finding | None] = {
            int(one.request_id): one for one in error.findings if one.request_id.isdigit()
        }
        if len(batch) == 1:
            bad = {0: next(iter(error.findings), None)}
        if not bad:
            half = len(batch) // 2
            return self._settle(batch[:half]) + self._settle(batch[half:])
        refused = [_refused(batch[number], one, error) for number, one in bad.items() if number < len(batch)]
        return refused + self._settle([item for number, item in enumerate(batch) if number not in bad])


def _refused(item: Item, finding: Finding | None, error: Refused) -> Settled:
    gone = isinstance(error, Gone) and (finding is None or finding.code == DELETED)
    reason = f"{finding.code} at {finding.path}" if finding else error.message
    return Settled(item, Outcome.GONE if gone else Outcome.REFUSED, reason)
