"""No code, column or stored word comes out in a Russian sentence: whatever is told is told in words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

from partnersync.contract import crm_fields
from partnersync.contract.columns import COLUMNS
from partnersync.contract.managed import COMPARED
from partnersync.domain import trace
from partnersync.domain.attribution import Aside, Source
from partnersync.domain.deal import DealKind
from partnersync.domain.decided import Judged
from partnersync.domain.incident import About, Incident, IncidentKind, Place
from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.partner import PartnerKind
from partnersync.domain.registration import RegistrationKind, RegistrationState, Verdict, VerdictCode
from partnersync.domain.ruling import RulingKind
from partnersync.domain.value import RecordKind
from partnersync.rules import code_words, column_words, explain, guard_words, notices, payout_words, review
from partnersync.rules.claim_data import ANY_IDENTITY
from partnersync.rules.gates import Gate
from partnersync.rules.limits import MAX_TOTAL
from partnersync.rules.rule_choice import NO_VALUE, RuleFacts
from partnersync.rules.terms import CapPer
from partnersync.rules.words import CONTEXT, ORDERS, word
from partnersync.translate import translator

RUSSIAN = translator("ru")
PO = Path(__file__).parents[2] / "partnersync/locale/ru/LC_MESSAGES/partnersync.po"
STORED = {member.value for words in CONTEXT for member in words} | {*get_args(CapPer)}
# An identifier is ASCII with an underscore; a stored word is one of ours as a word of its own.
CODE = re.compile(rf"[A-Za-z0-9]+_[A-Za-z0-9_]+|(?<![\w-])(?:{'|'.join(map(re.escape, sorted(STORED)))})(?![\w-])")
# Beside what people call it a stored word may stand, in brackets: so they find it where it is stored.
BESIDE = re.compile(r" \((?:" + "|".join(map(re.escape, sorted(STORED))) + r")\)")


def said_bare(sentence: str) -> list[str]:
    return CODE.findall(BESIDE.sub("", sentence))


# Steps with an argument that is one of ours → every value of it, by the argument's name.
OURS: dict[str, dict[str, Iterable[str]]] = {
    "cap": {"name": (*get_args(CapPer), MAX_TOTAL)},
    "verdict": {"code": VerdictCode},
    "ruling": {"kind": RulingKind},
    "fields": {"fields": (*COLUMNS[RecordKind.REGISTRATION], ANY_IDENTITY)},
    "attribution": {"source": Source},
    "against": {"source": Source},
    "aside": {"source": Source, "why": Aside},
    "less_special": {"by": ORDERS},
    "returned": {"why": ("BANK_RETURN",)},
}
# What else arguments are: sums, days, and names that people gave.
GIVEN = {
    **dict.fromkeys(
        "paid amount sum before after from to base part whole owed limit total counted left".split(), "1.50"
    ),
    **dict.fromkeys(("equal", "price"), "1.50"),
    **dict.fromkeys(("rate", "share", "terms"), "12.5%"),
    **dict.fromkeys(("day", "first", "until"), "2026-04-15"),
    "at": "2026-04-15T00:00:00+00:00",
    "period": "2026Q2",
}
ASKED: dict[str, type[StrEnum]] = {
    "deal_kind": DealKind,
    "registration_kind": RegistrationKind,
    "partner_kind": PartnerKind,
}


def steps(code: str) -> Iterator[trace.Step]:
    if code == "unfit":
        yield from unfit_steps()
        return
    named = {name: GIVEN.get(name, "X-1") for name in explain.ARGUMENTS[code]}
    named |= {name: next(iter(values)) for name, values in OURS.get(code, {}).items()}
    yield code, *named.values()
    for name, values in OURS.get(code, {}).items():
        yield from ((code, *(named | {name: str(value)}).values()) for value in values)


def unfit_steps() -> Iterator[trace.Step]:
    for key, words in ASKED.items():
        for one in words:
            yield "unfit", "X-1", key, ", ".join(words), one.value
        yield "unfit", "X-1", key, ", ".join(words), NO_VALUE
    yield from (("unfit", "X-1", key, "X-2, X-3", "X-4") for key in RuleFacts._fields if key not in ASKED)


@pytest.mark.parametrize("code", explain.SENTENCES)
def test_steps_of_traces(code: str) -> None:
    for step in steps(code):
        [sentence] = explain.sentences(trace.encode([step]), RUSSIAN)
        assert said_bare(sentence) == [], step


def test_what_an_event_has_not_is_no_sign() -> None:
    [sentence] = explain.sentences(trace.encode([("unfit", "X-1", "registration_kind", "renewal", NO_VALUE)]), RUSSIAN)
    assert sentence == "Правило X-1 не подходит: его условие — вид регистрации: продление, а здесь: нет."


def test_every_argument_that_may_be_one_of_ours_is_among_them() -> None:
    """Where a step names a code or a kind, this file has its values."""
    asking = {"code", "kind", "source", "fields", "by", "key"}
    named = {
        code: asking & {name for _, name, *_ in Formatter().parse(text)} for code, text in explain.SENTENCES.items()
    }
    assert {code for code, names in named.items() if names} <= OURS.keys() | {"unfit"}


def judged(registration: Any, at: Any, verdict: Mapping[str, Any]) -> Judged:
    made = Verdict(
        RegistrationState.RESEARCH, VerdictCode.OK, at("2026-01-15"), "2026-01-01", "R0", at("2026-04-15").date()
    )
    return Judged(registration(), "c", True, 1, replace(made, deal_ref="crm/9", named=("N1",), **verdict))


@pytest.mark.parametrize("code", VerdictCode)
def test_verdicts_and_tasks_about_them(code: VerdictCode, registration: Any, at: Any) -> None:
    fields = (*COLUMNS[RecordKind.REGISTRATION], ANY_IDENTITY)
    one = judged(registration, at, {"code": code, "fields": fields, "trace": f"verdict:R1:{code.value}"})
    task = notices.text(notices.Notice("verdict", "decide", at("2026-01-15")), one, RUSSIAN)
    for sentence in (
        *explain.verdict_sentences(one, RUSSIAN),
        *explain.considered_sentences(one.verdict, RUSSIAN),
        task,
    ):
        assert said_bare(sentence) == []


FIELDS = [field for fields in COMPARED.values() for field in fields]
VALUES: dict[str, Iterable[str]] = {
    "ps_source": Source,
    "ps_protection": RegistrationState,
    "ps_commission_status": LineStatus,
    "ps_incident": (IncidentKind.OWNER_CHANGED, "|".join(IncidentKind)),
    "ps_status": RegistrationState,
}


@pytest.mark.parametrize("field", dict.fromkeys(FIELDS))
@pytest.mark.parametrize("author", ["", "U-7"])
def test_foreign_edits(field: str, author: str, at: Any) -> None:
    place, about, moment = Place("crm", RecordKind.DEAL, "1", field), About("crm/1", "R-1", "P-1"), at("2026-01-15")
    for one in VALUES.get(field, ("P-1",)):
        for expected, seen in ((one, ""), ("", one), (one, "P-2")):
            edit = Incident("I-1", IncidentKind.OWNER_CHANGED, place, about, expected, seen, author, moment, moment)
            told = (guard_words.warning([edit], about, RUSSIAN), guard_words.to_do([edit], RUSSIAN))
            for sentence in (*told, guard_words.gave_up(edit, 3, RUSSIAN)):
                assert said_bare(sentence) == []


@pytest.mark.parametrize("code", [*Gate, *payout_words.MISSING])
def test_what_a_payout_misses(code: str) -> None:
    assert said_bare(payout_words.missing_sentence(code, RUSSIAN)) == []


@pytest.mark.parametrize(
    "code",
    [
        *code_words.REASONS,
        review.SELF_REFERRAL,
        review.CONTRADICTED,
        review.AFTER_DIRECT,
        review.RARELY_ACCEPTED,
        *get_args(CapPer),
        MAX_TOTAL,
    ],
)
def test_reasons(code: str) -> None:
    assert said_bare(code_words.reason(code, RUSSIAN)) == []
    assert re.search("[а-я]", code_words.reason(code, RUSSIAN))


def test_the_items_of_a_base_say_why_a_part_does_not_count() -> None:
    told = code_words.base_items("licence=1234.50|licence=-:OVERPAID", RUSSIAN)
    assert told == "licence: 1\xa0234,50; licence: сверх суммы сделки"
    assert code_words.base_items("a=b=-:EXCLUDED", translator("en")) == "a=b: EXCLUDED"


def test_every_column_and_field_has_its_words() -> None:
    assert {*column_words.COLUMNS} == {*COLUMNS[RecordKind.REGISTRATION], ANY_IDENTITY}
    assert {*column_words.FIELDS} == {*FIELDS}


@pytest.mark.parametrize("name", crm_fields.FIELDS)
def test_a_field_is_called_as_its_card_calls_it(name: str) -> None:
    assert column_words.field(name, RUSSIAN) == crm_fields.FIELDS[name].names["ru"]


def test_the_texts_themselves_name_no_column() -> None:
    with PO.open("rb") as file:
        texts = [message.string for message in read_po(file, locale="ru") if message.id]
    told = [text for one in texts for text in ([one] if isinstance(one, str) else one or ())]
    shown = [text for text in told if re.search(r"[A-Za-z0-9]+_[A-Za-z0-9_]+", re.sub(r"\{\w+\}", "", text))]
    assert shown == []


def test_a_stored_word_would_be_noticed() -> None:
    assert said_bare("вид сделки: renewal") == ["renewal"]
    assert said_bare("в поле ps_source") == ["ps_source"]
    assert said_bare(word(LineKind.TRUEUP, RUSSIAN)) == []
