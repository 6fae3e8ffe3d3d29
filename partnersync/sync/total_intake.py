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
    known: dict[str, list[Payment]] = defaultdict(list)
    for row in records.payments_of(tx, [setting.ref(raw.record_id) for raw in telling], paid_totals.MADE):
        known[row.deal_ref or ""].append(codec.load(Payment, row.body or ""))
    intake = Intake(setting, RecordKind.PAYMENT, run, runs.next_booking(tx))
    found: list[tuple[Raw, Problem]] = []
    for raw in telling:
        made, problems = paid_totals.payments(raw, known[setting.ref(raw.record_id)], setting, now)
        found += [(raw, problem) for problem in problems]
        for one in made:
            intake.add(one, _HASH, None)
    intake.keep(tx)
    return found
