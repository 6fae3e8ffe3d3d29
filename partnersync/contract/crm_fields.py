"""What our fields are in a CRM: of which type, what people call them, which choices a list has. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from partnersync.contract.managed import DECISION
from partnersync.domain.attribution import Source
from partnersync.domain.registration import RegistrationState

Language = Literal["ru", "en"]


class NoValue(ValueError):
    """A field cannot hold a text; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class OurField:
    """`names`: by language. `choices`: the words of a list, which are its codes as well."""

    type: Literal["text", "list", "day"]
    names: Mapping[Language, str]
    choices: tuple[str, ...] = ()


def _field(type_: Literal["text", "list", "day"], ru: str, en: str, choices: tuple[str, ...] = ()) -> OurField:
    return OurField(type_, {"ru": ru, "en": en}, choices)


_STATES = tuple(one.value for one in RegistrationState)

# Sums and codes are texts: a number comes back without the zeros with which it was written.
FIELDS: Mapping[str, OurField] = {
    "ps_partner_id": _field("text", "Партнёр (код)", "Partner (code)"),
    "ps_source": _field(
        "list", "Чем подтверждён партнёр", "How the partner is known", tuple(one.value for one in Source)
    ),
    "ps_registration_id": _field("text", "Регистрация", "Registration"),
    "ps_protection": _field("list", "Защита", "Protection", _STATES),
    "ps_protected_until": _field("day", "Защита до", "Protected until"),
    "ps_commission": _field("text", "Вознаграждение", "Commission"),
    "ps_commission_status": _field("text", "Состояние вознаграждения", "State of the commission"),
    "ps_incident": _field("text", "Инциденты", "Incidents"),
    DECISION: _field("text", "Решение по партнёру", "Decision on the partner"),
    "ps_status": _field("list", "Состояние регистрации", "State of the registration", _STATES),
    "ps_reason": _field("text", "Причина", "Reason"),
    "ps_proposed": _field("text", "Предложение", "Proposal"),
    "ps_segment": _field("text", "Сегмент", "Segment"),
    "ps_churn_stage": _field("text", "Стадия ухода", "Stage of churn"),
    "ps_last_request_on": _field("day", "Последняя заявка", "Last request"),
    "ps_balance": _field("text", "Баланс", "Balance"),
    "ps_payout_due_on": _field("day", "Выплата не позднее", "Payout due on"),
    "ps_manager_free_on": _field("day", "Менеджер свободен с", "Manager free on"),
}
"""By managed field."""

PARTNER_LIST = "PS_PARTNER"
"""The code of the list in which sellers name a partner, if the settings take it for that; ours, with its choices."""

PARTNER: Mapping[Language, str] = {"ru": "Партнёр", "en": "Partner"}
"""What that list is called."""

GROUP: Mapping[Language, str] = {"ru": "Партнёры", "en": "Partners"}
"""What the part of a card is called that has our fields."""
