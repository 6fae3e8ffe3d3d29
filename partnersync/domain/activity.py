"""Work on a deal and the people who do it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActivityKind(StrEnum):
    """Work (call to stage) and touches of a client with a partner (click to intro)."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    MESSAGE = "message"
    NOTE = "note"
    TASK = "task"
    STAGE = "stage"
    CLICK = "click"
    PROMO = "promo"
    TRACKED_CALL = "tracked_call"
    QR = "qr"
    INTRO = "intro"


@dataclass(frozen=True, slots=True)
class Activity:
    """One piece of work or one touch; `ref` is "connection/activity_id". `author` None: the system does not tell."""

    ref: str
    at: datetime
    kind: ActivityKind = ActivityKind.NOTE
    deal_ref: str | None = None
    partner_id: str | None = None
    client_inn: str | None = None
    author: str | None = None
    two_way: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person with access to the connected system; `ref` is "connection/user_id"."""

    ref: str
    name: str
    email: str | None = None
    group: str | None = None
    active: bool = True
