"""Money is exact, and says so where it cannot be."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.value import Money


@pytest.mark.parametrize(
    ("minor", "rate", "expected"),
    [
        pytest.param(535, Fraction(1, 2), 268, id="a half goes up: 2.675 is 2.68"),
        pytest.param(-535, Fraction(1, 2), -268, id="magnitude first, then the sign"),
        pytest.param(100, Fraction(1, 3), 33, id="less than a half goes down"),
        pytest.param(12_200_000, Fraction(22, 122), 2_200_000, id="122,000 at 22 % holds 22,000.00"),
    ],
)
def test_share_is_rounded_half_up(minor: int, rate: Fraction, expected: int) -> None:
    assert Money(minor, "RUB").share(rate) == Money(expected, "RUB")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        pytest.param(Money(123450, "RUB"), "1234.50", id="hundredths"),
        pytest.param(Money(-5, "RUB"), "-0.05", id="a small negative"),
        pytest.param(Money(500, "JPY"), "500", id="no minor unit"),
        pytest.param(Money(1234, "KWD"), "1.234", id="thousandths"),
    ],
)
def test_text_has_all_decimal_places(money: Money, text: str) -> None:
    assert money.text() == text
    assert Money.of(Decimal(text), money.currency) == money


@pytest.mark.parametrize("text", ["500", "RUB", "5,00 RUB", "1.005 RUB", "NaN RUB", "500 rub", ""])
def test_a_sum_without_a_plain_amount_and_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(text)


def test_a_sum_of_the_program_file_is_read() -> None:
    assert Money.parse("1 000 000 RUB") == Money(100_000_000, "RUB")


def test_sums_of_one_currency_are_added_and_subtracted() -> None:
    assert Money(7, "RUB") + Money(5, "RUB") == Money(12, "RUB")
    assert Money(7, "RUB") - Money(5, "RUB") == Money(2, "RUB")
    assert -Money(7, "RUB") == Money(-7, "RUB")


@pytest.mark.parametrize(
    ("amount", "currency", "places"),
    [
        pytest.param("1.005", "RUB", "2", id="kopecks"),
        pytest.param("0.5", "JPY", "0", id="no smaller unit"),
        pytest.param("0.0001", "KWD", "3", id="thousandths"),
    ],
)
def test_a_sum_finer_than_its_currency_is_refused_with_its_decimals(amount: str, currency: str, places: str) -> None:
    reason = f"is not a whole number of {currency}'s smallest unit: write {places} decimals at most"
    with pytest.raises(ValueError, match=f"^{reason}$"):
        Money.of(Decimal(amount), currency)


@pytest.mark.parametrize("text", ["500", "NaN RUB", "500 rub", "500 RUBL", "500 РУБ"])
def test_what_is_no_sum_is_told_as_it_stands(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' is not a sum like '500 RUB'$"):
        Money.parse(text)


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(ValueError, match=r"^RUB and USD cannot be added$"):
        Money(1, "RUB") + Money(1, "USD")


@given(minor=st.integers(-(10**12), 10**12), rate=st.fractions(0, 1))
def test_a_share_is_never_more_than_the_whole_and_never_half_a_unit_off(minor: int, rate: Fraction) -> None:
    share = Money(minor, "RUB").share(rate).minor
    assert abs(share) <= abs(minor)
    assert abs(share - minor * rate) <= Fraction(1, 2)
