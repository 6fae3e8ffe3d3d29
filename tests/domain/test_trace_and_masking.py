"""A trace comes back as it was written; contacts do not come out at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain import trace
from partnersync.domain.masking import masked

STEPS = st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3).map(tuple).filter(lambda step: step != ("",)))


@given(STEPS.map(tuple))
def test_a_trace_comes_back(steps: tuple[tuple[str, ...], ...]) -> None:
    assert trace.decode(trace.encode(steps)) == steps


def test_a_trace_is_readable() -> None:
    assert trace.encode([("rule", "licence", "50%"), ("hold", "2026-05-15")]) == "rule:licence:50%25|hold:2026-05-15"


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        pytest.param("write to ivan@example.com", "title", "write to ***", id="an e-mail in any text"),
        pytest.param("call +7 (495) 123-45-67 now", "", "call *** now", id="a phone in any text"),
        pytest.param("8 495 123 45 67", "", "***", id="a phone in groups"),
        pytest.param("anything", "client_phone", "***", id="a contact column as a whole"),
        pytest.param("7707083893", "client_inn", "7707083893", id="an INN has to be shown to be mended"),
        pytest.param("1027700132195", "", "1027700132195", id="plain digits are no phone"),
        pytest.param("12345.67", "amount", "12345.67", id="a sum"),
        pytest.param("8(900)1112233", "", "***", id="a code in brackets"),
        pytest.param("(495) 123-45-67", "", "***", id="a city number"),
        pytest.param("тел.89001112233", "", "тел.***", id="eleven digits of a mobile"),
        pytest.param("900-111-22-33", "", "***", id="ten digits in groups"),
        pytest.param("+7.900.111.22.33, 8.900.111.22.33", "", "***, ***", id="groups with dots"),
        pytest.param("+7 900 111\u201122\u201333", "", "***", id="other dashes and spaces"),
        pytest.param("a=anna@x.ru&b user%40x.ru", "", "a=*** ***", id="e-mails in an address"),
        pytest.param("postgresql://me:word@host/db", "", "***", id="an address with a user looks like one"),
        pytest.param("40702810900000012345 044525225", "", "40702810900000012345 044525225", id="bank details"),
        pytest.param("2026-03-01T10:00:00+03:00", "", "2026-03-01T10:00:00+03:00", id="a time"),
        pytest.param("2026-03-01 2026-03-02 12:00:00", "", "2026-03-01 2026-03-02 12:00:00", id="days and a time"),
        pytest.param("1 000 000 000.00 RUB", "amount", "1 000 000 000.00 RUB", id="a large sum"),
        pytest.param("main/8801234567890123", "", "main/8801234567890123", id="a long id"),
    ],
)
def test_contacts_are_masked(text: str, column: str, shown: str) -> None:
    assert masked(text, column) == shown
