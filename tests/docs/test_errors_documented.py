"""docs/architecture.md lists every error class with its exit code."""

import inspect
import re
from pathlib import Path

from partnersync import errors

PAGE = (Path(__file__).parents[2] / "docs/architecture.md").read_text(encoding="utf-8")


def test_every_error_stands_there_with_its_exit_code() -> None:
    classes = {
        name: cls.exit_code
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.PartnersyncError) and cls is not errors.PartnersyncError
    }
    listed = re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE.partition("## Errors")[2], re.MULTILINE)
    assert {name: int(code) for name, code in listed} == classes
