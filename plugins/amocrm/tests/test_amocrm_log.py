"""The client's log at debug level tells every call, and holds no token, secret, phone or e-mail."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amocrm_client import consent, oauth_settings, served
from partnersync.cli import logs
from partnersync.contract.secret import Secret
from partnersync.errors import PartnersyncError
from partnersync.sandbox.faults import RESET_AFTER, Fault
from partnersync.sandbox.messages import Response
from partnersync.transport.clock import Clock
from partnersync.transport.line import Line
from partnersync_amocrm.assemble import client_of, limiter_of, token_file_of
from partnersync_amocrm.oauth import TokenEndpoint

PHONE, MAIL = "+7 900 555-01-01", "zeb.leak@mail.example"


def test_planted_secrets_and_contacts_stay_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Before the core's own masking, which would hide a slip here."""
    logs.stop()  # what an earlier test's command left on would empty the records first
    caplog.set_level(logging.DEBUG, "partnersync")
    with served(1) as (sandbox, server):
        settings = oauth_settings(server.url)
        endpoint = TokenEndpoint(settings, Line("amocrm", "main", 1), limiter_of(tmp_path, settings, Clock()), Clock())
        code = consent(sandbox)
        pair = endpoint.exchange(server.url, Secret(code))
        token_file_of("main", tmp_path, settings).keep(pair, server.url)
        client = client_of("main", tmp_path, settings, Clock())
        said = [server.url]
        body = f'{{"detail": "{PHONE} {MAIL} {pair.access.reveal()}", "status": 404}}'.encode()
        server.front.faults.plan(Fault.answer(Response(404, body)), path="leads/1")
        server.front.faults.plan(RESET_AFTER, method="POST")
        calls: list[Callable[[], Any]] = [
            lambda: client.get("leads", [("query", PHONE), ("filter[name]", MAIL)]),
            lambda: client.get("leads/1"),
            lambda: client.get(f"leads/{MAIL}"),
            lambda: client.create("contacts", [{"name": MAIL, "phone": PHONE}]),
        ]
        for call in calls:
            try:
                call()
            except PartnersyncError as error:
                said.append(str(error))
        client.close()
        endpoint.line.close()
    told = "\n".join(
        [*said, *(f"{record.msg} {record.args}" for record in caplog.records if record.name.startswith("partnersync"))]
    )
    assert "'path': '/api/v4/contacts', 'status': 'broken'" in told
    planted = (PHONE, "900555", "555-01-01", MAIL, pair.access.reveal(), pair.refresh.reveal(), code, "sandbox-secret")
    assert [one for one in planted if one in told] == []
