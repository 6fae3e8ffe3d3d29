"""How far long work has come: a bar with rate and time on a terminal, else a line of the log now and then."""

import sys
import time
from typing import Any

from partnersync.cli.logs import PROGRESS, lines_on_stderr, log

_EVERY_S = 5.0


class Progress:
    """Counts items by step; where only warnings or errors are logged it shows nothing."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._counts: dict[str, int] = {}
        self._told_at = time.monotonic()

    def advance(self, step: str, amount: int, of: int | None = None) -> None:
        """`amount` more items of a step are done, `of` so many in all where that is known."""
        self._counts[step] = self._counts.get(step, 0) + amount
        if not log.isEnabledFor(PROGRESS):
            return
        if sys.stderr.isatty() and not lines_on_stderr():
            self._show(step, amount, of)
        elif time.monotonic() - self._told_at >= _EVERY_S:
            self._told_at = time.monotonic()
            log.log(PROGRESS, "progress", {"step": step, "done": self._counts[step]} | ({"of": of} if of else {}))

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self, step: str, amount: int, of: int | None) -> None:
        if self._bar is None:
            self._bar = _bar()
            self._bar.start()
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(step, total=of)
        self._bar.advance(self._tasks[step], amount)


def _bar() -> Any:
    """Step, how many of how many, how many a second, time left."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    return Bar(*columns, console=Console(stderr=True), transient=True)
