"""Business days: Russia's public calendar with its moved days, and the program's own days off and working days."""

from calendar import monthrange
from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from partnersync.rules.program import Program

_DAY = timedelta(days=1)
_SATURDAY = 5


def is_business_day(day: date, program: Program) -> bool:
    """Whether people are at work on `day`; what the program says of a day goes before the public calendar."""
    own = program.calendar.get(day.year)
    if own and day in own.off:
        return False
    return bool(own and day in own.work) or (day.weekday() < _SATURDAY and day not in _days_off(day.year))


def after_business_days(start: datetime, count: int, program: Program) -> datetime:
    """The moment `count` business days after `start`: the same time of day in the program's zone.

    From a day off, counting starts at 00:00 of the next business day.
    """
    local = start.astimezone(program.zone)
    day, clock = local.date(), local.time()
    if not is_business_day(day, program):
        day, clock = _next(day, program), time()
    for _ in range(count):
        day = _next(day, program)
    return datetime.combine(day, clock, program.zone).astimezone(UTC)


def nth_business_day(first: date, number: int, program: Program) -> date:
    """The `number`th business day from `first` on, which counts itself if it is one."""
    day = first - _DAY
    for _ in range(number):
        day = _next(day, program)
    return day


def add_months(day: date, months: int) -> date:
    """The same day of a later month; of the 29th to 31st the month's last day, where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """00:00 of a day in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _next(day: date, program: Program) -> date:
    day += _DAY
    while not is_business_day(day, program):
        day += _DAY
    return day


@lru_cache(maxsize=64)
def _days_off(year: int) -> Container[date]:
    from holidays import country_holidays  # costs start-up time, and few runs count business days

    return frozenset(country_holidays("RU", years=year))
