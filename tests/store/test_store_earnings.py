"""Buckets whose content changed are named, and nothing else; what is priced together comes in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.domain.earning import Earning
from partnersync.domain.value import Money
from partnersync.store import earnings
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
ONE = Earning("main/p1", AT, "main/1", "c", "P1", "P1", "v", "r", Money(100, "RUB"), "i", bucket="Q1")
TWO = replace(ONE, event_id="main/p2")
DEARER = replace(ONE, base=Money(101, "RUB"))


@pytest.mark.parametrize(
    ("before", "cases", "now", "changed"),
    [
        pytest.param([], ["c1"], [("c1", ONE)], {"Q1"}, id="an event came"),
        pytest.param([("c1", ONE)], ["c1"], [("c1", ONE)], set(), id="nothing changed"),
        pytest.param([("c1", ONE)], ["c1"], [("c1", DEARER)], {"Q1"}, id="an event changed"),
        pytest.param([("c1", ONE), ("c1", TWO)], ["c1"], [("c1", ONE)], {"Q1"}, id="an event went"),
        pytest.param([("c1", ONE)], ["c1"], [("c1", replace(ONE, bucket="Q2"))], {"Q1", "Q2"}, id="another period"),
        pytest.param([("c1", ONE)], ["c2"], [("c2", ONE)], set(), id="the event's deal came into another case"),
        pytest.param([("c1", ONE)], ["c2"], [("c2", DEARER)], {"Q1"}, id="it came into another case, changed"),
        pytest.param([("c1", ONE)], ["c2"], [], set(), id="another case earns nothing"),
        pytest.param([("c1", ONE)], ["c1"], [("c1", replace(ONE, payee_id="P2"))], {"Q1"}, id="another payee"),
    ],
)
def test_the_buckets_to_price_anew(
    store: Store,
    before: list[tuple[str, Earning]],
    cases: list[str],
    now: list[tuple[str, Earning]],
    changed: set[str],
) -> None:
    with store.write() as tx:
        earnings.replace(tx, [case_id for case_id, _ in before], before)
        assert earnings.replace(tx, cases, now) == changed
        assert earnings.replace(tx, cases, now) == set()


def test_a_linked_deal_joins_its_buckets(store: Store) -> None:
    linked = [replace(ONE, linked=("Q1", "own")), replace(TWO, bucket="own", linked=("Q1", "own"))]
    others = [replace(ONE, event_id="main/p3", bucket="own"), replace(ONE, event_id="main/p4", bucket="Q2")]
    with store.write() as tx:
        earnings.replace(tx, ["c1"], [("c1", one) for one in [*linked, *others]])
        for bucket in ("Q1", "own"):
            names, events = earnings.together(tx, bucket)
            assert names == {"Q1", "own"}
            assert {one.event_id for one in events} == {"main/p1", "main/p2", "main/p3"}
        assert earnings.together(tx, "Q2") == ({"Q2"}, [others[1]])


def test_events_are_priced_in_the_order_of_time_and_event(store: Store) -> None:
    late = replace(ONE, event_time=AT + timedelta(hours=1), event_id="a")
    fraction = replace(ONE, event_time=AT + timedelta(microseconds=1), event_id="b", rate=Fraction(1, 3))
    with store.write() as tx:
        earnings.replace(tx, ["c1", "c2"], [("c1", late), ("c2", TWO), ("c1", fraction), ("c1", ONE)])
        earnings.replace(tx, ["c3"], [("c3", replace(TWO, event_id="z", bucket="Q2"))])
        assert earnings.by_bucket(tx, "Q1") == [ONE, TWO, fraction, late]


def test_an_event_that_is_priced_by_itself_has_no_place_here(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="main/p1"):
        earnings.replace(tx, ["c1"], [("c1", replace(ONE, bucket=None))])


CONTENT = st.dictionaries(
    st.sampled_from("abcd"), st.tuples(st.integers(1, 2), st.sampled_from(["Q1", "Q2"])), max_size=4
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(before=CONTENT, now=CONTENT)
def test_a_bucket_is_named_exactly_when_its_content_changed(
    store: Store, before: dict[str, tuple[int, str]], now: dict[str, tuple[int, str]]
) -> None:
    def earned(content: dict[str, tuple[int, str]]) -> list[tuple[str, Earning]]:
        return [
            ("c1", replace(ONE, event_id=event, base=Money(minor, "RUB"), bucket=bucket))
            for event, (minor, bucket) in content.items()
        ]

    with store.rehearse() as tx:
        earnings.replace(tx, ["c1"], earned(before))
        old = {bucket: earnings.by_bucket(tx, bucket) for bucket in ("Q1", "Q2")}
        named = earnings.replace(tx, ["c1"], earned(now))
        assert named == {bucket for bucket in old if earnings.by_bucket(tx, bucket) != old[bucket]}
