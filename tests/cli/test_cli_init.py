"""init: the settings by asking, and by looking at what lies in the folder."""

import shutil
import tomllib
from pathlib import Path

import pytest

from small_firm import Firm
from workbooks import workbook

DEMO = Path(__file__).parents[2] / "partnersync/demo/data"
REAL = Path(__file__).resolve().parents[3] / "shared/data"
CONFIG = ("--config", "new/config/partnersync.toml")
RUSSIAN = """\
№ сделки;Компания;ИНН;Партнёр;Статус;"Сумма, руб.";Дата создания;Телефон;Комментарий
1;Дуб;7707083893;P-1;Выиграна;1 000,50;01.03.2026;+7 900 111-22-33;"а; б"
2;Вяз;;P-2;В работе;2000;15.03.2026;;
3;Ель;;P-1;На паузе;300;20.03.2026;;
"""


ANSWERS = ("--path", "in", "--out", "written", "--currency", "USD", "--zone", "Europe/Berlin", "--from", "2026-02-01")


def test_init_writes_settings_that_work(tmp_path: Path, firm: Firm) -> None:
    ended = firm.run("init", *ANSWERS, "--config", "new/config/partnersync.toml")
    assert ended.code == 0, ended.told
    assert (firm.root / "new/in").is_dir()
    program = firm.text("new/config/program/2026-02-01.toml")
    assert "effective_from = 2026-02-01" in program
    firm.put("new/in/partners.csv", firm.text("data/partners.csv"))
    firm.put("new/in/deals.csv", firm.text("data/deals.csv"))
    firm.put("new/in/payments.csv", firm.text("data/payments.csv"))
    synced = firm.run("sync", "--config", "new/config/partnersync.toml", "--as-of", "2026-03-31", "--json")
    assert synced.code == 0, synced.told
    assert synced.json()["lines"] == 2
    assert (firm.root / "new/written/ledger.csv").is_file()


def test_init_asks_nothing_where_told_so(firm: Firm) -> None:
    ended = firm.run("init", "--yes", "--currency", "USD", "--config", "new/config/partnersync.toml")
    assert ended.code == 0, ended.told
    [program] = (firm.root / "new/config/program").iterdir()
    assert 'currency = "USD"' in program.read_text()
    assert 'time_zone = "Europe/Moscow"' in program.read_text()
    for kind in ("partners", "deals", "payments", "registrations"):
        firm.put(f"new/data/{kind}.csv", firm.text(f"data/{kind}.csv"))
    checked = firm.run("doctor", "--config", "new/config/partnersync.toml")
    assert (checked.code, checked.out) == (0, "all is well\n")


def test_init_overwrites_nothing(firm: Firm) -> None:
    before = firm.text("config/partnersync.toml")
    ended = firm.run("init", *ANSWERS)
    assert ended.code == 2
    assert "config/partnersync.toml exists already" in ended.err
    assert firm.text("config/partnersync.toml") == before
    assert not (firm.root / "config/program/2026-02-01.toml").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        pytest.param("--from", "soon", "--from 'soon' is no date", id="a first day that is none"),
        pytest.param("--zone", "Mars/Base", "time_zone", id="a zone that is none"),
        pytest.param("--currency", "rubles", "currency", id="a currency that is none"),
        pytest.param("--out", "in", "one folder", id="one folder for both"),
    ],
)
def test_init_refuses_what_would_not_work_and_leaves_nothing(firm: Firm, option: str, value: str, said: str) -> None:
    answers = list(ANSWERS)
    answers[answers.index(option) + 1] = value
    ended = firm.run("init", *answers, "--config", "new/config/partnersync.toml")
    assert ended.code == 2
    assert said in ended.err
    assert not list((firm.root / "new").rglob("*.toml"))


def connection(firm: Firm) -> dict[str, object]:
    settings = tomllib.loads(firm.text("new/config/partnersync.toml"))
    registry: dict[str, object] = settings["connections"]["registry"]
    return registry


def test_a_foreign_file_is_mapped_by_its_header(firm: Firm) -> None:
    firm.put("new/data/Сделки за март.csv", RUSSIAN.encode("cp1251"))
    ended = firm.run("init", "--yes", "--from", "2026-01-01", *CONFIG)
    assert ended.code == 0, ended.told
    assert connection(firm)["files"] == {
        "deals": {
            "file": "Сделки за март.csv",
            "date_format": "%d.%m.%Y",
            "columns": {
                "deal_id": "№ сделки",
                "client_id": "Компания",
                "client_name": "Компания",
                "client_inn": "ИНН",
                "client_phone": "Телефон",
                "partner_id": "Партнёр",
                "state": "Статус",
                "amount": "Сумма, руб.",
                "created_at": "Дата создания",
            },
            "states": {"Выиграна": "won", "В работе": "open"},
        }
    }
    assert "Сделки за март.csv is read as deals\n" in ended.out
    assert "7707083893" in ended.out
    assert "900 111" not in ended.out
    asks = '# Say under states whether these mean open, won or lost; until then their rows are set aside: "На паузе"\n'
    assert asks in firm.text("new/config/partnersync.toml")
    assert asks.removeprefix("# ") in ended.out


def test_what_was_mapped_works(firm: Firm) -> None:
    firm.put("new/data/deals 2026.csv", RUSSIAN.replace("На паузе", "Отказ"))
    firm.put("new/data/partners.csv", firm.text("data/partners.csv"))
    assert firm.run("init", "--yes", "--from", "2026-01-01", *CONFIG).code == 0
    checked = firm.run("doctor", *CONFIG)
    assert (checked.code, checked.out) == (0, "all is well\n")
    synced = firm.run("sync", "--as-of", "2026-03-31", *CONFIG)
    assert synced.code == 0, synced.told
    assert ";P-1;typed;" in firm.text("new/out/deals 2026.csv")


def test_a_workbook_is_recognised_too(firm: Firm) -> None:
    lines = [line.replace('"', "").split(";")[:8] for line in RUSSIAN.splitlines()]
    firm.put("new/data/Отчёт.xlsx", workbook({"Лист1": lines}))
    assert firm.run("init", "--yes", "--from", "2026-01-01", *CONFIG).code == 0
    assert firm.run("doctor", *CONFIG).out == "all is well\n"
    assert firm.run("plan", "--as-of", "2026-03-31", *CONFIG).code == 3  # one state has no meaning yet


def test_what_is_not_recognised_is_named_with_what_to_do(firm: Firm) -> None:
    firm.put("new/data/goods.csv", "article,colour\n1,red\n")
    firm.put("new/data/old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    ended = firm.run("init", "--yes", *CONFIG)
    assert ended.code == 0
    assert "goods.csv is left out: it has the columns article, colour, which tell no kind of record. To " in ended.out
    assert "old.xls is left out: it is an old Excel file (.xls). Save it as .xlsx or CSV" in ended.out
    assert "files" not in connection(firm)


def test_a_file_sends_no_commands_to_the_terminal(firm: Firm) -> None:
    firm.put("new/data/\x1b[2J.csv", "\x1b]0;a,\x07\n1,2\n")
    firm.put("new/data/deals.csv", "deal_id,state,created_at,partner_id\n\x1b[2J,\x1b[1m,2026-03-01,P\n")
    told = firm.run("init", "--yes", *CONFIG).out
    assert "is left out" in told
    assert set(told) & {"\x1b", "\x07"} == set()


def test_a_canonical_file_needs_no_mapping_and_no_question(firm: Firm) -> None:
    firm.put("new/in/deals.csv", firm.text("data/deals.csv"))
    ended = firm.run("init", *ANSWERS, *CONFIG)
    assert ended.code == 0, ended.told
    assert "deals.csv is read as deals\n" in ended.out
    assert "buyer@oak.ru" not in ended.out
    assert "files" not in connection(firm)


def test_a_mapping_is_asked_for(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    firm.put("new/in/sales.csv", RUSSIAN)
    answered: list[str] = []

    def confirm(question: str, *, default: bool) -> bool:
        answered.append(question)
        return not default

    monkeypatch.setattr("click.confirm", confirm)
    assert firm.run("init", *ANSWERS, *CONFIG).code == 0
    assert answered == ["Read sales.csv so?"]
    assert "files" not in connection(firm)


def test_a_mapping_that_nobody_can_be_asked_for_is_not_written(firm: Firm) -> None:
    firm.put("new/in/sales.csv", RUSSIAN)
    process = firm.spawn("init", *ANSWERS, *CONFIG)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, out
    assert "Give the answers as options" in err
    assert not (firm.root / "new/config/partnersync.toml").exists()


def test_the_sample_company_is_recognised(firm: Firm) -> None:
    shutil.copytree(DEMO, firm.root / "new/data")
    ended = firm.run("init", "--yes", "--currency", "USD", "--from", "2016-01-01", *CONFIG)
    assert ended.code == 0, ended.told
    files = connection(firm)["files"]
    assert isinstance(files, dict)
    assert set(files) == {"deals", "partners"}
    assert files["deals"]["states"] == {"Won": "won", "Lost": "lost", "Engaging": "open", "Prospecting": "open"}
    assert files["deals"]["columns"]["partner_id"] == files["partners"]["columns"]["partner_id"] == "sales_agent"
    assert firm.run("doctor", *CONFIG).out == "all is well\n"
    planned = firm.run("plan", "--as-of", "2018-01-31", "--json", *CONFIG)
    assert planned.code == 3  # 500 deals have no engage date, as init says
    assert '"engage_date" is empty in 500 of 8,800 rows' in ended.out
    assert len(planned.json()["plan"]["changes"]) > 8_000


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files do not lie beside the repository")
def test_its_twin_that_went_through_excel_is_read_alike(firm: Firm) -> None:
    firm.put("new/data/pipeline.csv", (REAL / "maven_crm/sales_pipeline_excel_resaved.csv").read_bytes())
    ended = firm.run("init", "--yes", "--currency", "USD", "--from", "2016-01-01", *CONFIG)
    assert ended.code == 0, ended.told
    assert 'date_format = "%m/%d/%Y"' in ended.out
    assert "1C1I7A6R  Cancity    Cancity      Moses Frase" in ended.out
    assert firm.run("doctor", *CONFIG).out == "all is well\n"
