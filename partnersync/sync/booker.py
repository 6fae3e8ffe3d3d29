"""Decisions → staged lines: what deals and buckets owe by now minus what is booked; in the given transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.earning import Earning
from partnersync.rules import clawback
from partnersync.rules.clawback import Known
from partnersync.rules.program import Programme
from partnersync.store import debts, decisions, earnings, ledger, payouts
from partnersync.sync.case import CaseDecision
from partnersync.sync.freezer import Freezer, Scope
from partnersync.sync.lines import NOTHING_PAID, Booking, bucket_lines, deal_lines, families


@dataclass(slots=True)
class Booker:
    """Stages the lines of one round of deciding."""

    tx: Tx
    programme: Programme
    as_of: datetime
    freezer: Freezer
    buckets: set[str] = field(default_factory=set)  # bands to price anew
    any_paid: bool = field(init=False)  # else no refund comes after a payout

    def __post_init__(self) -> None:
        self.any_paid = payouts.any_paid(self.tx) or debts.any_kept(self.tx)

    def book(self, decided: Sequence[CaseDecision]) -> None:
        """Stage the lines of events under flat rules; events in bands wait for the whole of their bucket."""
        deals = [deal for one in decided for deal in one.deals]
        here = [line for line, _ in ledger.by_deals(self.tx, [deal.state.deal_ref for deal in deals])]
        owed = {earning.event_id for deal in deals for earning in deal.earnings if earning.bucket is None}
        owed.update(line.event_id for line in here)
        booked = families([*here, *ledger.by_events(self.tx, sorted(owed))])
        flat = [earning for deal in deals for earning in deal.earnings if earning.bucket is None]
        booking = deal_lines(deals, booked, self.programme, self.as_of, self._known(flat))
        banded = [
            (one.case_id, earning)
            for one in decided
            for deal in one.deals
            for earning in deal.earnings
            if earning.bucket
        ]
        elsewhere = {(earning.event_id, earning.rule) for _, earning in banded}
        self._keep(booking._replace(lines=self.freezer.settle(booking.lines, booked, Scope(elsewhere, deals))))
        self.buckets |= earnings.replace(self.tx, [one.case_id for one in decided], banded)

    def price(self) -> None:
        """Price the buckets that moved, each whole, and stage the difference."""
        priced: set[str] = set()
        for bucket in sorted(self.buckets):
            if bucket in priced:
                continue
            names, events = earnings.together(self.tx, bucket)
            priced |= names
            booked = families(ledger.by_events(self.tx, [earning.event_id for earning in events]))
            booking = bucket_lines(events, booked, self.programme, self.as_of, self._known(events))
            here = {(earning.event_id, earning.rule) for earning in events}
            lines = self.freezer.settle(booking.lines, booked, Scope(here))
            self._keep(booking._replace(lines=lines))
            decisions.touch_deals(self.tx, sorted({line.deal_ref for line in lines}))

    def _known(self, earnings: Sequence[Earning]) -> Known:
        """What was paid out of what these refunds give back, and the debts that they are already."""
        if not self.any_paid:
            return NOTHING_PAID
        refunds = [earning for earning in earnings if earning.refund]
        paid = payouts.paid_days(self.tx, sorted(clawback.refunded(refunds)))
        kept = debts.of_events(self.tx, sorted({earning.event_id for earning in refunds}))
        return Known(paid, {(debt.event_id, debt.rule, debt.payee_id): debt for debt in kept})

    def _keep(self, booking: Booking) -> None:
        ledger.stage(self.tx, booking.lines)
        debts.put(self.tx, booking.debts)
