"""How the exports of known CRMs are read: what their columns are called, and what their words mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from partnersync_csv.currencies import code_of, folded

State = Literal["open", "won", "lost"]

CLOSED, PRICE, QUANTITY = "_closed", "_price", "_quantity"
"""Columns of an export that are no canonical ones: whether the deal is closed, and price and quantity of a product."""

JOINED = frozenset({"client_email", "client_phone"})
"""Of these all columns count that are not empty, as one list."""

_MONEY = frozenset({"amount", PRICE})
_NOT_CLOSED = frozenset({"", "не закрыта", "нет", "no", "n", "0"})


@dataclass(frozen=True, slots=True)
class Preset:
    """One CRM's export of deals.

    `columns`: canonical column (or one of those above) → headers, matched
    without case and white space; the first that is not empty in a row counts, of those in JOINED all do. `states`:
    stage → state; any other stage is open unless the row says that the deal is closed. `product_lines`: a deal with
    several products is as many rows.
    """

    columns: Mapping[str, tuple[str, ...]]
    states: Mapping[str, State]
    product_lines: bool = False

    def finds(self, header: Sequence[str]) -> bool:
        """Whether a header is this CRM's: it has all that a deal cannot do without, by names of this CRM alone."""
        return all(self.places(column, header) for column in ("deal_id", "state", "created_at"))

    def places(self, column: str, header: Sequence[str]) -> tuple[int, ...]:
        """Where the headers of a column stand, counted from 0, the one that counts first at the end."""
        wanted = reversed(self.columns.get(column, ()))
        means = header_currency if column in _MONEY else _same
        return tuple(place for name in wanted for place, held in enumerate(header) if means(held, name) is not None)

    def currency(self, header: Sequence[str]) -> str:
        """The currency that the header of the amount names, or an empty text."""
        told = (header_currency(held, name) for name in self.columns["amount"] for held in header)
        return next(filter(None, told), "")


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


def _same(header: str, name: str) -> str | None:
    return "" if folded(header) == folded(name) else None


_COMPANY = ("Компания", "Название компании", "Компания контакта")
_INN, _KPP = ("ИНН", "ИНН компании", "ИНН клиента"), ("КПП", "КПП компании", "КПП клиента")

AMOCRM = Preset(
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
)

# Labels and rows as in the portal's own exporter. Предполагаемая дата закрытия becomes the real one when a deal closes.
BITRIX24 = Preset(
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
