"""What a registration is judged by: the claim, its partner, earlier claims on the client, and the client's deals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from partnersync.domain import trace
from partnersync.domain.activity import Activity
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Claim, Registration, RegistrationState, Verdict, VerdictCode
from partnersync.rules.incumbent import bought_at
from partnersync.rules.program import Program


def _nobody(deal: Deal) -> str:
    return ""


def _never(deal: Deal) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What is known of a claim's client.

    `activities` are by deal, for connections that supply them; `stage_moved` says when a deal's stage moved last.
    `seller` names the partner whom a deal is attributed to, or "". `lookalikes` name clients that may be the same.
    """

    deals: Sequence[Deal] = ()
    payments: Mapping[str, Sequence[Payment]] = field(default_factory=dict)
    activities: Mapping[str, Sequence[Activity]] = field(default_factory=dict)
    stage_moved: Callable[[Deal], datetime | None] = _never
    supplied: frozenset[str] = frozenset()  # connections that supply activities
    seller: Callable[[Deal], str] = _nobody
    lookalikes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """What is known of a claim's partner. `eligible`: active and under contract on the day (R3).

    `own_keys` are identity keys of his and his group (R20); `dormant` his oldest registrations that could be given up,
    where he has as many as he may (R4), else None.
    """

    eligible: bool
    partner: Partner | None = None
    own_keys: frozenset[str] = frozenset()
    client_keys: frozenset[str] = frozenset()  # of the claim, to compare with them
    dormant: Sequence[str] | None = None
    is_active: Callable[[str], bool] = bool  # whether a partner is active


@dataclass(frozen=True, slots=True)
class Situation:
    """A claim at the moment for which it is judged: its submission, or later where a person or R24 decides.

    `direct` are open direct deals of the client, made before or after; `sold` its won deals from before it; both
    with a product in common.
    """

    claim: Registration
    others: Sequence[Claim]  # earlier ones of its client, judged
    live: Sequence[Claim]  # those of them that protect at the moment
    about: PartnerFacts
    client: ClientFacts
    program: Program
    at: datetime
    direct: Sequence[Deal]
    sold: Sequence[Deal]

    def verdict(self, state: RegistrationState, code: VerdictCode, row: str, **told: Any) -> Verdict:
        """A verdict by the machine, dated at the moment."""
        steps: list[trace.Step] = [("verdict", row, code.value)]
        if told.get("fields"):
            steps.append(("fields", *told["fields"]))
        if told.get("related_id"):
            steps.append(("related", told["related_id"]))
        return Verdict(state, code, self.at, self.program.version, trace=trace.encode(steps), **told)

    def is_own(self, other: Claim) -> bool:
        """Whether another claim is of the same partner."""
        return other.registration.partner_id == self.claim.partner_id

    def overlaps(self, other: Claim) -> bool:
        """Whether another claim has a product in common."""
        return self.claim.overlaps(other.registration.products)

    def day(self, moment: datetime) -> date:
        """The day of a moment in the program's zone."""
        return moment.astimezone(self.program.zone).date()

    def is_active(self, deal: Deal) -> bool:
        """Whether there was two-way activity on a deal within the program's days before the moment.

        Where the deal's connection supplies no activities, its creation or a move of its stage is activity.
        """
        since = self.at - timedelta(days=self.program.registration.direct_active_days)
        if deal.connection in self.client.supplied:
            work = self.client.activities.get(deal.ref, ())
            return any(one.two_way and since <= one.at <= self.at for one in work)
        moved = self.client.stage_moved(deal)
        return since <= deal.created_at or (moved is not None and since <= moved <= self.at)

    def bought_at(self, deal: Deal) -> datetime:
        """When a sold deal was paid last, by the moment; else when it ended."""
        return bought_at(deal, self.client.payments, self.at)


def situation(
    claim: Registration,
    others: Sequence[Claim],
    about: PartnerFacts,
    client: ClientFacts,
    program: Program,
    at: datetime,
) -> Situation:
    """A claim at a moment; `others` are claims of its client that were judged by then."""
    live = [other for other in others if other.protection and other.protection.covers(at)]
    direct: list[Deal] = []
    sold: list[Deal] = []
    for deal in client.deals:
        if not claim.overlaps(deal.products):
            continue
        if deal.state is DealState.WON and deal.ended_at <= at:
            sold.append(deal)
        elif deal.is_direct and deal.state_at(at) is DealState.OPEN:
            direct.append(deal)
    return Situation(claim, others, live, about, client, program, at, direct, sold)
