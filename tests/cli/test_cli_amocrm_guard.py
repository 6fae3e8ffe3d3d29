"""The guard in an amoCRM account, over real sockets: people and robots of the sandbox against a protected lead."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from amocrm_client import served
from partnersync.sandbox.messages import Request
from partnersync.sandbox.server import Server
from partnersync_amocrm_sandbox.account import Task
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.emulator import AmoSandbox
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, SECOND_SELLER
from small_firm import Ended, Firm

SETTINGS = """
[store]
url = "sqlite:///partnersync.db"

[connections.registry]
kind = "csv"
path = "data"
out = "out"
ledger = true

[connections.crm]
kind = "amocrm"
mode = "{mode}"
url = "{url}"
token = {{ env = "AMOCRM_TOKEN" }}

[connections.crm.partners]
tag = "партнёр"
partner_id = "PARTNER_CODE"

[connections.crm.clients]
domain = "WEB"

[connections.crm.deals]
partner = [{{ select = "PARTNER" }}]
fields = {{ products = "PRODUCTS" }}
"""
APPROVER = SECOND_SELLER


@dataclass
class Company:
    """A lead that a registration of partner P03 protects, and whoever works in the account."""

    firm: Firm
    sandbox: AmoSandbox
    server: Server
    lead: Card

    def sync(self) -> Ended:
        """A run a second later, since the account's log knows no parts of seconds."""
        time.sleep(1.1)
        ended = self.firm.run("sync")
        assert ended.code in (0, 3), ended.told
        return ended

    def overwrite(self, user: int, partner: str) -> None:
        """As editing many cards at once does, which the lock of a field does not stop."""
        time.sleep(1.1)
        self.sandbox.ui.edit(user, self.lead.id, "PS_PARTNER_ID", partner, bulk=True)

    def shown(self, code: str) -> str:
        """What a field of the lead shows."""
        field = self.sandbox.account.field_of("leads", code=code)
        assert field is not None
        return "|".join(str(one.enum_code or one.value) for one in self.lead.values.get(field.id, ()))

    def stands(self) -> tuple[str, int]:
        """Its partner and its owner."""
        return self.shown("PS_PARTNER_ID"), self.lead.responsible_user_id

    def until(self) -> str:
        """The last protected day, as people write it in Russian."""
        midnight = int(self.shown("PS_PROTECTED_UNTIL"))
        return f"{datetime.fromtimestamp(midnight, self.sandbox.account.zone):%d.%m.%Y}"

    def notes(self) -> list[str]:
        """The texts of the notes on it."""
        return [str(one.params["text"]) for one in self.sandbox.account.notes_of.get((Kind.LEADS, self.lead.id), ())]

    def tasks(self) -> list[Task]:
        """The tasks on it."""
        return self.sandbox.account.tasks_of.get(("leads", self.lead.id), [])

    def writes(self) -> int:
        """How many calls have changed or made something."""
        return sum(len(self.server.front.journal.calls(method)) for method in ("PATCH", "POST"))

    def incidents(self) -> dict[str, str]:
        """Their kinds, each with its state."""
        return {row["kind"]: row["status"] for row in self.firm.run("incidents", "--all", "--json").json()}


@contextmanager
def company(firm: Firm, monkeypatch: pytest.MonkeyPatch, mode: str) -> Iterator[Company]:
    with served() as (sandbox, server):
        monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
        firm.put("config/partnersync.toml", SETTINGS.format(url=server.url, mode=mode))
        program = firm.text("config/program/2026-01-01.toml")
        firm.put("config/program/2026-01-01.toml", f'approvers = ["{APPROVER}"]\n{program}')
        for name in ("partners", "deals", "payments"):
            (firm.root / f"data/{name}.csv").unlink()
        submitted = datetime.fromtimestamp(sandbox.account.now() - 86_400, UTC)
        firm.put(
            "data/registrations.csv",
            "registration_id,partner_id,kind,client_name,client_domain,contact_name,consent,products,submitted_at\n"
            f"R-1,P03,lead,Дуб,oak.ru,Buyer,yes,licence,{submitted.isoformat()}\n",
        )
        made = Company(firm, sandbox, server, _lead(sandbox))
        time.sleep(1.1)
        assert firm.run("schema", "apply", "crm").code == 0
        made.sync()
        assert (made.stands(), made.shown("PS_PROTECTION")) == (("P03", FIRST_SELLER), "active")
        yield made


def _lead(sandbox: AmoSandbox) -> Card:
    """Of a client whom nobody knew before."""

    def post(path: str, item: dict[str, Any]) -> int:
        told = {"Authorization": f"Bearer {sandbox.token}"}
        answer = sandbox.handle(Request.to("POST", f"/api/v4/{path}", told, json_body=[item]))
        number: int = json.loads(answer.body)["_embedded"][path][0]["id"]
        return number

    web = {"field_code": "WEB", "values": [{"value": "https://oak.ru"}]}
    client = post("companies", {"name": "Дуб", "custom_fields_values": [web]})
    lead = {"name": "Лицензии", "responsible_user_id": FIRST_SELLER, "_embedded": {"companies": [{"id": client}]}}
    lead["custom_fields_values"] = [{"field_code": "PRODUCTS", "values": [{"value": "licence"}]}]
    found = sandbox.account.cards[Kind.LEADS].get(post("leads", lead))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("mode", "partner", "owner", "notes", "tasks", "status"),
    [
        pytest.param("observe", "P04", APPROVER, 0, 0, "open", id="observe"),
        pytest.param("warn", "P04", APPROVER, 1, 1, "open", id="warn"),
        pytest.param("enforce", "P03", FIRST_SELLER, 1, 1, "resolved", id="enforce"),
    ],
)
def test_a_seller_overwrites_partner_and_owner(
    firm: Firm,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    partner: str,
    owner: int,
    notes: int,
    tasks: int,
    status: str,
) -> None:
    with company(firm, monkeypatch, mode) as made:
        made.overwrite(FIRST_SELLER, "P04")
        made.sandbox.ui.edit(FIRST_SELLER, made.lead.id, "responsible_user_id", SECOND_SELLER)
        for _ in range(2):  # the second run has nothing to say
            told = made.sync().out
            assert made.stands() == (partner, owner)
            assert (len(made.notes()), len(made.tasks())) == (notes, tasks)
        assert made.incidents() == {"foreign_partner": status, "owner_changed": status}, told
        for text in made.notes():
            assert f"Пользователь {FIRST_SELLER} заменил значение поля «Партнёр (код)» на P04" in text
            assert f"Пользователь {FIRST_SELLER} заменил значение поля «Ответственный» на {SECOND_SELLER}" in text
            assert f"клиент закреплён за партнёром P03 до {made.until()} включительно" in text
            assert "он запишет в поле «Решение по партнёру» код партнёра или слово accept" in text


def test_a_robot_that_keeps_rewriting_is_left_alone_after_the_third_revert(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company(firm, monkeypatch, "enforce") as made:
        made.sandbox.ui.robot("PS_PARTNER_ID", "P04")
        made.sandbox.ui.edit(FIRST_SELLER, made.lead.id, "price", 5)
        for _ in range(3):
            made.sync()
        assert len(made.notes()) == 3
        assert not any("Пользователь" in text for text in made.notes())
        made.sync()
        assert made.incidents()["revert_fight"] == "open"
        assert sum("что-то" in task.text or "автомат" in task.text for task in made.tasks()) == 1
        left = made.writes()
        made.sync()
        assert (made.writes(), made.shown("PS_PARTNER_ID")) == (left, "P04")


def test_an_approver_decides_in_the_field_for_it_and_nobody_else(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(firm, monkeypatch, "enforce") as made:
        time.sleep(1.1)
        made.sandbox.ui.edit(FIRST_SELLER, made.lead.id, "PS_DECISION", "P04")
        refused = made.sync()
        assert "DECISION_UNUSABLE" in refused.out
        assert (made.shown("PS_PARTNER_ID"), made.shown("PS_DECISION")) == ("P03", "P04")
        made.sandbox.ui.edit(APPROVER, made.lead.id, "PS_DECISION", None)
        time.sleep(1.1)
        made.sandbox.ui.edit(APPROVER, made.lead.id, "PS_DECISION", "P04")
        made.sync()
        fields = [made.shown(code) for code in ("PS_PARTNER_ID", "PS_SOURCE", "PS_DECISION")]
        assert fields == ["P04", "override", ""]
        told = firm.run("explain", "deal", f"crm/{made.lead.id}").out
        assert str(APPROVER) in told


def test_an_approvers_own_edit_is_taken_over(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(firm, monkeypatch, "enforce") as made:
        made.overwrite(APPROVER, "P04")
        made.sync()
        assert (made.shown("PS_PARTNER_ID"), made.shown("PS_SOURCE")) == ("P04", "override")
        assert (made.notes(), made.incidents()) == ([], {})
