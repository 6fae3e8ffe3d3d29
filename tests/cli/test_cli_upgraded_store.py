"""A store of an older version after `db upgrade`: what that version left out of the records is read once more."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from partnersync.store.database import Store, open_store
from small_firm import Firm

OLD = {"emails": "email", "email_domains": "email_domain", "phones": "phone"}


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(text(query))]


def _age(body: str) -> str:
    """As an older version kept it: one contact of each sort, and of partners no domain of the e-mail."""
    told = json.loads(body)
    told.pop("mail_domain", None)
    client = told.get("client", {})
    for name, older in OLD.items():
        if name in client:
            [client[older]] = client.pop(name)
    return json.dumps(told, ensure_ascii=False)


@pytest.fixture
def aged(firm: Firm) -> Iterator[tuple[Store, dict[str, list[Any]]]]:
    """The store of a synced company as a version before revision 10 would have left it, and what it told before."""
    firm.edit("data/registrations.csv", "contact_name", "client_email,client_phone,contact_name")
    firm.edit("data/registrations.csv", "fir.ru,Buyer", "fir.ru,buyer@mail.ru,+7 900 555-66-77,Buyer")
    firm.edit("data/registrations.csv", "R-2,P-2,lead,Fir,fir.ru,Buyer", "R-2,P-2,lead,Fir,fir.ru,,,Buyer")
    firm.synced()
    opened = open_store("sqlite:///partnersync.db")
    before = _told(opened)
    with opened.write() as tx:
        for table, key in (("records", "record_id"), ("registrations", "registration_id")):
            for name, body in tx.execute(text(f"SELECT {key}, body FROM {table} WHERE body IS NOT NULL")).all():
                older = {"body": _age(body), "old": body, "name": name}
                tx.execute(text(f"UPDATE {table} SET body = :body WHERE {key} = :name AND body = :old"), older)
        tx.execute(text("DELETE FROM traits"))
        tx.execute(text("ALTER TABLE debts DROP COLUMN trace"))
        tx.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    yield opened, before
    opened.close()


def _told(store: Store) -> dict[str, list[Any]]:
    bodies = _rows(store, "SELECT kind, record_id, body FROM records WHERE body IS NOT NULL ORDER BY kind, record_id")
    judged = _rows(store, "SELECT registration_id, body, verdict FROM registrations ORDER BY registration_id")
    return {
        "bodies": [(kind, name, json.loads(body)) for kind, name, body in bodies],
        "judged": [(name, json.loads(body), verdict) for name, body, verdict in judged],
        "traits": _rows(
            store, "SELECT key, claim_id, owner, name, first_seen FROM traits ORDER BY key, claim_id, owner"
        ),
    }


def test_what_an_older_version_left_out_is_read_once_more(firm: Firm, aged: tuple[Store, dict[str, list[Any]]]) -> None:
    store, before = aged
    assert _told(store) != before
    assert firm.run("db", "upgrade").code == 0
    ledger, seen = firm.text("out/ledger.csv"), firm.sync("--json")
    assert seen.code == 0, seen.told
    assert _told(store) == before
    assert any(key.startswith("phone:") for key, *_ in before["traits"])
    assert firm.text("out/ledger.csv") == ledger
    assert firm.sync("--json").json()["connections"]["main"]["read"] == {}
