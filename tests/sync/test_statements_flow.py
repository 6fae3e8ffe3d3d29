"""Statements in the whole flow: what a closing takes, who waits, what silence accepts, and what people are told."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.statement import StatementState
from partnersync.errors import PartnersyncError, TryLater
from partnersync.rules import statements as rules
from partnersync.store import journal, ledger, statements
from partnersync.sync.statements import Statements, find
from partnersync.translate import translator

P1 = {"partner_id": "P1", "name": "First"}
P2 = {"partner_id": "P2", "name": "Second"}
DEAL = {
    "deal_id": "D1",
    "client_domain": "acme.com",
    "partner_id": "P1",
    "products": "licence",
    "state": "won",
    "created_at": "2026-03-01",
    "closed_at": "2026-03-20",
}
BEFORE, CLOSING, AFTER = "2026-06-04T20:59:59+00:00", "2026-06-04T21:00:00+00:00", "2026-06-15T21:00:00+00:00"
NEXT = "2026-07-10T12:00:00+00:00"  # June has been closed by then


def _paid(payment_id: str, on: str, amount: str = "1220", **more: str) -> dict[str, str]:
    return {"payment_id": payment_id, "deal_id": "D1", "paid_at": on, "amount": amount} | more


def _fill(company: Any, *payments: dict[str, str]) -> None:
    company.add("partner", P1, P2)
    company.add("deal", DEAL)
    company.add("payment", *payments)


def _statements(company: Any) -> list[tuple[str, ...]]:
    """The published table, without the columns that the id tells."""
    rows = next(iter(company.systems.values())).tables["statements"]
    return [(row[0], *row[4:]) for row in rows]


def _lines(company: Any, *names: str) -> list[tuple[str, ...]]:
    places = [LEDGER_COLUMNS.index(name) for name in names]
    return sorted(tuple(row[place] for place in places) for row in company.lines())


def _move(company: Any, name: str, state: StatementState, actor: str = "u1", at: str = AFTER, reason: str = "") -> None:
    """What a person does by command."""
    engine = company.engine()
    moment = datetime.fromisoformat(at)
    with company.store.write() as tx:
        work = Statements(tx, engine.programme, 0, moment, moment, translator("en"))
        work.move(find(tx, name), state, actor, reason)


def _close(company: Any, period: str, actor: str = "u1", at: str = BEFORE) -> list[str]:
    engine = company.engine()
    moment = datetime.fromisoformat(at)
    with company.store.write() as tx:
        work = Statements(tx, engine.programme, 0, moment, moment, translator("en"))
        return list(work.close(period, actor).closed)


def test_the_first_run_of_the_day_closes_and_sends(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    assert company.sync(as_of=BEFORE).round.stated.closed == []
    assert company.value("deal", "D1", "ps_commission_status") == "payable"
    report = company.sync(as_of=CLOSING)
    assert report.round.stated.closed == ["P1-2026-05-RUB"]
    assert _statements(company) == [("P1-2026-05-RUB", "500.00", "sent", "2026-06-05", "")]
    assert _lines(company, "statement_id", "status") == [("P1-2026-05-RUB", "in_statement")]
    assert company.value("deal", "D1", "ps_commission_status") == "in_statement"
    [note] = company.systems["main"].notes
    assert (note.kind, note.record_id, note.note_kind) == ("partner", "P1", "statement")
    assert note.text == (
        "Отчёт P1-2026-05-RUB: 500,00 RUB за 05.2026, 1 строка. Без ответа он считается принятым с 15.06.2026 00:00."
    ).replace("500,00 RUB", "500,00\N{NO-BREAK SPACE}RUB")


def test_a_run_that_changes_nothing_writes_and_looks_at_nothing(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    tables, notes = dict(company.systems["main"].tables), len(company.systems["main"].notes)
    monkeypatch.setattr(statements, "payable", lambda *_: pytest.fail("the ledger is looked through"))
    monkeypatch.setattr(rules, "closes_at", lambda *_: pytest.fail("the calendar is looked at"))
    for as_of in (CLOSING, "2026-06-14T20:59:00+00:00"):
        report = company.sync(as_of=as_of)
        assert (report.written, report.published, report.round.stated.closed) == (0, {"main": []}, [])
    assert (company.systems["main"].tables, len(company.systems["main"].notes)) == (tables, notes)


def test_lines_that_come_later_go_into_the_next_under_their_own_month(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"), _paid("M2", "2026-05-25T10:00"), _paid("M3", "2026-06-10T10:00"))
    company.sync(as_of=CLOSING)
    company.add("payment", _paid("M4", "2026-05-02T10:00"))
    company.sync(as_of=NEXT)
    assert _lines(company, "event_id", "period", "statement_id") == [
        ("main/M1", "2026-05", "P1-2026-05-RUB"),
        ("main/M2", "2026-05", "P1-2026-06-RUB"),
        ("main/M3", "2026-06", "P1-2026-06-RUB"),
        ("main/M4", "2026-05", "P1-2026-06-RUB"),
    ]
    assert [row[:2] for row in _statements(company)] == [("P1-2026-05-RUB", "500.00"), ("P1-2026-06-RUB", "1500.00")]


def test_months_that_were_missed_close_in_order_each_with_its_own(company: Any) -> None:
    _fill(company, _paid("M1", "2026-03-20T10:00"), _paid("M2", "2026-04-25T10:00"), _paid("M3", "2026-06-10T10:00"))
    report = company.sync(as_of=NEXT)
    assert report.round.stated.closed == ["P1-2026-03-RUB", "P1-2026-04-RUB", "P1-2026-06-RUB"]
    assert _lines(company, "event_id", "statement_id") == [
        ("main/M1", "P1-2026-03-RUB"),
        ("main/M2", "P1-2026-04-RUB"),
        ("main/M3", "P1-2026-06-RUB"),
    ]
    assert {row[3] for row in _statements(company)} == {"2026-07-10"}


def _notes(company: Any) -> list[tuple[str, str]]:
    """On whose record the notes about statements stand, and what they say."""
    notes = [note for note in company.systems["main"].notes if note.note_kind == "statement"]
    return sorted((note.record_id, note.text.replace("\N{NO-BREAK SPACE}", " ")) for note in notes)


def test_the_first_closing_tells_of_the_time_before_in_one_note_a_partner(company: Any) -> None:
    _fill(company, _paid("M1", "2026-03-20T10:00"), _paid("M2", "2026-04-25T10:00"))
    company.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"})
    company.add("deal", DEAL | {"deal_id": "D3", "client_domain": "c.com", "currency": "USD"})
    company.add("payment", _paid("M3", "2026-05-20", deal_id="D2"))
    company.add("payment", _paid("M4", "2026-05-20", deal_id="D3", currency="USD"))
    report = company.sync(as_of=CLOSING)
    assert len(report.round.stated.closed) == 4
    assert {row[2] for row in _statements(company)} == {"sent"}
    (first, told), (second, alone) = _notes(company)
    assert (first, second) == ("P1", "P2")
    assert told.startswith("3 отчёта за 03.2026 – 05.2026: 1 000,00 RUB, 500,00 USD.")
    assert "15.06.2026 00:00" in told
    assert alone.startswith("Отчёт P2-2026-05-RUB: 500,00 RUB за 05.2026")


def test_later_closings_tell_of_each_month_that_was_missed(company: Any) -> None:
    _fill(company, _paid("M1", "2026-03-20T10:00"))
    company.sync(as_of="2026-04-20T12:00:00+00:00")
    company.add("payment", _paid("M2", "2026-04-25T10:00"), _paid("M3", "2026-05-10T10:00"))
    company.sync(as_of=NEXT)
    assert [text.partition(":")[0] for _, text in _notes(company)] == [
        "Отчёт P1-2026-03-RUB",
        "Отчёт P1-2026-04-RUB",
        "Отчёт P1-2026-05-RUB",
    ]


def test_partners_and_currencies_have_statements_of_their_own(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"})
    company.add("deal", DEAL | {"deal_id": "D3", "client_domain": "c.com", "currency": "USD"})
    company.add("payment", _paid("M2", "2026-05-20", deal_id="D2"))
    company.add("payment", _paid("M3", "2026-05-20", deal_id="D3", currency="USD"))
    company.sync(as_of=CLOSING)
    assert [row[0] for row in _statements(company)] == ["P1-2026-05-RUB", "P1-2026-05-USD", "P2-2026-05-RUB"]


def test_an_incident_keeps_the_touched_lines_out_and_no_others(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.add("deal", DEAL | {"deal_id": "D2", "client_domain": "b.com"})
    company.add("payment", _paid("M2", "2026-05-20", deal_id="D2"))
    company.sync(as_of=BEFORE)
    company.edit("deal", "D2", "ps_partner_id", "P2")
    company.sync(as_of=CLOSING)
    assert _lines(company, "event_id", "status") == [("main/M1", "in_statement"), ("main/M2", "on_hold")]
    company.edit("deal", "D1", "ps_partner_id", "P2")
    company.sync(as_of=CLOSING)
    assert _lines(company, "event_id", "status") == [("main/M1", "in_statement"), ("main/M2", "on_hold")]


def test_what_was_taken_back_whole_is_not_stated_and_a_refund_is(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20"), _paid("X1", "2026-05-21", refund_of="M1"))
    company.add("payment", _paid("M2", "2026-05-20", "2440"), _paid("X2", "2026-06-02", "1220", refund_of="M2"))
    company.sync(as_of=CLOSING)
    assert _lines(company, "event_id", "amount", "status", "statement_id") == [
        ("main/M1", "500.00", "reversed", ""),
        ("main/M2", "1000.00", "in_statement", "P1-2026-05-RUB"),
        ("main/X1", "-500.00", "reversed", ""),
        ("main/X2", "-500.00", "payable", ""),
    ]
    company.sync(as_of=NEXT)
    assert [row[:2] for row in _statements(company)] == [("P1-2026-05-RUB", "1000.00"), ("P1-2026-06-RUB", "-500.00")]


def test_a_line_in_a_statement_that_was_only_sent_is_still_reversed(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    claim = {"registration_id": "R1", "partner_id": "P2", "kind": "lead", "client_name": "A"}
    company.add("registration", claim | {"client_domain": "acme.com", "submitted_at": "2026-02-20T10:00"})
    company.sync(as_of=NEXT)
    assert company.sums() == {("P2", "D1", "2026-05"): 50000}
    assert [row[:2] for row in _statements(company)] == [
        ("P1-2026-05-RUB", "500.00"),
        ("P1-2026-06-RUB", "-500.00"),
        ("P2-2026-06-RUB", "500.00"),
    ]


def test_silence_accepts_at_its_moment_whenever_the_next_run_comes(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    company.sync(as_of="2026-06-14T20:59:59+00:00")
    assert _statements(company)[0][2] == "sent"
    report = company.sync(as_of="2026-06-20T12:00:00+00:00")
    assert report.round.stated.accepted == ["P1-2026-05-RUB"]
    assert _statements(company) == [("P1-2026-05-RUB", "500.00", "accepted", "2026-06-05", "2026-06-15")]
    with company.store.read() as tx:
        assert find(tx, "P1-2026-05-RUB").accepted_by == "silence"


def test_silence_never_accepts_what_is_disputed(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    _move(company, "P1-2026-05-RUB", StatementState.DISPUTED, at=CLOSING, reason="M1 is not mine")
    company.sync(as_of=NEXT)
    assert _statements(company)[0][2] == "disputed"
    assert _lines(company, "status") == [("disputed",)]
    assert company.value("deal", "D1", "ps_commission_status") == "disputed"
    _move(company, "P1-2026-05-RUB", StatementState.ACCEPTED, at=NEXT)
    company.sync(as_of=NEXT)
    assert (_statements(company)[0][2], _lines(company, "status")) == ("accepted", [("in_statement",)])


def test_the_lines_of_an_approved_statement_are_approved(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    _move(company, "P1-2026-05-RUB", StatementState.ACCEPTED)
    _move(company, "P1-2026-05-RUB", StatementState.APPROVED, actor="u2", reason="checked")
    company.sync(as_of=NEXT)
    assert _lines(company, "status") == [("approved",)]
    assert company.value("deal", "D1", "ps_commission_status") == "approved"
    with company.store.read() as tx:
        rows = [kept.row for kept in journal.rows(tx, kind="statement")]
    assert [(row.actor, row.before.get("status"), row.after["status"], row.reason) for row in rows] == [
        ("partnersync", None, "draft", ""),
        ("partnersync", "draft", "sent", ""),
        ("u1", "sent", "accepted", ""),
        ("u2", "accepted", "approved", "checked"),
    ]


@pytest.mark.parametrize(
    ("before", "move", "hint"),
    [
        pytest.param([], StatementState.APPROVED, "wait for the partner", id="what was sent waits for the partner"),
        pytest.param([], StatementState.SENT, "wait for the partner", id="what was sent is not sent again"),
        pytest.param(
            [StatementState.DISPUTED], StatementState.APPROVED, "settle the dispute", id="a dispute goes first"
        ),
        pytest.param(
            [StatementState.ACCEPTED], StatementState.DISPUTED, "approve", id="what was accepted is not disputed"
        ),
        pytest.param(
            [StatementState.ACCEPTED, StatementState.APPROVED], StatementState.DISPUTED, "stays", id="what was approved"
        ),
    ],
)
def test_a_move_that_is_not_in_the_table_names_the_state_and_the_mend(
    new_company: Callable[..., Any], before: list[StatementState], move: StatementState, hint: str
) -> None:
    company = new_company()
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=CLOSING)
    for state in before:
        _move(company, "P1-2026-05-RUB", state)
    with pytest.raises(PartnersyncError) as refused:
        _move(company, "P1-2026-05-RUB", move)
    assert refused.value.exit_code == 1
    assert f"is {(before or [StatementState.SENT])[-1].value}: it cannot become {move.value}" in refused.value.message
    assert hint in refused.value.hint.lower()


def test_a_person_closes_before_the_day_into_drafts_that_he_does_not_approve(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=BEFORE)
    assert _close(company, "2026-05") == ["P1-2026-05-RUB"]
    company.sync(as_of=NEXT)
    assert _statements(company) == [("P1-2026-05-RUB", "500.00", "draft", "2026-06-04", "")]
    assert company.systems["main"].notes == []
    _move(company, "P1-2026-05-RUB", StatementState.SENT, at=NEXT)
    company.sync(as_of=NEXT)
    assert [note.note_kind for note in company.systems["main"].notes] == ["statement"]
    _move(company, "P1-2026-05-RUB", StatementState.ACCEPTED, at=NEXT)
    for same in ("u1", " U1 "):
        with pytest.raises(PartnersyncError, match="whoever made it does not approve it"):
            _move(company, "P1-2026-05-RUB", StatementState.APPROVED, actor=same, at=NEXT)
    _move(company, "P1-2026-05-RUB", StatementState.APPROVED, actor="u2", at=NEXT)


@pytest.mark.parametrize(
    ("period", "at", "told"),
    [
        pytest.param("2026-06", BEFORE, "2026-06 is not over yet", id="a month that goes on"),
        pytest.param("2026-05", CLOSING, "2026-05 is closed already", id="a month that was closed"),
    ],
)
def test_a_month_closes_once_and_when_it_is_over(
    new_company: Callable[..., Any], period: str, at: str, told: str
) -> None:
    company = new_company()
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    company.sync(as_of=at)
    with pytest.raises(PartnersyncError, match=told):
        _close(company, period, at=at)


def _two_systems(new_company: Callable[..., Any]) -> Any:
    """P1's record and deal stand in main, those of P2 in other."""
    company = new_company("main", "other")
    company.add("partner", P1)
    company.add("deal", DEAL)
    company.add("payment", _paid("M1", "2026-05-20"))
    company.add("partner", P2, system="other")
    company.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"}, system="other")
    company.add("payment", _paid("M2", "2026-05-20", deal_id="D2"), system="other")
    return company


def _break(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company.systems["other"], "pull", lambda *_: (_ for _ in ()).throw(TryLater("no answer")))


def test_partners_of_a_connection_that_fails_wait_for_it(
    new_company: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = _two_systems(new_company)
    company.sync(as_of=BEFORE)
    with monkeypatch.context() as broken:
        _break(company, broken)
        report = company.sync(as_of=CLOSING)
        assert (report.round.stated.closed, report.round.stated.waiting) == (["P1-2026-05-RUB"], ["P2"])
        later = company.sync(as_of=NEXT)
        assert (later.round.stated.closed, later.round.stated.waiting) == ([], ["P2"])
    company.add("payment", _paid("M3", "2026-06-02", deal_id="D2"), system="other")
    assert company.sync(as_of=NEXT).round.stated.closed == ["P2-2026-05-RUB", "P2-2026-06-RUB"]
    assert _lines(company, "event_id", "statement_id") == [
        ("main/M1", "P1-2026-05-RUB"),
        ("other/M2", "P2-2026-05-RUB"),
        ("other/M3", "P2-2026-06-RUB"),
    ]
    assert company.sync(as_of=NEXT).round.stated.waiting == []


def test_nothing_closes_while_a_connection_that_fails_was_never_read(
    new_company: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    company = _two_systems(new_company)
    with monkeypatch.context() as broken:
        _break(company, broken)
        assert company.sync(as_of=CLOSING).round.stated.closed == []
    assert company.sync(as_of=CLOSING).round.stated.closed == ["P1-2026-05-RUB", "P2-2026-05-RUB"]


def test_a_dry_run_closes_nothing(company: Any) -> None:
    _fill(company, _paid("M1", "2026-05-20T10:00"))
    assert company.sync(as_of=CLOSING, dry_run=True).round.stated.closed == ["P1-2026-05-RUB"]
    with company.store.read() as tx:
        assert list(statements.rows(tx)) == []
        assert statements.last_closed(tx) == ""


@pytest.mark.parametrize(
    ("module", "deed"),
    [
        (statements, "put"), (statements, "close"), (ledger, "set_statements"), (statements, "settle"),
        (statements, "line_counts"),
    ],
)  # fmt: skip
def test_a_closing_that_was_killed_anywhere_ends_as_one_that_was_not(
    new_company: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, module: Any, deed: str
) -> None:
    def company() -> Any:
        made = new_company()
        _fill(made, _paid("M1", "2026-05-20T10:00"))
        made.add("deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com"})
        made.add("payment", _paid("M2", "2026-05-20", deal_id="D2"))
        return made

    whole, killed = company(), company()
    whole.sync(as_of=CLOSING)

    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(module, deed, die)
        with pytest.raises(KeyboardInterrupt):
            killed.sync(as_of=CLOSING)
    killed.sync(as_of=CLOSING)
    assert killed.systems["main"].tables == whole.systems["main"].tables
    assert killed.systems["main"].notes == whole.systems["main"].notes


QUIET = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PAYMENTS = st.lists(
    st.tuples(
        st.sampled_from(["D1", "D2"]),
        st.integers(3, 6),
        st.integers(1, 28),
        st.sampled_from(["100", "333.33", "1220.55"]),
        st.sampled_from(["", "33.33", "100"]),
    ),
    min_size=1,
    max_size=6,
)
RUNS = ["2026-04-20T12:00:00+00:00", "2026-05-20T12:00:00+00:00", "2026-06-20T12:00:00+00:00", NEXT]


@QUIET
@given(payments=PAYMENTS, data=st.data())
def test_however_runs_are_split_nothing_is_lost_and_nothing_stated_twice(
    new_company: Callable[..., Any], payments: list[tuple[str, int, int, str, str]], data: st.DataObject
) -> None:
    rows: list[dict[str, str]] = []
    for number, (deal, month, day, amount, refund) in enumerate(payments):
        rows.append(_paid(f"M{number}", f"2026-{month:02d}-{day:02d}", amount, deal_id=deal))
        if refund:
            back = {"refund_of": f"M{number}", "deal_id": deal}
            rows.append(_paid(f"X{number}", f"2026-06-{day:02d}", refund, **back))
    when = [data.draw(st.sampled_from(RUNS)) for _ in rows]
    whole, spread = new_company(), new_company()
    for company in (whole, spread):
        _fill(company)
        company.add(
            "deal", DEAL | {"deal_id": "D2", "partner_id": "P2", "client_domain": "b.com", "products": "service"}
        )
    whole.add("payment", *rows)
    whole.sync(as_of="2026-09-30T12:00:00+00:00")
    for run in RUNS:
        spread.add("payment", *(row for row, at in zip(rows, when, strict=True) if at == run))
        spread.sync(as_of=run)
    spread.sync(as_of="2026-09-30T12:00:00+00:00")
    assert spread.sums() == whole.sums()
    for company in (whole, spread):
        stated: dict[str, int] = {}
        for name, amount, status, kind in _lines(company, "statement_id", "amount", "status", "kind"):
            assert (status == "reversed") != bool(name), kind
            if name:
                stated[name] = stated.get(name, 0) + round(float(amount) * 100)
        assert stated == {row[0]: round(float(row[1]) * 100) for row in _statements(company)}
