"""A partner without a responsible manager is a task, once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

ANN = {"user_id": "ann", "name": "Ann", "group": "Partners", "active": "yes"}
PARTNERS = [{"partner_id": "P1", "name": "First", "manager": "ann"}, {"partner_id": "P2", "name": "Second"}]


def told(company: Any) -> list[tuple[str, str]]:
    return [(task.record_id, task.text) for task in company.systems["main"].tasks]


def test_a_task_for_each_partner_without_one_and_again_for_another_manager(new_company: Any) -> None:
    company = replace(new_company(), language="en")
    company.add("user", ANN)
    company.add("partner", *PARTNERS)
    company.sync(as_of="2026-11-28T12:00:00+03:00")
    company.sync(as_of="2026-11-29T12:00:00+03:00")
    nobody = ("P2", "Nobody is responsible for partner P2: name a manager.")
    assert told(company) == [nobody]
    [task] = company.systems["main"].tasks
    assert (task.task_kind, task.due_at) == ("manager_warning", datetime(2026, 11, 30, 21, tzinfo=UTC))
    company.systems["main"].rows["user"][0]["active"] = "no"
    company.sync(as_of="2026-11-30T12:00:00+03:00")
    assert told(company) == [nobody, ("P1", "Manager ann of partner P1 is no active user: name another one.")]


def test_where_nobody_tells_users_nothing_is_asked(new_company: Any) -> None:
    company = new_company()
    company.add("partner", *PARTNERS)
    company.sync()
    assert told(company) == []
