"""Tables of what was pulled, and what could not be used of it. As in tables.py."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, text

from partnersync.store.tables import Str, metadata

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("stream", Str, primary_key=True),
    Column("cursor", Str, nullable=False),
    Column("moved_at", Str, nullable=False),
    Column("again", Boolean),  # read it once more, also where nothing changed; empty: no
)

# Ids that a whole listing has named so far, with the hash of their row; empty between pulls.
listed = Table(
    "listed",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("stream", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("hash", Str, nullable=False),
    sqlite_with_rowid=False,
)

records = Table(
    "records",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("state", Str, nullable=False),  # present | gone (vanished from its system) | aside (quarantined)
    Column("body", Str),  # the domain value as JSON; of a record set aside its last good value, if any
    Column("cells", Str),  # of a record set aside: what was pulled, as JSON
    Column("hash", Str, nullable=False),  # of what was pulled
    Column("first_seen", Integer, nullable=False),  # the first run that could book it: the same after a run was killed
    Column("changed", Integer, nullable=False),  # run
    Column("deal_ref", Str),  # of a deal its own ref, of payments and activities the deal they belong to
    Column("partner_id", Str),  # whom a deal, registration or activity names, and a partner's own id
    Column("promo_code", Str),
    Column("utm_source", Str),
    Column("case_id", Str),
    Column("file", Str, nullable=False),  # where the record stands in its source, as far as the adapter tells
    Column("line", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_records_case_id", records.c.case_id)
for column in ("deal_ref", "partner_id", "promo_code", "utm_source"):
    Index(
        f"ix_records_{column}",
        records.c[column],
        sqlite_where=text(f"{column} IS NOT NULL"),
        postgresql_where=text(f"{column} IS NOT NULL"),
    )

# Partners that passed the checks against each other; the first of two duplicates stays accepted.
accepted_partners = Table(
    "accepted_partners",
    metadata,
    Column("partner_id", Str, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("parent_id", Str),  # the one that counts
)

issues = Table(
    "issues",
    metadata,
    Column("issue_id", Str, primary_key=True),
    Column("stage", Str, nullable=False),  # pull | decide: who opens and closes it
    Column("scope", Str, nullable=False, index=True),  # the stream or case that it is judged with
    Column("connection", Str, nullable=False),
    Column("kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("file", Str, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Str, nullable=False),
    Column("value", Str, nullable=False),
    Column("code", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("opened_run", Integer, nullable=False),
    Column("opened_at", Str, nullable=False),
    Column("closed_run", Integer),
    Index("ix_issues_record", "connection", "kind", "record_id"),
    Index(
        "ix_issues_open",
        "issue_id",
        sqlite_where=text("closed_run IS NULL"),
        postgresql_where=text("closed_run IS NULL"),
    ),
)
