"""What an account has to have for the programme: fields of ours, and what an admin wishes before a stage. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from partnersync.contract.managed import DECISION, MANAGED
from partnersync.domain.attribution import Source
from partnersync.domain.registration import RegistrationState
from partnersync.domain.value import RecordKind
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.places import ENTITY

PARTNER_LIST = "PS_PARTNER"
"""The code of the list in which sellers name a partner, if the settings take it for that; ours, with its choices."""

GROUP = {"ru": "Партнёры", "en": "Partners"}


@dataclass(frozen=True, slots=True)
class DueChoice:
    """An entry of a list: what people see, and the code that we go by."""

    value: str
    code: str


@dataclass(frozen=True, slots=True)
class DueField:
    """A field of ours. `api_only`: people see it and programs write it."""

    entity: str
    code: str
    type: str
    name: str
    api_only: bool = True
    choices: tuple[DueChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class DueStage:
    """A field, by code or name, that has to be filled before a stage of the account."""

    pipeline: str
    stage: str
    field: str


# Managed field → type, and what it is called in Russian and in English. Sums and codes are texts: a number comes back
# without the zeros with which it was written.
_FIELDS: Mapping[str, tuple[str, str, str]] = {
    "ps_partner_id": ("text", "Партнёр (код)", "Partner (code)"),
    "ps_source": ("select", "Чем подтверждён партнёр", "How the partner is known"),
    "ps_registration_id": ("text", "Регистрация", "Registration"),
    "ps_protection": ("select", "Защита", "Protection"),
    "ps_protected_until": ("date", "Защита до", "Protected until"),
    "ps_commission": ("text", "Вознаграждение", "Commission"),
    "ps_commission_status": ("text", "Состояние вознаграждения", "State of the commission"),
    "ps_incident": ("text", "Нарушения", "Incidents"),
    DECISION: ("text", "Решение по партнёру", "Decision on the partner"),
    "ps_status": ("select", "Состояние регистрации", "State of the registration"),
    "ps_reason": ("text", "Причина", "Reason"),
    "ps_proposed": ("text", "Предложение", "Proposal"),
    "ps_segment": ("text", "Сегмент", "Segment"),
    "ps_churn_stage": ("text", "Стадия ухода", "Stage of churn"),
    "ps_last_request_on": ("date", "Последняя заявка", "Last request"),
    "ps_balance": ("text", "Баланс", "Balance"),
    "ps_payout_due_on": ("date", "Выплата не позднее", "Payout due on"),
    "ps_manager_free_on": ("date", "Менеджер свободен с", "Manager free on"),
}
_STATES = tuple(DueChoice(one.value, one.value) for one in RegistrationState)
_CHOICES = {
    "ps_source": tuple(DueChoice(one.value, one.value) for one in Source),
    "ps_protection": _STATES,
    "ps_status": _STATES,
}


def due_fields(mapped: Mapped, partners: Sequence[tuple[str, str]], language: str) -> list[DueField]:
    """Those of every kind of record that the settings read; `partners`: (partner_id, name), for the list of sellers.

    A managed field that the settings find in a field of the admin's is his.
    """
    place = {"ru": 1, "en": 2}[language]
    tables = {RecordKind.DEAL: mapped.deals.ours}
    if mapped.registrations:
        tables[RecordKind.REGISTRATION] = mapped.registrations.ours
    if mapped.partners.tag or mapped.partners.field:
        tables[RecordKind.PARTNER] = mapped.partners.ours
    due: dict[tuple[str, str], DueField] = {}
    for kind, ours in tables.items():
        for name in MANAGED[kind]:
            if name in ours:
                continue
            code, told = name.upper(), _FIELDS[name]
            choices = _CHOICES.get(name, ())
            due[ENTITY[kind], code] = DueField(ENTITY[kind], code, told[0], told[place], name != DECISION, choices)
    if lists_partners(mapped):
        names = Counter(name.casefold() for _, name in partners)
        choices = tuple(
            DueChoice(name if names[name.casefold()] == 1 else f"{name} ({partner_id})", partner_id)
            for partner_id, name in partners
        )
        due["leads", PARTNER_LIST] = DueField("leads", PARTNER_LIST, "select", _PARTNER[language], False, choices)
    return list(due.values())


def lists_partners(mapped: Mapped) -> bool:
    """Whether sellers name partners in the list that is ours."""
    return any(one.select is not None and one.select.upper() == PARTNER_LIST for one in mapped.deals.partner)


def due_stages(mapped: Mapped) -> Iterator[DueStage]:
    """Fields before stages, as the settings wish."""
    for pair, fields in mapped.deals.required.items():
        pipeline, _, stage = pair.partition("/")
        yield from (DueStage(pipeline.strip(), stage.strip(), field) for field in fields)


_PARTNER = {"ru": "Партнёр", "en": "Partner"}
