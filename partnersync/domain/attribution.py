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
    STATEMENT = "statement"  # a partner's own word: for review, it attributes nothing


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
    Source.STATEMENT: 8,
}
_B = 5  # grades up to it are A and B


class Aside(StrEnum):
    """Why evidence did not compete, or what became of it."""

    SUPPORTS = "supports"  # it names the partner whom the deal went to anyway
    TOO_OLD = "too_old"
    LATER = "later"  # than the deal
    REVIEW_ONLY = "review_only"
    GAINS = "gains"  # its author gains by it, or is not told


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to attribute a deal to a partner; `at` is when it came to be.

    `origin` tells where it stands: a column of the deal or of the registration, or the ref of an activity or deal.
    """

    partner_id: str
    source: Source
    at: datetime
    registration_id: str | None = None
    actor: str = ""  # of an override: who decided it, and why
    reason: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Considered:
    """Evidence that is kept beside what decided, and why it did not."""

    evidence: Evidence
    why: Aside


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
    considered: tuple[Considered, ...] = ()

    @property
    def flagged(self) -> tuple[Evidence, ...]:
        """What a salesperson typed, where evidence of grade A or B is for another partner."""
        every = (self.evidence, *self.contradictions)
        typed = [one for one in every if one.source is Source.TYPED]
        strong = [one.partner_id for one in every if GRADE[one.source] <= _B and one.source is not Source.OVERRIDE]
        return tuple(one for one in typed if any(partner_id != one.partner_id for partner_id in strong))


@dataclass(frozen=True, slots=True)
class Unattributed:
    """A deal of no partner, with the evidence that was set aside."""

    aside: tuple[Considered, ...]
