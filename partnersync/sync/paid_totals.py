"""Totals that a system tells to be paid for a deal → the payments and refunds that they are the sum of. Pure.

What is remembered of a deal's totals are its payments themselves: their sum is the total that was seen last. So a total
that is read again, by whatever pull, changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from partnersync.contract.adapter import PaidTotal, Raw
from partnersync.domain.deal import Payment
from partnersync.domain.value import Money
from partnersync.sync import cells
from partnersync.sync.forms import Problem, Setting

COLUMN = "paid_total"
_MARK = ":paid:"
MADE = f"%{_MARK}%"
"""By what the ids of payments that were made of totals are told, as a pattern of SQL."""


def first_id(deal_id: str) -> str:
    """The id of the first payment that is made of a deal's total."""
    return f"{deal_id}{_MARK}1"


def deal_of(payment_id: str) -> str:
    """The deal whose total a payment was made of."""
    return payment_id.rpartition(_MARK)[0]


@dataclass(frozen=True, slots=True)
class _Total:
    at: datetime
    minor: int


def payments(
    raw: Raw, known: Sequence[Payment], setting: Setting, now: datetime
) -> tuple[list[Raw], tuple[Problem, ...]]:
    """What the totals of a deal add to its `known` payments that were made of totals; or why they cannot be read.

    Ids are `<deal>:paid:<n>`. A fall gives back the last payments first, each by a refund of its own. A deal whose
    currency was corrected is given all back in the old one.
    """
    told = raw.cells or {}
    try:
        currency = cells.currency(told["currency"]) if told.get("currency") else setting.currency
    except ValueError:
        return [], ()  # the deal itself is set aside for it
    try:
        totals = [_read(one, currency, setting, now) for one in raw.paid]
    except ValueError as error:
        return [], (Problem("BAD_VALUE", COLUMN, raw.paid[-1].total, str(error)),)
    book = _Book(raw, sorted(known, key=lambda one: _number(one.ref)))
    other = {payment.amount.currency for payment in known} - {currency}
    for code in sorted(other):
        book.move(code, 0, totals[-1].at)
    for total in _unknown(totals, book.standing(currency), is_new=not known):
        book.move(currency, total.minor, total.at)
    return book.made, ()


def left(known: Sequence[Payment]) -> int:
    """What payments of one currency sum to, less what was given back, in minor units."""
    return sum(-one.amount.minor if one.refund_of else one.amount.minor for one in known)


def carried(gone: str, survivor: str, known: Sequence[Payment]) -> Raw | None:
    """What was paid for a merged deal, as the first payment of the one that it lives on in; None: nothing is left."""
    if not known or len({one.amount.currency for one in known}) > 1 or left(known) <= 0:
        return None
    return _payment(first_id(survivor), gone, Money(left(known), known[0].amount.currency), known[-1].paid_at)


def _payment(payment_id: str, deal_id: str, amount: Money, at: datetime, refund_of: str | None = None) -> Raw:
    told = {
        "payment_id": payment_id,
        "deal_id": deal_id,
        "paid_at": at.isoformat(),
        "amount": amount.text(),
        "currency": amount.currency,
        "refund_of": refund_of or "",
    }
    return Raw(payment_id, told)


def _read(one: PaidTotal, currency: str, setting: Setting, now: datetime) -> _Total:
    amount = cells.number(one.total) if one.total.strip() else Decimal(0)
    if amount < 0:
        raise ValueError("is negative: write what is paid in all, less what was given back")
    return _Total(cells.moment(one.at, setting.zone) if one.at else now, Money.of(amount, currency).minor)


def _unknown(totals: Sequence[_Total], standing: int, *, is_new: bool) -> Sequence[_Total]:
    """The totals behind the one that stands already; where none of them does, the last alone."""
    if is_new:
        return totals
    same = [place for place, total in enumerate(totals) if total.minor == standing]
    return totals[same[-1] + 1 :] if same else totals[-1:]


@dataclass(slots=True)
class _Book:
    """The payments of one deal in their order, and those that are made now."""

    raw: Raw
    known: list[Payment]
    made: list[Raw] = field(default_factory=list)

    def standing(self, currency: str) -> int:
        """What they sum to, in minor units."""
        return sum(left for _, left in self._left(currency))

    def move(self, currency: str, minor: int, at: datetime) -> None:
        """Bring the sum to this total."""
        rise = minor - self.standing(currency)
        if rise > 0:
            self._add(Money(rise, currency), at)
        for payment, left in reversed(list(self._left(currency))):
            if rise < 0 and left:
                back = min(left, -rise)
                rise += back
                self._add(Money(back, currency), at, payment.ref)

    def _left(self, currency: str) -> Iterator[tuple[Payment, int]]:
        """Each payment, and what of it is not given back."""
        own = [one for one in self.known if one.amount.currency == currency]
        for payment in own:
            if payment.refund_of is None:
                back = sum(one.amount.minor for one in own if one.refund_of == payment.ref)
                yield payment, payment.amount.minor - back

    def _add(self, amount: Money, at: datetime, refund_of: str | None = None) -> None:
        payment_id = f"{self.raw.record_id}{_MARK}{max(map(_number, (one.ref for one in self.known)), default=0) + 1}"
        self.known.append(Payment(payment_id, "", at, amount, refund_of=refund_of))
        made = _payment(payment_id, self.raw.record_id, amount, at, refund_of)
        self.made.append(replace(made, origin=self.raw.origin))


def _number(ref: str) -> int:
    return int(ref.rpartition(_MARK)[2])
