"""Tax and registry numbers, as they are typed and as spreadsheets leave them: only the check digits let one through."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ru import inn as checked_inn

from partnersync.sync import tax_numbers

GRANTS = Path(__file__).parents[3] / "shared" / "data" / "ru_registry" / "ngo_grants.utf8.csv"
REGION_ONE = "0105000008"  # begins with a zero


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("7707083893", "7707083893", id="of a company"),
        pytest.param(" 500100732259 ", "500100732259", id="of a person"),
        pytest.param("7707 083 893", "7707083893", id="in groups"),
        pytest.param("'7707083893", "7707083893", id="with the apostrophe of a spreadsheet"),
        pytest.param("7.707083893E9", "7707083893", id="as a number with an exponent"),
        pytest.param("7,707083893E+09", "7707083893", id="as a Russian Excel writes it"),
        pytest.param("5.00100732259e11", "500100732259", id="of a person, with an exponent"),
        pytest.param("7707083893.0", "7707083893", id="as a number with a point"),
        pytest.param("7707083893,00", "7707083893", id="as a number with a comma"),
        pytest.param("77070838930E-1", None, id="no spreadsheet writes that"),
        pytest.param("7707083893.5", None, id="a part of a number"),
        pytest.param("105000008", REGION_ONE, id="a zero in front was lost"),
        pytest.param("1.05000008E8", REGION_ONE, id="a zero was lost, and then an exponent made"),
        pytest.param("7707083894", None, id="a wrong check digit"),
        pytest.param("7.707083894E9", None, id="a wrong check digit behind an exponent"),
        pytest.param("105000002", None, id="a zero in front does not mend it"),
        pytest.param("7.7007E+09", None, id="digits were rounded away, and the check digit holds by chance"),
        pytest.param("0000000000", None, id="zeros, whose check digits hold"),
        pytest.param("0", None, id="nothing"),
        pytest.param("1027700132195", None, id="a registry number"),
        pytest.param("\u0667707083893", None, id="digits of another script"),
        pytest.param("none", None, id="a word"),
    ],
)
def test_tax_numbers(text: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match="correct the tax number"):
            tax_numbers.inn(text)
    else:
        assert tax_numbers.inn(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("1027700132195", "1027700132195", id="of a company"),
        pytest.param("304500116000157", "304500116000157", id="of a person"),
        pytest.param("1.095200000224E12", "1095200000224", id="with an exponent"),
        pytest.param("1.0226000015E12", "1022600001500", id="with an exponent, its zeros not written"),
        pytest.param("1.037858013013E12", None, id="digits were lost"),
        pytest.param("1.0208E12", None, id="so few digits that zeros would be guessed"),
        pytest.param("1027700132196", None, id="a wrong check digit"),
        pytest.param("7707083893", None, id="a tax number"),
    ],
)
def test_registry_numbers(text: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match="correct the registry number"):
            tax_numbers.ogrn(text)
    else:
        assert tax_numbers.ogrn(text) == number


@pytest.mark.parametrize(
    ("text", "number", "registered"),
    [("7.707083893E9", "7707083893", False), ("1.095200000224E12", "1095200000224", True)],
)
def test_either_may_stand_in_a_column(text: str, number: str, registered: bool) -> None:
    assert tax_numbers.inn_or_ogrn(text) == number
    assert tax_numbers.is_ogrn(number) is registered


def company(digits: str) -> str:
    return digits + str(checked_inn.calc_company_check_digit(digits))


def written(number: str, how: str) -> str:
    """What a spreadsheet, or a program that reads one, makes of a number."""
    value = Decimal(number)
    match how:
        case "exponent":
            return f"{value.normalize():E}"
        case "Russian":
            return f"{value:.11E}".replace(".", ",")
        case "zeros cut":
            return str(int(number))
    return f"{int(number)}{how}"


COMPANIES = st.integers(10_000_000, 999_999_999).map(lambda number: company(f"{number:09}"))


@given(COMPANIES, st.sampled_from(["exponent", "Russian", "zeros cut", ".0", ",0", ""]))
def test_a_number_is_recovered_however_a_spreadsheet_left_it(number: str, how: str) -> None:
    text = written(number, how)
    try:
        assert tax_numbers.inn(text) == number
    except ValueError:
        assert how == "exponent", "only zeros that are not written may be too many"
        assert len(text.partition("E")[0].replace(".", "")) < 8


@given(st.text(alphabet="0123456789.,eE+ ", max_size=18))
def test_nothing_is_accepted_but_what_the_check_digits_hold_of(text: str) -> None:
    try:
        number = tax_numbers.inn_or_ogrn(text)
    except ValueError:
        return
    assert number.isdigit()
    assert len(number) in (10, 12, 13, 15)
    assert tax_numbers.inn_or_ogrn(number) == number


@pytest.mark.skipif(not GRANTS.exists(), reason="the public registry is not beside this checkout")
def test_a_public_registry_that_went_through_a_spreadsheet() -> None:
    with GRANTS.open(encoding="utf-8-sig", newline="") as file:
        spoilt = [row["ogrn"] for row in csv.DictReader(file) if "E" in row["ogrn"]]
    recovered = {}
    for text in spoilt:
        try:
            recovered[text] = tax_numbers.inn_or_ogrn(text)
        except ValueError:
            continue
    assert (len(spoilt), sum(text in recovered for text in spoilt)) == (878, 874)
    assert all(Decimal(text) == int(number) for text, number in recovered.items())
