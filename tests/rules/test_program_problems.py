"""What is refused when a program is loaded: each problem with its key and mend, all of them at once."""

import tomllib
from datetime import date
from typing import Any

import pytest

from partnersync.problems import Problem, Refused, dotted
from partnersync.rules.program import read_program

FIRST = {"effective_from": date(2026, 1, 1)}
RULE = '[[commission.rules]]\nname = "r"\n'


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        read_program(FIRST | tomllib.loads(text))
    return refused.value.problems


def told(text: str) -> list[str]:
    return [f"{dotted(problem.path)} {problem.text}. {problem.mend}" for problem in problems(text)]


def bands(*bands: str, measure: str = "base_in_quarter") -> str:
    listed = ", ".join(f"{{ {band} }}" for band in bands)
    return f'{RULE}tiers = {{ measure = "{measure}", bands = [ {listed} ] }}'


ZERO = 'from = "0 RUB", rate = "10%"'
VALUES = [
    pytest.param(
        'time_zone = "Europe"',
        'time_zone is not a known time zone. Write a name of the tz database, like "Eu',
        id="a folder",
    ),
    pytest.param('time_zone = ""', "time_zone is not a known time zone", id="an empty zone"),
    pytest.param('time_zone = "../etc/passwd"', "time_zone is not a known time zone", id="a path for a zone"),
    pytest.param(
        'currency = "rub"', 'currency is not a currency. Write its ISO 4217 code, like "RUB"', id="lower case"
    ),
    pytest.param(
        '[registration.direct_only]\nclients = ["7736050003", "gov.ru"]',
        """registration.direct_only.clients[2] names "gov.ru", which is no single company's INN or domain.""",
        id="what many clients are below is no client",
    ),
    pytest.param(
        '[registration.direct_only]\nclients = ["mail.ru"]', "Name each client by its INN", id="nor is free mail"
    ),
    pytest.param('[registration.direct_only]\nclients = ["Roga i kopyta"]', "by its INN of 10 or 12", id="nor a name"),
    pytest.param('[registration.direct_only]\nclients = ["www.acme.ru"]', 'Write "acme.ru"', id="a host of a client"),
    pytest.param('language = "fr"', "language is not one of the known words. Write 'ru' or 'en'", id="a language"),
    pytest.param("approvers = [1]", "approvers[1] is not text", id="a number among ids"),
    pytest.param('approvers = "u1"', "approvers is not a list. Write it in brackets", id="a text for a list"),
    pytest.param('approvers = [""]', "approvers[1] is empty. Write at least 1 character", id="an empty id"),
    pytest.param(
        "registration = 5", "registration is not a table. Write it as a [section] or as { key = value }", id="no table"
    ),
    pytest.param(
        "[registration]\ncapcity_active = 1",
        'registration.capcity_active is not a known key. Did you mean "capacity_active"?',
        id="a typo",
    ),
    pytest.param("[protection.auto_extend]\nday_left = 1", 'Did you mean "days_left"?', id="a typo in an inner table"),
    pytest.param(
        "[protection]\ndays = 0", "protection.days is less than 1. Write 1 or more", id="no day of protection"
    ),
    pytest.param("[protection]\ndays = 90.0", "protection.days is not a whole number", id="a decimal fraction of days"),
    pytest.param(
        '[protection]\ndays = "90"', "protection.days is not a whole number. Write it without quotes", id="quotes"
    ),
    pytest.param("[protection]\ndays = true", "protection.days is not a whole number", id="a truth for a number"),
    pytest.param(
        "[protection.days_by_kind]\ntendr = 9",
        "protection.days_by_kind.tendr is not one of the known words",
        id="a kind",
    ),
    pytest.param(
        "[protection.days_by_kind]\ntender = -9", "protection.days_by_kind.tender is less than 1", id="negative"
    ),
    pytest.param("[attribution.look_back_days]\nqrs = 9", "attribution.look_back_days.qrs is not one of", id="a touch"),
    pytest.param(
        "[commission]\nhold_days = -1", "commission.hold_days is less than 0. Write 0 or more", id="negative days"
    ),
    pytest.param("[commission]\nmax_total = 0.5", "commission.max_total is not a percentage", id="a binary fraction"),
    pytest.param(
        '[commission]\nmax_total = "50"', "commission.max_total is not a percentage", id="a percentage without sign"
    ),
    pytest.param(
        '[commission]\nmax_total = "12,5%"', 'Write it in quotes with a point and the sign, like "12.5%"', id="a comma"
    ),
    pytest.param(
        '[commission]\nmax_total = "1/3"', "commission.max_total is not a percentage", id="a quotient as rate"
    ),
    pytest.param(
        '[commission]\nmax_total = "101%"', 'commission.max_total is more than 100 %. Write "100%" or less', id="over"
    ),
    pytest.param('[commission]\nmax_total = "-1%"', 'commission.max_total is negative. Write "0%" or more', id="under"),
    pytest.param('[commission.vat]\n2026-13-01 = "22%"', "commission.vat.2026-13-01 is not a day", id="a month 13"),
    pytest.param(
        "[payout]\nminimum = 500", "payout.minimum is not a sum. Write the sum and its currency in quotes", id="bare"
    ),
    pytest.param('[payout]\nminimum = "500"', "payout.minimum is not a sum", id="a sum without its currency"),
    pytest.param('[payout]\nminimum = "0.001 RUB"', "payout.minimum is not a sum", id="less than a kopeck"),
    pytest.param(
        '[payout]\nminimum = "-5 RUB"', 'payout.minimum is negative. Write "0 RUB" or more', id="a negative sum"
    ),
    pytest.param('[payout]\nminimum = ""', "payout.minimum is not a sum", id="no minimum at all"),
    pytest.param("[calendar.26]\noff = []", "calendar.26 is not a year. Write the key like 2026", id="a year"),
    pytest.param("[calendar.2026]\noff = [2027-01-08]", "calendar.2026.off[1] is not a day of 2026", id="another year"),
    pytest.param(
        "[calendar.2026]\noff = [2026-05-02]\nwork = [2026-05-02]",
        "calendar.2026.work[1] is off and working",
        id="both",
    ),
    pytest.param("effective_from = 2026-01-01T00:00:00", "effective_from is not a day", id="a moment for a day"),
]
COMMISSION = [
    pytest.param(
        "[[commission.rules]]\nrate = '1%'", "commission.rules[1].name is missing", id="a rule without a name"
    ),
    pytest.param(
        "[[commission.rules]]\nname = 'a|b'\nrate = '1%'", "commission.rules[1].name is not a plain name", id="a bar"
    ),
    pytest.param(
        "[[commission.rules]]\nname = ''\nrate = '1%'", "commission.rules[1].name is empty", id="an empty name"
    ),
    pytest.param(
        RULE, "commission.rules[1] does not say what is earned. Give it one of rate, fixed", id="nothing to earn"
    ),
    pytest.param(
        RULE + "rate = '1%'\nfixed = '5 RUB'",
        "commission.rules[1].fixed stands beside rate. Keep one of",
        id="two ways",
    ),
    pytest.param(RULE + "rate = '101%'", "commission.rules[1].rate is more than 100 %", id="a rate over 100 %"),
    pytest.param(
        RULE + "rate = '1%'\nwhen = { product = ['a'] }",
        'commission.rules[1].when.product is not a known key. Did you mean "products"?',
        id="a condition",
    ),
    pytest.param(
        RULE + "rate = '1%'\nwhen = { deal_kinds = ['nwe'] }",
        "commission.rules[1].when.deal_kinds[1] is not one of the known words. Write 'new', 'renewal' or 'expansion'",
        id="a kind",
    ),
    pytest.param(
        bands('from = "5 RUB", rate = "1%"'),
        'commission.rules[1].tiers.bands[1].from does not begin at 0. Begin it at "0 RUB"',
        id="above 0",
    ),
    pytest.param(bands(), "commission.rules[1].tiers.bands is empty", id="no band"),
    pytest.param(
        bands(ZERO + ', to = "400 RUB"', 'from = "500 RUB", rate = "1%"'),
        "bands[1].to leaves a gap before the next band",
        id="a gap",
    ),
    pytest.param(
        bands(ZERO + ', to = "600 RUB"', 'from = "500 RUB", rate = "1%"'),
        "bands[1].to overlaps the next band",
        id="an overlap",
    ),
    pytest.param(
        bands(ZERO, 'from = "500 RUB", rate = "1%"', 'from = "500 RUB", rate = "2%"'),
        "bands[3].from does not rise above",
        id="equal bounds",
    ),
    pytest.param(
        bands(ZERO, 'from = "500 RUB", rate = "1%"', 'from = "400 RUB", rate = "2%"'),
        "bands[3].from does not rise above",
        id="falling bounds",
    ),
    pytest.param(
        bands(ZERO + ', to = "500 RUB"'), "bands[1].to ends the last band, which has no end", id="an end of the last"
    ),
    pytest.param(
        bands(ZERO, 'from = "499999.99 RUB", rate = "1%"'),
        'bands[2].from ends in .99. Write "500000 RUB": a band ends just below',
        id="a .99 bound",
    ),
    pytest.param(bands('from = "0 RUB", rate = "101%"'), "bands[1].rate is more than 100 %", id="a band over 100 %"),
    pytest.param(bands('from = "-1 RUB", rate = "1%"'), "bands[1].from is negative", id="a negative bound"),
    pytest.param(
        bands('from = 0, rate = "1%"'),
        'bands[1].from does not fit the measure base_in_quarter. Write a sum, like "500000 RUB"',
        id="things for a sum",
    ),
    pytest.param(
        bands(ZERO, 'from = "5 USD", rate = "1%"'),
        "bands[2].from is in another currency than the rule's RUB",
        id="two currencies",
    ),
    pytest.param(
        bands(ZERO, measure="base_in_qarter"),
        "commission.rules[1].tiers.measure is not one of the known words",
        id="a measure",
    ),
    pytest.param(
        RULE + "tiers = { mode = 'cumulative', measure = 'base_in_year', bands = [] }",
        'tiers.mode is refused, because vendors use this word for both modes. Write "marginal"',
        id="cumulative",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*VALUES, *COMMISSION])
def test_a_problem_is_told_alone_with_its_key_and_mend(text: str, expected: str) -> None:
    (sentence,) = told(text)
    assert expected in sentence


def test_the_path_of_a_problem_leads_to_the_key() -> None:
    (problem,) = problems(bands(ZERO, 'from = "499.99 RUB", rate = "1%"'))
    assert problem.path == ("commission", "rules", 0, "tiers", "bands", 1, "from")


def test_a_99_bound_of_a_currency_without_hundredths_is_a_bound() -> None:
    program = read_program(FIRST | tomllib.loads(bands('from = "0 JPY", rate = "1%"', 'from = "99 JPY", rate = "2%"')))
    tiers = program.commission.rules[0].tiers
    assert tiers is not None
    assert [bound for bound, _ in tiers.edges()] == [0, 99]


def test_all_problems_are_told_at_once() -> None:
    found = told('currency = "x"\n[guard]\nreverts = 1\n' + RULE + "rate = 1")
    assert [sentence.split()[0] for sentence in found] == ["currency", "commission.rules[1].rate", "guard.reverts"]


def test_names_are_given_once() -> None:
    rules = RULE + "rate = '1%'\nwhen.products = ['a']\n" + RULE + "rate = '2%'\nwhen.products = ['b']"
    assert told(rules) == [
        "commission.rules[2].name is the name of an earlier rule too. Give each rule a name of its own"
    ]


TIERS: dict[str, Any] = {"measure": "base_in_year", "bands": [{"from": "0 RUB", "rate": "1%"}]}
COUNTS: dict[str, Any] = {"bands": [{"from": 0, "rate": "1%"}, {"from": 10, "rate": "2%"}]}


def rule(**keys: Any) -> dict[str, Any]:
    return {"commission": {"rules": [{"name": "r", **keys}]}}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            rule(rate="1%", split={"sourced": "33.33%", "influenced": "33.33%", "implementation": "33.33%"}),
            "commission.rules[1].split sums to 9999/10000, not to 1",
            id="shares that lose a part",
        ),
        pytest.param(
            rule(rate="1%", split={"sourced": "0%", "influenced": "100%"}),
            "commission.rules[1].split.sourced is not a part of the whole",
            id="a share of nothing",
        ),
        pytest.param(
            rule(rate="1%", split={"sourced": "4/3"}), "commission.rules[1].split.sourced is not a part", id="too much"
        ),
        pytest.param(
            rule(rate="1%", cap={"per": "week", "amount": "5 RUB"}),
            "commission.rules[1].cap.per is not one of the known words. Write 'deal'",
            id="a cap per week",
        ),
        pytest.param(
            rule(terms=[{"months": 12, "rate": "1%"}], months=12),
            "commission.rules[1].months stands beside terms",
            id="two terms",
        ),
        pytest.param(
            rule(tiers={"measure": "active_clients", "bands": [{"from": "0 RUB", "rate": "1%"}]}),
            "bands[1].from does not fit the measure active_clients. Write a whole number, like 10",
            id="sums where clients are counted",
        ),
        pytest.param(
            {"tiers": {"silver": "2 RUB", "gold": "2 RUB"}},
            "tiers.gold does not rise above the tier before it",
            id="tiers that do not rise",
        ),
        pytest.param({"tiers": {"silver": "1 USD"}}, "tiers.silver is in USD. Write it in RUB", id="another currency"),
        pytest.param(
            {"tiers": {"silver": "1 RUB"}} | rule(rate="1%", when={"partner_tiers": ["silber"]}),
            'commission.rules[1].when.partner_tiers[1] names "silber", which is no tier of [tiers]. '
            'Did you mean "silver"?',
            id="a rule for a tier that nobody reaches",
        ),
        pytest.param(
            {"tiers": {"silver": "1 RUB"}, "registration": {"capacity_by_tier": {"x": 1}}},
            'registration.capacity_by_tier names "x", which is no tier of [tiers]. Name one of: silver',
            id="a capacity of such a tier",
        ),
    ],
)
def test_what_comes_later_is_checked_already(content: dict[str, Any], expected: str) -> None:
    with pytest.raises(Refused) as refused:
        read_program(FIRST | content)
    assert any(
        expected in f"{dotted(problem.path)} {problem.text}. {problem.mend}" for problem in refused.value.problems
    )
