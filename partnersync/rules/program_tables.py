"""The tables of a program version with their defaults, but for the commission rules (terms.py).

config/program/2026-01-01.toml shows every key as it is written. Units are in the names; bd is a business day.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from partnersync.domain.registration import RegistrationKind
from partnersync.domain.value import Money
from partnersync.fields import (
    Count,
    DayKey,
    ListOf,
    OneOf,
    OptionalSum,
    Percent,
    Positive,
    Sum,
    Table,
    Word,
    YearKey,
    over,
)
from partnersync.rules.terms import CommissionRule

DAYS_BY_KIND: dict[RegistrationKind, int] = {RegistrationKind.PROJECT: 180, RegistrationKind.LEAD: 60}
TouchKind = Literal["promo", "link", "link_partners", "tracked_call", "qr", "intro", "note", "statement"]
LOOK_BACK_DAYS: dict[TouchKind, int] = {
    "promo": 90,
    "link": 30,  # of partners of kind referral
    "link_partners": 90,  # of all others
    "tracked_call": 30,
    "qr": 30,
    "intro": 60,
    "note": 30,
    "statement": 60,
}
VAT = {date(2019, 1, 1): Fraction(20, 100), date(2026, 1, 1): Fraction(22, 100)}


class DirectOnly(Table):
    """Clients that the company sells to itself, by INN or domain."""

    version: str = ""
    clients: ListOf[Word] = ()


class Registration(Table):
    """How claims are judged."""

    review: Literal["auto", "manual"] = "auto"
    capacity_active: Count = 25
    capacity_per_day: Count = 10
    simultaneous_hours: Count = 24
    cooldown_days: Count = 7
    existing_client_days: Count = 365
    direct_active_days: Count = 90
    direct_active: Literal["research", "approve"] = "research"
    provisional_after_bd: Count = 5
    first_response_bd: Count = 1
    decision_bd: Count = 2
    research_bd: Count = 3
    direct_only: DirectOnly = DirectOnly()
    scope: Literal["client", "branch"] = "client"
    require_contract: bool = False
    capacity_by_tier: Mapping[str, Count] = {}


class AutoExtend(Table):
    """When protection is extended without a person."""

    days_left: Count = 14
    active_within_days: Count = 30
    advanced_within_days: Count = 45


class Protection(Table):
    """How long an approved claim protects."""

    days: Positive = 90
    days_by_kind: Annotated[Mapping[OneOf[RegistrationKind], Positive], over(DAYS_BY_KIND)] = DAYS_BY_KIND
    activate_within_days: Positive = 60
    extension_days: Positive = 30
    extension_max: Count = 2
    auto_extend: AutoExtend = AutoExtend()
    reminder_days: ListOf[Count] = (30, 14, 7, 1)
    dormant_days: Positive = 30
    release_days: Positive = 45
    won_after_expiry_days: Count = 30
    lost_then_new_days: Count = 60
    incumbent_months: Count = 12


class Attribution(Table):
    """Which evidence names the partner of a deal."""

    model: Literal["first", "last"] = "first"
    look_back_days: Annotated[Mapping[TouchKind, Count], over(LOOK_BACK_DAYS)] = LOOK_BACK_DAYS
    review_hours: Count = 24
    review_registrations: Positive = 10
    review_accepted: Percent = Fraction(1, 5)


class Clawback(Table):
    """How a refund after the payout is taken back."""

    within_days: Count = 90
    max_share_of_payout: Percent = Fraction(1, 2)
    parts: Positive = 3


class Commission(Table):
    """What is earned, by which rule."""

    trigger: Literal["payment", "won"] = "payment"
    base: Literal["net_of_vat", "gross", "margin"] = "net_of_vat"
    exclude_products: ListOf[Word] = ()
    hold_days: Count = 14
    convert: bool = False
    max_total: Percent = Fraction(1, 2)
    clawback: Clawback = Clawback()
    vat: Annotated[Mapping[DayKey, Percent], over(VAT)] = VAT
    rules: ListOf[CommissionRule] = ()


class Payout(Table):
    """When and what is paid out."""

    minimum: Sum = Money(500_00, "RUB")
    close_on_bd: Positive = 5
    accept_by_silence_bd: Positive = 5
    pay_within_bd: Positive = 10
    bank_change_days: Count = 3
    period_budget: OptionalSum = None
    documents: ListOf[Word] = ()
    verify_payees: bool = False


class Guard(Table):
    """How foreign edits of managed fields are met."""

    reverts_per_day: Count = 3


class Segments(Table):
    """How partners are told apart by what they bring; without `min_deals` or `min_ticket` the upper third counts."""

    months: Positive = 36
    recency_days: Count = 14
    empty_days: Count = 90
    min_deals: Count = 0
    min_ticket: OptionalSum = None


class Churn(Table):
    """When a partner falls silent."""

    days: ListOf[Positive] = (30, 90, 180, 365)
    rhythm_factor: Positive = 2
    ramp_up_days: Count = 180
    active_share_target: Percent = Fraction(60, 100)


class Managers(Table):
    """How long a partner stays with a manager who does nothing."""

    inactivity_days: Positive = 90
    warn_days: ListOf[Count] = (60, 75, 85)
    no_progress_months: Positive = 6


class Reverse(Table):
    """When a partner takes leads and brings none."""

    won: Positive = 3
    within_days: Positive = 90
    suspend_days: Positive = 30


class Leads(Table):
    """How the company's own leads are passed to partners."""

    offers: Positive = 3
    mode: Literal["exclusive", "first_accept", "race"] = "first_accept"
    answer_hours: Positive = 24
    per_day: Count = 5
    rank_limit: Count = 50
    in_work: Count = 15
    reverse: Reverse = Reverse()


class CalendarYear(Table):
    """Days off and working days of one year that the public calendar does not know."""

    off: ListOf[date] = ()
    work: ListOf[date] = ()


Tiers = Mapping[str, Sum]
Calendar = Mapping[YearKey, CalendarYear]
