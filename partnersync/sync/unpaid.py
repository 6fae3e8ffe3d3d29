"""What is approved and not paid yet, by payee: sums, days by which they are to be paid, and what they still miss."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection as Tx

from partnersync.domain.line import LineKind
from partnersync.domain.payout import Payout, PayoutState
from partnersync.domain.statement import Statement
from partnersync.domain.value import Money
from partnersync.rules import gates, statements
from partnersync.rules.gates import Sum
from partnersync.rules.program import Program, Programme
from partnersync.store import payouts
from partnersync.store import statements as kept
from partnersync.store.payouts import Unpaid
from partnersync.sync.payees import Payees


@dataclass(frozen=True, slots=True)
class Pile:
    """The approved lines of one payee and currency that stand in one payout, or in none.

    What a line takes back that is not approved yet waits for it, in a pile of its own.
    """

    partner_id: str
    payee_id: str
    currency: str
    payout_id: str
    lines: tuple[Unpaid, ...]
    statements: tuple[Statement, ...]

    @property
    def gross(self) -> Money:
        """The sum before clawbacks: what the minimum and the share of a clawback are measured by."""
        return Money(sum(line.amount.minor for line in self.lines if not _is_clawback(line)), self.currency)

    @property
    def clawed(self) -> int:
        """What clawbacks take of it already, as a magnitude in minor units."""
        return -sum(line.amount.minor for line in self.lines if _is_clawback(line))

    @property
    def amount(self) -> Money:
        """What is left to be paid."""
        return Money(self.gross.minor - self.clawed, self.currency)

    def oldest(self, programme: Programme) -> tuple[date, Statement] | None:
        """The statement that is to be paid first, and the last day of it; None while all is below the minimum.

        What is carried forward is due with the statement that brings it to the minimum.
        """
        due = [(statements.pay_by(one.approved_at, programme), one) for one in self.statements if one.approved_at]
        minor = 0
        for day, one in sorted(due, key=lambda pair: (pair[0], pair[1].statement_id)):
            minor += sum(line.amount.minor for line in self.lines if line.statement_id == one.statement_id)
            least = statements.in_force(programme, one.approved_at or one.closed_at).payout.minimum
            if minor > 0 and (least.currency != self.currency or minor >= least.minor):
                return day, one
        return None

    def pay_by(self, programme: Programme) -> date | None:
        """The last day on which all of it is paid in time; None while it is carried forward."""
        oldest = self.oldest(programme)
        return oldest[0] if oldest else None

    def due(self, payout: Payout | None = None, budget_left: Money | None = None) -> Sum:
        """As the gates see it."""
        return Sum(
            self.gross if self.amount.minor > 0 else self.amount,
            frozenset(one.period for one in self.statements),
            on_hold=any(line.held or line.reversing for line in self.lines),
            budget_left=budget_left,
            made=payout is not None,
            maker=payout.made_by if payout else "",
            approver=payout.approved_by if payout else "",
        )


def piles(tx: Tx, partner_ids: Sequence[str] | None = None) -> list[Pile]:
    """Everything that is approved and not paid, of these partners or of all, in the order of partner and payee."""
    lines = list(payouts.unpaid(tx, partner_ids))
    known = kept.by_ids(tx, sorted({line.statement_id for line in lines if line.statement_id}))
    return [
        _pile(*key, tuple(same), known)
        for owner, of_owner in groupby(lines, key=lambda line: (line.partner_id, line.payee_id, line.amount.currency))
        for key, same in _by_payout(owner, of_owner)
    ]


def _by_payout(
    owner: tuple[str, str, str], lines: Iterable[Unpaid]
) -> Iterable[tuple[tuple[str, str, str, str], list[Unpaid]]]:
    found: dict[tuple[str, bool], list[Unpaid]] = {}
    for line in lines:
        found.setdefault((line.payout_id, line.reversing and not line.payout_id), []).append(line)
    return [((*owner, key[0]), found[key]) for key in sorted(found)]


def _pile(
    partner_id: str,
    payee_id: str,
    currency: str,
    payout_id: str,
    lines: tuple[Unpaid, ...],
    known: Mapping[str, Statement],
) -> Pile:
    ids = sorted({line.statement_id for line in lines} & set(known))
    return Pile(partner_id, payee_id, currency, payout_id, lines, tuple(known[name] for name in ids))


def due_days(tx: Tx, partner_ids: Sequence[str], programme: Programme) -> dict[str, date]:
    """The last day on which each partner's oldest approved sum is paid in time; who is owed nothing has none."""
    days: dict[str, date] = {}
    sums: dict[tuple[str, str, str], list[Pile]] = {}
    for pile in piles(tx, partner_ids):
        sums.setdefault((pile.partner_id, pile.payee_id, pile.currency), []).append(pile)
    for (partner_id, *_), same in sums.items():
        if sum(pile.amount.minor for pile in same) > 0:
            found = [day for pile in same if (day := pile.pay_by(programme))]
            days[partner_id] = min([*found, days.get(partner_id, date.max)])
    return {partner_id: day for partner_id, day in days.items() if day != date.max}


@dataclass(frozen=True, slots=True)
class Judge:
    """Asks the gates about piles, as of a day under a version of the program."""

    payees: Payees
    program: Program
    day: date
    spent: Mapping[str, Money]  # of the budget of the month, by payout

    def missing(self, pile: Pile, payout: Payout | None = None) -> tuple[str, ...]:
        """The codes of what a pile still misses."""
        due = pile.due(payout, self.budget_left(pile))
        return gates.missing(self.payees.payee(pile.partner_id, pile.payee_id), due, self.program, self.day)

    def budget_left(self, pile: Pile) -> Money | None:
        """What the month's budget leaves to this pile; None where there is no budget in its currency."""
        budget = self.program.payout.period_budget
        if budget is None or budget.currency != pile.currency:
            return None
        spent = sum(one.minor for name, one in self.spent.items() if name != pile.payout_id)
        return Money(budget.minor - spent, budget.currency)


def judge(tx: Tx, payees: Payees, programme: Programme, as_of: datetime) -> Judge:
    """The gates as of a moment."""
    program = statements.in_force(programme, as_of)
    local = as_of.astimezone(programme.zone)
    budget, spent = program.payout.period_budget, {}
    if budget is not None:
        for one in payouts.rows(tx):
            made = one.made_at.astimezone(programme.zone)
            same = (made.year, made.month) == (local.year, local.month) and one.amount.currency == budget.currency
            if same and one.state is not PayoutState.RETURNED:
                spent[one.payout_id] = one.amount
    return Judge(payees, program, local.date(), spent)


def _is_clawback(line: Unpaid) -> bool:
    return line.kind is LineKind.CLAWBACK
