"""A bad program file is refused when it is loaded: file, line, what is wrong, both rules that quarrel, the mend."""

import pytest

from small_firm import PROGRAM, Firm

TERMS = "config/program/2026-01-01.toml"
TIERS = 'tiers = { mode = "marginal", measure = "base_in_quarter", bands = ['


def edited(old: str, new: str) -> str:
    assert old in PROGRAM
    return PROGRAM.replace(old, new)


BAD = [
    pytest.param(
        edited('{ from = "0 RUB", rate', '{ from = "0 RUB", to = "900 RUB", rate'),
        18,
        ["commission.rules[2].tiers.bands[1].to", "leaves a gap before the next band", "a band ends just below it"],
        id="a gap",
    ),
    pytest.param(
        edited('{ from = "0 RUB", rate', '{ from = "0 RUB", to = "1100 RUB", rate'),
        18,
        ["commission.rules[2].tiers.bands[1].to", "overlaps the next band", "Remove it or write the next band's from"],
        id="an overlap",
    ),
    pytest.param(
        edited('from = "0 RUB"', 'from = "1 RUB"'),
        18,
        ["commission.rules[2].tiers.bands[1].from", "does not begin at 0", 'Begin it at "0 RUB"'],
        id="a first band that does not begin at 0",
    ),
    pytest.param(
        edited('from = "1000 RUB"', 'from = "999.99 RUB"'),
        19,
        ["commission.rules[2].tiers.bands[2].from", "ends in .99", 'Write "1000 RUB"'],
        id="a .99 bound as from",
    ),
    pytest.param(
        edited('{ from = "0 RUB", rate', '{ from = "0 RUB", to = "999.99 RUB", rate'),
        18,
        ["commission.rules[2].tiers.bands[1].to", "ends in .99", 'Write "1000 RUB"'],
        id="a .99 bound as to",
    ),
    pytest.param(
        edited("hold_days", "hold_dayz"),
        7,
        ["commission.hold_dayz", "is not a known key", 'Did you mean "hold_days"?'],
        id="an unknown key",
    ),
    pytest.param(
        edited('rate = "50%"', 'rate = "50%"\nmonth = 12'),
        13,
        ["commission.rules[1].month", "is not a known key", 'Did you mean "months"?'],
        id="an unknown key of a rule",
    ),
    pytest.param(
        edited('products = ["service"]', 'products = ["service", "licence"]'),
        16,
        ["commission.rules[2].when", '"services"', '"licence"', "equal rank (products)", "Add a key to one of them"],
        id="two rules for one event",
    ),
    pytest.param(
        edited('rate = "50%"', 'rate = "50%"\nsplit = { sourced = "70%", implementation = "20%" }'),
        13,
        ["commission.rules[1].split", "sums to 9/10, not to 1", "Let the shares sum to 100 % exactly"],
        id="shares that are no whole",
    ),
    pytest.param(
        edited('mode = "marginal"', 'mode = "cumulative"'),
        17,
        [
            "commission.rules[2].tiers.mode",
            "cumulative",
            "vendors use this word for both",
            '"marginal"',
            '"retroactive"',
        ],
        id="the word cumulative",
    ),
]


@pytest.mark.parametrize("command", [["sync"], ["program", "show"], ["program", "lint"]], ids=" ".join)
@pytest.mark.parametrize(("terms", "line", "said"), BAD)
def test_bad_terms_are_refused_at_load(firm: Firm, terms: str, line: int, said: list[str], command: list[str]) -> None:
    firm.put(TERMS, terms)
    ended = firm.run(*command)
    assert ended.code == 2, ended.told
    told = [text for text in ended.err.splitlines() if f"{TERMS}:{line}: " in text]
    assert any(all(part in text for part in said) for text in told), ended.err
    assert not (firm.root / "out").exists()


def test_all_problems_of_a_file_are_told_at_once(firm: Firm) -> None:
    text = edited(TIERS, TIERS.replace("marginal", "cumulative")).replace("hold_days", "hold_dayz")
    firm.put(TERMS, text)
    told = firm.run("sync").err
    assert f"{TERMS}:7: " in told
    assert f"{TERMS}:17: " in told


@pytest.mark.parametrize("command", [["sync", "--as-of", "2026-04-01"], ["plan"]], ids=" ".join)
def test_an_edited_version_that_lines_were_booked_under_is_refused_with_its_place(
    firm: Firm, command: list[str]
) -> None:
    before = firm.synced().written()
    firm.put(TERMS, "# corrected\n" + edited('"50%"', '"60%"'))
    ended = firm.run(*command)
    assert ended.code == 2
    assert f"{TERMS}:2: program version 2026-01-01 was edited, but lines were booked under it" in ended.err
    assert "add a new version with a later effective_from" in ended.err
    assert firm.written() == before


def test_a_version_that_says_the_same_is_no_edit(firm: Firm) -> None:
    firm.synced()
    firm.put(TERMS, "# a comment\n" + edited('"50%"', '"50.0%"'))
    assert firm.sync().code == 0
