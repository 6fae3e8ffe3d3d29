"""What stands under a card: comments, log messages, activities, notes, tasks."""

from dataclasses import dataclass, field
from typing import Any

Owner = tuple[int, int]  # entityTypeId, id


@dataclass(slots=True)
class Entry:
    """A comment or a log message of a card's timeline; `pinned` for the cards where it stands on top."""

    id: int
    kind: str  # comment, log
    owner: Owner
    text: str
    author_id: int
    created_at: int
    title: str = ""
    icon: str = ""
    pinned: bool = False


@dataclass(slots=True)
class Activity:
    """A to-do, call, mail or an application's own record; moments are unix seconds."""

    id: int
    owner: Owner
    provider: str  # CRM_TODO, CRM_CALL, CONFIGURABLE_REST_APP, …
    type_id: int
    subject: str
    responsible_id: int
    author_id: int
    created_at: int
    updated_at: int
    description: str = ""
    deadline: int | None = None
    completed: bool = False
    direction: int = 0  # 1 incoming, 2 outgoing
    origin_id: str = ""
    originator_id: str = ""
    incoming: bool = False
    more: dict[str, Any] = field(default_factory=dict)  # of a configurable one: its layout and the like


@dataclass(slots=True)
class Task:
    """A task, bound to cards by their abbreviations, as D_10."""

    id: int
    title: str
    responsible_id: int
    created_by: int
    created_at: int
    changed_at: int
    description: str = ""
    deadline: int | None = None
    bindings: tuple[str, ...] = ()
    status: int = 2  # 2 waits, 5 done
    xml_id: str = ""
    closed_at: int | None = None


@dataclass(slots=True)
class Timeline:
    """All of them."""

    entries: dict[int, Entry] = field(default_factory=dict)
    activities: dict[int, Activity] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    notes: dict[tuple[int, int], tuple[str, int, int]] = field(
        default_factory=dict
    )  # by itemType, itemId: text, who, when

    def of(self, owner: Owner) -> list[Entry]:
        """The comments and log messages of a card, oldest first."""
        return [one for one in self.entries.values() if one.owner == owner]
