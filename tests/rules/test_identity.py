"""Who is the same client."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.client import ClientKeys
from partnersync.rules.domains import SHARED, is_corporate
from partnersync.rules.identity import Member, Part, components, cut, keys, own_id


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
            ClientKeys(emails=("a@acme.com",), email_domains=("acme.com",)),
            ("domain:acme.com",),
            id="a corporate e-mail",
        ),
        pytest.param(
            ClientKeys(domain="acme.com", email_domains=("acme.com",)), ("domain:acme.com",), id="site and e-mail agree"
        ),
        pytest.param(
            ClientKeys(phones=("+74951234567",), name="Acme"), (), id="a medium key alone, or a name, never unites"
        ),
        pytest.param(
            ClientKeys(emails=("a@mail.ru",), email_domains=("mail.ru",)), (), id="nor does a personal e-mail"
        ),
    ],
)
def test_keys(client: ClientKeys, expected: tuple[str, ...]) -> None:
    assert keys(client) == expected


def _contact(phone: str, mail: str, **told: str) -> ClientKeys:
    return ClientKeys(phones=(phone,), emails=(mail,), email_domains=(mail.rpartition("@")[2],), **told)


def test_a_phone_and_a_personal_mail_together_are_strong() -> None:
    [pair] = keys(_contact("+7495", "a@mail.ru"))
    assert keys(_contact("+7495", "a+shop@mail.ru")) == (pair,)
    assert keys(_contact("+7495", "b@mail.ru")) != (pair,)
    assert keys(_contact("+7495;ext=1", "a@mail.ru")) != (pair,)
    assert keys(_contact("+7495", "a@mail.ru"), crowded={"+7495"}) == ()
    assert keys(_contact("+7495", "a@acme.com")) == ("domain:acme.com",)
    assert own_id(_contact("+7495", "a@mail.ru"), "deal:crm/9") == "deal:crm/9"
    assert "7495" not in pair


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param({"inn": "77", "kpp": "1"}, "inn:77/1", id="INN and KPP"),
        pytest.param({"inn": "77"}, "inn:77", id="without a KPP the INN alone"),
    ],
)
def test_branches_are_clients_of_their_own(client: dict[str, Any], expected: str) -> None:
    one = ClientKeys(**client)
    assert keys(one, "branch") == (expected,)
    assert own_id(one, "x", "branch") == expected
    assert keys(one) == ("inn:77",)


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
        pytest.param(
            [_member("main/z", "crm:main/z", inn="2"), _member("main/z", "crm:main/z", inn="1")],
            ["inn:2", "main/z"],
            id="one CRM record with two tax numbers lends its id to one of them",
        ),
        pytest.param(
            [_member("main/z", "crm:main/z", inn="2"), _member("main/z", "crm:main/z", inn="1", seen=2)],
            ["main/z", "inn:1"],
            id="to the one first seen",
        ),
        pytest.param(
            [
                _member("main/z", "crm:main/z", inn="1"),
                _member("main/z", "crm:main/z", inn="2"),
                _member("main/z", "crm:main/z", seen=3),
            ],
            ["inn:1", "inn:2", "main/z"],
            id="or to the records of it without a number, which have no other name",
        ),
    ],
)
def test_cut(members: list[Member], expected: list[str]) -> None:
    assert cut(members) == expected


CLIENTS = st.builds(
    ClientKeys,
    client_id=st.sampled_from([None, "crm/1", "crm/2"]),
    inn=st.sampled_from([None, None, "1", "2"]),
    ogrn=st.sampled_from([None, None, "8", "9"]),
    domain=st.sampled_from([None, "acme.com", "bravo.com"]),
    email_domains=st.lists(st.sampled_from(["acme.com", "mail.ru", "b.ru"])).map(tuple),
)


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    """Records of few clients, so that their keys meet often; named as the flow names them."""
    clients = draw(st.lists(CLIENTS, min_size=1, max_size=6))
    return [
        Member(own_id(client, f"deal:crm/{number}"), draw(st.integers(1, 2)), keys(client), client.inn)
        for number, client in enumerate(clients)
    ]


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


@pytest.mark.parametrize(
    ("keys_of", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(), ()], [Part((0,), ()), Part((1,), ())], id="without keys each is alone"),
        pytest.param([("b", "a")], [Part((0,), ("a", "b"))], id="keys are sorted"),
        pytest.param(
            [("a",), ("c",), ("a", "b"), ("b",)],
            [Part((0, 2, 3), ("a", "b")), Part((1,), ("c",))],
            id="whatever hangs together by any key",
        ),
        pytest.param(
            [("inn:1", "domain:x"), ("inn:2", "domain:x")],
            [Part((0, 1), ("domain:x", "inn:1", "inn:2"))],
            id="two tax numbers too",
        ),
    ],
)
def test_components(keys_of: list[tuple[str, ...]], expected: list[Part]) -> None:
    assert components(keys_of) == expected


@given(members())
def test_a_client_lies_within_one_component(found: list[Member]) -> None:
    parts = components([member.keys for member in found])
    part_of = {index: number for number, part in enumerate(parts) for index in part.members}
    assert sorted(part_of) == list(range(len(found)))
    by_client: dict[str, set[int]] = {}
    for index, client_id in enumerate(cut(found)):
        by_client.setdefault(client_id, set()).add(part_of[index])
    assert all(len(held) == 1 for held in by_client.values())


@pytest.mark.parametrize(
    ("domain", "corporate"),
    [
        pytest.param("acme.com", True, id="a company's own"),
        pytest.param("acme.co.uk", True, id="under a registry's suffix of two labels"),
        pytest.param("xn--80a1acny.xn--p1ai", True, id="an IDN as punycode"),
        pytest.param("gmail.com", False, id="free mail of the world"),
        pytest.param("rambler.ru", False, id="free mail of Russia"),
        pytest.param("mailinator.com", False, id="disposable"),
        pytest.param("vk.com", False, id="social"),
        pytest.param("ozon.ru", False, id="a marketplace"),
        pytest.param("tilda.ws", False, id="a site builder"),
        pytest.param("acme.msk.ru", True, id="a company's own under a public name"),
        pytest.param("acme.tilda.ws", False, id="a site under a site builder"),
        pytest.param("myshopify.com", False, id="a shop builder that is a public suffix of its own"),
        pytest.param("office.local", False, id="a name outside the public domains"),
        pytest.param("0.1", False, id="what an IP address leaves"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_whose_domain_it_is(domain: str, corporate: bool) -> None:
    assert is_corporate(domain) is corporate


def test_shared_domains_are_plain_names() -> None:
    assert [domain for domain in SHARED if domain != domain.lower().strip() or "." not in domain] == []
