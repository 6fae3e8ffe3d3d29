"""What a file is taken for by its name, header and words."""

import re
from enum import StrEnum

import pytest

from partnersync.domain.deal import DealState
from partnersync.domain.partner import PartnerStatus
from partnersync_csv.kinds import FILE_KINDS
from partnersync_csv.recognise import _synonyms, date_formats, guess, meanings_of, simple


@pytest.mark.parametrize(
    ("file", "header", "kind", "columns"),
    [
        pytest.param(
            "deals",
            "deal_id client_name state created_at",
            "deals",
            "deal_id=deal_id client_name=client_name state=state created_at=created_at",
            id="canonical names, and nothing that serves for another",
        ),
        pytest.param(
            "export",
            "opportunity_id deal_stage engage_date account sales_agent",
            "deals",
            "deal_id=opportunity_id client_id=account client_name=account partner_id=sales_agent state=deal_stage "
            "created_at=engage_date",
            id="names of another program",
        ),
        pytest.param(
            "выгрузка",
            "ID Статус Этап Дата_создания Сумма,руб.",
            "deals",
            "deal_id=ID stage=Этап state=Статус amount=Сумма,руб. created_at=Дата_создания",
            id="Russian names, an id that may be anything's",
        ),
        pytest.param(
            "x",
            "ID Стадия Дата_передачи",
            None,
            "",
            id="another word is no slip of the hand",
        ),
        pytest.param(
            "x",
            "ID Стадия Дата_создани",
            "deals",
            "deal_id=ID state=Стадия created_at=Дата_создани",
            id="a slip of the hand",
        ),
        pytest.param(
            "платежи",
            "Номер Сделка Дата Сумма",
            "payments",
            "payment_id=Номер deal_id=Сделка paid_at=Дата amount=Сумма",
            id="payments, by the name of the file",
        ),
        pytest.param(
            "заявки",
            "Заявка Партнёр Дата ИНН",
            "registrations",
            "registration_id=Заявка partner_id=Партнёр client_inn=ИНН submitted_at=Дата",
            id="registrations",
        ),
        pytest.param(
            "Партнеры 2026",
            "Наименование ИНН",
            "partners",
            "partner_id=Наименование name=Наименование inn=ИНН",
            id="partners that have only a name",
        ),
        pytest.param("register", "Наименование ИНН ОГРН", None, "", id="companies that nothing calls partners"),
        pytest.param("курсы", "Дата Валюта Курс", "rates", "date=Дата currency=Валюта rate=Курс", id="rates"),
        pytest.param("goods", "article colour", None, "", id="nothing of ours"),
        pytest.param("x", "Сумма,тыс.руб. Номер Статус Дата", "deals", "deal_id=Номер state=Статус created_at=Дата",
                     id="a sum in thousands is no sum"),
    ],
)  # fmt: skip
def test_a_file_is_taken_for(file: str, header: str, kind: str | None, columns: str) -> None:
    found = guess(file, header.split())
    if kind is None:
        assert found is None or found.missing
        return
    assert found is not None
    assert (found.kind.key, found.missing) == (kind, ())
    assert " ".join(f"{column}={name}" for column, name in found.columns.items()) == columns


def test_what_a_file_lacks_is_named() -> None:
    found = guess("deals", ["deal_id", "state"])
    assert found is not None
    assert (found.kind.key, found.missing) == ("deals", ("created_at",))


def test_an_export_of_a_crm_gets_its_preset_and_the_partners_column_of_the_company() -> None:
    header = ["ID", "Название сделки", "Бюджет", "Дата создания сделки", "Этап сделки", "Партнёр"]
    found = guess("x", header)
    assert found is not None
    assert (found.preset, found.columns) == ("amocrm-export", {"partner_id": "Партнёр"})


def test_states() -> None:
    words = ["Won", "CLOSED-LOST", "Успешно реализовано", "в работе", "Думает"]
    meanings = {"Won": "won", "CLOSED-LOST": "lost", "Успешно реализовано": "won", "в работе": "open"}
    assert meanings_of(words, "deals.state") == (meanings, ["Думает"])


@pytest.mark.parametrize(
    ("texts", "formats", "others"),
    [
        ("2026-03-01|2026-03-01T10:00:00", (), 0),
        ("01.03.2026|31.12.2026", ("%d.%m.%Y",), 0),
        ("01.03.2026 10:20:30", ("%d.%m.%Y %H:%M:%S",), 0),
        ("3/1/2017|10/20/2016", ("%m/%d/%Y",), 0),
        ("1/3/2017|20/10/2016", ("%d/%m/%Y",), 0),
        ("1/3/2017|2/4/2017", ("%m/%d/%Y", "%d/%m/%Y"), 0),
        ("01.03.2026|02.03.2026|soon", ("%d.%m.%Y",), 1),
        ("soon", (), 1),
    ],
)
def test_date_formats(texts: str, formats: tuple[str, ...], others: int) -> None:
    assert date_formats(texts.split("|")) == (formats, others)


class TestSynonyms:
    def test_columns_are_ours(self) -> None:
        for kind in FILE_KINDS:
            assert set(_synonyms()[kind.key]["columns"]) <= set(kind.columns)

    def test_names_are_written_as_they_are_compared(self) -> None:
        tables = [*(_synonyms()[kind.key]["columns"] for kind in FILE_KINDS), *_synonyms()["words"].values()]
        names = [name for table in tables for names in table.values() for name in names] + _synonyms()["ids"]
        assert [name for name in names if simple(name) != name] == []

    @pytest.mark.parametrize(("column", "meanings"), [("deals.state", DealState), ("partners.status", PartnerStatus)])
    def test_every_word_has_one_meaning(self, column: str, meanings: type[StrEnum]) -> None:
        known = _synonyms()["words"][column]
        words = [word for words in known.values() for word in words]
        assert set(known) <= set(meanings)
        assert len(words) == len(set(words))

    def test_pieces_of_file_names_are_small_letters(self) -> None:
        pieces = [piece for kind in FILE_KINDS for piece in _synonyms()[kind.key]["files"]]
        assert [piece for piece in pieces if re.search(r"[A-ZА-ЯЁ]", piece)] == []
