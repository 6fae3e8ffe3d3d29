"""Lines in approved statements stay: what goes against them is not booked, but remembered, and told of its deal."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection as Tx

from partnersync.domain.attribution import Source
from partnersync.domain.issue import Issue
from partnersync.domain.kept import Kept
from partnersync.domain.line import FROZEN, Line, LineKind, LineStatus
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import frozen
from partnersync.store import decisions, issuebook, kept, ledger, statements
from partnersync.store.issuebook import IssueRow
from partnersync.sync.case import DealDecision
from partnersync.sync.lines import Booked


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at: the events of these deals but those in bands; or without deals the `banded` events alone.

    `banded` are pairs of event and rule.
    """

    banded: Collection[tuple[str, str]]
    deals: Sequence[DealDecision] = ()

    @property
    def refs(self) -> set[str]:
        """Ids of its deals."""
        return {deal.state.deal_ref for deal in self.deals}

    def holds(self, event_id: str, rule: str) -> bool:
        """Whether what a rule gives for an event was looked at, wherever that is no longer owed included."""
        return ((event_id, rule) in self.banded) != bool(self.deals)


@dataclass(slots=True)
class Freezer:
    """Keeps what is frozen through one round of booking; without an approved statement it costs nothing."""

    tx: Tx
    told: set[str] = field(default_factory=set)  # deals of which something is, or was, kept
    moved: set[str] = field(default_factory=set)  # events of which something is, or was
    any: bool = field(init=False)

    def __post_init__(self) -> None:
        self.any = statements.any_approved(self.tx)

    def settle(self, lines: list[Line], booked: Booked, scope: Scope) -> list[Line]:
        """Leave out what goes against frozen lines of the families that were looked at, and remember what is kept."""
        if not self.any:
            return lines
        stays = self._staying(booked, scope)
        refs = {line.deal_ref for line in lines} | scope.refs
        known = self._known(lines, booked, scope, refs)
        if not stays and not known:
            return lines
        before = [
            one for one in known if scope.holds(one.event_id, one.rule) and (not scope.deals or one.deal_ref in refs)
        ]
        others = [one for one in known if one not in before]
        settled = frozen.settle(lines, booked, stays, others, self._decided(sorted(refs), scope.deals))
        kept.replace(self.tx, before, settled.kept)
        self.told.update(one.deal_ref for one in (*before, *settled.kept))
        self.moved.update(one.event_id for one in (*before, *settled.kept))
        return settled.lines

    def _known(self, lines: Sequence[Line], booked: Booked, scope: Scope, refs: Collection[str]) -> list[Kept]:
        """What is kept of the events and the deals that were looked at."""
        event_ids = {family[0] for family in booked} | {line.event_id for line in lines}
        if not scope.deals:
            event_ids |= {event_id for event_id, _ in scope.banded}
        found = kept.by_events(self.tx, sorted(event_ids))
        return list(dict.fromkeys([*found, *kept.by_deals(self.tx, sorted(refs))]))

    def tell(self, run: int, now: datetime) -> list[str]:
        """An issue of each deal of which something is kept; ids of new ones.

        Not of what others keep where a person decided whose the deal is.
        """
        refs = sorted(self.told.union(one.deal_ref for one in kept.by_events(self.tx, sorted(self.moved))))
        by_deal: dict[str, list[Kept]] = {ref: [] for ref in refs}
        states = decisions.by_ref(self.tx, refs)
        rows = kept.by_events(self.tx, sorted({one.event_id for one in kept.by_deals(self.tx, refs)}))
        for one in frozen.differences(rows, self._adjusted(refs)):
            state = states.get(one.deal_ref)
            decided_for_another = state and state.source == Source.OVERRIDE and state.partner_id != one.partner_id
            if one.deal_ref in by_deal and not decided_for_another:
                by_deal[one.deal_ref].append(one)
        scopes = {f"kept:{ref}": [_issue(ref, some)] if some else [] for ref, some in by_deal.items()}
        return issuebook.raise_by_scope(self.tx, "decide", scopes, run, now, whole=True)

    def _staying(self, booked: Booked, scope: Scope) -> set[str]:
        """Ids of the lines that stay: of a win that is none any more, as of a refund, only what was paid."""
        looked = (these for (event_id, rule, _), these in booked.items() if scope.holds(event_id, rule))
        found = {line.line_id: line for line in chain.from_iterable(looked)}
        lost = {deal.state.deal_ref for deal in scope.deals if not deal.is_won}
        status = ledger.having(self.tx, list(found), FROZEN)
        return {
            line_id
            for line_id, line in found.items()
            if line_id in status
            and (status[line_id] is LineStatus.PAID or line.event_id != line.deal_ref or line.deal_ref not in lost)
        }

    def _adjusted(self, deal_refs: Sequence[str]) -> dict[tuple[str, str, str], int]:
        """What people took back by adjustments of these deals, by deal, partner and currency."""
        sums: dict[tuple[str, str, str], int] = defaultdict(int)
        for line, _ in ledger.by_deals(self.tx, deal_refs):
            if line.kind is LineKind.ADJUSTMENT and not line.of_event:
                sums[line.deal_ref, line.partner_id, line.amount.currency] -= line.amount.minor
        return sums

    def _decided(self, deal_refs: Sequence[str], deals: Sequence[DealDecision]) -> set[str]:
        """Those of the deals whose partner a person decided."""
        states = decisions.by_ref(self.tx, deal_refs) | {deal.state.deal_ref: deal.state for deal in deals}
        return {ref for ref, state in states.items() if state.source == Source.OVERRIDE}


def _issue(deal_ref: str, some: Sequence[Kept]) -> IssueRow:
    """A sum for each partner and rule."""
    connection, _, record_id = deal_ref.partition("/")
    less: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in some:
        less[one.partner_id, one.amount.currency, one.rule] -= one.amount.minor
    sums = ", ".join(
        f"{who} {Money(minor, currency).text()} {currency} less by rule {rule}"
        for (who, currency, rule), minor in less.items()
    )
    reason = (
        f"would bring by what is known now: {sums}; its lines in an approved statement stay: "
        "`partnersync ledger add --kind adjustment --deal` takes it back once a second person approves, "
        "`partnersync override --partner` decides whose the deal is, or correct what moved it"
    )
    partner_ids = "|".join(sorted({one.partner_id for one in some}))
    return IssueRow(
        connection, Issue(RecordKind.DEAL, record_id, "FROZEN_DIFFERENCE", reason, "partner_id", partner_ids)
    )
