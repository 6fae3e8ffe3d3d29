"""Exports of amoCRM and Bitrix24 from beginning to end: read, judged, booked, written back."""

import csv
import io
from pathlib import Path

import pytest

from crm_exports import amocrm, bitrix24, product
from small_firm import FILES, PROGRAM, SETTINGS, Firm

MAPPING = """
[connections.main.files.deals]
file = "{file}"
preset = "{preset}"
columns = {{ partner_id = "{partner}" }}
values = {{ partner_id = {{ "Первый партнёр" = "P-1" }} }}
"""


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """A company with partners alone; its deals come from a CRM."""
    monkeypatch.chdir(tmp_path)
    firm = Firm(tmp_path)
    firm.put("config/program/2026-01-01.toml", PROGRAM)
    firm.put("data/partners.csv", FILES["partners"])
    return firm


def settle(
    firm: Firm, export: tuple[str, str], preset: str, partner: str, *payments: str, in_place: bool = False
) -> None:
    """Write the settings, the export (its file and text) and the payments."""
    file, deals = export
    settings = SETTINGS.replace('out = "out"', "in_place = true") if in_place else SETTINGS
    firm.put("config/partnersync.toml", settings + MAPPING.format(file=file, preset=preset, partner=partner))
    firm.put(f"data/{file}", deals)
    firm.put("data/payments.csv", "\n".join(["payment_id,deal_id,paid_at,amount,product,currency", *payments, ""]))


def table(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def ours(text: str, delimiter: str, column: str) -> list[tuple[str, str]]:
    """Id and one of our fields, row by row."""
    header, *rows = table(text, delimiter)
    return [(row[0], row[header.index(column)]) for row in rows]


def issues(firm: Firm, folder: str = "out") -> list[tuple[str, ...]]:
    names = ("record_id", "file", "line", "column", "value", "code")
    return sorted(tuple(row[name] for name in names) for row in firm.rows("issues", folder))


WON = {"Этап сделки": "Успешно реализовано", "Дата закрытия": "10.03.2026 18:00:00"}
AMOCRM = [
    WON
    | {
        "ID": "101",
        "Бюджет, ₽": "1 000",
        "Компания": "ООО &quot;Ромашка&quot;",
        "Товар": "licence",
        "Рабочий телефон": "'+79005550101, '+79005550102",
        "Рабочий email": "info@romashka.example;zakaz@romashka.example",
        "ИНН": "7.707083893E9",
        "Партнёр": "Первый партнёр",
    },
    {"ID": "102", "Компания": 'ООО "Ромашка"', "Товар": "licence", "Партнёр": "Первый партнёр", "Бюджет, ₽": "500 ₽"},
    WON | {"ID": "103", "Этап сделки": "Отгружено", "Партнёр": "Первый партнёр"},
    WON | {"ID": "104", "Бюджет, ₽": "много", "Партнёр": "Первый партнёр"},
    {"ID": "105", "ИНН": "7.707083894E9", "Факс": "факса нет", "Партнёр": "Неизвестный"},
    {"ID": "106", "Дата создания сделки": "вчера"},
]


def test_an_export_of_amocrm(firm: Firm) -> None:
    deals = amocrm(AMOCRM, more=["ИНН", "Партнёр"], budget="Бюджет, ₽")
    settle(firm, ("amocrm.csv", deals), "amocrm-export", "Партнёр", "M-1,101,2026-03-10,1000,")
    ended = firm.sync()
    assert ended.code == 3, ended.told
    assert issues(firm) == [
        ("103", "amocrm.csv", "6", "Этап сделки", "Отгружено", "STATE_UNKNOWN"),
        ("104", "amocrm.csv", "8", "Бюджет, ₽", "много", "BAD_VALUE"),
        ("105", "amocrm.csv", "10", "partner_id", "Неизвестный", "PARTNER_UNKNOWN"),
        ("105", "amocrm.csv", "10", "ИНН", "7.707083894E9", "BAD_VALUE"),
        ("105", "amocrm.csv", "10", "Факс", "***", "BAD_VALUE"),
        ("106", "amocrm.csv", "12", "Дата создания сделки", "вчера", "BAD_VALUE"),
    ]
    assert [
        (line["deal_id"], line["partner_id"], line["amount"], line["currency"]) for line in firm.rows("ledger")
    ] == [("main/101", "P-1", "500.00", "RUB")]
    written = firm.text("out/amocrm.csv")
    assert ours(written, ",", "ps_partner_id") == [
        ("101", "P-1"),
        ("102", "P-1"),
        *((deal, "") for deal in ("103", "104", "105", "106")),
    ]
    assert [row[: len(row) - 8] for row in table(written, ",")] == table(deals, ",")
    assert "'+79005550101, '+79005550102" in written
    assert "ООО &quot;Ромашка&quot;" in written
    assert firm.sync().code == 0
    assert firm.text("out/amocrm.csv") == written


SUCCESS = {"Стадия сделки": "Сделка успешна", "Сделка закрыта": "Да", "Предполагаемая дата закрытия": "10.03.2026"}
OF_FIRST = SUCCESS | {"Клиент": "Первый партнёр", "Компания": "Ромашка"}
BITRIX24 = [
    product("11", "licence", "300", "2", **OF_FIRST),
    product("12", "licence", "250.5", "1", **SUCCESS, Валюта="Доллар США", Клиент="Первый партнёр"),
    product("11", "service", "400", "1", **OF_FIRST),
    product("11", "licence", "300", "2", **OF_FIRST),
    product("13", "licence", "10", "1", Клиент="Первый партнёр"),
    product("13", "service", "10", "1", **SUCCESS, Клиент="Первый партнёр"),
    product("14", "licence", "10", "1"),
    product("14", "licence", "10", "1", Сумма="100"),
    {"ID": "15", "Сумма": "5", "Сделка закрыта": "Да", "Стадия сделки": "Отгружено"},
]
PAYMENTS = ("M-1,11,2026-03-10,1600,licence", "M-2,12,2026-03-10,250.5,,USD", "M-3,11,2026-03-11,100,licence")


def test_an_export_of_bitrix24_in_place(firm: Firm) -> None:
    deals = bitrix24(BITRIX24)
    settle(firm, ("deals.csv", deals), "bitrix24-export", "Клиент", *PAYMENTS, in_place=True)
    ended = firm.sync()
    assert ended.code == 3, ended.told
    assert issues(firm, "data") == [
        ("13", "deals.csv", "7", "ID", "13", "DUPLICATE_ID"),
        ("14", "deals.csv", "9", "Сумма", "100", "BAD_VALUE"),
        ("15", "deals.csv", "10", "Стадия сделки", "Отгружено", "STATE_UNKNOWN"),
    ]
    told = [(line["deal_id"], line["amount"], line["currency"], line["reason"]) for line in firm.rows("ledger", "data")]
    assert told == [
        ("main/11", "800.00", "RUB", ""),
        ("main/12", "125.25", "USD", ""),
        ("main/11", "0.00", "RUB", "OVERPAID"),
    ], "the amount of deal 11 is 1600: the sum of its three lines, of which two are equal"
    written = firm.text("data/deals.csv")
    header, *rows = table(written, ";")
    assert [row[: len(row) - 8] for row in (header, *rows)] == table(deals, ";")
    assert written.startswith("\ufeff" + '"ID";"Сделка";')
    assert written.splitlines()[0].split(";ps_")[0] == deals.splitlines()[0]
    place = header.index("ps_commission")
    assert [(row[0], row[place]) for row in rows if row[0] in ("11", "12")] == [
        ("11", "800.00"),
        ("12", "125.25"),
        ("11", "800.00"),
        ("11", "800.00"),
    ]
    assert firm.sync().code == 0
    assert firm.text("data/deals.csv") == written


def test_an_edit_in_one_line_of_a_deal_is_seen_and_left_alone(firm: Firm) -> None:
    settle(firm, ("deals.csv", bitrix24(BITRIX24[:4])), "bitrix24-export", "Клиент", *PAYMENTS)
    assert firm.sync().code == 0
    lines = firm.text("out/deals.csv").splitlines(keepends=True)
    assert ";P-1;typed;" in lines[3]
    lines[3] = lines[3].replace(";P-1;typed;", ";P-2;typed;")
    firm.put("out/deals.csv", "".join(lines))
    ended = firm.sync()
    assert ended.code == 0
    assert "foreign" in ended.told
    firm.put(
        "data/payments.csv", firm.text("data/payments.csv") + "M-4,12,2026-03-12,1,\n"
    )  # has the file written anew
    assert firm.sync().code == 0
    told = ours(firm.text("out/deals.csv"), ";", "ps_partner_id")
    assert [text for deal, text in told if deal == "11"] == ["P-1|P-2"] * 3, "nobody knows which of them is meant"


def test_a_line_that_is_added_gets_our_values(firm: Firm) -> None:
    settle(firm, ("deals.csv", bitrix24(BITRIX24[:4])), "bitrix24-export", "Клиент", *PAYMENTS, in_place=True)
    assert firm.sync().code == 0
    written = firm.text("data/deals.csv")
    (added,) = bitrix24([product("11", "service", "7", "1", **OF_FIRST)]).splitlines()[1:]
    firm.put("data/deals.csv", written + added + "\n")
    ended = firm.sync()
    assert ended.code == 0
    assert "foreign" not in ended.told
    told = ours(firm.text("data/deals.csv"), ";", "ps_partner_id")
    assert told == [("11", "P-1"), ("12", "P-1"), ("11", "P-1"), ("11", "P-1"), ("11", "P-1")]
