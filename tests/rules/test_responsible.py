"""Which partners need another responsible manager."""

import pytest

from partnersync.domain.activity import User
from partnersync.domain.partner import Partner, PartnerStatus
from partnersync.rules.responsible import NOBODY, NOT_ACTIVE, NOT_OF_THEM, unmanaged

USERS = {
    "ann": User("crm/ann", "Ann", group="Partners"),
    "bob": User("crm/bob", "Bob", group="Sales"),
    "eve": User("crm/eve", "Eve", group="Partners", active=False),
}


@pytest.mark.parametrize(
    ("manager", "managers", "text"),
    [
        pytest.param("bob", [], None, id="any active user, where the program names nobody"),
        pytest.param("ann", ["Partners"], None, id="one of the group"),
        pytest.param("bob", ["Partners", "bob"], None, id="named himself"),
        pytest.param("bob", ["Partners"], NOT_OF_THEM, id="one of another group"),
        pytest.param("eve", ["Partners"], NOT_ACTIVE, id="one who left"),
        pytest.param("zoe", [], NOT_ACTIVE, id="one whom nobody knows"),
        pytest.param(None, [], NOBODY, id="nobody"),
    ],
)
def test_a_partner_has_a_responsible_manager(manager: str | None, managers: list[str], text: str | None) -> None:
    one = Partner("P1", "First", manager=manager)
    assert list(unmanaged([one], USERS, managers)) == ([(one, text)] if text else [])


def test_only_active_partners_need_one() -> None:
    assert list(unmanaged([Partner("P1", "First", status=PartnerStatus.PAUSED)], USERS, [])) == []
