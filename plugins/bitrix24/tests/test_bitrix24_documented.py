"""docs/plugins/bitrix24.md quotes errors as the code tells them, and its settings are taken."""

import re
import tomllib
from pathlib import Path

import pytest

from bitrix24_client import WEBHOOK
from partnersync.contract.secret import Secret
from partnersync_bitrix24.settings import BitrixSettings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/plugins/bitrix24.md").read_text(encoding="utf-8")
CODE = " ".join(
    re.sub(r'"\s+f?"', "", path.read_text(encoding="utf-8"))
    for folder in ("plugins/bitrix24/partnersync_bitrix24", "partnersync/transport")
    for path in sorted((ROOT / folder).glob("*.py"))
)
QUOTED = re.findall(r"^\| `([^`]+)` \|", PAGE.partition("## What errors mean")[2], re.MULTILINE)
SECRETS = {"webhook": Secret(WEBHOOK), "client_secret": Secret("x")}


@pytest.mark.parametrize("text", QUOTED)
def test_an_error_is_told_in_these_words(text: str) -> None:
    assert text in CODE


def test_errors_are_quoted() -> None:
    assert len(QUOTED) > 20


@pytest.mark.parametrize("example", re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL))
def test_the_examples_are_taken(example: str) -> None:
    keys = tomllib.loads(example)["connections"]["crm"]
    assert keys.pop("kind", "bitrix24") == "bitrix24"
    signed = {key: secret for key, secret in SECRETS.items() if key in keys}
    whole = {"webhook": SECRETS["webhook"]} if "url" not in keys else {}
    BitrixSettings.model_validate(whole | keys | signed)
