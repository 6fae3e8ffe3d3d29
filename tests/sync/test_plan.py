"""What is due, what is foreign, and when a plan is too destructive."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.errors import SafetyStop
from partnersync.sync.plan import Tally, Verdict, change, verdict

FIELD = "ps_partner_id"
VALUES = st.sampled_from([None, "", "A7", "B2"])  # few values, so that equal ones meet often


@pytest.mark.parametrize(
    ("base", "seen", "want", "expected"),
    [
        pytest.param(None, "", "A7", Verdict.WRITE, id="first sync fills an empty field"),
        pytest.param(None, None, "A7", Verdict.WRITE, id="the place is missing"),
        pytest.param("A7", None, "", Verdict.WRITE, id="a missing place is made even to stay empty"),
        pytest.param("A7", "A7", "B2", Verdict.WRITE, id="our decision moved"),
        pytest.param("A7", "A7", "", Verdict.WRITE, id="our decision fell away"),
        pytest.param(None, "B2", "A7", Verdict.FOREIGN, id="someone filled it before us"),
        pytest.param("A7", "B2", "A7", Verdict.FOREIGN, id="a seller overwrote the partner"),
        pytest.param("A7", "", "A7", Verdict.FOREIGN, id="a seller emptied the field"),
        pytest.param("A7", "B2", "B2", Verdict.SAME, id="what is seen is due"),
        pytest.param("A7", "B2", None, Verdict.SAME, id="nothing was decided about the field"),
    ],
)
def test_verdict(base: str | None, seen: str | None, want: str | None, expected: Verdict) -> None:
    assert verdict(base, seen, want) is expected


@given(base=VALUES, seen=VALUES, want=VALUES)
def test_a_plain_write_only_replaces_what_we_wrote(base: str | None, seen: str | None, want: str | None) -> None:
    judged = verdict(base, seen, want)
    assert judged is not Verdict.WRITE or seen is None or seen == (base or "")


@given(base=VALUES, seen=VALUES, want=VALUES)
def test_nothing_is_due_after_the_write(base: str | None, seen: str | None, want: str | None) -> None:
    if verdict(base, seen, want) is Verdict.WRITE:
        assert verdict(want, want, want) is Verdict.SAME


def _managed(base: str | None, seen: str | None, want: str) -> Managed:
    return Managed(RecordKind.DEAL, "1", {FIELD: base}, {FIELD: seen}, {FIELD: want})


def test_a_change_holds_only_the_fields_to_write() -> None:
    managed = Managed(
        RecordKind.DEAL,
        "1",
        {FIELD: "A7", "ps_source": "typed", "ps_commission": "1.00"},
        {FIELD: "A7", "ps_source": "note", "ps_commission": "1.00"},
        {FIELD: "A7", "ps_source": "typed", "ps_commission": "2.00"},
    )
    due = change(managed)
    assert due is not None
    assert (due.before, due.after) == ({"ps_commission": "1.00"}, {"ps_commission": "2.00"})
    assert [(edit.field, edit.seen, edit.want) for edit in due.foreign] == [("ps_source", "note", "typed")]


@pytest.mark.parametrize(
    ("seen", "held", "written", "foreign"),
    [
        pytest.param("A7", {}, True, False, id="nothing is held"),
        pytest.param("A7", {FIELD: "B2"}, False, False, id="held while this is due"),
        pytest.param("A7", {FIELD: "C3"}, True, False, id="held while something else was due"),
        pytest.param("A7", {FIELD: None}, False, False, id="held whatever is due"),
        pytest.param("A7", {"ps_source": None}, True, False, id="another field is held"),
        pytest.param("X9", {FIELD: "B2"}, False, False, id="a foreign edit of a held field is left alone"),
        pytest.param("X9", {FIELD: "C3"}, False, True, id="a foreign edit, once the hold has lost its reason"),
    ],
)
def test_held_fields_are_left_alone(seen: str, held: Values, written: bool, foreign: bool) -> None:
    due = change(_managed("A7", seen, "B2"), held)
    assert (due is not None and bool(due.after), due is not None and bool(due.foreign)) == (written, foreign)


@pytest.mark.parametrize(("places", "written"), [((FIELD,), True), (None, True), (("ps_source",), False), ((), False)])
def test_what_has_no_place_is_not_written(places: tuple[str, ...] | None, written: bool) -> None:
    due = change(_managed("A7", None, "B2"), places=places)
    assert (due is not None) is written


@pytest.mark.parametrize(
    ("replacing", "filling", "scope", "stops"),
    [
        pytest.param(3, 0, 10, True, id="over the number and the share"),
        pytest.param(2, 0, 10, False, id="as many as the number is allowed"),
        pytest.param(3, 0, 100, False, id="over the number, within the share"),
        pytest.param(0, 10, 10, False, id="filling empty fields is not counted"),
    ],
)
def test_the_safety_limit_counts_replaced_values(replacing: int, filling: int, scope: int, stops: bool) -> None:
    rows = [_managed("A7", "A7", "B2")] * replacing + [_managed(None, "", "B2")] * filling
    tally = Tally(scope)
    assert len(list(tally.count(due for row in rows if (due := change(row))))) == replacing + filling
    if stops:
        with pytest.raises(SafetyStop, match=f"{replacing} of {scope} records"):
            tally.stop("main", Fraction(5, 100), 2)
    else:
        tally.stop("main", Fraction(5, 100), 2)


def test_commission_fields_do_not_count_against_the_limit() -> None:
    managed = Managed(RecordKind.DEAL, "1", {"ps_commission": "1"}, {"ps_commission": "1"}, {"ps_commission": "2"})
    due = change(managed)
    assert due is not None
    assert not due.replaces()
