"""What is stored comes back equal, and moments sort as text."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.activity import Activity, ActivityKind, User
from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.document import Document, Rate
from partnersync.domain.earning import Earning, Refund
from partnersync.domain.partner import Contract, ContractKind, Partner, TaxStatus
from partnersync.domain.registration import Protection, Registration, RegistrationState, Verdict, VerdictCode
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import PartnersyncError
from partnersync.store import codec

AT = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 1, 7, 0, 0, 5, tzinfo=UTC)
CLIENT = ClientKeys("main/c1", "ООО «Ромашка»", "7707083893", domain="romashka.ru", phones=("+74951234567",))
EVIDENCE = Evidence("P1", Source.PROMO, AT)

VALUES = [
    Partner(
        "P1",
        "North",
        "7707083893",
        promo_codes=("A", "Б"),
        contract=Contract("7", ContractKind.AGENCY, date(2026, 1, 1)),
    ),
    Partner("P2", "South", tax_status=TaxStatus.NPD, stop_listed=True, updated_at=AT),
    Deal(
        "main/1", CLIENT, DealState.WON, AT, "RUB", roles=(("P1", "sourced"),), products=("licence",), closed_at=LATER
    ),
    Payment(
        "main/p1", "main/1", AT, Money(10**15 + 1, "RUB"), Fraction(1, 3), quantity=Fraction(10**30, 7), product="a"
    ),
    Registration("R1", "P1", CLIENT, AT, products=("a", "b"), amount=Money(-5, "JPY"), faults=(("client_inn", "=1"),)),
    Activity("main/a1", AT, ActivityKind.CALL, two_way=True),
    User("main/u1", "Анна", active=False),
    Document("P1", "2026-05", "act", date(2026, 6, 1)),
    Rate(date(2026, 1, 1), "USD", Decimal("91.1234567890123456789"), "cb"),
    Verdict(
        RegistrationState.REJECTED,
        VerdictCode.ALREADY_PROTECTED,
        AT,
        "2026-01-01",
        "R0",
        date(2026, 4, 15),
        ("a",),
        "t:1",
    ),
    Protection(RegistrationState.ACTIVE, AT, LATER, date(2026, 8, 1), deal_ref="main/1"),
    Attribution(EVIDENCE, (EVIDENCE, Evidence("P2", Source.TYPED, LATER, "R1")), "promo:P1"),
    Earning(
        "main/p1", AT, "main/1", "c", "P1", "P1", "v", "r", Money(1, "RUB"), "i", Fraction(1, 8), bucket="P1|r|v|2026Q1"
    ),
    Earning(
        "main/p2", AT, "main/1", "c", "P1", "P1", "v", "r", Money(1, "RUB"), "i", refund=Refund("main/p1", 0, 5, 9)
    ),
]


@pytest.mark.parametrize(
    "value", [pytest.param(value, id=f"{type(value).__name__} {n}") for n, value in enumerate(VALUES)]
)
def test_a_value_comes_back_equal(value: object) -> None:
    back = codec.load(type(value), codec.dump(value))
    assert back == value
    assert repr(back).replace("TzInfo(0)", "datetime.timezone.utc") == repr(value)


def test_what_holds_its_default_takes_no_room() -> None:
    assert codec.dump(User("main/u1", "Анна")) == '{"ref":"main/u1","name":"Анна"}'


def test_every_kind_of_record_has_a_type() -> None:
    assert set(codec.RECORD_TYPES) == set(RecordKind)


def test_a_damaged_value_is_an_error_with_a_mend_that_shows_no_content() -> None:
    with pytest.raises(PartnersyncError) as error:
        codec.load(User, '{"ref":"main/u1","email":"anna@example.com')
    assert error.value.hint
    assert "anna" not in str(error.value)


def test_a_fingerprint_has_32_hex_digits_and_depends_on_the_text() -> None:
    assert codec.fingerprint("a") != codec.fingerprint("b")
    assert len(codec.fingerprint("Я")) == 32


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(timedelta(hours=-11, minutes=-30))])
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES) | st.builds(  # noqa: DTZ001
    lambda second, part: AT + timedelta(seconds=second, microseconds=part),
    st.integers(0, 2),
    st.sampled_from([0, 1, 5, 10, 100_000, 999_999]),
)


@given(MOMENTS, MOMENTS)
def test_moments_come_back_and_sort_as_text(one: datetime, other: datetime) -> None:
    assert codec.moment(codec.moment_text(one)) == one
    assert (codec.moment_text(one) < codec.moment_text(other)) == (one < other)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        codec.moment_text(datetime(2026, 5, 1))  # noqa: DTZ001
