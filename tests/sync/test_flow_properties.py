"""Order, repetition and spreading over runs change nothing that is owed."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from random_events import PARTNERS, deals

AS_OF = "2026-11-30T12:00:00+00:00"
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
