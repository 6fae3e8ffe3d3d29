"""Text of CRM exports: names of money, shields, entities, several contacts in a cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.spreadsheet import harmless
from partnersync_csv.crm_text import contacts, plain_text, without_branch
from partnersync_csv.currencies import amount_of, code_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("Российский рубль", "RUB", id="as Bitrix24 writes it"),
        pytest.param("доллар США", "USD", id="in any case"),
        pytest.param("Евро", "EUR", id="euro"),
        pytest.param("Тенге", "KZT", id="a short name"),
        pytest.param("Казахстанский тенге", "KZT", id="a name beside the official one"),
        pytest.param("Belarusian Ruble", "BYN", id="in English"),
        pytest.param("rub", "RUB", id="a code"),
        pytest.param("₽", "RUB", id="a sign"),
        pytest.param("руб.", "RUB", id="a short form"),
        pytest.param("манат", "", id="a name of two moneys is none"),
        pytest.param("попугай", "", id="no money"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_currencies_have_names(name: str, code: str) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("100000", ("100000", ""), id="a bare number"),
        pytest.param("100 000 ₽", ("100 000", "RUB"), id="a sign behind"),
        pytest.param("1\u00a0000,50 руб.", ("1\u00a0000,50", "RUB"), id="a short form"),
        pytest.param("$5", ("5", "USD"), id="a sign in front"),
        pytest.param("-5 €", ("-5", "EUR"), id="a negative sum"),
        pytest.param("100|RUB", ("100", "RUB"), id="raw money of Bitrix24"),
        pytest.param("100 - 200", ("100 - 200", ""), id="two numbers are no sum"),
        pytest.param("5 попугаев", ("5 попугаев", ""), id="an unknown word stays, for the one who has to mend it"),
        pytest.param("$5 USD", ("$5 USD", ""), id="two words stay as well"),
    ],
)
def test_sums_lose_their_currency(text: str, expected: tuple[str, str]) -> None:
    assert amount_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ООО &quot;Ромашка&quot;", 'ООО "Ромашка"', id="entities"),
        pytest.param("&#171;Ромашка&#187; &amp; Ко", "«Ромашка» & Ко", id="by number"),
        pytest.param("R&D &copy", "R&D &copy", id="what only looks like one stays"),
        pytest.param("  ООО\u00a0 Ромашка\n", "ООО Ромашка", id="white space"),
        pytest.param("'+77021234567", "+77021234567", id="a shield"),
        pytest.param("'=1+1", "=1+1", id="a shield before a formula"),
        pytest.param("'Ромашка'", "'Ромашка'", id="quotes are no shield"),
    ],
)
def test_text_is_read_as_it_was_typed(text: str, expected: str) -> None:
    assert plain_text(text) == expected


@given(st.text(alphabet="ab1=+-@' ").map(str.strip).map(lambda text: " ".join(text.split())))
def test_no_shield_of_ours_is_left(text: str) -> None:
    if not text.startswith("'"):
        assert plain_text(harmless(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("+7 702 123 45 67", "+7 702 123 45 67", id="one"),
        pytest.param("'+77021234567, '+77021234568", "+77021234567|+77021234568", id="a comma and shields"),
        pytest.param("a@b.ru;c@d.ru ; ", "a@b.ru|c@d.ru", id="a semicolon"),
        pytest.param("a@b.ru|a@b.ru", "a@b.ru", id="each once"),
        pytest.param("8 495 1234567, доб. 12; нет", "8 495 1234567, доб. 12|нет", id="an extension is not alone"),
    ],
)
def test_contacts_of_a_cell_are_a_list(text: str, expected: str) -> None:
    assert contacts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("(ЕКБ) Иванов Иван", "Иванов Иван", id="a branch"),
        pytest.param("(ЕКБ) (юг) Иванов Иван", "Иванов Иван", id="two"),
        pytest.param("Иванов Иван (ЕКБ)", "Иванов Иван (ЕКБ)", id="only in front"),
        pytest.param("(ЕКБ)", "(ЕКБ)", id="nothing but a branch"),
    ],
)
def test_owners_lose_their_branch(text: str, expected: str) -> None:
    assert without_branch(text) == expected
