"""Forty mixed events in any order and over any runs: the ledger of one run is the same, and so are the sums of several.

Forty permutations in every test run; PARTNERSYNC_ROUNDS=1000 plays that many, other ones each time, and shrinks what
fails.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from partnersync.domain.attribution import Override
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.store import casefile, decisions, rulings
from partnersync.sync import approvals

ROUNDS = os.environ.get("PARTNERSYNC_ROUNDS")
PERMUTATIONS_A_WORLD = 2  # one seen by one run, one by two or three
AS_OF = "2026-12-20T12:00:00+03:00"
EARLIER = st.sampled_from(["2026-04-20T12:00:00+03:00", "2026-08-20T12:00:00+03:00", AS_OF])
MOSCOW = ZoneInfo("Europe/Moscow")
PARTNERS = [{"partner_id": f"P{number}", "name": f"Partner {number}"} for number in (1, 2, 3)]
BANDS = [{"from": "0 RUB", "rate": "10%"}, {"from": "1000 RUB", "rate": "20%"}]
RULES: list[dict[str, Any]] = [
    {"name": "licence", "rate": "45%", "cap": {"per": "partner_month", "amount": "300 RUB"}},
    {"name": "service", "tiers": {"measure": "base_in_quarter", "bands": BANDS}},
    {"name": "seats", "tiers": {"mode": "retroactive", "measure": "base_in_year", "bands": BANDS}},
    {"name": "project", "rate": "30%", "split": {"sourced": "1/3", "implementation": "2/3"}},
    {"name": "year", "rate": "25%", "months": 3},
]
PROGRAM = {
    "effective_from": date(2024, 1, 1),
    "commission": {"rules": [rule | {"when": {"products": [rule["name"]]}} for rule in RULES]},
}
PRODUCTS = tuple(rule["name"] for rule in RULES)
Event = tuple[str, dict[str, Any]]
DAYS = st.dates(date(2026, 1, 1), date(2026, 9, 30))
LONG_AGO = st.dates(date(2025, 1, 1), date(2025, 12, 31))
INNS = ("7707083893", "7736050003", "5036065113", "7702070139")
CLIENTS = st.integers(1, 2)
PARTNER = st.sampled_from(["P1", "P2", "P3"])


def _deal(draw: st.DrawFn, number: int) -> dict[str, str]:
    client, created = draw(CLIENTS), draw(st.one_of(DAYS, DAYS, LONG_AGO))
    state = draw(st.sampled_from(["open", "won", "lost"]))
    return {
        "deal_id": f"D{number}",
        "client_id": f"c{client}",
        "client_inn": INNS[client - 1],
        "partner_id": draw(st.sampled_from(["", "", "P1", "P2", "P3"])),
        "products": draw(st.sampled_from(PRODUCTS)),
        "roles": draw(st.sampled_from(["", "P3=implementation"])),
        "state": state,
        "created_at": created.isoformat(),
        "closed_at": "" if state == "open" else draw(st.dates(created, date(2026, 12, 1))).isoformat(),
        "amount": draw(st.sampled_from(["", "2000"])),
    }


def _payment(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "payment_id": f"M{number}",
        "deal_id": f"D{number % 7}",
        "paid_at": draw(DAYS).isoformat(),
        "amount": draw(st.sampled_from(["100", "333.33", "700.01", "1500"])),
    }


def _refund(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "payment_id": f"X{number}",
        "deal_id": f"D{number % 7}",
        "refund_of": f"M{number}",
        "paid_at": draw(DAYS).isoformat(),
        "amount": draw(st.sampled_from(["33.33", "100", "1500"])),
    }


def _claim(draw: st.DrawFn, number: int) -> dict[str, str]:
    client = draw(CLIENTS)
    return {
        "registration_id": f"R{number}",
        "partner_id": draw(PARTNER),
        "kind": draw(st.sampled_from(["lead", "lead", "renewal", "expansion"])),
        "client_name": f"Client {'abcd'[client - 1] * 5}",
        "client_inn": INNS[client - 1],
        "amount": "1000",
        "expected_close": "2026-12-01",
        "products": draw(st.sampled_from(["", "", "", *PRODUCTS])),
        "evidence": draw(st.sampled_from(["", "", "", "client_choice"])),
        "submitted_at": f"{draw(DAYS)}T{draw(st.integers(0, 23)):02d}:00",
    }


def _activity(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {
        "activity_id": f"A{number}",
        "deal_id": f"D{draw(st.integers(0, 6))}",
        "kind": "call",
        "two_way": draw(st.sampled_from(["yes", "no"])),
        "at": draw(DAYS).isoformat(),
    }


def _ruling(draw: st.DrawFn, number: int) -> dict[str, str]:
    kind = draw(st.sampled_from([one.value for one in RulingKind]))
    return {"registration_id": f"R{number}", "kind": kind, "at": f"{draw(DAYS)}T15:00"}


def _override(draw: st.DrawFn, number: int) -> dict[str, str]:
    return {"deal_id": f"D{number}", "partner_id": draw(PARTNER), "at": draw(DAYS).isoformat()}


MIX: list[tuple[str, int, Callable[[st.DrawFn, int], dict[str, str]]]] = [
    ("deal", 7, _deal),
    ("payment", 14, _payment),
    ("payment", 5, _refund),
    ("registration", 7, _claim),
    ("activity", 4, _activity),
    ("ruling", 2, _ruling),
    ("override", 1, _override),
]


@st.composite
def worlds(draw: st.DrawFn) -> list[Event]:
    """Forty events of two clients and three partners, as (kind, row)."""
    return [(kind, make(draw, number)) for kind, count, make in MIX for number in range(count)]


def run(company: Any, *batches: tuple[str, Sequence[Event]]) -> Any:
    """Each batch arrives, and a run as of its moment sees it."""
    system = company.systems["main"]
    system.capabilities = replace(system.capabilities, supplies_activities=True)
    company.add("partner", *PARTNERS)
    before: dict[str, tuple[str, ...]] = {}
    for as_of, batch in batches:
        for kind, row in batch:
            _arrive(company, kind, row)
        company.sync(as_of=as_of)
        now = {row[0]: row[:22] for row in company.lines()}
        assert before.items() <= now.items(), "no line ever changes"
        before = now
    return company


def _arrive(company: Any, kind: str, row: dict[str, str]) -> None:
    if kind not in ("ruling", "override"):
        company.add(kind, row)
        return
    at = datetime.fromisoformat(row["at"]).replace(tzinfo=MOSCOW)
    with company.store.write() as tx:
        if kind == "override":
            approvals.keep(tx, f"main/{row['deal_id']}", Override(row["partner_id"], "u1", "known", at), at, None)
        else:
            rulings.put(tx, Ruling(row["registration_id"], RulingKind(row["kind"]), "u1", "known", at))
            found = decisions.claim(tx, row["registration_id"])
            casefile.touch(tx, [found[1]] if found else [])


@settings(
    max_examples=int(ROUNDS or 40) // PERMUTATIONS_A_WORLD,
    derandomize=not ROUNDS,
    phases=[Phase.generate, *([Phase.shrink] if ROUNDS else [])],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(events=worlds(), data=st.data())
def test_forty_events_in_any_order_and_over_any_runs(
    new_company: Callable[..., Any], events: list[Event], data: st.DataObject
) -> None:
    straight = run(new_company(program=PROGRAM), (AS_OF, events))
    mixed = run(new_company(program=PROGRAM), (AS_OF, data.draw(st.permutations(events))))
    assert mixed.lines() == straight.lines()
    other = data.draw(st.permutations(events))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(other)), min_size=1, max_size=2)))
    parts = [other[start:end] for start, end in pairwise([0, *cuts, len(other)])]
    moments = [*sorted(data.draw(st.lists(EARLIER, min_size=len(cuts), max_size=len(cuts)))), AS_OF]
    spread = run(new_company(program=PROGRAM), *zip(moments, parts, strict=True))
    assert spread.sums() == straight.sums()
    assert spread.sync(as_of=AS_OF).decided.lines == 0, "recomputing books nothing new"
