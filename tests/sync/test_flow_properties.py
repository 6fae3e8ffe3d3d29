"""Order, repetition and spreading over runs change nothing that is owed."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AS_OF = "2026-11-30T12:00:00+00:00"
PARTNERS = [
    {"partner_id": "P1", "name": "First", "promo_codes": "ONE"},
    {"partner_id": "P2", "name": "Second"},
    {"partner_id": "P3", "name": "Third"},
]
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAYS = st.integers(1, 28)
MONTHS = st.integers(1, 9)


@st.composite
def deals(draw: st.DrawFn) -> list[tuple[str, dict[str, str]]]:
    """A few clients with deals, payments, refunds and registrations, as (kind, row)."""
    events: list[tuple[str, dict[str, str]]] = []
    for number in range(draw(st.integers(1, 4))):
        month, day = draw(MONTHS), draw(DAYS)
        client = draw(st.integers(1, 2))
        state = draw(st.sampled_from(["open", "won", "won", "lost"]))
        created = f"2026-{month:02d}-{day:02d}"
        deal = {
            "deal_id": f"D{number}",
            "client_id": f"c{client}",
            "client_domain": f"client{client}.com",
            "partner_id": draw(st.sampled_from(["", "P1", "P2", "P3"])),
            "promo_code": draw(st.sampled_from(["", "ONE"])),
            "products": draw(st.sampled_from(["licence", "service", "setup"])),
            "state": state,
            "created_at": created,
            "amount": draw(st.sampled_from(["", "1000", "1220.55"])),
        }
        if state != "open":
            deal["closed_at"] = f"2026-{month + 1:02d}-{day:02d}"
        events.append(("deal", deal))
        for part in range(draw(st.integers(0, 3))):
            paid = {
                "payment_id": f"M{number}{part}",
                "deal_id": f"D{number}",
                "paid_at": f"2026-{draw(st.integers(month, 10)):02d}-{draw(DAYS):02d}",
                "amount": draw(st.sampled_from(["100", "333.33", "700.01", "1500"])),
            }
            events.append(("payment", paid))
            if draw(st.booleans()):
                refund = {
                    "payment_id": f"X{number}{part}",
                    "refund_of": f"M{number}{part}",
                    "paid_at": f"2026-11-{draw(DAYS):02d}",
                    "amount": draw(st.sampled_from(["100", "33.33"])),
                }
                events.append(("payment", paid | refund))
    for number in range(draw(st.integers(0, 3))):
        claim = {
            "registration_id": f"R{number}",
            "partner_id": draw(st.sampled_from(["P1", "P2"])),
            "kind": "lead",
            "client_name": "Client",
            "client_domain": f"client{draw(st.integers(1, 2))}.com",
            "products": draw(st.sampled_from(["", "licence"])),
            "submitted_at": f"2026-{draw(MONTHS):02d}-{draw(DAYS):02d}T12:00",
        }
        events.append(("registration", claim))
    return events


def _run(company: Any, batches: list[list[tuple[str, dict[str, str]]]]) -> Any:
    company.add("partner", *PARTNERS)
    for batch in batches:
        for kind, row in batch:
            company.add(kind, row)
        company.sync(as_of=AS_OF)
    return company


@QUIET
@given(events=deals(), data=st.data())
def test_order_and_repeats_give_the_same_ledger(
    new_company: Callable[..., Any], events: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(events)) + data.draw(st.lists(st.sampled_from(events), max_size=3))
    straight, mixed = _run(new_company(), [events]), _run(new_company(), [shuffled])
    assert mixed.lines() == straight.lines()


@QUIET
@given(events=deals(), data=st.data())
def test_spreading_events_over_runs_gives_the_same_sums(
    new_company: Callable[..., Any], events: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(events))
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(mixed)), st.integers(0, len(mixed)))))
    whole = _run(new_company(), [events])
    spread = _run(new_company(), [mixed[:first], mixed[first:second], mixed[second:]])
    assert spread.sums() == whole.sums()


@QUIET
@given(events=deals())
def test_the_balance_is_the_sum_of_lines_and_a_second_run_adds_none(
    new_company: Callable[..., Any], events: list[tuple[str, dict[str, str]]]
) -> None:
    company = _run(new_company(), [events])
    lines = company.lines()
    assert company.sync(as_of=AS_OF).decided.lines == 0
    for partner in ("P1", "P2", "P3"):
        total = sum(minor for (owner, _, _), minor in company.sums().items() if owner == partner)
        assert company.value("partner", partner, "ps_balance") == f"{total / 100:.2f}"
    assert company.lines() == lines
