"""The earning: what one event brings one payee under one rule, before bands are applied; and what is owed for it."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from partnersync.domain.line import LineKind
from partnersync.domain.value import Money


@dataclass(frozen=True, slots=True)
class Refund:
    """Which part of an earlier event a refund gives back, as paid minor units before and after it, of `paid`."""

    of_event_id: str
    before: int
    after: int
    paid: int


@dataclass(frozen=True, slots=True)
class Earning:
    """One event × rule × payee. `base` is a magnitude (for a refund: the base that is given back).

    `rate` prices a percent rule and `fixed` a fixed one; both None: the rule has bands. `bucket` names the events that
    are priced together, over all deals (None: those of the deal), in the order of event_time and event_id; `measure`
    and `cap` those that the rule's bands and cap count together. `linked`: all buckets of its deal,
    where these are priced together too. `base_known` is False where a deal was won for nobody
    knows what. `shares` are (partner_id, payee_id, share) where not all of it is the payee's. `counts_only`: a
    win that bands count, and that is no event of its own. `reason` marks an event that earns nothing, or only in part.
    `hold_until` is a moment in UTC.
    """

    event_id: str
    event_time: datetime
    deal_ref: str
    client_id: str
    partner_id: str
    payee_id: str
    program_version: str
    rule: str
    base: Money
    base_items: str
    rate: Fraction | None = None
    fixed: Money | None = None
    bucket: str | None = None
    refund: Refund | None = None
    reason: str = ""
    hold_until: datetime | None = None
    trace: str = ""
    measure: str = ""
    cap: str = ""
    base_known: bool = True
    shares: tuple[tuple[str, str, Fraction], ...] = ()
    counts_only: bool = False
    linked: tuple[str, ...] = ()
    fx: tuple[str, str, str] | tuple[()] = ()  # the rate that the sums were converted at, its source and day


@dataclass(frozen=True, slots=True)
class Owed:
    """A priced earning: the signed amount that its lines must sum to; `rate` as text: "10%", "10%+15%", "fixed".

    `kind` tells these lines from others of the event: accrual (of a refund: reversal), trueup or cap.
    """

    earning: Earning
    amount: Money
    rate: str
    trace: str = ""
    kind: LineKind = LineKind.ACCRUAL
