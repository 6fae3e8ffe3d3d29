"""Canonical cells → domain values. Every bad cell of a record is named at once; it goes aside, the page goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from partnersync.contract.adapter import Cells
from partnersync.contract.columns import REQUIRED
from partnersync.domain.activity import Activity, ActivityKind, User
from partnersync.domain.deal import Deal, DealKind, Payment
from partnersync.domain.document import Document, Rate
from partnersync.domain.partner import Contract, Partner
from partnersync.domain.registration import Registration, RegistrationKind
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import RecordError
from partnersync.sync import forms
from partnersync.sync.cells import domain_in, domain_of
from partnersync.sync.forms import Problem, Reading, Setting

Record = Partner | Deal | Payment | Registration | Activity | User | Document | Rate


class BadRecord(RecordError):
    """A record that cannot be used, with every cell that is to blame."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(
            "; ".join(f"{problem.column} {problem.value!r} {problem.reason}" for problem in problems),
            code=first.code,
            column=first.column,
            value=first.value,
        )
        self.problems = problems


def _money(amount: Decimal | None, currency: str, column: str = "amount") -> Money | None:
    if amount is None:
        return None
    try:
        return Money.of(amount, currency)
    except ValueError as error:
        raise BadRecord((Problem("BAD_VALUE", column, str(amount), str(error)),)) from None


def _given(**values: Any) -> dict[str, Any]:
    """Only what the source tells; the rest keeps the domain's default."""
    return {name: value for name, value in values.items() if value is not None}


def _partner(row: Any, setting: Setting) -> Partner:
    contract = _given(
        number=row.contract_number,
        kind=row.contract_kind,
        valid_from=row.contract_from,
        valid_until=row.contract_until,
    )
    told = {field.name: getattr(row, field.name) for field in fields(Partner) if field.name not in _DERIVED}
    site = domain_in(row.website) if row.website else None
    mail = domain_of(row.email) if row.email else None
    return Partner(**_given(**told, contract=Contract(**contract) if contract else None, domain=site, mail_domain=mail))


_DERIVED = frozenset({"contract", "domain", "mail_domain"})


def _deal(row: Any, setting: Setting) -> Deal:
    currency = row.currency or setting.currency
    return Deal(
        ref=f"{setting.connection}/{row.deal_id}",
        client=row.client(setting, row.client_id),
        state=row.state,
        created_at=row.created_at,
        currency=currency,
        title=row.title,
        partner_id=row.partner_id,
        promo_code=row.promo_code,
        utm_source=row.utm_source,
        roles=row.roles or (),
        products=row.products or (),
        kind=row.kind or DealKind.NEW,
        pipeline=row.pipeline,
        stage=row.stage,
        amount=_price(row.amount, currency),
        owner=row.owner,
        closed_at=row.closed_at,
        updated_at=row.updated_at,
        merged_into=setting.ref(row.merged_into) if row.merged_into else None,
    )


def _price(amount: Decimal | None, currency: str) -> Money | None:
    """The amount of a deal: it cannot take money back."""
    if amount is not None and amount < 0:
        reason = "is negative: write what the client pays; what was given back is a payment with refund_of"
        raise BadRecord((Problem("BAD_VALUE", "amount", str(amount), reason),))
    return _money(amount, currency)


def _payment(row: Any, setting: Setting) -> Payment:
    currency = row.currency or setting.currency
    amount = _money(row.amount, currency)
    if amount is None or (amount.minor < 0 and not row.refund_of):
        reason = "is negative: a refund names its payment in refund_of"
        raise BadRecord((Problem("BAD_VALUE", "amount", str(row.amount), reason),))
    return Payment(
        ref=f"{setting.connection}/{row.payment_id}",
        deal_ref=setting.ref(row.deal_id),
        paid_at=row.paid_at,
        amount=Money(abs(amount.minor), currency),
        vat_rate=row.vat_rate,
        act_date=row.act_date,
        product=row.product,
        quantity=Fraction(row.quantity) if row.quantity is not None else None,
        cost=_money(row.cost, currency, "cost"),
        refund_of=setting.ref(row.refund_of) if row.refund_of else None,
    )


def _registration(row: Any, setting: Setting) -> Registration:
    return Registration(
        registration_id=row.registration_id,
        partner_id=row.partner_id,
        client=row.client(setting),
        submitted_at=row.submitted_at,
        kind=row.kind or RegistrationKind.SALE,
        contact_name=row.contact_name,
        products=row.products or (),
        amount=_money(row.amount, row.currency or setting.currency),
        expected_close=row.expected_close,
        tender_number=row.tender_number,
        tender_won_on=row.tender_won_on,
        consent=row.consent,
        evidence=row.evidence,
        evidence_at=row.evidence_at,
    )


def _activity(row: Any, setting: Setting) -> Activity:
    return Activity(
        ref=f"{setting.connection}/{row.activity_id}",
        at=row.at,
        kind=row.kind or ActivityKind.NOTE,
        deal_ref=setting.ref(row.deal_id) if row.deal_id else None,
        partner_id=row.partner_id,
        client_inn=row.client_inn,
        author=row.author,
        two_way=bool(row.two_way),
    )


def _user(row: Any, setting: Setting) -> User:
    told = _given(email=row.email, group=row.group, active=row.active)
    return User(ref=f"{setting.connection}/{row.user_id}", name=row.name, **told)


def _document(row: Any, setting: Setting) -> Document:
    return Document(partner_id=row.partner_id, period=row.period, kind=row.kind, received_on=row.received_on)


def _rate(row: Any, setting: Setting) -> Rate:
    return Rate(on=row.date, currency=row.currency, rate=row.rate, source=row.source or "")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of record is read: its cells and its builder."""

    cells: type[forms.Cells]
    build: Callable[[Any, Setting], Record]


_FORMS: dict[RecordKind, _Form] = {
    RecordKind.PARTNER: _Form(forms.PartnerCells, _partner),
    RecordKind.DEAL: _Form(forms.DealCells, _deal),
    RecordKind.PAYMENT: _Form(forms.PaymentCells, _payment),
    RecordKind.REGISTRATION: _Form(forms.RegistrationCells, _registration),
    RecordKind.ACTIVITY: _Form(forms.ActivityCells, _activity),
    RecordKind.USER: _Form(forms.UserCells, _user),
    RecordKind.DOCUMENT: _Form(forms.DocumentCells, _document),
    RecordKind.RATE: _Form(forms.RateCells, _rate),
}


def normalise(kind: RecordKind, cells: Cells, setting: Setting) -> tuple[Record, tuple[Problem, ...]]:
    """The record that the cells tell, and the optional cells that were bad and read as empty; else BadRecord."""
    form = _FORMS[kind]
    reading = Reading(setting, [])
    try:
        row = form.cells.model_validate(cells, context=reading)
    except ValidationError as error:
        problems = tuple(_problem(kind, detail) for detail in error.errors(include_url=False))
        if kind is not RecordKind.REGISTRATION or any(problem.column in REQUIRED[kind] for problem in problems):
            raise BadRecord(problems + _missing(kind, cells)) from None
        reading.listed.clear()
        row = form.cells.model_validate(_without(cells, problems), context=reading)
        reading.listed.extend(problems)
    missing = _missing(kind, cells)
    if missing:
        raise BadRecord(missing)
    record = form.build(row, setting)
    if isinstance(record, Registration) and reading.listed:
        return _with_faults(record, reading.listed), ()
    return record, tuple(reading.listed)


def _missing(kind: RecordKind, cells: Cells) -> tuple[Problem, ...]:
    return tuple(
        Problem("MISSING", column, "", "is empty: every record needs it")
        for column in REQUIRED[kind]
        if not cells.get(column, "").strip()
    )


def _problem(kind: RecordKind, detail: Mapping[str, Any]) -> Problem:
    column = str(detail["loc"][0])
    cause = detail.get("ctx", {}).get("error")
    code = "STATE_UNKNOWN" if (kind, column) == (RecordKind.DEAL, "state") else "BAD_VALUE"
    return Problem(code, column, str(detail["input"]).strip(), str(cause or detail["msg"]))


def _without(cells: Cells, problems: tuple[Problem, ...]) -> Cells:
    bad = {problem.column for problem in problems}
    return {column: text for column, text in cells.items() if column not in bad}


def _with_faults(registration: Registration, problems: list[Problem]) -> Registration:
    return replace(registration, faults=tuple(sorted((problem.column, problem.value) for problem in problems)))
