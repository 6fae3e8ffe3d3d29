"""The page for people, and the sandbox over real sockets."""

from collections.abc import Iterator

import pytest
import requests

from amocrm_caller import Amo
from partnersync.sandbox.clock import SystemClock
from partnersync.sandbox.faults import RESET_AFTER, Fault
from partnersync.sandbox.front import Front
from partnersync.sandbox.server import Server, serving
from partnersync_amocrm_sandbox.emulator import AmoSandbox, sample_account
from partnersync_amocrm_sandbox.sample import FIRST_SELLER

LEAD = 10_000_001


def page(amo: Amo, query: str = "") -> str:
    response = amo.call("GET", f"/{query}", headers={"Authorization": ""})
    assert response.status == 200
    return response.body.decode()


def test_deals_and_partners_are_shown_with_their_fields() -> None:
    text = page(Amo(3))
    for shown in ("Сделка 3", "Партнёр P01", "Менеджер 1", "Продукты", "P12", 'http-equiv="refresh"'):
        assert shown in text
    assert "Клиент 1" not in text


def test_a_change_is_marked_for_a_while_and_comes_first() -> None:
    amo = Amo(30)
    assert "class=fresh" not in page(amo)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PROMO_CODE", "НОВЫЙ")
    amo.sandbox.ui.note(FIRST_SELLER, LEAD, "позвонили")
    amo.sandbox.ui.task(FIRST_SELLER, LEAD, "проверить", 1)
    text = page(amo)
    assert "<tr class=fresh><td>Промокод</td><td>НОВЫЙ</td></tr>" in text
    assert text.index("Сделка 1<") < text.index("Сделка 30<")
    assert "позвонили" in text
    assert "☐ проверить" in text
    amo.clock.advance(60)
    assert "class=fresh" not in page(amo)


def test_one_deal_is_shown_by_its_id() -> None:
    text = page(Amo(30), f"?lead={LEAD}")
    assert "Сделка 1<" in text
    assert "Сделка 30<" not in text


def test_everything_is_escaped() -> None:
    amo = Amo(1)
    attack = "<script>alert(1)</script>"
    amo.account.name = attack
    amo.account.users[FIRST_SELLER].name = attack
    amo.account.fields["leads"][500_001].name = attack
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, 500_001, attack)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "name", attack)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "responsible_user_id", FIRST_SELLER)
    amo.sandbox.ui.note(FIRST_SELLER, LEAD, attack)
    amo.sandbox.ui.task(FIRST_SELLER, LEAD, attack, 1)
    amo.patch(f"leads/{LEAD}", {"tags_to_add": [{"name": attack}]})
    text = page(amo)
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 8


@pytest.fixture
def server() -> Iterator[Server]:
    clock = SystemClock()
    with serving(Front(sample_account(20, clock), clock)) as server:
        yield server
    assert server.failures == []


@pytest.fixture
def session(server: Server) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {server.front.emulator.token}"
        yield session


def test_a_conversation_over_sockets(server: Server, session: requests.Session) -> None:
    api = f"{server.url}/api/v4"
    leads = session.get(f"{api}/leads", params={"limit": 5}).json()
    assert leads["_links"]["self"]["href"].startswith(server.url)
    lead = leads["_embedded"]["leads"][0]["id"]
    assert session.patch(f"{api}/leads", json=[{"id": lead, "name": "через сеть"}]).status_code == 200
    assert session.get(f"{api}/leads/{lead}").json()["name"] == "через сеть"
    assert session.get(f"{api}/leads/1").status_code == 204
    assert session.get(f"{server.url}/").headers["Content-Type"].startswith("text/html")


def test_a_lost_answer_leaves_the_work_done(server: Server, session: requests.Session) -> None:
    """§11.12 reset after the commit."""
    api = f"{server.url}/api/v4"
    server.front.faults.plan(RESET_AFTER, method="POST", path="/leads$")
    server.front.faults.plan(Fault.html(504), method="GET", path="/leads$")
    with pytest.raises(requests.ConnectionError):
        session.post(f"{api}/leads", json=[{"name": "потерянная"}])
    assert session.get(f"{api}/leads").status_code == 504
    found = session.get(f"{api}/leads", params={"query": "потерянная"}).json()["_embedded"]["leads"]
    assert len(found) == 1


def test_many_at_once_meet_the_limit(server: Server, session: requests.Session) -> None:
    """§1.5 over sockets."""
    statuses = [session.get(f"{server.url}/api/v4/account").status_code for _ in range(12)]
    assert isinstance(server.front.emulator, AmoSandbox)
    assert statuses[:7] == [200] * 7
    assert server.front.emulator.account.limiter.refused == statuses.count(429)
    assert server.front.journal.by_status[429] == statuses.count(429)
