"""A deal with payments under the policy's example terms, for the commission's tests."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from partnersync.domain.attribution import Attribution, Evidence, RuleOverride, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.earning import Earning, Owed
from partnersync.domain.issue import Issue
from partnersync.domain.line import LineKind
from partnersync.domain.partner import Partner, PartnerKind
from partnersync.domain.value import Money
from partnersync.rules.commission import earn
from partnersync.rules.convert import Rates
from partnersync.rules.pricing import price
from partnersync.rules.program import Programme, read_program
from partnersync.rules.tiers import NO_TIERS, Tiers

MOSCOW = ZoneInfo("Europe/Moscow")
KNOWN = frozenset({"A7", "B2", "C3"})
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)

RULES = """
effective_from = 2020-01-01
[commission]
exclude_products = ["setup"]
[[commission.rules]]
name = "licence"
when = { products = ["licence", "upgrade"] }
rate = "50%"
[[commission.rules]]
name = "tenth"
when = { products = ["tenth"] }
rate = "10%"
[[commission.rules]]
name = "install"
when = { products = ["install", "setup"] }
fixed = "1000 RUB"
[[commission.rules]]
name = "services"
when = { products = ["service"] }
tiers = { mode = "marginal", measure = "base_in_quarter", bands = [
  { from = "0 RUB", rate = "10%" }, { from = "500000 RUB", rate = "15%" }, { from = "1000000 RUB", rate = "20%" } ] }
"""
WON_RULES = RULES.replace("[commission]", '[commission]\ntrigger = "won"')


def programme(*texts: str) -> Programme:
    return Programme(tuple(read_program(tomllib.loads(text)) for text in texts))


POLICY = programme(RULES)
WON = programme(WON_RULES)


def rub(major: str) -> Money:
    """A sum in roubles."""
    return Money.parse(f"{major} RUB")


def moscow(text: str) -> datetime:
    """A moment in Moscow."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW).astimezone(UTC)


def deal(amount: str = "", products: str = "licence") -> Deal:
    return Deal(
        "main/D1",
        ClientKeys(),
        DealState.OPEN,
        moscow("2019-06-01"),
        "RUB",
        products=tuple(products.split()),
        amount=rub(amount) if amount else None,
    )


def won(amount: str = "", products: str = "licence", on: str = "2026-05-01 10:00") -> Deal:
    return replace(deal(amount, products), state=DealState.WON, closed_at=moscow(on))


def paid(ref: str, amount: str, at: str = "2026-05-01 10:00", **other: object) -> Payment:
    return Payment(f"main/{ref}", "main/D1", moscow(at), rub(amount), **other)  # type: ignore[arg-type]


def refund(ref: str, amount: str, of: str, at: str = "2026-06-01 10:00") -> Payment:
    return paid(ref, amount, at, refund_of=f"main/{of}")


def look(
    one: Deal,
    payments: Sequence[Payment] = (),
    terms: Programme = POLICY,
    rates: Rates | None = None,
    tiers: Tiers = NO_TIERS,
    named: RuleOverride | None = None,
    since: datetime | None = None,
) -> tuple[list[Earning], list[Issue]]:
    attribution = Attribution(Evidence("A7", Source.TYPED, one.created_at))
    partner = Partner("A7", "Seventh", kind=PartnerKind.RESELLER)
    return earn(one, payments, attribution, "main/C1", partner, None, terms, AS_OF, KNOWN, rates, tiers, named, since)


def owed(one: Deal, payments: Sequence[Payment] = (), terms: Programme = POLICY) -> list[Owed]:
    """What is owed before caps, refunds last."""
    return [one for one in capped(one, payments, terms) if one.kind is not LineKind.CAP]


def capped(one: Deal, payments: Sequence[Payment] = (), terms: Programme = POLICY) -> list[Owed]:
    """What is owed with the cuts of caps, by event, refunds last."""
    found, issues = look(one, payments, terms)
    assert issues == []
    return sorted(price(found, terms), key=_told_order)


def brief(found: Sequence[Owed]) -> str:
    """Event, base (a refund's with its sign) and amount of each; true-ups with their kind."""
    bases = [-one.earning.base if one.earning.refund else one.earning.base for one in found]
    return ", ".join(
        f"{one.earning.event_id.removeprefix('main/')} {_what(one, base)} {one.amount.text()}"
        for one, base in zip(found, bases, strict=True)
    )


def _what(one: Owed, base: Money) -> str:
    if one.kind is LineKind.ACCRUAL:
        return base.text()
    return " ".join(filter(None, (one.kind, one.earning.reason)))


def _told_order(one: Owed) -> tuple[bool, datetime, str]:
    return one.earning.refund is not None, one.earning.event_time, one.earning.event_id
