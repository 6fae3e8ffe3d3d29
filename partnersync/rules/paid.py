"""How much of each payment counts toward its deal, and which part of it a refund gives back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from partnersync.domain.deal import Payment
from partnersync.domain.issue import Issue
from partnersync.domain.value import Money, RecordKind


class Counted(NamedTuple):
    """A payment, and what of it the deal's amount still asked for; in minor units, VAT included."""

    payment: Payment
    minor: int


class GivenBack(NamedTuple):
    """A refund, and how much of what counted of its payment is given back before it and with it, in minor units."""

    refund: Payment
    of: Counted
    before: int
    after: int


def walk(limit: Money | None, payments: Sequence[Payment]) -> tuple[list[Counted | GivenBack], list[Issue]]:
    """A deal's payments and refunds, given in any order, by time and id; `limit` is the deal's amount.

    Overpayment is against the limit (None, or one in another currency: there is none). A refund first gives back what
    its payment had too much, then what counted; that much of what others had too much and still have counts instead,
    the earliest first, and the rest may be paid again. Where a refund exceeds its payment, or
    names none, the excess gives back nothing and is an issue (OVER_REFUND).
    """
    if len(payments) == 1 and payments[0].refund_of is None:
        return [Counted(payments[0], _within(limit, payments[0].amount, 0))], []
    paid = {payment.ref: payment for payment in payments if payment.refund_of is None}
    purse = _Purse(limit)
    for payment in sorted(payments, key=lambda one: _order(one, paid)):
        if payment.refund_of is None:
            purse.pay(payment)
        else:
            purse.give_back(payment, payment.refund_of)
    return purse.steps, purse.issues


class _Purse:
    """What came in for one deal so far."""

    def __init__(self, limit: Money | None) -> None:
        self.steps: list[Counted | GivenBack] = []
        self.issues: list[Issue] = []
        self._limit = limit
        self._taken = 0  # of the limit
        self._counted: dict[str, Counted] = {}
        self._places: dict[str, int] = {}  # among the steps, of payments that had too much
        self._refunded: dict[str, int] = {}  # of the whole payment

    def pay(self, payment: Payment) -> None:
        one = Counted(payment, _within(self._limit, payment.amount, self._taken))
        self._take(one.minor, payment.amount)
        self._counted[payment.ref] = one
        if one.minor < payment.amount.minor:
            self._places[payment.ref] = len(self.steps)
        self.steps.append(one)

    def give_back(self, refund: Payment, of_ref: str) -> None:
        of = self._counted.get(of_ref)
        if of is None or of.payment.amount.currency != refund.amount.currency:
            reason = "names no payment of its deal and currency, so it takes nothing back: correct refund_of"
            self._refuse(refund, reason, "refund_of", of_ref)
            return
        whole = of.payment.amount.minor
        before = self._refunded.get(of_ref, 0)
        after = min(before + refund.amount.minor, whole)
        if before + refund.amount.minor > whole:
            reason = "gives back more than its payment has left; what exceeds it takes nothing back: correct it"
            self._refuse(refund, reason, "amount", refund.amount.text())
        self._refunded[of_ref] = after
        excess = whole - of.minor
        back = GivenBack(refund, of, max(before - excess, 0), max(after - excess, 0))
        if back.after > back.before:
            self._take(back.before - back.after, refund.amount)
            self.steps.append(back)
            self._stand_in()

    def _stand_in(self) -> None:
        """Where there is room again, what was too much of payments, and was not given back, counts after all."""
        for ref, place in self._places.items():
            one = self._counted[ref]
            spare = one.payment.amount.minor - one.minor - self._refunded.get(ref, 0)
            if spare > 0:
                more = _within(self._limit, Money(spare, one.payment.amount.currency), self._taken)
                self._take(more, one.payment.amount)
                self.steps[place] = self._counted[ref] = one._replace(minor=one.minor + more)

    def _take(self, minor: int, amount: Money) -> None:
        if self._limit and self._limit.currency == amount.currency:
            self._taken += minor

    def _refuse(self, refund: Payment, reason: str, column: str, value: str) -> None:
        self.issues.append(Issue(RecordKind.PAYMENT, refund.ref, "OVER_REFUND", reason, column, value))


def _order(payment: Payment, paid: Mapping[str, Payment]) -> tuple[datetime, str, bool, str]:
    """Time and id; a refund never comes before its payment, whatever its date says."""
    of = paid.get(payment.refund_of) if payment.refund_of else None
    if of is None:
        return payment.paid_at, payment.ref, payment.refund_of is not None, payment.ref
    return max(payment.paid_at, of.paid_at), max(payment.ref, of.ref), True, payment.ref


def _within(limit: Money | None, paid: Money, taken: int) -> int:
    if limit is None or limit.currency != paid.currency:
        return paid.minor
    return min(paid.minor, max(limit.minor - taken, 0))
