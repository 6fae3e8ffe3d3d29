"""Lines in approved statements stay: what goes against them is not booked, but remembered, and told of its deal."""

from collections import defaultdict
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.attribution import Source
from partnersync.domain.issue import Issue
from partnersync.domain.kept import Kept
from partnersync.domain.line import FROZEN, Line, LineStatus
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import frozen
from partnersync.rules.booking import Family
from partnersync.store import decisions, issuebook, kept, ledger, statements
from partnersync.store.issuebook import IssueRow
from partnersync.sync.case import DealDecision
from partnersync.sync.lines import Booked


@dataclass(slots=True)
class Freezer:
    """Keeps what is frozen through one round of booking; without an approved statement it costs nothing."""

    tx: Tx
    told: set[str] = field(default_factory=set)  # deals of which something is, or was, kept
    any: bool = field(init=False)

    def __post_init__(self) -> None:
        self.any = statements.any_approved(self.tx)

    def settle(
        self, lines: list[Line], booked: Booked, looked: Collection[Family], deals: Sequence[DealDecision] = ()
    ) -> list[Line]:
        """Leave out what goes against frozen lines of the families that were looked at, and remember what is kept.

        `deals`: only these were looked at, wherever else families of theirs stand; without any all places were.
        """
        if not self.any:
            return lines
        stays = self._staying(booked, looked, {deal.state.deal_ref for deal in deals if not deal.is_won})
        event_ids = sorted({family[0] for family in booked} | {line.event_id for line in lines})
        known = kept.by_events(self.tx, event_ids)
        if not stays and not known:
            return lines
        refs = {line.deal_ref for line in lines}.union(deal.state.deal_ref for deal in deals)
        before = [
            one
            for one in known
            if (one.event_id, one.rule, one.payee_id) in looked and (not deals or one.deal_ref in refs)
        ]
        others = [one for one in known if one not in before]
        settled = frozen.settle(lines, booked, stays, others, self._decided(sorted(refs), deals))
        kept.replace(self.tx, before, settled.kept)
        self.told.update(one.deal_ref for one in (*before, *settled.kept))
        return settled.lines

    def tell(self, run: int, now: datetime) -> list[str]:
        """An issue of each deal of which something is kept; ids of new ones.

        Not of what others keep where a person decided whose the deal is.
        """
        by_deal: dict[str, list[Kept]] = {ref: [] for ref in sorted(self.told)}
        states = decisions.by_ref(self.tx, list(by_deal))
        for one in kept.by_deals(self.tx, list(by_deal)):
            state = states.get(one.deal_ref)
            if state is None or state.source != Source.OVERRIDE or state.partner_id == one.partner_id:
                by_deal[one.deal_ref].append(one)
        scopes = {f"kept:{ref}": [_issue(ref, some)] if some else [] for ref, some in by_deal.items()}
        return issuebook.raise_by_scope(self.tx, "decide", scopes, run, now, whole=True)

    def _staying(self, booked: Booked, looked: Collection[Family], lost: Container[str]) -> set[str]:
        """Ids of the lines that stay: of a win that is none any more, as of a refund, only what was paid."""
        found = {line.line_id: line for family in looked for line in booked[family]}
        status = ledger.having(self.tx, list(found), FROZEN)
        return {
            line_id
            for line_id, line in found.items()
            if line_id in status
            and (status[line_id] is LineStatus.PAID or line.event_id != line.deal_ref or line.deal_ref not in lost)
        }

    def _decided(self, deal_refs: Sequence[str], deals: Sequence[DealDecision]) -> set[str]:
        """Those of the deals whose partner a person decided."""
        states = decisions.by_ref(self.tx, deal_refs) | {deal.state.deal_ref: deal.state for deal in deals}
        return {ref for ref, state in states.items() if state.source == Source.OVERRIDE}


def _issue(deal_ref: str, some: Sequence[Kept]) -> IssueRow:
    """A sum for each partner and rule: under another rule than before a deal may bring him something instead."""
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
        "`partnersync ledger add --kind adjustment` takes it back once a second person approves, "
        "`partnersync override --partner` decides whose the deal is, or correct what moved it"
    )
    partner_ids = "|".join(sorted({one.partner_id for one in some}))
    return IssueRow(
        connection, Issue(RecordKind.DEAL, record_id, "FROZEN_DIFFERENCE", reason, "partner_id", partner_ids)
    )
