"""Canonical cells become domain values, or say everything that is wrong with them."""

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from partnersync.contract.columns import COLUMNS
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.partner import Partner, PartnerKind, PartnerStatus
from partnersync.domain.registration import Registration
from partnersync.domain.value import Money, RecordKind
from partnersync.sync import forms
from partnersync.sync.forms import Setting
from partnersync.sync.normalise import BadRecord, normalise

SETTING = Setting("main", frozenset({"main", "other"}), ZoneInfo("Europe/Moscow"), "RUB")
DEAL = {"deal_id": "17", "state": "won", "created_at": "2026-01-02"}
PAYMENT = {"payment_id": "5", "deal_id": "17", "paid_at": "2026-05-01T10:00", "amount": "122000"}
CLAIM = {"registration_id": "R1", "partner_id": "P1", "submitted_at": "2026-01-02", "client_name": "Acme"}


def test_a_deal_gets_programme_wide_ids_and_exact_money() -> None:
    cells = DEAL | {"client_id": "c1", "amount": "1 234,50", "products": "a|b", "client_inn": "7707083893"}
    deal, warnings = normalise(RecordKind.DEAL, cells, SETTING)
    assert isinstance(deal, Deal)
    assert (deal.ref, deal.client.client_id, deal.client.inn) == ("main/17", "main/c1", "7707083893")
    assert (deal.state, deal.amount, deal.products) == (DealState.WON, Money(123450, "RUB"), ("a", "b"))
    assert warnings == ()


def test_a_payment_may_belong_to_a_deal_of_another_connection() -> None:
    payment, _ = normalise(RecordKind.PAYMENT, PAYMENT | {"deal_id": "other/9", "vat_rate": "22"}, SETTING)
    assert isinstance(payment, Payment)
    assert (payment.ref, payment.deal_ref, payment.vat_rate) == ("main/5", "other/9", Fraction(11, 50))
    assert payment.paid_at == datetime(2026, 5, 1, 7, tzinfo=UTC)


def test_a_slash_in_an_id_is_no_connection_unless_one_is_named_so() -> None:
    payment, _ = normalise(RecordKind.PAYMENT, PAYMENT | {"deal_id": "2026/9"}, SETTING)
    assert isinstance(payment, Payment)
    assert payment.deal_ref == "main/2026/9"


def test_a_refund_is_a_magnitude() -> None:
    refund, _ = normalise(RecordKind.PAYMENT, PAYMENT | {"amount": "-500", "refund_of": "4"}, SETTING)
    assert isinstance(refund, Payment)
    assert (refund.amount, refund.refund_of) == (Money(50000, "RUB"), "main/4")


def test_a_partner_without_more_than_a_name_has_the_documented_defaults() -> None:
    partner, _ = normalise(RecordKind.PARTNER, {"partner_id": "P1", "name": "Acme"}, SETTING)
    assert isinstance(partner, Partner)
    assert (partner.status, partner.kind, partner.contract) == (PartnerStatus.ACTIVE, PartnerKind.REFERRAL, None)


@pytest.mark.parametrize(
    ("kind", "cells", "code", "named"),
    [
        pytest.param(RecordKind.DEAL, {"deal_id": "1"}, "MISSING", "state '' is empty", id="a required cell is empty"),
        pytest.param(
            RecordKind.DEAL, DEAL | {"state": "Won!"}, "STATE_UNKNOWN", "open, won, lost", id="a state nobody mapped"
        ),
        pytest.param(RecordKind.DEAL, DEAL | {"amount": "x"}, "BAD_VALUE", "amount 'x'", id="a bad amount"),
        pytest.param(RecordKind.DEAL, DEAL | {"closed_at": "soon"}, "BAD_VALUE", "closed_at 'soon'", id="a bad date"),
        pytest.param(RecordKind.DEAL, DEAL | {"currency": "ROUBLE"}, "BAD_VALUE", "ISO 4217", id="a bad currency"),
        pytest.param(
            RecordKind.DEAL, DEAL | {"amount": "1.005"}, "BAD_VALUE", "smallest unit", id="a part of a kopeck"
        ),
        pytest.param(
            RecordKind.DEAL, DEAL | {"amount": "-1"}, "BAD_VALUE", "what the client pays", id="a deal that takes money"
        ),
        pytest.param(
            RecordKind.PAYMENT, PAYMENT | {"amount": "-1"}, "BAD_VALUE", "refund_of", id="negative without refund"
        ),
        pytest.param(
            RecordKind.REGISTRATION, CLAIM | {"submitted_at": "?"}, "BAD_VALUE", "submitted_at", id="undatable claim"
        ),
    ],
)
def test_a_bad_record_names_code_and_cell(kind: RecordKind, cells: dict[str, str], code: str, named: str) -> None:
    with pytest.raises(BadRecord) as caught:
        normalise(kind, cells, SETTING)
    assert caught.value.code == code
    assert named in str(caught.value)


def test_every_bad_cell_is_named_at_once() -> None:
    with pytest.raises(BadRecord) as caught:
        normalise(RecordKind.DEAL, {"deal_id": "1", "state": "x", "amount": "y", "created_at": ""}, SETTING)
    assert {problem.column for problem in caught.value.problems} == {"state", "amount", "created_at"}


def test_a_bad_optional_identity_cell_is_read_as_empty_and_listed() -> None:
    deal, warnings = normalise(RecordKind.DEAL, DEAL | {"client_inn": "7707083894", "client_phone": "?"}, SETTING)
    assert isinstance(deal, Deal)
    assert (deal.client.inn, deal.client.phones) == (None, ())
    assert [warning.column for warning in warnings] == ["client_inn", "client_phone"]


def test_of_several_contacts_only_the_bad_ones_are_listed() -> None:
    contacts = {"client_phone": "8 495 1234567|?|+74951234567|+77021234567", "client_email": "A@acme.com|b@mail.ru|x"}
    deal, warnings = normalise(RecordKind.DEAL, DEAL | contacts, SETTING)
    assert isinstance(deal, Deal)
    assert deal.client.phones == ("+74951234567", "+77021234567")
    assert deal.client.emails == ("a@acme.com", "b@mail.ru")
    assert deal.client.email_domains == ("acme.com", "mail.ru")
    assert [(warning.column, warning.value) for warning in warnings] == [("client_email", "x"), ("client_phone", "?")]


def test_a_registry_number_may_stand_in_place_of_a_tax_number() -> None:
    deal, warnings = normalise(RecordKind.DEAL, DEAL | {"client_inn": "1.027700132195E12"}, SETTING)
    assert isinstance(deal, Deal)
    assert (deal.client.inn, deal.client.ogrn, warnings) == (None, "1027700132195", ())


def test_an_unknown_word_among_a_registrations_evidence_is_a_fault() -> None:
    claim, _ = normalise(RecordKind.REGISTRATION, CLAIM | {"evidence": "Client_Choice|promo"}, SETTING)
    assert isinstance(claim, Registration)
    assert (claim.evidence, claim.faults) == (("client_choice", "promo"), ())
    claim, _ = normalise(RecordKind.REGISTRATION, CLAIM | {"evidence": "clientchoice|promo"}, SETTING)
    assert isinstance(claim, Registration)
    assert (claim.evidence, claim.faults) == (("promo",), (("evidence", "clientchoice"),))


def test_a_registration_keeps_its_faults_for_the_verdict() -> None:
    claim, warnings = normalise(RecordKind.REGISTRATION, CLAIM | {"client_inn": "123", "amount": "x"}, SETTING)
    assert isinstance(claim, Registration)
    assert claim.faults == (("amount", "x"), ("client_inn", "123"))
    assert warnings == ()


def test_columns_that_are_not_ours_are_ignored() -> None:
    deal, _ = normalise(RecordKind.DEAL, DEAL | {"colour": "blue", "required": "yes"}, SETTING)
    assert isinstance(deal, Deal)


@pytest.mark.parametrize("kind", RecordKind, ids=str)
def test_every_canonical_column_is_read(kind: RecordKind) -> None:
    cells: type[forms.Cells] = getattr(forms, f"{kind.value.title()}Cells")
    assert set(cells.model_fields) == set(COLUMNS[kind])
