"""Lines that people propose, and that a second person books or refuses; in the given transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.actor import is_same
from partnersync.domain.line import Line, LineKind
from partnersync.domain.proposal import Proposal, ProposalState
from partnersync.domain.value import Money
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.rules.payout_lines import Writer
from partnersync.rules.program import Programme
from partnersync.store import casefile, decisions, journal, ledger, payees, proposals, records
from partnersync.sync import audit


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody proposes; an empty payee is the partner himself, an empty deal none."""

    kind: LineKind
    partner_id: str
    amount: Money
    reason: str
    evidence: str
    payee_id: str = ""
    deal_ref: str = ""


@dataclass(frozen=True, slots=True)
class Proposals:
    """The desk on which they lie."""

    tx: Tx
    programme: Programme
    as_of: datetime
    now: datetime

    def propose(self, wish: Wish, actor: str) -> Proposal:
        """Put up a line. ConfigError: its partner is unknown, or its sum is none that this kind may have."""
        if wish.partner_id not in records.accepted(self.tx):
            hint = "Add the partner, run `partnersync sync`, then propose it again"
            raise ConfigError(f"no partner is known as {wish.partner_id}", hint=hint)
        if not wish.amount.minor or (wish.amount.minor < 0 and wish.kind is LineKind.BONUS):
            text = f"{wish.amount.text()} {wish.amount.currency} is no sum of a {wish.kind.value}"
            raise ConfigError(text, hint="A bonus is more than nothing; what is to be taken back is an adjustment")
        made = Proposal(
            proposals.next_id(self.tx),
            wish.kind,
            wish.partner_id,
            wish.payee_id or wish.partner_id,
            wish.amount,
            wish.reason,
            wish.evidence,
            actor,
            self.as_of,
            wish.deal_ref,
        )
        self._keep(made, None, actor, wish.reason)
        return made

    def approve(self, one: Proposal, actor: str) -> Line:
        """Book it. PartnersyncError where it was decided, or by whoever proposed it."""
        self._refuse(one, actor)
        standing = decisions.by_ref(self.tx, [one.deal_ref]).get(one.deal_ref) if one.deal_ref else None
        line = Writer(self.programme, self.as_of).proposed(one, actor, standing.client_id if standing else "")
        ledger.clear_stage(self.tx)
        ledger.stage(self.tx, [line])
        ledger.seal(self.tx)
        self._decide(one, ProposalState.APPROVED, actor, one.reason)
        if standing:
            decisions.touch_deals(self.tx, [one.deal_ref])
            casefile.touch(self.tx, [standing.case_id])
        payees.touch(self.tx, [one.partner_id])
        return line

    def reject(self, one: Proposal, actor: str, reason: str) -> None:
        """Refuse it for good. PartnersyncError where it was decided."""
        self._refuse(one, "")
        self._decide(one, ProposalState.REJECTED, actor, reason)

    def _decide(self, one: Proposal, state: ProposalState, actor: str, reason: str) -> None:
        decided = replace(one, state=state, decided_by=actor, decided_at=self.as_of)
        self._keep(decided, one, actor, reason)

    def _refuse(self, one: Proposal, actor: str) -> None:
        if one.state is not ProposalState.PROPOSED:
            text = f"proposal {one.proposal_id} was {one.state.value} by {one.decided_by}"
            raise PartnersyncError(text, hint="Propose another line: `partnersync ledger add`")
        if is_same(actor, one.made_by):
            text = f"{actor} proposed {one.proposal_id}, and whoever proposed it does not approve it"
            raise PartnersyncError(text, hint="Let another person approve it")

    def _keep(self, one: Proposal, before: Proposal | None, actor: str, reason: str) -> None:
        proposals.put(self.tx, one)
        journal.append(self.tx, [audit.proposed(one, before, actor, self.now, reason)], 0)


def find(tx: Tx, name: str) -> Proposal:
    """A proposal by its id; ConfigError where there is none."""
    found = proposals.by_id(tx, name)
    if found is None:
        raise ConfigError(f"no proposal is known as {name}", hint="`partnersync ledger proposals` lists them")
    return found
