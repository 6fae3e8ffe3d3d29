"""Keys that never unite clients alone, but ask (R19): phones, personal e-mails and names (policy.md 2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from partnersync.domain.client import ClientKeys
from partnersync.rules import identity, names

COMPANIES_A_PHONE = 5  # a phone of more companies is nobody's
_SHOWN = 5  # candidates that a verdict names


@dataclass(frozen=True, slots=True)
class Known:
    """A client that has a key in common with a claim's: since when, and the first run that could book it."""

    key: str
    client_id: str
    inn: str
    name: str  # plain
    since: datetime
    first_seen: int

    @property
    def company(self) -> str:
        """What tells companies at one phone apart: the tax number, else the name."""
        return self.inn or self.name or self.client_id


def traits(client: ClientKeys) -> tuple[str, ...]:
    """The keys of a record's client by which claims on clients like it are found."""
    return (*medium(client), *names.blocks(names.plain(client.name) if client.name else ""))


def asked(client: ClientKeys) -> tuple[str, ...]:
    """The keys by which clients like a claim's are looked for."""
    return (*medium(client), *names.near_blocks(names.plain(client.name) if client.name else ""))


def medium(client: ClientKeys) -> tuple[str, ...]:
    """Phones and personal e-mails."""
    phones = tuple(f"phone:{phone}" for phone in client.phones)
    return phones + tuple(f"mail:{mail}" for mail in identity.personal_emails(client))


def every_key(client: ClientKeys) -> frozenset[str]:
    """All keys of a client but its name, also those that alone unite nobody: two that share one have to do with each
    other.
    """
    return frozenset((*identity.keys(client), *medium(client)))


def lookalikes(client: ClientKeys, own: Collection[str], known: Iterable[Known], at: datetime) -> tuple[str, ...]:
    """Other clients that may be a claim's, as of its submission; `own` are ids of its own client."""
    by_key: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        if one.since <= at:
            by_key[one.key].append(one)
    name, found = names.plain(client.name) if client.name else "", set[str]()
    for key, those in by_key.items():
        if key.startswith("phone:") and is_crowded(those):
            continue
        for one in those:
            if one.client_id not in own and (not key.startswith("name:") or _is_namesake(client, name, one)):
                found.add(one.client_id)
    return tuple(sorted(found)[:_SHOWN])


def vetoed(
    members: Sequence[identity.Member],
    clients: Sequence[str],
    dates: Sequence[datetime],
    claims: Mapping[int, str],
) -> dict[str, list[Known]]:
    """Records of one case that share a uniting key with a claim, and whose other tax number keeps them apart; by claim.

    `claims` are the ids of those members that are claims, by position. Branches of one company do not ask.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for index, member in enumerate(members):
        for key in member.keys:
            holders[key].append(index)
    found: dict[str, list[Known]] = defaultdict(list)
    for position, claim_id in claims.items():
        inn = (members[position].inn or "").partition("/")[0]
        for key in members[position].keys:
            for index in holders[key]:
                other = members[index]
                theirs = (other.inn or "").partition("/")[0]
                if clients[index] != clients[position] and not (inn and inn == theirs):
                    found[claim_id].append(Known(key, clients[index], theirs, "", dates[index], other.first_seen))
    return found


def is_crowded(those: Sequence[Known]) -> bool:
    """Whether more companies share a phone than can be one client."""
    return len({one.company for one in those}) > COMPANIES_A_PHONE


def _is_namesake(client: ClientKeys, name: str, other: Known) -> bool:
    """Whether the names are alike and the regions, the first two digits of the tax number, may be the same."""
    same_region = not client.inn or not other.inn or client.inn[:2] == other.inn[:2]
    return same_region and names.are_alike(name, other.name)
