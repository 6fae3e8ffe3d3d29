"""Whatever people did to our fields since a run, its undo leaves what they did and puts the rest back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.contract.managed import MANAGED, NEVER_MADE
from partnersync.domain.value import RecordKind
from partnersync.sync.restore import Left

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DEAL, PARTNER = RecordKind.DEAL, RecordKind.PARTNER
RECORDS = [(DEAL, "D0"), (DEAL, "D1"), (DEAL, "D2"), (PARTNER, "P1"), (PARTNER, "P2")]
FIELDS = [(place, name) for place in RECORDS for name in MANAGED[place[0]] if name not in NEVER_MADE]
TEXTS = st.sampled_from(["", "P1", "P2", "typed", "500.00", "=x"])
EDITS = st.dictionaries(st.sampled_from(FIELDS), TEXTS, max_size=6)

Field = tuple[tuple[RecordKind, str], str]


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[str, dict[str, str]]]:
    """What comes in between two runs, as (kind, row)."""
    found: list[tuple[str, dict[str, str]]] = []
    for number in draw(st.lists(st.integers(0, 2), max_size=3)):
        paid = {"deal_id": f"D{number}", "paid_at": "2026-06-01", "amount": draw(st.sampled_from(["122", "1220"]))}
        found.append(("payment", {"payment_id": f"M{draw(st.integers(100, 999))}", **paid}))
    return found


def _company(new_company: Callable[..., Any], *, removes_places: bool) -> Any:
    company = new_company()
    company.systems["main"].capabilities = replace(company.systems["main"].capabilities, removes_places=removes_places)
    company.add("partner", {"partner_id": "P1", "name": "First"}, {"partner_id": "P2", "name": "Second"})
    for number in range(3):
        told = {"state": "won", "products": "licence", "created_at": "2026-05-01", "closed_at": "2026-05-20"}
        company.add("deal", {"deal_id": f"D{number}", "partner_id": f"P{1 + number % 2}", "amount": "9000", **told})
    return company


def _texts(company: Any) -> dict[Field, str | None]:
    values = company.systems["main"].values
    return {(place, name): values.get(place, {}).get(name) for place, name in FIELDS}


@QUIET
@given(
    removes_places=st.booleans(),
    earlier=st.one_of(st.none(), happenings()),
    then=happenings(),
    edits=EDITS,
    later=happenings(),
)
def test_every_field_is_edited_or_as_before_the_run(
    new_company: Callable[..., Any],
    removes_places: bool,
    earlier: list[tuple[str, dict[str, str]]] | None,
    then: list[tuple[str, dict[str, str]]],
    edits: dict[Field, str],
    later: list[tuple[str, dict[str, str]]],
) -> None:
    company = _company(new_company, removes_places=removes_places)
    if earlier is not None:  # the run to undo is not the first
        for kind, row in earlier:
            company.add(kind, row)
        company.sync()
    for kind, row in then:
        company.add(kind, row)
    before = _texts(company)
    run = company.sync().run
    wrote = _texts(company)
    edited = {field: text for field, text in edits.items() if wrote[field] != text}
    for (place, name), text in edited.items():
        company.systems["main"].values.setdefault(place, {})[name] = text
    report = company.engine().undo(run)
    assert report.exit_code == 0
    after = _texts(company)
    for field in FIELDS:
        expected = edited.get(field, before[field])
        assert after[field] == expected or (not removes_places and (after[field], expected) == ("", None)), field
    told = {((one.kind, one.record_id), one.field) for _, one in report.undone.leaving if one.why is Left.EDITED}
    replaced = {field for field in edited if wrote[field] != before[field]}
    assert told == {field for field in replaced if (before[field] or "") != edited[field]}

    untouched = [field for field in FIELDS if field[0] not in {place for place, _ in edited}]  # an edit makes more due
    company.sync()
    assert [_texts(company)[field] for field in untouched] == [after[field] for field in untouched]
    for kind, row in later:
        company.add(kind, row)
    company.sync()
    paid = {row["deal_id"] for _, row in later}
    still = [field for field in untouched if field[0][0] is DEAL and field[0][1] not in paid]
    assert [_texts(company)[field] for field in still] == [after[field] for field in still]
