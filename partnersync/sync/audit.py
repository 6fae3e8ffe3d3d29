"""A change and its receipt → a row of the journal: who, what, why, before, after. Pure."""

from datetime import datetime

from partnersync.contract.adapter import Outcome
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.change import Intent, JournalRow, Values
from partnersync.domain.incident import Incident, Place
from partnersync.domain.note import Note, Task
from partnersync.domain.payout import Payout, PayoutState
from partnersync.domain.proposal import Proposal
from partnersync.domain.ruling import Ruling
from partnersync.domain.statement import Statement
from partnersync.domain.value import RecordKind

ENGINE = "partnersync"


def written(intent: Intent, outcome: Outcome, reason: str, at: datetime) -> JournalRow:
    """The journal's row of a write and what became of it."""
    return JournalRow(
        at,
        ENGINE,
        intent.action,
        intent.connection,
        intent.kind,
        intent.record_id,
        intent.before,
        intent.after,
        outcome.value,
        "; ".join(filter(None, (intent.reason, reason))),
    )


def noted(note: Note, outcome: Outcome, reason: str, at: datetime) -> JournalRow:
    """The journal's row of a note or task and what became of it."""
    told: Values = {"note_id": note.note_id, "text": note.text}
    place = (note.connection, note.kind, note.record_id)
    return JournalRow(at, ENGINE, word(note), *place, {}, told, outcome.value, reason)


def word(note: Note) -> str:
    """What it is called."""
    return "task" if isinstance(note, Task) else "note"


def overridden(connection: str, deal_id: str, before: str, override: Override, at: datetime) -> JournalRow:
    """The journal's row of a person's decision about a deal's partner."""
    place = (connection, RecordKind.DEAL, deal_id)
    told: tuple[Values, Values] = ({"partner_id": before}, {"partner_id": override.partner_id})
    return JournalRow(at, override.actor, "override", *place, *told, "done", override.reason)


def priced(connection: str, deal_id: str, before: str, decision: RuleOverride, at: datetime) -> JournalRow:
    """The journal's row of a person's decision about the rule that prices a deal."""
    place = (connection, RecordKind.DEAL, deal_id)
    told: tuple[Values, Values] = ({"rule": before}, {"rule": decision.rule})
    return JournalRow(at, decision.actor, "override", *place, *told, "done", decision.reason)


def ruled(connection: str, ruling: Ruling, before: str, at: datetime) -> JournalRow:
    """The journal's row of a person's decision about a registration."""
    place = (connection, RecordKind.REGISTRATION, ruling.registration_id)
    told: tuple[Values, Values] = ({"ps_status": before}, {"ps_status": ruling.kind.value})
    return JournalRow(at, ruling.actor, ruling.kind.value, *place, *told, "done", ruling.reason)


def stated(one: Statement, before: Statement | None, actor: str, at: datetime) -> JournalRow:
    """The journal's row of a statement that was made, or moved on."""
    was: Values = {"status": before.state.value} if before else {}
    told: Values = {"status": one.state.value} if before else {"status": one.state.value, "amount": one.amount.text()}
    return JournalRow(at, actor, "statement", "", "statement", one.statement_id, was, told, "done", one.reason)


def paid_out(one: Payout, before: Payout | None, actor: str, at: datetime) -> JournalRow:
    """The journal's row of a payout that was made, or moved on."""
    was: Values = {"status": before.state.value} if before else {}
    told = {"status": one.state.value}
    if before is None:
        told["amount"] = one.amount.text()
    if one.state is PayoutState.PAID and one.paid_on:
        told["paid_on"] = one.paid_on.isoformat()
    return JournalRow(at, actor, "payout", "", "payout", one.payout_id, was, told, "done", one.reason)


def proposed(one: Proposal, before: Proposal | None, actor: str, at: datetime, reason: str) -> JournalRow:
    """The journal's row of a line that was proposed, or of the decision about it."""
    was: Values = {"status": before.state.value} if before else {}
    told = {"status": one.state.value}
    if before is None:
        told |= {"partner_id": one.partner_id, "amount": one.amount.text(), "evidence": one.evidence}
    return JournalRow(at, actor, one.kind.value, "", "proposal", one.proposal_id, was, told, "done", reason)


def closed(one: Incident, at: datetime) -> JournalRow:
    """The journal's row of an incident that a person closed."""
    place = (one.place.connection, one.place.kind, one.place.record_id)
    told: tuple[Values, Values] = ({one.place.field: one.expected}, {one.place.field: one.seen})
    return JournalRow(at, one.closed_by, "close incident", *place, *told, one.status.value, one.closed_reason)


def put_back(place: Place, foreign: str, due: str, author: str, at: datetime) -> JournalRow:
    """The journal's row of a foreign value that the guard decided to replace."""
    told: tuple[Values, Values] = ({place.field: foreign}, {place.field: due})
    where = (place.connection, place.kind, place.record_id)
    reason = f"changed by {author}" if author else "a foreign edit"
    return JournalRow(at, ENGINE, "put back", *where, *told, "planned", reason)
