"""The canonical columns of each kind of record, as pydantic models of their cells (docs/files.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator

from partnersync.domain.activity import ActivityKind
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import DealKind, DealState
from partnersync.domain.partner import ContractKind, PartnerKind, PartnerStatus, TaxStatus
from partnersync.domain.registration import RegistrationKind
from partnersync.rules.domains import registrable
from partnersync.rules.evidence import LISTED
from partnersync.sync import bank_numbers, tax_numbers
from partnersync.sync import cells as read


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that could not be read; `reason` ends with the mend."""

    code: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a record's text means in its connection: own name, all connections' names, time zone and currency."""

    connection: str
    connections: frozenset[str]
    zone: ZoneInfo
    currency: str

    def ref(self, record_id: str) -> str:
        """The programme-wide id of a record that this connection names: its own, or "connection/id" of another one."""
        head, slash, _ = record_id.partition("/")
        return record_id if slash and head in self.connections else f"{self.connection}/{record_id}"


@dataclass(slots=True)
class Reading:
    """One record while it is read. `soft`: a bad optional cell is read as empty and listed here."""

    setting: Setting
    listed: list[Problem]


def _cell(reader: Callable[..., Any], *, zoned: bool = False, soft: bool = False) -> BeforeValidator:
    """A validator for one column: empty is None; `soft` columns are listed and read as empty when they are bad."""

    def validate(value: str, info: ValidationInfo) -> Any:
        text = value.strip()
        if not text:
            return None
        reading: Reading = info.context  # type: ignore[assignment]
        try:
            return reader(text, reading.setting.zone) if zoned else reader(text)
        except ValueError as error:
            if not soft:
                raise
            reading.listed.append(Problem("BAD_VALUE", info.field_name or "", text, str(error)))
            return None

    return BeforeValidator(validate)


def _each(reader: Callable[[str], str]) -> BeforeValidator:
    """A validator for a list: a bad item is listed and left out, the others stay, each once."""

    def validate(value: str, info: ValidationInfo) -> tuple[str, ...]:
        reading: Reading = info.context  # type: ignore[assignment]
        good: list[str] = []
        for item in read.items(value):
            try:
                good.append(reader(item))
            except ValueError as error:
                reading.listed.append(Problem("BAD_VALUE", info.field_name or "", item, str(error)))
        return tuple(dict.fromkeys(good))

    return BeforeValidator(validate)


def _evidence(text: str) -> str:
    word = text.lower()
    if word not in LISTED:
        raise ValueError(f"is none of: {', '.join(LISTED)}")
    return word


def _choice(choices: Any) -> BeforeValidator:
    return _cell(lambda text: read.one_of(choices, text))


Text = Annotated[str | None, _cell(str)]
Items = Annotated[tuple[str, ...] | None, _cell(read.items)]
Amount = Annotated[Decimal | None, _cell(read.number)]
Moment = Annotated[datetime | None, _cell(read.moment, zoned=True)]
Day = Annotated[date | None, _cell(read.day)]
Currency = Annotated[str | None, _cell(read.currency)]
YesNo = Annotated[bool | None, _cell(read.yes_no)]
Inn = Annotated[str | None, _cell(tax_numbers.inn, soft=True)]
InnOrOgrn = Annotated[str | None, _cell(tax_numbers.inn_or_ogrn, soft=True)]
Bik = Annotated[str | None, _cell(bank_numbers.bik, soft=True)]
Account = Annotated[str | None, _cell(bank_numbers.account)]
Kpp = Annotated[str | None, _cell(read.kpp, soft=True)]
Email = Annotated[str | None, _cell(read.email, soft=True)]
Domain = Annotated[str | None, _cell(registrable, soft=True)]
Phone = Annotated[str | None, _cell(read.phone, soft=True)]
Emails = Annotated[tuple[str, ...], _each(read.email)]
Phones = Annotated[tuple[str, ...], _each(read.phone)]


class Cells(BaseModel):
    """Cells of one record as text; columns that are not ours are ignored."""

    model_config = ConfigDict(extra="ignore", arbitrary_types_allowed=True)


class ClientCells(Cells):
    client_name: Text = None
    client_inn: InnOrOgrn = None
    client_kpp: Kpp = None
    client_domain: Domain = None
    client_email: Emails = ()
    client_phone: Phones = ()

    def client(self, setting: Setting, client_id: str | None = None) -> ClientKeys:
        number = self.client_inn
        registered = number is not None and tax_numbers.is_ogrn(number)
        return ClientKeys(
            client_id=setting.ref(client_id) if client_id else None,
            name=self.client_name,
            inn=None if registered else number,
            kpp=self.client_kpp,
            ogrn=number if registered else None,
            domain=self.client_domain,
            emails=self.client_email,
            email_domains=tuple(dict.fromkeys(filter(None, map(read.domain_of, self.client_email)))),
            phones=self.client_phone,
        )


class PartnerCells(Cells):
    partner_id: Text = None
    name: Text = None
    inn: Inn = None
    kpp: Kpp = None
    website: Text = None
    activity: Text = None
    kind: Annotated[PartnerKind | None, _choice(PartnerKind)] = None
    tier: Text = None
    status: Annotated[PartnerStatus | None, _choice(PartnerStatus)] = None
    manager: Text = None
    parent_id: Text = None
    promo_codes: Items = None
    email: Email = None
    phone: Phone = None
    contract_number: Text = None
    contract_kind: Annotated[ContractKind | None, _choice(ContractKind)] = None
    contract_from: Day = None
    contract_until: Day = None
    tax_status: Annotated[TaxStatus | None, _choice(TaxStatus)] = None
    bank_account: Account = None
    bank_bik: Bik = None
    verified_on: Day = None
    stop_listed: YesNo = None
    joined_on: Day = None
    updated_at: Moment = None

    @model_validator(mode="after")
    def _hold_the_key(self, info: ValidationInfo) -> Self:
        """An account that is none of its bank is listed and read as empty."""
        if self.bank_account and self.bank_bik:
            try:
                bank_numbers.check_key(self.bank_account, self.bank_bik)
            except ValueError as error:
                reading: Reading = info.context  # type: ignore[assignment]
                reading.listed.append(Problem("BAD_VALUE", "bank_account", self.bank_account, str(error)))
                self.bank_account = None
        return self


class DealCells(ClientCells):
    deal_id: Text = None
    title: Text = None
    client_id: Text = None
    partner_id: Text = None
    promo_code: Text = None
    utm_source: Text = None
    roles: Annotated[tuple[tuple[str, str], ...] | None, _cell(read.roles)] = None
    products: Items = None
    kind: Annotated[DealKind | None, _choice(DealKind)] = None
    pipeline: Text = None
    stage: Text = None
    state: Annotated[DealState | None, _choice(DealState)] = None
    amount: Amount = None
    currency: Currency = None
    owner: Text = None
    created_at: Moment = None
    closed_at: Moment = None
    updated_at: Moment = None
    merged_into: Text = None


class PaymentCells(Cells):
    payment_id: Text = None
    deal_id: Text = None
    paid_at: Moment = None
    amount: Amount = None
    currency: Currency = None
    vat_rate: Annotated[Fraction | None, _cell(read.share)] = None
    act_date: Day = None
    product: Text = None
    quantity: Amount = None
    cost: Amount = None
    refund_of: Text = None


class RegistrationCells(ClientCells):
    registration_id: Text = None
    partner_id: Text = None
    kind: Annotated[RegistrationKind | None, _choice(RegistrationKind)] = None
    contact_name: Text = None
    products: Items = None
    amount: Amount = None
    currency: Currency = None
    expected_close: Day = None
    tender_number: Text = None
    tender_won_on: Day = None
    consent: Text = None
    evidence: Annotated[tuple[str, ...], _each(_evidence)] = ()
    evidence_at: Moment = None
    submitted_at: Moment = None


class ActivityCells(Cells):
    activity_id: Text = None
    deal_id: Text = None
    partner_id: Text = None
    client_inn: Inn = None
    author: Text = None
    kind: Annotated[ActivityKind | None, _choice(ActivityKind)] = None
    two_way: YesNo = None
    at: Moment = None


class UserCells(Cells):
    user_id: Text = None
    name: Text = None
    email: Email = None
    group: Text = None
    active: YesNo = None


class DocumentCells(Cells):
    partner_id: Text = None
    period: Text = None
    kind: Text = None
    received_on: Day = None


class RateCells(Cells):
    date: Day = None
    currency: Currency = None
    rate: Amount = None
    source: Text = None
