"""What a file may be, by its name, its header and its words. Pure; the synonyms are data, in synonyms.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from partnersync_csv.kinds import BY_KEY, FILE_KINDS, FileKind
from partnersync_csv.presets import recognise_preset

DATE_FORMATS = (
    *("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y", "%d.%m.%y %H:%M"),
    *("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
    *("%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d-%m-%Y", "%d-%m-%Y %H:%M:%S"),
    *("%d %b %Y", "%b %d, %Y"),
)
NEAR = 0.88  # how alike a header and a name have to be: a slip of the hand, not another word
_SHORTEST_SLIP = 6  # characters
_CURRENCIES = frozenset("руб р рублей рубли rub rur usd eur".split())


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file seems to be. `columns`: canonical column → header; `missing`: columns that it needs and has not."""

    kind: FileKind
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    preset: str | None = None


def guess(file: str, header: Sequence[str]) -> Guess | None:
    """The kind of file that the header and the name speak for; None if nothing does."""
    if preset := recognise_preset(header):
        partner = _first(_names_of("deals", "partner_id"), free := _by_simple_name(header), alike=False)
        return Guess(BY_KEY["deals"], {"partner_id": free[partner]} if partner else {}, (), preset)
    guesses = [found for kind in FILE_KINDS if (found := _guess(kind, file, header))]
    whole = [each for each in guesses if not each.missing]
    return max(whole or guesses, key=lambda each: (len(each.columns), _speaks(file, each.kind)), default=None)


def known_headers() -> frozenset[str]:
    """The names that speak for a way to divide a header into cells."""
    return frozenset(name for kind in FILE_KINDS for name in kind.columns)


def meanings_of(words: Iterable[str], column: str) -> tuple[dict[str, str], list[str]]:
    """Words of a file → what they mean in a column (`deals.state`), and those whose meaning is not known."""
    known = _synonyms()["words"].get(column, {})
    meanings = {simple(word): meaning for meaning, its in known.items() for word in its}
    told = {word: meanings.get(simple(word)) for word in words}
    return {word: means for word, means in told.items() if means}, [word for word, means in told.items() if not means]


def date_formats(texts: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """The known formats that the most texts fit, and how many texts fit none of them; ISO 8601 needs no format."""
    foreign = [text for text in texts if not _is_iso(text)]
    fitting = {each: sum(_fits(text, each) for text in foreign) for each in DATE_FORMATS} if foreign else {}
    most = max(fitting.values(), default=0)
    return tuple(each for each, number in fitting.items() if number == most > 0), len(foreign) - most


def simple(name: str) -> str:
    """A name without what does not tell names apart: case, ё, signs, a currency at its end."""
    words = re.sub(r"[\W_]+", " ", name.casefold().replace("ё", "е").replace("№", " номер ")).split()
    while len(words) > 1 and words[-1] in _CURRENCIES:
        words.pop()
    return " ".join(words)


def _guess(kind: FileKind, file: str, header: Sequence[str]) -> Guess | None:
    """None if too few of the columns that the kind cannot do without are there to speak of it."""
    data = _synonyms()[kind.key]
    free = _by_simple_name(header)
    columns: dict[str, str] = {}
    order = (*kind.required, *(name for name in kind.columns if name not in kind.required))
    for alike in (False, True):  # first by equal names, so that a slip takes no header from its own column
        for column in order:
            found = None if column in columns else _first(_names_of(kind.key, column), free, alike=alike)
            if found:
                columns[column] = free.pop(found)
    speaks = _speaks(file, kind)
    an_id = kind.id_columns[0]
    others = [column for column in kind.required if column != an_id]
    if an_id not in columns and (speaks or (len(others) > 1 and all(column in columns for column in others))):
        found = _first(_synonyms()["ids"], free, alike=False)
        if found:
            columns[an_id] = free.pop(found)
    is_ours = all(columns.get(column) == column for column in kind.required)  # then what it leaves out is meant so
    for column, other in {} if is_ours else data.get("same", {}).items():
        if column not in columns and other in columns:
            columns[column] = columns[other]
    if speaks and an_id not in columns and data.get("same", {}).get("name") == an_id and "name" in columns:
        columns[an_id] = columns["name"]  # partners that have no id of their own are called by their name
    missing = tuple(column for column in kind.required if column not in columns)
    enough = len(kind.required) - 1 if len(kind.required) > 2 else len(kind.required)
    if len(kind.required) - len(missing) < (1 if speaks else enough):
        return None
    return Guess(kind, {column: columns[column] for column in kind.columns if column in columns}, missing)


def _by_simple_name(header: Sequence[str]) -> dict[str, str]:
    """Of equal headers the first; what is not named is left out."""
    return {name: header[place] for place in reversed(range(len(header))) if (name := simple(header[place]))}


def _names_of(key: str, column: str) -> list[str]:
    return [simple(column), *_synonyms()[key]["columns"].get(column, ())]


def _first(names: Sequence[str], free: Mapping[str, str], *, alike: bool) -> str | None:
    for name in names:
        if not alike and name in free:
            return name
        if alike and len(name) >= _SHORTEST_SLIP and (near := get_close_matches(name, free, n=1, cutoff=NEAR)):
            return near[0]
    return None


def _speaks(file: str, kind: FileKind) -> bool:
    return any(piece in file.casefold() for piece in (*_synonyms()[kind.key]["files"], kind.key))


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _fits(text: str, date_format: str) -> bool:
    try:
        datetime.strptime(text, date_format)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return True


@cache
def _synonyms() -> dict[str, Any]:
    return tomllib.loads(files("partnersync_csv").joinpath("synonyms.toml").read_text(encoding="utf-8"))
