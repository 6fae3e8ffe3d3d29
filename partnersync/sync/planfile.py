"""A plan as a document: what would be written and booked, so that it can be reviewed and then done exactly."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from partnersync.domain.line import Line
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.sync.plan import Change

_FORMAT = 1
LINE_COLUMNS = ("partner_id", "deal_id", "event_id", "rule", "kind", "amount", "currency")  # as in ledger.csv


@dataclass(slots=True)
class Plan:
    """Everything that a run as of a moment would do; keys are "connection kind id" and line ids."""

    as_of: datetime
    digests: Mapping[str, str]
    changes: dict[str, Change] = field(default_factory=dict)
    lines: dict[str, dict[str, str]] = field(default_factory=dict)  # line id → its columns LINE_COLUMNS

    def add(self, connection: str, changes: Iterable[Change]) -> None:
        """Take in what is due in one connection."""
        for change in changes:
            self.changes[f"{connection} {change.kind.value} {change.record_id}"] = change

    def book(self, lines: Iterable[Line]) -> None:
        """Take in the lines that would be booked."""
        self.lines.update((line.line_id, dict(zip(LINE_COLUMNS, _columns(line), strict=True))) for line in lines)

    def text(self) -> str:
        """The document: JSON, the same for the same plan."""
        return json.dumps(self.content(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def content(self) -> dict[str, Any]:
        """The document's content."""
        return {
            "format": _FORMAT,
            "as_of": self.as_of.isoformat(),
            "programme": dict(self.digests),
            "changes": {
                key: {"before": dict(change.before), "after": dict(change.after)}
                for key, change in self.changes.items()
                if change.after
            },
            "lines": self.lines,
        }


def _columns(line: Line) -> tuple[str, ...]:
    """The values of LINE_COLUMNS."""
    amount = line.amount
    return line.partner_id, line.deal_ref, line.event_id, line.rule, line.kind.value, amount.text(), amount.currency


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan that was read back from its document."""

    as_of: datetime
    content: Mapping[str, Any]

    def check(self, now: Plan) -> None:
        """Refuse, naming the records, where the same run would now do something else."""
        current = now.content()
        if current["programme"] != self.content["programme"]:
            raise PartnersyncError("the program changed since the plan was made", hint="Make a new plan")
        moved = sorted(
            key
            for part in ("changes", "lines")
            for key in {*current[part], *self.content[part]}
            if current[part].get(key) != self.content[part].get(key)
        )
        if moved:
            named = ", ".join(moved[:20]) + (f" and {len(moved) - 20} more" if len(moved) > 20 else "")
            raise PartnersyncError(f"records moved since the plan was made: {named}", hint="Make a new plan")


def is_plan(text: str) -> bool:
    """Whether a document is a plan."""
    try:
        read(text, "")
    except ConfigError:
        return False
    return True


def read(text: str, source: str) -> Reviewed:
    """The plan in a document that `Plan.text` wrote; ConfigError where it is none."""
    try:
        content = json.loads(text)
        as_of = datetime.fromisoformat(content["as_of"])
        whole = all(isinstance(content[part], dict) for part in ("programme", "changes", "lines"))
        if content["format"] != _FORMAT or not whole or as_of.tzinfo is None:
            raise ValueError
        return Reviewed(as_of, content)
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{source} is not a plan", hint="Make one with `partnersync plan -o FILE`") from None
