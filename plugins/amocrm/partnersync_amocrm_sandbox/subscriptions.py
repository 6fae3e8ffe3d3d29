"""Webhook subscriptions, what is on its way to them, and the ladder of repeats."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from partnersync_amocrm_sandbox.behaviour import Behaviour

FIRST_WAITS_S = (300, 900)  # before attempts 2 and 3, whatever went wrong
LAST_WAITS_S = (900, 3600)  # before attempts 4 and 5, after 499 and 5xx alone
PATIENCE = 100  # invalid answers
PATIENCE_S = 7200
_CARDS = ("lead", "contact", "company")
SETTINGS = frozenset(
    [f"{action}_{what}" for action in ("add", "update", "delete") for what in (*_CARDS, "customer", "task")]
    + [f"responsible_{what}" for what in (*_CARDS, "customer", "task")]
    + [f"restore_{what}" for what in _CARDS]
    + [f"note_{what}" for what in (*_CARDS, "customer")]
    + ["status_lead", "add_talk", "update_talk", "add_chat_template_review"]
)


@dataclass(slots=True)
class Subscription:
    """Who is told about what."""

    id: int
    destination: str
    settings: tuple[str, ...]
    sort: int
    created_by: int
    created_at: int
    updated_at: int
    disabled: bool = False
    invalid: deque[int] = field(default_factory=deque)  # when invalid answers came


@dataclass(frozen=True, slots=True)
class Fired:
    """Something happened: the setting that asks for it, the keys of its form, and its fields."""

    setting: str
    key: str
    action: str
    form: Any
    entity_id: int


@dataclass(slots=True)
class Parcel:
    """A hook on its way; `attempt` from 1, `due_at` unix seconds."""

    destination: str
    body: bytes
    due_at: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt and the answer's status; 0 where none came in time."""

    destination: str
    body: bytes
    attempt: int
    at: int
    status: int


@dataclass(slots=True)
class Hooks:
    """Subscriptions by destination, and parcels in the order in which they were packed."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    _fired: list[Fired] = field(default_factory=list)

    def wanted(self, setting: str) -> bool:
        """Whether anybody asks for it: forms are not built for nobody."""
        return any(setting in one.settings and not one.disabled for one in self.subscriptions.values())

    def fire(self, fired: Fired) -> None:
        """Tell it when the request is done."""
        self._fired.append(fired)

    def pack(self, behaviour: Behaviour, head: dict[str, Any], now: int) -> None:
        """Make parcels of what the request fired."""
        if not self._fired:
            return
        fired, self._fired = self._fired, []
        packed: list[Parcel] = []
        for subscription in self.subscriptions.values():
            mine = [one for one in fired if one.setting in subscription.settings]
            if not subscription.disabled:
                packed += [
                    Parcel(subscription.destination, _form(head, one), now) for one in _together(behaviour, mine)
                ]
        if behaviour.hook_twice:
            packed = [parcel for parcel in packed for parcel in (parcel, Parcel(parcel.destination, parcel.body, now))]
        self.parcels += reversed(packed) if behaviour.hooks_reversed else packed

    def due(self, now: int) -> list[Parcel]:
        """Take what has to be sent by now."""
        due = [parcel for parcel in self.parcels if parcel.due_at <= now]
        self.parcels = [parcel for parcel in self.parcels if parcel.due_at > now]
        return due

    def answered(self, parcel: Parcel, status: int, now: int) -> None:
        """Note an attempt; what was not delivered is tried again, until the hook is disabled."""
        self.sent.append(Sent(parcel.destination, parcel.body, parcel.attempt, now, status))
        subscription = self.subscriptions.get(parcel.destination)
        if subscription is None or 100 <= status <= 299:
            return
        subscription.invalid.append(now)
        while subscription.invalid[0] <= now - PATIENCE_S:
            subscription.invalid.popleft()
        if len(subscription.invalid) > PATIENCE:
            subscription.disabled = True
            return
        wait = _wait(parcel.attempt, status)
        if wait is not None:
            self.parcels.append(Parcel(parcel.destination, parcel.body, now + wait, parcel.attempt + 1))


def _wait(attempt: int, status: int) -> int | None:
    if attempt <= len(FIRST_WAITS_S):
        return FIRST_WAITS_S[attempt - 1]
    place = attempt - len(FIRST_WAITS_S) - 1
    if place < len(LAST_WAITS_S) and (status == 499 or status >= 500):
        return LAST_WAITS_S[place]
    return None


def _together(behaviour: Behaviour, fired: list[Fired]) -> list[list[Fired]]:
    """What goes out in one POST."""
    posts: dict[object, list[Fired]] = {}
    for place, one in enumerate(fired):
        if behaviour.several_in_one:
            same: object = one.key if behaviour.one_post_for_actions else (one.key, one.action)
        else:
            same = (one.key, one.entity_id) if behaviour.one_post_for_actions else place
        posts.setdefault(same, []).append(one)
    return list(posts.values())


def _form(head: dict[str, Any], fired: list[Fired]) -> bytes:
    data: dict[str, Any] = {"account": head}
    for one in fired:
        actions = data.setdefault(one.key, {})
        if isinstance(one.form, str):
            actions[one.action] = one.form
        else:
            actions.setdefault(one.action, []).append(one.form)
    return urlencode(pairs(data)).encode()


def pairs(node: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested data as PHP's bracket keys; what is None or an empty text is left out."""
    if isinstance(node, dict):
        return [pair for key, one in node.items() for pair in pairs(one, f"{name}[{key}]" if name else str(key))]
    if isinstance(node, list):
        return [pair for key, one in enumerate(node) for pair in pairs(one, f"{name}[{key}]")]
    if node is None or node == "":
        return []
    return [(name, str(int(node)) if isinstance(node, bool) else str(node))]
