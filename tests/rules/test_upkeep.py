"""Work on its deal extends a protection, and silence ends it."""

from datetime import date, datetime
from typing import Any

import pytest

from partnersync.domain.decided import Judged
from partnersync.domain.registration import Protection, RegistrationKind, RegistrationState, Verdict, VerdictCode
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.rules.notices import decision_due, due, later_sentences, text
from partnersync.rules.protection import protect
from partnersync.rules.upkeep import Upkeep
from partnersync.translate import translator

S = RegistrationState
ENGLISH = translator("en")
MONTHLY = ["2026-01-20", "2026-02-20", "2026-03-20", "2026-04-20", "2026-05-10", "2026-06-10"]


@pytest.fixture
def stand(registration: Any, deal: Any, at: Any, program: Any) -> Any:
    """A sale approved on 2026-01-15 with its deal, protected to 2026-04-15, as of a moment."""

    def make(as_of: str, worked: list[str] | None = None, moved: str = "", **told: Any) -> Judged:
        claim = registration(kind=RegistrationKind.SALE)
        verdict = Verdict(S.APPROVED, VerdictCode.OK, claim.submitted_at, program.version)
        times: list[datetime] | None = None if worked is None else [at(day) for day in worked]
        upkeep = Upkeep(lambda _: times, lambda _: at(moved) if moved else None, **told)
        own = deal(partner_id="P1", created="2026-01-20")
        given = protect(claim, verdict, [own], at(as_of), program, upkeep)
        return Judged(claim, "c", True, 1, verdict, given)

    return make


@pytest.mark.parametrize(
    ("as_of", "worked", "moved", "told", "until"),
    [
        pytest.param("2026-04-02", ["2026-03-20"], "2026-03-01", {}, date(2026, 5, 15), id="13 days before the end"),
        pytest.param(
            "2026-04-01T23:59", ["2026-03-20"], "2026-03-01", {}, date(2026, 4, 15), id="14 days are too many"
        ),
        pytest.param(
            "2026-04-15", ["2026-03-01"], "2026-03-01", {}, date(2026, 4, 15), id="nobody active within 30 days"
        ),
        pytest.param("2026-04-15", ["2026-03-20"], "2026-02-01", {}, date(2026, 4, 15), id="no stage within 45 days"),
        pytest.param("2026-04-15", ["2026-03-20"], "", {}, date(2026, 4, 15), id="the stage never moved"),
        pytest.param(
            "2026-04-15", ["2026-03-20", "2026-04-10"], "2026-04-09", {}, date(2026, 5, 15), id="it moved in time"
        ),
        pytest.param(
            "2026-04-15", None, "2026-03-20", {}, date(2026, 5, 15), id="no activities are told: the stage counts"
        ),
        pytest.param(
            "2026-04-02", ["2026-03-03"], "2026-02-16", {}, date(2026, 5, 15), id="30 and 45 days to the minute"
        ),
        pytest.param(
            "2026-04-16", ["2026-04-15T23:59:59"], "2026-04-10", {}, date(2026, 5, 15), id="active in its last second"
        ),
        pytest.param(
            "2026-04-16", ["2026-04-10"], "2026-04-15T23:59:59", {}, date(2026, 5, 15), id="it moved in its last second"
        ),
        pytest.param("2026-04-17", ["2026-04-16"], "2026-04-10", {}, date(2026, 4, 15), id="active a second too late"),
        pytest.param("2026-05-15", MONTHLY, "2026-04-15", {}, date(2026, 6, 14), id="twice by work"),
        pytest.param(
            "2026-06-14",
            MONTHLY,
            "2026-05-10",
            {"by_people": 1},
            date(2026, 6, 14),
            id="by a person and by work: no third",
        ),
        pytest.param("2026-04-15", ["2026-03-20"], "", {"by_people": 1}, date(2026, 5, 15), id="by a person"),
        pytest.param("2026-04-15", ["2026-03-20"], "", {"by_people": 3}, date(2026, 6, 14), id="twice at most"),
        pytest.param(
            "2026-04-15", ["2026-03-20"], "", {"automatic": 1}, date(2026, 5, 15), id="one that was given stays"
        ),
    ],
)
def test_extensions(
    as_of: str, worked: list[str] | None, moved: str, told: dict[str, int], until: date, stand: Any
) -> None:
    assert stand(as_of, worked, moved, **told).protection.until == until


@pytest.mark.parametrize(
    ("as_of", "moved", "told", "expected"),
    [
        pytest.param("2026-02-10", "", {"asked_at": "2026-02-10"}, (S.EXTENSION_REQUESTED, "2026-04-15"), id="asked"),
        pytest.param("2026-02-10", "", {}, (S.ACTIVE, "2026-04-15"), id="nobody asked, or somebody has decided"),
        pytest.param(
            "2026-04-15T23:59", "", {"asked_at": "2026-02-10"}, (S.EXTENSION_REQUESTED, "2026-04-15"),
            id="it waits to the last protected minute",
        ),
        pytest.param(
            "2026-04-16", "", {"asked_at": "2026-02-10"}, (S.EXPIRED, "2026-04-15"), id="and prolongs nothing itself"
        ),
        pytest.param(
            "2026-02-10", "", {"asked_at": "2026-02-10", "by_people": 1}, (S.EXTENSION_REQUESTED, "2026-05-15"),
            id="asked for the second one",
        ),
        pytest.param(
            "2026-02-10", "", {"asked_at": "2026-02-10", "by_people": 2}, (S.ACTIVE, "2026-06-14"),
            id="there is no third one to ask for",
        ),
        pytest.param(
            "2026-04-02", "2026-03-10", {"asked_at": "2026-04-02"}, (S.ACTIVE, "2026-05-15"),
            id="one that comes by itself answers the request",
        ),
        pytest.param(
            "2026-04-03", "2026-03-10", {"asked_at": "2026-04-02T00:01"}, (S.EXTENSION_REQUESTED, "2026-05-15"),
            id="one that came before does not",
        ),
        pytest.param(
            "2026-04-03", "", {"asked_at": "2026-03-25", "automatic": 1, "extended_at": "2026-04-02"},
            (S.ACTIVE, "2026-05-15"), id="nor does the request come back when the move is forgotten",
        ),
    ],
)  # fmt: skip
def test_an_extension_that_is_asked_for(
    as_of: str, moved: str, told: dict[str, Any], expected: tuple[S, str], stand: Any, at: Any
) -> None:
    told = {name: at(value) if isinstance(value, str) else value for name, value in told.items()}
    given = stand(as_of, None, moved, **told).protection
    assert (given.state, given.until.isoformat()) == expected
    assert (given.asked_at is not None) is (given.state is S.EXTENSION_REQUESTED)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        pytest.param("2026-02-09", [], id="before it is asked for"),
        pytest.param("2026-02-10", [("verdict", "2026-02-12")], id="a task of two business days"),
        pytest.param("2026-02-11T23:59", [("verdict", "2026-02-12")], id="which stands"),
        pytest.param(
            "2026-02-12", [("verdict", "2026-02-12"), ("sla_breach", "2026-02-12")], id="and then is a breach"
        ),
    ],
)
def test_who_asks_for_an_extension_waits_as_long_as_for_a_verdict(
    as_of: str, expected: list[tuple[str, str]], stand: Any, at: Any, program: Any
) -> None:
    one = stand("2026-02-12", asked_at=at("2026-02-10"))
    found = due(one, program, at(as_of))
    assert [(notice.kind, notice.due_at) for notice in found] == [(kind, at(day)) for kind, day in expected]
    assert all("extension" in text(notice, one, ENGLISH) for notice in found)


@pytest.mark.parametrize(
    ("as_of", "worked", "state", "code"),
    [
        pytest.param("2026-03-01T00:00", [], S.RELEASED, "DORMANT", id="45 days after the approval"),
        pytest.param("2026-02-28T23:59", [], S.ACTIVE, "", id="not before that day"),
        pytest.param("2026-03-01T00:00", ["2026-01-30"], S.ACTIVE, "", id="counted from the last activity"),
        pytest.param("2026-03-16T00:00", ["2026-01-30"], S.RELEASED, "DORMANT", id="45 days after it"),
        pytest.param(
            "2026-03-16T00:00", ["2026-03-05"], S.RELEASED, "DORMANT", id="who comes after the release is too late"
        ),
        pytest.param("2026-03-02T00:00", ["2026-03-01T00:00"], S.RELEASED, "DORMANT", id="nor at its very moment"),
        pytest.param(
            "2026-03-15T12:00", ["2026-01-30T01:00"], S.ACTIVE, "", id="counted from its day in the program's zone"
        ),
        pytest.param("2026-04-01T00:00", None, S.ACTIVE, "", id="nobody tells activities"),
    ],
)
def test_dormancy(as_of: str, worked: list[str] | None, state: S, code: str, stand: Any) -> None:
    given = stand(as_of, worked).protection
    assert (given.state, given.code) == (state, code)


@pytest.mark.parametrize(
    ("as_of", "worked", "moved", "told", "expected"),
    [
        pytest.param(
            "2026-02-01",
            None,
            "",
            {},
            (S.ACTIVE, "2026-04-16", "2026-04-15", "", "2026-04-02", 0, "", ""),
            id="no news",
        ),
        pytest.param(
            "2026-04-02",
            None,
            "",
            {},
            (S.ACTIVE, "2026-04-16", "2026-04-15", "", "2026-04-16", 0, "", ""),
            id="late news",
        ),
        pytest.param(
            "2026-02-01",
            None,
            "",
            {"by_people": 2},
            (S.ACTIVE, "2026-06-15", "2026-06-14", "", "2026-06-15", 0, "", ""),
            id="extended as often as it may be",
        ),
        pytest.param(
            "2026-05-15",
            MONTHLY,
            "2026-04-15",
            {},
            (S.ACTIVE, "2026-06-15", "2026-06-14", "", "2026-06-15", 2, "2026-05-02", "2026-05-10"),
            id="extended twice by work",
        ),
        pytest.param(
            "2026-03-10T15:00",
            ["2026-02-20", "2026-03-10T15:00"],
            "",
            {},
            (S.ACTIVE, "2026-04-16", "2026-04-15", "", "2026-04-02", 0, "", "2026-03-10T15:00"),
            id="work at this very moment",
        ),
        pytest.param(
            "2026-03-20",
            ["2026-01-30"],
            "",
            {},
            (S.RELEASED, "2026-03-16", "2026-04-15", "DORMANT", "", 0, "", "2026-01-30"),
            id="released",
        ),
        pytest.param(
            "2026-05-20",
            None,
            "2026-03-10",
            {},
            (S.EXPIRED, "2026-05-16", "2026-05-15", "", "", 1, "2026-04-02", ""),
            id="run out after an extension",
        ),
    ],
)
def test_how_it_stands(
    as_of: str, worked: list[str] | None, moved: str, told: dict[str, int], expected: Any, stand: Any, at: Any
) -> None:
    state, ends_at, until, code, look, automatic, extended_at, worked_at = expected
    one = stand(as_of, worked, moved, **told)
    assert one.protection == Protection(
        state,
        one.registration.submitted_at,
        at(ends_at),
        date.fromisoformat(until),
        code,
        "crm/1",
        at(look) if look else None,
        automatic,
        extended_at=at(extended_at) if extended_at else None,
        worked_at=at(worked_at) if worked_at else None,
    )


@pytest.mark.parametrize(
    ("as_of", "worked", "expected"),
    [
        pytest.param("2026-02-13T23:59", [], [], id="29 days of silence"),
        pytest.param("2026-02-14T00:00", [], ["status_check"], id="a check from the 30th day on"),
        pytest.param("2026-03-16T00:00", None, ["protection_reminder 30"], id="30 days before the end"),
        pytest.param("2026-03-15T23:59", None, [], id="not before"),
        pytest.param("2026-04-14T00:00", None, ["protection_reminder 1"], id="of those that were missed only the last"),
    ],
)
def test_what_people_are_told(
    as_of: str, worked: list[str] | None, expected: list[str], stand: Any, at: Any, program: Any
) -> None:
    found = due(stand(as_of, worked), program, at(as_of))
    told = [f"{one.kind} {one.occasion.rpartition('/')[2]}" if "/" in one.occasion else one.kind for one in found]
    assert told == expected


@pytest.mark.parametrize(
    ("state", "due_on", "told"),
    [
        pytest.param(S.CHECKING, "2026-01-19T12:00", ["verdict", "sla_breach"], id="two business days"),
        pytest.param(S.RESEARCH, "2026-01-22T12:00", ["verdict"], id="research adds three"),
    ],
)
def test_decisions_have_a_time(
    state: S, due_on: str, told: list[str], registration: Any, at: Any, program: Any
) -> None:
    claim = registration()
    one = Judged(claim, "c", True, 1, Verdict(state, VerdictCode.OK, claim.submitted_at, program.version))
    assert decision_due(one, program) == at(due_on)
    assert [notice.kind for notice in due(one, program, at("2026-01-19T12:00"))] == told


def test_an_extension_says_how_it_came_about(stand: Any, at: Any, program: Any) -> None:
    one = stand("2026-04-02", ["2026-03-20"], "2026-03-01")
    kinds = [RulingKind.REQUEST_EXTENSION, RulingKind.REFUSE_EXTENSION, RulingKind.EXTEND]
    made = [Ruling("R-1", kind, "head", "The client asked for it.", at("2026-04-01")) for kind in kinds]
    assert later_sentences(one, made, program.zone, ENGLISH) == [
        "The protection was extended 1 time by itself: its deal was worked on, and its stage moved.",
        "head entered on 2026-04-01 that the partner asks for an extension: The client asked for it.",
        "head refused an extension on 2026-04-01. Reason: The client asked for it.",
        "head extended the protection on 2026-04-01. Reason: The client asked for it.",
    ]
    assert later_sentences(stand("2026-02-02"), [], program.zone, ENGLISH) == []
