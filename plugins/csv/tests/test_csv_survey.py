"""A folder before there are settings: what each file is taken for, and what is told about it."""

from pathlib import Path
from typing import Any

import pytest

from crm_exports import amocrm, bitrix24, product
from partnersync.contract.adapter import Surveyed
from partnersync_csv.survey import survey

HEADER = "deal_id,state,created_at,partner_id\n"


@pytest.fixture
def put(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def only(folder: Path, name: str, content: str | bytes) -> Surveyed:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (found,) = survey(folder)
    return found


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        pytest.param("deals.csv", HEADER + "1,won,2026-03-01,P\n", {}, id="a canonical file"),
        pytest.param("sales.csv", HEADER + "1,WON,2026-03-01,P\n", {"file": "sales.csv"}, id="of another name"),
        pytest.param(
            "deals.csv",
            "Номер|Статус|Дата создания|Партнёр\n1|Отказ|01.03.2026|P\n".encode("cp866"),
            None,
            id="two forms at once that nothing tells",
        ),
        pytest.param(
            "deals.csv",
            HEADER.replace(",", "|") + "1|won|2026-03-01|P\n",
            {"delimiter": "|"},
            id="a delimiter that is not looked for",
        ),
        pytest.param(
            "deals.csv",
            "Номер;Статус;Дата создания;Партнёр\n1;Отказ;01.03.2026;P\n".encode("cp866"),
            {
                "encoding": "cp866",
                "columns": {
                    "deal_id": "Номер",
                    "partner_id": "Партнёр",
                    "state": "Статус",
                    "created_at": "Дата создания",
                },
                "states": {"Отказ": "lost"},
                "date_format": "%d.%m.%Y",
            },
            id="the encoding of a console",
        ),
    ],
)
def test_the_settings_that_a_file_needs(
    put: Path, name: str, content: str | bytes, options: dict[str, object] | None
) -> None:
    found = only(put, name, content)
    assert found.recognised == ("" if options is None else "deals")
    assert found.options == ({"files": {"deals": options}} if options else {})


def test_samples_are_cells_as_they_would_be_pulled(put: Path) -> None:
    rows = "".join(f"{number},Выиграна,0{number}.03.2026,P\n" for number in range(1, 6))
    found = only(put, "x.csv", "Номер,Статус,Дата создания,Партнёр\n" + rows)
    assert [(cells["deal_id"], cells["state"], cells["created_at"]) for cells in found.samples] == [
        ("1", "won", "2026-03-01"),
        ("2", "won", "2026-03-02"),
        ("3", "won", "2026-03-03"),
    ]


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        pytest.param(HEADER + "1,won,,P\n2,won,2026-03-01,P\n", '"created_at" is empty in 1 of 2 rows', id="empty"),
        pytest.param(
            HEADER + "1,won,03/04/2026,P\n",
            "Day and month cannot be told apart: give date_format, %m/%d/%Y or %d/%m/%Y",
            id="dates of two meanings",
        ),
        pytest.param(HEADER + "1,won,soon,P\n", "1 different dates are in no form that is known", id="no date"),
        pytest.param(HEADER + "1,maybe,2026-03-01,P\n", 'rows are set aside: "maybe"', id="a state without a meaning"),
        pytest.param(
            HEADER + "".join(f"{n},won,2026-03-01,P\n" for n in range(30)) + "1,won,2026-03-01,P\n",
            "1 rows have an id that an earlier row has",
            id="an id that comes twice",
        ),
        pytest.param("deal_id,state,created_at\n1,won,2026-03-01\n", "No column is taken for the", id="no partner"),
        pytest.param(
            "deal_id,state,created_at,partner_id,Тип\n1,won,2026-03-01,P,\n", None, id="nothing to say",
        ),
    ],
)  # fmt: skip
def test_what_is_told_about_a_file_that_is_read(put: Path, content: str, remark: str | None) -> None:
    found = only(put, "deals.csv", content)
    assert found.recognised == "deals"
    assert "date_format" not in str(found.options)
    assert ([remark in each for each in found.remarks] if remark else found.remarks) in ([True], ())


@pytest.mark.parametrize(
    ("name", "content", "remark"),
    [
        pytest.param("a.csv", b"", "it is empty", id="an empty file"),
        pytest.param("a.csv.gz", b"\x1f\x8b\x08\0", "it is packed (gz). Unpack it", id="no table"),
        pytest.param("a.csv", "colour\nred\n", "it has the columns colour, which tell no kind of record", id="unknown"),
        pytest.param(
            "deals.csv",
            "deal_id,colour\n1,red\n",
            "none of its columns deal_id, colour is state or created_at",
            id="half",
        ),
        pytest.param(
            "x.csv",
            "Номер,Статус,Дата\n" + "1,Отказ,2026-03-01\n" * 3,
            '"Номер", taken for deal_id, is the same in many rows',
            id="ids that are none",
        ),
        pytest.param(
            "x.csv",
            "Номер,Статус,Дата\n" + "".join(f"{n},word {n},2026-03-01\n" for n in range(60)),
            '"Статус", taken for state, has too many different texts',
            id="states that are none",
        ),
    ],
)
def test_what_is_told_about_a_file_that_is_not_read(put: Path, name: str, content: str | bytes, remark: str) -> None:
    found = only(put, name, content)
    assert (found.recognised, found.options, found.samples) == ("", {}, ())
    assert remark in found.remarks[0]


def test_a_kind_of_partner_in_other_words_is_not_mapped_but_named(put: Path) -> None:
    found = only(put, "partners.csv", "Партнёр,Тип\nP-1,Золотой\n")
    assert found.options == {"files": {"partners": {"columns": {"partner_id": "Партнёр", "name": "Партнёр"}}}}
    assert '"Тип" may be kind, but has other words than referral, agent' in found.remarks[0]


@pytest.mark.parametrize(
    ("header", "words", "mapped"),
    [
        pytest.param("Статус", "Активен На_паузе active", {"Активен": "active", "На_паузе": "paused"}, id="known"),
        pytest.param("status", "Активный Золотой", {"Активный": "active"}, id="one unknown, in a column of our name"),
        pytest.param("Статус", "Активный Золотой", None, id="one unknown: not taken for it"),
    ],
)
def test_words_of_a_partners_status(put: Path, header: str, words: str, mapped: dict[str, str] | None) -> None:
    rows = "".join(f"P-{number},Дуб,{word}\n" for number, word in enumerate(words.split()))
    found = only(put, "partners.csv", f"partner_id,name,{header}\n{rows}")
    options: Any = found.options["files"]["partners"] if found.options else {}  # type: ignore[index]
    assert options.get("values") == ({"status": mapped} if mapped else None)
    assert ("may be status, but has other words" in " ".join(found.remarks)) == (mapped is None)


def test_of_several_files_of_a_kind_the_one_with_our_name_is_read(put: Path) -> None:
    for name in ("a.csv", "deals.csv", "z.csv"):
        (put / name).write_text(HEADER + "1,won,2026-03-01,P\n")
    first, ours, last = survey(put)
    assert (first.recognised, ours.recognised, last.recognised) == ("", "deals", "")
    assert "looks like deals too, which are read from deals.csv" in first.remarks[0]


def test_files_of_ours_and_of_programs_are_passed_over(put: Path) -> None:
    for name in ("ledger.csv", "issues.csv", ".hidden", "~$deals.xlsx"):
        (put / name).write_text("x\n")
    (put / "folder").mkdir()
    assert survey(put) == []


def test_exports_of_crms(put: Path) -> None:
    (put / "amo.csv").write_text(amocrm([{"ID": "1", "Компания": "Дуб"}]), encoding="utf-8")
    (put / "bitrix.csv").write_text("")
    (amo, _) = survey(put)
    assert amo.recognised == "deals (amocrm-export)"
    assert amo.options == {"files": {"deals": {"file": "amo.csv", "preset": "amocrm-export"}}}
    assert (amo.samples[0]["client_name"], amo.samples[0]["state"]) == ("Дуб", "open")
    (put / "amo.csv").unlink()
    found = only(put, "bitrix.csv", bitrix24([product("1", "Лицензия", "100", "2"), product("1", "Услуга", "50", "1")]))
    assert found.recognised == "deals (bitrix24-export)"
    assert (len(found.samples), found.samples[0]["amount"]) == (1, "250")
