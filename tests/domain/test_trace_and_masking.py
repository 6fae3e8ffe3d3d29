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
    ],
)
def test_contacts_are_masked(text: str, column: str, shown: str) -> None:
    assert masked(text, column) == shown
