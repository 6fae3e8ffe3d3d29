"""What counts of a deal's payments: what its amount asks for of the money that was not given back."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.deal import Payment
from partnersync.domain.value import Money
from partnersync.rules.paid import Counted, GivenBack, walk

START = datetime(2026, 5, 1, tzinfo=UTC)
SUMS = st.integers(1, 9)


@st.composite
def histories(draw: st.DrawFn) -> list[Payment]:
    """Up to five payments, and refunds of them that come after all of them or in between."""
    sums = draw(st.lists(SUMS, min_size=1, max_size=5))
    days = st.integers(0, 9)
    found = [_paid(f"c/P{number}", draw(days), minor) for number, minor in enumerate(sums)]
    back = draw(st.lists(st.tuples(st.integers(0, len(sums) - 1), SUMS, days), max_size=5))
    found += [_paid(f"c/R{number}", day, minor, f"c/P{of}") for number, (of, minor, day) in enumerate(back)]
    return draw(st.permutations(found))


def _paid(ref: str, day: int, minor: int, of: str | None = None) -> Payment:
    return Payment(ref, "c/D1", START + timedelta(days=day), Money(minor, "RUB"), refund_of=of)


@given(payments=histories(), limit=st.integers(1, 20))
def test_as_much_counts_as_the_amount_asks_for_of_what_was_not_given_back(payments: list[Payment], limit: int) -> None:
    steps, _ = walk(Money(limit, "RUB"), payments)
    counted = {step.payment.ref: step.minor for step in steps if isinstance(step, Counted)}
    back = dict.fromkeys(counted, 0)
    for step in steps:
        if isinstance(step, GivenBack):
            assert (step.of.minor, step.before) == (counted[step.of.payment.ref], back[step.of.payment.ref])
            back[step.of.payment.ref] = step.after
    held = {one.ref: one.amount.minor for one in payments if one.refund_of is None}
    for one in payments:
        if one.refund_of:
            held[one.refund_of] = max(held[one.refund_of] - one.amount.minor, 0)
    assert sum(counted.values()) - sum(back.values()) == min(limit, sum(held.values()))
    assert all(0 <= counted[ref] - back[ref] <= held[ref] for ref in held)
