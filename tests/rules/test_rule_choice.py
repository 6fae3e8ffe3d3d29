"""Which commission rule takes an event (policy: choice of rule), and which rules may not stand together."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.deal import DealKind
from partnersync.problems import Refused
from partnersync.rules.program import Program, choose_rule, read_program
from partnersync.rules.rule_choice import RuleFacts, can_meet, passed_over, rank, weight
from partnersync.rules.terms import CommissionRule

FACTS = RuleFacts(
    partner_id="P1",
    product="licence",
    deal_kind="new",
    registration_kind="sale",
    partner_kind="agent",
    partner_tier="gold",
    pipeline="main",
    currency="RUB",
)


def program(*rules: dict[str, Any]) -> Program:
    return read_program({"effective_from": date(2026, 1, 1), "commission": {"rules": list(rules)}})


def rule(name: str, **keys: Any) -> dict[str, Any]:
    """A flat rule; `money` makes it one of a currency."""
    money = keys.pop("money", None)
    return {"name": name, "when": keys} | ({"fixed": f"5 {money}"} if money else {"rate": "1%"})


PARTNERS = rule("partners", partners=["P1", "P2"])
PRODUCT_KIND = rule("product and kind", products=["licence"], deal_kinds=["new"])
PRODUCT_4 = rule(
    "product and four", products=["licence"], partner_kinds=["agent"], pipelines=["main"], partner_tiers=["gold"]
)
PRODUCT = rule("product", products=["licence", "service"])
KIND = rule("deal kind", deal_kinds=["new"])
KIND_2 = rule("registration kind and pipeline", registration_kinds=["sale"], pipelines=["main"])
TIER = rule("tier", partner_tiers=["gold"])
ANY = rule("any")
LADDER = [PARTNERS, PRODUCT_KIND, PRODUCT_4, PRODUCT, KIND_2, KIND, TIER, ANY]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(FACTS, "partners", id="a named partner goes before all"),
        pytest.param(FACTS._replace(partner_id="P9"), "product and kind", id="then product with deal kind"),
        pytest.param(
            FACTS._replace(partner_id="P9", deal_kind="renewal"), "product and four", id="then product, more keys first"
        ),
        pytest.param(
            FACTS._replace(partner_id="P9", deal_kind="renewal", pipeline="b"), "product", id="then product alone"
        ),
        pytest.param(
            FACTS._replace(partner_id="P9", product="x"),
            "registration kind and pipeline",
            id="then kinds and pipelines, more keys first",
        ),
        pytest.param(FACTS._replace(partner_id="P9", product="x", pipeline="b"), "deal kind", id="then one kind"),
        pytest.param(
            FACTS._replace(partner_id="P9", product="x", pipeline="b", deal_kind="renewal"), "tier", id="then the tier"
        ),
        pytest.param(
            RuleFacts("", "", "", "", "", "", "", ""), "any", id="what is unknown fits only what asks nothing"
        ),
    ],
)
@pytest.mark.parametrize("rules", [LADDER, LADDER[::-1]], ids=["written down", "written up"])
def test_the_most_special_rule_wins_wherever_it_stands(
    rules: list[dict[str, Any]], facts: RuleFacts, expected: str
) -> None:
    chosen = choose_rule(program(*rules), facts)
    assert chosen is not None
    assert chosen.name == expected


# policy.md 4: each rank goes before all below it; the kinds and pipelines are one rank, whatever else they ask for.
RANKS = [
    ["partners", "partners products", "partners products deal_kinds", "partners partner_tiers"],
    ["products deal_kinds", "products deal_kinds registration_kinds partner_kinds partner_tiers pipelines"],
    [
        "products",
        "products registration_kinds",
        "products partner_kinds",
        "products pipelines",
        "products partner_tiers",
    ],
    [
        "deal_kinds",
        "registration_kinds",
        "partner_kinds",
        "pipelines",
        "deal_kinds partner_tiers",
        "partner_kinds pipelines",
    ],
    ["partner_tiers"],
    [""],
]
VALUES = {
    "partners": ["P1"],
    "products": ["licence"],
    "deal_kinds": ["new"],
    "registration_kinds": ["sale"],
    "partner_kinds": ["agent"],
    "partner_tiers": ["gold"],
    "pipelines": ["main"],
}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("partners products", (5, "partners")),
        ("products deal_kinds", (4, "products with deal_kinds")),
        ("products pipelines", (3, "products")),
        ("deal_kinds", (2, "kinds or pipelines")),
        ("partner_tiers", (1, "partner_tiers")),
        ("", (0, "no condition")),
    ],
)
def test_ranks_and_what_they_are_called(keys: str, expected: tuple[int, str]) -> None:
    (one,) = program(rule("one", **{key: VALUES[key] for key in keys.split()})).commission.rules
    assert rank(one.when) == expected


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        pytest.param(one, other, id=f"{one} before {other or 'none'}")
        for place, rank_ in enumerate(RANKS)
        for one in rank_
        for below in RANKS[place + 1 :]
        for other in below
    ],
)
def test_a_rank_goes_before_all_below_it_whatever_they_ask(higher: str, lower: str) -> None:
    one, other = (rule(keys or "none", **{key: VALUES[key] for key in keys.split()}) for keys in (higher, lower))
    for rules in ([one, other], [other, one]):
        chosen = choose_rule(program(*rules), FACTS)
        assert chosen is not None
        assert chosen.name == higher


@pytest.mark.parametrize(
    ("more", "fewer"),
    [
        pytest.param(one, other, id=f"{one} before {other}")
        for same in RANKS
        for one in same
        for other in same
        if len(one.split()) > len(other.split())
    ],
)
def test_within_a_rank_more_keys_go_first(more: str, fewer: str) -> None:
    terms = program(*(rule(keys, **{key: VALUES[key] for key in keys.split()}) for keys in (fewer, more)))
    chosen = choose_rule(terms, FACTS)
    assert chosen is not None
    assert chosen.name == more


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(one, other, id=f"{one} and {other}")
        for same in RANKS
        for number, one in enumerate(same)
        for other in same[number + 1 :]
        if len(one.split()) == len(other.split())
    ],
)
def test_two_of_equal_rank_and_number_of_keys_are_an_error(one: str, other: str) -> None:
    with pytest.raises(Refused) as refused:
        program(*(rule(keys, **{key: VALUES[key] for key in keys.split()}) for keys in (one, other)))
    [problem] = refused.value.problems
    assert f'"{one}"' in problem.text
    assert f'"{other}"' in problem.text


def test_no_rule_fits() -> None:
    assert choose_rule(program(PRODUCT), FACTS._replace(product="hardware")) is None
    assert choose_rule(program(), FACTS) is None


def test_words_of_the_domain_are_taken_as_they_are() -> None:
    chosen = choose_rule(program(PRODUCT_KIND), FACTS._replace(deal_kind=DealKind.NEW))
    assert chosen is not None


def test_a_rule_with_sums_takes_its_own_currency_only() -> None:
    terms = program(
        rule("roubles", products=["licence"], money="RUB"), rule("dollars", products=["licence"], money="USD")
    )
    assert [
        getattr(choose_rule(terms, FACTS._replace(currency=code)), "name", None) for code in ("RUB", "USD", "EUR")
    ] == [
        "roubles",
        "dollars",
        None,
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(rule("a", products=["x", "y"]), rule("b", products=["y", "z"]), id="a product in common"),
        pytest.param(rule("a"), rule("b"), id="two without conditions"),
        pytest.param(rule("a", deal_kinds=["new"]), rule("b", partner_kinds=["agent"]), id="keys of one rank"),
        pytest.param(
            rule("a", partners=["P1"], products=["x"]),
            rule("b", partners=["P1"], pipelines=["m"]),
            id="one partner, each with a second key of its own",
        ),
        pytest.param(
            rule("a", products=["x"], deal_kinds=["new"], partner_kinds=["agent"]),
            rule("b", products=["x"], deal_kinds=["new", "renewal"], partner_tiers=["gold"]),
            id="the shared keys meet, the others keep nothing apart",
        ),
        pytest.param(rule("a", products=["x"], money="RUB"), rule("b", products=["x"]), id="a sum beside a rate"),
        pytest.param(rule("a", products=["x"], partners=[]), rule("b", products=["x"]), id="an empty list is no key"),
    ],
)
def test_rules_that_could_quarrel_are_refused_by_both_names(one: dict[str, Any], other: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        program(ANY | {"name": "first", "when": {"partner_tiers": ["none of both"]}}, one, other)
    (problem,) = refused.value.problems
    assert problem.path == ("commission", "rules", 2, "when")
    assert 'of rule "b" can fit the same event as that of rule "a" with equal rank' in problem.text


def test_the_sentence_names_rank_and_number_of_keys() -> None:
    with pytest.raises(Refused, match=r"equal rank \(kinds or pipelines\) and number of keys \(1\)\. Add a key to one"):
        program(rule("a", deal_kinds=["new"]), rule("b", pipelines=["m"]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(rule("a", products=["x"]), rule("b", products=["y"]), id="different products"),
        pytest.param(
            rule("a", products=["x"], deal_kinds=["new"]),
            rule("b", products=["x"], deal_kinds=["renewal"]),
            id="one product, different kinds",
        ),
        pytest.param(
            rule("a", products=["x"], deal_kinds=["new"]),
            rule("b", products=["x"], partner_kinds=["agent"]),
            id="another rank",
        ),
        pytest.param(
            rule("a", products=["x"]), rule("b", products=["x"], partner_kinds=["agent"]), id="another number of keys"
        ),
        pytest.param(rule("a", money="RUB"), rule("b", money="USD"), id="sums in different currencies"),
        pytest.param(rule("a", partners=["P1"]), rule("b", products=["x"]), id="partner before product"),
    ],
)
def test_rules_that_cannot_quarrel_stand_together(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert len(program(one, other).commission.rules) == 2


VALUES = {
    "partners": ["P1", "P2"],
    "products": ["licence", "service"],
    "deal_kinds": ["new", "renewal"],
    "registration_kinds": ["sale", "lead"],
    "partner_kinds": ["agent", "reseller"],
    "partner_tiers": ["gold", "silver"],
    "pipelines": ["main", "other"],
}
WHENS = st.fixed_dictionaries(
    {}, optional={key: st.lists(st.sampled_from(values), unique=True) for key, values in VALUES.items()}
)
RULES = st.builds(
    lambda when, money: CommissionRule.model_validate(rule("r", money=money, **when)),
    WHENS,
    st.sampled_from([None, "RUB", "USD"]),
)
EVENTS = st.builds(
    RuleFacts, *(st.sampled_from(["", *values]) for values in VALUES.values()), st.sampled_from(["RUB", "USD"])
)


def fits(one: CommissionRule, facts: RuleFacts) -> bool:
    """The slow way to say it."""
    asked = one.when.model_dump(mode="json")
    named = all(not wanted or got in wanted for wanted, got in zip(asked.values(), facts[:7], strict=True))
    return named and (one.fixed is None or one.fixed.currency == facts.currency)


@given(one=RULES, other=RULES, facts=EVENTS)
def test_rules_that_both_fit_an_event_can_meet(one: CommissionRule, other: CommissionRule, facts: RuleFacts) -> None:
    assert can_meet(one, other) or not (fits(one, facts) and fits(other, facts))


@given(one=RULES, other=RULES)
def test_rules_that_can_meet_both_fit_some_event(one: CommissionRule, other: CommissionRule) -> None:
    """So that nobody is asked to part rules which never meet."""

    def common(key: str) -> str:
        sets = [set(asked[key]) for each in (one, other) if key in (asked := each.when.asked())]
        return min(set.intersection(*sets), default="") if sets else ""

    facts = RuleFacts._make([*map(common, VALUES), one.currency or other.currency or "RUB"])
    assert can_meet(one, other) == (fits(one, facts) and fits(other, facts))


@given(rules=st.lists(RULES, max_size=6), facts=st.lists(EVENTS, min_size=1, max_size=5))
def test_the_choice_is_the_heaviest_of_those_that_fit(rules: list[CommissionRule], facts: list[RuleFacts]) -> None:
    named = [
        {"name": str(number), "when": each.when.model_dump(mode="json")}
        | ({"fixed": f"5 {each.currency}"} if each.currency else {"rate": "1%"})
        for number, each in enumerate(rules)
    ]
    try:
        terms = program(*named)
    except Refused:
        return
    for asked in facts * 2:  # the second time from memory
        fitting = [each for each in terms.commission.rules if fits(each, asked)]
        assert choose_rule(terms, asked) is (max(fitting, key=weight) if fitting else None)


def test_a_choice_is_made_once() -> None:
    """It is asked for every event, and a scan of the rules costs many times a look-up."""
    terms = program(*LADDER)
    first = choose_rule(terms, FACTS)
    terms.chooser._tests.clear()
    assert first is not None
    assert choose_rule(terms, FACTS) is first


def test_memory_of_choices_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnersync.rules.rule_choice._REMEMBERED", 10)
    terms = program(PRODUCT)
    for number in range(100):
        assert choose_rule(terms, FACTS._replace(partner_id=f"P{number}")) is terms.commission.rules[0]
    assert len(terms.chooser._known) <= 10


def test_why_no_other_rule_took_an_event() -> None:
    said: list[dict[str, Any]] = [
        {"name": "all"},
        {"name": "licences", "when": {"products": ["licence"]}},
        {"name": "new licences", "when": {"products": ["licence"], "deal_kinds": ["new"]}},
        {"name": "services", "when": {"products": ["service", "course"]}},
    ]
    rules = program(*(rule | {"rate": "10%"} for rule in said)).commission.rules
    facts = RuleFacts("P1", "licence", "new", "", "agent", "", "", "RUB")
    assert sorted(passed_over(rules, facts, "new licences")) == [
        ("less_special", "all", "new licences", "products with deal_kinds"),
        ("less_special", "licences", "new licences", "products with deal_kinds"),
        ("unfit", "services", "product", "course, service", "licence"),
    ]
    assert passed_over(rules, facts, "licences")[0] == ("now", "new licences"), "something changed since"
    assert passed_over(rules, facts, "gone") == [
        ("now", "new licences"),
        ("less_special", "new licences", "gone", ""),
        ("less_special", "licences", "gone", ""),
        ("unfit", "services", "product", "course, service", "licence"),
        ("less_special", "all", "gone", ""),
    ], "the rule that took it is not in the terms any more"
    nothing = facts._replace(product="")
    assert passed_over(rules[1:], nothing, "") == [
        ("unfit", "new licences", "product", "licence", "-"),
        ("unfit", "licences", "product", "licence", "-"),
        ("unfit", "services", "product", "course, service", "-"),
    ], "no rule took it"
    assert ("unfit", "new licences", "deal_kind", "new", "renewal") in passed_over(
        rules, facts._replace(deal_kind="renewal"), "licences"
    )
