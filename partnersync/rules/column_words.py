"""Columns of registrations and managed fields, with what stands in them, as people call them; in English as stored."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from partnersync.domain.attribution import Source
from partnersync.domain.incident import IncidentKind
from partnersync.domain.line import LineStatus
from partnersync.domain.registration import RegistrationState
from partnersync.domain.say import Say, pmsgid
from partnersync.rules.claim_data import ANY_IDENTITY
from partnersync.rules.words import word

COLUMNS: dict[str, str] = {
    "registration_id": pmsgid("column", "registration_id"),
    "partner_id": pmsgid("column", "partner_id"),
    "kind": pmsgid("column", "kind"),
    "client_name": pmsgid("column", "client_name"),
    "client_inn": pmsgid("column", "client_inn"),
    "client_kpp": pmsgid("column", "client_kpp"),
    "client_domain": pmsgid("column", "client_domain"),
    "client_email": pmsgid("column", "client_email"),
    "client_phone": pmsgid("column", "client_phone"),
    ANY_IDENTITY: pmsgid("column", "client_inn or client_domain or client_phone or client_email"),
    "contact_name": pmsgid("column", "contact_name"),
    "products": pmsgid("column", "products"),
    "amount": pmsgid("column", "amount"),
    "currency": pmsgid("column", "currency"),
    "expected_close": pmsgid("column", "expected_close"),
    "tender_number": pmsgid("column", "tender_number"),
    "tender_won_on": pmsgid("column", "tender_won_on"),
    "consent": pmsgid("column", "consent"),
    "evidence": pmsgid("column", "evidence"),
    "evidence_at": pmsgid("column", "evidence_at"),
    "submitted_at": pmsgid("column", "submitted_at"),
}
FIELDS: dict[str, str] = {
    "ps_partner_id": pmsgid("field", "ps_partner_id"),
    "ps_source": pmsgid("field", "ps_source"),
    "ps_registration_id": pmsgid("field", "ps_registration_id"),
    "ps_protection": pmsgid("field", "ps_protection"),
    "ps_protected_until": pmsgid("field", "ps_protected_until"),
    "ps_commission": pmsgid("field", "ps_commission"),
    "ps_commission_status": pmsgid("field", "ps_commission_status"),
    "ps_incident": pmsgid("field", "ps_incident"),
    "ps_decision": pmsgid("field", "ps_decision"),
    "owner": pmsgid("field", "owner"),
    "ps_status": pmsgid("field", "ps_status"),
    "ps_reason": pmsgid("field", "ps_reason"),
    "ps_proposed": pmsgid("field", "ps_proposed"),
    "ps_segment": pmsgid("field", "ps_segment"),
    "ps_churn_stage": pmsgid("field", "ps_churn_stage"),
    "ps_last_request_on": pmsgid("field", "ps_last_request_on"),
    "ps_balance": pmsgid("field", "ps_balance"),
    "ps_payout_due_on": pmsgid("field", "ps_payout_due_on"),
    "ps_manager_free_on": pmsgid("field", "ps_manager_free_on"),
}
_WORDS: dict[str, type[StrEnum]] = {
    "ps_source": Source,
    "ps_protection": RegistrationState,
    "ps_commission_status": LineStatus,
    "ps_incident": IncidentKind,
    "ps_status": RegistrationState,
}
_DAYS = frozenset({"ps_protected_until", "ps_last_request_on", "ps_payout_due_on", "ps_manager_free_on"})
_SUMS = frozenset({"ps_commission", "ps_balance"})


def columns(names: Iterable[str], say: Say) -> str:
    """The columns of a registration, one after the other."""
    return ", ".join(say.pgettext("column", COLUMNS[name]) for name in names)


def field(name: str, say: Say) -> str:
    """A managed field."""
    return say.pgettext("field", FIELDS[name])


def value(name: str, text: str, say: Say) -> str:
    """What stands in a managed field: a stored word with what people call it; what is none of ours as it stands."""
    with suppress(ValueError, InvalidOperation):
        if name in _WORDS:
            return ", ".join(word(_WORDS[name](one), say) for one in text.split("|"))
        if name in _DAYS:
            return say.day(date.fromisoformat(text))
        if name in _SUMS:
            return say.number(Decimal(text))
    return text
