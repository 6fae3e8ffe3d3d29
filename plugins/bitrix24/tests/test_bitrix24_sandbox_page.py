"""The page for people, the vendor's sample portal, and the sandbox over real sockets."""

import json
from collections.abc import Iterator

import pytest
import requests

from bitrix24_caller import COMPANY, DEAL, LEAD, Bitrix
from partnersync.loader import load_plugins
from partnersync.sandbox.clock import SystemClock, VirtualClock
from partnersync.sandbox.faults import RESET_AFTER
from partnersync.sandbox.front import Front
from partnersync.sandbox.server import Server, serving
from partnersync_bitrix24_sandbox.emulator import BitrixSandbox, sample_portal, sandbox_of
from partnersync_bitrix24_sandbox.sample import ADMIN, FIRST_SELLER
from partnersync_bitrix24_sandbox.vendor_portal import vendor_portal


def page(b24: Bitrix, query: str = "") -> str:
    response = b24.call(f"/{query}")
    assert response.status == 200
    return response.body.decode()


def test_deals_and_partners_are_shown_with_their_fields() -> None:
    text = page(Bitrix(3))
    for shown in ("Сделка 3", "Партнёр P01", "Менеджер Первый", "Промокод", "PROMO-P05", 'http-equiv="refresh"'):
        assert shown in text
    assert "Клиент 1" not in text


def test_a_change_is_marked_for_a_while_and_comes_first() -> None:
    b24 = Bitrix(30)
    assert "class=fresh" not in page(b24)
    b24.sandbox.ui.edit(FIRST_SELLER, 1, "UF_CRM_PARTNER", "P07")
    b24.sandbox.ui.comment(FIRST_SELLER, 1, "позвонили")
    log = {"entityTypeId": DEAL, "entityId": 1, "title": "Решение", "text": "принято", "iconCode": "info"}
    b24.result("crm.timeline.logmessage.add", fields=log)
    deadline = "2025-12-01T12:00:00+03:00"
    b24.result("crm.activity.todo.add", ownerTypeId=DEAL, ownerId=1, deadline=deadline, title="продлить")
    b24.result("tasks.task.add", fields={"TITLE": "разобрать", "RESPONSIBLE_ID": 5, "UF_CRM_TASK": ["D_1"]})
    text = page(b24)
    assert "<tr class=fresh><td>Партнёр</td><td>P07</td></tr>" in text
    assert text.count("<tr class=fresh>") == 1
    assert text.index("Сделка 1<") < text.index("Сделка 30<")
    for note in ("позвонили", "Решение: принято", "☐ продлить", "☐ разобрать"):
        assert note in text
    b24.clock.advance(60)
    assert "class=fresh" not in page(b24)


def test_one_deal_and_items_of_smart_processes() -> None:
    b24 = Bitrix(30)
    kind = b24.result("crm.type.add", fields={"title": "Заявки"})["type"]
    b24.add(kind["entityTypeId"], title="первая заявка")
    text = page(b24, "?deal=1")
    assert "Сделка 1<" in text
    assert "Сделка 30<" not in text
    assert "первая заявка" in text


def test_everything_is_escaped() -> None:
    b24 = Bitrix(1)
    attack = "<script>alert(1)</script>"
    b24.portal.name = attack
    b24.portal.user_fields[501].labels = {"EDIT_FORM_LABEL": {"ru": attack}}
    b24.change(DEAL, 1, title=attack, ufCrmPromoCode=attack)
    b24.sandbox.ui.comment(FIRST_SELLER, 1, attack)
    text = page(b24)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5


def test_both_portals_are_offered_by_the_command() -> None:
    offered = load_plugins().sandboxes
    assert {"bitrix24", "bitrix24-vendor"} <= set(offered)
    for name in ("bitrix24", "bitrix24-vendor"):
        emulator = offered[name].make(2, VirtualClock(1_800_000_000))
        assert emulator.token.startswith(f"/rest/{ADMIN}/")


def test_the_vendors_sample_portal() -> None:
    b24 = Bitrix()
    b24.clock = VirtualClock(1_800_000_000)
    b24.sandbox = sandbox_of(vendor_portal(b24.clock))
    b24.path = b24.sandbox.token
    assert b24.body("crm.item.list", entityTypeId=DEAL)["total"] == 60
    assert b24.body("crm.item.list", entityTypeId=LEAD)["total"] == 25
    told = b24.item(DEAL, 1)
    assert (told["stageId"], told["companyId"], told["contactIds"], told["opportunity"]) == ("LOSE", 6, [4], 2222000)
    assert b24.result("crm.deal.get", id=1)["DATE_MODIFY"] == "2026-08-14T13:47:00+03:00"
    assert b24.item(COMPANY, 1)["phone"] == "+74951007919"
    stages = b24.result("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"})
    assert [one["STATUS_ID"] for one in stages] == ["C1:NEW", "C1:PREPARATION", "C1:WON"]
    assert len(b24.result("tasks.task.list", filter={})["tasks"]) == 30
    assert b24.change(DEAL, 1, stageId="WON")["stageSemanticId"] == "S"
    assert b24.add(DEAL, title="новая", categoryId=2) == 61
    for deal in b24.result("crm.item.list", entityTypeId=DEAL)["items"]:
        assert b24.change(DEAL, deal["id"], comments="x")["stageId"]


@pytest.fixture
def server() -> Iterator[Server]:
    clock = SystemClock()
    with serving(Front(sample_portal(20, clock), clock)) as server:
        yield server
    assert server.failures == []


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_a_conversation_over_sockets(server: Server, session: requests.Session) -> None:
    rest = f"{server.url}{server.front.emulator.token}"
    fields = {"title": "через сеть", "opportunity": 12.5}
    new = session.post(f"{rest}crm.item.add", json={"entityTypeId": DEAL, "fields": fields}).json()["result"]["item"]
    assert (new["title"], new["opportunity"]) == ("через сеть", 12.5)
    listed = session.get(f"{rest}crm.item.list", params={"entityTypeId": DEAL, "filter[>id]": new["id"] - 1}).json()
    assert [one["id"] for one in listed["result"]["items"]] == [new["id"]]
    assert session.get(f"{server.url}/").headers["Content-Type"].startswith("text/html")
    body = session.post(
        f"{rest}crm.timeline.comment.list.json", data={"filter[ENTITY_ID]": 1, "filter[ENTITY_TYPE]": "deal"}
    )
    assert json.loads(body.text)["result"] == []


def test_a_lost_answer_leaves_the_work_done(server: Server, session: requests.Session) -> None:
    rest = f"{server.url}{server.front.emulator.token}"
    server.front.faults.plan(RESET_AFTER, path=r"crm\.item\.add")
    with pytest.raises(requests.ConnectionError):
        session.post(f"{rest}crm.item.add", json={"entityTypeId": DEAL, "fields": {"title": "потерянная"}})
    ask = {"entityTypeId": DEAL, "filter": {"title": "потерянная"}}
    assert len(session.post(f"{rest}crm.item.list", json=ask).json()["result"]["items"]) == 1
    assert isinstance(server.front.emulator, BitrixSandbox)


def test_many_at_once_meet_the_limit(server: Server, session: requests.Session) -> None:
    rest = f"{server.url}{server.front.emulator.token}"
    statuses = [session.get(f"{rest}profile").status_code for _ in range(60)]
    assert statuses[:50] == [200] * 50
    assert 503 in statuses
    assert isinstance(server.front.emulator, BitrixSandbox)
    assert server.front.emulator.portal.bucket.refused == statuses.count(503)
