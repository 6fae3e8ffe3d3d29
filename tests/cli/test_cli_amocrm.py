"""An amoCRM account as one connection of a company: read over real sockets, beside a folder of files."""

import pytest

from amocrm_client import served
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.emulator import AmoSandbox
from partnersync_amocrm_sandbox.sample import FIRST_SELLER
from small_firm import Firm

TABLE = """
[connections.crm]
kind = "amocrm"
url = "{url}"
token = {{ env = "AMOCRM_TOKEN" }}

[connections.crm.partners]
tag = "партнёр"
partner_id = "PARTNER_CODE"

[connections.crm.clients]
inn = "INN"

[connections.crm.deals]
partner = [{{ select = "{field}" }}]
"""


CODES = ("PS_PARTNER_ID", "PS_SOURCE")


def field(sandbox: AmoSandbox, card_id: int, code: str, kind: Kind = Kind.LEADS) -> str:
    """What a card's field shows."""
    definition = sandbox.account.field_of(kind, code=code)
    card = sandbox.account.cards[kind].get(card_id)
    assert definition
    assert card
    return "|".join(str(one.value) for one in card.values.get(definition.id, ()))


def connected(firm: Firm, url: str, field: str = "PARTNER") -> Firm:
    """With a second connection."""
    firm.edit("config/partnersync.toml", 'path = "data"', 'path = "data"\nledger = true')
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + TABLE.format(url=url, field=field))
    return firm


def test_nothing_is_written_before_our_fields_are_made(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        ended = connected(firm, server.url).sync()
        assert ended.code == 0, ended.told
        assert "crm: 3 users, 12 partners, 8 deals (23 changed)" in ended.out
        assert "crm: 3" not in firm.sync().out
        assert server.front.journal.calls("PATCH") == []


def test_fields_appear_once_and_an_undo_clears_them(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in, made, written, quiet, undone."""
    with served(60) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        assert connected(firm, server.url).run("connect", "crm").code == 0
        assert firm.run("schema", "apply", "crm").code == 0
        sandbox.ui.edit(FIRST_SELLER, 10_000_001, "PARTNER", "P03")
        for place in range(1, 60):
            sandbox.ui.edit(FIRST_SELLER, 10_000_001 + place, "PARTNER", "P04")
        ended = firm.sync()
        assert ended.code == 0, ended.told
        assert {code: field(sandbox, 10_000_001, code) for code in CODES} == {
            "PS_PARTNER_ID": "P03",
            "PS_SOURCE": "typed",
        }
        calls = server.front.journal.calls
        written = len(calls())
        assert [one.target for one in calls("PATCH")] == ["/api/v4/leads"] * 2 + ["/api/v4/companies"]
        assert field(sandbox, 30_000_003, "PS_BALANCE", Kind.COMPANIES) == "0.00"
        assert firm.sync().code == 0
        assert {one.method for one in calls()[written:]} == {"GET"}
        undone = firm.run("undo", "1")
        assert undone.code == 0, undone.told
        assert {field(sandbox, 10_000_001, code) for code in CODES} == {""}


def test_a_field_that_is_not_there_is_told_with_the_nearest(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        ended = connected(firm, server.url, field="PARTNERS").sync()
        found = firm.run("doctor").out
    assert 'the account has no field of leads "PARTNERS". Did you mean "PARTNER"?' in found
    assert ended.code == 2
    assert ended.err == (
        'error: deals.partner: the account has no field of leads "PARTNERS"\nwhat to do: Did you mean "PARTNER"?\n'
    )


def test_work_of_long_ago_is_read_on_request(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        old = int(sandbox.account.now()) - 400 * 86_400
        sandbox.account.events.note("common_note_added", ("lead", 10_000_001), 7_002, old)
        told = connected(firm, server.url).run("backfill", "crm", "--from", "2020-01-01")
    assert told.code == 0, told.told
    assert "read       crm: 1 activity (1 changed)" in told.out
