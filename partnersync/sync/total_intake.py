"""Deals whose system tells what was paid in all, on their way into the store: their payments beside them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Raw
from partnersync.domain.deal import Payment
from partnersync.domain.value import RecordKind
from partnersync.store import codec, records, runs
from partnersync.sync import paid_totals
from partnersync.sync.forms import Problem, Setting
from partnersync.sync.intake import Intake

_HASH = "total"  # of payments that nothing pulls, so that they are never compared with what was


def take(tx: Tx, deals: Sequence[Raw], setting: Setting, run: int, now: datetime) -> list[tuple[Raw, Problem]]:
    """Make payments of what these deals' totals rose and fell since they were seen last; totals that are no sums."""
    telling = [raw for raw in deals if raw.paid and raw.cells is not None and not raw.deleted]
    if not telling:
        return []
    known = _known(tx, setting, [raw.record_id for raw in telling])
    intake = Intake(setting, RecordKind.PAYMENT, run, runs.next_booking(tx))
    found: list[tuple[Raw, Problem]] = []
    for raw in telling:
        made, problems = paid_totals.payments(raw, known[raw.record_id], setting, now)
        found += [(raw, problem) for problem in problems]
        for one in made:
            intake.add(one, _HASH, None)
    intake.keep(tx)
    return found


def carry(tx: Tx, deals: Sequence[Raw], setting: Setting, run: int) -> None:
    """Know what was paid for merged deals, where the ones that they live on in take over their totals.

    A CRM fills what the one that lives on has not. What it shows then was earned already: it is a payment of the merged
    deal still, which earns no more, under an id of the other, from which that one's total goes on.
    """
    into = {raw.record_id: raw.merged_into for raw in deals if raw.merged_into and raw.merged_into != raw.record_id}
    if not into:
        return
    known = _known(tx, setting, [*into, *into.values()])
    intake = Intake(setting, RecordKind.PAYMENT, run, runs.next_booking(tx))
    for gone, survivor in sorted(into.items(), key=lambda pair: paid_totals.left(known[pair[0]]), reverse=True):
        if not known[survivor] and (one := paid_totals.carried(gone, survivor, known[gone])):
            intake.add(one, _HASH, None)
            known[survivor] = known[gone]
    intake.keep(tx)


def _known(tx: Tx, setting: Setting, deal_ids: Sequence[str]) -> dict[str, list[Payment]]:
    """The payments that were made of these deals' totals, by deal; what one took over is another deal's payment."""
    of_deals = records.payments_of(tx, [setting.ref(one) for one in deal_ids], paid_totals.MADE)
    first = records.by_ids(tx, setting.connection, RecordKind.PAYMENT, [paid_totals.first_id(one) for one in deal_ids])
    known: dict[str, list[Payment]] = defaultdict(list)
    for record_id, row in ({row.record_id: row for row in of_deals} | first).items():
        known[paid_totals.deal_of(record_id)].append(codec.load(Payment, row.body or ""))
    return known
