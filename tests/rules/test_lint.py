"""What lint warns about, and what just misses a warning."""

import tomllib
from collections import Counter

import pytest

from partnersync.domain.partner import Contract, ContractKind, Partner, TaxStatus
from partnersync.problems import dotted
from partnersync.rules.lint import cut_warnings, is_npd_agency, refusals, warnings
from partnersync.rules.program import Program, read_program
from partnersync.rules.rule_choice import RuleFacts


def terms(*rules: str, head: str = "") -> Program:
    listed = "".join(
        f'[[commission.rules]]\nname = "r{number}"\n{rule}\n' for number, rule in enumerate(rules, start=1)
    )
    return read_program(tomllib.loads(f"effective_from = 2026-01-01\n{head}\n{listed}"))


def bands(*rates: str, mode: str = "retroactive") -> str:
    listed = ", ".join(f'{{ from = "{number * 1000} RUB", rate = "{rate}" }}' for number, rate in enumerate(rates))
    return f'tiers = {{ mode = "{mode}", measure = "base_in_month", bands = [ {listed} ] }}'


LONG = 'rate = "4%%"\nmonths = 12\ncap = { per = "deal", amount = "5 RUB" }\nwhen = { products = ["%s"] }'
ALL_KINDS = 'when = { products = ["a"], deal_kinds = ["%s"] }\nrate = "5%%"'


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        pytest.param(terms('rate = "50%"'), [], id="plain terms"),
        pytest.param(terms(LONG % "a", LONG % "b"), [], id="two long rules are three sentences in all"),
        pytest.param(
            terms(LONG % "a", LONG % "b", LONG % "c"), ["too_long commission.rules"], id="more than three sentences"
        ),
        pytest.param(
            terms('when = { products = ["a"] }\nrate = "5%"', *(ALL_KINDS % kind for kind in ("new", "renewal"))),
            [],
            id="some events are left to the rule",
        ),
        pytest.param(
            terms(
                'when = { products = ["a"] }\nrate = "5%"',
                *(ALL_KINDS % kind for kind in ("new", "renewal", "expansion")),
                head="",
            ),
            ["never_matches commission.rules[1].when"],
            id="more special rules take every event",
        ),
        pytest.param(
            terms('when = { products = ["a"] }\nfixed = "5 USD"', head="[commission]\nconvert = true"),
            ["never_matches commission.rules[1].when"],
            id="a currency that is converted away",
        ),
        pytest.param(
            terms('when = { products = ["a"] }\nrate = "5%"', head='[commission]\nexclude_products = ["a", "b"]'),
            ["never_matches commission.rules[1].when"],
            id="excluded products alone",
        ),
        pytest.param(terms(bands("5%", "15%")), [], id="a step of 10 % of the base"),
        pytest.param(
            terms(bands("5%", "10%", "20.5%")), ["jump commission.rules[1].tiers.bands[3].rate"], id="a greater step"
        ),
        pytest.param(terms(bands("30%", "5%")), ["jump commission.rules[1].tiers.bands[2].rate"], id="a fall"),
        pytest.param(terms(bands("5%", "40%", mode="marginal")), [], id="marginal bands never jump"),
        pytest.param(terms('rate = "51%"'), ["stacking commission.rules[1]"], id="a rate over 50 %"),
        pytest.param(
            terms('rate = "5%"', head='[commission]\nmax_total = "60%"'),
            ["stacking commission.max_total"],
            id="a limit over it",
        ),
    ],
)
def test_what_the_terms_show(program: Program, expected: list[str]) -> None:
    assert [f"{one.code} {dotted(one.problem.path)}" for one in warnings(program)] == expected


def past(**products: int) -> Counter[RuleFacts]:
    facts = {name: RuleFacts("P1", name, "new", "", "agent", "", "", "RUB") for name in products}
    return Counter({facts[name]: lines for name, lines in products.items()})


@pytest.mark.parametrize(
    ("program", "lines", "expected"),
    [
        pytest.param(terms('when = { products = ["a"] }\nrate = "5%"'), past(a=80, b=20), [], id="a fifth is not more"),
        pytest.param(
            terms('when = { products = ["a"] }\nrate = "5%"'),
            past(a=79, b=21),
            ["r1 commission.rules[1].when.products 21 of 100"],
            id="more than a fifth of past lines",
        ),
        pytest.param(
            terms('when = { products = ["a"] }\nrate = "5%"', 'rate = "1%"'),
            past(a=1, b=99),
            [],
            id="another rule takes them",
        ),
        pytest.param(
            terms(
                'when = { products = ["a"], deal_kinds = ["renewal"] }\nrate = "5%"',
                'when = { products = ["b"] }\nrate = "1%"',
            ),
            past(a=30, b=70),
            ["r1 commission.rules[1].when.deal_kinds 30 of 100", "r2 commission.rules[2].when.products 30 of 100"],
            id="the conditions that alone stand in the way",
        ),
        pytest.param(
            terms('rate = "5%"', head='[commission]\nexclude_products = ["b"]'),
            past(a=70, b=30),
            [" commission.exclude_products 30 of 100"],
            id="excluded products",
        ),
        pytest.param(terms('when = { products = ["a"] }\nrate = "5%"'), past(), [], id="no history"),
    ],
)
def test_conditions_that_would_have_refused_past_lines(
    program: Program, lines: Counter[RuleFacts], expected: list[str]
) -> None:
    told = [(one, one.problem.text.partition("refused ")[2].partition(" past")[0]) for one in refusals(program, lines)]
    assert [f"{one.rule} {dotted(one.problem.path)} {count}" for one, count in told] == expected


def test_past_events_that_were_cut_are_told_with_their_rule() -> None:
    [found] = cut_warnings(terms('fixed = "5 RUB"'), {"r1": 3, "gone": 2})
    assert (found.rule, dotted(found.problem.path)) == ("r1", "commission.rules[1]")
    assert "at 3 past events" in found.problem.text


@pytest.mark.parametrize(
    ("tax", "kind", "expected"),
    [
        pytest.param(TaxStatus.NPD, ContractKind.AGENCY, True, id="npd with agency"),
        pytest.param(TaxStatus.NPD, ContractKind.COMMISSION, True, id="npd with commission"),
        pytest.param(TaxStatus.NPD, ContractKind.MANDATE, True, id="npd with mandate"),
        pytest.param(TaxStatus.NPD, ContractKind.SERVICES, False, id="npd with services"),
        pytest.param(TaxStatus.NPD, None, False, id="a contract of no kind"),
        pytest.param(TaxStatus.IP, ContractKind.AGENCY, False, id="another tax"),
    ],
)
def test_npd_allows_services_alone(tax: TaxStatus, kind: ContractKind | None, expected: bool) -> None:
    assert is_npd_agency(Partner("P", "P", tax_status=tax, contract=Contract(kind=kind))) is expected
    assert not is_npd_agency(Partner("P", "P", tax_status=tax))
