"""R4: which registrations of a partner are over his capacity, and which he is told he could give up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnersync.domain.client import ClientKeys
from partnersync.domain.decided import Judged
from partnersync.domain.registration import Claim, Registration, VerdictCode
from partnersync.rules.capacity import least, misjudged
from partnersync.rules.program import Program, Programme, read_program

MISSING = VerdictCode.DATA_MISSING


@pytest.fixture
def weigh(at: Any) -> Callable[..., dict[str, tuple[str, ...] | None]]:
    """What of a partner's claims does not fit; each is as the machine granted it, perhaps with its last work."""

    def made(claims: list[tuple[Claim, str]], **registration: int) -> dict[str, tuple[str, ...] | None]:
        program: Program = read_program({"effective_from": date(2026, 1, 1), "registration": registration})
        judged = [Judged(_in_utc(one), "c", True, 1, one.verdict, _worked(one, work, at)) for one, work in claims]
        return misjudged(judged, lambda *_: "", lambda _: program)

    return made


def _in_utc(one: Claim) -> Registration:
    """As the store gives it back."""
    return replace(one.registration, submitted_at=one.registration.submitted_at.astimezone(UTC))


def _worked(one: Claim, work: str, at: Callable[[str], datetime]) -> Any:
    return replace(one.protection, worked_at=at(work)) if one.protection and work else one.protection


@pytest.mark.parametrize(
    ("live", "over"),
    [pytest.param(24, {}, id="24 live: the 25th is taken"), pytest.param(25, {"R99"}, id="25 live: the 26th is not")],
)
def test_25_may_live_by_default(live: int, over: set[str], weigh: Any, registration: Any, granted: Any) -> None:
    claims = [
        (granted(registration(f"R{number:02}", f"2026-01-{10 + number // 9}T1{number % 9}:00")), "")
        for number in range(live)
    ]
    assert set(weigh([*claims, (granted(registration("R99", "2026-01-20")), "")])) == set(over)


@pytest.mark.parametrize(
    ("last", "over"),
    [
        pytest.param("2026-01-10T23:59", {"R99"}, id="ten that day: the eleventh is not taken"),
        pytest.param("2026-01-11T00:00", set(), id="the next day begins at midnight in the program's zone"),
    ],
)
def test_10_a_day_by_default(last: str, over: set[str], weigh: Any, registration: Any, granted: Any) -> None:
    claims = [(granted(registration(f"R{number}", f"2026-01-10T0{number}:00")), "") for number in range(10)]
    assert set(weigh([*claims, (granted(registration("R99", last)), "")])) == over


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param([{}], 10, id="by default those of a day"),
        pytest.param([{"capacity_active": 4}], 4, id="those at a time, where they are fewer"),
        pytest.param([{"capacity_active": 4, "capacity_by_tier": {"gold": 3, "silver": 9}}], 3, id="a tier's"),
        pytest.param([{"capacity_per_day": 7}, {"capacity_per_day": 5}], 5, id="of any version"),
    ],
)
def test_up_to_the_least_number_nobody_is_over(versions: list[dict[str, Any]], expected: int) -> None:
    terms = [
        read_program({"effective_from": date(2026, month, 1), "registration": one})
        for month, one in enumerate(versions, 1)
    ]
    assert least(Programme(tuple(terms))) == expected


def test_a_registration_counts_from_its_first_moment_to_before_its_end(
    weigh: Any, registration: Any, granted: Any, at: Any
) -> None:
    one = granted(registration("R1", "2026-01-15T12:00"))
    together = granted(registration("R2", "2026-01-15T12:00"))
    assert weigh([(one, ""), (together, "")], capacity_active=1) == {"R2": ("R1",)}
    after = granted(registration("R2", "2026-03-17"))
    assert weigh([(one, ""), (after, "")], capacity_active=1) == {}


def test_those_that_are_not_complete_do_not_count_for_the_day(weigh: Any, registration: Any, granted: Any) -> None:
    bad = Claim(registration("R1", client=ClientKeys()), replace(granted(registration()).verdict, code=MISSING), None)
    faulty = registration("R3", "2026-01-15T12:30", faults=(("amount", "x"),))
    unread = Claim(faulty, replace(granted(registration()).verdict, code=MISSING), None)
    good = [(granted(registration(name, f"2026-01-15T1{hour}:00")), "") for hour, name in enumerate(("R4", "R5"), 3)]
    assert weigh([(bad, ""), (unread, ""), *good], capacity_per_day=2) == {}
    assert weigh([(bad, ""), (unread, ""), *good], capacity_per_day=1) == {"R5": ()}, "none to give up"


def test_each_that_is_over_is_named_and_what_follows_is_weighed_too(
    weigh: Any, registration: Any, granted: Any
) -> None:
    claims = [(granted(registration(f"R{day}", f"2026-01-1{day}")), "") for day in range(4)]
    assert weigh(claims, capacity_active=1) == dict.fromkeys(("R1", "R2", "R3"), ("R0",))
    returned = Claim(claims[0][0].registration, replace(claims[0][0].verdict, code=VerdictCode.CAPACITY), None)
    assert weigh([(returned, ""), *claims[1:]], capacity_active=1) == {
        "R0": None,
        **dict.fromkeys(("R1", "R2", "R3"), ("R0",)),
    }, "it will protect its whole window"


def test_those_that_were_dormant_longest_are_named_first(weigh: Any, registration: Any, granted: Any) -> None:
    works = {"R1": "2026-02-03", "R2": "", "R3": "2026-02-01", "R4": "2026-02-04"}
    claims = [
        (granted(registration(name, f"2026-01-1{place}"), as_of="2026-02-10"), work)
        for place, (name, work) in enumerate(works.items())
    ]
    last = (granted(registration("R5", "2026-02-10"), as_of="2026-02-10"), "")
    assert weigh([*claims, last], capacity_active=4) == {"R5": ("R2", "R3", "R1")}


def test_one_that_need_not_have_been_returned_is_judged_anew(weigh: Any, registration: Any, granted: Any) -> None:
    one = granted(registration())
    returned = Claim(one.registration, replace(one.verdict, code=VerdictCode.CAPACITY), None)
    assert weigh([(returned, "")]) == {"R1": None}
