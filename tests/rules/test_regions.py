"""Which events are left to a rule: as the rule that is really chosen for each of them says."""

import tomllib
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.problems import Refused
from partnersync.rules import regions
from partnersync.rules.program import Program, choose_rule, read_program
from partnersync.rules.rule_choice import RuleFacts

_LISTS = {
    "products": ("a", "b"),
    "deal_kinds": ("new", "renewal", "expansion"),
    "partner_kinds": ("agent", "reseller"),
    "pipelines": ("x",),
}
WHENS = st.fixed_dictionaries(
    {key: st.lists(st.sampled_from(values), max_size=3, unique=True) for key, values in _LISTS.items()}
)


def terms(whens: Sequence[str]) -> Program:
    rules = "".join(
        f'[[commission.rules]]\nname = "r{number}"\nrate = "1%"\nwhen = {when}\n' for number, when in enumerate(whens)
    )
    return read_program(tomllib.loads(f"effective_from = 2026-01-01\n{rules}"))


@given(whens=st.lists(WHENS, min_size=1, max_size=5))
def test_a_rule_is_left_events_exactly_if_one_chooses_it(whens: list[dict[str, list[str]]]) -> None:
    texts = ["{ " + ", ".join(f"{key} = {values}" for key, values in when.items()) + " }" for when in whens]
    try:
        program = terms(texts)
    except Refused:  # two rules quarrel
        return
    known = product(("a", "b", "other"), _LISTS["deal_kinds"], ("agent", "reseller", "referral"), ("x", ""))
    events = [RuleFacts("P", goods, deal, "", kind, "", line, "RUB") for goods, deal, kind, line in known]
    chosen = {rule.name for rule in (choose_rule(program, event) for event in events) if rule}
    for rule in program.commission.rules:
        within = regions.taken(rule, program)
        assert (within is not None) == (rule.name in chosen)
        if within is not None:
            assert choose_rule(program, regions.event(within, program)) is rule


@pytest.mark.parametrize(
    ("one", "other", "both", "less"),
    [
        pytest.param((["a", "b"], True), (["b"], True), (["b"], True), (["a"], True), id="some and some"),
        pytest.param((["a", "b"], True), (["b"], False), (["a"], True), (["b"], True), id="some and all but some"),
        pytest.param((["a"], False), (["b"], True), (["b"], True), (["a", "b"], False), id="all but some and some"),
        pytest.param((["a"], False), (["b"], False), (["a", "b"], False), (["b"], True), id="all but some, twice"),
    ],
)
def test_values_meet_and_are_taken_away(
    one: tuple[list[str], bool],
    other: tuple[list[str], bool],
    both: tuple[list[str], bool],
    less: tuple[list[str], bool],
) -> None:
    mine, its, met, rest = (regions.Values(frozenset(names), inside) for names, inside in (one, other, both, less))
    assert mine.meet(its) == met
    assert mine.less(its) == rest
