"""The text of a cell → canonical text: repaired, put into our words, dates as ISO 8601. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial

from partnersync_csv.crm_text import contacts, plain_text, without_branch
from partnersync_csv.currencies import code_of
from partnersync_csv.kinds import DATES, LISTS
from partnersync_csv.presets import is_closed
from partnersync_csv.settings import ANY_OTHER, FileSettings

Translate = Callable[[str], str]

_REMEMBERED = 8192  # translations kept for each column: dates, states and products repeat
_CRM_DATES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")


def translations(settings: FileSettings[str], columns: Iterable[str]) -> dict[str, Translate]:
    """What happens to the text of a cell, for those columns where something does.

    The words of the settings are looked up as they stand in the file, and as they are once a CRM's habits are undone.
    """
    crm = settings.used_preset() is not None
    formats = (settings.date_format,) if settings.date_format else _CRM_DATES if crm else ()
    later = {"currency"} if crm else set[str]()  # what other cells of the row may tell
    if settings.state_words() is not None:
        later.add("state")
    made: dict[str, Translate] = {}
    for name in columns:
        steps: list[Translate] = []
        repair = _repairs(name) if crm else None
        if words := settings.values.get(name):
            steps.append(partial(_in_words, words, name in LISTS, repair))
        elif repair:
            steps.append(repair)
        if crm:
            steps += _meanings(name)
        if name in DATES and formats:
            steps.append(partial(_in_iso, tuple((each, _tells_time(each)) for each in formats)))
        default = "" if name in later else settings.defaults.get(name, "")
        if steps or default:
            made[name] = lru_cache(_REMEMBERED)(partial(_translated, steps, default))
    return made


def _repairs(column: str) -> Translate:
    """What undoes a CRM's habits in a column."""
    if column in ("client_email", "client_phone"):
        return contacts
    return _owner if column == "owner" else plain_text


def _meanings(column: str) -> list[Translate]:
    """What a CRM's words of a column mean, beside those that the settings name."""
    if column == "currency":
        return [lambda text: code_of(text) or text]
    return [lambda text: text if is_closed(text) else ""] if column == "closed_at" else []


def _owner(text: str) -> str:
    return without_branch(plain_text(text))


def _translated(steps: Sequence[Translate], default: str, text: str) -> str:
    text = text.strip()
    if not text:
        return default
    for step in steps:
        text = step(text)
    return text


def _in_words(words: Mapping[str, str], is_list: bool, repair: Translate | None, text: str) -> str:
    if text not in words and repair:
        text = repair(text)
    if text not in words and is_list and "|" in text:
        return "|".join(_in_words(words, False, None, item.strip()) for item in text.split("|"))
    return words.get(text, words.get(ANY_OTHER, text))


def _in_iso(formats: Sequence[tuple[str, bool]], text: str) -> str:
    for date_format, tells_time in formats:
        try:
            moment = datetime.strptime(text, date_format)  # noqa: DTZ007 - without offset it is in the program's zone
        except ValueError:
            continue
        return moment.isoformat() if tells_time else moment.date().isoformat()
    return text


def _tells_time(date_format: str) -> bool:
    day = datetime(2001, 2, 3, tzinfo=UTC)
    return day.strftime(date_format) != day.replace(hour=14, minute=5, second=6).strftime(date_format)
