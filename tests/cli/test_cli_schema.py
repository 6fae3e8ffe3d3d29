"""`partnersync schema`: what the programme needs in a connected system, planned and made over real sockets."""

import json

import pytest

from amocrm_client import served
from small_firm import Firm

TABLE = """
[connections.crm]
kind = "amocrm"
url = "{url}"
token = {{ env = "AMOCRM_TOKEN" }}
"""


def connected(firm: Firm, url: str) -> Firm:
    """With an account of a CRM."""
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + TABLE.format(url=url))
    return firm


def test_planned_made_and_nothing_left(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(1) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        planned = connected(firm, server.url).run("schema", "plan", "crm")
        assert (planned.code, planned.out.splitlines()[-1]) == (0, "9 steps to do"), planned.told
        assert sandbox.account.field_of("leads", code="PS_PARTNER_ID") is None
        made = firm.run("schema", "apply", "crm", "--json")
        assert [row["text"] for row in json.loads(made.out)] == planned.out.splitlines()[:-1]
        field = sandbox.account.field_of("leads", code="PS_PARTNER_ID")
        assert field is not None
        assert field.is_api_only
        assert firm.run("schema", "apply", "crm").out == "nothing was missing\n"
        field.type = "numeric"
        drifted = firm.run("schema", "plan", "crm")
    assert drifted.code == 3
    assert drifted.out.startswith("drift: field PS_PARTNER_ID of leads is of type numeric, not text.")


def test_files_need_none(firm: Firm) -> None:
    ended = firm.run("schema", "plan", "main")
    assert (ended.code, ended.err.splitlines()[0]) == (2, "error: csv needs no schema")
