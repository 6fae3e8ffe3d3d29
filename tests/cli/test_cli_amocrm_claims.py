"""Registrations that people enter in an amoCRM account, over real sockets: the verdict moves the lead and says why."""

import pytest

from amocrm_client import served
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, REGISTRATIONS
from small_firm import Firm

TABLE = """
[connections.crm]
kind = "amocrm"
url = "{url}"
token = {{ env = "AMOCRM_TOKEN" }}
rate = 7.0

[connections.crm.partners]
tag = "партнёр"
partner_id = "PARTNER_CODE"

[connections.crm.clients]
inn = "INN"

[connections.crm.deals]
partner = [{{ select = "PARTNER" }}]

[connections.crm.registrations]
pipeline = "Регистрации"
stages = {{ invalid = "В работе", approved = "Счёт" }}
"""
NEW, WORK, BILL = 4_201, 4_202, 4_203


def test_a_verdict_moves_the_lead_and_leaves_a_note_once(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(4) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        firm.edit("config/partnersync.toml", 'path = "data"', 'path = "data"\nledger = true')
        firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + TABLE.format(url=server.url))
        lead = sandbox.ui.create(FIRST_SELLER, pipeline_id=REGISTRATIONS, status_id=NEW)
        sandbox.ui.edit(FIRST_SELLER, lead.id, "PARTNER", "P03")
        assert firm.run("schema", "apply", "crm").code == 0
        for _ in range(2):
            ended = firm.run("sync")
            assert ended.code == 0, ended.told
            [note] = sandbox.account.notes_of[Kind.LEADS, lead.id]
            assert lead.status_id == WORK
        assert note.params["text"].startswith("В регистрации не хватает данных или они с ошибкой: название клиента")
        sandbox.ui.move(FIRST_SELLER, lead.id, REGISTRATIONS, BILL)
        ended = firm.run("sync")
        assert lead.status_id == BILL
        assert ended.code == 0, ended.told
