"""Names of companies: what of them is compared, how alike two are, and by which keys alike ones are found."""

import re
from collections.abc import Iterator
from functools import lru_cache

SIMILAR = 0.9
_FORMS = frozenset(
    "ооо оао пао зао нао ао ип кфх фгуп гуп муп тоо чп нко ано бюджетное учреждение гбу мбу тсж снт"
    " llc ltd inc corp gmbh ag sa sarl bv oy limited company co the".split()
)
_LONG_FORMS = re.compile(
    r"\b(общество с ограниченной ответственностью|(публичное |закрытое |открытое |непубличное )?акционерное общество"
    r"|индивидуальный предприниматель)\b"
)
# Latin letters that look like Russian ones, so that "CУ-155" in either alphabet is one name.
_LOOK_ALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху") | {ord("ё"): "е"}
_WORDS = re.compile(r"[^\W_]+")
_ENDS = 4  # letters at each end of a name by which alike ones are found
_SHORT = 8  # a shorter name is found by 3


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """A name without legal form, quotes, spaces and marks, in one alphabet; empty where nothing else is left."""
    text = _LONG_FORMS.sub(" ", name.casefold().replace("ё", "е"))
    words = [word for word in _WORDS.findall(text) if word not in _FORMS]
    return "".join(words).translate(_LOOK_ALIKES)


def are_alike(one: str, other: str) -> bool:
    """Whether two plain names are similar enough to ask; names that differ in a number are different names."""
    if one == other:
        return bool(one)
    if _digits(one) != _digits(other):
        return False
    from rapidfuzz import fuzz  # costs start-up time, and only registrations compare names

    return fuzz.ratio(one, other, score_cutoff=SIMILAR * 100) > 0


def blocks(name: str) -> tuple[str, ...]:
    """The keys by which a plain name is found: its length and its numbers, with its first and with its last letters."""
    return tuple(_blocks(name, len(name))) if name else ()


def near_blocks(name: str) -> tuple[str, ...]:
    """The keys of the names that may be like a plain name.

    Alike names differ in a tenth of their letters at most: their lengths are near, and one of their ends is the same.
    Only a pair that differs at both ends is not found.
    """
    if not name:
        return ()
    reach = len(name) // 9 + 1
    return tuple(
        key for length in range(max(1, len(name) - reach), len(name) + reach + 1) for key in _blocks(name, length)
    )


def _blocks(name: str, length: int) -> Iterator[str]:
    """Those of a name, as if it had `length` letters."""
    ends = 3 if length < _SHORT else _ENDS
    head = f"name:{length}:{_digits(name)}"
    yield f"{head}:{name[:ends]}"
    yield f"{head}::{name[-ends:]}"


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
