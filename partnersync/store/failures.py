"""What a database says when it cannot go on → an error that says what to do next."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from partnersync.errors import ConfigError, LockHeld, PartnersyncError, StoreFailed

_Meaning = tuple[type[PartnersyncError], str, str]  # error, message, hint

_BUSY: _Meaning = (
    LockHeld,
    "the store is being written by another run",
    "Nothing was done; start again when the other run has ended",
)
_READ_ONLY = (
    StoreFailed,
    "the store may not be written",
    "Give this user the right to write the store, and on SQLite its folder and the files beside it (-wal, -shm)",
)
_DAMAGED = (
    StoreFailed,
    "the store is damaged",
    "Keep a copy of the file, then restore the store from a backup",
)
_FULL = (StoreFailed, "the disk of the store is full", "Free space and start again; nothing is half-written")
_UNREACHABLE = (
    StoreFailed,
    "the store cannot be reached",
    "Check that the database runs, and host, port and name in store.url",
)

# The beginning of SQLite's error name → what it means here.
_SQLITE: dict[str, _Meaning] = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": (ConfigError, "the store's file is not a database", "Name another file in store.url"),
    "SQLITE_CANTOPEN": (
        ConfigError,
        "the store's file cannot be opened",
        "Check in store.url that its folder exists and that this user may write there",
    ),
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": (StoreFailed, "the disk of the store failed", "Check the disk and start again"),
}

# The beginning of PostgreSQL's SQLSTATE → what it means here.
_POSTGRESQL: dict[str, _Meaning] = {
    "08": _UNREACHABLE,
    "28": (ConfigError, "the store refuses this user or password", "Check user and password in store.url"),
    "3D": (ConfigError, "the store's database does not exist", "Create it, or name another one in store.url"),
    "42501": _READ_ONLY,
    "25006": _READ_ONLY,
    "53100": _FULL,
    "53": (StoreFailed, "the store's server has no room for another connection", "Start again later"),
    "55P03": _BUSY,
    "40": _BUSY,  # a deadlock or a serialisation failure: the transaction was undone
    "57": _UNREACHABLE,  # the server is shut down
    "XX": _DAMAGED,
}


def translated(error: DBAPIError) -> PartnersyncError | None:
    """The error to raise instead, without statement, values or password; None: it is a fault of the program."""
    origin = error.orig
    if isinstance(origin, sqlite3.Error):
        found = _of_sqlite(origin)
    elif state := getattr(origin, "sqlstate", None):
        found = next((known for start, known in _POSTGRESQL.items() if state.startswith(start)), None)
    else:
        # A connection that was never made has no state; the driver's own words are all there is.
        found = _of_words(str(origin)) if isinstance(error, OperationalError) else None
    if found is None:
        return None
    kind, message, hint = found
    return kind(message, hint=hint)


def _of_sqlite(origin: sqlite3.Error) -> _Meaning | None:
    name = getattr(origin, "sqlite_errorname", None)
    if name is None:  # the driver itself: text that is not UTF-8
        return _DAMAGED if isinstance(origin, sqlite3.OperationalError) else None
    return next((known for start, known in _SQLITE.items() if name.startswith(start)), None)


def _of_words(words: str) -> _Meaning:
    if "does not exist" in words and "database" in words:
        return _POSTGRESQL["3D"]
    if "authentication" in words or "role" in words:
        return _POSTGRESQL["28"]
    return _UNREACHABLE
