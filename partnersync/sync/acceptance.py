"""How many of a partner's registrations were accepted, over all his clients; counted only where it can matter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.rules import review
from partnersync.rules.program import Programme
from partnersync.store import casefile, claimants, decisions


def many_claims(tx: Tx, programme: Programme, as_of: datetime) -> list[str]:
    """Partners with a registration in a due case, and with so many in all that their share of accepted ones counts."""
    casefile.mark_due(tx, as_of)
    least = min(program.attribution.review_registrations for program in programme.versions)
    return claimants.due(tx, least - 1)


def rarely(tx: Tx, partner_ids: Sequence[str], programme: Programme, as_of: datetime) -> frozenset[str]:
    """Those of the partners whose registrations, as they are decided by now, are seldom accepted."""
    program = programme.at(as_of) or programme.versions[0]
    found: set[str] = set()
    for partner_id in partner_ids:
        judged = decisions.claims_by_id(tx, claimants.claims(tx, partner_id))
        if review.is_rarely_accepted([one.verdict for _, one in judged.values()], program):
            found.add(partner_id)
    return frozenset(found)
