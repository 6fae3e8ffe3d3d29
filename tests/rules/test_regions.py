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
from partnersync.rules.term_diff import moves

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


EVENTS = [
    RuleFacts("P", goods, deal, "", kind, "", line, "RUB")
    for goods, deal, kind, line in product(
        ("a", "b", "other"), _LISTS["deal_kinds"], ("agent", "reseller", "referral"), ("x", "")
    )
]
SOME_WHENS = st.lists(WHENS, min_size=1, max_size=5)


def some_terms(whens: Sequence[dict[str, list[str]]]) -> Program | None:
    """Terms of such rules; None where two of them quarrel."""
    try:
        return terms(["{ " + ", ".join(f"{key} = {values}" for key, values in when.items()) + " }" for when in whens])
    except Refused:
        return None


@given(whens=SOME_WHENS)
def test_a_rule_is_left_events_exactly_if_one_chooses_it(whens: list[dict[str, list[str]]]) -> None:
    program = some_terms(whens)
    if program is None:
        return
    chosen = {rule.name for rule in (choose_rule(program, event) for event in EVENTS) if rule}
    for rule in program.commission.rules:
        within = regions.taken(rule, program)
        assert (within is not None) == (rule.name in chosen)
        if within is not None:
            assert choose_rule(program, regions.event(within, program)) is rule


@given(before=SOME_WHENS, after=SOME_WHENS)
def test_each_event_that_moves_is_told_once(
    before: list[dict[str, list[str]]], after: list[dict[str, list[str]]]
) -> None:
    one, other = some_terms(before), some_terms(after)
    if one is None or other is None:
        return
    told = moves(one, other)
    for event in EVENTS:
        was, now = (rule.name if rule else "" for rule in (choose_rule(one, event), choose_rule(other, event)))
        holding = [(move.before, move.after) for move in told if _holds(move.events, event)]
        assert holding == ([(was, now)] if was != now else [])


def _holds(within: regions.Box, event: RuleFacts) -> bool:
    return all((value in values.named) is values.inside for values, value in zip(within, event, strict=True))


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
