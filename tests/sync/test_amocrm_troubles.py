"""Whole runs over an amoCRM account that fails at any call: the end is that of runs that nothing disturbed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amocrm_client import ORIGIN, Office
from partnersync.contract.adapter import Connection, Table
from partnersync.contract.secret import Secret
from partnersync.sandbox.faults import Fault
from partnersync_amocrm.adapter import AmoAdapter
from partnersync_amocrm.assemble import metadata_file_of
from partnersync_amocrm.schema import AmoSchema
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, REGISTRATIONS, SECOND_SELLER
from partnersync_amocrm_sandbox.troubles import TROUBLES

KEYS: dict[str, Any] = {
    "url": ORIGIN,
    "token": Secret("x"),
    "partners": {"tag": "партнёр", "partner_id": "PARTNER_CODE"},
    "clients": {"domain": "WEB"},
    "deals": {"partner": [{"select": "PARTNER"}], "fields": {"products": "PRODUCTS"}},
    "registrations": {"pipeline": "Регистрации", "stages": {"invalid": "В работе"}},
}
CLAIM = {
    "registration_id": "R1",
    "partner_id": "P03",
    "kind": "lead",
    "client_name": "Дуб",
    "client_domain": "oak.ru",
    "contact_name": "Buyer",
    "consent": "yes",
    "products": "licence",
    "submitted_at": "2026-05-11T10:00",
}
BEGINS = datetime(2026, 5, 12, 9, tzinfo=UTC)
State = dict[str, Any]


class Untabled(AmoAdapter):
    """Tables of the programme are asked of every system here."""

    def publish(self, table: Table) -> bool:
        return False

    def holds(self, name: str) -> str:
        return ""


class World:
    """A protected lead, and one that is a registration, in an account; beside it a table of registrations."""

    def __init__(self, folder: Path, company: Any) -> None:
        self.company, self.folder = company, folder
        self.office = Office(folder)
        self.office.clock.advance(BEGINS.timestamp() - self.office.clock.now())
        self.settings = AmoSettings.model_validate(KEYS)
        client, ui = self.office.client, self.office.sandbox.ui
        file = metadata_file_of(folder, self.settings)
        AmoSchema(client, self.settings, file, self.office.time.now).apply()
        web = {"field_code": "WEB", "values": [{"value": "https://oak.ru"}]}
        oak = client.create("companies", [{"name": "Дуб", "custom_fields_values": [web]}])["_embedded"]["companies"][0]
        lead = {"responsible_user_id": FIRST_SELLER, "_embedded": {"companies": [{"id": oak["id"]}]}}
        lead["custom_fields_values"] = [{"field_code": "PRODUCTS", "values": [{"value": "licence"}]}]
        self.lead: int = client.create("leads", [lead])["_embedded"]["leads"][0]["id"]
        self.claim = ui.create(FIRST_SELLER, pipeline_id=REGISTRATIONS, status_id=4_201).id
        ui.edit(FIRST_SELLER, self.claim, "PARTNER", "P04")
        company.mode = "enforce"
        company.systems["crm"] = None
        company.add("registration", CLAIM)

    def sync(self) -> None:
        """One run, an hour after the last."""
        self.office.clock.advance(3_600)
        adapter = Untabled(Connection("crm", str(self.folder), "Europe/Moscow", self.office.time.now), self.settings)
        vars(adapter)["_client"] = self.office.client
        self.company.systems["crm"] = adapter
        self.company.sync(self.office.time.now().isoformat())

    def settle(self) -> None:
        """Runs until one has nothing to write."""
        for _ in range(5):
            before = self.writes()
            self.sync()
            if self.writes() == before:
                return
        raise AssertionError("the runs find no rest")

    def writes(self) -> int:
        return self.office.calls("PATCH") + self.office.calls("POST")

    def fight(self) -> None:
        """A seller overwrites what is ours."""
        ui = self.office.sandbox.ui
        ui.edit(FIRST_SELLER, self.lead, "PS_PARTNER_ID", "P04", bulk=True)
        ui.edit(FIRST_SELLER, self.lead, "responsible_user_id", SECOND_SELLER)

    def state(self) -> State:
        """Everything that people see, but for times and ids."""
        account = self.office.sandbox.account
        cards = [(kind, card.id, _shown(card)) for kind in Kind for card in account.cards[kind].all()]
        notes = sorted((note.entity_id, str(note.params)) for note in account.notes.values())
        tasks = sorted((task.entity_id or 0, task.text, task.responsible_user_id) for task in account.tasks.values())
        return {"cards": cards, "notes": notes, "tasks": tasks}


def _shown(card: Card) -> Any:
    return card.name, card.pipeline_id, card.status_id, card.responsible_user_id, card.price, dict(card.values)


def played(world: World, fault: Fault | None = None, *, fought: bool = False, **where: Any) -> State:
    """The end of both acts; the first run of one of them meets the fault."""
    for act in (False, True):
        if act:
            world.fight()
        if fault and act is fought:
            world.office.front.faults.plan(fault, **where)
            world.sync()
        world.settle()
    return world.state()


# What says that a card is deleted is no passing fault: it is believed.
PASSING = sorted(TROUBLES.keys() - {"400 code 226"})
WITHOUT_AN_ANSWER = ("reset before", "reset after the commit", "504 page, work done", "truncated")
CALLS = 29  # that the first run of all takes
WRITES = [  # of the first run after each act: fields of leads and of companies, notes, tasks
    pytest.param(False, "PATCH", 1, id="first fields of leads"),
    pytest.param(False, "PATCH", 2, id="first fields of companies"),
    pytest.param(False, "POST", 1, id="a note of a verdict"),
    pytest.param(True, "PATCH", 1, id="what is put back"),
    pytest.param(True, "POST", 1, id="its note"),
    pytest.param(True, "POST", 2, id="its task"),
]


@pytest.fixture(scope="module")
def ends() -> dict[str, State]:
    """The undisturbed one, once it is known."""
    return {}


@pytest.fixture
def meet(
    tmp_path: Path, new_company: Callable[..., Any], ends: dict[str, State]
) -> Callable[..., tuple[State, State, World]]:
    """The end of a disturbed world, that of an undisturbed one, and the first of them."""

    def meeting(fault: Fault, **where: Any) -> tuple[State, State, World]:
        if not ends:
            (tmp_path / "undisturbed").mkdir()
            ends["undisturbed"] = played(World(tmp_path / "undisturbed", new_company()))
        world = World(tmp_path, new_company())
        return played(world, fault, **where), ends["undisturbed"], world

    return meeting


@pytest.mark.parametrize("call", range(1, CALLS + 1))
def test_a_fault_at_any_call_changes_nothing_in_the_end(meet: Callable[..., Any], call: int) -> None:
    """Each call meets another of the faults, so that each fault is met by several calls."""
    trouble = PASSING[call % len(PASSING)]
    ended, undisturbed, world = meet(TROUBLES[trouble], call=call)
    assert any(exchange.fault for exchange in world.office.front.journal.exchanges)
    assert ended == undisturbed, trouble


@pytest.mark.parametrize("trouble", WITHOUT_AN_ANSWER)
@pytest.mark.parametrize(("fought", "method", "call"), WRITES)
def test_a_write_without_an_answer_is_made_once(
    meet: Callable[..., Any], trouble: str, *, fought: bool, method: str, call: int
) -> None:
    ended, undisturbed, world = meet(TROUBLES[trouble], fought=fought, method=method, call=call)
    assert any(exchange.fault for exchange in world.office.front.journal.exchanges)
    assert ended == undisturbed
