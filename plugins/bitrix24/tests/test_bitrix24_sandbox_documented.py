"""docs/plugins/bitrix24-sandbox.md lists the switches as they are, and every switch is tried by a test."""

import json
import re
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from partnersync.sandbox.messages import Request
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.contracts import ALSO, contract
from partnersync_bitrix24_sandbox.methods import METHODS
from partnersync_bitrix24_sandbox.tokens import SCOPES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/plugins/bitrix24-sandbox.md").read_text(encoding="utf-8")
TESTS = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_bitrix24_sandbox_*.py"))
WORDS = {"None": "none", "True": "yes", "False": "no"}
PACKAGE = files("partnersync_bitrix24_sandbox")
CONTRACTS = json.loads(PACKAGE.joinpath("contracts.json").read_text(encoding="utf-8"))
VENDORS = ROOT.parent / "shared/reference/bitrix24-methods"


def test_the_page_has_every_switch_with_its_default() -> None:
    told = re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE, re.MULTILINE)
    assert told == [(one.name, WORDS.get(str(one.default), str(one.default))) for one in fields(Behaviour)]


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    told: dict[str, Any] = {"request": Request.to("GET", "/")}
    exec(code, told)
    assert told["b24"].portal.card(2, 1).values["title"] == "Сделка 1"


@pytest.mark.parametrize("switch", [one.name for one in fields(Behaviour)])
def test_every_switch_is_tried(switch: str) -> None:
    assert re.search(rf"\b{switch}\b", TESTS)


def test_contracts_are_those_of_methods_that_there_are() -> None:
    known = set(METHODS) | {"batch"}
    assert {name.lower() for name in CONTRACTS} - known == set()
    assert {name.lower() for name in ALSO} - known == set()
    assert "Copyright (c) 2024 Bitrix" in PACKAGE.joinpath("contracts.LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("method", sorted(CONTRACTS))
def test_methods_ask_for_the_scope_that_the_vendor_tells(method: str) -> None:
    told = CONTRACTS[method]["scope"]
    assert METHODS[method.lower()].scope == (told if told in SCOPES else "")


@pytest.mark.skipif(not VENDORS.is_dir(), reason="the vendor's contracts lie beside the repository")
@pytest.mark.parametrize("method", sorted(CONTRACTS))
def test_contracts_are_the_vendors(method: str) -> None:
    vendor = json.loads((VENDORS / f"{method}.json").read_text(encoding="utf-8"))
    told = {one["name"]: one["base"] for one in vendor["params"] if one["name"] not in ("result", "time")}
    own = contract(method.lower())
    assert own is not None
    assert {**told, **ALSO.get(method, {})} == own.parameters
