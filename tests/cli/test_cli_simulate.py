"""`program simulate`: other terms over the stored history, through the same rules, without a trace in the store."""

import csv
import sqlite3
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from small_firm import PROGRAM, Firm

TRIAL = "trial.toml"
REFUNDED = (
    "payment_id,deal_id,paid_at,amount,refund_of,product\n"
    "M-1,D-1,2026-03-10,1000,,\nM-2,D-2,2026-03-11,1400,,service\nM-3,D-3,2026-03-25,700,,\n"
    "M-4,D-2,2026-03-28,600,M-2,\nM-5,D-2,2026-03-29,100,,licence\nM-6,D-2,2026-04-02,300,,licence\n"
)
LESS_LICENCE = [('"50%"', '"10%"')]
EARLIER = [('{ from = "1000 RUB"', '{ from = "500 RUB"')]
CAPPED = [("[commission]", '[commission]\nmax_total = "5%"')]
SHORT = [("[commission]", "[protection.days_by_kind]\nlead = 10\n\n[commission]")]
GENEROUS = [("[commission]", '[commission]\nmax_total = "15%"'), ('rate = "50%"', 'fixed = "400 RUB"')]
TIERS = [  # P-2 is silver from April on
    ("[commission]", '[tiers]\nsilver = "100 RUB"\n\n[commission]'),
    (
        'rate = "50%"',
        'rate = "50%"\n\n[[commission.rules]]\nname = "silver"\nrate = "20%"\n'
        'when = { products = ["licence"], partner_tiers = ["silver"] }',
    ),
]
NARROW = [("[commission]", "[registration]\ncapacity_active = 0\n\n[commission]")]


def terms(firm: Firm, edits: Sequence[tuple[str, str]] = (), day: str = "2026-01-01") -> str:
    text = PROGRAM.replace("2026-01-01", day)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    firm.put(TRIAL, text)
    return text


def simulated(firm: Firm, *options: str) -> dict[str, tuple[str, str]]:
    """What each partner has now, and would have then."""
    ended = firm.run("program", "simulate", TRIAL, "--json", *options)
    assert ended.code == 0, ended.told
    return {row["partner_id"]: (row["now"], row["then"]) for row in ended.json()["partners"]}


def balances(firm: Firm) -> dict[str, Decimal]:
    """What the ledger of a company says."""
    found: dict[str, Decimal] = {}
    for line in firm.run("ledger", "--json").json():
        found[line["partner_id"]] = found.get(line["partner_id"], Decimal(0)) + Decimal(line["amount"])
    return {partner: amount for partner, amount in found.items() if amount}


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as db:
        return list(db.iterdump())


@pytest.mark.parametrize(
    ("edits", "day", "options", "expected"),
    [
        pytest.param([], "2026-01-01", [], {"P-1": ("500.00", "500.00"), "P-2": ("200.00", "200.00")}, id="the same"),
        pytest.param(
            [*LESS_LICENCE, *EARLIER],
            "2026-01-01",
            [],
            {"P-1": ("500.00", "100.00"), "P-2": ("200.00", "250.00")},
            id="all events are later than its first day",
        ),
        pytest.param(
            [*LESS_LICENCE, *EARLIER],
            "2026-03-11",
            [],
            {"P-1": ("500.00", "500.00"), "P-2": ("200.00", "250.00")},
            id="an event of the day before keeps its terms",
        ),
        pytest.param(
            [*LESS_LICENCE, *EARLIER],
            "2026-03-11",
            ["--as-if-always"],
            {"P-1": ("500.00", "100.00"), "P-2": ("200.00", "250.00")},
            id="as if these had always been the terms",
        ),
        pytest.param(
            LESS_LICENCE, "2026-01-01", ["--to", "2026-03-10"], {"P-1": ("500.00", "100.00")}, id="up to a day, with it"
        ),
        pytest.param(
            LESS_LICENCE, "2026-01-01", ["--from", "2026-03-11"], {"P-2": ("200.00", "200.00")}, id="from a day on"
        ),
        pytest.param(
            LESS_LICENCE,
            "2026-01-01",
            ["--to", "2026-03-10T00:00", "--from", "2026-03-10T00:00"],
            {"P-1": ("500.00", "100.00")},
            id="both moments count",
        ),
        pytest.param(
            CAPPED,
            "2026-01-01",
            [],
            {"P-1": ("500.00", "50.00"), "P-2": ("200.00", "75.00")},
            id="caps cut as they do in a run",
        ),
    ],
)
def test_who_wins_and_who_loses(
    firm: Firm, edits: list[tuple[str, str]], day: str, options: list[str], expected: dict[str, tuple[str, str]]
) -> None:
    firm.synced()
    terms(firm, edits, day)
    assert simulated(firm, *options) == expected


@pytest.mark.parametrize("edits", [[], LESS_LICENCE, EARLIER, CAPPED, GENEROUS, SHORT, NARROW, TIERS], ids=str)
def test_then_is_what_a_company_with_these_terms_would_have_booked(
    new_firm: Callable[[str], Firm], edits: list[tuple[str, str]]
) -> None:
    other = new_firm("other")
    other.put("data/payments.csv", REFUNDED)
    other.edit("data/deals.csv", "P-2,service,won", "P-2,service|licence,won")
    other.put("config/program/2026-01-01.toml", terms(other, edits))
    other.sync(as_of="2026-04-30")
    there = balances(other)
    firm = new_firm("ours")
    firm.put("data/payments.csv", REFUNDED)
    firm.edit("data/deals.csv", "P-2,service,won", "P-2,service|licence,won")
    firm.sync(as_of="2026-04-30")
    terms(firm, edits)
    found = simulated(firm)
    assert {partner: Decimal(now) for partner, (now, _) in found.items() if Decimal(now)} == balances(firm)
    assert {partner: Decimal(then) for partner, (_, then) in found.items() if Decimal(then)} == there
    assert edits != TIERS or there != balances(firm)


def test_terms_about_protection_judge_anew_and_say_so(firm: Firm) -> None:
    firm.put(
        "data/payments.csv", "payment_id,deal_id,paid_at,amount\nM-1,D-1,2026-03-10,1000\nM-3,D-3,2026-03-25,700\n"
    )
    firm.synced()
    terms(firm, SHORT)
    assert simulated(firm) == {"P-1": ("850.00", "500.00"), "P-2": ("0.00", "350.00")}
    assert firm.run("program", "simulate", TRIAL, "--json").json()["judged_anew"] is True
    assert "judged anew" in firm.run("program", "simulate", TRIAL, "--language", "en").out
    terms(firm, LESS_LICENCE)
    assert firm.run("program", "simulate", TRIAL, "--json").json()["judged_anew"] is False


def test_nothing_is_written_or_booked(firm: Firm) -> None:
    firm.synced()
    terms(firm, [*LESS_LICENCE, *SHORT])
    before, written = dump(firm.root / "partnersync.db"), firm.written()
    simulated(firm)
    assert dump(firm.root / "partnersync.db") == before
    assert firm.written() == written


def test_the_tables_for_people_have_partners_rules_and_sums(firm: Firm) -> None:
    firm.synced()
    terms(firm, LESS_LICENCE)
    told = firm.run("program", "simulate", TRIAL, "--language", "en").out.splitlines()
    assert told == [
        "The terms of trial.toml over 3 stored deals, as of 2026-03-31. Nothing is booked.",
        "",
        "partner     now    then  difference  currency",
        "P-2      200.00  200.00        0.00  RUB",
        "P-1      500.00  100.00     -400.00  RUB",
        "",
        "rule         now    then  difference  currency",
        "services  200.00  200.00        0.00  RUB",
        "licence   500.00  100.00     -400.00  RUB",
        "",
        "0 win, 1 lose, 1 stay as they are.",
        "All together: 700.00 RUB now, 300.00 RUB then, a difference of -400.00 RUB.",
    ]


def test_the_table_of_partners_is_a_file_where_it_is_asked_for(firm: Firm) -> None:
    firm.synced()
    terms(firm, LESS_LICENCE)
    assert firm.run("program", "simulate", TRIAL, "--csv", "who.csv").code == 0
    with (firm.root / "who.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["partner_id", "currency", "now", "then", "difference"],
        ["P-2", "RUB", "200.00", "200.00", "0.00"],
        ["P-1", "RUB", "500.00", "100.00", "-400.00"],
    ]


def test_records_that_other_terms_leave_over_are_told(firm: Firm) -> None:
    firm.synced()
    terms(firm, [('rate = "50%"', 'per_unit = "10 RUB"')])
    told = firm.run("program", "simulate", TRIAL, "--language", "en").out
    assert "Records left over with QUANTITY_MISSING: 0 now, 1 then." in told


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda firm: None, ["trial.toml: no such version or file", "2026-01-01"], id="no file"),
        pytest.param(lambda firm: terms(firm, [('"50%"', '"fifty"')]), ["trial.toml:12: commission"], id="a bad file"),
        pytest.param(
            lambda firm: terms(firm, [("Europe/Moscow", "Asia/Omsk")]),
            ["trial.toml:2: time_zone", "differs from 2026-01-01's"],
            id="another time zone",
        ),
    ],
)
def test_what_cannot_be_tried_is_refused(firm: Firm, make: Callable[[Firm], object], said: list[str]) -> None:
    firm.synced()
    make(firm)
    ended = firm.run("program", "simulate", TRIAL)
    assert ended.code == 2
    assert [text for text in said if text not in ended.err] == [], ended.err
