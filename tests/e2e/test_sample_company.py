"""The sample company through the command line: its published numbers, and that no order or place of rows moves them."""

import random
import shlex
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from small_firm import Firm

AS_OF = "2017-12-31"
CONFIG = "config/partnersync.toml"
PIPELINE = "data/sales_pipeline.csv"


@pytest.fixture(scope="module")
def new_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Firm]:
    """Make copies of the sample company that were never synced."""

    def make() -> Firm:
        root = tmp_path_factory.mktemp("sample")
        with as_file(files("partnersync.demo")) as sample:
            for part in ("config", "data"):
                shutil.copytree(sample / part, root / part)
        return Firm(root)

    return make


def sync(firm: Firm) -> dict[str, object]:
    """The report of a sync at the end of the sample's history."""
    ended = firm.run("sync", "--json", "--as-of", AS_OF, "--config", str(firm.root / CONFIG))
    assert ended.code == 0, ended.told
    told: dict[str, object] = ended.json()
    return told


@pytest.fixture(scope="module")
def sample(new_sample: Callable[[], Firm]) -> Firm:
    """The sample company after its first sync; tests leave it as it is."""
    firm = new_sample()
    told = sync(firm)
    assert told["lines"] == 4_238
    return firm


@pytest.fixture
def copied(sample: Firm, tmp_path: Path) -> Firm:
    """A copy of the synced company, to spoil."""
    shutil.copytree(sample.root, tmp_path / "copy")
    return Firm(tmp_path / "copy")


def sums(firm: Firm, folder: str = "out") -> dict[tuple[str, str], Decimal]:
    """The ledger by partner and month."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in firm.rows("ledger", folder):
        assert row["currency"] == "USD"
        found[row["partner_id"], row["period"]] += Decimal(row["amount"])
    return dict(found)


def test_deals_are_read_as_published(sample: Firm) -> None:
    deals = sample.rows("sales_pipeline")
    won = [row for row in deals if row["deal_stage"] == "Won"]
    assert (len(deals), len(won)) == (8_800, 4_238)
    assert sum(int(row["close_value"]) for row in won) == 10_005_534
    assert all(row["ps_partner_id"] for row in deals)
    assert sample.rows("issues") == []


def test_every_won_deal_has_its_line(sample: Firm) -> None:
    lines = sample.rows("ledger")
    won = {f"registry/{row['opportunity_id']}" for row in sample.rows("sales_pipeline") if row["deal_stage"] == "Won"}
    assert Counter(row["deal_id"] for row in lines) == Counter(won)
    assert sum(Decimal(row["amount"]) for row in lines) == Decimal("822171.60")
    assert {row["kind"] for row in lines} == {"accrual"}


def test_figures_beside_deals_and_partners_are_sums_of_lines(sample: Firm) -> None:
    by_deal, by_partner = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for row in sample.rows("ledger"):
        by_deal[row["deal_id"].removeprefix("registry/")] += Decimal(row["amount"])
        by_partner[row["partner_id"]] += Decimal(row["amount"])
    deals = sample.rows("sales_pipeline")
    shown = {row["opportunity_id"]: Decimal(row["ps_commission"]) for row in deals if row["ps_commission"]}
    assert shown == by_deal
    partners = sample.rows("sales_teams")
    balances = {row["sales_agent"]: Decimal(row["ps_balance"]) for row in partners if row["ps_balance"]}
    assert {name: balance for name, balance in balances.items() if balance} == by_partner
    assert (len(partners), len(by_partner)) == (35, 30)


def test_claims_get_their_verdicts(sample: Firm) -> None:
    found = {row["registration_id"]: (row["ps_status"], row["ps_reason"]) for row in sample.rows("registrations")}
    assert found == {
        "R-1": ("expired", "OK"),
        "R-2": ("rejected", "ALREADY_PROTECTED"),
        "R-3": ("expired", "OTHER_PRODUCT"),
        "R-4": ("invalid", "DATA_MISSING"),
        "R-5": ("invalid", "INN_BAD"),
        "R-6": ("returned", "OWN_DUPLICATE"),
        "R-7": ("released", "NO_DEAL"),
    }
    shown = sample.run("registrations", "--json", "--config", str(sample.root / CONFIG)).json()
    assert {row["registration_id"]: (row["ps_status"], row["ps_reason"]) for row in shown} == found


@pytest.mark.parametrize(
    ("deal", "partner", "claim"),
    [
        ("9X6V79KE", "Cecily Lampkin", "R-1"),
        ("B2VJCVBB", "Cecily Lampkin", "R-1"),
        ("M0JKP0HT", "Anna Snelling", "R-3"),
        ("R8PEL8V8", "Anna Snelling", "R-3"),
    ],
)
def test_a_claim_keeps_its_deals(sample: Firm, deal: str, partner: str, claim: str) -> None:
    row = next(row for row in sample.rows("sales_pipeline") if row["opportunity_id"] == deal)
    assert row["sales_agent"] != partner
    assert (row["ps_partner_id"], row["ps_source"], row["ps_registration_id"]) == (partner, "registration", claim)
    told = sample.run("explain", "deal", deal, "--language", "en", "--config", str(sample.root / CONFIG)).out
    assert f"It belongs to partner {partner}." in told
    assert f"names {row['sales_agent']}" in told


@pytest.mark.parametrize(
    ("language", "said"),
    [
        pytest.param(
            "en",
            """\
  amount: 6,282.00 USD
  state: won
  created: 2016-12-17 00:00
    It belongs to partner Cecily Lampkin.
    The approved registration R-1 names Cecily Lampkin, since 2016-12-05. Grade A.
      1. The deal was won for 6,282.00.
      4. Rule gtx gives the rates of its bands.
      5. It is on hold until 2017-04-08, 00:00.
      6. Before it, the partner's base under this rule in 2017Q1 was 10,593.00.
      7. In the band from 0.00 to 50,000.00, at 8%: 6,282.00 of the base gives 502.56.""",
            id="in English",
        ),
        pytest.param(
            "ru",
            """\
  сумма: 6 282,00 USD
  состояние: выиграна (won)
  создана: 17.12.2016 00:00
    Сделка закреплена за партнёром Cecily Lampkin.
    Одобренная регистрация R-1 от 05.12.2016 — в пользу партнёра Cecily Lampkin. Класс A.
      1. Сделка выиграна на сумму 6 282,00.
      4. Правило gtx: ставка зависит от ступени.
      5. К выплате — с 00:00 08.04.2017.
      6. До этого база партнёра по этому правилу за 1 кв. 2017 г. составляла 10 593,00.
      7. Ступень от 0,00 до 50 000,00, ставка 8 %: с 6 282,00 базы начислено 502,56.""",
            id="in Russian",
        ),
    ],
)
def test_a_deal_with_bands_is_explained(sample: Firm, language: str, said: str) -> None:
    ended = sample.run("explain", "deal", "9X6V79KE", "--language", language, "--config", str(sample.root / CONFIG))
    told = {line.strip() for line in ended.out.replace("\xa0", " ").splitlines()}
    assert [line for line in said.splitlines() if line.strip() not in told] == []


def test_only_those_deals_leave_the_partner_whom_the_seller_named(sample: Firm) -> None:
    moved = {
        row["opportunity_id"] for row in sample.rows("sales_pipeline") if row["ps_partner_id"] != row["sales_agent"]
    }
    assert moved == {"9X6V79KE", "B2VJCVBB", "M0JKP0HT", "R8PEL8V8"}


def test_a_second_sync_leaves_every_byte(copied: Firm) -> None:
    before = copied.written()
    told = sync(copied)
    assert (told["lines"], told["written"], told["tables"]) == (0, 0, {"registry": []})
    assert copied.written() == before


def test_the_order_of_rows_moves_nothing(sample: Firm, new_sample: Callable[[], Firm]) -> None:
    firm = new_sample()
    head, *rows = firm.text(PIPELINE).splitlines(keepends=True)
    random.Random(7).shuffle(rows)
    firm.put(PIPELINE, head + "".join(rows))
    sync(firm)
    assert firm.text("out/ledger.csv") == sample.text("out/ledger.csv")


def test_repeated_rows_move_nothing(sample: Firm, new_sample: Callable[[], Firm]) -> None:
    firm = new_sample()
    text = firm.text(PIPELINE)
    firm.put(PIPELINE, text + "".join(text.splitlines(keepends=True)[1:2_001]))
    sync(firm)
    assert firm.text("out/ledger.csv") == sample.text("out/ledger.csv")


def test_two_connections_give_the_same_sums(sample: Firm, new_sample: Callable[[], Firm]) -> None:
    """Partners and registrations in one, deals in the other."""
    firm = new_sample()
    firm.put("crm/sales_pipeline.csv", (firm.root / PIPELINE).read_bytes())
    (firm.root / PIPELINE).unlink()
    text = firm.text(CONFIG)
    assert text.count('path = "data"\nout = "out"\n') == 1
    second = '[connections.crm]\nkind = "csv"\npath = "crm"\nout = "crm-out"\nactivities = false\n\n'
    text = text.replace("connections.registry.files.deals", "connections.crm.files.deals")
    text = text.replace("[connections.registry]\n", f"{second}[connections.registry]\nledger = true\n")
    firm.put(CONFIG, text)
    sync(firm)
    assert sums(firm) == sums(sample)
    assert len(firm.rows("ledger")) == 4_238
    kept = [row for row in firm.rows("sales_pipeline", "crm-out") if row["ps_source"] == "registration"]
    assert {row["ps_partner_id"] for row in kept} == {"Cecily Lampkin", "Anna Snelling"}
    assert [row["ps_reason"] for row in firm.rows("registrations")] == [
        row["ps_reason"] for row in sample.rows("registrations")
    ]


def change(firm: Firm, statement: str) -> None:
    """Change the store as someone with a tool for databases would."""
    with closing(sqlite3.connect(firm.root / "partnersync.db")) as database:
        assert database.execute(statement).rowcount > 0
        database.commit()


def verify(firm: Firm) -> tuple[int, str]:
    """Exit code of `verify`, and what it told."""
    ended = firm.run("verify", "--config", str(firm.root / CONFIG))
    return ended.code, ended.told


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param("amount_minor = amount_minor + 1", id="a cent more"),
        pytest.param("partner_id = replace(partner_id, 'a', 'e')", id="one letter of the partner"),
        pytest.param("trace = substr(trace, 1, length(trace) - 1) || '!'", id="the last byte of the trace"),
        pytest.param("hash = replace(hash, substr(hash, 5, 1), 'x')", id="its own hash"),
    ],
)
def test_a_changed_line_is_named(copied: Firm, changed: str) -> None:
    assert verify(copied)[0] == 0
    line = copied.rows("ledger")[1_999]
    change(copied, f"UPDATE ledger SET {changed} WHERE line_id = '{line['line_id']}'")
    code, told = verify(copied)
    assert code == 1
    assert f"the ledger is broken at 2000 {line['line_id']}: " in told


def test_a_line_taken_out_of_the_middle_is_noticed(copied: Firm) -> None:
    change(copied, "DELETE FROM ledger WHERE seq = 2000")
    code, told = verify(copied)
    assert code == 1
    assert "the ledger is broken at 2000: " in told


def test_a_cut_tail_is_noticed(copied: Firm) -> None:
    change(copied, "DELETE FROM ledger WHERE seq > 4230")
    code, told = verify(copied)
    assert code == 1
    assert "the ledger is broken at 4231: is missing: the chain's head is at 4238, the end was cut off" in told


@pytest.mark.parametrize(
    ("options", "page", "said"),
    [
        pytest.param(
            [],
            "README.ru.md",
            [
                "8 800 сделок: проиграно 2 473, в работе 2 089, выиграно 4 238",
                "выиграно на сумму 10 005 534,00 USD",
                "1 480 сделок с продуктом GTX Pro",
                "1 425 сделок без компании",
                "35 партнёров, из них с начислениями — 30",
                "Сделка закреплена за партнёром Cecily Lampkin.",
                "То же самое ещё раз:",
                "Ничего не изменилось: сверено 9 записанных файлов",
            ],
            id="in Russian",
        ),
        pytest.param(
            ["--language", "en"],
            "README.md",
            [
                "8,800 deals: 2,473 lost, 2,089 open, 4,238 won",
                "won in total: 10,005,534.00 USD",
                "1,480 deals sell GTX Pro",
                "1,425 deals name no account",
                "35 partners, of whom 30 earn",
                "It belongs to partner Cecily Lampkin.",
                "The same again:",
                "Nothing changed: 9 written files compared",
            ],
            id="in English",
        ),
    ],
)
def test_the_demo_shows_the_main_job_and_that_nothing_changes(
    tmp_path: Path, sample: Firm, options: list[str], page: str, said: list[str]
) -> None:
    into = tmp_path / "demo"
    ended = sample.run("demo", "--into", str(into), *options)
    assert ended.code == 0, ended.told
    told = ended.out.replace("\xa0", " ")
    assert "booked     4,238 lines, 822171.60 USD" in told
    assert [text for text in said if text not in told] == []
    readme = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    [quoted] = [block for block in readme.split("```\n") if "\nrun 1, as of " in block]
    assert [line for line in quoted.splitlines() if line.strip(" …") and line not in told.splitlines()] == []
    assert Firm(into).text("out/ledger.csv") == sample.text("out/ledger.csv")
    further = [shlex.split(line)[1:] for line in told.splitlines() if line.startswith("  partnersync ")]
    assert len(further) == 6
    for words in further:
        ended = sample.run(*("9X6V79KE" if word == "ID" else word for word in words))
        assert (ended.code, ended.out.strip() in ("", "(none)")) == (0, False), words


def test_the_demo_replaces_an_earlier_one_and_keeps_the_folder(
    tmp_path: Path, sample: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the earlier one was stopped, and where the folder is the current one."""
    (tmp_path / ".partnersync-demo").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/half.csv").touch()
    monkeypatch.chdir(tmp_path)
    ended = sample.run("demo", "--into", ".", "--log-level", "error")
    assert (ended.code, ended.err) == (0, "")
    assert not Path("data/half.csv").exists()
    assert Path("out/ledger.csv").is_file()


def test_the_demo_needs_a_folder_that_can_be_written(tmp_path: Path, sample: Firm) -> None:
    (tmp_path / "file").touch()
    ended = sample.run("demo", "--into", str(tmp_path / "file/demo"))
    assert ended.code == 2
    assert "cannot be written: not a directory" in ended.err


def test_the_demo_replaces_no_folder_of_others(tmp_path: Path, sample: Firm) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ended = sample.run("demo", "--into", str(tmp_path))
    assert ended.code == 2
    assert "--into" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
