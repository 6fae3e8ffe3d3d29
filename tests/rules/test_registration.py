"""The verdict table: each row with a near miss, and the order of rows."""

from datetime import date
from typing import Any

import pytest

from partnersync.domain.client import ClientKeys
from partnersync.domain.registration import REGISTRATION_MOVES, RegistrationKind, RegistrationState, VerdictCode
from partnersync.rules.registration import ROWS, judge

S = RegistrationState
C = VerdictCode
NAMED = ClientKeys(name="Acme", domain="acme.com")


def _brief(verdict: Any) -> tuple[S, C]:
    return verdict.state, verdict.code


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        pytest.param({"client": ClientKeys(domain="acme.com")}, ("client_name",), id="no name"),
        pytest.param({"client": ClientKeys(name="Acme")}, ("client_inn",), id="no key at all"),
        pytest.param({"client": ClientKeys(name="Acme", phones=("+7495",))}, (), id="a phone is enough for a lead"),
        pytest.param({"client": ClientKeys(name="Acme", ogrn="1027700132195")}, (), id="a registry number is"),
        pytest.param({"client": ClientKeys(name="Acme", emails=("a@b.c",))}, (), id="so is an e-mail"),
        pytest.param(
            {"kind": RegistrationKind.SALE, "client": NAMED, "products": ("a",)},
            ("client_inn",),
            id="a sale needs the INN",
        ),
        pytest.param(
            {"kind": RegistrationKind.SALE, "amount": None, "expected_close": None},
            ("products", "amount", "expected_close"),
            id="everything missing is named at once",
        ),
        pytest.param(
            {"kind": RegistrationKind.TENDER, "products": ("a",), "tender_number": None},
            ("tender_number",),
            id="a tender",
        ),
        pytest.param({"kind": RegistrationKind.MEETING, "amount": None}, (), id="a meeting needs no amount"),
        pytest.param({"faults": (("amount", "x"),)}, ("amount",), id="an unreadable cell"),
        pytest.param(
            {"client": NAMED, "faults": (("amount", "x"), ("client_inn", "1"))},
            ("amount", "client_inn"),
            id="missing and bad ones in one verdict",
        ),
    ],
)
def test_r1_mandatory_data(told: dict[str, Any], fields: tuple[str, ...], registration: Any, program: Any) -> None:
    verdict = judge(registration(**told), [], True, program)
    assert verdict.fields == fields
    assert _brief(verdict) == ((S.INVALID, C.DATA_MISSING) if fields else (S.APPROVED, C.OK))


def test_r2_a_number_that_fails_its_check(registration: Any, program: Any) -> None:
    verdict = judge(registration(client=NAMED, faults=(("client_inn", "1"),)), [], True, program)
    assert (_brief(verdict), verdict.fields) == ((S.INVALID, C.INN_BAD), ("client_inn",))


def test_r3_a_partner_who_may_not(registration: Any, program: Any) -> None:
    assert _brief(judge(registration(), [], False, program)) == (S.REJECTED, C.PARTNER_NOT_ELIGIBLE)


@pytest.mark.parametrize(
    ("own", "told", "expected", "related", "until"),
    [
        pytest.param(True, {}, (S.RETURNED, C.OWN_DUPLICATE), "R1", None, id="R5 his own is live"),
        pytest.param(True, {"products": ("b",)}, (S.APPROVED, C.OK), None, None, id="R5 another product of his own"),
        pytest.param(True, {"submitted": "2026-03-17"}, (S.APPROVED, C.OK), None, None, id="R5 his own has ended"),
        pytest.param(
            False, {}, (S.REJECTED, C.ALREADY_PROTECTED), "R1", date(2026, 3, 16), id="R7 another partner's is live"
        ),
        pytest.param(
            False,
            {"products": ()},
            (S.REJECTED, C.ALREADY_PROTECTED),
            "R1",
            date(2026, 3, 16),
            id="R7 no products are all",
        ),
        pytest.param(
            False,
            {"submitted": "2026-03-16T23:59"},
            (S.REJECTED, C.ALREADY_PROTECTED),
            "R1",
            date(2026, 3, 16),
            id="R7 on its last day",
        ),
        pytest.param(False, {"submitted": "2026-03-17"}, (S.APPROVED, C.OK), None, None, id="R7 the day after: R23"),
        pytest.param(
            False, {"products": ("b",)}, (S.APPROVED, C.OTHER_PRODUCT), "R1", None, id="R8 no product in common"
        ),
    ],
)
def test_rows_about_live_claims(
    own: bool,
    told: dict[str, Any],
    expected: tuple[S, C],
    related: str | None,
    until: date | None,
    registration: Any,
    granted: Any,
    program: Any,
) -> None:
    earlier = granted(registration(products=("a",)))
    partner = "P1" if own else "P2"
    claim = registration("R2", **({"submitted": "2026-01-20", "products": ("a",), "partner_id": partner} | told))
    verdict = judge(claim, [earlier], True, program)
    assert (_brief(verdict), verdict.related_id, verdict.until) == (expected, related, until)


def test_rows_are_tried_in_the_programmes_order(registration: Any, granted: Any, program: Any) -> None:
    earlier = granted(registration())
    worst = registration("R2", "2026-01-20", partner_id="P2", client=ClientKeys(), faults=(("client_inn", "1"),))
    assert judge(worst, [earlier], False, program).code is C.DATA_MISSING
    better = registration("R2", "2026-01-20", partner_id="P2", client=NAMED, faults=(("client_inn", "1"),))
    assert judge(better, [earlier], False, program).code is C.INN_BAD
    good = registration("R2", "2026-01-20", partner_id="P2")
    assert judge(good, [earlier], False, program).code is C.PARTNER_NOT_ELIGIBLE
    assert judge(good, [earlier], True, program).code is C.ALREADY_PROTECTED
    assert [row.__name__.split("_")[1] for row in ROWS] == ["r1", "r2", "r3", "r5", "r7", "r8", "r23"]


def test_a_verdict_is_dated_at_the_submission_and_names_its_row(registration: Any, program: Any) -> None:
    verdict = judge(registration(), [], True, program)
    assert (verdict.at, verdict.program_version) == (registration().submitted_at, "2026-01-01")
    assert verdict.trace == "verdict:R23:OK"


def test_every_state_has_its_moves() -> None:
    assert set(REGISTRATION_MOVES) == set(S)
    assert REGISTRATION_MOVES[S.INVALID] == {S.SUBMITTED}
    assert S.ACTIVE in REGISTRATION_MOVES[S.APPROVED]
    assert REGISTRATION_MOVES[S.REJECTED] == frozenset()
