"""The run: the only file that knows the order of the flow and its transactions."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection as Tx

from partnersync.config import Settings
from partnersync.contract.adapter import Adapter, Table
from partnersync.domain.change import UNDO
from partnersync.domain.registration import INTAKE
from partnersync.domain.say import Say
from partnersync.errors import ConfigError, LockHeld, PartnersyncError, SafetyStop, StoreFailed
from partnersync.rules.program import Programme
from partnersync.store import fields, incidentbook, issuebook, ledger, records, runs
from partnersync.store.database import Store
from partnersync.store.locks import lease
from partnersync.sync import due
from partnersync.sync.forms import Setting
from partnersync.sync.plan import Tally
from partnersync.sync.planfile import Plan, Reviewed
from partnersync.sync.progress import Progress
from partnersync.sync.publish import due_tables, issues_table, moment_text, publish
from partnersync.sync.pull import keep, pull, pull_history
from partnersync.sync.push import PushReport, push, send_notes
from partnersync.sync.recover import recover
from partnersync.sync.register import STREAM, Given
from partnersync.sync.report import Report
from partnersync.sync.round import Round, digests
from partnersync.sync.undo import Undo, Undone, connections

log = logging.getLogger(__name__)
_PROGRAMME_WAIT_S = 60
_ISSUES_TOLD = 1000
_SYNC_FIRST = "Run `partnersync sync` first: it reads the partners"


@dataclass(slots=True)
class Engine:
    """Runs the flow over the configured connections."""

    settings: Settings
    programme: Programme
    store: Store
    adapters: Mapping[str, Adapter]
    problems: Sequence[PartnersyncError]
    owner: str
    now: Callable[[], datetime]
    progress: Progress
    say: Say

    def sync(
        self,
        names: Sequence[str] = (),
        *,
        as_of: datetime | None = None,
        dry_run: bool = False,
        beyond_limit: bool = False,
    ) -> Report:
        """Pull, decide, push; `names` limits pull and push to these connections. A dry run writes and books nothing."""
        chosen = self._chosen(names)
        with self._run("sync --dry-run" if dry_run else "sync", chosen, as_of, books=not dry_run) as report:
            self._pull(chosen, report)
            if dry_run:
                with self._deciding(), self.store.rehearse() as tx:
                    self._decide(tx, report)
                    self._tally(tx, chosen, report)
            else:
                with self._deciding(), self.store.write() as tx:
                    self._decide(tx, report)
                self._write(chosen, report, beyond_limit=beyond_limit)
        return report

    def register(self, given: Given, *, as_of: datetime | None = None) -> Report:
        """Keep registrations that a person gives, decide what is due and book it; nothing is pulled or pushed.

        ConfigError: no partner is known yet, so that each would be rejected, for good.
        """
        with self.store.read() as tx:
            if not records.accepted(tx):
                raise ConfigError("no partner is known yet, to judge registrations by", hint=_SYNC_FIRST)
        with self._run("register", (INTAKE,), as_of, books=True) as report:
            setting = self._setting(INTAKE)
            pages = partial(given.read, self.store, report.as_of, setting)
            report.pulled.append(keep(self.store, STREAM, pages, setting, report.run, self.now, self.progress))
            with self._deciding(), self.store.write() as tx:
                given.forget_mended(tx, setting, report.run)
                self._decide(tx, report)
        return report

    def backfill(self, name: str, since: datetime, until: datetime) -> Report:
        """Pull a connection, and what its first pull left out of a stretch of time; the next sync decides."""
        chosen = self._chosen((name,))
        with self._run("backfill", chosen, None, books=False) as report:
            self._pull(chosen, report)
            self._each(chosen, report, lambda name: self._pull_history(name, report, (since, until)))
            with self.store.read() as tx:
                report.issues = [dict(row) for row in issuebook.by_ids(tx, report.opened[:_ISSUES_TOLD])]
        return report

    def _pull_history(self, name: str, report: Report, stretch: tuple[datetime, datetime]) -> None:
        told = (self.store, self.adapters[name], self._setting(name), report.run, self.now, self.progress)
        report.pulled.append(pull_history(*told, stretch))

    def plan(self, *, as_of: datetime | None = None) -> tuple[Plan, Report]:
        """What `sync` would write and book now; nothing is."""
        with self._run("plan", tuple(self.adapters), as_of, books=False) as report:
            self._pull(tuple(self.adapters), report)
            with self._deciding(), self.store.rehearse() as tx:
                plan = self._planned(tx, report)
        return plan, report

    def apply(self, reviewed: Reviewed, *, beyond_limit: bool = False) -> Report:
        """Do exactly what a reviewed plan says, as of its moment; refused where records moved since."""
        names = tuple(self.adapters)
        with self._run("apply", names, reviewed.as_of, books=True) as report:
            self._pull(names, report)
            with self._deciding(), self.store.write() as tx:
                reviewed.check(self._planned(tx, report))
            self._write(names, report, beyond_limit=beyond_limit)
        return report

    def undo(self, run: int, *, dry_run: bool = False) -> Report:
        """Put back what a run replaced, unless it was changed since, and hold it; a dry run only says what it would.

        ConfigError: there is no such run, or it is an undo.
        """
        with self.store.read() as tx:
            concerned = connections(tx, run, tuple(self.adapters))
        names = tuple(name for name in self.adapters if name in concerned)
        command = f"{UNDO} {run}{' --dry-run' if dry_run else ''}"
        with self._run(command, names, None, books=False) as report:
            for name in concerned.difference(names):
                hint = "Put it back, with its plugin, and undo the run again"
                report.failed[name] = ConfigError("the settings do not have it any more", hint=hint)
            self._pull(names, report)
            with self.store.read() as tx:
                report.issues = [dict(row) for row in issuebook.by_ids(tx, report.opened[:_ISSUES_TOLD])]
            undone = report.undone = Undone(run)
            self._each(names, report, lambda name: self._undo_in(name, report, undone, dry_run=dry_run))
            if not dry_run:
                holding = list(filter(self._holds_tables, names))
                self._each(holding, report, lambda name: self._publish(name, report, [issues_table(self.store)]))
        return report

    def _undo_in(self, name: str, report: Report, undone: Undone, *, dry_run: bool) -> None:
        work = Undo(self.store, name, self.adapters[name], undone.run, report.run, self.now)
        with self.store.rehearse() if dry_run else self.store.write() as tx:
            recover(tx, name, report.run, self.now)
            before = undone.records
            drops = work.look(tx, undone)
        if dry_run:
            return
        pushed = PushReport(name)
        report.pushed.append(pushed)
        if total := undone.records - before:
            work.write(drops, total, pushed, self.progress)
            if drops:
                self._pull([name], report)  # where places went, only the system knows what is left of them
        work.settle()

    def _chosen(self, names: Sequence[str]) -> Sequence[str]:
        unknown = sorted(set(names) - set(self.settings.connections))
        if unknown:
            known = ", ".join(sorted(self.settings.connections))
            raise ConfigError(f"no connection is named {unknown[0]}", hint=f"Connections are: {known}")
        return tuple(name for name in self.adapters if not names or name in names)

    @contextmanager
    def _run(self, command: str, names: Sequence[str], as_of: datetime | None, *, books: bool) -> Iterator[Report]:
        """Hold the connections, number the run, and keep how it ended."""
        with ExitStack() as leases:
            for name in sorted(names):
                leases.enter_context(lease(self.store, f"connection:{name}", self.owner, self.now))
            moment = as_of or self.now()
            with self.store.write() as tx:
                self._refuse_past(tx, command, moment, books=books)
                run = runs.start(tx, command, moment, self.now())
            report = Report(run, moment, problems=list(self.problems))
            log.info("run_begun", {"run": run, "command": command, "as_of": moment, "connections": names})
            for problem in self.problems:
                log.warning("plugin_left_out", {"reason": problem.message})
            try:
                yield report
            except BaseException as error:
                code = error.exit_code if isinstance(error, PartnersyncError) else 1
                with suppress(PartnersyncError), self.store.write() as tx:  # what went wrong first has to be told
                    runs.finish(tx, run, self.now(), code, report.counts())
                raise
            with self.store.write() as tx:
                runs.finish(tx, run, self.now(), report.exit_code, report.counts())
            log.info("run_ended", {"run": run, "exit_code": report.exit_code, **report.counts()})

    def _refuse_past(self, tx: Tx, command: str, as_of: datetime, *, books: bool) -> None:
        last, zone = runs.last_booked_as_of(tx), self.programme.zone
        if not books or last is None or as_of >= last:
            return
        if command == "apply":
            older = f"the plan's moment {moment_text(as_of, zone)} is before the last booking run's"
            raise PartnersyncError(f"{older} {moment_text(last, zone)}", hint="Make a new plan")
        raise ConfigError(
            f"--as-of {moment_text(as_of, zone)} is earlier than the last booking run's {moment_text(last, zone)}",
            hint="Only plan, explain and --dry-run look back",
        )

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        """One run at a time decides and books."""
        with lease(self.store, "programme", self.owner, self.now, wait_s=_PROGRAMME_WAIT_S):
            yield

    def _pull(self, names: Sequence[str], report: Report) -> None:
        """Pull each connection; one that fails does not stop the others."""
        for name in names:
            try:
                report.pulled.append(
                    pull(self.store, self.adapters[name], self._setting(name), report.run, self.now, self.progress)
                )
            except (LockHeld, StoreFailed, ConfigError):
                raise
            except PartnersyncError as error:
                report.fail(name, error)

    def _setting(self, name: str) -> Setting:
        return Setting(name, frozenset(self.settings.connections), self.programme.zone, self.programme.currency)

    def _decide(self, tx: Tx, report: Report) -> None:
        """Decide what is due and book it, all in this transaction."""
        work = Round(self.settings, self.programme, self.adapters, self.now, self.progress, self.say)
        pulled = [one.connection for one in report.pulled]
        report.round = work.decide(tx, report.run, report.as_of, pulled, tuple(report.failed))
        told = {name: getattr(report.decided, name) for name in ("cases", "attributed", "lines", "verdicts")}
        log.info("decided", {**told, "issues": len(report.round.opened)})
        runs.book(tx, report.run)
        report.issues = [dict(row) for row in issuebook.by_ids(tx, report.opened[:_ISSUES_TOLD])]
        report.older_issues = issuebook.count_open(tx) - len(report.opened)
        found = report.round.guarded.found[:_ISSUES_TOLD]
        report.incidents = list(incidentbook.by_ids(tx, found).values())
        report.open_incidents = incidentbook.count_open(tx)

    def _tally(self, tx: Tx, names: Sequence[str], report: Report) -> None:
        for name in names:
            tally = report.planned[name] = Tally(fields.count(tx, name))
            for _ in tally.count(due.of(tx, name, self.adapters[name].capabilities.managed)):
                pass

    def _planned(self, tx: Tx, report: Report) -> Plan:
        booked = ledger.head(tx)
        self._decide(tx, report)
        plan = Plan(report.as_of, digests(self.programme))
        plan.book(line for _, line, *_ in ledger.rows(tx, after=booked))
        for name in self.adapters:
            tally = report.planned[name] = Tally(fields.count(tx, name))
            plan.add(name, tally.count(due.of(tx, name, self.adapters[name].capabilities.managed)))
        return plan

    def _write(self, names: Sequence[str], report: Report, *, beyond_limit: bool) -> None:
        """Push what is due and publish the tables; over the safety limit nothing at all."""
        writable = [name for name in names if name not in report.failed]
        with self.store.read() as tx:
            self._tally(tx, writable, report)
        limits = self.settings.limits
        try:
            for name in [] if beyond_limit else writable:
                report.planned[name].stop(name, limits.max_changed_share, limits.max_changed_records)
        except SafetyStop as stop:
            report.stopped = stop
            log.warning("stopped", {"reason": stop.message})
            return
        self._each(writable, report, lambda name: self._push(name, report))

    def _each(self, names: Sequence[str], report: Report, do: Callable[[str], None]) -> None:
        """Do it in each connection that has not failed; one that does, does not stop the others."""
        for name in names:
            try:
                if name not in report.failed:
                    do(name)
            except (LockHeld, StoreFailed):
                raise
            except PartnersyncError as error:
                report.fail(name, error)

    def _push(self, name: str, report: Report) -> None:
        adapter = self.adapters[name]
        pushed = PushReport(name)
        report.pushed.append(pushed)
        if writes := report.planned[name].writes:
            changes = due.in_pages(self.store, name, adapter.capabilities.managed)
            push(self.store, adapter, changes, report.run, self.now, self.progress, pushed, writes)
        send_notes(self.store, adapter, report.run, self.now, pushed)
        if self._holds_tables(name):
            tables = due_tables(self.store, self.programme, report.as_of, self.settings.partners)
            self._publish(name, report, tables)

    def _holds_tables(self, name: str) -> bool:
        """A CRM that is the only connection need not hold them; one that the settings ask to is told that it cannot."""
        asked = self.settings.connections[name].ledger is True
        return self.settings.holds_ledger(name) and (asked or self.adapters[name].capabilities.publishes)

    def _publish(self, name: str, report: Report, tables: Sequence[Table]) -> None:
        report.published[name] = publish(self.store, self.adapters[name], name, tables)
