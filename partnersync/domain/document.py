"""Facts that payouts wait for: documents that came, and exchange rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of a partner for a period ("2026-05") that arrived."""

    partner_id: str
    period: str
    kind: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of the program's currency one unit of `currency` cost on a day."""

    on: date
    currency: str
    rate: Decimal
    source: str = ""
