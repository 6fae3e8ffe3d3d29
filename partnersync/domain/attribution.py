"""Attribution: which partner a deal belongs to, and by which evidence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """Where an attribution comes from; the values of ps_source."""

    REGISTRATION = "registration"
    CONFIRMATION = "confirmation"
    CONTRACT = "contract"
    PROMO = "promo"
    LINK = "link"
    TRACKED_CALL = "tracked_call"
    QR = "qr"
    INTRO = "intro"
    NOTE = "note"
    TYPED = "typed"
    INCUMBENT = "incumbent"
    OVERRIDE = "override"


# policy.md 7, strongest first. What a salesperson typed pays only when nothing stronger exists.
GRADE: dict[Source, int] = {
    Source.OVERRIDE: 0,
    Source.CONFIRMATION: 1,
    Source.REGISTRATION: 2,
    Source.CONTRACT: 2,
    Source.INCUMBENT: 2,
    Source.PROMO: 3,
    Source.LINK: 4,
    Source.TRACKED_CALL: 5,
    Source.QR: 5,
    Source.INTRO: 5,
    Source.NOTE: 6,
    Source.TYPED: 7,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to attribute a deal to a partner; `at` is when it came to be."""

    partner_id: str
    source: Source
    at: datetime
    registration_id: str | None = None
    actor: str = ""  # of an override: who decided it, and why
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision whom a deal belongs to; without a partner it is direct."""

    partner_id: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleOverride:
    """A person's decision which commission rule prices a deal; without a rule those of the program do again."""

    rule: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attribution:
    """The deal's partner, fixed once; `contradictions` name others with evidence that did not win."""

    evidence: Evidence
    contradictions: tuple[Evidence, ...] = ()
    trace: str = ""
