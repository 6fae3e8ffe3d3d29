"""How two versions differ: key by key, and which events go to another rule."""

import tomllib

import pytest

from partnersync.rules.program import Program, read_program
from partnersync.rules.term_diff import difference_sentence, differences, move_sentence, moves
from partnersync.translate import translator

EN = translator("en")
BASE = """
effective_from = 2026-01-01
[[commission.rules]]
name = "all"
rate = "5%"
[[commission.rules]]
name = "licence"
when = { products = ["licence"] }
rate = "50%"
"""


def terms(old: str = "", new: str = "") -> Program:
    assert old in BASE
    return read_program(tomllib.loads(BASE.replace(old, new) if old else BASE))


RULE = '[[commission.rules]]\nname = "licence"\nwhen = { products = ["licence"] }\nrate = "50%"\n'


@pytest.mark.parametrize(
    ("other", "keys", "events"),
    [
        pytest.param(terms(), [], [], id="the same"),
        pytest.param(
            terms('"50%"', '"40%"'), ["commission.rules.licence.rate is 40% instead of 50%."], [], id="only a rate"
        ),
        pytest.param(
            terms('[[commission.rules]]\nname = "all"', '[protection]\ndays = 30\n[[commission.rules]]\nname = "all"'),
            ["protection.days is 30 instead of 90."],
            [],
            id="a default is told",
        ),
        pytest.param(
            terms('products = ["licence"]', 'products = ["licence", "box"], deal_kinds = ["new"]'),
            [
                "commission.rules.licence.when.products is licence, box instead of licence.",
                "commission.rules.licence.when.deal_kinds is new, where nothing stood.",
            ],
            [
                "Events for box (new deals) go from rule all to rule licence.",
                "Events for licence (expansions, renewals) go from rule licence to rule all.",
            ],
            id="events go both ways",
        ),
        pytest.param(
            terms(RULE, ""),
            [
                "commission.rules.licence.when.products was licence and is gone.",
                "commission.rules.licence.rate was 50% and is gone.",
            ],
            ["Events for licence go from rule licence to rule all."],
            id="a rule is gone",
        ),
        pytest.param(
            terms('[[commission.rules]]\nname = "all"\nrate = "5%"\n', ""),
            ["commission.rules.all.rate was 5% and is gone."],
            ["Events for all products but licence earn nothing any more; rule all took them."],
            id="events that nothing is earned for",
        ),
    ],
)
def test_how_versions_differ(other: Program, keys: list[str], events: list[str]) -> None:
    assert [difference_sentence(one, EN) for one in differences(terms(), other)] == keys
    assert sorted(move_sentence(one, other, EN) for one in moves(terms(), other)) == sorted(events)


def test_all_events_that_come_to_be_taken_are_told() -> None:
    narrow = BASE.replace('products = ["licence"]', 'products = ["licence", "box"], deal_kinds = ["new"]')
    only = read_program(tomllib.loads(narrow.replace('[[commission.rules]]\nname = "all"\nrate = "5%"\n', "")))
    wide = read_program(tomllib.loads(narrow))
    assert [move_sentence(one, wide, EN) for one in moves(only, wide)] == [
        "Events for all products but box, licence go to rule all, and earned nothing before.",
        "Events for box, licence (expansions, renewals) go to rule all, and earned nothing before.",
    ]


def test_events_that_earned_nothing_before() -> None:
    [found] = moves(terms('[[commission.rules]]\nname = "all"\nrate = "5%"\n', ""), terms())
    told = move_sentence(found, terms(), EN)
    assert told == "Events for all products but licence go to rule all, and earned nothing before."
