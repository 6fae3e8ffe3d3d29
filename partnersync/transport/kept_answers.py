"""Answers that are asked for at most once an hour: kept in a file between runs, for this machine's user alone."""

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

GOOD_FOR = timedelta(hours=1)
_FORM = 1  # of the file; another one is read anew


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What a system told of its definitions, as JSON. `url`: the system that the file must be of."""

    path: Path
    url: str

    def kept(self, now: datetime | None = None) -> dict[str, Any] | None:
        """What was read within the last hour, if anything was; without `now` however long ago."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            if (told["form"], told["url"]) != (_FORM, self.url):
                return None
            if now and not timedelta() <= now - datetime.fromisoformat(told["read_at"]) < GOOD_FOR:
                return None
            return dict(told["answers"])
        except (OSError, ValueError, KeyError, TypeError):  # not there, or cut off: it is read anew
            return None

    def keep(self, answers: dict[str, Any], now: datetime) -> None:
        """For the next hour; a folder that takes no file costs calls, nothing else."""
        told = {"form": _FORM, "url": self.url, "read_at": now.isoformat(), "answers": answers}
        with contextlib.suppress(OSError):
            self._replace(json.dumps(told, ensure_ascii=False, default=str))

    def _replace(self, text: str) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)  # readable by its owner alone
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
