"""Ids as people type them: with or without the connection's name."""

from sqlalchemy import Connection as Tx

from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync.store import decisions, issuebook


def deal_ref(tx: Tx, text: str) -> str:
    """The deal that is meant: "connection/id", or an id that only one connection has."""
    found = decisions.refs_like(tx, text)
    if len(found) == 1:
        return found[0]
    if not found:
        _refuse_set_aside(tx, text)
        raise ConfigError(
            f"no deal is known as {text}", hint="Write its id as in the files; `sync` has to have read it"
        )
    raise ConfigError(f"{text} may be {' or '.join(found)}", hint="Write it with its connection, as here")


def _refuse_set_aside(tx: Tx, text: str) -> None:
    """Say so where the deal was read but could not be used."""
    for row in issuebook.open_issues(tx):
        if row["kind"] == RecordKind.DEAL and text in (row["record_id"], f"{row['connection']}/{row['record_id']}"):
            column = f"{row['column']} " if row["column"] else ""
            raise ConfigError(
                f"deal {text} was set aside: {column}{row['reason']} [{row['code']}]",
                hint="Mend it in its source and run `sync`; `partnersync issues` has its place",
            )
