"""Moments and dates as clients write them."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

FORMS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%Y/%m/%d")


def parsed(given: Any, zone: tzinfo) -> datetime | None:
    """What PHP's strtotime makes of the common forms; without an offset it is the server's time, None is no time."""
    text = str(given).strip()
    for read in (datetime.fromisoformat, *(_reader(form) for form in FORMS)):
        try:
            told = read(text)
        except ValueError:
            continue
        return told if told.tzinfo else told.replace(tzinfo=zone)
    return None


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the zone is set by who asks
