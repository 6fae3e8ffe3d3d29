"""How a sum is shared between payees: to the last kopeck, by largest remainder."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from partnersync.domain.earning import Earning
from partnersync.domain.line import LineKind
from partnersync.domain.trace import encode
from partnersync.domain.value import Money
from partnersync.rules.base import percent
from partnersync.rules.entry import Entry

Share = tuple[str, str, Fraction]  # (partner_id, payee_id, part of the whole); without a partner it waits


def apportion(minor: int, shares: Sequence[Fraction]) -> list[int]:
    """Parts of a sum by shares that sum to 1: 100.00 in three is 33.34, 33.33, 33.33.

    Units that are left over go by largest remainder; of equal ones the first in the order of `shares` gets it. The
    magnitude is shared, then the sign.
    """
    exact = [abs(minor) * share for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda at: parts[at] - exact[at])
    for at in by_remainder[: abs(minor) - sum(parts)]:
        parts[at] += 1
    return parts if minor >= 0 else [-part for part in parts]


def shares_of_roles(
    split: Mapping[str, Fraction], roles: Sequence[tuple[str, str]], partner_id: str, known: Container[str]
) -> tuple[tuple[Share, ...], tuple[str, ...]]:
    """Who gets which share of what a deal brings (none: all is its partner's), and holders of roles that nobody knows.

    Holders of one role share it equally; a role that nobody holds is the deal's partner's. "P1/ivan" is a person inside
    partner P1. A share of somebody unknown waits. The order is that of partners, then payees.
    """
    found: dict[tuple[str, str], Fraction] = {}
    unknown = []
    for role, share in split.items():
        holders = sorted({who for who, held in roles if held == role}) or [partner_id]
        for who in holders:
            owner = who if who in known or who == partner_id else who.partition("/")[0]
            if owner not in known and owner != partner_id:
                unknown.append(who)
                owner = ""
            found[owner, who] = found.get((owner, who), Fraction()) + share / len(holders)
    shares = tuple((owner, who, share) for (owner, who), share in sorted(found.items()))
    if [share[:2] for share in shares] == [(partner_id, partner_id)]:
        return (), ()
    return shares, tuple(sorted(set(unknown)))


def shared(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each entry by payee, as the event that earned it is shared.

    What was shared of an event so far is shared anew with each entry, and the difference is its part: so the parts of
    every entry sum to it, and those of a payment refunded in full to nothing for each payee.
    """
    sums: dict[tuple[str, str, LineKind, str], tuple[int, int]] = {}
    for entry in entries:
        of = entry.of
        if not of.shares:
            yield entry
            continue
        key = (of.event_id, of.rule, entry.kind, entry.reason)
        base, minor = sums.get(key, (0, 0))
        more = 0
        if entry.kind is LineKind.ACCRUAL:
            more = entry.at.base.minor if entry.at.refund is None else -entry.at.base.minor
        sums[key] = base + more, minor + entry.minor
        parts = [share for _, _, share in of.shares]
        bases, amounts = (
            [after - before for before, after in zip(apportion(was, parts), apportion(now, parts), strict=True)]
            for was, now in zip((base, minor), sums[key], strict=True)
        )
        for (partner_id, payee_id, share), of_base, amount in zip(of.shares, bases, amounts, strict=True):
            if partner_id:
                at = _part_of(entry.at, partner_id, payee_id, of_base)
                whole = Money(entry.minor, of.base.currency).text()
                trace = f"{entry.trace}|{encode([('split', payee_id, percent(share), whole)])}"
                mine = replace(of, partner_id=partner_id, payee_id=payee_id)
                yield entry._replace(at=at, of=mine, minor=amount, trace=trace)


def _part_of(at: Earning, partner_id: str, payee_id: str, base: int) -> Earning:
    """An event as one payee has it."""
    signed = Money(base, at.base.currency)
    item, bar, rest = at.base_items.partition("|")
    name, _, value = item.rpartition("=")
    if not value.startswith("-:"):
        item = f"{name}={signed.text()}"
    part = signed if at.refund is None else -signed
    return replace(at, partner_id=partner_id, payee_id=payee_id, base=part, base_items=f"{item}{bar}{rest}")
