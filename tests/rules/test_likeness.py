"""What asks whether a client is known already, and never unites or refuses."""

from typing import Any

import pytest

from partnersync.domain.client import ClientKeys
from partnersync.rules.identity import Member
from partnersync.rules.likeness import Known, asked, lookalikes, medium, traits, vetoed
from partnersync.rules.names import plain

CLAIM = ClientKeys(name="ООО Ромашка", inn="7707083893", phones=("+74951234567",))


def _known(
    at: Any, client_id: str = "crm/c1", *, key: str = "", name: str = "", inn: str = "", since: str = "2026-01-01"
) -> Known:
    return Known(key or "name:7:рома", client_id, inn, plain(name), at(since), 1)


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        pytest.param({"name": "Ромашка"}, True, id="the name, the region is unknown"),
        pytest.param({"name": "Ромашка", "inn": "7736050003"}, True, id="the name, in the same region"),
        pytest.param({"name": "Ромашка", "inn": "5036065113"}, False, id="the name, in another region"),
        pytest.param({"name": "Рюмашки"}, False, id="another name under the same key"),
        pytest.param({"key": "phone:+74951234567"}, True, id="a phone alone"),
        pytest.param({"key": "mail:a@mail.ru", "inn": "5036065113"}, True, id="an e-mail alone, whatever the region"),
        pytest.param({"name": "Ромашка", "since": "2026-01-15T12:00"}, True, id="known since that moment"),
        pytest.param({"name": "Ромашка", "since": "2026-01-15T12:01"}, False, id="known only later"),
        pytest.param({"name": "Ромашка", "client_id": "own"}, False, id="itself"),
    ],
)
def test_what_asks(told: dict[str, str], asks: bool, at: Any) -> None:
    one = _known(at, **told)
    found = lookalikes(CLAIM, {"own"}, [one], at("2026-01-15T12:00"))
    assert found == ((one.client_id,) if asks else ())


@pytest.mark.parametrize(("companies", "asks"), [(5, True), (6, False)])
def test_a_phone_of_more_than_five_companies_is_nobodys(companies: int, asks: bool, at: Any) -> None:
    known = [_known(at, f"c{number}", key="phone:+7495", name=f"Firm {number}") for number in range(companies)]
    again = [_known(at, "c0-again", key="phone:+7495", name="Firm 0")]
    assert bool(lookalikes(CLAIM, (), known + again, at("2026-02-01"))) is asks


def test_medium_keys_are_phones_and_personal_mail() -> None:
    client = ClientKeys(
        phones=("+74951234567;ext=12",),
        emails=("buyer+x@mail.ru", "boss@acme.com"),
        email_domains=("mail.ru", "acme.com"),
    )
    assert medium(client) == ("phone:+74951234567;ext=12", "mail:buyer@mail.ru")
    assert traits(client) == asked(client) == medium(client)


def test_a_name_is_found_by_its_ends_and_length_and_asks_by_those_near() -> None:
    client = ClientKeys(name="ООО Вектор 7")
    assert traits(client) == ("name:7:7:век", "name:7:7::ор7")
    assert set(traits(client)) <= set(asked(client))
    assert {key.split(":")[1] for key in asked(client)} == {"6", "7", "8"}
    assert traits(ClientKeys()) == asked(ClientKeys()) == ()


def test_a_claim_without_a_name_asks_by_no_name(at: Any) -> None:
    nameless = ClientKeys(phones=("+74951234567",))
    known = [_known(at, "c1", name=""), _known(at, "c2", key="phone:+74951234567"), _known(at, "c3", name="xxxx")]
    assert lookalikes(nameless, (), known, at("2026-02-01")) == ("c2",)


def test_a_crowded_phone_does_not_hide_other_keys(at: Any) -> None:
    crowd = [_known(at, f"c{number}", key="phone:+7495", name=f"Firm {number}") for number in range(6)]
    mail = _known(at, "m", key="mail:a@mail.ru")
    assert lookalikes(CLAIM, (), [*crowd, mail], at("2026-02-01")) == ("m",)


def test_what_has_no_tax_number_is_kept_apart_by_none(at: Any) -> None:
    members = [Member("a", 1, ("domain:x",), None), Member("b", 3, ("domain:x",), None)]
    found = vetoed(members, ["a", "b"], [at("2026-01-02"), at("2026-01-01")], {0: "R1"})
    assert found == {"R1": [Known("domain:x", "b", "", "", at("2026-01-01"), 3)]}


@pytest.mark.parametrize(
    ("theirs", "asks"),
    [
        pytest.param("2", True, id="another tax number behind one website"),
        pytest.param("1/b", False, id="a branch of the same company"),
    ],
)
def test_what_different_tax_numbers_keep_apart_asks(theirs: str, asks: bool, at: Any) -> None:
    members = [Member("a", 1, ("domain:x",), "1/a"), Member("b", 3, ("domain:x",), theirs)]
    found = vetoed(members, ["a", "b"], [at("2026-01-02"), at("2026-01-01")], {0: "R1"})
    expected = [Known("domain:x", "b", "2", "", at("2026-01-01"), 3)] if asks else []
    assert found.get("R1", []) == expected
