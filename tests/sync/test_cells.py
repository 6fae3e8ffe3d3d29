"""What single cells may hold, and what they are read as."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from partnersync.rules.domains import registrable
from partnersync.sync import cells

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1234.50", "1234.50", id="a point"),
        pytest.param("1234,50", "1234.50", id="a decimal comma"),
        pytest.param("1 234,56", "1234.56", id="a space groups thousands"),
        pytest.param("1\u00a0234\u202f567,8", "1234567.8", id="no-break spaces group thousands"),
        pytest.param("1,234.56", "1234.56", id="a comma groups where a point divides"),
        pytest.param("1.234.567,89", "1234567.89", id="points group where a comma divides"),
        pytest.param("-5", "-5", id="a negative whole number"),
        pytest.param("0,125", "0.125", id="three decimals behind a zero are not a group"),
    ],
)
def test_numbers_are_read(text: str, value: str) -> None:
    assert cells.number(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        pytest.param("1,234", "can be 1234 or 1.234", id="a comma before three digits has two meanings"),
        pytest.param("12x", "write it like 1234.50", id="letters"),
        pytest.param("1e5", "write it like 1234.50", id="an exponent"),
        pytest.param("1,2,3", "write it like 1234.50", id="groups of one"),
        pytest.param("nan", "write it like 1234.50", id="not a number by name"),
    ],
)
def test_other_numbers_say_the_mend(text: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        cells.number(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        pytest.param("22", Fraction(22, 100), id="a bare number is percent"),
        pytest.param("22%", Fraction(22, 100), id="with the sign"),
        pytest.param("0.22", Fraction(22, 100), id="a share below one"),
        pytest.param("0", Fraction(0), id="no tax"),
        pytest.param("0,5%", Fraction(1, 200), id="half a percent needs its sign"),
    ],
)
def test_rates_are_read(text: str, rate: Fraction) -> None:
    assert cells.share(text) == rate


@pytest.mark.parametrize("text", ["inf", "nan%", "1e9999999", "100%", "-1", "x"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="like 22%"):
        cells.share(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("2026-01-31", datetime(2026, 1, 30, 21, tzinfo=UTC), id="a date is its first second in the zone"),
        pytest.param("2026-01-31 10:00", datetime(2026, 1, 31, 7, tzinfo=UTC), id="a time without offset is local"),
        pytest.param("2026-01-31T10:00:00+05:00", datetime(2026, 1, 31, 5, tzinfo=UTC), id="an offset counts"),
        pytest.param("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC), id="Z is UTC"),
    ],
)
def test_times_are_read(text: str, value: datetime) -> None:
    assert cells.moment(text, MOSCOW) == value


def test_a_day_is_read_and_an_impossible_one_refused() -> None:
    assert cells.day("2026-01-31") == date(2026, 1, 31)
    with pytest.raises(ValueError, match="like 2026-01-31"):
        cells.day("31.02.2026")


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        pytest.param(cells.kpp, "7736 01001", "773601001", id="a KPP with a space"),
        pytest.param(cells.email, "Sales@Example.COM", "sales@example.com", id="an e-mail in lower case"),
        pytest.param(registrable, "https://www.shop.example.co.uk/x?y=1", "example.co.uk", id="a registrable domain"),
        pytest.param(registrable, "кремль.рф", "xn--e1ajeds9e.xn--p1ai", id="an IDN as punycode"),
        pytest.param(registrable, "XN--E1AJEDS9E.XN--P1AI", "xn--e1ajeds9e.xn--p1ai", id="punycode as it is"),
        pytest.param(cells.phone, "8 (495) 123-45-67", "+74951234567", id="a Russian phone as people write it"),
        pytest.param(cells.phone, "'+77021234567", "+77021234567", id="an apostrophe of a CRM's export"),
        pytest.param(cells.currency, "rub", "RUB", id="a currency in capitals"),
        pytest.param(cells.yes_no, "Да", True, id="yes in Russian"),
        pytest.param(cells.yes_no, "0", False, id="no as a digit"),
        pytest.param(cells.items, "a | b||", ("a", "b"), id="a list without empty parts"),
        pytest.param(
            cells.roles, "P1=sourced|P2=implementation", (("P1", "sourced"), ("P2", "implementation")), id="roles"
        ),
    ],
)
def test_keys_are_normalised(reader: Callable[[str], object], text: str, value: object) -> None:
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        pytest.param(cells.kpp, "12345678", id="a short KPP"),
        pytest.param(cells.email, "nobody", id="an e-mail without @"),
        pytest.param(registrable, "none", id="a word is no domain"),
        pytest.param(cells.phone, "ask her", id="words are no phone"),
        pytest.param(cells.currency, "RUR1", id="no currency"),
        pytest.param(cells.currency, "RUR", id="a currency of the last century"),
        pytest.param(cells.currency, "XAU", id="gold"),
        pytest.param(cells.yes_no, "maybe", id="neither yes nor no"),
        pytest.param(cells.roles, "P1", id="a role without its name"),
    ],
)
def test_bad_keys_are_refused(reader: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError):
        reader(text)
