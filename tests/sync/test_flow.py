"""The whole flow on a company of plain tables: what people enter, what comes out, and what a second run does."""

from collections.abc import Callable
from typing import Any

import pytest

from partnersync.contract.tables import ISSUE_COLUMNS
from partnersync.errors import ConfigError, PartnersyncError, TryLater
from partnersync.sync import planfile

P1 = {"partner_id": "P1", "name": "First", "promo_codes": "FIRST10"}
REASON = ISSUE_COLUMNS.index("reason")
P2 = {"partner_id": "P2", "name": "Second"}
DEAL = {
    "deal_id": "D1",
    "client_id": "c1",
    "client_domain": "acme.com",
    "partner_id": "P2",
    "products": "licence",
    "state": "won",
    "amount": "1220",
    "created_at": "2026-05-01",
    "closed_at": "2026-05-20",
}
PAYMENT = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-05-20T10:00", "amount": "1220"}
CLAIM = {
    "registration_id": "R1",
    "partner_id": "P1",
    "kind": "lead",
    "client_name": "Acme",
    "client_domain": "acme.com",
    "submitted_at": "2026-04-20T10:00",
}


def _fill(company: Any, *, claim: bool = False) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    if claim:
        company.add("registration", CLAIM)


def test_a_typed_partner_is_paid_and_the_fields_say_so(company: Any) -> None:
    _fill(company)
    report = company.sync()
    assert report.exit_code == 0
    fields = company.systems["main"].values[("deal", "D1")]
    assert fields == {
        "ps_partner_id": "P2",
        "ps_source": "typed",
        "ps_registration_id": "",
        "ps_protection": "",
        "ps_protected_until": "",
        "ps_commission": "500.00",
        "ps_commission_status": "in_statement",
        "ps_incident": "",
    }
    assert company.value("partner", "P2", "ps_balance") == "500.00"
    assert company.value("partner", "P1", "ps_balance") == "0.00"
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}


def test_a_second_run_writes_and_books_nothing(company: Any) -> None:
    _fill(company, claim=True)
    company.sync()
    writes, lines = company.systems["main"].writes, company.lines()
    report = company.sync()
    assert (report.exit_code, report.written, report.decided.lines) == (0, 0, 0)
    assert (company.systems["main"].writes, company.lines()) == (writes, lines)
    third = company.sync()
    assert third.counts()["read"] == 0
    assert third.decided.cases == 0


def test_a_registration_wins_over_whom_a_salesperson_typed(company: Any) -> None:
    _fill(company, claim=True)
    company.sync()
    assert company.value("deal", "D1", "ps_partner_id") == "P1"
    assert company.value("deal", "D1", "ps_source") == "registration"
    assert company.value("deal", "D1", "ps_registration_id") == "R1"
    assert company.sums() == {("P1", "D1", "2026-05"): 50000}


def test_a_registration_that_arrives_late_moves_the_commission(company: Any) -> None:
    _fill(company)
    company.sync()
    company.add("registration", CLAIM)
    company.sync()
    assert company.sums() == {("P1", "D1", "2026-05"): 50000}
    kinds = sorted((row[1], row[18], row[13]) for row in company.lines())
    assert kinds == [("P1", "accrual", "500.00"), ("P2", "accrual", "500.00"), ("P2", "reversal", "-500.00")]


def test_another_partner_learns_only_until_when_the_client_is_protected(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add(
        "registration", CLAIM, CLAIM | {"registration_id": "R2", "partner_id": "P2", "submitted_at": "2026-04-22"}
    )
    company.sync(as_of="2026-04-23T00:00:00+00:00")
    fields = company.systems["main"].values[("registration", "R2")]
    assert fields == {
        "ps_status": "rejected",
        "ps_reason": "ALREADY_PROTECTED",
        "ps_proposed": "",
        "ps_protected_until": "2026-06-19",
    }


def test_time_alone_ends_a_hold(company: Any) -> None:
    company.add("partner", P1)
    company.add("deal", DEAL | {"partner_id": ""})
    company.add("payment", PAYMENT)
    company.add("registration", CLAIM)
    company.sync(as_of="2026-05-10T00:00:00+00:00")
    assert company.value("registration", "R1", "ps_status") == "active"
    company.sync(as_of="2026-05-21T00:00:00+00:00")
    assert company.value("deal", "D1", "ps_commission_status") == "pending"
    company.sync(as_of="2026-06-03T00:00:00+00:00")
    assert company.value("deal", "D1", "ps_commission_status") == "payable"
    assert company.value("registration", "R1", "ps_status") == "won"


def test_a_protection_without_a_deal_is_released_when_its_day_comes(company: Any) -> None:
    company.add("partner", P1)
    company.add("registration", CLAIM | {"kind": "meeting"})
    company.sync(as_of="2026-06-19T12:00:00+00:00")
    assert company.value("registration", "R1", "ps_status") == "approved"
    company.sync(as_of="2026-06-20T12:00:00+00:00")
    assert company.value("registration", "R1", "ps_status") == "released"
    assert company.value("registration", "R1", "ps_reason") == "NO_DEAL"
    assert company.value("registration", "R1", "ps_protected_until") == "2026-06-19"


def test_a_refund_reverses_its_part(company: Any) -> None:
    _fill(company)
    company.sync()
    company.add(
        "payment",
        {"payment_id": "M2", "deal_id": "D1", "paid_at": "2026-06-02", "amount": "610", "refund_of": "M1"},
    )
    company.sync()
    assert company.sums() == {("P2", "D1", "2026-05"): 50000, ("P2", "D1", "2026-06"): -25000}
    assert company.value("deal", "D1", "ps_commission") == "250.00"


def test_an_edited_payment_is_adjusted_and_no_line_changes(company: Any) -> None:
    _fill(company)
    company.sync()
    first = company.lines()
    company.systems["main"].rows["payment"][0]["amount"] = "610"
    company.sync()
    assert company.lines()[: len(first)] == first
    assert [(row[18], row[13]) for row in company.lines()] == [("accrual", "500.00"), ("adjustment", "-250.00")]


def test_a_late_payment_shifts_the_bands_of_the_quarter(company: Any) -> None:
    company.add("partner", P2)
    for number in (1, 2):
        company.add(
            "deal",
            DEAL | {"deal_id": f"D{number}", "client_id": f"c{number}", "products": "service", "client_domain": ""},
        )
    company.add("payment", PAYMENT | {"amount": "976"})
    company.sync()
    assert company.sums() == {("P2", "D1", "2026-05"): 8000}
    company.add("payment", PAYMENT | {"payment_id": "M2", "deal_id": "D2", "paid_at": "2026-04-10", "amount": "976"})
    company.sync()
    assert company.sums() == {("P2", "D1", "2026-05"): 14000, ("P2", "D2", "2026-04"): 8000}
    assert company.value("deal", "D1", "ps_commission") == "140.00"


def test_a_payment_waits_for_its_deal(company: Any) -> None:
    company.add("partner", P2)
    company.add("payment", PAYMENT)
    report = company.sync()
    assert (report.exit_code, company.issues()) == (3, {("M1", "DEAL_UNKNOWN")})
    assert company.sync().exit_code == 0  # older issues are counted, not signalled
    company.add("deal", DEAL)
    report = company.sync()
    assert (report.exit_code, company.issues()) == (0, set())
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}


def test_identical_rows_are_one_and_of_different_ones_the_first_counts(company: Any) -> None:
    _fill(company)
    company.add("deal", DEAL)
    assert company.sync().exit_code == 0
    company.add("deal", DEAL | {"partner_id": "P1"})
    report = company.sync()
    assert (report.exit_code, company.issues()) == (3, {("D1", "DUPLICATE_ID")})
    assert company.value("deal", "D1", "ps_partner_id") == "P2"


def test_a_bad_row_is_set_aside_and_keeps_its_last_values(company: Any) -> None:
    _fill(company)
    company.sync()
    company.systems["main"].rows["deal"][0]["amount"] = "a lot"
    report = company.sync()
    assert (report.exit_code, company.issues()) == (3, {("D1", "BAD_VALUE")})
    assert company.value("deal", "D1", "ps_commission") == "500.00"
    company.systems["main"].rows["deal"][0]["amount"] = "1220"
    assert company.sync().exit_code == 0
    assert company.issues() == set()


def test_a_vanished_deal_is_named_once_and_its_lines_stay(company: Any) -> None:
    _fill(company)
    company.sync()
    company.systems["main"].rows["deal"].clear()
    report = company.sync()
    assert (report.exit_code, company.issues()) == (3, {("D1", "DELETED")})
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}
    assert company.sync().exit_code == 0


def test_an_unknown_partner_is_an_issue_until_he_is_known(company: Any) -> None:
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    report = company.sync()
    assert (report.exit_code, company.issues()) == (3, {("D1", "PARTNER_UNKNOWN")})
    company.add("partner", P2)
    assert company.sync().exit_code == 0
    assert company.value("deal", "D1", "ps_partner_id") == "P2"


@pytest.mark.parametrize(
    ("text", "others", "told"),
    [
        pytest.param("ромашка ", [], "is the name of partner P2: write its id, or map it under", id="a name"),
        pytest.param("Ромашка", ["P3"], "names an unknown partner", id="a name that two have"),
        pytest.param("Лютик", [], "names an unknown partner", id="a name that nobody has"),
    ],
)
def test_a_deal_that_names_a_partner_by_his_name(company: Any, text: str, others: list[str], told: str) -> None:
    for partner_id in ("P2", *others):
        company.add("partner", P2 | {"partner_id": partner_id, "name": "Ромашка"})
    company.add("deal", DEAL | {"partner_id": text})
    company.sync()
    assert [reason[: len(told)] for reason in reasons(company)] == [told]


def test_a_partner_who_comes_after_the_deal_that_names_him_is_recognised(company: Any) -> None:
    company.add("deal", DEAL | {"partner_id": "Ромашка"})
    company.sync()
    company.add("partner", P2 | {"name": "Ромашка"})
    company.sync()
    [reason] = reasons(company)
    assert reason.startswith("is the name of partner P2")


def reasons(company: Any) -> list[str]:
    return [row[REASON] for row in next(iter(company.systems.values())).tables["issues"]]


def test_a_promo_code_that_becomes_known_attributes_its_deals(company: Any) -> None:
    company.add("deal", DEAL | {"partner_id": "", "promo_code": "first10"})
    company.sync()
    company.add("partner", P1)
    company.sync()
    assert company.value("deal", "D1", "ps_source") == "promo"


def test_a_foreign_edit_is_seen_and_left_alone(company: Any) -> None:
    _fill(company)
    company.sync()
    company.systems["main"].values[("deal", "D1")]["ps_partner_id"] = "P1"
    report = company.sync()
    assert report.planned["main"].foreign == 1
    assert company.value("deal", "D1", "ps_partner_id") == "P1"
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}


def test_a_missing_place_is_written_anew(company: Any) -> None:
    _fill(company)
    company.sync()
    company.sync()  # sees the echo
    del company.systems["main"].values[("deal", "D1")]
    report = company.sync()
    assert (report.written, report.planned["main"].foreign) == (1, 0)
    assert company.value("deal", "D1", "ps_commission") == "500.00"


def test_a_dry_run_writes_and_books_nothing(company: Any) -> None:
    _fill(company)
    report = company.sync(dry_run=True)
    assert report.decided.lines == 1
    assert (company.systems["main"].writes, company.sums(), company.lines()) == (0, {}, [])
    assert company.sync().decided.lines == 1


def test_apply_does_exactly_what_was_planned(company: Any) -> None:
    _fill(company)
    plan, _ = company.engine().plan()
    assert company.systems["main"].writes == 0
    report = company.engine().apply(planfile.read(plan.text(), "plan.json"))
    assert (report.exit_code, report.written) == (0, 3)
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}


def test_apply_refuses_a_plan_whose_records_moved(company: Any) -> None:
    _fill(company)
    plan, _ = company.engine().plan()
    company.systems["main"].rows["deal"][0]["partner_id"] = "P1"
    with pytest.raises(PartnersyncError, match="main deal D1") as caught:
        company.engine().apply(planfile.read(plan.text(), "plan.json"))
    assert caught.value.exit_code == 1
    assert (company.systems["main"].writes, company.sums()) == (0, {})


def test_a_plan_over_the_limit_stops_before_its_first_write(new_company: Callable[..., Any]) -> None:
    company = new_company(limits='max_changed_share = "5%"\nmax_changed_records = 1\n')
    company.add("partner", P1, P2)
    for number in range(4):
        company.add("deal", DEAL | {"deal_id": f"D{number}", "client_id": "c1"})
    company.sync()
    writes = company.systems["main"].writes
    company.add("registration", CLAIM)
    report = company.sync()
    assert (report.exit_code, company.systems["main"].writes) == (4, writes)
    assert company.value("deal", "D1", "ps_partner_id") == "P2"
    assert company.sync(beyond_limit=True).exit_code == 0
    assert company.value("deal", "D1", "ps_partner_id") == "P1"


def test_a_booking_run_does_not_go_back_in_time(company: Any) -> None:
    _fill(company)
    company.sync(as_of="2026-06-30T00:00:00+00:00")
    with pytest.raises(ConfigError, match="earlier than the last booking run"):
        company.sync(as_of="2026-06-29T00:00:00+00:00")
    assert company.sync(as_of="2026-06-29T00:00:00+00:00", dry_run=True).exit_code == 0


def test_records_of_the_future_take_part_when_their_time_comes(company: Any) -> None:
    _fill(company)
    company.sync(as_of="2026-05-10T00:00:00+00:00")
    assert company.sums() == {}
    assert company.value("deal", "D1", "ps_partner_id") == "P2"
    company.sync(as_of="2026-05-21T00:00:00+00:00")
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}


def test_a_connection_that_fails_does_not_stop_the_others(new_company: Callable[..., Any]) -> None:
    company = new_company("main", "other")
    _fill(company)
    company.systems["other"].pull = lambda stream, cursor: (_ for _ in ()).throw(TryLater("no answer"))
    report = company.sync()
    assert (report.exit_code, list(report.failed)) == (3, ["other"])
    assert company.value("deal", "D1", "ps_commission") == "500.00"


MAY = "2026-05-01T12:00:00+00:00"


def _broken(*_: object) -> Any:
    raise TryLater("no answer")


def test_claims_wait_while_the_partners_of_a_connection_cannot_be_read(new_company: Callable[..., Any]) -> None:
    company = new_company("crm", "registry")
    company.add("partner", P1, system="registry")
    company.add("registration", CLAIM, system="crm")
    pull = company.systems["registry"].pull
    company.systems["registry"].pull = _broken
    first = company.sync(MAY)
    assert (first.exit_code, first.decided.verdicts) == (3, {})
    assert company.issues() == {("R1", "PARTNERS_UNREAD")}
    [waiting] = first.issues
    assert waiting["reason"].startswith("waits for its verdict until the partners of connection registry were read: ")
    assert company.value("registration", "R1", "ps_status", system="crm") is None
    company.systems["registry"].pull = pull
    company.sync(MAY)
    assert company.value("registration", "R1", "ps_status", system="crm") == "approved"
    assert company.issues() == set()


def test_only_a_connection_that_told_partners_keeps_claims_waiting(new_company: Callable[..., Any]) -> None:
    company = new_company("crm", "registry", "payments")
    company.add("partner", P1, system="registry")
    company.sync(MAY)
    company.add("registration", CLAIM, system="crm")
    company.systems["payments"].pull = company.systems["registry"].pull = _broken
    company.sync(MAY)
    assert company.value("registration", "R1", "ps_status", system="crm") is None
    del company.systems["registry"].pull
    company.sync(MAY)
    assert company.value("registration", "R1", "ps_status", system="crm") == "approved"


def test_a_claim_waits_for_a_connection_that_nobody_has_synced_yet(new_company: Callable[..., Any]) -> None:
    company = new_company("crm", "registry")
    company.add("partner", P1, system="registry")
    company.add("registration", CLAIM, system="crm")
    company.sync(MAY, names=["crm"])
    assert company.issues() == {("R1", "PARTNERS_UNREAD")}
    company.sync(MAY, names=["registry"])
    company.sync(MAY, names=["crm"])
    assert company.value("registration", "R1", "ps_status", system="crm") == "approved"


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_a_plugin_that_breaks_is_named_and_the_others_go_on(new_company: Callable[..., Any], verb: str) -> None:
    company = new_company("main", "other")
    _fill(company)
    company.add("partner", P1 | {"partner_id": "P9", "promo_codes": ""}, system="other")
    setattr(company.systems["other"], verb, lambda *_: (_ for _ in ()).throw(KeyError("id")))
    report = company.sync()
    assert report.exit_code == 3
    assert "the plugin of connection other broke: KeyError: 'id'" in str(report.failed["other"])
    assert company.value("deal", "D1", "ps_commission") == "500.00"


def test_two_connections_give_the_same_sums_as_one(new_company: Callable[..., Any]) -> None:
    one, two = new_company("main"), new_company("crm", "registry")
    _fill(one, claim=True)
    two.add("partner", P1, P2, system="registry")
    two.add("registration", CLAIM, system="registry")
    two.add("deal", DEAL, system="crm")
    two.add("payment", PAYMENT, system="crm")
    one.sync()
    two.sync()
    assert two.sums() == one.sums() == {("P1", "D1", "2026-05"): 50000}
    assert two.value("deal", "D1", "ps_registration_id", system="crm") == "R1"


def test_a_case_that_falls_apart_is_cut_again(company: Any) -> None:
    company.add("partner", P1, P2)
    company.add("registration", CLAIM)
    company.add("deal", DEAL, DEAL | {"deal_id": "D2", "client_id": "c2"})
    company.sync()
    assert company.value("deal", "D2", "ps_registration_id") == "R1"
    company.systems["main"].rows["deal"][1]["client_domain"] = "elsewhere.com"
    company.sync()
    with company.store.read() as tx:
        cases = tx.exec_driver_sql("SELECT count(DISTINCT case_id) FROM records WHERE kind = 'deal'").scalar_one()
    assert cases == 2


@pytest.mark.parametrize("products", ["licence", "service"])
def test_a_payment_that_moves_to_another_deal_takes_its_commission_along(company: Any, products: str) -> None:
    company.add("partner", P2)
    company.add(
        "deal",
        DEAL | {"products": products},
        DEAL | {"deal_id": "D2", "products": products, "client_id": "c2", "client_domain": ""},
    )
    company.add("payment", PAYMENT)
    company.sync()
    [(key, total)] = company.sums().items()
    company.systems["main"].rows["payment"][0]["deal_id"] = "D2"
    company.sync()
    assert key == ("P2", "D1", "2026-05")
    assert company.sums() == {("P2", "D2", "2026-05"): total}
    assert company.sync().decided.lines == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "gives partner P2 this client for service; registration R1 has it for other products."),
        ("ru", "По регистрации R2 клиент закреплён за партнёром P2 (продукты: service);"),
    ],
)
def test_both_managers_learn_once_of_another_partner_for_other_products(company: Any, language: str, said: str) -> None:
    company.language = language
    company.add("partner", P1, P2)
    company.add(
        "registration",
        CLAIM | {"products": "licence"},
        CLAIM | {"registration_id": "R2", "partner_id": "P2", "products": "service", "submitted_at": "2026-04-21"},
    )
    company.sync(as_of="2026-04-22T00:00:00+00:00")
    company.sync(as_of="2026-04-23T00:00:00+00:00")
    notes = company.systems["main"].notes
    assert sorted(note.record_id for note in notes) == ["R1", "R2"]
    assert {note.note_kind for note in notes} == {"other_product"}
    assert said in notes[0].text


def test_a_deal_that_comes_back_is_written_again(company: Any) -> None:
    _fill(company)
    company.sync()
    rows = company.systems["main"].rows["deal"]
    kept = dict(rows.pop())
    company.systems["main"].values.pop(("deal", "D1"))
    assert company.sync().exit_code == 3
    report = company.sync()
    assert (report.exit_code, report.planned["main"].writes) == (0, 0)
    rows.append(kept)
    report = company.sync()
    assert (report.exit_code, report.written, company.issues()) == (0, 1, set())
    assert company.value("deal", "D1", "ps_commission") == "500.00"


def test_a_row_that_was_never_good_is_not_missed(company: Any) -> None:
    company.add("deal", DEAL | {"partner_id": "", "amount": "?"})
    assert company.sync().exit_code == 3
    company.systems["main"].rows["deal"].clear()
    assert (company.sync().exit_code, company.issues()) == (0, set())
