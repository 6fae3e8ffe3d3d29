"""What of a write can be taken back, field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.change import Managed
from partnersync.domain.value import RecordKind
from partnersync.sync.restore import Left, restore

FIELD = "ps_partner_id"
NOTHING = "nothing"  # it is as before already: neither written nor told
VALUES = st.sampled_from([None, "", "A7", "B2"])


def _restored(
    before: str | None, wrote: str, base: str | None, seen: str | None, *, gone: bool = False, removes: bool = True
) -> object:
    """What the field is given back, why it is left, or NOTHING."""
    managed = Managed(RecordKind.DEAL, "1", {FIELD: base}, {FIELD: seen}, {FIELD: "A7"})
    back, left = restore(managed, {FIELD: before}, {FIELD: wrote}, gone=gone, removes_places=removes)
    if back:
        assert not left
        assert back.before == {FIELD: seen}
        return back.after[FIELD]
    return left[0].why if left else NOTHING


@pytest.mark.parametrize(
    ("before", "wrote", "base", "seen", "expected"),
    [
        pytest.param("A1", "A7", "A7", "A7", "A1", id="what was replaced comes back"),
        pytest.param("", "A7", "A7", "A7", "", id="an empty field is emptied again"),
        pytest.param("A1", "", "", "", "A1", id="what was cleared comes back"),
        pytest.param(None, "A7", "A7", "A7", None, id="a place that was made goes"),
        pytest.param(None, "", "", "", None, id="also one that was made to be empty"),
        pytest.param("A1", "A7", "A7", "B2", Left.EDITED, id="someone typed something else"),
        pytest.param("A1", "A7", "A7", "", Left.EDITED, id="someone emptied it"),
        pytest.param("A1", "A7", "A7", "A1", NOTHING, id="someone put it back himself"),
        pytest.param("A1", "A7", "C3", "C3", Left.WRITTEN, id="a later run wrote something else"),
        pytest.param("A1", "A7", "C3", "B2", Left.EDITED, id="a later run wrote, then someone typed"),
        pytest.param("A1", "A7", "C3", "A7", Left.EDITED, id="a later run wrote, then someone typed what this one had"),
        pytest.param("A1", "A7", "A1", "A1", NOTHING, id="it was undone already"),
        pytest.param(None, "A7", None, None, NOTHING, id="it was undone already, with its place"),
        pytest.param(None, "", None, "", NOTHING, id="it was undone, and others keep the column"),
        pytest.param("A1", "A7", "A7", None, "A1", id="the written file is gone: it is made with the old value"),
    ],
)
def test_restore(before: str | None, wrote: str, base: str | None, seen: str | None, expected: object) -> None:
    assert _restored(before, wrote, base, seen) == expected


@pytest.mark.parametrize(
    ("before", "wrote", "seen", "expected"),
    [
        pytest.param(None, "A7", "A7", "", id="a place that stays is emptied"),
        pytest.param(None, "", "", NOTHING, id="or left empty"),
        pytest.param("A1", "A7", None, Left.EDITED, id="a field that an admin took away is not made anew"),
    ],
)
def test_where_places_stay(before: str | None, wrote: str, seen: str | None, expected: object) -> None:
    assert _restored(before, wrote, wrote, seen, removes=False) == expected


def test_a_decision_that_was_taken_over_stays_cleared() -> None:
    managed = Managed(RecordKind.DEAL, "1", {"ps_decision": ""}, {"ps_decision": ""}, {"ps_decision": ""})
    assert restore(managed, {"ps_decision": "P1"}, {"ps_decision": ""}, gone=False, removes_places=True) == (None, ())


def test_a_record_that_is_gone_is_left() -> None:
    assert _restored("A1", "A7", "A7", None, gone=True) is Left.GONE


def test_a_record_is_put_back_but_for_what_was_changed() -> None:
    wrote = {"ps_source": "promo", "ps_partner_id": "P1", "ps_commission": "5.00"}
    seen = wrote | {"ps_source": "typed"}
    managed = Managed(RecordKind.DEAL, "1", wrote, seen, wrote)
    before = {"ps_source": "", "ps_partner_id": "", "ps_commission": None}
    back, left = restore(managed, before, wrote, gone=False, removes_places=True)
    assert back is not None
    assert (back.before, back.after) == (
        {"ps_partner_id": "P1", "ps_commission": "5.00"},
        {"ps_partner_id": "", "ps_commission": None},
    )
    assert [(one.field, one.wrote, one.holds, one.why) for one in left] == [
        ("ps_source", "promo", "typed", Left.EDITED)
    ]


@given(
    before=VALUES, wrote=VALUES.filter(lambda text: text is not None), base=VALUES, seen=VALUES, removes=st.booleans()
)
def test_only_what_we_wrote_and_is_there_still_is_replaced(
    before: str | None, wrote: str, base: str | None, seen: str | None, removes: bool
) -> None:
    restored = _restored(before, wrote, base, seen, removes=removes)
    if not isinstance(restored, Left) and restored != NOTHING:
        assert base == wrote
        assert seen in (wrote, None)
        assert restored in (before, "")
