"""The languages that people of the company are told in. `make texts` brings their catalogues up to date."""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from partnersync.domain.say import Customs, Say

_ENGLISH = Customs(
    day="%Y-%m-%d",
    minute="%Y-%m-%d %H:%M",
    money="{} {}",
    quarter="{year}Q{number}",
    month="{year}-{number}",
    percent="{}%",
    signs={},
)
_RUSSIAN = Customs(
    day="%d.%m.%Y",
    minute="%d.%m.%Y %H:%M",
    money="{}\N{NO-BREAK SPACE}{}",
    quarter="{number}\N{NO-BREAK SPACE}кв. {year}\N{NO-BREAK SPACE}г.",
    month="{number}.{year}",
    percent="{}\N{NO-BREAK SPACE}%",
    signs={ord(","): "\N{NO-BREAK SPACE}", ord("."): ","},
)
LANGUAGES: Mapping[str, Customs] = {"ru": _RUSSIAN, "en": _ENGLISH}


@cache
def translator(language: str) -> Say:
    """What says texts in a language of LANGUAGES. English needs no catalogue: message ids are English."""
    customs = LANGUAGES[language]
    if customs is _ENGLISH:
        return Say(language, NullTranslations(), customs)
    with (files("partnersync") / "locale" / language / "LC_MESSAGES" / "partnersync.mo").open("rb") as file:
        return Say(language, GNUTranslations(file), customs)
