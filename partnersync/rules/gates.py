"""The gates before money moves (policy.md 5): whatever does not hold is named, in this order; unknown is not yes."""

from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from partnersync.domain.actor import is_among
from partnersync.domain.partner import ContractKind, Partner, PartnerKind, PartnerStatus, TaxStatus
from partnersync.domain.value import Money
from partnersync.rules.program import Program

RECEIPT = "receipt"  # the kind of document that an npd payee sends after each payout

_AGENCY = frozenset({ContractKind.AGENCY, ContractKind.COMMISSION, ContractKind.MANDATE})


class Gate(StrEnum):
    """What keeps money waiting."""

    CONTRACT_INVALID = "CONTRACT_INVALID"
    PAYEE_UNVERIFIED = "PAYEE_UNVERIFIED"
    INN_BAD = "INN_BAD"
    TAX_STATUS_UNKNOWN = "TAX_STATUS_UNKNOWN"
    NPD_LOST = "NPD_LOST"
    NPD_UNKNOWN = "NPD_UNKNOWN"
    NPD_AGENCY_FORBIDDEN = "NPD_AGENCY_FORBIDDEN"
    STATEMENT_NOT_ACCEPTED = "STATEMENT_NOT_ACCEPTED"
    DOCUMENTS_MISSING = "DOCUMENTS_MISSING"
    RECEIPT_MISSING = "RECEIPT_MISSING"
    ON_HOLD = "ON_HOLD"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    DISPUTED = "DISPUTED"
    STOP_LIST = "STOP_LIST"
    TAX_TABLE_MISSING = "TAX_TABLE_MISSING"
    BANK_CHANGED = "BANK_CHANGED"
    BUDGET = "BUDGET"
    FOUR_EYES = "FOUR_EYES"


@dataclass(frozen=True, slots=True)
class Payee:
    """What is known of whoever is to be paid, on the day of payment.

    `papers` are the (period, kind) of documents that came; `last_paid_on` the day of his last payout, `receipts` the
    (period, day) of the receipts that came. `npd_confirmed` None: nobody could tell. `bank_changed_on`: the first day
    on which his present bank details were seen, where he had others before.
    """

    partner: Partner | None  # None: no record tells of him
    papers: Set[tuple[str, str]] = frozenset()
    last_paid_on: date | None = None
    receipts: Set[tuple[str, date]] = frozenset()
    npd_confirmed: bool | None = None
    bank_changed_on: date | None = None
    tax_table: bool = False  # whether the tax of an individual can be told


@dataclass(frozen=True, slots=True)
class Sum:
    """What is to be paid to him at once: the lines' sum before clawbacks, and how these lines stand.

    `periods` are the months of their statements. `budget_left` None: there is no budget in this currency.
    `maker` and `approver` are empty until somebody made and approved the payout; `made` tells whether there is one.
    """

    amount: Money
    periods: Set[str] = frozenset()
    accepted: bool = True  # every line stands in a statement that was approved
    on_hold: bool = False
    disputed: bool = False
    budget_left: Money | None = None
    made: bool = False
    maker: str = ""
    approver: str = ""


def missing(payee: Payee, due: Sum, program: Program, day: date) -> tuple[str, ...]:
    """The codes of the gates that do not hold for this sum on `day`, in the policy's order."""
    return tuple(code for gate in _GATES if (code := gate(payee, due, program, day)))


def _contract(payee: Payee, _: Sum, program: Program, day: date) -> Gate | None:
    partner = payee.partner
    if partner is None or (partner.contract is None and not program.registration.require_contract):
        return None
    contract = partner.contract
    if contract is not None and partner.status is PartnerStatus.LEFT and contract.valid_until is not None:
        day = min(day, contract.valid_until)  # what he earned under it is still paid
    return None if contract is not None and contract.covers(day) else Gate.CONTRACT_INVALID


def _verified(payee: Payee, _: Sum, program: Program, day: date) -> Gate | None:
    partner = payee.partner
    if not program.payout.verify_payees or partner is None:
        return None
    return None if partner.verified_on is not None and partner.verified_on <= day else Gate.PAYEE_UNVERIFIED


def _inn(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    """An INN that fails its check digits was never taken over, and is missing here (policy.md 1 says who needs one)."""
    partner = payee.partner
    if partner is None or partner.inn or partner.tax_status is TaxStatus.FOREIGN:
        return None
    alone = partner.kind is PartnerKind.REFERRAL and partner.tax_status is TaxStatus.INDIVIDUAL
    return None if alone else Gate.INN_BAD


def _tax_status(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    if payee.partner is None:
        return Gate.TAX_STATUS_UNKNOWN
    if payee.partner.tax_status is not TaxStatus.NPD or payee.npd_confirmed:
        return None
    return Gate.NPD_UNKNOWN if payee.npd_confirmed is None else Gate.NPD_LOST


def _npd_contract(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    if not _is(payee, TaxStatus.NPD) or payee.partner is None or payee.partner.contract is None:
        return None
    return Gate.NPD_AGENCY_FORBIDDEN if payee.partner.contract.kind in _AGENCY else None


def _statement(_: Payee, due: Sum, __: Program, ___: date) -> Gate | None:
    return None if due.accepted else Gate.STATEMENT_NOT_ACCEPTED


def _documents(payee: Payee, due: Sum, program: Program, _: date) -> Gate | None:
    wanted = {(period, kind) for period in due.periods for kind in program.payout.documents}
    return None if wanted <= payee.papers else Gate.DOCUMENTS_MISSING


def _receipt(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    last = payee.last_paid_on
    if last is None or not _is(payee, TaxStatus.NPD):
        return None
    came = any(period == f"{last:%Y-%m}" and day >= last for period, day in payee.receipts)
    return None if came else Gate.RECEIPT_MISSING


def _hold(_: Payee, due: Sum, __: Program, ___: date) -> Gate | None:
    return Gate.ON_HOLD if due.on_hold else None


def _minimum(payee: Payee, due: Sum, program: Program, _: date) -> Gate | None:
    """The minimum is that of its own currency; a partner who left gets what there is."""
    least, amount = program.payout.minimum, due.amount
    left = payee.partner is not None and payee.partner.status is PartnerStatus.LEFT
    below = amount.currency == least.currency and amount.minor < least.minor and not left
    return Gate.BELOW_MINIMUM if below or amount.minor <= 0 else None


def _dispute(_: Payee, due: Sum, __: Program, ___: date) -> Gate | None:
    return Gate.DISPUTED if due.disputed else None


def _stop_list(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    return Gate.STOP_LIST if payee.partner is not None and payee.partner.stop_listed else None


def _tax_table(payee: Payee, _: Sum, __: Program, ___: date) -> Gate | None:
    return Gate.TAX_TABLE_MISSING if _is(payee, TaxStatus.INDIVIDUAL) and not payee.tax_table else None


def _bank(payee: Payee, _: Sum, program: Program, day: date) -> Gate | None:
    """Details that changed count as confirmed anew once the payee was verified on that day or later."""
    since = payee.bank_changed_on
    if since is None or day > since + timedelta(days=program.payout.bank_change_days):
        return None
    verified = payee.partner.verified_on if payee.partner else None
    return None if verified is not None and since <= verified <= day else Gate.BANK_CHANGED


def _budget(_: Payee, due: Sum, __: Program, ___: date) -> Gate | None:
    left = due.budget_left
    return Gate.BUDGET if left is not None and due.amount.minor > left.minor else None


def _four_eyes(_: Payee, due: Sum, __: Program, ___: date) -> Gate | None:
    return Gate.FOUR_EYES if due.made and is_among(due.approver, ("", due.maker)) else None


def _is(payee: Payee, status: TaxStatus) -> bool:
    return payee.partner is not None and payee.partner.tax_status is status


_GATES: tuple[Callable[[Payee, Sum, Program, date], Gate | None], ...] = (
    _contract,
    _verified,
    _inn,
    _tax_status,
    _npd_contract,
    _statement,
    _documents,
    _receipt,
    _hold,
    _minimum,
    _dispute,
    _stop_list,
    _tax_table,
    _bank,
    _budget,
    _four_eyes,
)
