"""What people and CRMs call money: names and signs → ISO 4217 codes. Pure."""

import re
from functools import cache, lru_cache

_WORDS = """
RUB: ₽; р; руб; рубль; рубли; рублей; российские рубли
USD: $; us$; доллар; доллары сша; долл
EUR: €
GBP: £; фунт стерлингов; английский фунт
CNY: юань; юани; cn¥
KZT: ₸; тг; тенге; казахстанский тенге
BYN: бел руб; белруб
UAH: ₴; грн; гривна; украинские гривны
UZS: сум
KGS: ⃀; сом
AMD: ֏; драм
GEL: ₾; лари
TJS: сомони
TRY: ₺
AED: дирхам оаэ
PLN: злотый
INR: ₹
ILS: ₪
"""
"""What Babel does not know: signs, short forms and names beside the official one. A name of several moneys is none."""

_MONEY = re.compile(r"(?P<before>[^\d+-]*)(?P<amount>[+-]?\d(?:[\d\s.,']*\d)?)(?P<after>.*)", re.DOTALL)


def folded(text: str) -> str:
    """The text without what does not tell names apart: case, ё, white space at its ends and of any width within."""
    return " ".join(text.strip("\ufeff").casefold().replace("ё", "е").split())


@lru_cache(maxsize=1024)
def code_of(name: str) -> str:
    """The currency's code, by its code, its Russian or English name or a sign; empty if it is unknown."""
    return _names().get(folded(name).strip(" .,()"), "")


@lru_cache(maxsize=8192)
def amount_of(text: str) -> tuple[str, str]:
    """`1 000 ₽`, `$5` and `100|RUB` as amount and currency code; other text as it is, without a code."""
    parts = _MONEY.fullmatch(text)
    if parts is None:
        return text, ""
    said = [word for word in (parts["before"].strip(), parts["after"].strip(" |\t\u00a0\u202f")) if word]
    code = code_of(said[0]) if len(said) == 1 else ""
    return (parts["amount"], code) if code else (text, "")


@cache
def _names() -> dict[str, str]:
    from babel import Locale  # costs 30 ms, and only files that name a currency need it

    names: dict[str, str] = {}
    for language in ("en", "ru"):
        for code, name in Locale(language).currencies.items():
            names[code.casefold()] = code
            names[folded(name)] = code
    for line in _WORDS.strip().splitlines():
        code, _, words = line.partition(": ")
        names |= dict.fromkeys(words.split("; "), code)
    return names
