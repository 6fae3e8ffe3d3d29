"""The registration: a partner's claim on a client, its verdict and its states."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from partnersync.domain.client import ClientKeys
from partnersync.domain.value import Money


class RegistrationKind(StrEnum):
    """What is claimed; it decides the mandatory data and the length of protection."""

    SALE = "sale"
    MEETING = "meeting"
    LEAD = "lead"
    PROJECT = "project"
    TENDER = "tender"
    RENEWAL = "renewal"
    EXPANSION = "expansion"


class RegistrationState(StrEnum):
    """Where a registration stands (policy.md 3)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INVALID = "invalid"
    CHECKING = "checking"
    RESEARCH = "research"
    APPROVED = "approved"
    PROVISIONAL = "provisional"
    RETURNED = "returned"
    REJECTED = "rejected"
    ACTIVE = "active"
    EXTENSION_REQUESTED = "extension_requested"
    WON = "won"
    LOST = "lost"
    EXPIRED = "expired"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    DISPUTED = "disputed"


INTAKE = "intake"
"""The connection of registrations that people give by hand; no system stands behind it, and no settings name it."""

_S = RegistrationState
_ENDS = frozenset({_S.WON, _S.LOST, _S.EXPIRED, _S.RELEASED, _S.WITHDRAWN, _S.TRANSFERRED})
_VERDICTS = frozenset({_S.APPROVED, _S.PROVISIONAL, _S.RETURNED, _S.REJECTED})

# policy.md 3; any state may also become disputed. People may grant what was refused, and take back what was granted.
REGISTRATION_MOVES: dict[RegistrationState, frozenset[RegistrationState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.INVALID, _S.CHECKING}),
    _S.INVALID: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.CHECKING: frozenset({_S.RESEARCH, _S.WITHDRAWN}) | _VERDICTS,
    _S.RESEARCH: frozenset({_S.WITHDRAWN}) | _VERDICTS,
    _S.RETURNED: frozenset({_S.APPROVED}),
    _S.REJECTED: frozenset({_S.APPROVED}),
    _S.APPROVED: frozenset({_S.ACTIVE, _S.REJECTED}) | _ENDS,
    _S.PROVISIONAL: frozenset({_S.ACTIVE, _S.APPROVED, _S.REJECTED, _S.RETURNED}) | _ENDS,
    _S.ACTIVE: frozenset({_S.EXTENSION_REQUESTED, _S.REJECTED}) | _ENDS,
    _S.EXTENSION_REQUESTED: frozenset({_S.ACTIVE, _S.REJECTED}) | _ENDS,
    _S.DISPUTED: frozenset({_S.APPROVED, _S.ACTIVE, _S.REJECTED, _S.TRANSFERRED}),
    **{ended: frozenset[RegistrationState]() for ended in _ENDS},
}
LIVE = frozenset({_S.APPROVED, _S.PROVISIONAL, _S.ACTIVE, _S.EXTENSION_REQUESTED})  # these protect
UNDECIDED = frozenset({_S.DRAFT, _S.SUBMITTED, _S.INVALID, _S.CHECKING, _S.RESEARCH})


class VerdictCode(StrEnum):
    """Reason codes of verdicts; each row of policy.md 3 has one."""

    DATA_MISSING = "DATA_MISSING"
    INN_BAD = "INN_BAD"
    PARTNER_NOT_ELIGIBLE = "PARTNER_NOT_ELIGIBLE"
    CAPACITY = "CAPACITY"
    OWN_DUPLICATE = "OWN_DUPLICATE"
    SELF_DEAL = "SELF_DEAL"
    TENDER_STATUS = "TENDER_STATUS"
    CLIENT_CHOICE = "CLIENT_CHOICE"
    SIMULTANEOUS = "SIMULTANEOUS"
    ALREADY_PROTECTED = "ALREADY_PROTECTED"
    COOLDOWN = "COOLDOWN"
    INCUMBENT = "INCUMBENT"
    DIRECT_ACTIVE = "DIRECT_ACTIVE"
    DIRECT_ONLY = "DIRECT_ONLY"
    EXISTING_CLIENT = "EXISTING_CLIENT"
    MAYBE_SAME = "MAYBE_SAME"
    OTHER_PRODUCT = "OTHER_PRODUCT"
    EXPIRED_OTHER = "EXPIRED_OTHER"
    DIRECT_LATER = "DIRECT_LATER"
    DIRECT_STALE = "DIRECT_STALE"
    REACTIVATED = "REACTIVATED"
    SLA_PROVISIONAL = "SLA_PROVISIONAL"
    BY_PERSON = "BY_PERSON"
    OK = "OK"


@dataclass(frozen=True, slots=True)
class Registration:
    """A claim as submitted; `registration_id` is programme-wide. No products means every product.

    `faults` are the cells that could not be read, as (column, value): they are judged (R1, R2), not set aside.
    """

    registration_id: str
    partner_id: str
    client: ClientKeys
    submitted_at: datetime
    kind: RegistrationKind = RegistrationKind.SALE
    contact_name: str | None = None
    products: tuple[str, ...] = ()
    amount: Money | None = None
    expected_close: date | None = None
    tender_number: str | None = None
    tender_won_on: date | None = None
    consent: str | None = None
    evidence: tuple[str, ...] = ()
    evidence_at: datetime | None = None
    faults: tuple[tuple[str, str], ...] = ()

    def overlaps(self, products: tuple[str, ...]) -> bool:
        """Whether the claim and `products` have one in common; no products at all means every one."""
        return not self.products or not products or not set(self.products).isdisjoint(products)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a registration, when (the submission, a person's moment, or R24's) and why.

    `proposed` is the code that a person is asked to decide by, while nothing is decided.
    """

    state: RegistrationState
    code: VerdictCode
    at: datetime
    program_version: str
    related_id: str | None = None  # the registration that stands in the way, for the company's eyes only
    until: date | None = None  # what another partner may be told: the last protected day
    fields: tuple[str, ...] = ()  # missing or bad columns
    trace: str = ""
    deal_ref: str | None = None  # the direct deal that asks a person, or becomes the registration's
    named: tuple[str, ...] = ()  # clients that may be the same, dormant registrations, a list's version: the code tells
    proposed: VerdictCode | None = None
    actor: str = ""  # the person who decided, and why; empty: the machine
    reason: str = ""
    older_ref: str | None = None  # R14: a stale direct deal from before, which counts as it would by R15

    @property
    def stale_ref(self) -> str | None:
        """The direct deal from before the submission that becomes the registration's, as nobody worked on it."""
        return self.deal_ref if self.code is VerdictCode.DIRECT_STALE else self.older_ref


@dataclass(frozen=True, slots=True)
class Protection:
    """What a granted registration gives: it protects at a moment m if `starts_at` <= m < `ends_at`.

    `ends_at` is when it ended, or will end if nothing else happens; `state` and `code` (NO_DEAL …) say how it stands as
    of the moment it was computed for; `until` is the last protected day if nothing ends it before; `next_look_at` when
    time alone changes this, None once it has ended.
    """

    state: RegistrationState
    starts_at: datetime
    ends_at: datetime
    until: date
    code: str = ""
    deal_ref: str | None = None  # the registration's deal
    next_look_at: datetime | None = None
    automatic: int = 0  # extensions that nobody asked for
    extended_at: datetime | None = None  # when the last of these was due
    asked_at: datetime | None = None  # when the partner asked for an extension that nobody has decided about yet
    worked_at: datetime | None = None  # the last activity on its deal, where they are told

    @property
    def has_expired(self) -> bool:
        """Whether it ran to its last day, rather than ended by a deal, a release or a person."""
        return self.state is RegistrationState.EXPIRED

    def last_day(self, zone: tzinfo) -> date:
        """The last protected day: `until`, or the day on which it ended before."""
        if self.next_look_at:
            return self.until
        last = max(self.starts_at, self.ends_at - timedelta(microseconds=1))
        return min(self.until, last.astimezone(zone).date())

    def covers(self, moment: datetime) -> bool:
        """Whether it protects at `moment`."""
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True)
class Claim:
    """A registration with its verdict and, where it was granted, its protection."""

    registration: Registration
    verdict: Verdict
    protection: Protection | None = None

    def bars(self, other: Registration, at: datetime) -> bool:
        """Whether it protects something at a moment that the other claims, whoever has it; a disputed one does too."""
        return self.protection is not None and self.protection.covers(at) and other.overlaps(self.registration.products)
