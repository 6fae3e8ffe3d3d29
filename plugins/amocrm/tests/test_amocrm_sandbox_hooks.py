"""Webhooks: subscriptions, the form of what is sent, and the ladder of repeats."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from amocrm_caller import START, Amo
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.behaviour import DeleteHook, Zone
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.definitions import Field
from partnersync_amocrm_sandbox.delivery import deliver, over_http
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN

LEAD = 10_000_001
HERE = "http://127.0.0.1:9/hook"


class Listener:
    """Subscribes to everything and keeps the forms."""

    def __init__(self, *settings: str, deals: int = 1, **behaviour: Any) -> None:
        self.amo = Amo(deals, **behaviour)
        self.amo.call("POST", "webhooks", {"destination": HERE, "settings": list(settings)})
        self.status = 200

    def forms(self) -> list[dict[str, str]]:
        """What was sent since the last look."""
        got: list[dict[str, str]] = []

        def send(_destination: str, body: bytes) -> int:
            got.append(dict(parse_qsl(body.decode())))
            return self.status

        deliver(self.amo.account, send)
        return got


def test_subscriptions() -> None:
    """§4.16 201; a known destination keeps its id; the answer's settings are an object, the list's a list."""
    amo = Amo()
    first = amo.call("POST", "webhooks", {"destination": HERE, "settings": ["add_lead"]})
    assert (first.status, first.json()["settings"]) == (201, {"add_lead": 1})
    again = amo.call("POST", "webhooks", {"destination": HERE, "settings": ["update_lead"]}).json()
    (listed,) = amo.rows(f"webhooks?filter[destination]={HERE}")
    assert (listed["id"], listed["settings"], listed["created_at"]) == (again["id"], ["update_lead"], START + 1)
    assert amo.rows("webhooks?filter[destination]=other") == []
    assert amo.call("DELETE", "webhooks", {"destination": HERE}).status == 204
    assert amo.call("DELETE", "webhooks", {"destination": HERE}).status == 404


def test_settings_may_come_as_a_list_and_unknown_ones_are_refused() -> None:
    """§4.16."""
    amo = Amo(settings_as_object=False)
    body = {"destination": HERE, "settings": ["add_lead"]}
    assert amo.call("POST", "webhooks", body).json()["settings"] == ["add_lead"]
    found = amo.errors("POST", "webhooks", {"destination": HERE, "settings": ["sky"]})
    assert found == [("NotSupportedChoice", "settings.0")]
    amo.token = amo.token_of(FIRST_SELLER)
    assert amo.call("GET", "webhooks").status == 403


def test_the_form_of_an_update() -> None:
    """§6.2 the old shape: texts alone, bare dates, choices with `enum`, nothing for what is empty."""
    listener = Listener("update_lead")
    amo = listener.amo
    amo.account.fields["leads"][900] = Field(900, "leads", "checkbox", "Да?", None)
    values: list[dict[str, Any]] = [
        {"field_id": seeds.PROMO_CODE, "values": [{"value": "P-17"}]},
        {"field_id": seeds.SELLER_SAYS, "values": [{"enum_code": "P02"}]},
        {"field_id": seeds.PAID_ON, "values": [{"value": 1634601600}]},
        {"field_id": seeds.PRODUCTS, "values": None},
        {"field_id": seeds.UTM_SOURCE, "values": None},
        {"field_id": seeds.PAID, "values": None},
        {"field_id": 900, "values": [{"value": True}]},
    ]
    move = {"status_id": 142, "pipeline_id": MAIN, "price": 12000, "tags_to_add": [{"name": "vip"}]}
    amo.patch(f"leads/{LEAD}", {"custom_fields_values": values} | move)
    (form,) = listener.forms()
    fields = {form[f"leads[update][0][custom_fields][{place}][id]"]: place for place in range(4)}
    promo, choice, date, box = (fields[str(one)] for one in (seeds.PROMO_CODE, seeds.SELLER_SAYS, seeds.PAID_ON, 900))
    stem = "leads[update][0]"
    expected = {
        "account[subdomain]": "sandbox",
        "account[id]": "31000001",
        "account[_links][self]": "https://sandbox.amocrm.ru",
        f"{stem}[id]": str(LEAD),
        f"{stem}[status_id]": "142",
        f"{stem}[price]": "12000",
        f"{stem}[modified_user_id]": str(ADMIN),
        f"{stem}[tags][0][name]": "vip",
        f"{stem}[last_modified]": str(START + 2),
        f"{stem}[updated_at]": str(START + 2),
        f"{stem}[custom_fields][{promo}][values][0][value]": "P-17",
        f"{stem}[custom_fields][{choice}][values][0][enum]": str(seeds.partner_enum(1)),
        f"{stem}[custom_fields][{date}][values][0]": "1634590800",
        f"{stem}[custom_fields][{box}][values][0][value]": "1",
        f"{stem}[custom_fields][{promo}][code]": "PROMO_CODE",
    }
    assert expected.items() <= form.items()
    assert f"{stem}[custom_fields][4][id]" not in form


def test_a_radio_button_is_one_object() -> None:
    """§6.2."""
    listener = Listener("update_lead")
    select = listener.amo.account.fields["leads"][seeds.SELLER_SAYS]
    select.type = "radiobutton"
    listener.amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PARTNER", "P01")
    (form,) = listener.forms()
    assert "P01" in [value for key, value in form.items() if key.endswith("[values][value]")]


@pytest.mark.parametrize(
    ("setting", "act", "key", "value"),
    [
        pytest.param(
            "add_lead", lambda amo: amo.new("leads", {}), "leads[add][0][pipeline_id]", "4001", id="a new lead"
        ),
        pytest.param(
            "status_lead",
            lambda amo: amo.patch(f"leads/{LEAD}", {"status_id": 142, "pipeline_id": 4002}),
            "leads[status][0][old_pipeline_id]",
            "4001",
            id="§6.2 a stage with the one before",
        ),
        pytest.param(
            "responsible_lead",
            lambda amo: amo.patch(f"leads/{LEAD}", {"responsible_user_id": ADMIN}),
            "leads[responsible][0][old_responsible_user_id]",
            None,
            id="§6.2 an owner with the one before",
        ),
        pytest.param(
            "responsible_company",
            lambda amo: amo.patch("companies/30000001", {"responsible_user_id": ADMIN}),
            "contacts[update][0][old_responsible_user_id]",
            None,
            id="§6.2 of a company: an update",
        ),
        pytest.param(
            "update_company",
            lambda amo: amo.patch("companies/30000001", {"name": "x"}),
            "contacts[update][0][type]",
            "company",
            id="§6.2 companies come as contacts, told by type",
        ),
        pytest.param(
            "restore_lead",
            lambda amo: (amo.sandbox.ui.delete(ADMIN, LEAD), amo.sandbox.ui.restore(ADMIN, LEAD)),
            "leads[restore][0][id]",
            str(LEAD),
            id="a restored lead",
        ),
        pytest.param(
            "note_lead",
            lambda amo: amo.sandbox.ui.note(ADMIN, LEAD, "текст"),
            "leads[note][0][note][text]",
            "текст",
            id="§6.2 a note",
        ),
        pytest.param(
            "add_task",
            lambda amo: amo.sandbox.ui.task(ADMIN, LEAD, "дело", 1_700_000_000),
            "task[add][0][complete_till]",
            "2023-11-15 01:13:20",
            id="§6.2 a task, its time in the account's zone",
        ),
    ],
)
def test_what_hooks_tell(setting: str, act: Callable[[Amo], Any], key: str, value: str | None) -> None:
    listener = Listener(setting)
    act(listener.amo)
    (form,) = listener.forms()
    assert form[key] == value if value is not None else key in form


def test_the_zone_of_times_may_be_utc() -> None:
    """§12.13."""
    listener = Listener("add_task", hook_zone=Zone.UTC)
    listener.amo.sandbox.ui.task(ADMIN, LEAD, "дело", 1_700_000_000)
    assert listener.forms()[0]["task[add][0][complete_till]"] == "2023-11-14 22:13:20"


@pytest.mark.parametrize(
    ("shape", "pair"),
    [(DeleteHook.FIELDS, ("leads[delete][0][id]", str(LEAD))), (DeleteHook.ID, ("leads[delete]", str(LEAD)))],
)
def test_both_shapes_of_a_deletion(shape: DeleteHook, pair: tuple[str, str]) -> None:
    """§6.2."""
    listener = Listener("delete_lead", delete_hook=shape)
    listener.amo.sandbox.ui.delete(ADMIN, LEAD)
    assert pair in listener.forms()[0].items()


@pytest.mark.parametrize(
    ("behaviour", "keys"),
    [
        pytest.param({}, ["leads[status][0]", "leads[update][0]"], id="§12.23 separately"),
        pytest.param({"one_post_for_actions": True}, ["leads[status][0] leads[update][0]"], id="§12.23 in one"),
        pytest.param({"hooks_reversed": True}, ["leads[update][0]", "leads[status][0]"], id="§6.1 in another order"),
        pytest.param(
            {"hook_twice": True},
            ["leads[status][0]", "leads[status][0]", "leads[update][0]", "leads[update][0]"],
            id="§6.1 twice",
        ),
    ],
)
def test_a_move_with_two_subscriptions(behaviour: dict[str, Any], keys: list[str]) -> None:
    listener = Listener("status_lead", "update_lead", **behaviour)
    listener.amo.patch(f"leads/{LEAD}", {"status_id": 142, "pipeline_id": 4002})
    told = [
        " ".join(key[: -len("[id]")] for key in form if key.endswith("[0][id]") and key.count("[") == 3)
        for form in listener.forms()
    ]
    assert told == keys


@pytest.mark.parametrize(("together", "posts"), [(False, 2), (True, 1)])
def test_a_batch_may_come_in_one_hook(together: bool, posts: int) -> None:
    """§12.13."""
    listener = Listener("add_lead", several_in_one=together)
    listener.amo.post("leads", {}, {})
    forms = listener.forms()
    assert len(forms) == posts
    assert ("leads[add][1][id]" in forms[0]) is together


def test_the_author_may_be_hidden() -> None:
    """§6.4."""
    listener = Listener("update_lead", modified_user_zero=True)
    listener.amo.patch(f"leads/{LEAD}", {"name": "x"})
    assert listener.forms()[0]["leads[update][0][modified_user_id]"] == "0"


def test_a_merge_may_tell_the_loss() -> None:
    """§12.12 by default it does not."""
    for fires in (False, True):
        listener = Listener("delete_lead", deals=2, merge_fires_delete=fires)
        listener.amo.sandbox.ui.merge(ADMIN, [LEAD, LEAD + 1])
        assert bool(listener.forms()) is fires


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        pytest.param(200, [], id="delivered"),
        pytest.param(302, [300, 900], id="§6.1 a redirect is a failure"),
        pytest.param(404, [300, 900], id="§6.1 two repeats"),
        pytest.param(0, [300, 900], id="§6.1 no answer in time"),
        pytest.param(499, [300, 900, 900, 3600], id="§6.1 four repeats"),
        pytest.param(503, [300, 900, 900, 3600], id="§6.1 four repeats after 5xx"),
    ],
)
def test_the_ladder_of_repeats(status: int, waits: list[int]) -> None:
    listener = Listener("update_lead")
    listener.status = status
    listener.amo.sandbox.ui.edit(ADMIN, LEAD, "name", "x")
    assert len(listener.forms()) == 1
    for wait in waits:
        listener.amo.clock.advance(wait - 1)
        assert listener.forms() == []
        listener.amo.clock.advance(1)
        assert len(listener.forms()) == 1
    listener.amo.clock.advance(86_400)
    assert listener.forms() == []
    assert [one.attempt for one in listener.amo.account.hooks.sent] == list(range(1, len(waits) + 2))


@pytest.mark.parametrize("enables", [False, True])
def test_a_hook_that_fails_too_often_is_disabled(enables: bool) -> None:
    """§6.1 over 100 invalid answers in two hours; §12.13 a new POST may enable it."""
    listener = Listener("update_lead", post_enables=enables)
    listener.status = 404
    for _ in range(101):
        listener.amo.sandbox.ui.edit(ADMIN, LEAD, "name", "x")
        listener.forms()
    (hook,) = listener.amo.rows("webhooks")
    assert hook["disabled"] is True
    listener.amo.call("POST", "webhooks", {"destination": HERE, "settings": ["update_lead"]})
    assert listener.amo.rows("webhooks")[0]["disabled"] is not enables


class _Receiver(BaseHTTPRequestHandler):
    got: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["Content-Type"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    got: list[tuple[str, bytes]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Receiver", (_Receiver,), {"got": got}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/h", got
    server.shutdown()
    server.server_close()
    thread.join()


def test_hooks_go_over_http_to_this_machine_alone(receiver: tuple[str, list[tuple[str, bytes]]]) -> None:
    """§6.1 as a form."""
    destination, got = receiver
    amo = Amo(1)
    for target in (destination, "https://crm.example/h"):
        amo.call("POST", "webhooks", {"destination": target, "settings": ["update_lead"]})
    amo.patch(f"leads/{LEAD}", {"name": "x"})
    amo.sandbox.tick()
    assert [kind for kind, _ in got] == ["application/x-www-form-urlencoded"]
    assert b"leads%5Bupdate%5D%5B0%5D%5Bid%5D=10000001" in got[0][1]
    assert {one.destination: one.status for one in amo.account.hooks.sent} == {
        destination: 200,
        "https://crm.example/h": 0,
    }


@pytest.mark.parametrize("target", ["https://crm.example/h", "http://93.184.216.34/h", "http://localhost.example/h"])
def test_no_other_machine_is_called(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.Session, "post", lambda *_, **__: pytest.fail("called"))
    assert over_http(target, b"") == 0


def test_nobody_there_is_no_answer() -> None:
    assert over_http(HERE, b"") == 0


def test_nothing_is_built_for_nobody() -> None:
    amo = Amo(1)
    amo.patch(f"leads/{LEAD}", {"name": "x"})
    assert amo.account.hooks.parcels == []
    assert not amo.account.hooks.wanted(f"update_{Kind.LEADS.single}")
