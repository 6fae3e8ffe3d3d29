"""Everything that is decided can be said in words."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from partnersync.domain import trace
from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.decided import Judged
from partnersync.domain.registration import RegistrationState, Verdict, VerdictCode
from partnersync.domain.say import Say
from partnersync.rules import attribution_words, explain
from partnersync.rules.commission import STEPS
from partnersync.rules.limits import MAX_TOTAL
from partnersync.rules.rule_choice import rank
from partnersync.rules.terms import CapPer, When
from partnersync.rules.words import ORDERS
from partnersync.translate import translator

ENGLISH, RUSSIAN = translator("en"), translator("ru")
MOSCOW = ZoneInfo("Europe/Moscow")


# Arguments of steps that are no plain text: as the trace has them, and as the languages say them.
GIVEN = {
    **dict.fromkeys("paid amount sum before after from to base part whole owed limit total counted".split(), "1234.50"),
    "price": "91.2345",
    "rate": "12.5%",
    "terms": "12.5%",
    "period": "2026Q2",
    **dict.fromkeys(("day", "first", "until"), "2026-04-15"),
}
SAID = {
    "en": {"1234.50": "1,234.50"},
    "ru": {
        "1234.50": "1\xa0234,50",
        "91.2345": "91,2345",
        "12.5%": "12,5\xa0%",
        "2026Q2": "2\xa0кв. 2026\xa0г.",
        "2026-04-15": "15.04.2026",
    },
}


@pytest.mark.parametrize("say", [ENGLISH, RUSSIAN], ids=lambda say: str(say.language))
@pytest.mark.parametrize("code", STEPS)
def test_every_step_of_a_line_has_a_sentence_with_all_its_arguments(code: str, say: Say) -> None:
    given = {name: GIVEN.get(name, f"<{name}>") for name in STEPS[code]}
    [sentence] = explain.sentences(trace.encode([(code, *given.values())]), say)
    assert all(SAID[say.language].get(text, text) in sentence for text in given.values())
    assert sentence.endswith(".")


@pytest.mark.parametrize("say", [ENGLISH, RUSSIAN], ids=lambda say: str(say.language))
@pytest.mark.parametrize("name", [*get_args(CapPer), MAX_TOTAL])
def test_a_cap_is_told_in_words_not_by_its_code(name: str, say: Say) -> None:
    [sentence] = explain.sentences(trace.encode([("cap", name, "100.00", "150.00", "100.00")]), say)
    assert name not in sentence or (name, say) == ("deal", ENGLISH)
    assert say.number("100.00") in sentence
    assert say.number("150.00") in sentence


def _steps_written() -> Iterator[tuple[str, str, int | None]]:
    """(where, code, number of arguments or None) of each tuple in a rule's function that begins with a literal."""
    for file in sorted(Path(explain.__file__).parent.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        if "partnersync.domain" not in source or "trace" not in source:
            continue
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        for node in (inner for function in functions for inner in ast.walk(function)):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(code)), *arguments]):
                    starred = any(isinstance(argument, ast.Starred) for argument in arguments)
                    yield f"{file.name}:{node.lineno}", code, None if starred else len(arguments)


def test_every_step_that_any_rule_writes_has_a_sentence_for_its_arguments() -> None:
    written = list(_steps_written())
    assert {code for _, code, _ in written} == set(explain.SENTENCES)
    for where, code, given in written:
        named = set(re.findall(r"\{(\w+)\}", explain.SENTENCES[code]))
        known = explain.ARGUMENTS[code]
        assert named <= {*known}, where
        assert code in STEPS or given in (None, len(known), len(named)), where


VERDICTS = [
    (
        VerdictCode.DATA_MISSING,
        "The registration is incomplete: client_inn. Complete it and submit it again.",
        "В регистрации не хватает данных или они с ошибкой: ИНН клиента. Дополните её и подайте снова.",
    ),
    (
        VerdictCode.INN_BAD,
        "A number fails its check digits: client_inn. Correct it and submit the registration again.",
        "Номер не проходит проверку контрольных цифр: ИНН клиента. Исправьте его и подайте регистрацию снова.",
    ),
    (
        VerdictCode.PARTNER_NOT_ELIGIBLE,
        "The partner is unknown, not active, or has no valid contract on that day.",
        "На день подачи партнёр не значится в программе, не активен или у него нет действующего договора.",
    ),
    (
        VerdictCode.CAPACITY,
        "You have as many registrations as you may; some that could be given up: N1, N2.",
        "У вас предельное число регистраций; можно отказаться от таких: N1, N2.",
    ),
    (
        VerdictCode.OWN_DUPLICATE,
        "You have registered this client already: R0.",
        "Вы уже зарегистрировали этого клиента: R0.",
    ),
    (
        VerdictCode.SELF_DEAL,
        "The client is the partner itself, or of its group.",
        "Клиент — сам партнёр или компания из его группы.",
    ),
    (
        VerdictCode.TENDER_STATUS,
        "The tender was won outside the time of the partner's contract.",
        "Тендер выигран вне срока договора партнёра.",
    ),
    (
        VerdictCode.CLIENT_CHOICE,
        "The client chose you, and is yours until 2026-04-15.",
        "Клиент выбрал вас и закреплён за вами до 15.04.2026 включительно.",
    ),
    (
        VerdictCode.SIMULTANEOUS,
        "Another partner claimed this client shortly before. A person will decide.",
        "Незадолго до вас этого клиента зарегистрировал другой партнёр. Решение примет сотрудник.",
    ),
    (
        VerdictCode.ALREADY_PROTECTED,
        "The client is protected for another partner until 2026-04-15.",
        "Клиент закреплён за другим партнёром до 15.04.2026 включительно.",
    ),
    (
        VerdictCode.COOLDOWN,
        "Your own protection of this client ran out: claim it again after 2026-04-15.",
        "Ваша собственная защита этого клиента недавно истекла: подать регистрацию снова можно после 15.04.2026.",
    ),
    (
        VerdictCode.INCUMBENT,
        "The client's renewals stay with the partner who sold to it last.",
        "Продления этого клиента остаются за партнёром, который продавал ему последним.",
    ),
    (
        VerdictCode.DIRECT_ACTIVE,
        "The company itself is at work on this client in deal crm/9.",
        "Компания сама работает с этим клиентом в сделке crm/9.",
    ),
    (
        VerdictCode.DIRECT_ONLY,
        "The company sells to this client itself, by list N1, N2.",
        "Этому клиенту компания продаёт сама, по списку N1, N2.",
    ),
    (
        VerdictCode.EXISTING_CLIENT,
        "The client has bought this product lately: submit the registration as a renewal.",
        "Клиент недавно купил этот продукт: подайте регистрацию как продление.",
    ),
    (
        VerdictCode.MAYBE_SAME,
        "It may be a client that is known already: N1, N2. A person will decide.",
        "Возможно, этот клиент уже известен: N1, N2. Решение примет сотрудник.",
    ),
    (
        VerdictCode.OTHER_PRODUCT,
        "The client is yours for these products until 2026-04-15; another partner has others.",
        "По этим продуктам клиент закреплён за вами до 15.04.2026 включительно;"
        " по другим продуктам с ним работает другой партнёр.",
    ),
    (
        VerdictCode.EXPIRED_OTHER,
        "The client is yours until 2026-04-15; another partner's protection has expired.",
        "Клиент закреплён за вами до 15.04.2026 включительно; защита другого партнёра истекла.",
    ),
    (
        VerdictCode.DIRECT_LATER,
        "The client is yours until 2026-04-15; the direct deal crm/9 came after you.",
        "Клиент закреплён за вами до 15.04.2026 включительно; прямая сделка crm/9 появилась позже.",
    ),
    (
        VerdictCode.DIRECT_STALE,
        "The client is yours until 2026-04-15, with deal crm/9, in which nobody was active;"
        " what it paid before your registration is not yours.",
        "Клиент закреплён за вами до 15.04.2026 включительно вместе со сделкой crm/9, по которой давно не было работы;"
        " оплаты, поступившие до вашей регистрации, к вам не относятся.",
    ),
    (
        VerdictCode.REACTIVATED,
        "The client is yours until 2026-04-15: it last bought long ago.",
        "Клиент закреплён за вами до 15.04.2026 включительно: он давно ничего не покупал.",
    ),
    (
        VerdictCode.SLA_PROVISIONAL,
        "The client is yours for now, until 2026-04-15: the research took too long.",
        "Клиент временно закреплён за вами до 15.04.2026 включительно: проверка затянулась.",
    ),
    (
        VerdictCode.BY_PERSON,
        "A person decided: seen the letter.",
        "Решение принял сотрудник: seen the letter.",
    ),
    (
        VerdictCode.OK,
        "The client is yours until 2026-04-15.",
        "Клиент закреплён за вами до 15.04.2026 включительно.",
    ),
]


@pytest.mark.parametrize(("code", "english", "russian"), VERDICTS, ids=lambda value: str(value)[:20])
def test_verdicts_in_both_languages(code: VerdictCode, english: str, russian: str, registration: Any, at: Any) -> None:
    until = at("2026-04-15").date()
    verdict = Verdict(RegistrationState.INVALID, code, at("2026-01-15"), "2026-01-01", "R0", until, ("client_inn",))
    verdict = replace(verdict, deal_ref="crm/9", named=("N1", "N2"), reason="seen the letter")
    one = Judged(registration(), "c", True, 1, verdict)
    assert explain.verdict_sentences(one, ENGLISH) == [english]
    assert explain.verdict_sentences(one, RUSSIAN) == [russian]


def test_over_the_days_number_nothing_is_to_give_up(registration: Any, at: Any) -> None:
    steps = "verdict:R4:CAPACITY|per_day:10"
    verdict = Verdict(RegistrationState.RETURNED, VerdictCode.CAPACITY, at("2026-01-15"), "2026-01-01", trace=steps)
    one = Judged(registration(), "c", True, 1, verdict)
    assert explain.verdict_sentences(one, ENGLISH) == [
        "You had submitted as many registrations that day as you may, 10: submit it again on another day."
    ]
    assert explain.verdict_sentences(one, RUSSIAN) == [
        "За день можно подать регистраций: 10, и в тот день вы столько уже подали: подайте её снова в другой день."
    ]


def test_who_may_have_no_registrations_learns_so(registration: Any, at: Any) -> None:
    verdict = Verdict(RegistrationState.RETURNED, VerdictCode.CAPACITY, at("2026-01-15"), "2026-01-01")
    one = Judged(registration(), "c", True, 1, verdict)
    assert explain.verdict_sentences(one, ENGLISH) == ["You may have no registrations at a time."]


def test_every_code_is_among_them() -> None:
    assert [code for code, *_ in VERDICTS] == list(VerdictCode)


@pytest.mark.parametrize("source", Source)
def test_every_source_says_whom_it_names_and_since_when(source: Source, at: Any) -> None:
    evidence = Evidence("P1", source, at("2026-02-01"), "R1")
    for say, day in ((ENGLISH, "2026-02-01"), (RUSSIAN, "01.02.2026")):
        told = attribution_words.attribution_sentences(Attribution(evidence), MOSCOW, say)[1]
        assert "P1" in told
        assert day in told


def test_another_partner_learns_no_more_than_a_date(registration: Any, at: Any) -> None:
    verdict = Verdict(
        RegistrationState.REJECTED,
        VerdictCode.ALREADY_PROTECTED,
        at("2026-01-15"),
        "2026-01-01",
        "R-SECRET",
        at("2026-03-16").date(),
    )
    told = " ".join(explain.verdict_sentences(Judged(registration(), "c", True, 1, verdict), ENGLISH))
    assert "2026-03-16" in told
    assert "R-SECRET" not in told


def test_what_a_rule_asks_for_more_is_told_in_words() -> None:
    step = "less_special:licences:new licences:products with deal_kinds"
    assert explain.sentences(step, RUSSIAN) == [
        "Правило licences тоже подходит, но у правила new licences условие точнее: продукты вместе с видами сделок."
    ]
    valid = {"deal_kinds": "new"}
    asked = ("", "partners", "products deal_kinds", "products", "deal_kinds", "pipelines", "partner_tiers")
    conditions: list[dict[str, Any]] = [{key: (valid.get(key, "x"),) for key in keys.split()} for keys in asked]
    assert {rank(When(**one))[1] for one in conditions} == set(ORDERS)


def test_an_open_band_says_from_where_up() -> None:
    assert explain.sentences("band:1000.00::20%25:5.00:1.00", ENGLISH) == [
        "In the band from 1,000.00 up, at 20%: 5.00 of the base gives 1.00."
    ]


def test_an_attribution_names_winner_and_contradictions(at: Any) -> None:
    best = Evidence("P1", Source.REGISTRATION, at("2026-01-15T12:00"), "R1")
    other = Evidence("P2", Source.TYPED, at("2026-02-01"))
    told = attribution_words.attribution_sentences(Attribution(best, (other,)), MOSCOW, ENGLISH)
    assert told == [
        "It belongs to partner P1.",
        "The approved registration R1 names P1, since 2026-01-15. Grade A.",
        "What was typed into the deal names P2, since 2026-02-01. Grade D."
        " It is weaker, and is kept as a contradiction.",
        "Flagged: a salesperson typed P2, and evidence of grade A or B names another partner.",
    ]
    named = attribution_words.attribution_sentences(Attribution(best, (other,)), MOSCOW, ENGLISH, called="<{}>".format)
    assert named == [sentence.replace("P1", "<P1>").replace("P2", "<P2>") for sentence in told]
    assert attribution_words.attribution_sentences(None, MOSCOW, ENGLISH) == [
        "No evidence names a partner: the deal is direct."
    ]
