"""People edit the files that a run writes, between runs and in the middle of one."""

from collections.abc import Callable
from typing import Any

import pytest

from two_folders import AS_OF_FIRST, TwoFolders

BEFORE_CLOSING = "2026-04-05"  # a statement that closes meanwhile takes a line before its incident is known

NewCompany = Callable[[str], TwoFolders]


def test_a_table_that_a_person_edited_is_put_right_by_the_next_run(company: TwoFolders) -> None:
    company.sync(AS_OF_FIRST)
    ledger = company.root / "out/ledger.csv"
    right = ledger.read_bytes()
    ledger.write_bytes(right.replace(b"500.00", b"900.00"))
    assert company.sync(AS_OF_FIRST).published["registry"] == ["ledger"]
    assert ledger.read_bytes() == right
    written_at = ledger.stat().st_mtime_ns
    assert company.sync(AS_OF_FIRST).published["registry"] == []
    assert ledger.stat().st_mtime_ns == written_at


@pytest.mark.parametrize(
    ("connection", "name", "old", "new"),
    [
        pytest.param("crm", "crm/deals.csv", "Ёлка", "Новая ёлка", id="a cell of theirs in place"),
        pytest.param("crm", "crm/deals.csv", "typed", "sold", id="a cell of ours in place"),
        pytest.param("registry", "out/registrations.csv", "approved", "won by me", id="a cell of ours in out"),
    ],
)
def test_what_a_person_saves_during_a_run_is_not_overwritten_and_counts_in_the_next(
    new_company: NewCompany, connection: str, name: str, old: str, new: str
) -> None:
    before, during = new_company("before"), new_company("during")
    for company in (before, during):
        company.sync(AS_OF_FIRST)
        company.go_on()

    def edit(company: TwoFolders) -> str:
        text = (company.root / name).read_bytes().decode()
        edited = text.replace(old, new, 1)
        assert edited != text
        company.put({name: edited})
        return edited

    edit(before)
    before.sync(BEFORE_CLOSING)
    texts: list[str] = []

    def person(step: str, amount: int, of: int | None = None) -> None:
        if step == "decide cases" and not texts:
            texts.append(edit(during))

    report = during.sync(BEFORE_CLOSING, progress=person)
    assert report.exit_code == 3
    [pushed] = [pushed for pushed in report.pushed if pushed.refused]
    assert pushed.connection == connection
    reason = f"{name} was saved after this run read it. The next run reads it"
    assert {told for _, told in pushed.refused} == {reason}
    assert (during.root / name).read_bytes().decode() == texts[0]
    during.sync(BEFORE_CLOSING)
    assert _told(during) == _told(before)


def _told(company: TwoFolders) -> dict[str, Any]:
    """The end, but for how many times a write was refused on the way."""
    return {name: state for name, state in company.end_state().items() if name != "audit"}
