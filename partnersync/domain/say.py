"""How texts for people are said in their language: sentences by the catalogue, figures and days by its customs.

A message id is the English text itself. `say("…")` and the methods below find it in the catalogue; placeholders are
filled in afterwards, with what `number`, `money`, `day` … made of the values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from partnersync.domain.value import Money


class Catalogue(Protocol):
    """Translations by message id, as gettext keeps them; a text that is not there comes back as it is."""

    def gettext(self, message: str, /) -> str:
        """A text."""
        raise NotImplementedError

    def pgettext(self, context: str, message: str, /) -> str:
        """A text that means different things in different places."""
        raise NotImplementedError

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        """The form of a text that goes with a number."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Customs:
    """How a language writes figures and times; `signs` replaces the comma of thousands and the decimal point."""

    day: str
    minute: str
    money: str
    quarter: str
    month: str
    percent: str
    signs: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Say:
    """One language for people."""

    language: str
    catalogue: Catalogue
    customs: Customs

    def __call__(self, text: str) -> str:
        """A text, with its placeholders."""
        return self.catalogue.gettext(text)

    def pgettext(self, context: str, text: str) -> str:
        """A text that means different things in different places: "won" of a deal or of a registration."""
        return self.catalogue.pgettext(context, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The form of a text that goes with a number: Russian has three."""
        return self.catalogue.ngettext(one, many, number)

    def number(self, number: Decimal | int | str) -> str:
        """A number with all its decimal places, grouped by thousands."""
        return f"{Decimal(number):,}".translate(dict(self.customs.signs))

    def money(self, money: Money) -> str:
        """A sum with its currency's code."""
        return self.customs.money.format(self.number(money.text()), money.currency)

    def percent(self, rate: str) -> str:
        """A share as `rules.base.percent` writes it: "12.5%", or "1/3"."""
        return self.customs.percent.format(self.number(rate.removesuffix("%"))) if rate.endswith("%") else rate

    def day(self, day: date) -> str:
        """A day; of a moment, its day where the moment's zone lies."""
        return f"{day:{self.customs.day}}"

    def minute(self, moment: datetime) -> str:
        """A moment to the minute, where its zone lies."""
        return f"{moment:{self.customs.minute}}"

    def period(self, period: str) -> str:
        """A month, quarter or year: "2026-05", "2026Q2", "2026"."""
        year, quarter, number = period.partition("Q")
        if quarter:
            return self.customs.quarter.format(year=year, number=number)
        year, month, number = period.partition("-")
        return self.customs.month.format(year=year, number=number) if month else year


def msgid(text: str) -> str:
    """Mark a text that stands in a table, to be said later, as a message id."""
    return text


def pmsgid(context: str, text: str) -> str:
    """Mark a text that stands in a table, to be said later with this context, as a message id."""
    return text
