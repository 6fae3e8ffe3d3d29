"""A Bitrix24 portal as one connection of a company: read and written over real sockets, beside a folder of files."""

from typing import Any

import pytest

from bitrix24_pull import served
from partnersync_bitrix24_sandbox.emulator import BitrixSandbox
from partnersync_bitrix24_sandbox.sample import FIRST_SELLER
from small_firm import Firm

TABLE = """
[connections.crm]
kind = "bitrix24"
webhook = {{ env = "BITRIX24_WEBHOOK" }}

[connections.crm.partners]
partner_id = "UF_CRM_PARTNER_CODE"

[connections.crm.deals]
partner = [{{ select = "{field}" }}]
"""
COMPANY, DEAL = 4, 2


def connected(firm: Firm, url: str, sandbox: BitrixSandbox, patch: pytest.MonkeyPatch, field: str = "Партнёр") -> Firm:
    """With a second connection, whose address is a secret."""
    patch.setenv("BITRIX24_WEBHOOK", f"{url}{sandbox.token}")
    firm.edit("config/partnersync.toml", 'path = "data"', 'path = "data"\nledger = true')
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + TABLE.format(field=field))
    return firm


def shown(sandbox: BitrixSandbox, card_id: int, code: str, entity: int = DEAL) -> Any:
    """What a card's field holds; of a list the option's text."""
    card = sandbox.portal.card(entity, card_id)
    assert card
    value = card.values.get(f"UF_CRM_{code}")
    owner = sandbox.portal.entities[entity].uf_entity
    fields = (one for one in sandbox.portal.user_fields.values() if one.entity == owner)
    field = next(one for one in fields if one.name == f"UF_CRM_{code}")
    option = field.option(value) if field.type == "enumeration" and value else None
    return option.value if option else value or ""


def test_nothing_is_written_before_our_fields_are_made(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        before = sandbox.portal.card(DEAL, 1)
        ended = connected(firm, server.url, sandbox, monkeypatch).sync()
        assert ended.code == 0, ended.told
        assert "crm: 4 users, 12 partners, 8 deals" in ended.out
        assert "crm: 4" not in firm.sync().out
        after = sandbox.portal.card(DEAL, 1)
        assert before
        assert after
        assert after.values == before.values


def test_fields_appear_once_and_an_undo_clears_them(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in, made, written, quiet, undone; every request is held against the vendor's contract."""
    with served(120) as (sandbox, server):
        assert connected(firm, server.url, sandbox, monkeypatch).run("connect", "crm").code == 0
        assert firm.run("schema", "apply", "crm").code == 0
        sandbox.ui.edit(FIRST_SELLER, 1, "UF_CRM_PARTNER", "P03")
        for deal in range(2, 121):
            sandbox.ui.edit(FIRST_SELLER, deal, "UF_CRM_PARTNER", "P04")
        ended = firm.sync()
        assert ended.code == 0, ended.told
        assert (shown(sandbox, 1, "PS_PARTNER_ID"), shown(sandbox, 1, "PS_SOURCE")) == ("P03", "typed")
        assert shown(sandbox, 3, "PS_BALANCE", COMPANY) == "0.00"
        stamps = {card.id: card.updated_at for card in sandbox.portal.cards[DEAL].touched()}
        assert firm.sync().code == 0
        assert {card.id: card.updated_at for card in sandbox.portal.cards[DEAL].touched()} == stamps
        undone = firm.run("undo", "1")
        assert undone.code == 0, undone.told
        assert (shown(sandbox, 1, "PS_PARTNER_ID"), shown(sandbox, 1, "PS_SOURCE")) == ("", "")


def test_a_field_that_is_not_there_is_told_with_the_nearest(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        ended = connected(firm, server.url, sandbox, monkeypatch, field="Партнер").sync()
        found = firm.run("doctor").out
    assert 'the account has no field of deals "Партнер". Did you mean "Партнёр"?' in found
    assert ended.code == 2
    key = "deals.partner.select"
    told = f'error: {key}: the account has no field of deals "Партнер"\nwhat to do: Did you mean "Партнёр"?\n'
    assert ended.err == told


def test_the_webhooks_secret_is_told_nowhere(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        made = connected(firm, server.url, sandbox, monkeypatch)
        told = [made.run("connect", "crm"), made.run("schema", "plan", "crm"), made.sync(), made.run("doctor")]
    secret = sandbox.token.split("/")[3]
    assert not [ended.told for ended in told if secret in ended.told]
