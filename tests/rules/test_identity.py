"""Who is the same client."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.client import ClientKeys
from partnersync.rules.domains import SHARED, is_corporate
from partnersync.rules.identity import Member, components, cut, keys, own_id


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param(ClientKeys(), (), id="nothing is known"),
        pytest.param(
            ClientKeys(client_id="crm/1", inn="7707083893", ogrn="1", domain="acme.com"),
            ("inn:7707083893", "ogrn:1", "crm:crm/1", "domain:acme.com"),
            id="certain keys come first",
        ),
        pytest.param(ClientKeys(domain="mail.ru"), (), id="a free-mail domain is no key"),
        pytest.param(ClientKeys(domain="tilda.ws"), (), id="a site builder's domain is no key"),
        pytest.param(
            ClientKeys(email="a@acme.com", email_domain="acme.com"), ("domain:acme.com",), id="a corporate e-mail"
        ),
        pytest.param(
            ClientKeys(domain="acme.com", email_domain="acme.com"), ("domain:acme.com",), id="site and e-mail agree"
        ),
        pytest.param(ClientKeys(phone="+74951234567", name="Acme"), (), id="medium and weak keys never unite"),
    ],
)
def test_keys(client: ClientKeys, expected: tuple[str, ...]) -> None:
    assert keys(client) == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param(ClientKeys(client_id="crm/1", inn="7"), "crm/1", id="the CRM's id"),
        pytest.param(ClientKeys(inn="7", domain="acme.com"), "inn:7", id="else the tax number"),
        pytest.param(ClientKeys(domain="acme.com"), "domain:acme.com", id="else the domain"),
        pytest.param(ClientKeys(name="Acme"), "deal:crm/9", id="else the record itself"),
    ],
)
def test_own_id(client: ClientKeys, expected: str) -> None:
    assert own_id(client, "deal:crm/9") == expected


def _member(name: str, *found: str, inn: str | None = None, seen: int = 1) -> Member:
    return Member(name, seen, (f"inn:{inn}", *found) if inn else found, inn)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param([_member("a", "domain:x"), _member("b", "domain:x")], ["a", "a"], id="a strong key unites"),
        pytest.param([_member("a", "domain:x"), _member("b", "domain:y")], ["a", "b"], id="other keys do not"),
        pytest.param([_member("a"), _member("b")], ["a", "b"], id="without keys everyone is alone"),
        pytest.param(
            [_member("b", "domain:x", seen=1), _member("a", "domain:x", seen=2)],
            ["b", "b"],
            id="the first seen names it",
        ),
        pytest.param(
            [_member("domain:x", "domain:x"), _member("main/z", "domain:x")],
            ["main/z", "main/z"],
            id="an id of a CRM goes before one that was derived",
        ),
        pytest.param(
            [_member("a", "crm:1"), _member("b", "crm:1", "domain:x"), _member("c", "domain:x")],
            ["a", "a", "a"],
            id="keys unite over a third record",
        ),
        pytest.param(
            [_member("a", "domain:x", inn="1"), _member("b", "domain:x", inn="2")],
            ["a", "b"],
            id="different tax numbers never unite",
        ),
        pytest.param(
            [_member("a", "domain:x", inn="1"), _member("b", "domain:x", inn="2"), _member("c", "domain:x")],
            ["a", "b", "c"],
            id="whoever shares the key of two companies belongs to neither",
        ),
        pytest.param(
            [
                _member("a", "domain:x", inn="1"),
                _member("b", "domain:x", "domain:y"),
                _member("c", "domain:y", inn="2"),
            ],
            ["a", "a", "c"],
            id="a bridge between two companies goes to one of them, never both",
        ),
        pytest.param(
            [_member("a", "crm:1", inn="1"), _member("b", "crm:1", inn="2")],
            ["a", "b"],
            id="nor does one CRM record unite them",
        ),
    ],
)
def test_cut(members: list[Member], expected: list[str]) -> None:
    assert cut(members) == expected


KEYS = st.lists(st.sampled_from(["crm:1", "crm:2", "domain:x", "domain:y", "domain:z"]), max_size=3, unique=True)


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        inn = draw(st.sampled_from([None, None, "1", "2"]))
        found.append(_member(f"m{number}", *draw(KEYS), inn=inn, seen=draw(st.integers(1, 2))))
    return found


@given(members(), st.data())
def test_the_cut_does_not_depend_on_the_order(found: list[Member], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(found))))
    straight = cut(found)
    assert cut([found[index] for index in order]) == [straight[index] for index in order]


@given(members())
def test_no_client_ever_has_two_tax_numbers(found: list[Member]) -> None:
    inns: dict[str, set[str]] = {}
    for member, client_id in zip(found, cut(found), strict=True):
        inns.setdefault(client_id, set()).update({member.inn} if member.inn else ())
    assert all(len(held) <= 1 for held in inns.values())


@given(members())
def test_a_client_lies_within_one_component(found: list[Member]) -> None:
    parts = components([member.keys for member in found])
    part_of = {index: number for number, part in enumerate(parts) for index in part.members}
    assert sorted(part_of) == list(range(len(found)))
    by_client: dict[str, set[int]] = {}
    for index, client_id in enumerate(cut(found)):
        by_client.setdefault(client_id, set()).add(part_of[index])
    assert all(len(held) == 1 for held in by_client.values())


def test_shared_domains_are_plain_registrable_names() -> None:
    assert all(domain == domain.lower() and "." in domain for domain in SHARED)
    assert is_corporate("acme.com")
    assert not is_corporate("gmail.com")
