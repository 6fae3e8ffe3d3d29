"""Tables of runs and of what they lock and leave. As in tables.py."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table

from partnersync.store.tables import Str, metadata

runs = Table(
    "runs",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=True),
    Column("command", Str, nullable=False),
    Column("as_of", Str, nullable=False),
    Column("started_at", Str, nullable=False),
    Column("finished_at", Str),
    Column("exit_code", Integer),
    Column("booked", Boolean, nullable=False, default=False),  # a run that booked sets the earliest as_of of the next
    Column("counts", Str, nullable=False, default="{}"),  # JSON
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Str, primary_key=True),  # "connection:<name>" or "programme"
    Column("owner", Str, nullable=False),  # machine:pid:start (locks.py)
    Column("expires_at", Str, nullable=False),
)

program_digests = Table(
    "program_digests",
    metadata,
    Column("version", Str, primary_key=True),
    Column("digest", Str, nullable=False),
    Column("first_run", Integer, nullable=False),
)

# Counts the changes of what is shown to people, so that its state is named without reading it.
changes = Table(
    "changes",
    metadata,
    Column("name", Str, primary_key=True),  # facts | issues | incidents | statements | payouts
    Column("number", Integer, nullable=False),
)

# The end of each hash chain, kept apart from its rows: a tail that was cut off is noticed.
heads = Table(
    "heads",
    metadata,
    Column("chain", Str, primary_key=True),  # ledger | audit
    Column("seq", BigInteger, nullable=False),
    Column("hash", Str, nullable=False),
)
