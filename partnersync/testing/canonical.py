"""What a canonical cell means, read strictly: how adapters have to write it (docs/plugins/contract.md)."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from partnersync.domain.activity import ActivityKind
from partnersync.domain.deal import DealKind, DealState
from partnersync.domain.partner import ContractKind, PartnerKind, PartnerStatus, TaxStatus
from partnersync.domain.registration import RegistrationKind
from partnersync.domain.value import RecordKind

_MOMENTS = frozenset("created_at closed_at updated_at paid_at submitted_at evidence_at at".split())
_DAYS = frozenset(
    "contract_from contract_until verified_on joined_on act_date expected_close tender_won_on received_on date "
    "ps_protected_until ps_last_request_on ps_payout_due_on ps_manager_free_on".split()
)
_NUMBERS = frozenset("amount quantity cost rate ps_commission ps_balance".split())
_LISTS = frozenset("promo_codes products evidence roles ps_incident".split())
_YES_OR_NO = frozenset("stop_listed active two_way".split())
_WORDS: dict[tuple[RecordKind, str], type[StrEnum]] = {
    (RecordKind.PARTNER, "kind"): PartnerKind,
    (RecordKind.PARTNER, "status"): PartnerStatus,
    (RecordKind.PARTNER, "contract_kind"): ContractKind,
    (RecordKind.PARTNER, "tax_status"): TaxStatus,
    (RecordKind.DEAL, "state"): DealState,
    (RecordKind.DEAL, "kind"): DealKind,
    (RecordKind.REGISTRATION, "kind"): RegistrationKind,
    (RecordKind.ACTIVITY, "kind"): ActivityKind,
}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_RATE = re.compile(r"\d+(\.\d+)?%")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CURRENCY = re.compile(r"[A-Z]{3}")


def meaning(kind: RecordKind, column: str, text: str) -> object:
    """What a cell says, equal for texts that mean the same; ValueError: it is not written canonically."""
    if not text:
        return None
    if column in _MOMENTS:
        return _moment(text)
    if column in _DAYS:
        return date.fromisoformat(_matched(_DAY, text, "a day like 2026-01-31"))
    if column in _NUMBERS:
        return Decimal(_matched(_NUMBER, text, "a number like 1234.50"))
    if column == "vat_rate":
        return Decimal(_matched(_RATE, text, "a rate like 22%").removesuffix("%"))
    if column == "currency":
        return _matched(_CURRENCY, text, "a currency like RUB")
    if (kind, column) in _WORDS:
        return _WORDS[kind, column](text)
    return _text(column, text)


def _text(column: str, text: str) -> object:
    if column in _YES_OR_NO:
        if text not in ("yes", "no"):
            raise ValueError(f"{text!r} is neither yes nor no")
        return text == "yes"
    if column in _LISTS:
        return frozenset(part for part in text.split("|") if part)  # a system may keep its own order
    return text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} is not a time with an offset, like 2026-01-31T10:00:00+03:00")
    return moment


def _matched(form: re.Pattern[str], text: str, what: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} is not {what}")
    return text
