"""Builders that the rules' tests share."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.registration import (
    Claim,
    Registration,
    RegistrationKind,
    RegistrationState,
    Verdict,
    VerdictCode,
)
from partnersync.domain.value import Money
from partnersync.rules.program import Program, read_program
from partnersync.rules.protection import protect

MOSCOW = ZoneInfo("Europe/Moscow")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """A moment in Moscow."""
    return _at


@pytest.fixture
def program() -> Program:
    """All defaults."""
    return read_program({"effective_from": date(2026, 1, 1)})


@pytest.fixture
def deal() -> Callable[..., Deal]:
    """A deal with what the test names."""

    def make(ref: str = "crm/1", created: str = "2026-02-01", **told: Any) -> Deal:
        closed = told.pop("closed", None)
        state = told.pop("state", DealState.OPEN)
        client = told.pop("client", ClientKeys(client_id="crm/c1"))
        return Deal(ref, client, state, _at(created), "RUB", closed_at=_at(closed) if closed else None, **told)

    return make


@pytest.fixture
def registration() -> Callable[..., Registration]:
    """A complete registration of kind lead; the test names what differs."""

    def make(registration_id: str = "R1", submitted: str = "2026-01-15T12:00", **told: Any) -> Registration:
        values: dict[str, Any] = {
            "partner_id": "P1",
            "client": ClientKeys(name="Acme", inn="7707083893", domain="acme.com"),
            "kind": RegistrationKind.LEAD,
            "amount": Money(100, "RUB"),
            "expected_close": date(2026, 6, 1),
            "tender_number": "T1",
        }
        return Registration(registration_id, submitted_at=_at(submitted), **(values | told))

    return make


@pytest.fixture
def granted(program: Program) -> Callable[..., Claim]:
    """A registration approved at its submission, with its protection as of a moment."""

    def make(claim: Registration, *deals: Deal, as_of: str = "2026-01-16") -> Claim:
        verdict = Verdict(RegistrationState.APPROVED, VerdictCode.OK, claim.submitted_at, program.version)
        return Claim(claim, verdict, protect(claim, verdict, deals, _at(as_of), program))

    return make
