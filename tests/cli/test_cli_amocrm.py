"""An amoCRM account as one connection of a company: read over real sockets, beside a folder of files."""

import pytest

from amocrm_client import served
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


def connected(firm: Firm, url: str, field: str = "PARTNER") -> Firm:
    """With a second connection."""
    firm.edit("config/partnersync.toml", 'path = "data"', 'path = "data"\nledger = true')
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + TABLE.format(url=url, field=field))
    return firm


def test_its_records_are_those_of_the_company(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(8) as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        ended = connected(firm, server.url).sync()
        assert ended.code == 3, ended.told
        assert "refused    crm: deal 10000001: connections of kind amocrm are not written yet" in ended.out
        assert "crm: 3 users, 12 partners, 8 deals (23 changed)" in ended.out
        assert "crm: 3" not in firm.sync().out


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
