"""The partner: who brings clients and is paid for it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PartnerKind(StrEnum):
    """What the partner does; rules may differ by it."""

    REFERRAL = "referral"
    AGENT = "agent"
    RESELLER = "reseller"
    INTEGRATOR = "integrator"
    DISTRIBUTOR = "distributor"
    SUBCONTRACTOR = "subcontractor"


class PartnerStatus(StrEnum):
    """Where the partner stands with us."""

    CANDIDATE = "candidate"
    TALKS = "talks"
    OFFER = "offer"
    AGREEMENT = "agreement"
    ACTIVE = "active"
    PAUSED = "paused"
    REFUSED = "refused"
    LEFT = "left"


# policy.md 1: candidate → talks → offer → agreement → active ⇄ paused → left; any before agreement → refused.
PARTNER_MOVES: dict[PartnerStatus, frozenset[PartnerStatus]] = {
    PartnerStatus.CANDIDATE: frozenset({PartnerStatus.TALKS, PartnerStatus.REFUSED}),
    PartnerStatus.TALKS: frozenset({PartnerStatus.OFFER, PartnerStatus.REFUSED}),
    PartnerStatus.OFFER: frozenset({PartnerStatus.AGREEMENT, PartnerStatus.REFUSED}),
    PartnerStatus.AGREEMENT: frozenset({PartnerStatus.ACTIVE}),
    PartnerStatus.ACTIVE: frozenset({PartnerStatus.PAUSED, PartnerStatus.LEFT}),
    PartnerStatus.PAUSED: frozenset({PartnerStatus.ACTIVE, PartnerStatus.LEFT}),
    PartnerStatus.REFUSED: frozenset(),
    PartnerStatus.LEFT: frozenset(),
}


class TaxStatus(StrEnum):
    """How the partner's income is taxed (Russia) or that it is foreign."""

    COMPANY = "company"
    IP = "ip"
    NPD = "npd"
    INDIVIDUAL = "individual"
    FOREIGN = "foreign"


class ContractKind(StrEnum):
    """The kind of contract with the partner."""

    SERVICES = "services"
    LICENCE = "licence"
    AGENCY = "agency"
    COMMISSION = "commission"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True)
class Contract:
    """The partner's contract; an open end is None."""

    number: str = ""
    kind: ContractKind | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether `day` (in the program's zone) lies within the contract, both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner; `partner_id` is ours, stable and never reused."""

    partner_id: str
    name: str
    inn: str | None = None
    kpp: str | None = None
    website: str | None = None
    activity: str | None = None
    kind: PartnerKind = PartnerKind.REFERRAL
    tier: str | None = None
    status: PartnerStatus = PartnerStatus.ACTIVE
    manager: str | None = None
    parent_id: str | None = None
    promo_codes: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    contract: Contract | None = None
    tax_status: TaxStatus = TaxStatus.COMPANY
    bank_account: str | None = None
    bank_bik: str | None = None
    verified_on: date | None = None
    stop_listed: bool = False
    joined_on: date | None = None
    updated_at: datetime | None = None
    domain: str | None = None  # of the website, registrable
    mail_domain: str | None = None  # of the e-mail, registrable

    def may_register(self, day: date, *, require_contract: bool) -> bool:
        """Active, and under contract on `day`; without contract data it counts as under contract unless required."""
        if self.status is not PartnerStatus.ACTIVE:
            return False
        return not require_contract if self.contract is None else self.contract.covers(day)
