"""One story of a programme, told to any system that keeps partners, registrations, deals and payments.

The same story has to give the same ledger everywhere. A kind of system joins by a class with the methods of `System`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

PROGRAM = """\
effective_from = 2026-01-01
time_zone = "Europe/Moscow"
currency = "RUB"

[commission]
base = "gross"
hold_days = 14

[[commission.rules]]
name = "licence"
when = { products = ["licence"] }
rate = "50%"

[[commission.rules]]
name = "services"
when = { products = ["service"] }
tiers = { mode = "marginal", measure = "base_in_quarter", bands = [
  { from = "0 RUB", rate = "10%" },
  { from = "1000 RUB", rate = "20%" },
] }
"""


@dataclass(frozen=True)
class Partner:
    """Joins the programme."""

    partner_id: str
    name: str
    promo_code: str = ""


@dataclass(frozen=True)
class Client:
    """A company that buys; `inn` is what it is known by everywhere, `buyer` who speaks for it."""

    name: str
    inn: str
    buyer: str = "Buyer"


@dataclass(frozen=True)
class Registration:
    """A partner says that he works on a client."""

    name: str
    partner_id: str
    client: Client
    product: str


@dataclass(frozen=True)
class Deal:
    """A seller enters a deal, with the partner or promo code that he knows of."""

    name: str
    client: Client
    product: str
    amount: str
    partner_id: str = ""
    promo_code: str = ""


@dataclass(frozen=True)
class Won:
    """A deal is won."""

    deal: str


@dataclass(frozen=True)
class Paid:
    """So much is paid for a deal by now, less what was given back."""

    deal: str
    total: int


Fact = Partner | Registration | Deal | Won | Paid
OAK, ELM, FIR = Client("Oak", "7707083893"), Client("Elm", "7728168971"), Client("Fir", "7736050003")
STORY: Mapping[str, tuple[Fact, ...]] = {
    "2026-02-03T10:00:00+03:00": (
        Partner("V-1", "First", "ONE"),
        Partner("V-2", "Second"),
        Registration("R-1", "V-1", FIR, "licence"),
    ),
    "2026-02-05T10:00:00+03:00": (
        Registration("R-2", "V-2", FIR, "licence"),  # too late
        Deal("D-1", FIR, "licence", "1000"),
        Deal("D-2", OAK, "service", "1500", partner_id="V-2"),
        Deal("D-3", ELM, "service", "700"),
        Deal("D-4", ELM, "licence", "400", promo_code="ONE"),
    ),
    "2026-02-20T10:00:00+03:00": (Won("D-1"), Paid("D-1", 600), Won("D-2"), Paid("D-2", 900), Won("D-3")),
    "2026-03-03T10:00:00+03:00": (Paid("D-1", 1000), Paid("D-2", 1500), Paid("D-3", 700)),
    "2026-03-15T10:00:00+03:00": (Paid("D-2", 1200), Won("D-4"), Paid("D-4", 400)),
    "2026-04-02T10:00:00+03:00": (Paid("D-1", 900), Paid("D-4", 0)),
}
"""What happens, by its moment; after each the programme is synced."""
DEALS = ("D-1", "D-2", "D-3", "D-4")


class System(Protocol):
    """One account of a kind of system, in which people work."""

    @property
    def settings(self) -> str:
        """Its tables of config/partnersync.toml; the connection is called `main`."""

    @property
    def prepared_by(self) -> Sequence[tuple[str, ...]]:
        """Commands that an admin runs once, before the first sync."""

    def tell(self, at: datetime, fact: Fact) -> None:
        """Somebody enters a fact at a moment."""

    def field(self, deal: str, name: str) -> str:
        """A managed field of a deal as people see it."""
