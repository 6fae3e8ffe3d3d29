"""Decisions of approvers, found in connected systems or given by command → overrides; in the given transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.managed import DECISION, OWNER
from partnersync.domain.actor import is_among
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.change import Managed
from partnersync.domain.deal import Deal
from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.store import casefile, codec, decisions, fields, issuebook, journal, overrides, records
from partnersync.store.issuebook import IssueRow
from partnersync.sync import audit, watch
from partnersync.sync.due import RecordPlace
from partnersync.sync.plan import Foreign, foreign_edits

PARTNER_FIELD = "ps_partner_id"
ACCEPT = "accept"
_SCOPE = "decisions of approvers"


@dataclass(slots=True)
class Approvals:
    """Takes over what approvers decided about contested deals: by the decision field, or by editing a field itself."""

    tx: Tx
    run: int
    as_of: datetime
    now: datetime
    approvers: Collection[str]
    taken: int = 0
    opened: list[str] = field(default_factory=list)  # ids of issues about decisions that cannot be used
    partners: frozenset[str] = frozenset()

    def take(self, connections: Collection[str]) -> None:
        """Look at everything contested; a decision that cannot be used stays where it is and is an issue."""
        self.partners = frozenset(records.accepted(self.tx))
        self._look_at_owners()
        troubles: list[IssueRow] = []
        for connection in connections:
            after: RecordPlace | None = None
            while page := fields.contested_page(self.tx, connection, after):
                for managed in page:
                    if managed.kind is RecordKind.DEAL:
                        troubles += self._deal(connection, managed)
                after = (page[-1].kind, page[-1].record_id)
        self.opened += issuebook.raise_issues(self.tx, "decide", _SCOPE, self.run, self.now, troubles, whole=True)

    def _look_at_owners(self) -> None:
        """Who owns the watched deals by now, so that the run that sees a change can also accept it."""
        by_connection: dict[str, list[str]] = defaultdict(list)
        for connection, record_id in decisions.watched(self.tx):
            by_connection[connection].append(record_id)
        for connection, record_ids in by_connection.items():
            rows = records.by_ids(self.tx, connection, RecordKind.DEAL, record_ids)
            owners = [(row.record_id, codec.load(Deal, row.body).owner or "") for row in rows.values() if row.body]
            fields.put_owner(self.tx, connection, owners)
            for record_id, owner in owners:
                decisions.put_owner(self.tx, f"{connection}/{record_id}", owner)

    def _deal(self, connection: str, managed: Managed) -> list[IssueRow]:
        edits = {edit.field: edit for edit in foreign_edits(managed)}
        text = (managed.seen.get(DECISION) or "").strip()
        if text:
            problem = self._written(connection, managed, edits, text)
            if not problem:
                return []
            issue = Issue(RecordKind.DEAL, managed.record_id, "DECISION_UNUSABLE", problem, DECISION, text)
            return [_placed(self.tx, connection, issue)]
        for name in (PARTNER_FIELD, OWNER):
            edit = edits.get(name)
            if edit and edit.author and is_among(edit.author, self.approvers):
                self._accept(connection, managed, edit, edit.author, f"{name} = {edit.seen}")
        return []

    def _written(self, connection: str, managed: Managed, edits: Mapping[str, Foreign], text: str) -> str:
        """Take over what the decision field says; why it cannot be, if so."""
        author = managed.authors.get(DECISION, "")
        if author and not is_among(author, self.approvers):
            return f"was written by {author}, who is no approver: name them under approvers, or clear it"
        actor, reason = author or DECISION, f"{DECISION} = {text}"
        if text.casefold() == ACCEPT:
            contested = [edits[name] for name in (PARTNER_FIELD, OWNER) if name in edits]
            if not contested:
                return "accepts a change, but neither the partner nor the owner is contested: clear it"
            unknown = [one.seen for one in contested if one.field == PARTNER_FIELD and not self._is_known(one.seen)]
            if unknown:
                return f"accepts {unknown[0]}, which is no partner: write a partner_id instead"
            for edit in contested:
                self._accept(connection, managed, edit, actor, reason)
        elif text in self.partners:
            self._override(connection, managed, text, actor, reason)
        else:
            return f'names no partner: write a partner_id, or "{ACCEPT}" to take the change as it is'
        fields.adopt(self.tx, connection, RecordKind.DEAL, [(managed.record_id, [DECISION])])
        return ""

    def _is_known(self, partner_id: str) -> bool:
        return not partner_id or partner_id in self.partners

    def _accept(self, connection: str, managed: Managed, edit: Foreign, actor: str, reason: str) -> None:
        if edit.field == OWNER:
            decisions.accept_owner(self.tx, f"{connection}/{managed.record_id}")
            fields.adopt(self.tx, connection, RecordKind.DEAL, [(managed.record_id, [OWNER])])
            self.taken += 1
        elif self._is_known(edit.seen):
            self._override(connection, managed, edit.seen, actor, reason)

    def _override(self, connection: str, managed: Managed, partner_id: str, actor: str, reason: str) -> None:
        override = Override(partner_id, actor, reason, self.as_of)
        keep(self.tx, f"{connection}/{managed.record_id}", override, self.now, self.run)
        self.taken += 1


def keep(tx: Tx, deal_ref: str, override: Override, now: datetime, run: int | None) -> None:
    """Keep a decision: the deal is decided anew, and what its partner field holds may be replaced.

    What an undo holds in the deal is let go, and a fight over its partner is over: a person has decided.
    """
    connection, _, record_id = deal_ref.partition("/")
    standing = decisions.by_ref(tx, [deal_ref]).get(deal_ref)
    before = standing.partner_id if standing else ""
    overrides.put(tx, deal_ref, override, run)
    fields.adopt(tx, connection, RecordKind.DEAL, [(record_id, [PARTNER_FIELD])])
    watch.let_go(tx, connection, record_id, PARTNER_FIELD, run or 0)
    watch.end_fight(tx, deal_ref, PARTNER_FIELD, override, now)
    journal.append(tx, [audit.overridden(connection, record_id, before, override, now)], run or 0)
    if standing:
        casefile.touch(tx, [standing.case_id])


def keep_rule(tx: Tx, deal_ref: str, decision: RuleOverride, now: datetime) -> str:
    """Keep a decision about the rule that prices a deal, which is decided anew; the rule that was chosen before."""
    connection, _, record_id = deal_ref.partition("/")
    known = overrides.latest_rules(tx, [deal_ref]).get(deal_ref)
    before = known.rule if known else ""
    overrides.put_rule(tx, deal_ref, decision)
    journal.append(tx, [audit.priced(connection, record_id, before, decision, now)], 0)
    if standing := decisions.by_ref(tx, [deal_ref]).get(deal_ref):
        casefile.touch(tx, [standing.case_id])
    return before


def _placed(tx: Tx, connection: str, issue: Issue) -> IssueRow:
    row = records.by_ids(tx, connection, issue.kind, [issue.record_id]).get(issue.record_id)
    return IssueRow(connection, issue, row.file if row else "", row.line if row else 0)
