"""One round of deciding, in its order, in one transaction.

Lost writes, partners, approvers, cases and lines, guard, statements, what is overdue.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.config import Settings
from partnersync.contract.adapter import Adapter
from partnersync.domain.say import Say
from partnersync.rules.program import Programme
from partnersync.store import casefile, program_digests
from partnersync.sync import knowing
from partnersync.sync.approvals import Approvals
from partnersync.sync.casework import Casework, DecideReport
from partnersync.sync.dues import Dues
from partnersync.sync.payout_list import tell_overdue
from partnersync.sync.progress import Progress
from partnersync.sync.recover import recover
from partnersync.sync.responsible import ask_for_managers
from partnersync.sync.statements import StatementReport, Statements
from partnersync.sync.watch import Watch, WatchReport


@dataclass(slots=True)
class RoundReport:
    """What one round decided, found and took over."""

    decided: DecideReport = field(default_factory=DecideReport)
    guarded: WatchReport = field(default_factory=WatchReport)
    stated: StatementReport = field(default_factory=StatementReport)
    overrides: int = 0  # decisions of approvers that were taken over
    unusable: list[str] = field(default_factory=list)  # ids of issues about such decisions

    @property
    def opened(self) -> list[str]:
        """Ids of the issues that it opened."""
        return self.decided.opened + self.unusable


@dataclass(frozen=True, slots=True)
class Round:
    """What a round is decided with."""

    settings: Settings
    programme: Programme
    adapters: Mapping[str, Adapter]
    now: Callable[[], datetime]
    progress: Progress
    say: Say

    def decide(
        self, tx: Tx, run: int, as_of: datetime, pulled: Sequence[str], failed: Sequence[str] = ()
    ) -> RoundReport:
        """Decide what is due, book it, judge what is foreign, and close statements.

        `pulled` are the connections that were read, `failed` those that could not be.
        """
        for name in pulled:
            recover(tx, name, run, self.now)
        if program_digests.keep(tx, digests(self.programme), run, self.programme.places):
            casefile.touch_all(tx)
        program = self.programme.at(as_of) or self.programme.versions[-1]
        dues = Dues(tx, as_of, run, self.programme, self.progress)
        work = Casework(
            tx,
            self.programme,
            as_of,
            self.now(),
            run,
            self.progress,
            self.say,
            dues,
            master=self.settings.partners,
            history_from=knowing.history_from(self.settings, self.programme.zone),
            supplied=knowing.supplied(self.settings, self.adapters),
            awaiting=knowing.awaiting(self.adapters),
            unread=knowing.unread_partners(tx, self.settings, self.adapters, pulled, failed),
        )
        accepted = work.accept_partners()
        ask_for_managers(tx, accepted, work.partner_rows, program, as_of, self.say)
        approvals = Approvals(tx, run, as_of, self.now(), program.approvers)
        approvals.take(self.adapters)
        decided = work.decide(accepted)
        watch = Watch(
            tx,
            run,
            as_of,
            self.now(),
            {name: connection.mode for name, connection in self.settings.connections.items()},
            {name: adapter.capabilities for name, adapter in self.adapters.items()},
            program.guard.reverts_per_day,
            work.managers(),
            self.say,
        )
        guarded = watch.look()
        dues.deals()
        stated = Statements(tx, self.programme, run, as_of, self.now(), self.say, self.settings.partners).look(failed)
        dues.deals()
        tell_overdue(tx, self.programme, as_of, self.settings.partners, work.managers(), self.say)
        return RoundReport(decided, guarded, stated, approvals.taken, approvals.opened)


def digests(programme: Programme) -> dict[str, str]:
    """The digest of each version, by version."""
    return {program.version: program.digest for program in programme.versions}
