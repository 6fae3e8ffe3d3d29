"""Who keeps a client's renewals (policy.md 3): the partner of its last purchase, for some months."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from partnersync.domain.deal import Deal, Payment
from partnersync.rules.calendar import add_months
from partnersync.rules.program import Program


class Incumbent(NamedTuple):
    """The partner, the deal that he sold last, and when the client bought it."""

    partner_id: str
    deal_ref: str
    since: datetime


def bought_at(deal: Deal, payments: Mapping[str, Sequence[Payment]], at: datetime) -> datetime:
    """When a sold deal was paid last, by a moment; else when it ended. `payments` are by deal."""
    dates = [one.paid_at for one in payments.get(deal.ref, ()) if one.refund_of is None and one.paid_at <= at]
    return max(dates, default=deal.ended_at)


def incumbent(
    sold: Iterable[Deal],
    payments: Mapping[str, Sequence[Payment]],
    at: datetime,
    program: Program,
    seller: Callable[[Deal], str],
    is_active: Callable[[str], bool],
) -> Incumbent | None:
    """The incumbent at a moment; `sold` are the client's deals that were won by then, with a product in common.

    Nobody, if the last purchase is `protection.incumbent_months` old, was direct, or its partner is not active.
    """
    last = max(((bought_at(deal, payments, at), deal.ref, deal) for deal in sold), default=None)
    if last is None:
        return None
    since, ref, deal = last
    day, bought = at.astimezone(program.zone).date(), since.astimezone(program.zone).date()
    if day >= add_months(bought, program.protection.incumbent_months):
        return None
    partner_id = seller(deal)
    return Incumbent(partner_id, ref, since) if partner_id and is_active(partner_id) else None
