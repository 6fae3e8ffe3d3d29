"""Undo on files, through the command line: the bytes come back, people's edits stay, nothing is done again."""

import csv
import io
import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from small_firm import FILES, PROGRAM, SETTINGS, Firm

IN_PLACE = SETTINGS.replace('out = "out"', "in_place = true")
OURS = ("deals", "partners", "registrations")
TABLES = {"ledger.csv", "statements.csv", "payouts.csv", "issues.csv", "incidents.csv", "notes.csv", "tasks.csv"}
PAYMENTS = FILES["payments"].replace("1500", "900")
PAID = PAYMENTS + "M-3,D-2,2026-03-12,500\n"


def _as_it_is(text: str) -> bytes:
    return text.encode()


def _all_in_quotes(text: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text)))
    return out.getvalue().encode()


def _cp1251(text: str) -> bytes:
    return text.replace("Oak", "Дуб").replace("First", "Первый").replace("\n", "\r\n").encode("cp1251")


def _ragged(text: str) -> bytes:
    """A byte order mark, empty lines, a lost quote, cells beyond the header, and no last line end."""
    header, *rows = text.splitlines(keepends=True)
    more = ["\n", ",,,\n", 'X-1,"lost\n', f"{rows[0].strip()},beyond,\n".replace("-1,", "-7,", 1)]
    return b"\xef\xbb\xbf" + "".join([header, *rows, *more]).rstrip("\n").encode()


FORMS = [
    pytest.param(_as_it_is, id="as it is"),
    pytest.param(_all_in_quotes, id="all in quotes"),
    pytest.param(_cp1251, id="cp1251"),
    pytest.param(_ragged, id="ragged"),
]


@pytest.fixture
def new_firm(tmp_path: Path, new_sqlite_store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Firm]:
    """Make the company, with files of a form."""

    def make(settings: str, form: Callable[[str], bytes] = _as_it_is) -> Firm:
        firm = Firm(tmp_path)
        firm.put("config/partnersync.toml", settings)
        firm.put("config/program/2026-01-01.toml", PROGRAM)
        for kind, text in (FILES | {"payments": PAYMENTS}).items():
            firm.put(f"data/{kind}.csv", form(text) if kind in OURS else text)
        shutil.copyfile(new_sqlite_store, tmp_path / "partnersync.db")
        monkeypatch.chdir(tmp_path)
        return firm

    return make


def _bytes(firm: Firm, *folders: str) -> dict[str, bytes]:
    """Every file but the tables of the programme."""
    return {
        str(path.relative_to(firm.root)): path.read_bytes()
        for folder in folders or ("data", "out")
        for path in sorted((firm.root / folder).glob("*"))
        if path.name not in TABLES
    }


def _undo(firm: Firm, run: int, *args: str) -> str:
    ended = firm.run("undo", str(run), *args)
    assert ended.code == 0, ended.told
    return ended.out


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("settings", [pytest.param(SETTINGS, id="out"), pytest.param(IN_PLACE, id="in place")])
def test_a_first_run_leaves_no_byte(new_firm: Callable[..., Firm], settings: str, form: Callable[[str], bytes]) -> None:
    firm = new_firm(settings, form)
    before = _bytes(firm)
    firm.sync()
    assert _bytes(firm) != before
    _undo(firm, 1)
    assert _bytes(firm) == before
    for _ in range(2):
        assert "written    main: 0 records" in firm.sync().out
        assert _bytes(firm) == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("settings", [pytest.param(SETTINGS, id="out"), pytest.param(IN_PLACE, id="in place")])
def test_a_later_run_leaves_no_byte(new_firm: Callable[..., Firm], settings: str, form: Callable[[str], bytes]) -> None:
    firm = new_firm(settings, form)
    firm.sync()
    firm.put("data/payments.csv", PAID)
    before = _bytes(firm)
    firm.sync()
    assert _bytes(firm) != before
    _undo(firm, 2)
    assert _bytes(firm) == before
    assert "written    main: 0 records" in firm.sync().out
    assert _bytes(firm) == before


def test_rows_that_somebody_adds_without_our_cells_lose_them_again(new_firm: Callable[..., Firm]) -> None:
    firm = new_firm(IN_PLACE).synced()
    added = firm.text("data/deals.csv") + "D-4,Ash,ash.ru,P-1,licence,won,900,2026-03-05,2026-03-12,,\n"
    firm.put("data/deals.csv", added)
    firm.put("data/payments.csv", PAID + "M-4,D-4,2026-03-20,900\n")
    before = _bytes(firm)
    firm.sync()
    assert ",P-1,typed," in firm.text("data/deals.csv").splitlines()[-1]
    _undo(firm, 2)
    assert _bytes(firm) == before


def test_cells_that_were_saved_in_quotes_get_their_quotes_back(new_firm: Callable[..., Firm]) -> None:
    """Somebody saved our cells with every cell in quotes."""
    firm = new_firm(IN_PLACE).synced()
    firm.put("data/deals.csv", _all_in_quotes(firm.text("data/deals.csv")))
    firm.put("data/payments.csv", PAID)
    before = _bytes(firm)
    firm.sync()
    assert _bytes(firm) != before
    _undo(firm, 2)
    assert _bytes(firm) == before


@pytest.mark.parametrize(
    ("settings", "folder"), [pytest.param(SETTINGS, "out", id="out"), pytest.param(IN_PLACE, "data", id="in place")]
)
def test_what_people_did_since_stays(new_firm: Callable[..., Firm], settings: str, folder: str) -> None:
    """A cell of ours, a cell of theirs, a row, a name."""
    firm = new_firm(settings).synced()
    firm.edit(f"{folder}/deals.csv", ",P-1,typed,", ",P-2,typed,")
    firm.edit("data/deals.csv", "D-2,Elm,", "D-2,Elm Ltd,")
    firm.put("data/partners.csv", firm.text("data/partners.csv").replace("Second", "Second One"))
    told = _undo(firm, 1)
    assert "left        1 field: someone changed it since" in told
    assert "deal D-1: ps_partner_id was written 'P-1', is 'P-2'" in told
    rows = firm.rows("deals", folder)
    ours = [{name: text for name, text in row.items() if name and name.startswith("ps_") and text} for row in rows]
    assert ours == [{"ps_partner_id": "P-2"}, {}, {}]
    assert [row["client_name"] for row in firm.rows("deals", "data")] == ["Oak", "Elm Ltd", "Fir"]
    assert firm.text("data/partners.csv") == FILES["partners"].replace("Second", "Second One")
    firm.sync()
    assert firm.rows("deals", folder)[0]["ps_incident"] == "foreign_partner", "this is due anew"
    firm.edit(f"{folder}/deals.csv", "foreign_partner", "")
    assert [row["ps_partner_id"] for row in firm.rows("deals", folder)] == ["P-2", "", ""]


def test_only_what_is_due_anew_is_written(new_firm: Callable[..., Firm]) -> None:
    firm = new_firm(SETTINGS).synced()
    _undo(firm, 1)
    firm.put("data/payments.csv", PAID)
    ended = firm.sync()
    assert "written    main: 2 records" in ended.out, "the deal and its partner's balance"
    ours = {row["deal_id"]: {n: t for n, t in row.items() if n.startswith("ps_") and t} for row in firm.rows("deals")}
    assert ours == {"D-1": {}, "D-2": {"ps_commission": "180.00"}, "D-3": {}}
    held = {(row["record_id"], row["column"]) for row in firm.rows("issues") if row["code"] == "UNDONE"}
    assert ("D-2", "ps_commission") not in held
    assert {("D-2", "ps_commission_status"), ("D-1", "ps_commission"), ("D-1", "ps_partner_id")} <= held
    _undo(firm, 3)
    assert _bytes(firm, "out") == {}, "the run that wrote it made these columns too"


def test_a_retry_writes_what_is_due(new_firm: Callable[..., Firm]) -> None:
    firm = new_firm(IN_PLACE).synced()
    written = _bytes(firm)
    _undo(firm, 1)
    assert firm.run("issues", "retry", "--code", "UNDONE").code == 0
    firm.sync()
    assert _bytes(firm) == written
    assert [row["code"] for row in firm.rows("issues", "data")] == []


def test_the_commands_words(new_firm: Callable[..., Firm]) -> None:
    firm = new_firm(SETTINGS).synced()
    before = _bytes(firm)
    told = _undo(firm, 1, "--dry-run")
    assert "(dry run: nothing is written)" in told
    assert "main deal D-1  ps_partner_id" in told
    assert _bytes(firm) == before
    rehearsed = firm.run("undo", "1", "--dry-run", "--json").json()
    done = firm.run("undo", "1", "--json").json()
    assert (rehearsed["written"], done["written"]) == (0, rehearsed["records"])
    assert {name: done[name] for name in ("records", "fields", "put_back")} == {
        name: rehearsed[name] for name in ("records", "fields", "put_back")
    }
    assert done["put_back"][0]["after"]["ps_partner_id"] is None
    statuses = firm.run("status", "--json").json()["runs"]
    assert [run["command"] for run in statuses] == ["undo 1", "undo 1 --dry-run", "undo 1 --dry-run", "sync"]
    assert "wrote nothing that is still there to put back" in _undo(firm, 1)
    for run, says in ((99, "there is no run 99"), (4, "is an undo itself")):
        ended = firm.run("undo", str(run))
        assert (ended.code, says in ended.err) == (2, True)


@pytest.fixture
def sample(tmp_path: Path) -> Firm:
    """The sample company, never synced."""
    with as_file(files("partnersync.demo")) as demo:
        for part in ("config", "data"):
            shutil.copytree(demo / part, tmp_path / part)
    return Firm(tmp_path)


@pytest.mark.parametrize("in_place", [False, True], ids=["out", "in place"])
def test_the_sample_company_is_as_it_was(sample: Firm, in_place: bool) -> None:
    config = str(sample.root / "config/partnersync.toml")
    if in_place:
        sample.edit("config/partnersync.toml", 'out = "out"', "in_place = true")
    before = _bytes(sample)
    assert sample.sync("--config", config, as_of="2017-12-31").code == 0
    assert _bytes(sample) != before
    _undo(sample, 1, "--config", config)
    assert _bytes(sample) == before
    ended = sample.sync("--config", config, as_of="2017-12-31")
    assert (ended.code, "written    registry: 0 records" in ended.out) == (0, True)
    assert _bytes(sample) == before
