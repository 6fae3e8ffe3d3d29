"""The terms in at most three sentences, and a worked example that the rules of every run have computed."""

import tomllib

import pytest

from commission_world import RULES
from partnersync.rules.example import example, told
from partnersync.rules.program import Program, read_program
from partnersync.rules.telling import MOST, rule_clause, tell
from partnersync.translate import translator

EN, RU = translator("en"), translator("ru")
HEAD = 'effective_from = 2026-01-01\n[[commission.rules]]\nname = "r"\n'
BANDS = """bands = [
  { from = "0 RUB", rate = "10%" }, { from = "500000 RUB", rate = "15%" }, { from = "1000000 RUB", rate = "20%" } ]"""
COUNTED = 'bands = [ { from = 0, rate = "5%" }, { from = 10, rate = "8%" } ]'


def terms(rule: str, *more: str) -> Program:
    others = "".join(f'\n[[commission.rules]]\nname = "r{number}"\n{one}' for number, one in enumerate(more, start=2))
    return read_program(tomllib.loads(HEAD + rule + others))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param('rate = "10%"', "10%", id="one rule for everything"),
        pytest.param(
            'when = { products = ["a", "b"] }\nfixed = "1500 RUB"', "1,500.00 RUB a deal for a, b", id="a sum"
        ),
        pytest.param('when = { pipelines = ["x"] }\nper_unit = "3 RUB"', "3.00 RUB a unit (pipeline x)", id="units"),
        pytest.param(
            'rate = "50%"\nwhen.products = ["a"]\nwhen.deal_kinds = ["new", "renewal"]\n'
            'when.partner_kinds = ["agent"]\nwhen.partner_tiers = ["gold"]',
            "50% for a (new deals, renewals; partners of kind agent; tier gold)",
            id="every condition is told",
        ),
        pytest.param(
            f'tiers = {{ measure = "base_in_quarter", {BANDS} }}',
            "10% up to 500,000.00 RUB a quarter, 15% up to 1,000,000.00 RUB, 20% above",
            id="marginal bands",
        ),
        pytest.param(
            f'tiers = {{ mode = "retroactive", measure = "base_in_year", {BANDS} }}',
            "10%, 15% of all from 500,000.00 RUB a year on, 20% of all from 1,000,000.00 RUB on",
            id="retroactive bands",
        ),
        pytest.param(
            f'tiers = {{ measure = "won_in_month", {COUNTED} }}', "5% up to 10 won deals a month, 8% above", id="wins"
        ),
        pytest.param(
            f'tiers = {{ measure = "active_clients", {COUNTED} }}',
            "5% up to 10 clients a month, 8% above",
            id="clients",
        ),
        pytest.param(
            'terms = [ { months = 12, rate = "25%" }, { months = 1, rate = "10%" } ]',
            "25% for the first 12 months, 10% for the next 1 month",
            id="staggered terms",
        ),
        pytest.param(
            'rate = "10%"\nmonths = 12\ncap = { per = "client_month", amount = "5 RUB" }\n'
            'split = { sourced = "70%", implementation = "30%" }',
            "10%, for 12 months from a client's first payment, at most 5.00 RUB a client and month,"
            " shared by role: sourced 70%, implementation 30%",
            id="a term, a cap and a split",
        ),
    ],
)
def test_a_rule_in_words(rule: str, expected: str) -> None:
    program = terms(rule)
    assert rule_clause(program.commission.rules[0], program, EN) == expected


SIMPLE = ['when = { products = ["a"] }\nrate = "1%"', 'when = { products = ["b"] }\nrate = "2%"', 'rate = "3%"']
LONG = 'rate = "4%"\nmonths = 12\ncap = { per = "deal", amount = "5 RUB" }\nwhen = { products = ["c"] }'
LONGER = LONG.replace('"c"', '"d"')


@pytest.mark.parametrize(
    ("rules", "needed", "left_out"),
    [
        pytest.param(SIMPLE, 3, (), id="three plain rules are one sentence"),
        pytest.param([*SIMPLE, LONG], 3, (), id="what is earned takes two, the rest one"),
        pytest.param([LONG, LONGER, *SIMPLE], 4, ("r3", "r4", "r5"), id="three are too many"),
    ],
)
def test_how_many_sentences_are_needed(rules: list[str], needed: int, left_out: tuple[str, ...]) -> None:
    for say in (EN, RU):
        found = tell(terms(*rules), say)
        assert (found.needed, found.left_out) == (needed, left_out)
        assert len(found.sentences) == MOST


def test_the_three_sentences_of_plain_terms() -> None:
    assert tell(terms(*SIMPLE), EN).sentences == (
        "Of what clients pay, without VAT, a partner earns 1% for a; 2% for b; 3% for all else.",
        "A client that a partner registers is kept for him for 90 days (of kind: project 180, lead 60).",
        "What is earned can be paid after 14 days, is stated every month and is paid from 500.00 RUB on.",
    )
    assert tell(terms(*SIMPLE), RU).sentences[0] == (
        "С оплат клиентов без НДС партнёр получает: 1\N{NO-BREAK SPACE}% за a; 2\N{NO-BREAK SPACE}% за b;"
        " 3\N{NO-BREAK SPACE}% за всё остальное."
    )
    assert "(по видам: проект 180, рекомендация 60)" in tell(terms(*SIMPLE), RU).sentences[1]


def test_kinds_are_told_in_words() -> None:
    kinds = 'rate = "10%"\nwhen.partner_kinds = ["agent"]\nwhen.registration_kinds = ["tender", "lead"]'
    program = terms(kinds, 'rate = "1%"')
    told = rule_clause(program.commission.rules[0], program, RU).replace("\N{NO-BREAK SPACE}", " ")
    assert told == "10 % (регистрации вида рекомендация, тендер; партнёры вида агент)"


@pytest.mark.parametrize(
    ("commission", "rule", "paid", "earned"),
    [
        pytest.param("", 'rate = "10%"', "122000.00", ["10000.00"], id="VAT is taken out of what is paid"),
        pytest.param("", 'fixed = "1500 RUB"', "122000.00", ["1500.00"], id="a sum a deal"),
        pytest.param("", 'per_unit = "3 RUB"', "122000.00", ["30.00"], id="ten units"),
        pytest.param(
            "",
            f'tiers = {{ measure = "base_in_quarter", {BANDS} }}',
            "1464000.00",
            ["165000.00"],
            id="policy's 1,200,000",
        ),
        pytest.param(
            "",
            f'tiers = {{ mode = "retroactive", measure = "base_in_quarter", {BANDS} }}',
            "1464000.00",
            ["240000.00"],
            id="policy's 1,200,000, retroactive",
        ),
        pytest.param('base = "gross"', 'rate = "10%"', "100000.00", ["10000.00"], id="gross"),
        pytest.param('base = "margin"', 'rate = "10%"', "305000.00", ["10000.00"], id="margin"),
        pytest.param('trigger = "won"', 'rate = "10%"', "122000.00", ["10000.00"], id="a win"),
        pytest.param(
            "",
            'rate = "10%"\ncap = { per = "deal", amount = "4000 RUB" }',
            "122000.00",
            ["10000.00", "-6000.00"],
            id="a cap",
        ),
        pytest.param(
            "",
            'rate = "10%"\nsplit = { sourced = "70%", implementation = "30%" }',
            "122000.00",
            ["7000.00", "3000.00"],
            id="two roles",
        ),
        pytest.param(
            "",
            'rate = "10%"\nwhen.deal_kinds = ["renewal"]\nwhen.partner_kinds = ["agent"]\n'
            'when.registration_kinds = ["tender"]',
            "122000.00",
            ["10000.00"],
            id="an event that fits the conditions",
        ),
        pytest.param("", 'terms = [ { months = 12, rate = "25%" } ]', "122000.00", ["25000.00"], id="the first term"),
    ],
)
def test_the_example_is_priced_like_a_payment(commission: str, rule: str, paid: str, earned: list[str]) -> None:
    text = HEAD.replace("[[", f"[commission]\n{commission}\n[[") + rule
    found = example(read_program(tomllib.loads(text)))
    assert found is not None
    assert found.paid.text() == paid
    assert [one.amount.text() for one in found.owed] == earned


def test_the_example_is_told_step_by_step() -> None:
    found = example(read_program(tomllib.loads(RULES)))
    assert found is not None
    assert told(found, EN) == [
        "On 2020-01-01 a client pays 120,000.00 RUB for licence.",
        "120,000.00 was paid.",
        "VAT of 20% inside the sum is 20,000.00.",
        "The base is 100,000.00.",
        "Rule licence gives 50%.",
        "It is on hold until 2020-01-15, 00:00.",
        "Partner P1 earns 50,000.00 RUB.",
    ]


def test_terms_that_earn_nothing_have_no_example() -> None:
    program = read_program(tomllib.loads("effective_from = 2026-01-01"))
    assert example(program) is None
    assert len(tell(program, EN).sentences) <= MOST
