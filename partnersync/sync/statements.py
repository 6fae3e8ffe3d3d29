"""Statements in the flow: what closes, what silence accepts, and what people decide; all in the given transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.actor import is_same
from partnersync.domain.line import LineStatus
from partnersync.domain.note import Note
from partnersync.domain.say import Say
from partnersync.domain.statement import SILENCE, STATEMENT_MOVES, Statement, StatementState, statement_id
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.rules import statements as rules
from partnersync.rules.program import Programme
from partnersync.store import cursors, decisions, journal, ledger, outbox, records, statements
from partnersync.store.rows import chunks
from partnersync.store.statements import Payable
from partnersync.sync import audit

_PARTNERS_AT_ONCE = 50

# What the lines of a statement are while it stands there.
_LINES: dict[StatementState, LineStatus] = {
    StatementState.DRAFT: LineStatus.IN_STATEMENT,
    StatementState.SENT: LineStatus.IN_STATEMENT,
    StatementState.DISPUTED: LineStatus.DISPUTED,
    StatementState.ACCEPTED: LineStatus.IN_STATEMENT,
    StatementState.APPROVED: LineStatus.APPROVED,
}
# What is to be done first, by where a statement stands.
_MENDS: dict[StatementState, str] = {
    StatementState.DRAFT: "Send it first: `partnersync statements send {id} --by USER`",
    StatementState.SENT: "Wait for the partner, or accept it for him: `partnersync statements accept {id} --by USER`",
    StatementState.DISPUTED: "Settle the dispute, then `partnersync statements accept {id} --by USER`",
    StatementState.ACCEPTED: "Approve it: `partnersync statements approve {id} --by USER`",
    StatementState.APPROVED: "What was approved stays; a correction is a line of the next statement",
}


@dataclass(slots=True)
class StatementReport:
    """What one round did: ids of statements that it closed, and that silence accepted; partners who have to wait."""

    closed: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Statements:
    """The statements' part of a round, or of a command (`run` 0). `master`: the connection whose partners count."""

    tx: Tx
    programme: Programme
    run: int
    as_of: datetime
    now: datetime
    say: Say
    master: str | None = None
    report: StatementReport = field(default_factory=StatementReport)
    past: dict[str, list[Statement]] = field(
        default_factory=dict
    )  # sent to partners for whom nothing was closed before

    def look(self, failed: Collection[str]) -> StatementReport:
        """Accept what silence has accepted, and close the months whose day has come.

        Not for partners concerned by a connection that failed: theirs close in the first run in which none does.
        Nothing at all closes while a connection that failed was never read, for it may concern anyone.
        """
        silent = statements.silent(self.tx, self.as_of)
        accepted = StatementState.ACCEPTED
        self._keep([(one, self._moved(one, accepted, SILENCE, at=one.silence_at)) for one in silent], SILENCE)
        self.report.accepted = [one.statement_id for one in silent]
        waiting, last = statements.waiting(self.tx), statements.last_closed(self.tx)
        if not waiting and last >= rules.last_over(self.as_of, self.programme):
            return self.report  # without a look at the calendar
        until = max(rules.last_due(self.as_of, self.programme), last)
        if waiting or last < until:
            known = {stream.partition(" ")[0] for stream in cursors.moved(self.tx)} if failed else set()
            if known.issuperset(failed):
                concerned = {partner_id for name in failed for partner_id in statements.concerned(self.tx, name)}
                self._close(until, waiting, concerned, audit.ENGINE)
                for names in chunks(self.report.closed):
                    made = statements.by_ids(self.tx, names)
                    self._send([made[name] for name in names], audit.ENGINE)
                self._tell_past()
        return self.report

    def close(self, period: str, actor: str) -> StatementReport:
        """A person closes the months up to `period`; the statements are drafts. PartnersyncError where it cannot be."""
        if period > rules.last_over(self.as_of, self.programme):
            raise PartnersyncError(f"{period} is not over yet", hint="Close a month that has ended")
        waiting, last = statements.waiting(self.tx), statements.last_closed(self.tx)
        if not waiting and period <= last:
            text = f"{period} is closed already; the last month that was closed is {last}"
            raise PartnersyncError(text, hint="What has come since goes into the statement of the next month")
        self._close(max(period, last), waiting, frozenset(), actor)
        return self.report

    def move(self, one: Statement, state: StatementState, actor: str, reason: str) -> None:
        """A person moves a statement on. PartnersyncError where it does not stand there, or he may not."""
        refuse(one, state, actor)
        if state is StatementState.SENT:
            self._send([one], actor, reason)
        else:
            self._keep([(one, self._moved(one, state, actor, reason))], actor)

    def _close(self, until: str, waiting: Mapping[str, str], concerned: Set[str], actor: str) -> None:
        """Take what is payable: of a partner who waited from the month on that was not closed for him."""
        last = statements.last_closed(self.tx)
        since = rules.month_after(last) if last else ""
        if last < until:
            partner_ids = [one for one in statements.partners(self.tx) if one not in concerned]
            statements.postpone(self.tx, sorted(concerned), since)
            statements.close(self.tx, until, self.as_of, actor)
        else:
            partner_ids = sorted(set(waiting) - concerned)
        for chunk in chunks(partner_ids, _PARTNERS_AT_ONCE):
            taken: dict[tuple[str, str, str], list[Payable]] = defaultdict(list)
            for line in statements.payable(self.tx, until, self.as_of, chunk):
                begins = waiting.get(line.partner_id, since)
                if not begins:
                    self.past.setdefault(line.partner_id, [])
                period = max(line.period, begins)
                taken[period, line.partner_id, line.amount.currency].append(line)
            self._make(dict(sorted(taken.items())), actor)
        statements.settle(self.tx, sorted(set(waiting) - concerned))
        self.report.waiting = sorted(statements.waiting(self.tx))

    def _make(self, taken: Mapping[tuple[str, str, str], Sequence[Payable]], actor: str) -> None:
        """A draft of the lines of each month, partner and currency."""
        made: dict[str, Statement] = {}
        for (period, partner_id, currency), lines in taken.items():
            name = statement_id(partner_id, period, currency)
            amount = Money(sum(line.amount.minor for line in lines), currency)
            made[name] = Statement(name, partner_id, period, amount, StatementState.DRAFT, self.as_of, actor)
        of_lines = {line.line_id: name for name, lines in zip(made, taken.values(), strict=True) for line in lines}
        statements.put(self.tx, list(made.values()))
        ledger.set_statements(self.tx, of_lines)
        decisions.touch_deals(self.tx, sorted({line.deal_ref for lines in taken.values() for line in lines}))
        journal.append(self.tx, [audit.stated(one, None, actor, self.now) for one in made.values()], self.run)
        self.report.closed += made

    def _send(self, drafts: Sequence[Statement], actor: str, reason: str = "") -> None:
        sent = [self._moved(one, StatementState.SENT, actor, reason) for one in drafts]
        self._keep(list(zip(drafts, sent, strict=True)), actor)
        for one in sent:
            if one.partner_id in self.past:
                self.past[one.partner_id].append(one)
        self._tell([one for one in sent if one.partner_id not in self.past])

    def _tell(self, sent: Sequence[Statement]) -> None:
        counts = statements.line_counts(self.tx, [one.statement_id for one in sent])
        self._note(
            [
                (
                    one.partner_id,
                    one.statement_id,
                    rules.sent_text(one, counts[one.statement_id], self.say, self.programme),
                )
                for one in sent
            ]
        )

    def _tell_past(self) -> None:
        """One note to a partner about all months from before the first closing, where these are several."""
        self._tell([sent[0] for sent in self.past.values() if len(sent) == 1])
        several = {partner_id: sent for partner_id, sent in self.past.items() if len(sent) > 1}
        self._note(
            [
                (partner_id, f"{partner_id}/past", rules.past_text(sent, self.say, self.programme))
                for partner_id, sent in several.items()
            ]
        )

    def _note(self, told: Sequence[tuple[str, str, str]]) -> None:
        """Notes on the records of partners, as (partner, about what, text)."""
        places = records.partner_places(self.tx, sorted({partner_id for partner_id, _, _ in told}), self.master)
        notes = [
            Note(f"statement/{about}", place[0], "statement", RecordKind.PARTNER, place[1], text, self.as_of)
            for name, about, text in told
            if (place := places.get(name))
        ]
        outbox.put(self.tx, notes)

    def _moved(
        self, one: Statement, state: StatementState, actor: str, reason: str = "", at: datetime | None = None
    ) -> Statement:
        """The statement after a move, at `at` or else as of this moment."""
        at = at or self.as_of
        moved = replace(one, state=state, reason=reason)
        if state is StatementState.SENT:
            return replace(moved, sent_at=at, silence_at=rules.silence_at(at, self.programme))
        if state is StatementState.ACCEPTED:
            return replace(moved, accepted_at=at, accepted_by=actor)
        return replace(moved, approved_at=at, approved_by=actor) if state is StatementState.APPROVED else moved

    def _keep(self, moves: Sequence[tuple[Statement, Statement]], actor: str) -> None:
        """Keep statements (before, after) with what follows for their lines."""
        statements.put(self.tx, [after for _, after in moves])
        for before, after in moves:
            if _LINES[after.state] is not _LINES[before.state]:
                lines = statements.line_ids(self.tx, after.statement_id)
                ledger.set_status(self.tx, lines, _LINES[after.state])
                decisions.touch_deals(self.tx, statements.deals(self.tx, after.statement_id))
        journal.append(self.tx, [audit.stated(after, before, actor, self.now) for before, after in moves], self.run)


def refuse(one: Statement, state: StatementState, actor: str) -> None:
    """Say why a statement cannot be moved there by this person, if so."""
    if state not in STATEMENT_MOVES[one.state]:
        text = f"statement {one.statement_id} is {one.state.value}: it cannot become {state.value}"
        raise PartnersyncError(text, hint=_MENDS[one.state].format(id=one.statement_id))
    if state is StatementState.APPROVED and is_same(actor, one.closed_by):
        text = f"{actor} closed statement {one.statement_id}, and whoever made it does not approve it"
        raise PartnersyncError(text, hint="Let another person approve it")


def find(tx: Tx, name: str) -> Statement:
    """A statement by its id; ConfigError where there is none."""
    found = statements.by_ids(tx, [name]).get(name)
    if found is None:
        raise ConfigError(f"no statement is known as {name}", hint="`partnersync statements` lists them")
    return found
