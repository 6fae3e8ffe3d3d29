"""Facts as text for people and as JSON for scripts."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnersync.cli.in_words import ALL, LABELS, Phrase, in_words
from partnersync.cli.output import plain
from partnersync.domain.line import LineKind
from partnersync.domain.value import Money
from partnersync.translate import translator
from small_firm import Firm

FACTS = {
    "partner": "P-1",
    "lines": 1234,
    "amount": Money(123450, "RUB"),
    "created": datetime(2026, 4, 15, 9, 5, tzinfo=UTC),
    "protected_until": date(2026, 4, 15),
    "kind": LineKind.ACCRUAL,
    "products": ALL,
    "base": Phrase("{} ({})", (Money(500, "RUB"), "a=5.00")),
    "reason": "",
    "trace": ["told in sentences"],
    "why": ["One.", "Two."],
    "deals": [{"deal": "D-1"}],
    "registrations": [],
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            """\
partner: P-1
lines: 1,234
amount: 1,234.50 RUB
created: 2026-04-15 09:05
protected until: 2026-04-15
kind: accrual
products: all
base: 5.00 RUB (a=5.00)
why
  One.
  Two.
deals
  deal: D-1""",
        ),
        (
            "ru",
            """\
партнёр: P-1
строки: 1 234
сумма: 1 234,50 RUB
создана: 15.04.2026 09:05
защита до (включительно): 15.04.2026
вид: начисление (accrual)
продукты: все
база: 5,00 RUB (a=5.00)
почему
  One.
  Two.
сделки
  сделка: D-1""",
        ),
    ],
)
def test_text_is_in_the_language(language: str, expected: str) -> None:
    told = "\n".join(in_words(FACTS, translator(language)))
    assert told.replace("\xa0", " ") == expected


def test_text_sends_no_commands_to_the_terminal() -> None:
    facts = {"client": "\x1b]0;owned\x07Oak", "base": Phrase("{} ({})", (Money(500, "RUB"), "\x1b[2J"))}
    told = "".join(in_words(facts, translator("ru")))
    assert set(told) & {"\x1b", "\x07"} == set()
    assert "Oak" in told


def test_json_is_as_in_files() -> None:
    facts = json.loads(json.dumps(FACTS, default=plain))
    kept = [facts[name] for name in ("amount", "created", "protected_until", "kind", "products", "base")]
    assert kept == [
        "1234.50 RUB",
        "2026-04-15T09:05:00+00:00",
        "2026-04-15",
        "accrual",
        "all",
        "5.00 RUB (a=5.00)",
    ]


def keys(told: Any) -> Iterator[str]:
    for name, value in told.items() if isinstance(told, dict) else ():
        yield name
        yield from keys(value)
        for item in value if isinstance(value, list) else ():
            yield from keys(item)


WAYS = [["deal", "D-1"], ["deal", "D-3"], ["registration", "R-1"], ["partner", "P-1"]]


SENTENCES = ("why", "arithmetic", "what", "considered", "still_missing", "refunds_after_a_payout", "influence")


def without_sentences(told: Any) -> Any:
    if isinstance(told, list):
        return [without_sentences(item) for item in told]
    if isinstance(told, dict):
        return {name: without_sentences(value) for name, value in told.items() if name not in SENTENCES}
    return told


@pytest.mark.parametrize("words", WAYS, ids=" ".join)
def test_the_language_moves_nothing_in_json_but_sentences(firm: Firm, words: list[str]) -> None:
    firm.synced()
    russian, english = (firm.run("explain", *words, "--json", "--language", each).json() for each in ("ru", "en"))
    assert russian != english
    assert without_sentences(russian) == without_sentences(english)


def test_every_label_is_used(firm: Firm) -> None:
    firm.synced()
    written = firm.root / "out/deals.csv"
    written.write_text(written.read_text(encoding="utf-8").replace(",registration,", ",typed,"), encoding="utf-8")
    assert firm.sync().code == 0
    ids = [*WAYS, ["line", firm.rows("ledger")[0]["line_id"]]]
    told = {key for words in ids for key in keys(firm.run("explain", *words, "--json").json())}
    assert {*LABELS} - {"tier_reached"} <= told  # that is told where the program has tiers
