"""`explain` names who is meant, what else was considered, and the records behind every figure."""

import pytest

from small_firm import Firm

ENGLISH = ("--language", "en")


@pytest.fixture
def told_line(firm: Firm) -> tuple[Firm, str]:
    """A company after a sync, and the line of deal D-1."""
    line_id = next(row["line_id"] for row in firm.synced().rows("ledger") if row["deal_id"] == "main/D-1")
    return firm, line_id


def test_a_line_names_its_records_and_the_rules_that_did_not_take_it(told_line: tuple[Firm, str]) -> None:
    firm, line_id = told_line
    told = firm.run("explain", "line", line_id, "--json", *ENGLISH).json()
    assert (told["partner"], told["partner_name"], told["rule"]) == ("P-1", "First", "licence")
    assert told["records"] == [
        "payment main/M-1 (payments.csv:2)",
        "deal main/D-1 (deals.csv:2)",
        "partner main/P-1 (partners.csv:2)",
    ]
    assert told["passed_over"] == [["unfit", "services", "product", "service", "licence"]]
    assert told["considered"] == ["Rule services does not fit: it asks for product service, and here it is licence."]


def test_a_line_tells_where_a_rule_of_now_is_another_one(told_line: tuple[Firm, str]) -> None:
    firm, line_id = told_line
    firm.edit("data/deals.csv", "P-1,licence,won", "P-1,service,won")
    assert firm.sync().code == 0
    told = firm.run("explain", "line", line_id, *ENGLISH).out
    assert "By what is known now rule services would take it: something changed since the line was booked." in told


def test_a_line_of_a_rule_that_a_person_named_tells_who_and_why(told_line: tuple[Firm, str]) -> None:
    firm, line_id = told_line
    firm.edit("data/deals.csv", "P-1,licence,won", "P-1,service,won")
    decided = ("override", "D-1", "--rule", "licence", "--by", "anna", "--reason", "agreed in May.")
    early = firm.run(*decided, "--as-of", "2000-01-01")
    assert (early.code, "earlier than the last booking run's" in early.err) == (2, True)
    assert firm.run(*decided, "--as-of", "2098-12-31").code == 0
    assert firm.sync(as_of="2099-01-01").code == 0
    told = firm.run("explain", "line", line_id, "--json", *ENGLISH).json()
    assert told["considered"] == [
        "anna decided on 2098-12-31 that rule licence prices the deal. Reason: agreed in May.",
    ]
    assert firm.run("override", "D-1", "--rule", "", "--by", "anna", "--reason", "no").code == 0
    assert firm.sync(as_of="2099-01-02").code == 0
    told = firm.run("explain", "line", line_id, "--json", *ENGLISH).json()
    assert told["considered"][0].startswith("By what is known now rule services would take it")


def test_a_registration_tells_which_rows_were_looked_at(firm: Firm) -> None:
    told = firm.synced().run("explain", "registration", "R-2", *ENGLISH).out
    assert "partner: P-2\npartner's name: Second\n" in told
    assert "  Row R7 of the programme decided: ALREADY_PROTECTED.\n" in told
    assert "  Looked at before, in this order, and without a match: R1, R2, R3, R4, R5, R20, R22, R21, R9.\n" in told
    assert "  R9 did not match: registration R-1 had been submitted 24 h before.\n" in told


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("release", "anna released the client on 2026-04-02. Reason: asleep."),
        ("withdraw", "anna entered on 2026-04-02 that the partner withdraws it. Reason: asleep."),
    ],
)
def test_a_registration_that_a_person_ended_tells_who_and_why(firm: Firm, command: str, told: str) -> None:
    firm.synced()
    assert "is yours until" in firm.run("explain", "registration", "R-1", *ENGLISH).out
    decided = (command, "R-1", "--by", "anna", "--reason", "asleep.", "--as-of", "2026-04-02")
    ended = firm.run(*decided)
    assert ended.code == 0, ended.err
    assert firm.sync(as_of="2026-04-03").code == 0
    why = firm.run("explain", "registration", "R-1", "--json", *ENGLISH).json()["why"]
    assert told in why
    assert "is yours until" not in " ".join(why)


def test_what_the_machine_had_decided_stays_beside_a_persons_decision(firm: Firm) -> None:
    firm.synced()
    assert firm.sync(as_of="2026-11-30").code == 0
    assert firm.run("approve", "R-2", "--by", "u1", "--reason", "a letter").code == 0
    assert firm.sync(as_of="2099-01-01").code == 0
    told = firm.run("explain", "registration", "R-2", "--json", *ENGLISH).json()
    assert (told["code"], told["at_submission"]["code"]) == ("BY_PERSON", "ALREADY_PROTECTED")
    assert told["considered"] == ["u1 decided: approve."]


def test_a_deal_tells_which_payments_earn_nothing_and_why(firm: Firm) -> None:
    firm.edit("data/payments.csv", "M-1,D-1,2026-03-10,1000", "M-1,D-1,2025-03-10,1000")
    firm.run("sync", "--as-of", "2026-03-31")
    [told] = firm.run("explain", "deal", "D-1", "--json", *ENGLISH).json()["payments_to_mend"]
    assert told.startswith("main/M-1: PROGRAM_MISSING: ")
    assert f"payments to mend\n  {told}\n" in firm.run("explain", "deal", "D-1", *ENGLISH).out


NO_RULE = [
    "No rule of program 2026-01-01 takes it.",
    "Rule licence does not fit: it asks for product licence, and here it is box.",
    "Rule services does not fit: it asks for product service, and here it is box.",
]


def test_a_deal_tells_which_payments_no_rule_takes_and_which_conditions_failed(firm: Firm) -> None:
    firm.edit("data/deals.csv", "P-1,licence,won", "P-1,box,won")
    firm.edit("data/payments.csv", "M-2,D-2", "M-3,D-1,2026-03-30,200\nM-4,D-3,2026-03-30,200\nM-2,D-2")
    told = firm.synced().run("explain", "deal", "D-1", "--json", *ENGLISH).json()
    assert [(one["event"], one["amount"]) for one in told["earned_nothing"]] == [
        ("main/M-1, 2026-03-10T00:00:00+03:00", "1000.00 RUB"),
        ("main/M-3, 2026-03-30T00:00:00+03:00", "200.00 RUB"),
    ]
    assert [one["why"] for one in told["earned_nothing"]] == [NO_RULE, NO_RULE]
    assert told["earned_nothing"][0]["passed_over"][:2] == [
        ["none_takes", "2026-01-01"],
        ["unfit", "licence", "product", "licence", "box"],
    ]
    text = firm.run("explain", "deal", "D-1", *ENGLISH).out
    assert "what earned nothing\n  event: main/M-1, 2026-03-10 00:00\n  amount: 1,000.00 RUB\n  why\n    " in text
    early = firm.run("explain", "deal", "D-1", "--json", "--as-of", "2026-03-29").json()
    assert [one["event"][:8] for one in early["earned_nothing"]] == ["main/M-1"]
    assert firm.run("explain", "deal", "D-2", "--json").json()["earned_nothing"] == []


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        pytest.param(
            'trigger = "won"',
            {
                "main/M-1": ["By program 2026-01-01 a deal earns when it is won, so a payment brings nothing."],
                "main/D-1": NO_RULE,
            },
            id="wins earn",
        ),
        pytest.param('trigger = "payment"', {"main/M-1": NO_RULE}, id="payments earn"),
    ],
)
def test_what_earns_nothing_depends_on_the_trigger(firm: Firm, trigger: str, told: dict[str, list[str]]) -> None:
    firm.edit("config/program/2026-01-01.toml", "[commission]", f"[commission]\n{trigger}")
    firm.edit("data/deals.csv", "P-1,licence,won", "P-1,box,won")
    found = firm.synced().run("explain", "deal", "D-1", "--json", *ENGLISH).json()["earned_nothing"]
    assert {one["event"].partition(",")[0]: one["why"] for one in found} == told


def test_a_deal_tells_what_is_to_be_mended_in_itself(firm: Firm) -> None:
    firm.edit("data/deals.csv", "oak.ru,P-1", "oak.ru,P-9")
    firm.run("sync", "--as-of", "2026-03-31")
    told = firm.run("explain", "deal", "D-1", "--json", *ENGLISH).json()
    [reason] = told["deal_to_mend"]
    assert reason.startswith("PARTNER_UNKNOWN: names an unknown partner")
    assert told["payments_to_mend"] == []
    assert f"deal to mend\n  {reason}\n" in firm.run("explain", "deal", "D-1", *ENGLISH).out


def test_every_sum_of_a_partner_names_its_line(told_line: tuple[Firm, str]) -> None:
    firm, line_id = told_line
    told = firm.run("explain", "partner", "P-1", "--json").json()
    assert told["deals"] == [f"main/D-1: accrual 500.00 RUB ({line_id})"]


def test_a_partner_tells_his_tier_and_what_reached_it(firm: Firm) -> None:
    terms = "config/program/2026-01-01.toml"
    firm.edit(terms, "[commission]", '[tiers]\nbasic = "0 RUB"\nsilver = "1000 RUB"\n\n[commission]')
    firm.synced()
    for day, tier in (("2026-03-31", "basic"), ("2026-04-01", "silver")):
        assert firm.run("explain", "partner", "P-1", "--as-of", day, "--json").json()["tier"] == tier
    told = firm.run("explain", "partner", "P-1", "--as-of", "2026-04-01", *ENGLISH).out
    reached = "The partner's tier in 2026Q2 is silver: the twelve months before brought a base of 1,000.00."
    assert f"tier: silver\nhow the tier was reached\n  {reached}\n" in told


def test_a_tier_may_stand_in_the_partners_record(firm: Firm) -> None:
    firm.edit("data/partners.csv", "kind,email", "tier,kind,email")
    firm.edit("data/partners.csv", "agent,first", "gold,agent,first")
    firm.edit("data/partners.csv", "P-2,Second,,", "P-2,Second,,,")
    told = [firm.synced().run("explain", "partner", name, *ENGLISH).out for name in ("P-1", "P-2")]
    assert ["tier: gold" in text for text in told] == [True, False]


def test_sentences_about_whose_a_deal_is_name_partners_as_people_do(firm: Firm) -> None:
    firm.edit("data/partners.csv", "P-2,Second", "P-2,P-2")
    firm.synced()
    told = [firm.run("explain", "deal", name, *ENGLISH).out for name in ("D-1", "D-2")]
    assert "It belongs to partner First (P-1)." in told[0]
    assert "What was typed into the deal names First (P-1), since 2026-03-01." in told[0]
    assert "It belongs to partner P-2." in told[1]
