"""What a run did, gathered while it works."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from partnersync.domain.incident import Incident
from partnersync.errors import PartnersyncError, SafetyStop
from partnersync.sync.casework import DecideReport
from partnersync.sync.plan import Tally
from partnersync.sync.push import PushReport
from partnersync.sync.round import RoundReport
from partnersync.sync.stream_reader import PullReport
from partnersync.sync.undo import Undone

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What a run did, for people and scripts. `failed` are connections that could not be reached or written."""

    run: int
    as_of: datetime
    pulled: list[PullReport] = field(default_factory=list)
    round: RoundReport = field(default_factory=RoundReport)
    planned: dict[str, Tally] = field(default_factory=dict)
    pushed: list[PushReport] = field(default_factory=list)
    published: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, PartnersyncError] = field(default_factory=dict)
    problems: list[PartnersyncError] = field(default_factory=list)  # plugins that were left out
    issues: list[Mapping[str, Any]] = field(default_factory=list)  # rows of those it opened, the first of very many
    older_issues: int = 0
    incidents: list[Incident] = field(default_factory=list)  # those it found, the first of very many
    open_incidents: int = 0
    stopped: SafetyStop | None = None
    undone: Undone | None = None  # what an undo put back

    @property
    def opened(self) -> list[str]:
        """Ids of the issues that this run opened."""
        return [issue for pulled in self.pulled for issue in pulled.opened] + self.round.opened

    @property
    def decided(self) -> DecideReport:
        """What was decided and booked."""
        return self.round.decided

    @property
    def written(self) -> int:
        """Records whose managed fields were written."""
        return sum(pushed.done for pushed in self.pushed)

    @property
    def exit_code(self) -> int:
        """The command's exit code (docs/commands.md)."""
        if self.stopped:
            return self.stopped.exit_code
        refused = any(pushed.refused for pushed in self.pushed)
        return 3 if self.opened or self.failed or self.problems or refused else 0

    def fail(self, name: str, error: PartnersyncError) -> None:
        """Leave a connection out from here on."""
        self.failed[name] = error
        log.warning("connection_failed", {"connection": name, "error": type(error).__name__, "reason": error.message})
        log.debug("traceback", {"connection": name}, exc_info=error)

    def counts(self) -> dict[str, object]:
        """Numbers for `status`."""
        return {
            "read": sum(sum(pulled.read.values()) for pulled in self.pulled),
            "changed": sum(sum(pulled.changed.values()) for pulled in self.pulled),
            "cases": self.decided.cases,
            "lines": self.decided.lines,
            "written": self.written,
            "set_aside": len(self.opened),
            "incidents": len(self.round.guarded.found),
            "failed": sorted(self.failed),
        }
