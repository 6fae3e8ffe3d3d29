"""What deals of real-looking exports are read as."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_exports import AMOCRM_HEADER, BITRIX24_HEADER, amocrm, bitrix24, product
from partnersync.contract.adapter import Raw

SHARED = Path(__file__).parents[4] / "shared" / "data" / "crm_exports"
WON = {"Этап сделки": "Успешно реализовано", "Дата закрытия": "10.03.2026 18:00:00"}
SUCCESS = {"Стадия сделки": "Сделка успешна", "Сделка закрыта": "Да", "Предполагаемая дата закрытия": "10.03.2026"}


def read(folder: Any, text: str, preset: str, **mapping: Any) -> list[Raw]:
    folder.settings = {"files": {"deals": {"preset": preset, **mapping}}}
    folder.put("data/deals.csv", text)
    raws: list[Raw] = folder.pull("deals")
    return raws


def of_amocrm(folder: Any, deal: Mapping[str, str], *, budget: str = "Бюджет", **mapping: Any) -> Raw:
    text = amocrm([{"ID": "1", **deal}], more=["ИНН", "Партнёр"], budget=budget)
    (raw,) = read(folder, text, "amocrm-export", **mapping)
    return raw


def of_bitrix24(folder: Any, rows: Sequence[Mapping[str, str]], **mapping: Any) -> list[Raw]:
    return read(folder, bitrix24(rows), "bitrix24-export", **mapping)


def cells(raw: Raw) -> dict[str, str]:
    assert raw.problem == ""
    assert raw.cells is not None
    return {name: text for name, text in raw.cells.items() if text}


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        pytest.param({}, {"state": "open", "stage": "Переговоры", "closed_at": None}, id="any other stage is open"),
        pytest.param(WON, {"state": "won", "closed_at": "2026-03-10T18:00:00"}, id="won"),
        pytest.param(WON | {"Этап сделки": "Закрыто и не реализовано"}, {"state": "lost"}, id="lost"),
        pytest.param({}, {"created_at": "2026-03-01T09:30:00", "updated_at": "2026-03-10T12:00:00"}, id="local times"),
        pytest.param({}, {"owner": "Менеджер Первый", "pipeline": "Продажи"}, id="an owner with a branch"),
        pytest.param(
            {"Компания": "ООО &quot;Ромашка&quot; "},
            {"client_id": 'ООО "Ромашка"', "client_name": 'ООО "Ромашка"'},
            id="entities and white space in a name, which is the client's id",
        ),
        pytest.param({"Компания контакта": "Лютик"}, {"client_id": "Лютик"}, id="the contact's company stands in"),
        pytest.param(
            {"Компания контакта": "Лютик", "Компания": "Роза"},
            {"client_id": "Роза"},
            id="the deal's company goes first",
        ),
        pytest.param(
            {"Рабочий телефон": "'+77021234567, '+77021234568", "Другой телефон": "8 495 1234567"},
            {"client_phone": "+77021234567|+77021234568|8 495 1234567"},
            id="every phone of every column",
        ),
        pytest.param(
            {"Личный email": "a@mail.ru", "Рабочий email": "b@acme.ru;c@acme.ru"},
            {"client_email": "b@acme.ru|c@acme.ru|a@mail.ru"},
            id="every address",
        ),
        pytest.param(
            {"Товар": "licence", "utm_source": "P-1"}, {"products": "licence", "utm_source": "P-1"}, id="twice"
        ),
        pytest.param({"Бюджет": "1 000,50"}, {"amount": "1 000,50", "currency": None}, id="a sum alone"),
        pytest.param({"Бюджет": "1\u00a0000 ₽"}, {"amount": "1 000", "currency": "RUB"}, id="a sum with its sign"),
        pytest.param({"Бюджет": "100|KZT"}, {"amount": "100", "currency": "KZT"}, id="raw money"),
        pytest.param({"ИНН": "7.707083893E9"}, {"client_inn": "7.707083893E9"}, id="the core reads numbers"),
    ],
)
def test_amocrm_deals(folder: Any, deal: Mapping[str, str], expected: Mapping[str, str | None]) -> None:
    told = cells(of_amocrm(folder, deal))
    assert {name: told.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("budget", "deal", "mapping", "expected"),
    [
        pytest.param("Бюджет, ₽", {"Бюджет, ₽": "5"}, {}, ("5", "RUB"), id="of the header"),
        pytest.param("Бюджет ₸", {"Бюджет ₸": "5"}, {}, ("5", "KZT"), id="of another header"),
        pytest.param("Бюджет ₸", {"Бюджет ₸": "5 $"}, {}, ("5", "USD"), id="a cell goes before the header"),
        pytest.param(
            "Бюджет ₸", {"Бюджет ₸": "5"}, {"defaults": {"currency": "BYN"}}, ("5", "BYN"), id="so does a default"
        ),
        pytest.param(
            "Бюджет", {"Бюджет": "5 $"}, {"defaults": {"currency": "BYN"}}, ("5", "USD"), id="a cell before a default"
        ),
    ],
)
def test_the_currency(folder: Any, budget: str, deal: Any, mapping: Any, expected: tuple[str, str]) -> None:
    told = cells(of_amocrm(folder, deal, budget=budget, **mapping))
    assert (told["amount"], told["currency"]) == expected


def test_equal_headers_tell_the_last_cell_that_is_not_empty(folder: Any) -> None:
    line = amocrm([{"ID": "1"}]).splitlines()[0]
    empty = [""] * len(AMOCRM_HEADER)
    for place, text in ((0, "1"), (4, "01.03.2026"), (15, "Новая"), (33, "licence"), (8, "не закрыта")):
        empty[place] = text
    (raw,) = read(folder, f"{line}\n{','.join(empty)}\n", "amocrm-export")
    assert cells(raw)["products"] == "licence"


def test_the_id_comes_from_one_column_as_the_file_is_written_by_it(folder: Any) -> None:
    text = "ID сделки,ID,Этап сделки,Дата создания\n7,,Новая,01.03.2026\n8,9,Новая,01.03.2026\n"
    first, second = read(folder, text, "amocrm-export")
    assert (first.record_id, first.problem_code, second.record_id) == ("line:2", "MISSING", "9")


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        pytest.param({"columns": {"partner_id": "Партнёр"}}, {"partner_id": "ООО Первый"}, id="a column more"),
        pytest.param(
            {"columns": {"partner_id": "Партнёр"}, "values": {"partner_id": {"ООО Первый": "P-1"}}},
            {"partner_id": "P-1"},
            id="partners by name, where their names are mapped",
        ),
        pytest.param({"columns": {"client_id": "Город"}}, {"client_id": "Пермь"}, id="another column"),
        pytest.param({"states": {"Переговоры": "lost"}}, {"state": "lost"}, id="another state"),
        pytest.param({"values": {"owner": {"(ЕКБ) Менеджер Первый": "u1"}}}, {"owner": "u1"}, id="text as in the file"),
        pytest.param({"values": {"owner": {"Менеджер Первый": "u1"}}}, {"owner": "u1"}, id="and as it is read"),
        pytest.param({"date_format": "%d.%m.%Y %H:%M:%S"}, {"created_at": "2026-03-01T09:30:00"}, id="another format"),
        pytest.param({"defaults": {"kind": "renewal"}}, {"kind": "renewal", "state": "open"}, id="a default"),
    ],
)
def test_what_is_written_beside_the_preset_goes_first(folder: Any, mapping: Any, expected: Mapping[str, str]) -> None:
    told = cells(of_amocrm(folder, {"Партнёр": "ООО Первый", "Город": "Пермь"}, **mapping))
    assert {name: told.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        pytest.param(
            {"Этап сделки": "Отгружено", "Дата закрытия": "10.03.2026"},
            ("STATE_UNKNOWN", "Этап сделки", "Отгружено"),
            id="a closed deal in a stage that nobody named",
        ),
        pytest.param({"Бюджет": "5 $", "ИНН": ""}, None, id="nothing"),
    ],
)
def test_what_cannot_be_known_is_named(folder: Any, deal: Any, expected: tuple[str, str, str] | None) -> None:
    raw = of_amocrm(folder, deal)
    told = (raw.problem_code, raw.origin.columns.get(raw.column, raw.column), raw.value) if raw.problem else None
    assert told == expected


def test_an_issue_names_the_columns_that_told_a_list(folder: Any) -> None:
    raw = of_amocrm(folder, {"Мобильный телефон": "1", "Факс": "2"})
    assert raw.origin.columns["client_phone"] == "Мобильный телефон, Факс"
    assert raw.origin.columns["amount"] == "Бюджет"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param({}, {"state": "open", "closed_at": None, "currency": "RUB"}, id="a planned end"),
        pytest.param(SUCCESS, {"state": "won", "closed_at": "2026-03-10"}, id="won"),
        pytest.param(SUCCESS | {"Стадия сделки": "Анализ причины провала"}, {"state": "lost"}, id="lost"),
        pytest.param({"Валюта": "Тенге", "Сумма": "5"}, {"amount": "5", "currency": "KZT"}, id="a currency by name"),
        pytest.param({"Валюта": "Наши"}, {"currency": "Наши"}, id="an unknown one stays, for the core to name"),
        pytest.param({"Сумма": "100|RUB"}, {"amount": "100", "currency": "RUB"}, id="raw money"),
        pytest.param({"Компания": "Роза", "UTM Source": "x"}, {"client_name": "Роза", "utm_source": "x"}, id="names"),
    ],
)
def test_bitrix24_deals(folder: Any, row: Mapping[str, str], expected: Mapping[str, str | None]) -> None:
    (raw,) = of_bitrix24(folder, [{"ID": "7", **row}])
    told = cells(raw)
    assert {name: told.get(name) for name in expected} == expected


def test_a_closed_deal_in_an_unknown_stage_is_named(folder: Any) -> None:
    (raw,) = of_bitrix24(folder, [{"ID": "7", "Сделка закрыта": "Да", "Стадия сделки": "Отгружено"}])
    assert (raw.problem_code, raw.column, raw.value) == ("STATE_UNKNOWN", "state", "Отгружено")


def test_money_in_two_currencies_is_named(folder: Any) -> None:
    (raw,) = of_bitrix24(folder, [{"ID": "7", "Сумма": "100|USD"}])
    assert (raw.problem_code, raw.column, raw.value) == ("BAD_VALUE", "amount", "100|USD")


def summary(raws: Sequence[Raw]) -> list[tuple[str, str, str, int]]:
    """Id, products and amount of each record, or its problem; and its line."""
    told = ((raw, raw.cells or {}) for raw in raws)
    return [
        (raw.record_id, cells.get("products", ""), raw.problem.partition(":")[0] or cells["amount"], raw.origin.line)
        for raw, cells in told
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([product("1", "A", "10", "3")], [("1", "A", "30", 2)], id="one product"),
        pytest.param(
            [product("1", "A", "10.5", "3"), product("1", "B", "0.1", "2")], [("1", "A|B", "31.7", 2)], id="two"
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("1", "A", "10", "1")], [("1", "A", "20", 2)], id="one of them twice"
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("2", "B", "5", "1"), product("1", "C", "1", "1")],
            [("1", "A|C", "11", 2), ("2", "B", "5", 3)],
            id="other deals between them, as in a sorted table",
        ),
        pytest.param(
            [{"ID": "1", "Сумма": "5"}, {"ID": "1", "Сумма": "5"}], [("1", "", "5", 2)], id="without products: a repeat"
        ),
        pytest.param(
            [{"ID": "1", "Сумма": "5"}, {"ID": "1", "Сумма": "6"}],
            [("1", "", "5", 2), ("1", "", "6", 3)],
            id="without products: a duplicate, which the core names",
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("1", "B", "5", "1", Компания="Роза"), product("1", "C", "1", "1")],
            [("1", "A|C", "11", 2), ("1", "B", "5", 3)],
            id="another company: a duplicate",
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("1", "B", "10", "2", Сумма="30")],
            [("1", "B", "is not price times quantity, so the deal's sum is not certain", 3)],
            id="a sum that is not that of its line sets the deal aside",
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("1", "B", "10", "1", Сумма="много")],
            [("1", "B", "cannot be added to the deal's other products", 3)],
            id="so does one that is no number",
        ),
        pytest.param(
            [product("1", "A", "10", "1", Валюта="RUB"), product("1", "B", "5", "1", Валюта="USD")],
            [("1", "B", "is not that of the deal's other products, so it has no sum", 3)],
            id="so does one in another currency",
        ),
        pytest.param(
            [product("1", "A", "10", "1", Валюта="RUB"), product("1", "B", "5", "1", Валюта="", Сумма="")],
            [("1", "B", "is empty in one of the deal's products, so its sum is not known", 3)],
            id="and one without sum and currency",
        ),
        pytest.param(
            [product("1", "A", "10", "1"), product("1", "B", "5", "1", **{"Сделка закрыта": "Да"})],
            [("1", "B", "is not named under states", 3)],
            id="and any other line that cannot be used",
        ),
        pytest.param([product("1", "A", "33.333333", "3", Сумма="100")], [("1", "A", "100", 2)], id="rounded"),
        pytest.param(
            [product("1", "A", "1", "1"), product("1", "B", "33.333333", "3", Сумма="100")],
            [("1", "A|B", "101", 2)],
            id="rounded, in several lines",
        ),
        pytest.param(
            [product("", "A", "1", "1")] * 2,
            [("line:2", "A", "is empty", 2), ("line:3", "A", "is empty", 3)],
            id="no id",
        ),
    ],
)
def test_a_deal_in_several_lines(folder: Any, rows: Sequence[Mapping[str, str]], expected: list[Any]) -> None:
    assert summary(of_bitrix24(folder, rows)) == expected


def test_without_a_column_of_products_rows_are_no_lines(folder: Any) -> None:
    header = [name for name in BITRIX24_HEADER if name not in ("Товар", "Цена", "Количество")]
    text = bitrix24([{"ID": "1", "Сумма": "5"}] * 2, header=header)
    assert [raw.record_id for raw in read(folder, text, "bitrix24-export")] == ["1", "1"]


def test_a_lost_quote_in_a_line_sets_its_deal_aside(folder: Any) -> None:
    text = bitrix24([product("1", "A", "10", "1"), product("1", "B", "5", "1"), product("2", "C", "5", "1")])
    lines = text.splitlines(keepends=True)
    lines[2] = lines[2].replace('"";\n', '";\n')
    first, second = read(folder, "".join(lines), "bitrix24-export")
    assert (first.record_id, first.origin.line, first.problem.split(":")[0]) == ("1", 3, "has an unclosed quote")
    assert summary([second]) == [("2", "C", "5", 4)]


DEALS = st.dictionaries(
    st.sampled_from(["1", "2", "3"]),
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 99), st.integers(1, 9)), min_size=1, max_size=4),
    min_size=1,
)


@settings(max_examples=40)
@given(DEALS, st.data())
def test_sums_do_not_depend_on_the_order_of_rows(new_folder: Any, deals: Any, data: st.DataObject) -> None:
    rows = [
        product(deal, name, str(price), str(count)) for deal, lines in deals.items() for name, price, count in lines
    ]
    mixed = data.draw(st.permutations(rows))
    told = {raw.record_id: float(cells(raw)["amount"]) for raw in of_bitrix24(new_folder(), mixed)}
    assert told == {deal: sum(price * count for _, price, count in lines) for deal, lines in deals.items()}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public headers are not beside this checkout")
@pytest.mark.parametrize(
    ("file", "delimiter", "header"),
    [
        ("amocrm_deals_header_76col.csv", ",", AMOCRM_HEADER),
        ("bitrix24_deals_header_all_fields.csv", ";", BITRIX24_HEADER),
    ],
)
def test_the_headers_are_the_published_ones(file: str, delimiter: str, header: Sequence[str]) -> None:
    with (SHARED / file).open(encoding="utf-8-sig", newline="") as lines:
        assert next(csv.reader(lines, delimiter=delimiter)) == list(header)
