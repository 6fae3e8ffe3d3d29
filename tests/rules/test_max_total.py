"""A deal brings at most `max_total` of its base, over all rules, buckets and payees together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commission_world import brief, deal, look, paid, programme, refund
from partnersync.domain.deal import Payment
from partnersync.domain.earning import Earning, Owed
from partnersync.domain.line import LineKind
from partnersync.rules.limits import MAX_TOTAL
from partnersync.rules.pricing import price

TEXT = """
effective_from = 2020-01-01
[commission]
base = "gross"
max_total = "50%"
[[commission.rules]]
name = "rich"
when = { products = ["rich"] }
rate = "60%"
[[commission.rules]]
name = "half"
when = { products = ["half"] }
rate = "50%"
[[commission.rules]]
name = "near"
when = { products = ["near"] }
rate = "49.9%"
[[commission.rules]]
name = "plain"
when = { products = ["plain"] }
rate = "20%"
[[commission.rules]]
name = "bands"
when = { products = ["bands"] }
tiers = { measure = "base_in_month", bands = [ { from = "0 RUB", rate = "10%" }, { from = "1000 RUB", rate = "70%" } ] }
[[commission.rules]]
name = "capped"
when = { products = ["capped"] }
rate = "80%"
cap = { per = "partner_month", amount = "900 RUB" }
[[commission.rules]]
name = "fixed"
when = { products = ["fixed"] }
fixed = "300 RUB"
split = { sourced = "1/3", implementation = "2/3" }
"""
TERMS = programme(TEXT)
PRODUCTS = "rich half near plain bands capped fixed"


def earned(payments: Sequence[Payment]) -> list[Earning]:
    """What the payments of two deals bring."""
    found: list[Earning] = []
    for name in ("D1", "D2"):
        one = replace(deal(products=PRODUCTS), ref=f"main/{name}", roles=(("B2", "implementation"),))
        earnings, issues = look(one, [payment for payment in payments if payment.deal_ref == one.ref], TERMS)
        assert issues == []
        found += earnings
    return found


def united(earnings: Sequence[Earning]) -> list[list[Earning]]:
    """What is priced together: each bucket, linked deals join theirs; what is in none is priced with its deal."""
    groups = {one.bucket or one.deal_ref: {one.bucket or one.deal_ref} for one in earnings}
    for one in earnings:
        whole = set[str]().union(*(groups[name] for name in one.linked))
        groups.update(dict.fromkeys(whole, whole))
    sets = {id(names): names for names in groups.values()}
    return [[one for one in earnings if (one.bucket or one.deal_ref) in names] for names in sets.values()]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        pytest.param(
            [paid("P1", "1000", product="rich")], "P1 1000.00 600.00, P1 cap max_total -100.00", id="alone it is cut"
        ),
        pytest.param(
            [paid("P1", "1000", "2026-05-01", product="plain"), paid("P2", "1000", "2026-05-02", product="rich")],
            "P1 1000.00 200.00, P2 1000.00 600.00",
            id="beside a rule that brings less it is within the deal's half",
        ),
        pytest.param(
            [paid("P1", "1000", "2026-05-01", product="bands"), paid("P2", "1000", "2026-05-02", product="rich")],
            "P1 1000.00 100.00, P2 1000.00 600.00",
            id="also beside bands, which are priced with others of the month",
        ),
        pytest.param(
            [paid("P1", "1000", "2026-05-02", product="bands"), paid("P2", "1000", "2026-05-01", product="rich")],
            "P2 1000.00 600.00, P2 cap max_total -100.00, P1 1000.00 100.00, P1 cap max_total 100.00",
            id="what was cut before is given back",
        ),
        pytest.param(
            [
                paid("P1", "1000", "2026-05-01", product="bands"),
                paid("P2", "1000", "2026-05-02", product="rich"),
                paid("P3", "1000", "2026-05-03", product="bands"),
            ],
            "P1 1000.00 100.00, P2 1000.00 600.00, P3 1000.00 700.00",
            id="1,400.00 of 1,500.00 that it may bring",
        ),
        pytest.param(
            [paid("P1", "200", "2026-05-01", product="fixed"), paid("P2", "1000", "2026-06-02", product="bands")],
            "P1 66.67 100.00, P1 133.33 200.00, P1 cap max_total -66.67, P1 cap max_total -133.33, "
            "P2 1000.00 100.00, P2 cap max_total 66.67, P2 cap max_total 133.33",
            id="over all payees",
        ),
    ],
)
def test_a_deal_is_weighed_as_a_whole(payments: list[Payment], expected: str) -> None:
    found = [one for group in united(earned(payments)) for one in price(group, TERMS)]
    assert sorted(brief(found).split(", ")) == sorted(expected.split(", "))


@st.composite
def events(draw: st.DrawFn) -> list[Payment]:
    """Payments for products under every rule, of two deals and some months, and refunds."""
    found: list[Payment] = []
    for number in range(draw(st.integers(1, 7))):
        day = f"2026-{draw(st.integers(4, 6)):02d}-{draw(st.integers(1, 28)):02d}"
        ref, product = draw(st.sampled_from(["D1", "D2"])), draw(st.sampled_from(PRODUCTS.split()))
        amount = draw(st.sampled_from(["0.01", "100", "333.33", "1500.05"]))
        found.append(replace(paid(f"P{number}", amount, day, product=product), deal_ref=f"main/{ref}"))
        if draw(st.booleans()):
            back = refund(f"R{number}", draw(st.sampled_from(["0.01", "33.33", amount])), f"P{number}", "2026-07-01")
            if back.amount.minor <= found[-1].amount.minor:
                found.append(replace(back, deal_ref=found[-1].deal_ref))
    return found


@given(events())
def test_no_deal_brings_more_and_nothing_within_it_is_cut(payments: list[Payment]) -> None:
    earnings = earned(payments)
    found = [one for group in united(earnings) for one in price(group, TERMS)]
    totals: dict[str, int] = defaultdict(int)
    cut: dict[str, int] = defaultdict(int)
    for one in found:
        totals[one.earning.deal_ref] += one.amount.minor
        cut[one.earning.deal_ref] += one.amount.minor if one.earning.reason == MAX_TOTAL else 0
    for ref, total in totals.items():
        bases = sum(-one.base.minor if one.refund else one.base.minor for one in earnings if one.deal_ref == ref)
        assert 2 * total <= bases
        assert cut[ref] <= 0
        assert cut[ref] == 0 or total == bases // 2, "only what is over it is cut"


@given(events())
def test_what_is_priced_together_is_all_that_matters(payments: list[Payment]) -> None:
    earnings = earned(payments)
    apart = [one for group in united(earnings) for one in price(group, TERMS)]

    def sums(owed: Sequence[Owed]) -> dict[tuple[str, str, LineKind], int]:
        found: dict[tuple[str, str, LineKind], int] = defaultdict(int)
        for one in owed:
            found[one.earning.event_id, one.earning.payee_id, one.kind] += one.amount.minor
        return found

    assert sums(apart) == sums(price(earnings, TERMS))


def test_a_deal_is_linked_only_where_it_could_be_cut_and_lies_in_several_buckets() -> None:
    def linked(*products: str) -> set[tuple[str, ...]]:
        return {one.linked for one in earned([paid(f"P{at}", "1", product=name) for at, name in enumerate(products)])}

    assert linked("rich", "bands") == {("A7|bands|2020-01-01|2026-05", "|max_total|main/D1")}
    assert linked("plain", "rich") == {()}, "all of it is priced with the deal"
    assert linked("bands", "bands") == {()}, "all of it is in one bucket"
