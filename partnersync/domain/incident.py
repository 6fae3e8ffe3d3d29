"""The incident: a detected violation, with what was expected, what was seen, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.value import RecordKind


class IncidentKind(StrEnum):
    """What was violated (policy.md 6)."""

    FOREIGN_PARTNER = "foreign_partner"
    PARTNER_FIELD_CLEARED = "partner_field_cleared"
    SOURCE_OVERWRITTEN = "source_overwritten"
    OWNER_CHANGED = "owner_changed"
    COMMISSION_OVERWRITTEN = "commission_overwritten"
    REVERT_FIGHT = "revert_fight"
    COMPANY_DUPLICATED = "company_duplicated"
    WON_AFTER_EXPIRY = "won_after_expiry"
    LOST_THEN_NEW = "lost_then_new"


class IncidentStatus(StrEnum):
    """Where an incident stands.

    It is resolved once our value is back, or an override took the other; a person may dismiss it.
    """

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Place:
    """One managed field of one record."""

    connection: str
    kind: RecordKind
    record_id: str
    field: str


@dataclass(frozen=True, slots=True)
class About:
    """Whom a record concerns: what an incident names, and what people are told."""

    deal_ref: str = ""
    registration_id: str = ""
    partner_id: str = ""
    client_id: str = ""
    protected_until: str = ""  # YYYY-MM-DD, while it is protected


@dataclass(frozen=True, slots=True)
class Incident:
    """One violation: the same (kind, record, field, foreign value) is one incident, however often it is found.

    `standing`: the foreign value is in its place still. `told`: people know of it by a note and a task.
    """

    incident_id: str
    kind: IncidentKind
    place: Place
    about: About
    expected: str
    seen: str
    author: str
    since: datetime
    found_at: datetime
    status: IncidentStatus = IncidentStatus.OPEN
    standing: bool = True
    times: int = 1
    told: bool = False
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_reason: str = ""
