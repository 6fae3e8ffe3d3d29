"""The guard's judgement of one foreign edit: which violation it is, and what is done about it. Pure."""

import hashlib
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Literal

from partnersync.contract.managed import OWNER
from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.value import RecordKind
from partnersync.sync.plan import Foreign

Mode = Literal["observe", "warn", "enforce"]

# Which violation the edit of a field is; of the others (what a record says about its protection) the last one.
_KINDS: dict[str, IncidentKind] = {
    OWNER: IncidentKind.OWNER_CHANGED,
    "ps_commission": IncidentKind.COMMISSION_OVERWRITTEN,
    "ps_commission_status": IncidentKind.COMMISSION_OVERWRITTEN,
    "ps_balance": IncidentKind.COMMISSION_OVERWRITTEN,
    "ps_payout_due_on": IncidentKind.COMMISSION_OVERWRITTEN,
}


class Deed(Enum):
    """What is done about a foreign value that stands in its place."""

    NOTHING = "nothing"  # it was dealt with, or a person dismissed it
    RECORD = "record"
    WARN = "warn"  # and tell people, once
    PUT_BACK = "put back"  # and tell people, each time
    GIVE_UP = "give up"  # something fights us: no more writes to this field until a person says so


def kind_of(edit: Foreign) -> IncidentKind:
    """Which violation an edit is."""
    if edit.field == "ps_partner_id":
        return IncidentKind.FOREIGN_PARTNER if edit.seen else IncidentKind.PARTNER_FIELD_CLEARED
    return _KINDS.get(edit.field, IncidentKind.SOURCE_OVERWRITTEN)


def incident_id(kind: IncidentKind, place: Place, seen: str) -> str:
    """The same for the same violation, so that it is one incident however often it is found."""
    parts = (kind.value, place.connection, place.kind.value, place.record_id, place.field, seen)
    return "V" + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def found(known: Incident | None, edit: Foreign, place: Place, about: About, as_of: datetime) -> Incident:
    """The incident of an edit that stands: as it is known, opened again where it had ended, or new."""
    if known is not None and known.standing:
        return known
    kind = kind_of(edit)
    return Incident(
        incident_id(kind, place, edit.seen),
        kind,
        place,
        about,
        edit.want,
        edit.seen,
        edit.author,
        as_of,
        as_of,
        times=known.times + 1 if known else 1,
    )


def fight(place: Place, about: About, edit: Foreign, known: Incident | None, as_of: datetime) -> Incident:
    """The incident of a field that is changed again whenever we put it back."""
    kind = IncidentKind.REVERT_FIGHT
    one = found(None, edit, place, about, as_of)
    times = known.times + 1 if known else 1
    return replace(one, incident_id=incident_id(kind, place, edit.seen), kind=kind, times=times, standing=False)


def deed(
    mode: Mode, incident: Incident, *, writable: bool, fighting: bool, put_back: int, reverts_per_day: int
) -> Deed:
    """What is due about an incident whose value stands; `put_back` is how often this field was in the last 24 hours."""
    if incident.status is not IncidentStatus.OPEN:
        return Deed.NOTHING
    if mode == "observe" or fighting:
        return Deed.RECORD
    if mode == "enforce" and writable:
        return Deed.PUT_BACK if put_back < reverts_per_day else Deed.GIVE_UP
    return Deed.RECORD if incident.told else Deed.WARN


def record_about(kind: RecordKind, record_id: str) -> About:
    """What a record's own id says about whom it concerns."""
    return About(registration_id=record_id) if kind is RecordKind.REGISTRATION else About()
