"""How far before a deal evidence counts (policy.md 7); what was attached in time does not expire."""

from collections.abc import Mapping
from datetime import timedelta

from partnersync.domain.attribution import Aside, Evidence, Source
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.partner import Partner, PartnerKind
from partnersync.rules.program_tables import TouchKind

# Papers name a partner without a window; they often come after the deal was entered, and count until it ends.
PAPERS = frozenset({Source.CONFIRMATION, Source.CONTRACT})
_KINDS: dict[Source, TouchKind] = {
    Source.PROMO: "promo",
    Source.LINK: "link",
    Source.TRACKED_CALL: "tracked_call",
    Source.QR: "qr",
    Source.INTRO: "intro",
    Source.NOTE: "note",
    Source.STATEMENT: "statement",
}


def aside(one: Evidence, deal: Deal, partner: Partner, days: Mapping[TouchKind, int]) -> Aside | None:
    """Why evidence does not compete for a deal; None if it does. `days` are the program's `look_back_days`.

    A touch counts from exactly so many times 24 hours before the deal's creation to the moment of it, both included.
    """
    if one.source in PAPERS:
        ended = deal.state is not DealState.OPEN and one.at > deal.ended_at
        return Aside.LATER if ended else None
    age = deal.created_at - one.at
    window = timedelta(days=days[kind(one.source, partner)])
    if one.source is Source.STATEMENT:
        return Aside.REVIEW_ONLY if abs(age) <= window else Aside.TOO_OLD if age > window else Aside.LATER
    if age > window:
        return Aside.TOO_OLD
    return Aside.LATER if age < timedelta() else None


def kind(source: Source, partner: Partner) -> TouchKind:
    """The entry of `look_back_days` that a touch is under: links count longer for partners who are no referrals."""
    if source is Source.LINK and partner.kind is not PartnerKind.REFERRAL:
        return "link_partners"
    return _KINDS[source]
