"""The state of one account. Everything that a request, a person or a robot changes is reached from here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.population import Empty, Population, Seed
from partnersync_amocrm_sandbox.behaviour import Behaviour, Order
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.definitions import (
    Catalog,
    Field,
    FieldGroup,
    LossReason,
    Pipeline,
    Status,
    Tag,
    User,
)
from partnersync_amocrm_sandbox.event_log import EventLog
from partnersync_amocrm_sandbox.limits import Limiter, Limits
from partnersync_amocrm_sandbox.subscriptions import Hooks
from partnersync_amocrm_sandbox.tokens import Tokens


@dataclass(slots=True)
class Options:
    """What the company pays for, and how its account is set up."""

    api_filter: bool = True
    super_fields: bool = False
    webhooks: bool = True  # the plan allows them
    paid_until: int | None = None  # unix seconds; None: for ever
    customers_mode: str = "unavailable"
    is_loss_reason_enabled: bool = True


@dataclass(slots=True)
class Note:
    """A note under a card."""

    id: int
    kind: Kind
    entity_id: int
    note_type: str
    params: dict[str, Any]
    created_by: int
    updated_by: int
    created_at: int
    updated_at: int
    responsible_user_id: int
    group_id: int = 0


@dataclass(slots=True)
class Task:
    """A task, under a card or free; `complete_till` is unix seconds, `duration` seconds."""

    id: int
    text: str
    complete_till: int
    created_by: int
    updated_by: int
    created_at: int
    updated_at: int
    responsible_user_id: int
    entity_id: int | None = None
    entity_type: str | None = None
    task_type_id: int = 1
    duration: int = 0
    is_completed: bool = False
    result: str = ""
    group_id: int = 0


@dataclass(slots=True, kw_only=True)
class Account:
    """One company's CRM. `lock` is held while a request or an action is at work."""

    clock: Clock
    behaviour: Behaviour = field(default_factory=Behaviour)
    id: int = 31_000_001
    name: str = "Sandbox"
    subdomain: str = "sandbox"
    host: str = ""  # the only host that is answered, once the subdomain was changed; empty: any
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    options: Options = field(default_factory=Options)
    limits: Limits = field(default_factory=Limits)
    seeds: dict[Kind, Seed[Card]] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=lambda: {0: "Отдел продаж"})
    roles: dict[int, dict[str, Any]] = field(default_factory=dict)
    task_types: dict[int, str] = field(default_factory=lambda: {1: "Связаться", 2: "Встреча"})
    pipelines: dict[int, Pipeline] = field(default_factory=dict)
    loss_reasons: dict[int, LossReason] = field(default_factory=dict)
    fields: dict[str, dict[int, Field]] = field(default_factory=dict)
    field_groups: dict[str, dict[str, FieldGroup]] = field(default_factory=dict)
    tags: dict[Kind, dict[int, Tag]] = field(default_factory=lambda: {kind: {} for kind in Kind})
    notes: dict[int, Note] = field(default_factory=dict)
    notes_of: dict[tuple[str, int], list[Note]] = field(default_factory=dict)  # of a card, by its kind and id
    tasks: dict[int, Task] = field(default_factory=dict)
    tasks_of: dict[tuple[str, int], list[Task]] = field(default_factory=dict)  # of a card, by its kind and id
    catalogs: dict[int, Catalog] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    robots: list[Any] = field(default_factory=list)
    cards: dict[Kind, Population[Card]] = field(init=False)
    events: EventLog = field(init=False)
    hooks: Hooks = field(init=False)
    tokens: Tokens = field(init=False)
    limiter: Limiter = field(init=False)
    _ids: Iterable[int] = field(init=False)

    def __post_init__(self) -> None:
        firsts = {Kind.LEADS: 10_000_001, Kind.CONTACTS: 20_000_001, Kind.COMPANIES: 30_000_001}
        tie = 1 if self.behaviour.ties is Order.OLDEST else -1
        self.cards = {kind: Population(self.seeds.get(kind) or Empty(firsts[kind]), tie) for kind in Kind}
        self.events = EventLog(self.id)
        self.hooks = Hooks()
        self.tokens = Tokens(self.id, lambda: self.subdomain)
        self.limiter = Limiter(self.limits)
        self._ids = count(700_001)

    def now(self) -> int:
        """The second that everything is stamped with."""
        return int(self.clock.now())

    def new_id(self) -> int:
        """An id for what is no card."""
        return next(iter(self._ids))

    def field_of(self, entity: str, *, field_id: int | None = None, code: str | None = None) -> Field | None:
        """A field by its id or code."""
        known = self.fields.get(entity, {})
        if field_id is not None:
            return known.get(field_id)
        return next((one for one in known.values() if code and one.code == code), None)

    def tag(self, kind: Kind, name: str) -> Tag:
        """The tag with this name, made where it is missing."""
        for tag in self.tags[kind].values():
            if tag.name == name:
                return tag
        tag = Tag(self.new_id(), name)
        self.tags[kind][tag.id] = tag
        return tag

    def closest_task(self, kind: Kind, card_id: int) -> int | None:
        """When the first open task of a card is due."""
        open_tasks = (task for task in self.tasks_of.get((kind, card_id), ()) if not task.is_completed)
        return min((task.complete_till for task in open_tasks), default=None)

    @property
    def main_pipeline(self) -> Pipeline:
        """Where leads go that name none."""
        return next(pipeline for pipeline in self.pipelines.values() if pipeline.is_main)

    def status(self, pipeline_id: int, status_id: int) -> Status | None:
        """A stage, if the pipeline has it."""
        pipeline = self.pipelines.get(pipeline_id)
        return pipeline.status(status_id) if pipeline else None
