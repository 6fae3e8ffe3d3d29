"""Moments as the portal's filters read them. Pure."""

from datetime import datetime, timezone


def iso(at: datetime) -> str:
    """With an offset, to the second; the portal keeps no more."""
    return at.replace(microsecond=0).isoformat()


def plain(at: datetime, offset: timezone) -> str:
    """Without one, as its own clock shows it."""
    return at.astimezone(offset).strftime("%Y-%m-%d %H:%M:%S")
