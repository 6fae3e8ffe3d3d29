"""What a token says about itself. It is read, never trusted: the account alone decides whether a token is good."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def claims_of(token: str) -> Mapping[str, Any]:
    """The claims of a JSON Web Token; empty where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def ends_at(token: str) -> datetime | None:
    """When a token stops working, if it tells."""
    until = claims_of(token).get("exp")
    try:
        return datetime.fromtimestamp(until, UTC) if isinstance(until, int) else None
    except (OverflowError, OSError, ValueError):
        return None


def told_domain(token: str) -> str:
    """The host that the account's own calls go to, as the token tells; empty where it does not."""
    domain = claims_of(token).get("api_domain")
    return domain if isinstance(domain, str) else ""
