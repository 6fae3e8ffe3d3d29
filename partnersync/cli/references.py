"""Ids as people type them: with or without the connection's name."""

from sqlalchemy import Connection as Tx

from partnersync.errors import ConfigError
from partnersync.store import decisions


def deal_ref(tx: Tx, text: str) -> str:
    """The deal that is meant: "connection/id", or an id that only one connection has."""
    found = decisions.refs_like(tx, text)
    if len(found) == 1:
        return found[0]
    if not found:
        raise ConfigError(
            f"no deal is known as {text}", hint="Write its id as in the files; `sync` has to have read it"
        )
    raise ConfigError(f"{text} may be {' or '.join(found)}", hint="Write it with its connection, as here")
