"""The commission rules of a program as tables; terms_check.py knows what can be wrong with them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from partnersync.domain.deal import DealKind
from partnersync.domain.partner import PartnerKind
from partnersync.domain.registration import RegistrationKind
from partnersync.domain.value import Money
from partnersync.fields import Bound, ListOf, OneOf, Percent, Positive, Share, Sum, Table, Word, checked
from partnersync.problems import KeyPath, refusal

Measure = Literal[
    "base_in_month",
    "base_in_quarter",
    "base_in_year",
    "won_in_month",
    "won_in_quarter",
    "won_in_year",
    "active_clients",
]
CapPer = Literal["deal", "client_month", "partner_month", "partner_quarter", "partner_year", "program"]


def _mode(value: object) -> object:
    if value == "cumulative":
        raise refusal(
            "is refused, because vendors use this word for both modes",
            'Write "marginal" (each part earns the rate of its own band) or "retroactive" (all of it the highest)',
        )
    return value


def _one_line(name: str) -> bool:
    return name == name.strip() and name.isprintable() and "|" not in name


def size(bound: Money | int) -> int:
    """A band's bound as a bare number: minor units, or things."""
    return bound.minor if isinstance(bound, Money) else bound


class When(Table):
    """What an event must be like for a rule; an empty list asks nothing."""

    partners: ListOf[Word] = ()
    products: ListOf[Word] = ()
    deal_kinds: ListOf[OneOf[DealKind]] = ()
    registration_kinds: ListOf[OneOf[RegistrationKind]] = ()
    partner_kinds: ListOf[OneOf[PartnerKind]] = ()
    partner_tiers: ListOf[Word] = ()
    pipelines: ListOf[Word] = ()

    def asked(self) -> dict[str, frozenset[str]]:
        """The keys that ask something, each with its values."""
        return {key: frozenset(values) for key, values in self if values}


class Band(Table):
    """[from_, the next band's from_): a sum, or a whole number for a measure that counts."""

    from_: Bound = Field(alias="from")
    to: Bound | None = None
    rate: Percent


class Tiers(Table):
    """Rates that rise or fall with a measure."""

    mode: Annotated[Literal["marginal", "retroactive"], BeforeValidator(_mode)] = "marginal"
    measure: Measure
    bands: ListOf[Band]

    def edges(self) -> tuple[tuple[int, Fraction], ...]:
        """The bands as (lower bound in minor units or things, rate), rising."""
        return tuple((size(band.from_), band.rate) for band in self.bands)


class Term(Table):
    """One step of staggered terms: a rate for so many months."""

    months: Positive
    rate: Percent


class Cap(Table):
    """The most that a rule brings."""

    per: CapPer
    amount: Sum


class CommissionRule(Table):
    """One way to earn: exactly one of rate, fixed, per_unit, tiers and terms is given."""

    name: Annotated[
        Word, checked(_one_line, "is not a plain name", 'Write it on one line, without "|" and outer spaces')
    ]
    when: When = When()
    rate: Percent | None = None
    fixed: Sum | None = None
    per_unit: Sum | None = None
    tiers: Tiers | None = None
    terms: ListOf[Term] = ()
    months: Positive | None = None
    cap: Cap | None = None
    split: Mapping[str, Share] = {}

    @cached_property
    def currency(self) -> str | None:
        """The only currency whose events the rule takes: that of its sums; None without sums."""
        return next((money.currency for _, money in self.sums()), None)

    @property
    def sum_each(self) -> Money | None:
        """A sum that is earned whatever the base is: fixed, or per unit."""
        return self.fixed or self.per_unit

    def rates(self) -> Iterator[Fraction]:
        """Every share of the base that the rule may give."""
        if self.rate is not None:
            yield self.rate
        yield from (band.rate for band in (self.tiers.bands if self.tiers else ()))
        yield from (term.rate for term in self.terms)

    def sums(self) -> Iterator[tuple[KeyPath, Money]]:
        """Every sum of the rule with its key."""
        for number, band in enumerate(self.tiers.bands if self.tiers else ()):
            for key, bound in (("from", band.from_), ("to", band.to)):
                if isinstance(bound, Money):
                    yield ("tiers", "bands", number, key), bound
        if self.fixed:
            yield ("fixed",), self.fixed
        if self.per_unit:
            yield ("per_unit",), self.per_unit
        if self.cap:
            yield ("cap", "amount"), self.cap.amount
