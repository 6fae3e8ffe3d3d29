"""The state of one portal. Everything that a request, a person or a robot changes is reached from here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.population import Empty, Population, Seed
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.cards import Card, User
from partnersync_bitrix24_sandbox.contracts import Finding
from partnersync_bitrix24_sandbox.directories import Category, SmartProcess, Status
from partnersync_bitrix24_sandbox.entities import Entity, Kind, standard
from partnersync_bitrix24_sandbox.event_queue import Events
from partnersync_bitrix24_sandbox.limits import Bucket, Limits, Operating
from partnersync_bitrix24_sandbox.owned import NothingOwned, Owned
from partnersync_bitrix24_sandbox.timeline import Timeline
from partnersync_bitrix24_sandbox.tokens import Tokens
from partnersync_bitrix24_sandbox.user_fields import UserField


@dataclass(frozen=True, slots=True)
class Robot:
    """An automation that sets a field of every deal that somebody else changes."""

    key: str  # as cards hold it
    value: Any
    user_id: int


@dataclass(slots=True)
class Options:
    """What the company pays for."""

    rest: bool = True  # the plan has REST at all
    smart_processes: int = 64  # how many types the plan allows
    offline_extended: bool = True  # event.offline.get with clear=0
    auth_connector: bool = True
    license: str = "ru_pro"


@dataclass(slots=True, kw_only=True)
class Portal:
    """One company's CRM. `lock` is held while a request or an action is at work."""

    clock: Clock
    behaviour: Behaviour = field(default_factory=Behaviour)
    options: Options = field(default_factory=Options)
    limits: Limits = field(default_factory=Limits)
    name: str = "Sandbox"
    host: str = ""  # the only host that is answered; the old one redirects. Empty: any
    member_id: str = "a223c6b3710f85df22e9377d6c4f7553"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    base_currency: str = "RUB"
    currencies: tuple[str, ...] = ("RUB", "USD", "EUR")
    seeds: Mapping[int, Seed[Card]] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    entities: dict[int, Entity] = field(default_factory=standard)
    smart_processes: dict[int, SmartProcess] = field(default_factory=dict)  # by the id of the type's record
    user_fields: dict[int, UserField] = field(default_factory=dict)
    statuses: dict[int, Status] = field(default_factory=dict)
    categories: dict[int, dict[int, Category]] = field(default_factory=dict)  # by entityTypeId
    findings: list[Finding] = field(default_factory=list)  # what callers sent against the vendor's contracts
    restored: set[tuple[int, int]] = field(default_factory=set)  # entityTypeId and old id of what left the recycle bin
    robots: list[Robot] = field(default_factory=list)
    history: dict[int, Owned] = field(default_factory=dict)  # moves between stages, by entityTypeId
    requisites: Owned = field(default_factory=lambda: Owned(NothingOwned()))
    events: Events = field(default_factory=Events)
    moved_fields: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)  # when each changed last
    timeline: Timeline = field(default_factory=Timeline)
    # of cards, by entityTypeId, scope, user and extras
    layouts: dict[tuple[int, str, int, str], list[Any]] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    cards: dict[int, Population[Card]] = field(init=False)
    tokens: Tokens = field(init=False)
    bucket: Bucket = field(init=False)
    operating: Operating = field(init=False)
    _ids: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.cards = {type_id: Population(self.seeds.get(type_id) or Empty(1)) for type_id in self.entities}
        self.tokens = Tokens(self.member_id)
        self.bucket = Bucket(self.limits)
        self.operating = Operating(self.limits)
        self._ids = count(7001, 2)

    def now(self) -> int:
        """The second that everything is stamped with."""
        return int(self.clock.now())

    def new_id(self) -> int:
        """An id for what is no card."""
        return next(self._ids)

    def moment(self, seconds: float) -> str:
        """A moment as it is printed: seconds, with the server's offset."""
        return datetime.fromtimestamp(int(seconds), self.zone).isoformat()

    def day(self, date: str) -> str:
        """A date as it is printed: its midnight in UTC, in the server's zone."""
        return datetime.fromisoformat(date).replace(tzinfo=UTC).astimezone(self.zone).isoformat()

    def card(self, type_id: int, card_id: int) -> Card | None:
        """A living card, to be read only."""
        population = self.cards.get(type_id)
        return None if population is None else population.get(card_id)

    def fields_of(self, entity: Entity) -> list[UserField]:
        """The user fields of an entity's cards."""
        return [one for one in self.user_fields.values() if one.entity == entity.uf_entity]

    def by_abbreviation(self, abbreviation: str) -> Entity | None:
        """D, CO, T80, …"""
        found = (one for one in self.entities.values() if one.abbreviation == abbreviation)
        return next(found, None)

    def stages(self, entity: Entity, category_id: int) -> list[Status]:
        """The stages of a pipeline, in their order."""
        directory = entity.directory(category_id)
        found = [one for one in self.statuses.values() if directory and one.entity_id == directory]
        return sorted(found, key=lambda one: ({"": 0, "S": 1, "F": 2}[one.semantics], one.sort))

    def stage(self, entity: Entity, code: Any) -> Status | None:
        """A stage by its code, whatever its pipeline."""
        return next(
            (
                one
                for one in self.statuses.values()
                if one.status_id == code and entity.stage_directory and one.entity_id.startswith(entity.stage_directory)
            ),
            None,
        )

    def categories_of(self, type_id: int) -> dict[int, Category]:
        """The pipelines of an entity; contacts and companies have the one that is no pipeline."""
        return self.categories.get(type_id, {})

    def add_status(self, entity_id: str, status_id: str, name: str, sort: int, **more: Any) -> Status:
        """A new entry of a directory."""
        status = Status(self.new_id(), entity_id, status_id, name, sort, **more)
        self.statuses[status.id] = status
        return status

    def add_category(self, entity: Entity, name: str, stages: Any, *, category_id: int | None = None) -> Category:
        """A new pipeline with its stages, given as code, name and semantics."""
        known = self.categories.setdefault(entity.type_id, {})
        number = self.new_id() if category_id is None else category_id
        category = Category(number, entity.type_id, name, sort=100 * (len(known) + 1), is_default=not known)
        known[number] = category
        for place, (code, stage, semantics) in enumerate(stages, 1):
            self.add_status(
                entity.directory(number),
                entity.stage_code(number, code),
                stage,
                place * 10,
                semantics=semantics,
                category_id=number,
                is_system=True,
            )
        return category

    def drop_field(self, field: UserField) -> None:
        """A user field is deleted, with its values on cards."""
        del self.user_fields[field.id]
        for entity in self.entities.values():
            if entity.uf_entity == field.entity:
                for card in self.cards[entity.type_id].touched():
                    card.values.pop(field.name, None)

    def add_entity(self, entity: Entity) -> None:
        """Room for the cards of a new smart process."""
        self.entities[entity.type_id] = entity
        self.cards[entity.type_id] = Population(Empty(1))


LEGACY = {"deal": Kind.DEAL, "lead": Kind.LEAD, "contact": Kind.CONTACT, "company": Kind.COMPANY}
