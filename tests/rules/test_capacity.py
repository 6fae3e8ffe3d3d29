"""R4: which registrations of a partner are over his capacity, and which he is told he could give up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnersync.domain.decided import Judged
from partnersync.domain.registration import Claim, Registration, VerdictCode
from partnersync.rules.capacity import least, misjudged
from partnersync.rules.program import Program, Programme, read_program


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
