"""Whatever people, approvers, kills and reruns do in whatever order: what is promised holds after each step.

Some rounds in every test run; PARTNERSYNC_ROUNDS=500 (or more) plays that many, other ones each time.
"""

import csv
import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from living_company import COLUMNS, KINDS, WRITTEN, LivingCompany, Seen
from partnersync.contract.managed import DECISION, MANAGED
from partnersync.sync.report import Report
from sheets import Form
from two_folders import TwoFolders

ROUNDS = os.environ.get("PARTNERSYNC_ROUNDS")
PARTNERS = ("P-1", "P-2", "P-3")
CLIENTS = ("oak", "elm", "fir")
PRODUCTS = ("licence", "service", "licence|service", "other", "")
TEXTS = st.sampled_from(["", "=1+1", 'a "b"', "two\nlines", "a;b,c", "Ёлка", " x ", "'-5", "Łódź"])
AMOUNTS = st.sampled_from(["100", "333.33", "700,01", "1500"])
FORMS = st.builds(
    Form,
    st.sampled_from(["utf-8", "utf-8-sig", "cp1251"]),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
WRONG = st.sampled_from(
    ["", "soon", "?", "-1", "P-9", "crm/D-0", "won", "lost", "open", *PARTNERS, "2026-03-01", "250"]
)
OURS = st.sampled_from(["", "P-1", "P-3", "typed", "1.00", "=1", "2026-12-31"])
SHEETS = st.sampled_from(sorted(COLUMNS))
KINDS_OF = {
    "registry/partners.csv": ("registry", "partner"),
    "registry/payments.csv": ("registry", "payment"),
    "registry/registrations.csv": ("registry", "registration"),
    "crm/deals.csv": ("crm", "deal"),
}
MANAGED_SHEETS = st.sampled_from(sorted(KINDS))
NUMBERS = st.integers(0, 30)
FIRST_DAY = date(2026, 3, 1)


class People(RuleBasedStateMachine):
    """One company's history."""

    empty_store: Path
    ended_process: str
    folders: Path

    @initialize(tame=st.sampled_from([False, False, True]))
    def begin(self, tame: bool) -> None:
        """In a tame history nothing is changed after it was seen: what is owed is then that of one run over it all."""
        self.root = Path(tempfile.mkdtemp(dir=self.folders))
        self.company = LivingCompany.found(self.root / "0", self.empty_store)
        self.tame, self.copies, self.ids, self.day = tame, count(1), count(1), FIRST_DAY
        for partner in PARTNERS[:2]:
            self._append("registry/partners.csv", {"partner_id": partner, "name": partner, "remark": "=1+1"})
        for client, product in zip(CLIENTS, ("licence", "service", "service"), strict=True):
            self.a_deal(client, "P-2", "", product, "won", 5, "1220.55", "Ёлка")
            self.a_payment_perhaps_late(len(client) + len(product), "700,01", 1, refund=False)
        self.a_registration("oak", "P-1", "licence", 20, named=True)
        self.sync()

    # What people do

    @rule(
        client=st.sampled_from(CLIENTS),
        partner=st.sampled_from(["", *PARTNERS]),
        code=st.sampled_from(["", "ONE"]),
        products=st.sampled_from(PRODUCTS),
        state=st.sampled_from(["open", "won", "won", "lost"]),
        back=NUMBERS,
        amount=st.sampled_from(["", "1000", "1220.55"]),
        remark=TEXTS,
    )
    def a_deal(
        self, client: str, partner: str, code: str, products: str, state: str, back: int, amount: str, remark: str
    ) -> None:
        created = self.day - timedelta(days=back)
        self._append(
            "crm/deals.csv",
            {
                "deal_id": f"D-{next(self.ids)}",
                "title": remark,
                "client_id": client,
                "client_domain": f"{client}.ru",
                "partner_id": partner,
                "promo_code": code,
                "products": products,
                "state": state,
                "amount": amount,
                "owner": "anna",
                "created_at": created.isoformat(),
                "closed_at": self.day.isoformat() if state != "open" else "",
                "remark": remark,
            },
        )

    @rule(which=NUMBERS, amount=AMOUNTS, back=NUMBERS, refund=st.booleans())
    def a_payment_perhaps_late(self, which: int, amount: str, back: int, refund: bool) -> None:
        paid_at = (self.day - timedelta(days=back)).isoformat()
        row = {"payment_id": f"M-{next(self.ids)}", "paid_at": paid_at, "amount": amount}
        if refund and (payment := self._some("registry/payments.csv", which)):
            row |= {"deal_id": payment["deal_id"], "refund_of": payment["payment_id"], "paid_at": self.day.isoformat()}
        elif deal := self._some("crm/deals.csv", which):
            row |= {"deal_id": f"crm/{deal['deal_id']}"}
        else:
            row |= {"deal_id": "crm/D-1"}
        self._append("registry/payments.csv", row)

    @rule(
        client=st.sampled_from(CLIENTS),
        partner=st.sampled_from(PARTNERS),
        products=st.sampled_from(PRODUCTS),
        back=NUMBERS,
        named=st.booleans(),
    )
    def a_registration(self, client: str, partner: str, products: str, back: int, named: bool) -> None:
        self._append(
            "registry/registrations.csv",
            {
                "registration_id": f"R-{next(self.ids)}",
                "partner_id": partner,
                "kind": "lead",
                "client_name": client,
                "client_domain": f"{client}.ru" if named else "",
                "contact_name": "Buyer",
                "consent": "yes",
                "products": products,
                "submitted_at": f"{self.day - timedelta(days=back)}T10:00:00",
            },
        )

    @rule()
    def a_partner(self) -> None:
        self._append("registry/partners.csv", {"partner_id": "P-3", "name": "Third", "promo_codes": "ONE"})

    @rule(name=SHEETS, order=st.randoms(use_true_random=False), again=st.lists(NUMBERS, max_size=2))
    def rows_are_moved_and_repeated(self, name: str, order: Any, again: list[int]) -> None:
        sheet = self.company.sheets[name]
        header, *rows = sheet.read()
        rows += [list(rows[number % len(rows)]) for number in again if rows]
        if not self._doubled(rows):
            order.shuffle(rows)
        sheet.save([header, *rows])

    @rule(name=SHEETS, form=FORMS)
    def a_file_is_saved_in_another_form(self, name: str, form: Form) -> None:
        sheet = self.company.sheets[name]
        sheet.save(sheet.read(), form)

    @precondition(lambda self: not self.tame)
    @rule(name=SHEETS, which=NUMBERS, column=NUMBERS, text=WRONG)
    def any_cell_is_edited(self, name: str, which: int, column: int, text: str) -> None:
        sheet = self.company.sheets[name]
        header, *rows = sheet.read()
        if rows:
            theirs = [header.index(each) for each in sheet.columns]
            rows[which % len(rows)][theirs[column % len(theirs)]] = text
            sheet.save([header, *rows])

    @precondition(lambda self: not self.tame)
    @rule(name=SHEETS, which=NUMBERS)
    def a_row_is_removed(self, name: str, which: int) -> None:
        sheet = self.company.sheets[name]
        header, *rows = sheet.read()
        if rows:
            del rows[which % len(rows)]
            sheet.save([header, *rows])

    @rule(name=MANAGED_SHEETS, which=NUMBERS, field=NUMBERS, text=OURS)
    def a_cell_of_ours_is_edited(self, name: str, which: int, field: int, text: str) -> None:
        sheet = self.company.written(name)
        if not sheet.path.exists():
            return
        header, *rows = sheet.read()
        fields = [each for each in MANAGED[KINDS[name]] if each in header]
        if not rows or not fields:
            return
        record_id = rows[which % len(rows)][header.index(sheet.columns[0])].strip()
        sheet.edit(record_id, **{fields[field % len(fields)]: text})  # in every row of the record

    @rule(name=st.sampled_from(["out/partners.csv", "out/registrations.csv", "out/ledger.csv", "out/issues.csv"]))
    def a_written_file_is_removed(self, name: str) -> None:
        (self.company.root / name).unlink(missing_ok=True)

    @rule(which=NUMBERS, owner=st.sampled_from(["", "anna", "boris"]))
    def a_deal_changes_hands(self, which: int, owner: str) -> None:
        if deal := self._some("crm/deals.csv", which):
            self.company.sheets["crm/deals.csv"].edit(deal["deal_id"].strip(), owner=owner)

    @rule(connection=st.sampled_from(["registry", "crm"]), mode=st.sampled_from(["observe", "warn", "enforce"]))
    def the_guard_is_told_another_mode(self, connection: str, mode: str) -> None:
        self.company.set_mode(connection, mode)

    # What approvers do

    @precondition(lambda self: not self.tame)
    @rule(which=NUMBERS, text=st.sampled_from(["accept", "P-1", "P-3", "nobody", ""]))
    def an_approver_decides_in_the_file(self, which: int, text: str) -> None:
        if deal := self._some("crm/deals.csv", which):
            self.company.sheets["crm/deals.csv"].edit(deal["deal_id"].strip(), ps_decision=text)

    @precondition(lambda self: not self.tame)
    @rule(which=NUMBERS, partner=st.sampled_from(["", "P-1", "P-2"]))
    def an_approver_decides_by_command(self, which: int, partner: str) -> None:
        deals = sorted(key[2] for key in self.company.look().records if key[:2] == ("crm", "deal"))
        if deals:
            deal = f"crm/{deals[which % len(deals)]}"
            self._command("override", deal, "--partner", partner, "--by", "anna", "--reason", "Seen", codes=(0, 2))

    @rule(which=NUMBERS)
    def an_incident_is_closed(self, which: int) -> None:
        if found := self.company.look().incidents:
            self._command("incidents", "close", found[which % len(found)], "--by", "anna", "--reason", "Seen")

    @rule(days=st.sampled_from([1, 7, 20, 45, 90]))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)

    # What is run

    @rule()
    def sync(self) -> None:
        before = self.company.look()
        report = self.company.at.sync(self.day.isoformat())
        self._synced(before, report)

    @rule(moment=st.integers(0, 160))
    def sync_is_killed_and_started_again(self, moment: int) -> None:
        before, whole = self.company.look(), self.company
        copy = self.root / str(next(self.copies))
        _, self.company = whole.sync_killed(self.day.isoformat(), moment, self.ended_process, copy)
        report = self.company.at.sync(self.day.isoformat())
        assert _told(self.company.at) == _told(whole.at)
        self._synced(before, report)

    @rule()
    def the_second_of_two_runs_changes_nothing(self) -> None:
        self.sync()
        files = self.company.at.files()
        report = self.company.at.sync(self.day.isoformat())
        assert (report.exit_code, report.written, report.decided.lines) == (0, 0, 0)
        assert self.company.at.files() == files

    @rule(command=st.sampled_from(["plan", "sync --dry-run"]))
    def a_rehearsal_changes_nothing(self, command: str) -> None:
        before = self.company.look()
        self._command(*command.split(), "--as-of", self.day.isoformat(), codes=(0, 3))
        after = self.company.look()
        assert (after.files, after.lines, after.journal) == (before.files, before.lines, before.journal)

    @rule()
    def all_issues_are_tried_again(self) -> None:
        self._command("issues", "retry", "--all", codes=(0, 3))

    @rule()
    def a_plan_is_applied(self) -> None:
        before, plan = self.company.look(), str(self.root / "plan.json")
        self._command("plan", "-o", plan, "--as-of", self.day.isoformat(), codes=(0, 3))
        self._command("apply", plan, codes=(0, 3))
        self._ran(before)

    @rule(back=st.integers(0, 6), dry=st.booleans())
    def a_run_is_undone(self, back: int, dry: bool) -> None:
        before = self.company.look()
        run = str(before.run - back)
        self._command("undo", run, *["--dry-run"][: int(dry)], codes=(0, 2, 3))  # 2: it is none, or an undo itself
        after = self.company.look()
        assert after.lines == before.lines
        assert not dry or after.files == before.files
        self._nothing_typed_is_lost(before, after)

    def teardown(self) -> None:
        if getattr(self, "tame", False):
            self.sync()
            fresh = LivingCompany.found(self.root / "fresh", self.empty_store)
            for name, sheet in self.company.sheets.items():
                header, *rows = sheet.read()
                width = len(sheet.columns)
                fresh.sheets[name].save([header[:width], *(row[:width] for row in rows)])
            fresh.at.sync(self.day.isoformat())
            assert self.company.sums() == fresh.sums()

    # What is promised

    def _synced(self, before: Seen, report: Report) -> None:
        assert report.exit_code in (0, 3)
        assert not report.failed
        assert not any(pushed.refused for pushed in report.pushed)
        self._ran(before)

    def _ran(self, before: Seen) -> None:
        after = self.company.look()
        self._nothing_typed_is_lost(before, after)
        self._lines_stay(before, after)
        self._figures_resolve(after)
        self._nothing_is_deleted(before, after)
        for name in ("out/notes.csv", "crm/notes.csv", "out/tasks.csv", "crm/tasks.csv"):
            ids = list(_ids(after.files.get(name, b"")))
            assert len(ids) == len(set(ids)), name

    def _nothing_typed_is_lost(self, before: Seen, after: Seen) -> None:
        """Cells that are not ours keep every byte; foreign values in ours stand there still, or in the journal."""
        assert after.theirs == before.theirs
        for name in COLUMNS:
            assert after.files[name] == before.files[name] or WRITTEN.get(name) == name
        replaced = {
            (row["kind"], row["record_id"], field, text or "")  # a place that an undo took away shows as empty
            for row in after.journal[len(before.journal) :]
            if row["outcome"] == "done"
            for field, text in json.loads(row["before"]).items()
        }
        for place, text in before.ours.items():
            name, record_id, field = place
            now, base, want = after.ours.get(place), before.base.get(place), after.want.get(place)
            if now is not None and now != text:
                assert (KINDS[name].value, record_id, field, text) in replaced, place
            decided = field == DECISION or (field == "ps_partner_id" and f"crm/{record_id}" in after.overridden)
            obeyed = self.company.modes[name.partition("/")[0]] == "enforce" or decided
            if text not in (base or "", want or "") and not obeyed and record_id in self._ids(name):
                assert now == text, place

    def _lines_stay(self, before: Seen, after: Seen) -> None:
        assert after.lines[: len(before.lines)] == before.lines
        assert len({line["line_id"] for line in after.lines}) == len(after.lines)

    def _figures_resolve(self, after: Seen) -> None:
        """Commission of a deal and balance of a partner are sums of lines, and a line leads to what it is for."""
        by_deal, by_partner = Counter[str](), Counter[str]()
        for line in after.lines:
            by_deal[line["deal_id"]] += line["amount_minor"]
            by_partner[line["partner_id"]] += line["amount_minor"]
            assert ("crm", "deal", line["deal_id"].removeprefix("crm/")) in after.records
            assert ("registry", "payment", line["event_id"].removeprefix("registry/")) in after.records
            assert (line["program_version"], line["rule"]) in {("2026-01-01", "licence"), ("2026-01-01", "services")}
        for (_, record_id, field), text in after.want.items():
            if field == "ps_commission":
                ref = f"crm/{record_id}"
                assert text == (_money(by_deal[ref]) if ref in by_deal else ""), record_id
            elif field == "ps_balance" and text is not None:
                assert text == _money(by_partner[record_id]), record_id

    def _nothing_is_deleted(self, before: Seen, after: Seen) -> None:
        """What vanished from its file is listed, and no line was booked for it."""
        vanished = {key for key, state in after.records.items() if state == "gone"}
        assert vanished == after.deleted
        there = {(KINDS_OF[name][0], KINDS_OF[name][1], each) for name in COLUMNS for each in self._ids(name)}
        assert not vanished & there
        assert {key for key, state in before.records.items() if state == "present"} - there <= vanished
        for line in after.lines[len(before.lines) :]:
            assert ("crm", "deal", line["deal_id"].removeprefix("crm/")) not in vanished

    def _ids(self, name: str) -> set[str]:
        return set(self.company.sheets[name].values())

    def _command(self, *args: str, codes: tuple[int, ...] = (0,)) -> None:
        code, told = self.company.command(*args)
        assert code in codes, told

    def _append(self, name: str, cells: dict[str, str]) -> None:
        sheet = self.company.sheets[name]
        header, *rows = sheet.read()
        row = [cells.get(column, "") for column in header]
        ids = [each[header.index(sheet.columns[0])] for each in rows]
        if cells[sheet.columns[0]] not in ids:
            sheet.save([header, *rows, row])

    def _some(self, name: str, which: int) -> dict[str, str] | None:
        values = list(self.company.sheets[name].values().values())
        return values[which % len(values)] if values else None

    def _doubled(self, rows: list[list[str]]) -> bool:
        """Whether rows of one id differ: then their order tells which one counts."""
        by_id: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for row in rows:
            by_id[row[0].strip()].add(tuple(row))
        return any(len(each) > 1 for each in by_id.values())


def _money(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


def _ids(table: bytes) -> Iterator[str]:
    """The first column of a file of notes or tasks."""
    return (row[0] for row in csv.reader(table.decode().splitlines()))


def _told(company: TwoFolders) -> dict[str, Any]:
    """The end, where refused writes count for nothing."""
    state = company.end_state()
    return {**state, "audit": [row for row in state["audit"] if '"outcome": "done"' in row]}


def test_what_is_promised_holds_after_any_history(new_sqlite_store: Path, ended_process: str, tmp_path: Path) -> None:
    class Here(People):
        empty_store, folders = new_sqlite_store, tmp_path

    Here.ended_process = ended_process
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=int(ROUNDS or 10),
            stateful_step_count=14,
            deadline=None,
            derandomize=not ROUNDS,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
