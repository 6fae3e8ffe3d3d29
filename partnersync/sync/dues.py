"""What is due in the managed fields of records, kept for the plan; in the given transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.change import Values
from partnersync.domain.decided import DealStanding
from partnersync.domain.line import LineStatus
from partnersync.domain.value import Money, RecordKind
from partnersync.rules.program import Programme
from partnersync.store import casefile, decisions, fields, held, incidentbook, ledger
from partnersync.store.records import Row
from partnersync.sync import want
from partnersync.sync.progress import Progress
from partnersync.sync.unpaid import due_days

_INCIDENT = "INCIDENT"  # why lines are on hold while their deal has an open one


@dataclass(slots=True)
class Dues:
    """Looks at what was touched, and notes what its fields should hold."""

    tx: Tx
    as_of: datetime
    run: int
    programme: Programme
    progress: Progress
    balances: set[str] = field(default_factory=set)  # partners whose balance may have moved

    def deals(self) -> None:
        """The deals that were touched: decided, or with new lines or incidents."""
        for states in decisions.touched(self.tx):
            self._deals(states)

    def _deals(self, states: Sequence[DealStanding]) -> None:
        """What is due in the fields of deals that were decided, or whose lines moved."""
        lines: dict[str, list[want.StatedLine]] = defaultdict(list)
        for line, facts in ledger.by_deals(self.tx, [state.deal_ref for state in states]):
            lines[line.deal_ref].append((line, facts))
        incidents = incidentbook.open_kinds(self.tx, [state.deal_ref for state in states])
        reasons = {
            state.deal_ref: state.hold_reason or (_INCIDENT if state.deal_ref in incidents else "") for state in states
        }
        on_hold = {
            ref: reason
            for ref, reason in reasons.items()
            if any(facts.hold_reason != reason for _, facts in lines.get(ref, ()))
        }
        reversed_ids = [line_id for stated in lines.values() for line_id in want.fully_reversed(stated)]
        if on_hold or reversed_ids:
            ledger.set_hold(self.tx, on_hold)
            ledger.set_status(self.tx, reversed_ids, LineStatus.REVERSED)
            moved = {
                *on_hold,
                *(
                    line.deal_ref
                    for stated in lines.values()
                    for line, _ in stated
                    if line.line_id in set(reversed_ids)
                ),
            }
            for ref in moved:
                lines[ref] = []
            for line, facts in ledger.by_deals(self.tx, sorted(moved)):
                lines[line.deal_ref].append((line, facts))
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        looks: list[tuple[str, datetime]] = []
        for state in states:
            stated = lines.get(state.deal_ref, ())
            connection, _, record_id = state.deal_ref.partition("/")
            kinds = incidents.get(state.deal_ref, ())
            wanted[connection].append((record_id, want.deal_values(state, stated, self.as_of, kinds)))
            release = want.next_release(stated, self.as_of)
            if release:
                looks.append((state.case_id, release))
            self.balances.update(line.partner_id for line, _ in stated)
        for connection, items in wanted.items():
            self.put(connection, RecordKind.DEAL, items)
        self._put_owners(states)
        casefile.look_sooner(self.tx, looks)
        decisions.untouch(self.tx, [state.deal_ref for state in states])
        self.progress("look at fields", len(states))

    def _put_owners(self, states: Sequence[DealStanding]) -> None:
        """Who owns the protected deals, so that a change of it is noticed."""
        owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for state in states:
            if state.due_owner:
                connection, _, record_id = state.deal_ref.partition("/")
                owners[connection].append((record_id, state.owner))
        for connection, items in owners.items():
            fields.put_owner(self.tx, connection, items)

    def partners(self, places: Mapping[str, Row]) -> None:
        """What is due of every partner whose lines or standing moved; `places` are the partners' records."""
        due = sorted(self.balances & set(places))
        sums = ledger.balances(self.tx, due)
        days = due_days(self.tx, due, self.programme)
        wanted: dict[str, list[tuple[str, Values]]] = defaultdict(list)
        for partner_id in due:
            balance = want.sums(sums.get(partner_id) or [Money(0, self.programme.currency)])
            values = want.partner_values(balance, days.get(partner_id))
            place = places[partner_id]
            wanted[place.connection].append((place.record_id, values))
        for connection, items in wanted.items():
            self.put(connection, RecordKind.PARTNER, items)

    def put(self, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
        """Note what is due in these records; fields that were held while something else was due are let go."""
        fields.put_want(self.tx, connection, kind, items)
        held.release_moved(self.tx, connection, kind, items, self.run)
