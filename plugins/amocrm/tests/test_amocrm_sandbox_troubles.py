"""Faults as the API was seen to have them."""

import pytest

from amocrm_caller import Amo
from partnersync.sandbox.faults import WORKS
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request
from partnersync_amocrm_sandbox.troubles import TROUBLES


@pytest.mark.parametrize("name", TROUBLES)
def test_a_trouble_is_what_its_name_says(name: str) -> None:
    """§11.1, §11.12, §3.3: the work is done only where the name, or half an answer, says so."""
    amo = Amo()
    front = Front(amo.sandbox, amo.clock)
    front.faults.plan(TROUBLES[name], method="POST")
    headers = {"Authorization": f"Bearer {amo.token}"}
    request = Request.to("POST", "/api/v4/leads", headers, json_body=[{"name": "x"}])
    if name.startswith("reset"):
        with pytest.raises(ConnectionResetError):
            front.handle(request)
    else:
        response = front.handle(request)
        assert response.status == (200 if name == "truncated" else int(name.split()[0]))
        is_json = not ("page" in name or name == "truncated")
        assert response.body.startswith(b"{") is (is_json or name == "truncated")
    done = len(amo.ids("leads"))
    assert done == (TROUBLES[name].trouble in WORKS)
