"""The deal: one sale in a CRM, and the payments on it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from partnersync.domain.client import ClientKeys
from partnersync.domain.value import Money


class DealState(StrEnum):
    """Whether the deal is still open and how it ended."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DealKind(StrEnum):
    """New business, a renewal or an expansion."""

    NEW = "new"
    RENEWAL = "renewal"
    EXPANSION = "expansion"


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as its CRM holds it; `ref` is "connection/deal_id".

    `amount` includes VAT. One that ended without `closed_at` counts as ended when it was last updated.
    """

    ref: str
    client: ClientKeys
    state: DealState
    created_at: datetime
    currency: str
    title: str | None = None
    partner_id: str | None = None
    promo_code: str | None = None
    utm_source: str | None = None
    roles: tuple[tuple[str, str], ...] = ()  # (partner_id, role)
    products: tuple[str, ...] = ()
    kind: DealKind = DealKind.NEW
    pipeline: str | None = None
    stage: str | None = None
    amount: Money | None = None
    owner: str | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    merged_into: str | None = None  # ref of the surviving deal

    @property
    def connection(self) -> str:
        """Where it lives."""
        return self.ref.partition("/")[0]

    def state_at(self, as_of: datetime) -> DealState:
        """The state as of a moment: a deal with a later end still counts as open."""
        if self.state is DealState.OPEN or self.ended_at <= as_of:
            return self.state
        return DealState.OPEN

    @property
    def is_direct(self) -> bool:
        """Whether its CRM names no partner, promo code or partner's link."""
        return not (self.partner_id or self.promo_code or self.utm_source)

    @property
    def ended_at(self) -> datetime:
        """When a won or lost deal ended; meaningless for an open one."""
        return self.closed_at or self.updated_at or self.created_at


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in for a deal, or went back (`refund_of`); `ref` is "connection/payment_id".

    `amount` is a magnitude (never negative) and includes VAT; `vat_rate` is a share (11/50 is 22 %).
    """

    ref: str
    deal_ref: str
    paid_at: datetime
    amount: Money
    vat_rate: Fraction | None = None
    act_date: date | None = None
    product: str | None = None
    quantity: Fraction | None = None
    cost: Money | None = None
    refund_of: str | None = None  # ref of the payment that is given back
