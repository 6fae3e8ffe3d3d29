"""The error tree is the one that its documentation draws."""

import inspect
import re

import pytest

from partnersync import errors

DRAWN = re.compile(r"^(?:├─|└─) (\w+) +.*\(exit (\d+)\)$", re.MULTILINE)


def test_the_docstring_draws_every_class_with_its_exit_code() -> None:
    classes = {
        name: cls.exit_code
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.PartnersyncError) and cls is not errors.PartnersyncError
    }
    assert {name: int(code) for name, code in DRAWN.findall(errors.__doc__ or "")} == classes


@pytest.mark.parametrize(
    ("hint", "text"),
    [pytest.param("Do that", "it broke. Do that", id="with a hint"), pytest.param("", "it broke", id="without one")],
)
def test_an_error_says_what_to_do_next(hint: str, text: str) -> None:
    assert str(errors.PartnersyncError("it broke", hint=hint)) == text
