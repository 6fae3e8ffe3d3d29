"""The demo's year: each sum as policy's arithmetic gives it by hand, each step told in both languages."""

import io
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from partnersync.cli import demo_year
from partnersync.cli.demo_files import YEAR, copy_samples
from partnersync.cli.demo_year import ACTS, LAST, Run
from partnersync.errors import PartnersyncError
from partnersync.translate import translator
from small_firm import Firm

ROOT = Path(__file__).parents[2]


def played(folder: Path, language: str) -> tuple[Firm, str]:
    """The year's company after the act, and what was told."""
    copy_samples(folder, language)
    with redirect_stdout(io.StringIO()) as told:
        assert demo_year.play(folder / YEAR, language, "error")
    return Firm(folder / YEAR), told.getvalue().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def russian(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firm, str]:
    """Played in Russian, which no test changes."""
    return played(tmp_path_factory.mktemp("ru"), "ru")


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firm, str]:
    """Played in English, which no test changes."""
    return played(tmp_path_factory.mktemp("en"), "en")


@pytest.fixture
def year(russian: tuple[Firm, str], monkeypatch: pytest.MonkeyPatch) -> Firm:
    """The company of the year, in the current folder."""
    monkeypatch.chdir(russian[0].root)
    return russian[0]


def test_the_registrations_end_as_the_rules_say(year: Firm) -> None:
    """90 days from 15 and 16 January are 15 and 16 April; 30 more are 15 and 16 May; both deals are won before,
    which ends the protections on that day.

    Of a refused one it is the day that its partner was told.
    """
    told = year.run("registrations", "--json").json()
    assert {
        row["registration_id"]: (row["ps_status"], row["ps_reason"], row["ps_protected_until"]) for row in told
    } == {
        "R-1": ("won", "OK", "2025-04-25"),
        "R-2": ("won", "OK", "2025-04-28"),
        "R-3": ("rejected", "ALREADY_PROTECTED", "2025-04-15"),
    }


@pytest.mark.parametrize(
    ("kind", "deal", "period", "amount"),
    [
        pytest.param("accrual", "D-1", "2025-04", "80000.00", id="40% of 240,000 less 20% VAT inside it: of 200,000"),
        pytest.param("accrual", "D-2", "2025-04", "400.00", id="10% of 4,800 less VAT: of 4,000"),
        pytest.param("accrual", "D-2", "2025-06", "1000.00", id="10% of 12,000 less VAT, still in the first band"),
        pytest.param("accrual", "D-3", "2025-06", "25000.00", id="of 200,000: 100,000 at 10%, 100,000 at 15%"),
        pytest.param("clawback", "D-1", "2025-07", "-10666.67", id="a third of 32,000, which is under half of 25,000"),
        pytest.param("payout", "", "2025-05", "-80000.00", id="the first payout to P-1"),
    ],
)
def test_each_sum_is_what_the_rules_give(year: Firm, kind: str, deal: str, period: str, amount: str) -> None:
    found = [
        row["amount"]
        for row in year.rows("ledger")
        if (row["kind"], row["deal_id"].removeprefix("files/"), row["period"]) == (kind, deal, period)
    ]
    assert found == [amount]


def test_nothing_else_is_booked_and_everything_is_paid(year: Firm) -> None:
    assert len(year.rows("ledger")) == 8
    assert {row["partner_id"]: row["ps_balance"] for row in year.rows("partners")} == {"P-1": "0.00", "P-2": "0.00"}
    assert year.rows("issues") == []
    assert year.run("verify").code == 0


def test_statements_close_on_the_fifth_business_day_and_silence_accepts_them(year: Firm) -> None:
    """5, 6, 7, 12 and 13 May 2025, as the 8th to the 11th are days off; 1, 2, 3, 4 and 7 July."""
    told = [tuple(row.values()) for row in year.run("statements", "--json").json()]
    assert told == [
        ("P-1-2025-04-RUB", "P-1", "2025-04", "RUB", "80000.00", "approved", "2025-05-13", "2025-05-20"),
        ("P-2-2025-04-RUB", "P-2", "2025-04", "RUB", "400.00", "approved", "2025-05-13", "2025-05-20"),
        ("P-1-2025-06-RUB", "P-1", "2025-06", "RUB", "25000.00", "approved", "2025-07-07", "2025-07-14"),
        ("P-2-2025-06-RUB", "P-2", "2025-06", "RUB", "1000.00", "approved", "2025-07-07", "2025-07-14"),
    ]


def test_payouts_are_what_was_approved_less_the_clawback(year: Firm) -> None:
    """25,000.00 − 10,666.67; 400.00, which was under the minimum of 500, + 1,000.00."""
    told = year.run("payouts", "--json", "--as-of", LAST).json()
    assert [(row["payout_id"], row["partner_id"], row["amount"], row["status"]) for row in told] == [
        ("PO-1", "P-1", "80000.00", "paid"),
        ("PO-2", "P-1", "14333.33", "paid"),
        ("PO-3", "P-2", "1400.00", "paid"),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        pytest.param(
            "en",
            """\
R-3  rejected  ALREADY_PROTECTED
  The client is protected for another partner until 2025-04-15.
  Row R7 of the programme decided: ALREADY_PROTECTED.
  The client is yours until 2025-05-15.
  The protection was extended 1 time by itself: its deal was worked on, and its stage moved.
  head extended the protection on 2025-04-10. Reason: The client has written that its budget is settled in May.
  2. VAT of 20% inside the sum is 40,000.00.
closed     2 statements; they are in `partnersync statements`
accepted   2 statements by silence
waits: 400.00 RUB to P-2: BELOW_MINIMUM
  Refund files/M-4 came after the payout of 2025-05-23: 32,000.00 RUB of it is taken from later payouts; 0.00 RUB was, \
32,000.00 RUB is left.
amount: -10,666.67 RUB
  1. It gives back 96,000.00 of 240,000.00 of payment files/M-1.
  2. The base is 80,000.00.
  3. That payment had earned 80,000.00.
  4. 40% of that is 32,000.00, which it takes back.
  5. It is part 1 of a debt of 32,000.00: 32,000.00 of it was left, and payout PO-2 was 25,000.00 before it.
  6. Parts to go: 3, an equal part is 10,666.67; clawbacks take at most 50% of a payout.
Nothing changed: 9 written files compared""",
            id="in English",
        ),
        pytest.param(
            "ru",
            """\
R-3  отклонена (rejected)  ALREADY_PROTECTED
  Клиент закреплён за другим партнёром до 15.04.2025 включительно.
  Решение — по строке R7 программы: клиент закреплён за другим партнёром.
  Клиент закреплён за вами до 15.05.2025 включительно.
  Защита продлена автоматически, 1 раз: по сделке работали, и она перешла на другой этап.
  Решение согласующего (head, 10.04.2025): защита продлена. Причина: Клиент написал, что бюджет утвердят в мае.
  2. НДС 20 % внутри этой суммы — 40 000,00.
closed     2 statements; they are in `partnersync statements`
accepted   2 statements by silence
waits: 400.00 RUB to P-2: BELOW_MINIMUM
  Возврат files/M-4 пришёл после выплаты 23.05.2025: 32 000,00 RUB удерживается из следующих выплат; удержано \
0,00 RUB, осталось 32 000,00 RUB.
сумма: -10 666,67 RUB
  1. По платежу files/M-1 возвращено 96 000,00 из 240 000,00.
  2. База начисления — 80 000,00.
  3. За тот платёж было начислено 80 000,00.
  4. Из этой суммы удерживается 40 %: 32 000,00.
  5. Это часть 1 удержания на 32 000,00: оставалось 32 000,00, а выплата PO-2 до неё была 25 000,00.
  6. Осталось частей: 3, равная часть — 10 666,67; удержания берут не больше 50 % выплаты.
Ничего не изменилось: сверено 9 записанных файлов""",
            id="in Russian",
        ),
    ],
)
def test_each_step_is_told_in_words(language: str, said: str, request: pytest.FixtureRequest) -> None:
    _, told = request.getfixturevalue({"en": "english", "ru": "russian"}[language])
    assert [line for line in said.splitlines() if line not in told.splitlines()] == []
    say = translator(language)
    places = [told.index(f"\n{number}. {say(act.title)}\n") for number, act in enumerate(ACTS, start=1)]
    assert places == sorted(places)


def test_the_partner_is_told_how_his_debt_came_about(year: Firm) -> None:
    told = year.run("explain", "partner", "P-1", "--json", "--language", "en").json()["refunds_after_a_payout"]
    assert told[0].startswith("Refund files/M-4 came after the payout of 2025-05-23: 32,000.00 RUB of it is taken")
    assert told[1:] == [
        "1. It gives back 96,000.00 of 240,000.00 of payment files/M-1.",
        "2. The base is 80,000.00.",
        "3. That payment had earned 80,000.00.",
        "4. 40% of that is 32,000.00, which it takes back.",
    ]


def test_an_explanation_is_cut_where_the_rest_was_told(english: tuple[Firm, str]) -> None:
    told = english[1]
    assert told.count("what was considered") == 3, "of the refused registration and of two lines"
    assert "of the deal\n" not in told
    assert told.count("…\nrefunds after a payout\n") == 2


def test_a_second_time_it_tells_the_same(russian: tuple[Firm, str], tmp_path: Path) -> None:
    _, told = played(tmp_path, "ru")
    assert told.splitlines()[1:] == russian[1].splitlines()[1:]  # the first line names the folder


def test_a_command_that_fails_ends_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Run("statements show P-9-2025-04-RUB")
    monkeypatch.setattr(demo_year, "ACTS", (ACTS[0], ACTS[1]._replace(steps=(failing,))))
    with pytest.raises(PartnersyncError, match="P-9-2025-04-RUB"):
        played(tmp_path, "en")


@pytest.mark.parametrize("page", ["README.md", "README.ru.md"])
def test_the_readme_quotes_what_the_demo_tells(page: str, request: pytest.FixtureRequest) -> None:
    _, told = request.getfixturevalue({"README.md": "english", "README.ru.md": "russian"}[page])
    text = (ROOT / page).read_text(encoding="utf-8")
    [quoted] = [block for block in text.split("```\n") if block.startswith("$ partnersync register")]
    assert [line for line in quoted.splitlines() if line.strip(" …") and line not in told.splitlines()] == []


def test_every_command_is_shown_as_it_can_be_typed(english: tuple[Firm, str]) -> None:
    shown = [line.removeprefix("$ partnersync ") for line in english[1].splitlines() if line.startswith("$ ")]
    runs = [step for act in ACTS for step in act.steps if isinstance(step, Run)]
    assert [shlex.split(words)[0] for words in shown] == [run.words.split()[0] for run in runs] + ["sync"]
    assert not any("{" in words for words in shown)
