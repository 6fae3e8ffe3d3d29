"""Subscriptions, the offline queue, online events (reference §6)."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from bitrix24_caller import DEAL, Bitrix
from partnersync_bitrix24_sandbox.delivery import deliver
from partnersync_bitrix24_sandbox.event_queue import KEPT_S
from partnersync_bitrix24_sandbox.portal import Options
from partnersync_bitrix24_sandbox.sample import ADMIN, CLIENT_ID, FIRST_SELLER
from partnersync_bitrix24_sandbox.tokens import Application

UPDATE = "ONCRMDEALUPDATE"


class App:
    """An application of the portal, and its administrator."""

    def __init__(self, b24: Bitrix, client_id: str = CLIENT_ID, user: int = ADMIN, connector: str = "") -> None:
        self.b24, self.connector = b24, connector
        self.token = b24.portal.tokens.pair(client_id, user, b24.portal.now()).access

    def call(self, method: str, **params: Any) -> Any:
        return self.b24.result(f"/rest/{method}", self._with(params))

    def error(self, method: str, **params: Any) -> tuple[int, Any, str]:
        return self.b24.error(f"/rest/{method}", self._with(params))

    def offline(self, *events: str) -> "App":
        for event in events:
            self.call("event.bind", event=event, event_type="offline")
        return self

    def _with(self, params: dict[str, Any]) -> dict[str, Any]:
        return {**params, "auth": self.token} | ({"auth_connector": self.connector} if self.connector else {})

    def seen(self, **params: Any) -> list[tuple[str, int]]:
        told = self.call("event.offline.get", **params)["events"]
        return [(one["EVENT_NAME"], one["EVENT_DATA"]["FIELDS"]["ID"]) for one in told]


def edit(b24: Bitrix, deal: int = 1, user: int = FIRST_SELLER) -> None:
    b24.clock.advance(1)
    b24.sandbox.ui.edit(user, deal, "title", f"в {b24.clock.now()}")


METHODS = "bind unbind get offline.get offline.list offline.clear offline.error".split()


@pytest.mark.parametrize("method", METHODS)
def test_a_webhook_has_no_events(method: str) -> None:
    ask = {"event": UPDATE, "event_type": "offline", "process_id": "x"}
    assert Bitrix(contract="ignored").error(f"event.{method}", ask)[:2] == (403, "WRONG_AUTH_TYPE")


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"event": "ONCRMNOTHING", "event_type": "offline"}, 400, "ERROR_EVENT_NOT_FOUND"),
        ({"event": UPDATE, "handler": "ftp://app.example/x"}, 400, "ERROR_UNSUPPORTED_PROTOCOL"),
        ({"event": UPDATE, "handler": "http://app/x"}, 400, "ERROR_WRONG_HANDLER_URL"),
    ],
)
def test_what_cannot_be_bound(params: dict[str, Any], status: int, code: str) -> None:
    assert App(Bitrix()).error("event.bind", **params)[:2] == (status, code)


def test_bind_get_unbind() -> None:
    b24 = Bitrix()
    app = App(b24).offline(UPDATE)
    app.call("event.bind", event=UPDATE, handler="http://app.example/hook", auth_type=ADMIN)
    told = [(one["event"], one["offline"], one["handler"]) for one in app.call("event.get")]
    assert told == [(UPDATE, 1, ""), (UPDATE, 0, "http://app.example/hook")]
    again = app.error("event.bind", event=UPDATE, event_type="offline")
    assert (again[1], "already binded" in again[2]) == ("ERROR_CORE", True)
    assert app.call("event.unbind", event=UPDATE, event_type="offline") == {"count": 1}
    assert app.call("event.unbind", event=UPDATE, handler="http://app.example/hook") == {"count": 1}
    assert app.call("event.get") == []


def test_a_seller_binds_online_events_for_himself_alone() -> None:
    b24 = Bitrix()
    seller = App(b24, user=FIRST_SELLER)
    assert seller.error("event.bind", event=UPDATE, event_type="offline")[:2] == (403, "ACCESS_DENIED")
    assert seller.error("event.bind", event=UPDATE, handler="http://a.example/", auth_type=ADMIN)[0] == 403
    assert seller.call("event.bind", event=UPDATE, handler="http://a.example/") is True
    assert b24.portal.events.bindings[0].auth_type == FIRST_SELLER
    assert seller.error("event.offline.get")[1] == "ACCESS_DENIED"


def test_the_queue_is_a_set_of_changed_objects() -> None:
    b24 = Bitrix(3)
    app = App(b24).offline(UPDATE, "ONCRMDEALADD", "ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY")
    for _ in range(3):
        edit(b24)
    edit(b24, 2)
    b24.sandbox.ui.move(FIRST_SELLER, 3, "C3:NEW", 3)
    b24.sandbox.ui.delete(FIRST_SELLER, 2)
    rows = app.call("event.offline.list")
    assert [(one["EVENT_NAME"], one["EVENT_ADDITIONAL"]) for one in rows] == [
        (UPDATE, {"user_id": FIRST_SELLER}),
        (UPDATE, {"user_id": FIRST_SELLER}),
        ("ONCRMDEALMOVETOCATEGORY", {"user_id": FIRST_SELLER}),
        ("ONCRMDEALDELETE", {"user_id": FIRST_SELLER}),
    ]
    assert app.seen(filter={"EVENT_NAME": UPDATE}, limit=1) == [(UPDATE, 1)]  # and it is gone
    assert app.seen() == [(UPDATE, 2), ("ONCRMDEALMOVETOCATEGORY", 3), ("ONCRMDEALDELETE", 2)]
    assert app.call("event.offline.get") == {"process_id": None, "events": []}


def test_rows_are_reserved_until_they_are_cleared() -> None:
    b24 = Bitrix(3)
    app = App(b24).offline(UPDATE)
    for deal in (1, 2):
        edit(b24, deal)
    taken = app.call("event.offline.get", clear=0)
    process = taken["process_id"]
    assert (len(process), len(taken["events"])) == (32, 2)
    edit(b24, 1)  # a change while the row is reserved makes a fresh row
    assert app.call("event.offline.get", clear=0, limit=9)["events"][0]["EVENT_DATA"] == {"FIELDS": {"ID": 1}}
    assert app.seen(clear=0, process_id=process) == [(UPDATE, 1), (UPDATE, 2)]
    one, two = taken["events"]
    assert app.call("event.offline.clear", process_id=process, id=[one["ID"]]) is True
    assert app.call("event.offline.error", process_id=process, message_id=[two["MESSAGE_ID"]]) is True
    assert app.seen(clear=0, process_id=process) == []
    assert app.seen(clear=0, process_id=process, error=1) == [(UPDATE, 2)]
    left = app.call("event.offline.list", filter={"PROCESS_ID": process})
    assert [(each["ERROR"], each["ID"]) for each in left] == [("1", two["ID"])]
    app.call("event.offline.clear", process_id=process)
    assert len(app.call("event.offline.list")) == 1


def test_reading_a_reservation_again_without_clear_0_loses_it() -> None:
    b24 = Bitrix(1)
    app = App(b24).offline(UPDATE)
    edit(b24)
    process = app.call("event.offline.get", clear=0)["process_id"]
    assert app.seen(process_id=process) == [(UPDATE, 1)]
    assert app.seen(process_id=process, clear=0) == []


@pytest.mark.parametrize(
    ("params", "code"),
    [({"filter": {"USER": 1}}, "ERROR_ARGUMENT"), ({"limit": 0}, "ERROR_ARGUMENT"), ({"limit": -1}, "ERROR_ARGUMENT")],
)
def test_what_the_queue_refuses(params: dict[str, Any], code: str) -> None:
    assert App(Bitrix()).error("event.offline.get", **params)[1] == code


def test_own_changes_are_left_out_by_application_and_connector() -> None:
    b24 = Bitrix(9)
    b24.portal.tokens.install(Application("other", "secret"))
    plain = App(b24).offline(UPDATE)
    joined = App(b24, connector="ps").offline(UPDATE)
    other = App(b24, "other")
    for number, one in enumerate((plain, joined, other), 1):
        one.call("crm.item.update", entityTypeId=DEAL, id=number, fields={"title": "x"})
    b24.change(DEAL, 4, title="by webhook")
    edit(b24, 5)
    inside = f"crm.item.update?entityTypeId={DEAL}&id=6&fields[title]=x"
    joined.call("batch", cmd={"a": inside})
    assert [deal for _, deal in plain.seen()] == [2, 3, 4, 5, 6]
    assert [deal for _, deal in joined.seen()] == [1, 3, 4, 5]


def test_a_robot_that_follows_our_write_is_left_out_too() -> None:
    b24 = Bitrix(2)
    app = App(b24).offline(UPDATE)
    b24.sandbox.ui.robot("UF_CRM_PROMO_CODE", "R", FIRST_SELLER)
    app.call("crm.item.update", entityTypeId=DEAL, id=1, fields={"title": "x"})
    assert b24.item(DEAL, 1)["updatedBy"] == FIRST_SELLER
    assert app.seen() == []
    edit(b24, 2)
    assert app.seen() == [(UPDATE, 2)]


def test_nobody_is_named_where_a_robot_of_the_portal_did_it() -> None:
    b24 = Bitrix(1)
    app = App(b24).offline(UPDATE)
    b24.sandbox.ui.robot("UF_CRM_PROMO_CODE", "R")
    edit(b24)
    assert app.call("event.offline.list")[0]["EVENT_ADDITIONAL"] is False


def test_what_the_plan_and_other_portals_do() -> None:
    b24 = Bitrix(1, options=Options(offline_extended=False, auth_connector=False), offline_data=False)
    app = App(b24).offline(UPDATE)
    edit(b24)
    assert app.error("event.offline.get", clear=0)[:2] == (403, "WRONG_LICENSE")
    app.connector = "ps"
    assert app.error("event.offline.get")[:2] == (403, "WRONG_LICENSE")
    app.connector = ""
    assert app.call("event.offline.get")["events"][0]["EVENT_DATA"] is False
    assert b24.result("feature.get", CODE="rest_auth_connector") == {"value": "N"}


def test_old_rows_are_dropped() -> None:
    b24 = Bitrix(1)
    app = App(b24).offline(UPDATE)
    edit(b24)
    b24.clock.advance(KEPT_S + 5)
    app.token = b24.portal.tokens.pair(CLIENT_ID, ADMIN, b24.portal.now()).access
    assert app.call("event.offline.list") == []


def test_an_online_event_is_sent_once_whatever_is_answered() -> None:
    b24 = Bitrix(1)
    App(b24).call("event.bind", event=UPDATE, handler="http://app.example/hook", auth_type=ADMIN)
    edit(b24)
    sent: list[tuple[str, bytes]] = []

    def receive(url: str, body: bytes) -> int:
        sent.append((url, body))
        return 500

    assert (deliver(b24.portal, receive), deliver(b24.portal, receive)) == (1, 0)
    ((url, body),) = sent
    told = {name: value for name, (value,) in parse_qs(body.decode()).items()}
    assert (url, told["event"], told["data[FIELDS][ID]"]) == ("http://app.example/hook", UPDATE, "1")
    assert told["auth[application_token]"] == b24.portal.tokens.application_token(CLIENT_ID)
    assert b24.result("/rest/profile", auth=told["auth[access_token]"])["ID"] == str(ADMIN)
    assert "auth[refresh_token]" not in told
