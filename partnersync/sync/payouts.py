"""Payouts in the flow: made of approved lines, approved, paid and returned by people; in the given transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import Connection as Tx

from partnersync.domain.line import Line, LineKind, LineStatus
from partnersync.domain.partner import PartnerStatus
from partnersync.domain.payout import BANK_RETURN, PAYOUT_MOVES, Payout, PayoutState
from partnersync.domain.value import Money
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.rules import clawback
from partnersync.rules.calendar import midnight
from partnersync.rules.gates import Gate
from partnersync.rules.payout_lines import Writer
from partnersync.rules.program import Programme
from partnersync.store import debts, decisions, journal, ledger, payees, payouts
from partnersync.sync import audit
from partnersync.sync.payees import load
from partnersync.sync.unpaid import Judge, Pile, judge, piles

_MENDS: dict[PayoutState, str] = {
    PayoutState.MADE: "Let a second person approve it: `partnersync payouts approve {id} --by USER`",
    PayoutState.APPROVED: "Once the bank has paid it: `partnersync payouts paid {id} --on DATE`",
    PayoutState.PAID: "If it came back: `partnersync payouts return {id} --by USER`",
    PayoutState.RETURNED: "Its lines are in the next payout: `partnersync payouts make`",
}


class Waiting(NamedTuple):
    """A sum that is approved and not paid out, and why."""

    pile: Pile
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Payouts:
    """What people do with payouts as of a moment. `master`: the connection whose partners count."""

    tx: Tx
    programme: Programme
    as_of: datetime
    now: datetime
    master: str | None = None

    @cached_property
    def judge(self) -> Judge:
        """The gates of this moment."""
        return judge(self.tx, load(self.tx, self.master), self.programme, self.as_of)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self.programme, self.as_of)

    def make(self, actor: str) -> tuple[list[Payout], list[Waiting]]:
        """A payout of every approved sum whose gates hold, less what clawbacks take of it; and the sums that wait."""
        made: list[Payout] = []
        waiting: list[Waiting] = []
        judge = self.judge
        for pile in piles(self.tx):
            if pile.payout_id:
                continue
            missing = judge.missing(pile)
            if missing:
                waiting.append(Waiting(pile, missing))
                continue
            payout = self._make(pile, actor)
            made.append(payout)
            judge = replace(judge, spent={**judge.spent, payout.payout_id: payout.amount})
        return made, waiting

    def _make(self, pile: Pile, actor: str) -> Payout:
        whole = pile.gross
        name = payouts.next_id(self.tx)
        made = Payout(
            name,
            pile.partner_id,
            pile.payee_id,
            pile.amount,
            PayoutState.MADE,
            self.as_of,
            actor,
            pile.pay_by(self.programme),
        )
        owing = [] if self._has_left(pile.partner_id) else debts.of_payee(self.tx, pile.payee_id, pile.currency)
        terms = self.judge.program.commission.clawback
        of_partner = [debt for debt in owing if debt.partner_id == pile.partner_id]
        taken = clawback.taken(of_partner, whole.minor, pile.clawed, terms)
        lines = [self._writer.clawback(debt, minor, made, whole, terms) for debt, minor in taken]
        made = replace(made, amount=Money(pile.amount.minor - sum(minor for _, minor in taken), pile.currency))
        self._book(lines)
        ids = [*(line.line_id for line in pile.lines), *(line.line_id for line in lines)]
        ledger.set_payout(self.tx, ids, name, LineStatus.IN_PAYOUT)
        self._keep(made, None, actor, [*(line.deal_ref for line in pile.lines), *(line.deal_ref for line in lines)])
        return made

    def approve(self, payout: Payout, actor: str) -> None:
        """A second person approves. PartnersyncError where he is the first, or a gate does not hold any more."""
        self._refuse(payout, PayoutState.APPROVED)
        approved = replace(payout, state=PayoutState.APPROVED, approved_at=self.as_of, approved_by=actor)
        missing = self.missing(approved)
        if missing == (Gate.FOUR_EYES,):
            text = f"{actor} made payout {payout.payout_id}, and whoever made it does not approve it"
            raise PartnersyncError(text, hint="Let another person approve it")
        if missing:
            text = f"payout {payout.payout_id} has to wait: {', '.join(missing)}"
            raise PartnersyncError(text, hint="Mend that, or `partnersync payouts return` gives its lines back")
        self._keep(approved, payout, actor, [])

    def missing(self, payout: Payout) -> tuple[str, ...]:
        """The codes of what a payout that is not paid yet still misses."""
        return self.judge.missing(self._pile(payout), payout)

    def paid(self, payout: Payout, on: date, actor: str) -> bool:
        """The bank has paid it on a day: what left is booked. False where that is known already.

        PartnersyncError: it was not approved by then, that day is still to come, or it was paid on another one.
        """
        if payout.state is PayoutState.PAID and payout.paid_on == on:
            return False
        self._refuse(payout, PayoutState.PAID)
        zone = self.programme.zone
        first = payout.approved_at.astimezone(zone).date() if payout.approved_at else on
        if not first <= on <= self.as_of.astimezone(zone).date():
            text = f"payout {payout.payout_id} was approved on {first}: it was not paid on {on}"
            raise PartnersyncError(text, hint="Write the day of the bank's statement, from the approval to today")
        pile = self._pile(payout)
        line = Writer(self.programme, midnight(on, zone)).paid(payout, on.isoformat())
        self._book([replace(line, booked_at=self.as_of)])
        ids = [one.line_id for one in pile.lines]
        ledger.set_payout(self.tx, [*ids, line.line_id], payout.payout_id, LineStatus.PAID)
        paid = replace(payout, state=PayoutState.PAID, paid_on=on)
        self._keep(paid, payout, actor, [one.deal_ref for one in pile.lines])
        return True

    def give_back(self, payout: Payout, actor: str, reason: str = BANK_RETURN) -> None:
        """It came back, or is not to be paid after all: its lines are approved again, and go into the next one."""
        self._refuse(payout, PayoutState.RETURNED)
        returned = replace(payout, state=PayoutState.RETURNED, reason=reason)
        stated = [(line, facts) for _, line, facts, *_ in ledger.rows(self.tx, payout_id=payout.payout_id)]
        left = [line for line, _ in stated if line.kind is LineKind.PAYOUT]
        lines = [line for line, _ in stated if line.kind is not LineKind.PAYOUT]
        back = [self._writer.returned(line, returned) for line in left]
        self._book(back)
        ended = [line.line_id for line in (*left, *back)]
        ledger.set_payout(self.tx, ended, payout.payout_id, LineStatus.REVERSED)
        ledger.set_payout(self.tx, [line.line_id for line in lines], "", LineStatus.APPROVED)
        self._keep(returned, payout, actor, [line.deal_ref for line in lines])

    def register(self) -> tuple[list[Payout], list[tuple[Payout, tuple[str, ...]]]]:
        """The approved payouts that may go to the bank now, and those that a gate keeps, with its codes."""
        ready: list[Payout] = []
        kept: list[tuple[Payout, tuple[str, ...]]] = []
        for payout in list(payouts.rows(self.tx, PayoutState.APPROVED)):
            missing = self.missing(payout)
            if missing:
                kept.append((payout, missing))
            else:
                ready.append(payout)
        return ready, kept

    def _pile(self, payout: Payout) -> Pile:
        return next(pile for pile in piles(self.tx, [payout.partner_id]) if pile.payout_id == payout.payout_id)

    def _has_left(self, partner_id: str) -> bool:
        partner = self.judge.payees.partners.get(partner_id)
        return partner is not None and partner.status is PartnerStatus.LEFT

    def _book(self, lines: Sequence[Line]) -> None:
        ledger.clear_stage(self.tx)
        ledger.stage(self.tx, lines)
        ledger.seal(self.tx)

    def _keep(self, one: Payout, before: Payout | None, actor: str, deal_refs: Sequence[str]) -> None:
        payouts.put(self.tx, [one])
        journal.append(self.tx, [audit.paid_out(one, before, actor, self.now)], 0)
        decisions.touch_deals(self.tx, sorted({ref for ref in deal_refs if ref}))
        payees.touch(self.tx, [one.partner_id])

    def _refuse(self, payout: Payout, state: PayoutState) -> None:
        if state not in PAYOUT_MOVES[payout.state]:
            text = f"payout {payout.payout_id} is {payout.state.value}: it cannot become {state.value}"
            raise PartnersyncError(text, hint=_MENDS[payout.state].format(id=payout.payout_id))


def find(tx: Tx, name: str) -> Payout:
    """A payout by its id; ConfigError where there is none."""
    found = payouts.by_id(tx, name)
    if found is None:
        raise ConfigError(f"no payout is known as {name}", hint="`partnersync payouts` lists them")
    return found
