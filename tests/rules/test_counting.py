"""Bands by number: won deals in a month, quarter or year, and active clients."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commission_world import AS_OF, KNOWN, deal, moscow, paid, programme, refund
from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.deal import DealState, Payment
from partnersync.domain.earning import Earning
from partnersync.domain.line import Line
from partnersync.domain.partner import Partner
from partnersync.domain.trace import decode
from partnersync.domain.value import Money
from partnersync.rules.commission import STEPS, earn
from partnersync.rules.program import Programme
from partnersync.sync.lines import bucket_lines, families


def terms(mode: str, measure: str, trigger: str = "payment") -> Programme:
    return programme(f"""
effective_from = 2020-01-01
[commission]
base = "gross"
trigger = "{trigger}"
[[commission.rules]]
name = "sales"
tiers = {{ mode = "{mode}", measure = "{measure}", bands = [
  {{ from = 0, rate = "10%" }}, {{ from = 2, rate = "20%" }} ] }}
""")


def earned(number: int, won_on: str, payments: Sequence[Payment], rules: Programme, client: str = "") -> list[Earning]:
    """What deal number so-and-so earns: won on a day (or open), with its payments."""
    one = replace(deal("100"), ref=f"main/D{number}", amount=None)
    if won_on:
        one = replace(one, amount=deal("100").amount, state=DealState.WON, closed_at=moscow(won_on))
    partner = Partner("A7", "Seventh")
    named = Attribution(Evidence("A7", Source.TYPED, one.created_at))
    found, issues = earn(one, payments, named, client or f"main/C{number}", partner, None, rules, AS_OF, KNOWN)
    assert issues == []
    return found


def book(found: Sequence[Earning], rules: Programme, booked: Sequence[Line] = ()) -> list[Line]:
    buckets: dict[str, list[Earning]] = {}
    for one in found:
        buckets.setdefault(one.bucket or "", []).append(one)
    at = datetime(2027, 2, 1 + len(booked), tzinfo=UTC)
    return [line for same in buckets.values() for line in bucket_lines(same, families(booked), rules, at).lines]


def told(lines: Sequence[Line]) -> str:
    return ", ".join(
        f"{line.event_id[5:]} {'' if line.kind == 'accrual' else line.kind + ' '}{line.amount.text()}" for line in lines
    )


WINS = [("2026-05-01", "2026-05-02"), ("2026-05-03", "2026-05-04"), ("2026-05-05", "2026-05-06")]


@pytest.mark.parametrize(
    ("mode", "measure", "wins", "expected"),
    [
        pytest.param(
            "marginal", "won_in_month", WINS, "P0 10.00, P1 10.00, P2 20.00", id="the third deal is in the band from 2"
        ),
        pytest.param(
            "retroactive",
            "won_in_month",
            WINS,
            "P0 10.00, D1 trueup 10.00, P1 20.00, P2 20.00",
            id="the second reaches it: what was paid before its win is topped up",
        ),
        pytest.param(
            "marginal",
            "won_in_month",
            [*WINS[:2], ("2026-06-01", "2026-06-02")],
            "P0 10.00, P1 10.00, P2 10.00",
            id="another month",
        ),
        pytest.param(
            "marginal",
            "won_in_quarter",
            [*WINS[:2], ("2026-06-30", "2026-06-30")],
            "P0 10.00, P1 10.00, P2 20.00",
            id="the same quarter",
        ),
        pytest.param(
            "marginal",
            "won_in_year",
            [*WINS[:2], ("2026-12-30", "2026-12-30")],
            "P0 10.00, P1 10.00, P2 20.00",
            id="the same year",
        ),
        pytest.param(
            "marginal",
            "won_in_month",
            [("2026-05-20", "2026-05-02"), *WINS[1:]],
            "P0 10.00, P1 10.00, P2 10.00",
            id="a deal counts from its win",
        ),
        pytest.param(
            "marginal",
            "won_in_month",
            [("", "2026-05-02"), ("", "2026-05-03"), ("", "2026-05-04")],
            "P0 10.00, P1 10.00, P2 10.00",
            id="open deals do not count",
        ),
        pytest.param(
            "marginal",
            "active_clients",
            WINS,
            "P0 10.00, P1 10.00, P2 20.00",
            id="so is the third client",
        ),
        pytest.param(
            "retroactive",
            "active_clients",
            WINS,
            "P0 10.00, P1 20.00, P1 trueup 10.00, P2 20.00",
            id="the second client's payment reaches it",
        ),
    ],
)
def test_payments(mode: str, measure: str, wins: list[tuple[str, str]], expected: str) -> None:
    rules = terms(mode, measure)
    found = [
        one
        for number, (won_on, paid_on) in enumerate(wins)
        for one in earned(number, won_on, [paid(f"P{number}", "100", paid_on)], rules)
    ]
    assert told(sorted(book(found, rules), key=lambda line: (line.event_time, line.kind))) == expected
    assert sorted(told(book(found[::-1], rules)).split(", ")) == sorted(expected.split(", "))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param("marginal", "D0 10.00, D1 10.00, D2 20.00", id="marginal"),
        pytest.param("retroactive", "D0 10.00, D1 20.00, D1 trueup 10.00, D2 20.00", id="retroactive"),
    ],
)
def test_wins_as_events(mode: str, expected: str) -> None:
    rules = terms(mode, "won_in_month", "won")
    found = [one for number, (on, _) in enumerate(WINS) for one in earned(number, on, [], rules)]
    assert told(book(found, rules)) == expected


def test_a_client_counts_once() -> None:
    rules = terms("marginal", "active_clients")
    found = [
        one for n in range(3) for one in earned(n, "", [paid(f"P{n}", "100", f"2026-05-0{n + 1}")], rules, "main/C")
    ]
    assert told(book(found, rules)) == "P0 10.00, P1 10.00, P2 10.00"


def test_a_win_that_only_counts_books_nothing_but_its_true_up() -> None:
    rules = terms("retroactive", "won_in_month")
    first = earned(0, "2026-05-01", [paid("P0", "100", "2026-05-02"), refund("R0", "50", "P0")], rules)
    booked = book([*first, *earned(1, "2026-05-03", [], rules)], rules)
    assert told(booked) == "P0 10.00, D1 trueup 10.00, R0 reversal -5.00, R0 trueup -5.00"
    assert decode(booked[1].trace)[0] == ("crossed_at", "2", "2026-05", "20%")
    assert all(len(step) == 1 + len(STEPS[step[0]]) for line in booked for step in decode(line.trace))
    assert booked[1].deal_ref == "main/D1"


def test_a_win_that_only_counts_is_told_once_under_each_rule_that_counts_wins() -> None:
    rules = programme("""
effective_from = 2020-01-01
[commission]
base = "gross"
[[commission.rules]]
name = "wins"
when = { products = ["a1", "a2"] }
tiers = { measure = "won_in_month", bands = [ { from = 0, rate = "10%" } ] }
split = { sourced = "50%", implementation = "50%" }
[[commission.rules]]
name = "base"
when = { products = ["b"] }
tiers = { measure = "base_in_year", bands = [ { from = "0 RUB", rate = "10%" } ] }
[[commission.rules]]
name = "percent"
when = { products = ["c"] }
rate = "10%"
""")
    one = replace(
        deal("100", "c b a1 a2 d"), roles=(("B2", "sourced"),), state=DealState.WON, closed_at=moscow("2026-05-01")
    )
    named = Attribution(Evidence("A7", Source.TYPED, one.created_at))
    found, issues = earn(one, [], named, "main/C1", Partner("A7", "Seventh"), None, rules, AS_OF, KNOWN)
    assert issues == []
    assert found == [
        Earning(
            event_id="main/D1",
            event_time=moscow("2026-05-01"),
            deal_ref="main/D1",
            client_id="main/C1",
            partner_id="A7",
            payee_id="A7",
            program_version="2020-01-01",
            rule="wins",
            base=Money(0, "RUB"),
            base_items="",
            bucket=found[0].bucket,
            measure=found[0].measure,
            hold_until=moscow("2026-05-15"),
            trace="rule:wins:bands|hold:2026-05-15",
            counts_only=True,
        )
    ]


@pytest.mark.parametrize(
    ("convert", "currency"),
    [
        pytest.param("true", "RUB", id="in the program's currency, where sums are converted"),
        pytest.param("false", "USD", id="else in the deal's"),
    ],
)
def test_a_win_that_only_counts_does_so_among_sums_of_one_currency(convert: str, currency: str) -> None:
    rules = programme(f"""
effective_from = 2020-01-01
[commission]
convert = {convert}
[[commission.rules]]
name = "sales"
tiers = {{ measure = "won_in_month", bands = [ {{ from = 0, rate = "10%" }} ] }}
""")
    one = replace(deal(products=""), currency="USD", state=DealState.WON, closed_at=moscow("2026-05-01"))
    for amount in (None, Money(100_00, "USD")):
        named = Attribution(Evidence("A7", Source.TYPED, one.created_at))
        won = replace(one, amount=amount)
        found, _ = earn(won, [], named, "main/C1", Partner("A7", "Seventh"), None, rules, AS_OF, KNOWN)
        assert [(win.base, win.counts_only) for win in found] == [(Money(0, currency), True)]


@pytest.mark.parametrize(
    ("mode", "measure", "steps"),
    [
        pytest.param("marginal", "won_in_month", ["1:10%", "2:10%", "3:20%"], id="the place of each deal"),
        pytest.param("retroactive", "won_in_month", ["1:10%", "2:20%", "3:20%"], id="how many there are"),
        pytest.param("marginal", "active_clients", ["1:10%", "2:10%", "3:20%"], id="the place of each client"),
        pytest.param("retroactive", "active_clients", ["1:10%", "2:20%", "3:20%"], id="how many clients"),
    ],
)
def test_a_trace_tells_the_number_and_its_rate(mode: str, measure: str, steps: list[str]) -> None:
    rules = terms(mode, measure)
    found = [one for n, (on, at) in enumerate(WINS) for one in earned(n, on, [paid(f"P{n}", "100", at)], rules)]
    accruals = [line for line in book(found, rules) if line.kind == "accrual"]
    told = [decode(line.trace)[-1] for line in accruals]
    assert told == [("number", number, "2026-05", rate) for number, _, rate in (step.partition(":") for step in steps)]
    assert [line.rate for line in accruals] == [step.partition(":")[2] for step in steps]


@pytest.mark.parametrize(
    ("trigger", "state", "told"),
    [
        pytest.param("payment", DealState.OPEN, ["main/P0"], id="an open deal counts nothing"),
        pytest.param("payment", DealState.WON, ["main/P0", "main/D1 counts"], id="a won one counts its win"),
        pytest.param("won", DealState.WON, ["main/D1"], id="which counts as the event that it is"),
    ],
)
def test_which_wins_are_counted_beside_the_events(trigger: str, state: DealState, told: list[str]) -> None:
    at = moscow("2026-05-01")
    one = replace(deal("100"), created_at=at, state=state, closed_at=at if state is DealState.WON else None)
    named = Attribution(Evidence("A7", Source.TYPED, at))
    payments = [paid("P0", "100", "2026-05-02")]
    rules = terms("marginal", "won_in_month", trigger)
    found, _ = earn(one, payments, named, "main/C1", Partner("A7", "Seventh"), None, rules, AS_OF, KNOWN)
    assert [f"{one.event_id}{' counts' if one.counts_only else ''}" for one in found] == told


def test_what_one_client_wins_counts_by_its_deals() -> None:
    rules = terms("marginal", "won_in_month")
    wins = [*WINS, ("2026-05-07", "2026-05-08")]
    found = [
        one for n, (on, at) in enumerate(wins) for one in earned(n, on, [paid(f"P{n}", "100", at)], rules, "main/C")
    ]
    assert told(book(found, rules)) == "P0 10.00, P1 10.00, P2 20.00, P3 20.00"


def test_a_band_from_the_first_win_on_tops_up_what_came_before_it() -> None:
    first = programme(FROM_THE_FIRST)
    found = earned(0, "2026-05-02", [paid("P0", "100", "2026-05-01")], first)
    assert told(book(found, first)) == "P0 10.00, D0 trueup 10.00"


FROM_THE_FIRST = """
effective_from = 2020-01-01
[commission]
base = "gross"
[[commission.rules]]
name = "sales"
tiers = { mode = "retroactive", measure = "won_in_month", bands = [
  { from = 0, rate = "10%" }, { from = 1, rate = "20%" } ] }
"""


def test_a_deal_that_is_not_won_earns_by_the_next_place() -> None:
    rules = terms("marginal", "won_in_month")
    found = [one for n, (on, at) in enumerate(WINS[:2]) for one in earned(n, on, [paid(f"P{n}", "100", at)], rules)]
    lines = book([*found, *earned(2, "", [paid("P2", "100", "2026-05-10")], rules)], rules)
    assert told(lines) == "P0 10.00, P1 10.00, P2 20.00"
    assert decode(lines[-1].trace)[-1] == ("number", "3", "2026-05", "20%")


def test_refunds_take_back_what_was_earned_and_topped_up() -> None:
    rules = terms("marginal", "won_in_month")
    found = [
        one
        for n, (on, at) in enumerate(WINS)
        for one in earned(n, on, [paid(f"P{n}", "100", at), refund(f"R{n}", "50", f"P{n}")], rules)
    ]
    back = [line for line in book(found, rules) if line.kind == "reversal"]
    assert told(back) == "R0 reversal -5.00, R1 reversal -5.00, R2 reversal -10.00"
    assert [line.rate for line in back] == ["10%", "10%", "20%"]


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 28)), min_size=1, max_size=5))
def test_retroactive_ends_with_the_rate_of_the_number(days: list[tuple[int, int]]) -> None:
    rules = terms("retroactive", "won_in_month")
    found = [
        one
        for n, (won_day, paid_day) in enumerate(days)
        for one in earned(n, f"2026-05-{won_day:02}", [paid(f"P{n}", "100", f"2026-05-{paid_day:02}")], rules)
    ]
    booked = book(found, rules)
    assert sum(line.amount.minor for line in booked) == len(days) * (20_00 if len(days) >= 2 else 10_00)
    assert book(found, rules, booked) == []
