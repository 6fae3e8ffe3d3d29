"""People overwrite our columns in files, in `out` and in place; approvers decide there and by command."""

import csv
import io
from dataclasses import dataclass

import pytest

from partnersync.contract.tables import INCIDENT_COLUMNS
from small_firm import SETTINGS, Firm

DAY = "2026-03-31T{}:00"


@dataclass
class Office:
    """A company whose deal D-3 is protected for P-1 by R-1; `folder` holds the columns of ours."""

    firm: Firm
    folder: str
    hour: int = 9

    def sync(self, code: int = 0) -> str:
        """One run, an hour after the last."""
        self.hour += 1
        ended = self.firm.sync(as_of=DAY.format(self.hour))
        assert ended.code == code, ended.told
        return ended.out

    def edit(self, **cells: str) -> None:
        """What a person types into the row of D-3 with a spreadsheet program; a column that is not there is added."""
        rows = self.firm.rows("deals", self.folder)
        names = [*rows[0], *(name for name in cells if name not in rows[0])]
        out = io.StringIO()
        writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | (cells if row["deal_id"] == "D-3" else {}) for row in rows)
        self.firm.put(f"{self.folder}/deals.csv", out.getvalue())

    def value(self, name: str) -> str:
        """What the row of D-3 holds."""
        return next(row for row in self.firm.rows("deals", self.folder) if row["deal_id"] == "D-3")[name]

    def incidents(self) -> list[tuple[str, str, str]]:
        """Kind, what was seen and status, as published."""
        return [(row["kind"], row["seen"], row["status"]) for row in self.firm.rows("incidents", self.tables)]

    def counts(self) -> tuple[int, int]:
        """Notes and tasks in their tables."""
        here = self.firm.root / self.tables
        notes, tasks = (
            len(self.firm.rows(name, self.tables)) if (here / f"{name}.csv").exists() else 0
            for name in ("notes", "tasks")
        )
        return notes, tasks

    @property
    def tables(self) -> str:
        """Where our own tables are."""
        return "out" if self.folder == "out" else self.folder


@pytest.fixture(params=["out", "in place"])
def placed(request: pytest.FixtureRequest, firm: Firm) -> Office:
    in_place = request.param == "in place"
    if in_place:
        firm.put("config/partnersync.toml", SETTINGS.replace('out = "out"', "in_place = true"))
    return Office(firm, "data" if in_place else "out")


def in_mode(office: Office, mode: str) -> Office:
    """The company after a first sync, from now on in this mode."""
    office.sync()
    text = office.firm.text("config/partnersync.toml")
    office.firm.put("config/partnersync.toml", text + f'mode = "{mode}"\n')
    assert office.value("ps_partner_id") == "P-1"
    return office


def test_observe_lists_one_incident_and_leaves_the_cell(placed: Office) -> None:
    office = in_mode(placed, "observe")
    office.edit(ps_partner_id="P-2")
    assert "incidents  1 found" in office.sync()
    office.sync()
    assert (office.value("ps_partner_id"), office.value("ps_incident")) == ("P-2", "foreign_partner")
    assert office.incidents() == [("foreign_partner", "P-2", "open")]
    assert office.counts()[1] == 0
    listed = office.firm.run("incidents", "--json").json()
    assert [tuple(row) for row in listed] == [INCIDENT_COLUMNS]
    assert (listed[0]["deal_id"], listed[0]["registration_id"], listed[0]["expected"]) == ("main/D-3", "R-1", "P-1")


def test_warn_adds_one_note_and_one_task(placed: Office) -> None:
    office = in_mode(placed, "warn")
    notes, tasks = office.counts()
    office.edit(ps_partner_id="P-2")
    office.sync()
    office.sync()
    assert office.value("ps_partner_id") == "P-2"
    assert office.counts() == (notes + 1, tasks + 1)
    [note] = [row for row in office.firm.rows("notes", office.tables) if row["kind"] == "incident"]
    assert (note["record"], note["record_id"]) == ("deal", "D-3")
    assert "R-1" in note["text"]
    assert "04.05.2026" in note["text"]


def test_enforce_puts_back_three_times_a_day_and_then_gives_up(placed: Office) -> None:
    office = in_mode(placed, "enforce")
    notes, _ = office.counts()
    for edit in range(1, 4):
        office.edit(ps_partner_id="P-2")
        office.sync()
        assert office.value("ps_partner_id") == "P-1"
        assert office.counts()[0] == notes + edit
    office.edit(ps_partner_id="P-2")
    office.sync()
    assert office.value("ps_partner_id") == "P-2"
    assert ("revert_fight", "P-2", "open") in office.incidents()
    assert office.counts()[0] == notes + 3
    [fight] = [row for row in office.firm.run("incidents", "--json").json() if row["kind"] == "revert_fight"]
    closed = office.firm.run("incidents", "close", fight["incident_id"], "--by", "boss", "--reason", "robot stopped")
    assert closed.code == 0
    office.sync()
    assert office.value("ps_partner_id") == "P-1"


def test_a_decision_in_the_file_becomes_an_override(placed: Office) -> None:
    office = in_mode(placed, "observe")
    office.edit(ps_partner_id="P-2", ps_decision="accept")
    assert "overrides  1" in office.sync()
    assert (office.value("ps_partner_id"), office.value("ps_source")) == ("P-2", "override")
    assert office.value("ps_decision") == ""
    assert office.incidents() == []
    told = office.firm.run("explain", "deal", "D-3", "--language", "en").out
    assert "ps_decision decided on 2026-03-31 that it belongs to Second (P-2). Reason: ps_decision = accept." in told
    before = office.firm.text(f"{office.folder}/deals.csv")
    office.sync()
    assert office.firm.text(f"{office.folder}/deals.csv") == before


def test_an_override_by_command_replaces_what_a_person_typed(placed: Office) -> None:
    office = in_mode(placed, "observe")
    office.edit(ps_partner_id="")
    office.sync()
    assert office.incidents() == [("partner_field_cleared", "", "open")]
    ended = office.firm.run("override", "D-3", "--partner", "P-2", "--by", "boss", "--reason", "agreed with both")
    assert ended.code == 0
    assert ended.out == "deal main/D-3 belonged to P-1; from the next sync on it belongs to partner P-2\n"
    office.sync()
    assert (office.value("ps_partner_id"), office.value("ps_source")) == ("P-2", "override")
    assert office.incidents() == [("partner_field_cleared", "", "resolved")]
    journal = office.firm.run("audit", "--action", "override", "--json").json()
    assert [(row["actor"], row["before"], row["after"], row["reason"]) for row in journal] == [
        ("boss", "P-1", "P-2", "agreed with both")
    ]


def test_a_rule_that_is_named_for_a_deal_prices_it_until_it_is_taken_back(firm: Firm) -> None:
    def brought() -> list[str]:
        lines = firm.run("ledger", "--json").json()
        return sorted(line["amount"] for line in lines if line["deal_id"] == "main/D-1")

    firm.synced()
    assert brought() == ["500.00"]
    by = ("--by", "boss", "--reason", "agreed")
    ended = firm.run("override", "D-1", "--rule", "services", *by)
    own = "the program's own choice"
    assert ended.out == f"deal main/D-1 was priced by {own}; from the next sync on it is priced by rule services\n"
    firm.sync()
    assert brought() == ["-500.00", "100.00", "500.00"]
    told = firm.run("explain", "deal", "D-1", "--language", "en").out
    assert "that rule services prices the deal. Reason: agreed." in told
    assert "that this rule prices the deal." in told
    firm.run("override", "D-1", "--rule", "", *by)
    firm.sync()
    assert brought() == ["-100.00", "-500.00", "100.00", "500.00", "500.00"]
    journal = firm.run("audit", "--action", "override", "--json").json()
    assert [(row["before"], row["after"]) for row in journal] == [("", "services"), ("services", "")]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["override", "D-77", "--partner", "P-1"], "no deal is known as D-77", id="an unknown deal"),
        pytest.param(["override", "D-3", "--partner", "P-9"], "no partner is known as P-9", id="an unknown partner"),
        pytest.param(["override", "D-3", "--rule", "lisence"], 'Did you mean "licence"?', id="an unknown rule"),
        pytest.param(["override", "D-3"], "Give --partner, --rule or both", id="no decision"),
        pytest.param(["incidents", "close", "V1"], "no incident is known as V1", id="an unknown incident"),
    ],
)
def test_wrong_ids_end_with_2(firm: Firm, args: list[str], said: str) -> None:
    firm.synced()
    ended = firm.run(*args, "--by", "boss", "--reason", "why")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_a_decision_needs_a_reason(firm: Firm) -> None:
    ended = firm.synced().run("override", "D-3", "--partner", "P-2", "--by", "boss", "--reason", " ")
    assert (ended.code, "--reason is empty" in ended.err) == (2, True)


def test_only_approvers_override_where_the_program_names_them(firm: Firm) -> None:
    firm.put("config/program/2026-01-01.toml", 'approvers = ["boss"]\n' + firm.text("config/program/2026-01-01.toml"))
    firm.synced()
    args = ("override", "D-3", "--partner", "P-2", "--reason", "why", "--by")
    assert [firm.run(*args, who).code for who in ("seller", "boss", "Boss")] == [2, 0, 0]


def test_a_closed_incident_is_not_closed_again(placed: Office) -> None:
    office = in_mode(placed, "observe")
    office.edit(ps_source="typed")
    office.sync()
    [row] = office.firm.run("incidents", "--json").json()
    close = ("incidents", "close", row["incident_id"], "--by", "boss", "--reason", "looked")
    assert office.firm.run(*close).code == 0
    again = office.firm.run(*close)
    assert (again.code, "dismissed already by boss" in again.err) == (2, True)
    office.sync()
    assert office.value("ps_incident") == ""
    assert office.firm.run("incidents", "--json").json() == []
    assert [one["status"] for one in office.firm.run("incidents", "--all", "--json").json()] == ["dismissed"]
