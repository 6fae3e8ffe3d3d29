"""What a commission rule is applied to: a payment or a win, its conversion and its base."""

from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from partnersync.domain.document import Rate
from partnersync.domain.trace import Step
from partnersync.domain.value import Money, RecordKind
from partnersync.rules.base import Base, gross, margin, net_of_vat, vat_rate
from partnersync.rules.convert import convert
from partnersync.rules.program import Program


class Event(NamedTuple):
    """A payment or a win; `paid` is what counts of it, VAT included, and `left_out` why that is not all (or empty).

    `cost` and `quantity` are the counted part's too; `cost` holds no VAT.
    """

    kind: RecordKind
    ref: str
    at: datetime
    paid: Money
    steps: tuple[Step, ...]
    product: str | None = None
    vat_rate: Fraction | None = None
    act_date: date | None = None
    left_out: str = ""
    cost: Money | None = None
    quantity: Fraction | None = None
    asked: Money | None = None  # before it was converted
    fx: tuple[str, str, str] | tuple[()] = ()


def converted(event: Event, at: Rate, currency: str) -> Event:
    """An event in the program's currency; a cost in the payment's own goes with it."""
    paid, cost = convert(event.paid, at.rate, currency), event.cost
    if cost is not None and cost.currency == event.paid.currency:
        cost = convert(cost, at.rate, currency)
    day = at.on.isoformat()
    steps = (*event.steps, ("converted", str(at.rate), day, paid.text()))
    return event._replace(paid=paid, cost=cost, steps=steps, asked=event.paid, fx=(str(at.rate), at.source, day))


def base_of(program: Program, event: Event, day: date) -> Base | None:
    """The base of an event; None without a VAT rate: it names one, else that of the act's day counts, or of its own."""
    if program.commission.base == "gross":
        return gross(event.paid)
    rate = event.vat_rate
    if rate is None:
        rate = vat_rate(program.commission.vat, event.act_date or day)
    if rate is None:
        return None
    if program.commission.base == "margin" and event.cost is not None:
        return margin(event.paid, rate, event.cost)
    return net_of_vat(event.paid, rate)
