"""How the exports of known CRMs are read: what their columns are called, and what their words mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from partnersync_csv.crm_text import contacts, plain_text, without_branch
from partnersync_csv.currencies import code_of, folded

State = Literal["open", "won", "lost"]

CLOSED, PRICE, QUANTITY = "closed", "price", "quantity"
"""Columns of an export that are no canonical ones: whether the deal is closed, and price and quantity of a product."""

_DATE_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
_NOT_CLOSED = frozenset({"", "не закрыта", "нет", "no", "n", "0"})


@dataclass(frozen=True, slots=True)
class Preset:
    """One CRM's export of deals.

    `columns`: canonical column (or one of those above) → headers; the first that is not empty in a row counts, of
    `lists` all of them. `mark`: a header that no other export has. `states`: stage → state; any other stage is open
    unless the row says that the deal is closed. `clean`: what is done to the text of a column before anything else; to
    the others `plain_text`. `product_lines`: a deal with several products is as many rows.
    """

    mark: str
    columns: Mapping[str, tuple[str, ...]]
    states: Mapping[str, State]
    product_lines: bool = False
    date_formats: tuple[str, ...] = _DATE_FORMATS
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clean: Mapping[str, Callable[[str], str]] = field(
        default_factory=lambda: {"owner": _owner, "client_phone": contacts, "client_email": contacts}
    )
    lists: frozenset[str] = frozenset({"client_phone", "client_email"})

    def finds(self, header: Sequence[str]) -> bool:
        """Whether a header is this CRM's: it has the mark, and all that a deal cannot do without."""
        held = set(map(folded, header))
        needed = ("deal_id", "state", "created_at")
        return folded(self.mark) in held and all(
            any(folded(name) in held for name in self.columns[column]) for column in needed
        )


def is_closed(text: str) -> bool:
    """What an export says about whether a deal is closed: a date or `Да`, else `не закрыта`, `Нет` or nothing."""
    return folded(text) not in _NOT_CLOSED


def header_currency(header: str, name: str) -> str | None:
    """The currency that a header adds to a column's `name` (`Бюджет, ₽`), "" for none; None: it is another column."""
    told, plain = folded(header), folded(name)
    if told == plain:
        return ""
    rest = told.removeprefix(plain)
    return (code_of(rest) or None) if rest != told else None


def recognise_preset(header: Sequence[str]) -> str | None:
    """The preset for a file of deals with this header: `amocrm-export`, `bitrix24-export`, or None."""
    return next((name for name, preset in PRESETS.items() if preset.finds(header)), None)


def _owner(text: str) -> str:
    return without_branch(plain_text(text))


_COMPANY = ("Компания", "Название компании", "Компания контакта")
_INN, _KPP = ("ИНН", "ИНН компании", "ИНН клиента"), ("КПП", "КПП компании", "КПП клиента")

AMOCRM = Preset(
    mark="Этап сделки",
    columns={
        "deal_id": ("ID", "ID сделки"),
        "title": ("Название сделки",),
        "client_id": _COMPANY,
        "client_name": _COMPANY,
        "client_inn": _INN,
        "client_kpp": _KPP,
        "client_email": ("Рабочий email", "Личный email", "Другой email", "Email"),
        "client_phone": (
            "Рабочий телефон",
            "Рабочий прямой телефон",
            "Мобильный телефон",
            "Факс",
            "Домашний телефон",
            "Другой телефон",
            "Телефон",
        ),
        "promo_code": ("Промокод",),
        "utm_source": ("utm_source",),
        "products": ("Товар", "Товары"),
        "pipeline": ("Воронка",),
        "stage": ("Этап сделки",),
        "state": ("Этап сделки",),
        "amount": ("Бюджет",),
        "currency": ("Валюта",),
        "owner": ("Ответственный", "Ответственный за сделку"),
        "created_at": ("Дата создания сделки", "Дата создания"),
        "closed_at": ("Дата закрытия",),
        "updated_at": ("Дата редактирования",),
        CLOSED: ("Дата закрытия",),
    },
    states={"Успешно реализовано": "won", "Закрыто и не реализовано": "lost"},
    values={"closed_at": {"не закрыта": ""}},
)

# Labels and rows as in the portal's own exporter. Предполагаемая дата закрытия becomes the real one when a deal closes.
BITRIX24 = Preset(
    mark="Стадия сделки",
    columns={
        "deal_id": ("ID",),
        "title": ("Название сделки", "Название"),
        "client_id": _COMPANY,
        "client_name": _COMPANY,
        "client_inn": _INN,
        "client_kpp": _KPP,
        "client_email": ("E-mail", "Email", "Рабочий e-mail", "Частный e-mail", "Другой e-mail"),
        "client_phone": ("Телефон", "Рабочий телефон", "Мобильный телефон", "Домашний телефон", "Другой телефон"),
        "promo_code": ("Промокод",),
        "utm_source": ("UTM Source",),
        "products": ("Товар", "Товары", "Название товара"),
        "pipeline": ("Воронка", "Направление"),
        "stage": ("Стадия сделки",),
        "state": ("Стадия сделки",),
        "amount": ("Сумма",),
        "currency": ("Валюта",),
        "owner": ("Ответственный",),
        "created_at": ("Дата создания",),
        "closed_at": ("Дата закрытия", "Предполагаемая дата закрытия"),
        "updated_at": ("Дата изменения",),
        CLOSED: ("Сделка закрыта",),
        PRICE: ("Цена", "Цена товара"),
        QUANTITY: ("Количество", "Кол-во", "Количество товара"),
    },
    states={"Сделка успешна": "won", "Сделка провалена": "lost", "Анализ причины провала": "lost"},
    product_lines=True,
)

PRESETS: Mapping[str, Preset] = {"amocrm-export": AMOCRM, "bitrix24-export": BITRIX24}
