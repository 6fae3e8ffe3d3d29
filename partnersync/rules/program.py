"""The terms as data: one `Program` per version, a `Programme` that knows which one was in force."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationError

from partnersync.errors import ConfigError
from partnersync.fields import ListOf, Table, Word, checked, said
from partnersync.problems import Problem, Refused, problems_of
from partnersync.rules import program_tables as tables
from partnersync.rules.program_check import program_problems
from partnersync.rules.rule_choice import Chooser, RuleFacts
from partnersync.rules.terms import CommissionRule

if TYPE_CHECKING:  # costs start-up time, and `--help` needs no zone
    from zoneinfo import ZoneInfo


def _zone(name: str) -> "ZoneInfo":
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _is_zone(name: str) -> bool:
    try:
        _zone(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, or a folder of the zone files
        return False
    return True


class Program(Table):
    """One version of the terms. Build it with `read_program`, which also checks what no single key can tell."""

    effective_from: date
    time_zone: Annotated[
        str, checked(_is_zone, "is not a known time zone", 'Write a name of the tz database, like "Europe/Moscow"')
    ] = "Europe/Moscow"
    currency: Annotated[
        str,
        checked(
            lambda code: len(code) == 3 and code.isascii() and code.isalpha() and code.isupper(),
            "is not a currency",
            'Write its ISO 4217 code, like "RUB"',
        ),
    ] = "RUB"
    language: Literal["ru", "en"] = "ru"
    approvers: ListOf[Word] = ()
    partner_managers: ListOf[Word] = ()
    registration: tables.Registration = tables.Registration()
    protection: tables.Protection = tables.Protection()
    attribution: tables.Attribution = tables.Attribution()
    commission: tables.Commission = tables.Commission()
    tiers: tables.Tiers = Field(default={})
    payout: tables.Payout = tables.Payout()
    guard: tables.Guard = tables.Guard()
    segments: tables.Segments = tables.Segments()
    churn: tables.Churn = tables.Churn()
    managers: tables.Managers = tables.Managers()
    leads: tables.Leads = tables.Leads()
    calendar: tables.Calendar = Field(default={})

    @cached_property
    def version(self) -> str:
        """The version's id: its first day, "2026-01-01"."""
        return self.effective_from.isoformat()

    @cached_property
    def zone(self) -> "ZoneInfo":
        """The zone in which days begin and end."""
        return _zone(self.time_zone)

    @cached_property
    def digest(self) -> str:
        """sha256 of what the version says beyond the defaults, as JSON with sorted keys.

        Comments, spacing, the order of keys, "50%" for "50.0%" and a default written out do not change it; a key that a
        later release adds does not either. The order of lists counts.
        """
        content = json.dumps(said(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def rules_by_name(self) -> Mapping[str, CommissionRule]:
        """Each commission rule by its name."""
        return {rule.name: rule for rule in self.commission.rules}

    @cached_property
    def limited_rules(self) -> frozenset[str]:
        """Names of the rules that a cap could cut."""
        return self.generous_rules | {rule.name for rule in self.commission.rules if rule.cap}

    @cached_property
    def generous_rules(self) -> frozenset[str]:
        """Names of the rules that could bring more than `max_total` of an event's base, be it by rounding.

        Half a minor unit is rounded up to a whole: a rate below 1/2 never makes that more than half of a base.
        """
        most = self.commission.max_total
        half = Fraction(1, 2)
        safe = half if most >= half else most / 2
        return frozenset(rule.name for rule in self.commission.rules if rule.sum_each or max(rule.rates()) >= safe)

    @cached_property
    def counts_wins(self) -> bool:
        """Whether the bands of any rule count won deals."""
        return any(rule.tiers and rule.tiers.measure.startswith("won_") for rule in self.commission.rules)

    @cached_property
    def chooser(self) -> Chooser:
        """Picks among the commission rules."""
        return Chooser(self.commission.rules)


def read_program(content: Mapping[str, object]) -> Program:
    """The version that a parsed file holds; Refused names everything that is wrong with it."""
    try:
        program = Program.model_validate(content)
    except ValidationError as error:
        raise Refused(problems_of(error, Program)) from None
    if problems := tuple(program_problems(program)):
        raise Refused(problems)
    return program


def choose_rule(program: Program, facts: RuleFacts) -> CommissionRule | None:
    """The commission rule that takes an event of one product, in rule_choice.py's order; None: nothing is earned."""
    return program.chooser(facts)


@dataclass(frozen=True)
class Programme:
    """All versions of the terms, in the order in which they come into force; ConfigError if they do not go together.

    `places` says where a version stands, for errors: "config/program/2026-01-01.toml:1".
    """

    versions: tuple[Program, ...]
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    _starts: list[datetime] = field(
        init=False, repr=False, compare=False
    )  # UTC instants of each version's first midnight

    def __post_init__(self) -> None:
        if not self.versions:
            raise ConfigError("The programme has no version", hint="Add a file like config/program/2026-01-01.toml")
        if found := tuple(clashes(self.versions)):
            raise ConfigError(str(Refused(problem for _, problem in found)))
        ordered = tuple(sorted(self.versions, key=lambda program: program.effective_from))
        starts = [datetime.combine(program.effective_from, time(), program.zone).astimezone(UTC) for program in ordered]
        object.__setattr__(self, "versions", ordered)
        object.__setattr__(self, "_starts", starts)

    def at(self, moment: datetime) -> Program | None:
        """The version in force at an aware moment; None before the first."""
        place = bisect_right(self._starts, moment)
        return self.versions[place - 1] if place else None

    def named(self, version: str) -> Program | None:
        """The version with an id like "2026-01-01"."""
        return self._by_version.get(version)

    def rule(self, version: str, name: str) -> CommissionRule | None:
        """A commission rule of the version with this id."""
        program = self._by_version.get(version)
        return program.rules_by_name.get(name) if program else None

    @cached_property
    def _by_version(self) -> Mapping[str, Program]:
        return {program.version: program for program in self.versions}

    @cached_property
    def converts(self) -> bool:
        """Whether any version converts sums into the program's currency."""
        return any(program.commission.convert for program in self.versions)

    @cached_property
    def has_terms(self) -> bool:
        """Whether any rule earns for a time only."""
        return any(rule.months or rule.terms for program in self.versions for rule in program.commission.rules)

    @cached_property
    def has_tiers(self) -> bool:
        """Whether any version names tiers that partners reach."""
        return any(program.tiers for program in self.versions)

    @cached_property
    def weighs_deals(self) -> bool:
        """Whether `max_total` could cut deals whose events are priced apart from each other."""
        rules = [rule for program in self.versions for rule in program.commission.rules]
        apart = any(rule.tiers or (rule.cap and rule.cap.per != "deal") for rule in rules)
        return apart and any(program.generous_rules for program in self.versions)

    def digest(self, version: str) -> str | None:
        """`Program.digest` of the version with this id."""
        program = self.named(version)
        return program.digest if program else None

    @property
    def zone(self) -> "ZoneInfo":
        """The zone of every version."""
        return self.versions[0].zone

    @property
    def currency(self) -> str:
        """The currency of every version."""
        return self.versions[0].currency

    @property
    def language(self) -> str:
        """The language that people are written to in: the latest version's."""
        return self.versions[-1].language


def clashes(versions: Sequence[Program]) -> Iterator[tuple[int, Problem]]:
    """What keeps versions from being one programme: the index of the one to correct, and its problem."""
    seen: dict[date, int] = {}
    for number, program in enumerate(versions):
        if program.effective_from in seen:
            text = "is the first day of another version too"
            yield number, Problem(("effective_from",), text, "Keep one version for each day")
        seen.setdefault(program.effective_from, number)
        for key in ("time_zone", "currency"):
            if getattr(program, key) != (first := getattr(versions[0], key)):
                mend = f'Write "{first}", or change all versions'
                yield number, Problem((key,), f'differs from {versions[0].version}\'s "{first}"', mend)
