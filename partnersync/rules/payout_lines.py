"""The lines that come with payouts and proposals: what was paid, what a clawback takes, what people book."""

from dataclasses import dataclass
from datetime import datetime

from partnersync.domain.line import Line, LineKind
from partnersync.domain.payout import Debt, Payout
from partnersync.domain.proposal import Proposal
from partnersync.domain.trace import Step, decode, encode
from partnersync.domain.value import Money, round_half_up
from partnersync.rules.base import percent
from partnersync.rules.program import Programme
from partnersync.rules.program_tables import Clawback

# Every step that the traces of these lines are made of, with its arguments.
STEPS: dict[str, tuple[str, ...]] = {
    "part_of_it": ("share", "amount"),  # of what the refunded payment had earned: what the refund takes back
    "clawback": ("number", "owed", "left", "payout", "whole"),  # part of a debt; what the payout is before it
    "clawback_limits": ("parts", "equal", "share"),  # the parts that are left of it, and what an equal one would be
    "paid_out": ("payout", "day"),
    "returned": ("payout", "why"),
    "proposed": ("actor", "kind", "why", "evidence"),
    "granted": ("actor",),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes such lines at one moment, which is their time: the month in which the money moves is theirs."""

    programme: Programme
    at: datetime

    def clawback(self, debt: Debt, minor: int, payout: Payout, whole: Money, terms: Clawback) -> Line:
        """The next part of a debt, taken by these terms from a payout that is `whole` before it."""
        left = Money(debt.left, debt.owed.currency)
        parts = terms.parts - debt.parts
        equal = Money(round_half_up(debt.left, parts), left.currency)
        told = (str(debt.parts + 1), debt.owed.text(), left.text(), payout.payout_id, whole.text())
        return self._line(
            (debt.partner_id, debt.payee_id, debt.deal_ref, debt.client_id),
            (debt.event_id, debt.rule, LineKind.CLAWBACK, debt.parts + 1),
            Money(-minor, debt.owed.currency),
            [
                *decode(debt.trace),
                ("clawback", *told),
                ("clawback_limits", str(parts), equal.text(), percent(terms.max_share_of_payout)),
            ],
            reverses=debt.reverses,
            version=debt.program_version,
        )

    def paid(self, payout: Payout, day: str) -> Line:
        """What left, so that the balance is what is still owed."""
        owner = (payout.partner_id, payout.payee_id, "", "")
        key = (payout.payout_id, LineKind.PAYOUT.value, LineKind.PAYOUT, 1)
        return self._line(owner, key, -payout.amount, [("paid_out", payout.payout_id, day)])

    def returned(self, before: Line, payout: Payout) -> Line:
        """What came back of a payout whose line is `before`."""
        owner = (payout.partner_id, payout.payee_id, "", "")
        key = (payout.payout_id, before.rule, LineKind.PAYOUT, before.part + 1)
        step = ("returned", payout.payout_id, payout.reason)
        return self._line(owner, key, -before.amount, [step], reverses=before.line_id, reason=payout.reason)

    def proposed(self, one: Proposal, actor: str, client_id: str) -> Line:
        """What was proposed, once a second person approved it."""
        told = (("proposed", one.made_by, one.kind.value, one.reason, one.evidence), ("granted", actor))
        owner = (one.partner_id, one.payee_id, one.deal_ref, client_id)
        return self._line(owner, (one.proposal_id, one.kind.value, one.kind, 1), one.amount, told)

    def _line(
        self,
        owner: tuple[str, str, str, str],
        key: tuple[str, str, LineKind, int],
        amount: Money,
        steps: "list[Step] | tuple[Step, ...]",
        *,
        reverses: str = "",
        reason: str = "",
        version: str = "",
    ) -> Line:
        (partner_id, payee_id, deal_ref, client_id), (event_id, rule, kind, part) = owner, key
        program = self.programme.at(self.at) or self.programme.versions[0]
        local = self.at.astimezone(self.programme.zone)
        return Line(
            partner_id=partner_id,
            payee_id=payee_id,
            deal_ref=deal_ref,
            client_id=client_id,
            event_id=event_id,
            event_time=self.at,
            booked_at=self.at,
            program_version=version or program.version,
            rule=rule,
            base_items="",
            base=Money(0, amount.currency),
            rate="",
            amount=amount,
            kind=kind,
            part=part,
            period=f"{local.year}-{local.month:02d}",
            reverses=reverses,
            reason=reason,
            trace=encode(steps),
        )
