"""Every named fault is met as it is named."""

import pytest

from bitrix24_caller import DEAL, START, Bitrix
from partnersync.sandbox.faults import WORKS, Trouble
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request
from partnersync_bitrix24_sandbox.troubles import TROUBLES


@pytest.mark.parametrize("name", TROUBLES)
def test_a_fault(name: str) -> None:
    b24 = Bitrix(1)
    front = Front(b24.sandbox, b24.clock)
    fault = TROUBLES[name]
    front.faults.plan(fault, path=r"crm\.item\.update")
    request = Request.to(
        "POST",
        f"{b24.path}crm.item.update",
        json_body={"entityTypeId": DEAL, "id": 1, "fields": {"title": "сделано"}},
    )
    if fault.trouble in (Trouble.RESET_BEFORE, Trouble.RESET_AFTER):
        with pytest.raises(ConnectionResetError):
            front.handle(request)
    elif name[0].isdigit() and name[:3].isdigit():
        assert front.handle(request).status == int(name[:3])
    else:
        front.handle(request)
    assert (b24.item(DEAL, 1)["title"] == "сделано") is (fault.trouble in WORKS)
    (call,) = front.journal.calls(path="crm.item.update")
    assert (call.target, call.at) == ("/rest/1/…/crm.item.update", START)
