"""The verdict on a registration: rows of policy.md 3, tried in order; the first that matches decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from partnersync.domain import trace
from partnersync.domain.registration import (
    Claim,
    Registration,
    RegistrationKind,
    RegistrationState,
    Verdict,
    VerdictCode,
)
from partnersync.rules.program import Program

# Columns that a checked number may be wrong in: such a fault is R2, any other unreadable cell R1.
_CHECKED_NUMBERS = frozenset({"client_inn", "client_kpp"})
_IDENTITY = ("client_inn", "client_domain", "client_phone", "client_email")
_SALE = ("client_inn", "products", "amount", "expected_close")
_MANDATORY: dict[RegistrationKind, tuple[str, ...]] = {
    RegistrationKind.SALE: _SALE,
    RegistrationKind.PROJECT: _SALE,
    RegistrationKind.RENEWAL: _SALE,
    RegistrationKind.EXPANSION: _SALE,
    RegistrationKind.TENDER: ("client_inn", "products", "amount", "tender_number"),
    RegistrationKind.MEETING: (),
    RegistrationKind.LEAD: (),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What a registration is judged by. `live` are claims of its client that protect at its submission."""

    claim: Registration
    live: Sequence[Claim]
    eligible: bool
    program: Program

    def verdict(self, state: RegistrationState, code: VerdictCode, row: str, **told: Any) -> Verdict:
        """A verdict by the machine: dated at the submission."""
        steps: list[trace.Step] = [("verdict", row, code.value)]
        if told.get("fields"):
            steps.append(("fields", *told["fields"]))
        if told.get("related_id"):
            steps.append(("related", told["related_id"]))
        at, version = self.claim.submitted_at, self.program.version
        return Verdict(state, code, at, version, trace=trace.encode(steps), **told)


Row = Callable[[Situation], Verdict | None]


def judge(claim: Registration, earlier: Sequence[Claim], eligible: bool, program: Program) -> Verdict:
    """The verdict on a claim; `earlier` are claims of the same client that were submitted before it, judged.

    `eligible` tells whether the partner is active and under contract (R3). R6, the same content again, is decided
    before this by comparing content.
    """
    live = [other for other in earlier if other.protection and other.protection.covers(claim.submitted_at)]
    situation = Situation(claim, live, eligible, program)
    found = (row(situation) for row in ROWS)
    return next(verdict for verdict in found if verdict)


def missing(claim: Registration) -> list[str]:
    """Mandatory columns that are empty, in the order of the file; of the identity columns one is enough."""
    bad = {column for column, _ in claim.faults}
    client = claim.client
    held: dict[str, object] = {
        "client_name": client.name,
        "client_inn": client.inn,
        "client_domain": client.domain,
        "client_phone": client.phones,
        "client_email": client.emails,
        "products": claim.products,
        "amount": claim.amount,
        "expected_close": claim.expected_close,
        "tender_number": claim.tender_number,
    }
    needed = ["client_name", *_MANDATORY[claim.kind]]
    empty = [column for column in needed if not held[column] and column not in bad]
    named = client.ogrn or any(held[column] or column in bad for column in _IDENTITY)
    if "client_inn" not in needed and not named:
        empty.append("client_inn")
    return empty


def _r1_data_missing(at: Situation) -> Verdict | None:
    empty = missing(at.claim)
    bad = [column for column, _ in at.claim.faults]
    if not empty and all(column in _CHECKED_NUMBERS for column in bad):
        return None
    fields = tuple(dict.fromkeys([*empty, *bad]))
    return at.verdict(RegistrationState.INVALID, VerdictCode.DATA_MISSING, "R1", fields=fields)


def _r2_inn_bad(at: Situation) -> Verdict | None:
    bad = tuple(column for column, _ in at.claim.faults)
    return at.verdict(RegistrationState.INVALID, VerdictCode.INN_BAD, "R2", fields=bad) if bad else None


def _r3_partner_not_eligible(at: Situation) -> Verdict | None:
    if at.eligible:
        return None
    return at.verdict(RegistrationState.REJECTED, VerdictCode.PARTNER_NOT_ELIGIBLE, "R3")


def _r5_own_duplicate(at: Situation) -> Verdict | None:
    own = next((other for other in at.live if _is_own(at, other) and _overlap(at, other)), None)
    if own is None:
        return None
    known = own.registration.registration_id
    return at.verdict(RegistrationState.RETURNED, VerdictCode.OWN_DUPLICATE, "R5", related_id=known)


def _r7_already_protected(at: Situation) -> Verdict | None:
    others = [other for other in at.live if not _is_own(at, other) and _overlap(at, other)]
    if not others:
        return None
    last = max(others, key=lambda other: (other.protection.until, other.registration.registration_id))  # type: ignore[union-attr]
    until = last.protection.until if last.protection else None
    known = last.registration.registration_id
    return at.verdict(RegistrationState.REJECTED, VerdictCode.ALREADY_PROTECTED, "R7", related_id=known, until=until)


def _r8_other_product(at: Situation) -> Verdict | None:
    other = next((other for other in at.live if not _is_own(at, other)), None)
    if other is None:
        return None
    known = other.registration.registration_id
    return at.verdict(RegistrationState.APPROVED, VerdictCode.OTHER_PRODUCT, "R8", related_id=known)


def _r23_ok(at: Situation) -> Verdict | None:
    return at.verdict(RegistrationState.APPROVED, VerdictCode.OK, "R23")


# Those that refuse, return or ask come first in policy.md's order; then those that only give an approval its code.
ROWS: tuple[Row, ...] = (
    _r1_data_missing,
    _r2_inn_bad,
    _r3_partner_not_eligible,
    _r5_own_duplicate,
    _r7_already_protected,
    _r8_other_product,
    _r23_ok,
)


def _is_own(at: Situation, other: Claim) -> bool:
    return other.registration.partner_id == at.claim.partner_id


def _overlap(at: Situation, other: Claim) -> bool:
    return at.claim.overlaps(other.registration.products)
