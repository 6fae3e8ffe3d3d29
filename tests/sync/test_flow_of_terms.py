"""Every way to earn through the whole flow and store: order, repeats and runs change no sum, and no line changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.domain.value import RecordKind

AS_OF = "2027-06-30T12:00:00+00:00"
PARTNERS = [{"partner_id": f"P{number}", "name": f"Partner {number}"} for number in (1, 2, 3)]
QUIET = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def bands(mode: str, measure: str, edge: Any = "1000 RUB") -> dict[str, Any]:
    first = "0 RUB" if isinstance(edge, str) else 0
    return {"mode": mode, "measure": measure, "bands": [{"from": first, "rate": "10%"}, {"from": edge, "rate": "20%"}]}


RULES: list[dict[str, Any]] = [
    {"name": "retro", "tiers": bands("retroactive", "base_in_quarter"), "cap": {"per": "deal", "amount": "200 RUB"}},
    {"name": "capped", "rate": "45%", "cap": {"per": "partner_month", "amount": "300 RUB"}},
    {"name": "shared", "rate": "60%", "split": {"sourced": "1/3", "implementation": "2/3"}},
    {"name": "year", "terms": [{"months": 3, "rate": "25%"}, {"months": 3, "rate": "10%"}]},
    {
        "name": "wins",
        "tiers": bands("retroactive", "won_in_year", 2),
        "split": {"sourced": "50%", "implementation": "50%"},
    },
    {
        "name": "clients",
        "tiers": bands("marginal", "active_clients", 1),
        "cap": {"per": "program", "amount": "250 RUB"},
    },
    {"name": "fixed", "fixed": "300 RUB"},
]
PROGRAM = {
    "effective_from": date(2026, 1, 1),
    "commission": {"rules": [rule | {"when": {"products": [rule["name"]]}} for rule in RULES]},
}
Event = tuple[str, dict[str, str]]


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Deals of few partners and clients, with payments and refunds, as (kind, row)."""
    found: list[Event] = []
    products = draw(st.lists(st.sampled_from(sorted(str(rule["name"]) for rule in RULES)), min_size=1, max_size=2))
    for number in range(draw(st.integers(1, 5))):
        deal = {
            "deal_id": f"D{number}",
            "client_id": f"c{draw(st.integers(1, 2))}",
            "partner_id": draw(st.sampled_from(["P1", "P1", "P2"])),
            "products": "|".join(products),
            "roles": draw(st.sampled_from(["", "P1=sourced|P3=implementation", "P2=implementation", "P2/ann=sourced"])),
            "created_at": "2026-01-01",
            "amount": draw(st.sampled_from(["", "2000"])),
            "state": draw(st.sampled_from(["open", "won"])),
            "closed_at": f"2026-{draw(st.integers(2, 12)):02d}-15",
        }
        found.append(("deal", deal))
        for part in range(draw(st.integers(0, 4))):
            paid = {
                "payment_id": f"M{number}{part}",
                "deal_id": f"D{number}",
                "paid_at": f"2026-{draw(st.integers(2, 12)):02d}-{draw(st.integers(1, 28)):02d}",
                "amount": draw(st.sampled_from(["100", "333.33", "700.01", "1500"])),
                "product": draw(st.sampled_from(products)),
            }
            found.append(("payment", paid))
            if draw(st.booleans()):
                refund = {"refund_of": paid["payment_id"], "paid_at": f"2027-0{draw(st.integers(1, 6))}-10"}
                back = {"payment_id": f"X{number}{part}", "amount": draw(st.sampled_from(["100", "33.33"]))}
                found.append(("payment", paid | refund | back))
    return found


def run(company: Any, batches: list[list[Event]]) -> Any:
    company.add("partner", *PARTNERS)
    before: list[tuple[str, ...]] = []
    for batch in batches:
        for kind, row in batch:
            company.add(kind, row)
        company.sync(as_of=AS_OF)
        fixed = {row[0]: row[:22] for row in company.lines()}
        assert all(fixed[row[0]] == row[:22] for row in before), "no line ever changes"
        before = company.lines()
    return company


@QUIET
@given(found=events(), data=st.data())
def test_order_and_repeats_give_the_same_ledger(
    new_company: Callable[..., Any], found: list[Event], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(found)) + data.draw(st.lists(st.sampled_from(found), max_size=3))
    one, other = run(new_company(program=PROGRAM), [found]), run(new_company(program=PROGRAM), [mixed])
    assert other.lines() == one.lines()


@QUIET
@given(found=events(), data=st.data())
def test_spreading_events_over_runs_gives_the_same_sums_and_another_run_adds_nothing(
    new_company: Callable[..., Any], found: list[Event], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(found))
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(mixed)), st.integers(0, len(mixed)))))
    whole = run(new_company(program=PROGRAM), [found])
    spread = run(new_company(program=PROGRAM), [mixed[:first], mixed[first:second], mixed[second:]])
    assert spread.sums() == whole.sums()
    assert spread.sync(as_of=AS_OF).decided.lines == 0


def test_a_deal_whose_payments_in_bands_went_to_another_is_cut_without_them(new_company: Callable[..., Any]) -> None:
    company = new_company(program=PROGRAM)
    company.add("partner", *PARTNERS)
    deal = {"deal_id": "D1", "client_id": "c1", "partner_id": "P1", "products": "shared|retro", "state": "open"}
    deal |= {"created_at": "2026-01-01"}
    company.add("deal", deal, deal | {"deal_id": "D2", "client_id": "c2"})
    paid_for = [("shared", "2026-02-01"), ("retro", "2026-05-01"), ("retro", "2026-09-01")]
    for number, (product, day) in enumerate(paid_for):
        paid = {"payment_id": f"M{number}", "deal_id": "D1", "paid_at": day, "amount": "366", "product": product}
        company.add("payment", paid)
    company.sync(as_of=AS_OF)
    assert company.sums() == {
        ("P1", "D1", "2026-02"): 150_00,
        ("P1", "D1", "2026-05"): 30_00 + 30_00,  # what was cut before is given back
        ("P1", "D1", "2026-09"): 30_00,
    }
    for row in company.systems["main"].rows[RecordKind.PAYMENT][1:]:
        row["deal_id"] = "D2"
    company.sync(as_of=AS_OF)
    assert company.sums() == {
        ("P1", "D1", "2026-02"): 150_00,
        ("P1", "D2", "2026-05"): 30_00,
        ("P1", "D2", "2026-09"): 30_00,
    }


def test_a_partner_who_is_added_gets_the_share_that_waited(new_company: Callable[..., Any]) -> None:
    company = new_company(program=PROGRAM)
    company.add("partner", PARTNERS[0])
    deal = {"deal_id": "D1", "client_id": "c1", "partner_id": "P1", "products": "shared", "state": "open"}
    company.add("deal", deal | {"roles": "P3=implementation", "created_at": "2026-01-01"})
    company.add("payment", {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-02-01", "amount": "366"})
    company.sync(as_of=AS_OF)
    assert company.issues() == {("D1", "PARTNER_UNKNOWN")}
    assert company.sums() == {("P1", "D1", "2026-02"): 50_00}, "a third of half of 300.00"
    company.add("partner", PARTNERS[2])
    company.sync(as_of=AS_OF)
    assert company.issues() == set()
    assert company.sums() == {("P1", "D1", "2026-02"): 50_00, ("P3", "D1", "2026-02"): 100_00}


def test_a_rate_that_comes_later_for_a_nearer_day_replaces_the_one_that_was_carried_on(
    new_company: Callable[..., Any],
) -> None:
    terms = {"convert": True, "base": "gross", "rules": [{"name": "tenth", "rate": "10%"}]}
    company = new_company(program={"effective_from": date(2026, 1, 1), "commission": terms})
    company.add("partner", PARTNERS[0])
    deal = {"deal_id": "D1", "client_id": "c1", "partner_id": "P1", "state": "open", "created_at": "2026-01-01"}
    company.add("deal", deal | {"currency": "USD"})
    paid = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-02-02", "amount": "100", "currency": "USD"}
    company.add("payment", paid)
    rate = {"rate_id": "1", "date": "2026-01-30", "currency": "USD", "rate": "80", "source": "bank"}
    company.add("rate", rate)
    company.sync(as_of=AS_OF)
    assert company.sums() == {("P1", "D1", "2026-02"): 800_00}
    company.add("rate", rate | {"rate_id": "2", "date": "2026-02-01", "rate": "90"})
    company.sync(as_of=AS_OF)
    assert company.sums() == {("P1", "D1", "2026-02"): 900_00}


def test_a_payment_waits_for_its_rate_and_a_corrected_rate_is_booked_as_the_difference(
    new_company: Callable[..., Any],
) -> None:
    terms = {"convert": True, "base": "gross", "rules": [{"name": "tenth", "rate": "10%"}]}
    company = new_company(program={"effective_from": date(2026, 1, 1), "commission": terms})
    company.add("partner", PARTNERS[0])
    deal = {"deal_id": "D1", "client_id": "c1", "partner_id": "P1", "state": "open", "created_at": "2026-01-01"}
    company.add("deal", deal | {"currency": "USD"})
    paid = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-02-01", "amount": "100", "currency": "USD"}
    company.add("payment", paid)
    company.sync(as_of=AS_OF)
    assert company.issues() == {("M1", "RATE_MISSING")}
    assert company.sums() == {}
    rate = {"rate_id": "1", "date": "2026-02-01", "currency": "USD", "rate": "80", "source": "bank"}
    company.add("rate", rate)
    company.sync(as_of=AS_OF)
    assert company.issues() == set()
    assert company.sums() == {("P1", "D1", "2026-02"): 800_00}
    company.add("rate", rate | {"rate_id": "2", "date": "2026-02-02"})
    assert company.sync(as_of=AS_OF).decided.cases == 0, "a later rate is none of its business"
    company.systems["main"].rows[RecordKind.RATE][0]["rate"] = "90"
    company.sync(as_of=AS_OF)
    assert company.sums() == {("P1", "D1", "2026-02"): 900_00}
