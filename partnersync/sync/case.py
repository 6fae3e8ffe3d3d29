"""What a case is decided from and with, and what was decided about it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from partnersync.domain.activity import Activity
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.earning import Earning
from partnersync.domain.issue import Issue
from partnersync.domain.registration import Registration
from partnersync.domain.ruling import Ruling
from partnersync.rules.convert import Rates
from partnersync.rules.leaks import Leak
from partnersync.rules.likeness import Known
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program, Programme
from partnersync.rules.tiers import NO_TIERS, Tiers


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What every case is decided with.

    `history_from` by connection: deals that ended earlier are left alone. `supplied`: connections that tell activities.
    `unread`: connections whose partners are not known as they are now, so that no new claim is judged.
    `rarely`: partners with a registration in a due case whose registrations are seldom accepted.
    """

    programme: Programme
    partners: Partners
    history_from: Mapping[str, datetime] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    rates: Rates = field(default_factory=dict)
    tiers: Tiers = NO_TIERS
    rarely: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()

    def tier(self, partner_id: str, program: Program, moment: datetime) -> str:
        """A partner's tier at a moment; nobody has none."""
        partner = self.partners.by_id.get(partner_id)
        return self.tiers.of(partner, program, moment) if partner else ""

    def is_history(self, deal: Deal) -> bool:
        """Whether the deal ended before its connection's history begins."""
        since = self.history_from.get(deal.connection) if self.history_from else None
        return since is not None and deal.state is not DealState.OPEN and deal.ended_at < since


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that touches one client. `first_seen` numbers are runs; `judged` and `standings` are earlier decisions."""

    case_id: str
    deals: Sequence[tuple[Deal, int]] = ()
    payments: Mapping[str, Sequence[Payment]] = field(default_factory=dict)  # by deal ref
    registrations: Sequence[tuple[Registration, int]] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)  # by registration id
    standings: Mapping[str, DealStanding] = field(default_factory=dict)  # by deal ref
    overrides: Mapping[str, Override] = field(default_factory=dict)  # by deal ref
    activities: Mapping[str, Sequence[Activity]] = field(default_factory=dict)  # by deal ref
    touches: Mapping[str, Sequence[Activity]] = field(default_factory=dict)  # those that name no deal; by client's INN
    frozen: frozenset[str] = frozenset()  # deals with a line in an approved statement
    known: Mapping[str, Sequence[Known]] = field(
        default_factory=dict
    )  # who has keys like a claim's; by registration id
    rulings: Mapping[str, Sequence[Ruling]] = field(default_factory=dict)  # of people, by registration id
    capacity: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)  # R4 as weighed, by registration id
    crowded: frozenset[str] = frozenset()  # phones of many companies
    arrived: Mapping[str, int] = field(default_factory=dict)  # first_seen of payments and activities, where claims are
    rules: Mapping[str, RuleOverride] = field(default_factory=dict)  # that people chose, by deal ref


@dataclass(frozen=True, slots=True)
class DealDecision:
    """What is to be remembered of a deal, and what its events bring."""

    state: DealStanding
    earnings: Sequence[Earning]
    is_won: bool = True


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """What was decided about a case; time alone changes it at `next_look_at` (None: never)."""

    case_id: str
    registrations: Sequence[Judged]
    deals: Sequence[DealDecision]
    issues: Sequence[Issue]
    next_look_at: datetime | None
    leaks: Sequence[Leak] = ()
