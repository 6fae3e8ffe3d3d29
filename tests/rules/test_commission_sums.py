"""The arithmetic under a commission: VAT inside a sum, rates as text, marginal bands."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.value import Money
from partnersync.rules.bands import Bands
from partnersync.rules.base import gross, net_of_vat, percent, vat_inside, vat_rate

VAT = {date(2026, 1, 1): Fraction(22, 100), date(2019, 1, 1): Fraction(20, 100)}
POLICY = Bands([(0, Fraction(10, 100)), (500_000_00, Fraction(15, 100)), (1_000_000_00, Fraction(20, 100))])


@pytest.mark.parametrize(
    ("paid", "rate", "tax"),
    [
        pytest.param(122_000_00, 22, 22_000_00, id="122,000 at 22 % holds 22,000"),
        pytest.param(120_000_00, 20, 20_000_00, id="120,000 at 20 % holds 20,000"),
        pytest.param(100_00, 22, 18_03, id="100.00 at 22 % holds 18.0327…, rounded down"),
        pytest.param(1, 22, 0, id="a kopeck holds no tax"),
        pytest.param(3, 20, 1, id="half a kopeck is rounded up"),
        pytest.param(100_00, 0, 0, id="a rate of 0 holds nothing"),
        pytest.param(0, 22, 0, id="nothing holds nothing"),
    ],
)
def test_vat_inside_a_sum(paid: int, rate: int, tax: int) -> None:
    assert vat_inside(paid, Fraction(rate, 100)) == tax


def test_the_base_is_the_sum_without_its_vat() -> None:
    base = net_of_vat(Money(122_000_00, "RUB"), Fraction(22, 100))
    assert base.minor == 100_000_00
    assert base.steps == (("vat", "22%", "22000.00"), ("base", "100000.00"))


def test_a_gross_base_keeps_the_vat() -> None:
    assert gross(Money(122_000_00, "RUB")) == (122_000_00, (("gross",), ("base", "122000.00")))


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        pytest.param(date(2025, 12, 31), Fraction(1, 5), id="20 % to 2025-12-31"),
        pytest.param(date(2026, 1, 1), Fraction(11, 50), id="22 % from 2026-01-01"),
        pytest.param(date(2019, 1, 1), Fraction(1, 5), id="the table's first day"),
        pytest.param(date(2018, 12, 31), None, id="before the table"),
    ],
)
def test_the_vat_rate_of_a_day(day: date, rate: Fraction | None) -> None:
    assert vat_rate(VAT, day) == rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        pytest.param(Fraction(1, 2), "50%", id="whole"),
        pytest.param(Fraction(1), "100%", id="all"),
        pytest.param(Fraction(0), "0%", id="none"),
        pytest.param(Fraction(1, 8), "12.5%", id="tenths"),
        pytest.param(Fraction(1, 3), "1/3", id="no decimal fraction"),
    ],
)
def test_a_rate_as_text(rate: Fraction, text: str) -> None:
    assert percent(rate) == text


def earned(bands: Bands, before: int, base: int) -> int:
    return sum(piece.amount for piece in bands.split(before, base))


@pytest.mark.parametrize(
    ("base", "amount"),
    [
        pytest.param(499_999_99, 50_000_00, id="499,999.99 earns 50,000.00"),
        pytest.param(500_000_00, 50_000_00, id="500,000.00 earns 50,000.00"),
        pytest.param(1_200_000_00, 165_000_00, id="1,200,000.00 earns 165,000.00"),
        pytest.param(0, 0, id="nothing earns nothing"),
    ],
)
def test_marginal_bands(base: int, amount: int) -> None:
    assert earned(POLICY, 0, base) == amount


@pytest.mark.parametrize(
    ("before", "base", "pieces"),
    [
        pytest.param(0, 500_000_00, [("10%", 500_000_00, 50_000_00)], id="up to the edge is one band"),
        pytest.param(500_000_00, 1, [("15%", 1, 0)], id="the edge belongs to the next band"),
        pytest.param(
            400_000_00,
            200_000_00,
            [("10%", 100_000_00, 10_000_00), ("15%", 100_000_00, 15_000_00)],
            id="across an edge",
        ),
        pytest.param(
            0,
            1_200_000_00,
            [("10%", 500_000_00, 50_000_00), ("15%", 500_000_00, 75_000_00), ("20%", 200_000_00, 40_000_00)],
            id="across two edges",
        ),
        pytest.param(2_000_000_00, 10_00, [("20%", 10_00, 2_00)], id="the last band has no end"),
        pytest.param(500_000_00, 0, [("15%", 0, 0)], id="nothing stands in the band of the measure"),
        pytest.param(5_000_000_00, 0, [("20%", 0, 0)], id="nothing, beyond the last edge"),
    ],
)
def test_the_pieces_of_a_base(before: int, base: int, pieces: list[tuple[str, int, int]]) -> None:
    found = POLICY.split(before, base)
    assert [(percent(piece.band.rate), piece.base, piece.amount) for piece in found] == pieces


def test_a_line_across_bands_is_rounded_once() -> None:
    half = Bands([(0, Fraction(1, 2)), (1, Fraction(1, 2)), (2, Fraction(1, 2))])
    assert [piece.amount for piece in half.split(0, 3)] == [1, 0, 1]


RATES = st.fractions(0, 1, max_denominator=1000)


@st.composite
def some_bands(draw: st.DrawFn) -> Bands:
    edges = sorted(draw(st.sets(st.integers(1, 2_000), max_size=4)))
    return Bands([(edge, draw(RATES)) for edge in [0, *edges]])


MINOR = st.integers(0, 3_000)


@given(some_bands(), MINOR, MINOR)
def test_a_larger_base_never_earns_less(bands: Bands, before: int, base: int) -> None:
    assert earned(bands, before, base) <= earned(bands, before, base + 1)


@given(some_bands(), MINOR, MINOR)
def test_there_is_no_jump_at_an_edge(bands: Bands, before: int, base: int) -> None:
    assert earned(bands, before, base + 1) - earned(bands, before, base) in (0, 1)


@given(some_bands(), MINOR, MINOR)
def test_the_pieces_sum_to_the_whole(bands: Bands, before: int, base: int) -> None:
    pieces = bands.split(before, base)
    assert pieces
    assert sum(piece.base for piece in pieces) == base
    exact = sum((piece.base * piece.band.rate for piece in pieces), Fraction())
    assert abs(earned(bands, before, base) - exact) <= Fraction(1, 2)
    assert all(type(piece.amount) is int and piece.amount >= 0 for piece in pieces)


@given(some_bands(), MINOR, MINOR, MINOR)
def test_parts_earn_what_the_whole_earns_but_for_rounding(bands: Bands, before: int, one: int, two: int) -> None:
    parts = earned(bands, before, one) + earned(bands, before + one, two)
    assert abs(parts - earned(bands, before, one + two)) <= 1
