"""Who is the same client: the keys of a record, and how the records of a case are cut into clients (policy.md 2)."""

import hashlib
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Literal, NamedTuple

from partnersync.domain.client import ClientKeys
from partnersync.rules.domains import is_corporate

# Keys unite in this order: certain ones first, a tax number before everything. Weak and medium keys never unite.
_ORDER = {"inn": 0, "ogrn": 1, "crm": 2, "domain": 3, "pair": 4}


class Member(NamedTuple):
    """One record of a case; `first_seen` is the first run that could book it, however many had pulled it before."""

    own_id: str
    first_seen: int
    keys: tuple[str, ...]
    inn: str | None


class Part(NamedTuple):
    """A connected component: positions of its records, and its keys."""

    members: tuple[int, ...]
    keys: tuple[str, ...]


Scope = Literal["client", "branch"]


def number(client: ClientKeys, scope: Scope = "client") -> str | None:
    """The tax number that tells clients apart; with branches it is INN and KPP together."""
    return f"{client.inn}/{client.kpp}" if scope == "branch" and client.inn and client.kpp else client.inn


def personal_emails(client: ClientKeys) -> tuple[str, ...]:
    """Addresses at domains that many share, without what follows a plus."""
    if not client.emails:
        return ()
    parts = [address.rpartition("@")[::2] for address in client.emails]
    own = {domain for domain in client.email_domains if is_corporate(domain)}
    return tuple(
        dict.fromkeys(
            f"{name.partition('+')[0]}@{host}"
            for name, host in parts
            if not any(host == domain or host.endswith(f".{domain}") for domain in own)
        )
    )


def keys(client: ClientKeys, scope: Scope = "client", crowded: Container[str] = ()) -> tuple[str, ...]:
    """The keys of a record's client that unite.

    Certain ones (tax and registry numbers, the CRM's id), strong ones (domains), and pairs of a phone and a personal
    e-mail: each of the two is medium, both together are strong. A `crowded` phone, of many companies, is no key.
    """
    found: list[str] = []
    if client.inn:
        found.append(f"inn:{number(client, scope)}")
    if client.ogrn:
        found.append(f"ogrn:{client.ogrn}")
    if client.client_id:
        found.append(f"crm:{client.client_id}")
    domains = dict.fromkeys((client.domain, *client.email_domains)) if client.email_domains else (client.domain,)
    found += [f"domain:{domain}" for domain in domains if domain and is_corporate(domain)]
    if client.phones and client.emails:
        mails = personal_emails(client)
        found += [_pair(phone, mail) for phone in client.phones if phone not in crowded for mail in mails]
    return tuple(found)


def _pair(phone: str, mail: str) -> str:
    """Keys name cases, which people see: a contact is not readable in them."""
    return f"pair:{hashlib.blake2b(f'{phone}|{mail}'.encode(), digest_size=8).hexdigest()}"


def own_id(client: ClientKeys, fallback: str, scope: Scope = "client") -> str:
    """What a client would be called by this record alone: its CRM's id, else its first key, else `fallback`.

    A contact's phone and e-mail name nobody.
    """
    if client.client_id:
        return client.client_id
    found = keys(client, scope)
    return found[0] if found and not found[0].startswith("pair:") else fallback


def cut(members: Sequence[Member]) -> list[str]:
    """The client id of each member: that of the one first seen; ties go to an id of a CRM, then to the smallest.

    Members that share a key are one client, but different tax numbers never unite: of the groups that share such a key
    only those without a number do. Where groups would take one name, the one without a number keeps it, else the one
    first seen, and the others are called by their number. The result does not depend on the order of the members.
    """
    if len(members) < 2:
        return [member.own_id for member in members]
    first = members[0].keys
    if first and all(member.keys == first for member in members):
        return [_oldest(members)] * len(members)
    groups = _Groups(members)
    sharing: dict[str, list[int]] = defaultdict(list)
    for index, member in enumerate(members):
        for key in member.keys:
            sharing[key].append(index)
    for key in sorted(sharing, key=lambda key: (_ORDER[key.partition(":")[0]], key)):
        groups.share(sharing[key])
    by_root: dict[int, list[Member]] = defaultdict(list)
    for index, member in enumerate(members):
        by_root[groups.root(index)].append(member)
    names = _names(by_root)
    return [names[groups.root(index)] for index in range(len(members))]


def components(keys_of: Sequence[Sequence[str]]) -> list[Part]:
    """The records (by position) that hang together by any key, whatever their numbers; one without keys is alone."""
    groups = _Groups([Member("", 0, tuple(found), None) for found in keys_of])
    sharing: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(keys_of):
        for key in found:
            sharing[key].append(index)
    for indexes in sharing.values():
        groups.share(indexes)
    members: dict[int, list[int]] = defaultdict(list)
    for index in range(len(keys_of)):
        members[groups.root(index)].append(index)
    return [
        Part(tuple(indexes), tuple(sorted({key for index in indexes for key in keys_of[index]})))
        for indexes in members.values()
    ]


def _names(groups: Mapping[int, Sequence[Member]]) -> dict[int, str]:
    """A name of its own for each group; one CRM record with two tax numbers lends its id to one of them only."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    inns = {root: next((member.inn for member in group if member.inn), "") for root, group in groups.items()}
    seen = {root: min(member.first_seen for member in group) for root, group in groups.items()}
    for root in sorted(groups, key=lambda root: (bool(inns[root]), seen[root], inns[root])):
        name = _oldest(groups[root])
        names[root] = f"inn:{inns[root]}" if name in taken and inns[root] else name
        taken.add(names[root])
    return names


def _oldest(group: Sequence[Member]) -> str:
    """The id of the member first seen; of those seen together a CRM's id, which has its connection before a slash."""
    return min((member.first_seen, ":" in member.own_id.partition("/")[0], member.own_id) for member in group)[2]


class _Groups:
    """A forest of members; each tree knows the tax numbers in it."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._parent = list(range(len(members)))
        self._inns = [{member.inn} if member.inn else set[str]() for member in members]

    def root(self, index: int) -> int:
        """The tree that a member belongs to."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def share(self, indexes: Sequence[int]) -> None:
        """Unite the trees of these members, which share a key."""
        roots = sorted({self.root(index) for index in indexes})
        if len(set[str]().union(*(self._inns[root] for root in roots))) > 1:
            roots = [root for root in roots if not self._inns[root]]
        for root in roots[1:]:
            self._parent[root] = roots[0]
            self._inns[roots[0]] |= self._inns[root]
