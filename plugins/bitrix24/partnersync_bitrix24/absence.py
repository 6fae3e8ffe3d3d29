"""What is gone from a list: cards leave no trace, so they are missed. Nothing is taken for deleted that only vanished.

A list without a condition is counted by the portal; where that is another number than of the ids that we know, blocks
of ids are counted, and those that differ are listed. Of another list few ids are looked for, many counted likewise.
Every id that is missing there is asked for by itself: only what the portal says is not there is gone. What this user
may not see any more, or what has left the list, is not.
"""

from collections.abc import Iterable, Iterator

from partnersync.errors import PartnersyncError
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.commands import LONGEST_BATCH, Command
from partnersync_bitrix24.faults import Gone, NoRight
from partnersync_bitrix24.id_set import BLOCK, IdSet
from partnersync_bitrix24.lists import Listing, answers, by_ids, grouped, parts, walk


def listed(client: Client, listing: Listing) -> IdSet:
    """All ids of a list."""
    return IdSet.of(listing.id_of(row) for rows in walk(client, listing) for row in rows)


def mend(client: Client, listing: Listing, known: IdSet, entity: int) -> Iterator[int]:
    """Ids of deleted cards, while `known` becomes what the list holds now."""
    blocks = known.blocks()
    beyond = listed(client, listing.where({f">={listing.key}": len(blocks) * BLOCK}))
    differing = list(_differing(client, listing, known, blocks))
    for block in beyond.bits:
        known.put(block, beyond)
    yield from gone_of(client, entity, _lost(client, listing, known, differing))


def _lost(client: Client, listing: Listing, known: IdSet, blocks: Iterable[int]) -> Iterator[int]:
    for block in blocks:
        now = listed(client, _within(listing, range(block, block + 1)))
        lost = list(known.missing_in(now, block))
        known.put(block, now)
        yield from lost


def missed(client: Client, listing: Listing, known: IdSet, entity: int) -> Iterator[int]:
    """The same of a list of which few ids are known: all of them are asked for."""
    ids = [one for block in known.blocks() for one in known.missing_in(IdSet(), block)]
    there = IdSet.of(listing.id_of(row) for rows in grouped(client, by_ids(listing, ids)) for row in rows)
    lost = [one for block in known.blocks() for one in known.missing_in(there, block)]
    for one in lost:
        known.discard(one)
    yield from gone_of(client, entity, lost)


def _differing(client: Client, listing: Listing, known: IdSet, blocks: range) -> Iterator[int]:
    """Blocks that hold another number of ids than we know, cutting what differs by fifty."""
    size = max(1, -(-len(blocks) // LONGEST_BATCH))
    some = [blocks[place : place + size] for place in range(0, len(blocks), size)]
    counts = answers(client, [_within(listing, one).count() for one in some])
    for one, told in zip(some, counts, strict=True):
        if told.total == known.count(one):
            continue
        if len(one) == 1:
            yield one[0]
        else:
            yield from _differing(client, listing, known, one)


def gone_of(client: Client, entity: int, ids: Iterable[int]) -> Iterator[int]:
    """Those that the portal says are not there; any other error than a lack of rights is raised."""
    for some in parts(ids, LONGEST_BATCH):
        told = client.batch([Command("crm.item.get", {"entityTypeId": entity, "id": one}) for one in some])
        for one, reply in zip(some, told, strict=True):
            if isinstance(reply, Gone):
                yield one
            elif isinstance(reply, PartnersyncError) and not isinstance(reply, NoRight):
                raise reply


def _within(listing: Listing, blocks: range) -> Listing:
    return listing.where({f">={listing.key}": blocks.start * BLOCK, f"<{listing.key}": blocks.stop * BLOCK})
