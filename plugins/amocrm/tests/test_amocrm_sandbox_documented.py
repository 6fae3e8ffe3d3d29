"""docs/plugins/amocrm-sandbox.md lists the switches as they are, and every switch is tried by a test."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from partnersync.sandbox.messages import Request
from partnersync_amocrm_sandbox.behaviour import Behaviour
from partnersync_amocrm_sandbox.cards import Kind

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/plugins/amocrm-sandbox.md").read_text(encoding="utf-8")
TESTS = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
WORDS = {"None": "none", "True": "yes", "False": "no"}


def test_the_page_has_every_switch_with_its_default() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE)
    assert told == [(one.name, WORDS.get(str(one.default), str(one.default))) for one in fields(Behaviour)]


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    told: dict[str, Any] = {"request": Request.to("GET", "/")}
    exec(code, told)
    assert told["amo"].account.cards[Kind.LEADS].get(10_000_001).name == "Сделка 1"


@pytest.mark.parametrize("switch", [one.name for one in fields(Behaviour)])
def test_every_switch_is_tried(switch: str) -> None:
    assert re.search(rf"\b{switch}\b", TESTS)
