"""`program show`, `lint` and `diff` through the real command line."""

from typing import Any

import pytest

from small_firm import PROGRAM, Firm

TERMS = "config/program/2026-01-01.toml"
PLAIN = (
    "Of what clients pay, VAT included, a partner earns 50% for licence;"
    " 10% up to 1,000.00 RUB a quarter, 20% above, for service."
)


def show(firm: Firm, *options: str) -> list[str]:
    ended = firm.run("program", "show", *options)
    assert ended.code == 0, ended.told
    return ended.out.splitlines()


def test_terms_are_told_in_three_sentences_with_an_example(firm: Firm) -> None:
    assert show(firm, "--language", "en") == [
        "The terms from 2026-01-01 on:",
        f"  {PLAIN}",
        "  A client that a partner registers is kept for him for 90 days (of kind: project 180, lead 60).",
        "  What is earned can be paid after 14 days, is stated every month and is paid from 500.00 RUB on.",
        "For example, by rule licence:",
        "  On 2026-01-01 a client pays 100,000.00 RUB for licence.",
        "  100,000.00 was paid.",
        "  VAT is not taken out, as the program counts gross sums.",
        "  The base is 100,000.00.",
        "  Rule licence gives 50%.",
        "  It is on hold until 2026-01-15, 00:00.",
        "  Partner P1 earns 50,000.00 RUB.",
    ]


def test_terms_are_told_in_the_language_of_the_settings(firm: Firm) -> None:
    assert show(firm)[0] == "Условия с 01.01.2026:"
    firm.put("config/partnersync.toml", f'language = "en"\n{firm.text("config/partnersync.toml")}')
    assert show(firm)[0] == "The terms from 2026-01-01 on:"


def test_a_version_or_a_file_is_told_where_it_is_named(firm: Firm) -> None:
    firm.put("config/program/2026-07-01.toml", PROGRAM.replace("2026-01-01", "2026-07-01"))
    firm.put("draft.toml", PROGRAM.replace("2026-01-01", "2027-01-01"))
    for named, day in (("2026-07-01", "2026-07-01"), ("draft.toml", "2027-01-01")):
        assert show(firm, "--version", named, "--language", "en")[0] == f"The terms from {day} on:"
    ended = firm.run("program", "show", "--version", "2026-08-01")
    assert ended.code == 2
    assert "Versions are: 2026-01-01, 2026-07-01" in ended.err


def test_terms_as_json(firm: Firm) -> None:
    told: dict[str, Any] = firm.run("program", "show", "--json", "--language", "en").json()
    assert told["version"] == "2026-01-01"
    assert told["sentences"][0] == PLAIN
    assert (told["sentences_needed"], told["left_out"]) == (3, [])
    assert told["earned"] == [
        {
            "rule": "licence",
            "payee_id": "P1",
            "kind": "accrual",
            "base": "100000.00",
            "rate": "50%",
            "amount": "50000.00",
            "currency": "RUB",
        }
    ]


def long_terms() -> str:
    rule = '[[commission.rules]]\nname = "{0}"\nwhen = {{ products = ["{0}"] }}\nrate = "5%"\nmonths = 12\n'
    cap = 'cap = { per = "deal", amount = "10 RUB" }\n'
    return "effective_from = 2026-01-01\n" + "".join(rule.format(name) + cap for name in ("a", "b", "c"))


def test_terms_that_take_more_are_cut_and_say_so(firm: Firm) -> None:
    firm.put("draft.toml", long_terms())
    told = show(firm, "--version", "draft.toml", "--language", "en")
    assert told[4] == "  To tell all, 4 sentences are needed; these rules are left out: c."


def test_lint_names_file_line_rule_and_mend(firm: Firm) -> None:
    firm.edit(TERMS, '"20%"', '"30%"')
    firm.edit(TERMS, 'mode = "marginal"', 'mode = "retroactive"')
    ended = firm.run("program", "lint")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        f'{TERMS}:19: commission.rules[2].tiers.bands[2].rate: of rule "services" jumps by 20% of the base at'
        ' 1000.00 RUB, as it is retroactive. Add bands that step by 10% or less, or write mode = "marginal".',
        "1 warning",
    ]
    assert firm.run("program", "lint", "--strict").code == 1
    assert firm.run("program", "lint", "--json").json() == [
        {
            "file": TERMS,
            "line": 19,
            "rule": "services",
            "code": "jump",
            "warning": 'of rule "services" jumps by 20% of the base at 1000.00 RUB, as it is retroactive',
            "mend": 'Add bands that step by 10% or less, or write mode = "marginal".',
        }
    ]


def test_lint_finds_nothing_in_plain_terms(firm: Firm) -> None:
    firm.synced()
    for options in ([], ["--strict"], [TERMS]):
        ended = firm.run("program", "lint", *options)
        assert (ended.code, ended.out) == (0, "nothing to warn about\n")


def test_lint_of_a_bad_file_is_refused(firm: Firm) -> None:
    firm.put("draft.toml", PROGRAM.replace("hold_days", "hold_day"))
    ended = firm.run("program", "lint", "draft.toml")
    assert ended.code == 2
    assert "draft.toml:7: commission.hold_day: is not a known key" in ended.err


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        pytest.param('["service"]', '["training"]', ["refuses"], id="a condition that refuses half of the past lines"),
        pytest.param('rate = "50%"', 'fixed = "900 RUB"', ["stacking"], id="a sum that max_total would have cut"),
    ],
)
def test_lint_asks_the_history(firm: Firm, old: str, new: str, codes: list[str]) -> None:
    firm.put("draft.toml", PROGRAM.replace(old, new))
    assert firm.run("program", "lint", "draft.toml", "--json").json() == []
    firm.synced()
    assert [one["code"] for one in firm.run("program", "lint", "draft.toml", "--json").json()] == codes


def test_lint_names_partners_whose_contract_npd_does_not_allow(firm: Firm) -> None:
    firm.put(
        "data/partners.csv",
        "partner_id,name,tax_status,contract_kind\nP-1,First,npd,agency\nP-2,Second,npd,services\n",
    )
    firm.synced()
    [found] = firm.run("program", "lint", "--json").json()
    assert (found["code"], found["file"], found["line"]) == ("npd_agency", "partners.csv", 2)
    assert "partner P-1 pays npd and has a contract of agency" in found["warning"]


def test_versions_are_compared_in_words(firm: Firm) -> None:
    firm.put("draft.toml", PROGRAM.replace('products = ["licence"]', 'products = ["licence"], deal_kinds = ["new"]'))
    ended = firm.run("program", "diff", "2026-01-01", "draft.toml", "--language", "en")
    assert ended.code == 0, ended.told
    assert ended.out.splitlines() == [
        "commission.rules.licence.when.deal_kinds is new, where nothing stood.",
        "",
        "Events for licence (expansions, renewals) earn nothing any more; rule licence took them.",
        "",
        "Rule licence: 50% for licence (new deals).",
        "Rule services: 10% up to 1,000.00 RUB a quarter, 20% above, for service.",
    ]
    told = firm.run("program", "diff", "2026-01-01", "draft.toml", "--language", "en", "--json").json()
    assert told["keys"] == [{"key": "commission.rules.licence.when.deal_kinds", "before": "", "after": "new"}]
    assert told["events"] == [{"events": "for licence (expansions, renewals)", "before": "licence", "after": ""}]
    same = firm.run("program", "diff", "2026-01-01", TERMS, "--language", "en")
    assert same.out == "They say the same.\n"
