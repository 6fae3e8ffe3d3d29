"""Other terms over the stored history: "now" is the ledger, "then" that of a company that always had these terms."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.rules.program import Programme, read_program
from partnersync.sync.simulate import Compared, History, compare
from random_events import PARTNERS, deals

AS_OF = "2026-11-30T12:00:00+00:00"
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OTHERS: list[dict[str, Any]] = [
    {"commission": {"max_total": "8%"}},
    {"commission": {"base": "gross", "exclude_products": ["setup"]}},
    {"protection": {"days_by_kind": {"lead": 5}}},
    {"registration": {"capacity_active": 1}},
]


def simulated(company: Any, other: Mapping[str, object]) -> Compared:
    """What another program would make of the company's history."""
    engine = company.engine()
    trial = Programme((read_program(other),))
    with company.store.read() as tx:
        history = History(tx, engine.settings, engine.adapters, engine.progress, company.now())
        return compare(history, engine.programme, trial, None, None)


def by_partner(company: Any) -> dict[str, int]:
    totals: dict[str, int] = {}
    for (partner, _, _), minor in company.sums().items():
        totals[partner] = totals.get(partner, 0) + minor
    return {partner: total for partner, total in totals.items() if total}


def bill(side: Any) -> dict[str, int]:
    return {partner: minor for (partner, _), minor in side.bill.by_partner.items() if minor}


def fill(company: Any, events: list[tuple[str, dict[str, str]]]) -> Any:
    company.add("partner", *PARTNERS)
    for kind, row in events:
        company.add(kind, row)
    company.sync(as_of=AS_OF)
    return company


def program(company: Any, change: Mapping[str, Any]) -> dict[str, Any]:
    """The company's program with some tables changed."""
    changed: dict[str, Any] = deepcopy(company.program)
    for table, keys in change.items():
        changed[table] = {**changed.get(table, {}), **keys}
    return changed


@QUIET
@given(events=deals(), change=st.sampled_from(OTHERS))
def test_both_sides_are_ledgers(
    new_company: Callable[..., Any], events: list[tuple[str, dict[str, str]]], change: dict[str, Any]
) -> None:
    company = fill(new_company(), events)
    other = program(company, change)
    there = fill(new_company(program=other), events)
    found = simulated(company, other)
    assert bill(found.then) == by_partner(there)
    assert found.anew or bill(found.now) == by_partner(company)


@QUIET
@given(events=deals())
def test_the_same_terms_bring_no_difference(
    new_company: Callable[..., Any], events: list[tuple[str, dict[str, str]]]
) -> None:
    company = fill(new_company(), events)
    found = simulated(company, company.program)
    assert not found.anew
    assert bill(found.now) == bill(found.then) == by_partner(company)


def test_a_case_that_may_have_fallen_apart_is_read_as_it_is(company: Any) -> None:
    deal = {"products": "licence", "created_at": "2026-03-01", "partner_id": "P1", "state": "won"}
    one = deal | {"deal_id": "1", "client_domain": "oak.ru"}
    other = deal | {"deal_id": "2", "client_domain": "oak.ru"}
    paid = {"payment_id": "M1", "deal_id": "1", "paid_at": "2026-03-02", "amount": "122"}
    fill(company, [("deal", one), ("deal", other), ("payment", paid)])
    company.systems["main"].rows["deal"][1]["client_domain"] = "elm.ru"
    company.engine().plan()  # it reads the record and decides nothing
    found = simulated(company, program(company, {"commission": {"max_total": "10%"}}))
    assert (bill(found.now), bill(found.then)) == ({"P1": 5000}, {"P1": 1000})
    assert found.now.deals == 2
