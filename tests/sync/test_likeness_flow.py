"""Clients like a claim's are found in the store, whatever arrived first."""

from typing import Any

import pytest

P1 = {"partner_id": "P1", "name": "First"}
P2 = {"partner_id": "P2", "name": "Second"}
DEAL = {
    "deal_id": "D1",
    "client_id": "c1",
    "client_name": "ООО Ромашка",
    "client_phone": "+7 495 123-45-67",
    "client_email": "buyer@mail.ru",
    "partner_id": "P2",
    "state": "open",
    "created_at": "2026-02-01",
}
CLAIM = {
    "registration_id": "R1",
    "partner_id": "P1",
    "kind": "lead",
    "client_name": "Клевер",
    "client_domain": "klever.ru",
    "submitted_at": "2026-03-02T12:00",
}
AS_OF = "2026-03-03T00:00:00+00:00"


@pytest.mark.parametrize("claim_first", [False, True], ids=["the deal came first", "the claim came first"])
@pytest.mark.parametrize(
    ("told", "deal", "expected"),
    [
        pytest.param({"client_name": "Ромашка"}, {}, ("research", "MAYBE_SAME"), id="the name"),
        pytest.param({"client_name": "Ромшка"}, {}, ("research", "MAYBE_SAME"), id="the name with a slip"),
        pytest.param({"client_phone": "84951234567"}, {}, ("research", "MAYBE_SAME"), id="a phone alone"),
        pytest.param({"client_email": "buyer+1@mail.ru"}, {}, ("research", "MAYBE_SAME"), id="an e-mail alone"),
        pytest.param(
            {"client_phone": "84951234567 доб. 12"}, {}, ("approved", "OK"), id="an extension is another phone"
        ),
        pytest.param({}, {}, ("approved", "OK"), id="nothing in common"),
        pytest.param(
            {"client_name": "Ромашка"}, {"created_at": "2026-03-02T13:00"}, ("approved", "OK"), id="known later"
        ),
        pytest.param(
            {"client_name": "Ромашка", "client_domain": "romashka.ru"},
            {"client_domain": "romashka.ru"},
            ("approved", "OK"),
            id="a strong key leaves no doubt",
        ),
        pytest.param(
            {"client_domain": "romashka.ru", "client_inn": "7707083893"},
            {"client_domain": "romashka.ru", "client_inn": "7736050003"},
            ("research", "MAYBE_SAME"),
            id="one website of two tax numbers",
        ),
    ],
)
def test_what_is_found(
    company: Any, told: dict[str, str], deal: dict[str, str], expected: tuple[str, str], claim_first: bool
) -> None:
    company.add("partner", P1, P2)
    first, second = ("registration", CLAIM | told), ("deal", DEAL | deal)
    if not claim_first:
        first, second = second, first
    company.add(*first)
    company.sync(as_of=AS_OF)
    company.add(*second)
    company.sync(as_of=AS_OF)
    found = company.value("registration", "R1", "ps_status"), company.value("registration", "R1", "ps_reason")
    assert found == expected


def test_a_phone_with_a_personal_mail_makes_one_client(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL | {"partner_id": "", "created_at": "2026-03-02T13:00"})
    company.add("registration", CLAIM | {"client_phone": "84951234567", "client_email": "buyer@mail.ru"})
    company.sync(as_of=AS_OF)
    assert company.value("deal", "D1", "ps_registration_id") == "R1"


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        pytest.param("", ("approved", "OK"), id="a phone of more than five companies is nobody's"),
        pytest.param("partner@mail.ru", ("research", "MAYBE_SAME"), id="an e-mail goes on asking"),
    ],
)
def test_a_contact_of_many_companies_unites_none(company: Any, mail: str, expected: tuple[str, str]) -> None:
    """A partner who writes his own phone and e-mail into every claim does not make one client of them."""
    company.add("partner", P1, P2)
    contact = {"client_phone": "84951234567", "client_email": mail, "client_domain": ""}
    for number, name in enumerate(["Клевер", "Одуванчик", "Подорожник", "Василёк", "Незабудка", "Колокольчик"]):
        company.add("registration", CLAIM | contact | {"registration_id": f"R{number}", "client_name": name})
    company.sync(as_of=AS_OF)
    for number in range(6):
        claim = f"R{number}"
        found = company.value("registration", claim, "ps_status"), company.value("registration", claim, "ps_reason")
        assert found == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        pytest.param([], ("approved", "OK"), id="what a corrected record said is forgotten"),
        pytest.param([{"deal_id": "D2"}], ("research", "MAYBE_SAME"), id="unless another deal of the client says it"),
    ],
)
def test_a_corrected_record_says_only_what_it_says_now(
    company: Any, others: list[dict[str, str]], expected: tuple[str, str]
) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL, *(DEAL | other for other in others))
    company.sync(as_of=AS_OF)
    company.systems["main"].rows["deal"][0] |= {"client_name": "Лопух", "client_phone": "", "client_email": ""}
    company.sync(as_of=AS_OF)
    company.add("registration", CLAIM | {"client_name": "Ромашка"})
    company.sync(as_of=AS_OF)
    found = company.value("registration", "R1", "ps_status"), company.value("registration", "R1", "ps_reason")
    assert found == expected


def test_a_corrected_claim_is_not_like_itself(company: Any) -> None:
    company.add("partner", P1)
    company.add("registration", CLAIM | {"client_domain": ""})
    company.sync(as_of=AS_OF)
    assert company.value("registration", "R1", "ps_status") == "invalid"
    company.systems["main"].rows["registration"][0] |= CLAIM
    company.sync(as_of=AS_OF)
    assert company.value("registration", "R1", "ps_reason") == "OK"


@pytest.mark.parametrize("runs", [1, 2], ids=["one run", "a run for each"])
@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        pytest.param({}, {}, ("research", "MAYBE_SAME"), id="the same partner submits again"),
        pytest.param({}, {"partner_id": "P1"}, ("research", "MAYBE_SAME"), id="another partner does, two days later"),
        pytest.param({}, {"client_name": "Лопух"}, ("research", "MAYBE_SAME"), id="under another name"),
        pytest.param({"client_name": ""}, {}, ("research", "MAYBE_SAME"), id="the first one was invalid"),
        pytest.param(
            {"client_name": "Лопух", "products": "a"}, {"products": "b"}, ("approved", "OK"), id="it was granted"
        ),
    ],
)
def test_only_a_claim_that_was_granted_makes_its_client_known(
    company: Any, earlier: dict[str, str], later: dict[str, str], expected: tuple[str, str], runs: int
) -> None:
    """The name is that of a client of another website, whom another partner has."""
    theirs = CLAIM | {"client_name": "Ромашка", "client_domain": "romashka-a.ru", "submitted_at": "2026-02-01"}
    asking = CLAIM | {"partner_id": "P2", "client_name": "Ромашка"}
    company.add("partner", P1, P2)
    company.add("registration", theirs, asking | {"registration_id": "R2"} | earlier)
    if runs == 2:
        company.sync(as_of="2026-03-02T12:00:00+03:00")
    again = asking | {"registration_id": "R3", "submitted_at": "2026-03-04T12:00"} | later
    company.add("registration", again)
    company.sync(as_of="2026-03-05T00:00:00+00:00")
    found = company.value("registration", "R3", "ps_status"), company.value("registration", "R3", "ps_reason")
    assert found == expected
