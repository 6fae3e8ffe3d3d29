"""Notes and tasks that are due or were sent; each occasion once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from partnersync.contract.secret import discreet
from partnersync.domain.note import Note, Task
from partnersync.domain.value import RecordKind
from partnersync.store.codec import moment, moment_text
from partnersync.store.rows import insert_new, write
from partnersync.store.write_tables import outbox as table


def put(tx: Connection, notes: Sequence[Note]) -> None:
    """Note what is to be sent; what was put before stays as it was."""
    rows = [
        {
            "note_id": note.note_id,
            "connection": note.connection,
            "note_kind": note.note_kind,
            "kind": note.kind.value,
            "record_id": note.record_id,
            "text": discreet(note.text),
            "at": moment_text(note.at),
            "outcome": "",
            "assignee": note.assignee if isinstance(note, Task) else "",
            "due_at": moment_text(note.due_at) if isinstance(note, Task) else "",
        }
        for note in notes
    ]
    insert_new(tx, table, rows)


def unsent(tx: Connection, connection: str) -> list[Note]:
    """Notes and tasks of a connection without an outcome, oldest first."""
    query = select(table).where(table.c.connection == connection, table.c.outcome == "")
    return [_note(row) for row in tx.execute(query.order_by(table.c.at, table.c.note_id))]


def settle(tx: Connection, outcomes: Sequence[tuple[str, str]]) -> None:
    """Keep what became of notes (id, outcome); an empty outcome leaves them to the next run."""
    statement = update(table).where(table.c.note_id == bindparam("of_note")).values(outcome=bindparam("became"))
    write(tx, statement, [{"of_note": note_id, "became": outcome} for note_id, outcome in outcomes])


def _note(row: Row[Any]) -> Note:
    told = (row.note_id, row.connection, row.note_kind, RecordKind(row.kind), row.record_id, row.text, moment(row.at))
    return Task(*told, moment(row.due_at), row.assignee) if row.due_at else Note(*told)
