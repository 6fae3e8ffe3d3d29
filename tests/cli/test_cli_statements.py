"""The commands about statements: what they show, and what people decide with them."""

import pytest

from partnersync.contract.tables import STATEMENT_COLUMNS
from small_firm import PROGRAM, Firm

AS_OF = "2026-04-20"  # March has been closed by then
P1 = "P-1-2026-03-RUB"


@pytest.fixture
def closed(firm: Firm) -> Firm:
    """A firm whose statements of March were closed and sent."""
    assert firm.sync(as_of=AS_OF).code == 0
    return firm


def _decide(firm: Firm, word: str, *, by: str = "anna", name: str = P1) -> tuple[int, str]:
    ended = firm.run("statements", word, name, "--by", by, "--as-of", AS_OF)
    return ended.code, ended.told


def test_a_statement_has_the_columns_of_its_file(closed: Firm) -> None:
    shown = closed.run("statements", "--json").json()
    assert [tuple(row) for row in shown] == [STATEMENT_COLUMNS] * 2
    assert shown == closed.rows("statements")
    assert shown[0] == {
        "statement_id": P1,
        "partner_id": "P-1",
        "period": "2026-03",
        "currency": "RUB",
        "amount": "500.00",
        "status": "sent",
        "closed_on": AS_OF,
        "accepted_on": "",
    }
    assert P1 in closed.run("statements").out


def test_a_run_says_what_it_closed(firm: Firm) -> None:
    ended = firm.sync(as_of=AS_OF)
    assert "closed     2 statements; they are in `partnersync statements`" in ended.out
    later = firm.sync("--json", as_of="2026-06-01").json()
    assert later["statements"] == {"closed": [], "accepted": [P1, "P-2-2026-03-RUB"], "waiting": []}


def test_the_status_knows_the_days_of_statements(firm: Firm) -> None:
    firm.put("data/registrations.csv", "registration_id,partner_id,client_name,submitted_at\n")
    for as_of, next_look in [
        (AS_OF, "2026-04-27T23:59:59+03:00"),  # silence accepts
        ("2026-04-28", "2026-05-08T00:00:00+03:00"),  # April closes
    ]:
        assert firm.sync(as_of=as_of).code == 0
        assert firm.run("status", "--json").json()["next_look_at"] == next_look


def test_every_figure_resolves_to_lines_with_deal_event_and_rule(closed: Firm) -> None:
    shown = closed.run("statements", "show", P1, "--json").json()
    [line] = shown["lines"]
    assert (shown["amount"], line["amount"], shown["pay_by"]) == ("500.00", "500.00", "")
    assert (line["deal_id"], line["event_id"], line["rule"]) == ("main/D-1", "main/M-1", "licence")
    assert line["missing"] == "STATEMENT_NOT_ACCEPTED|STATEMENT_NOT_APPROVED"
    assert closed.run("explain", "line", line["line_id"], "--json").json()["statement"] == P1
    text = closed.run("statements", "show", P1).out
    assert line["line_id"] in text
    assert closed.run("statements", "show", P1, "--csv", "mine.csv").code == 0
    told = closed.text("mine.csv")
    assert line["line_id"] in told
    assert "P-2" not in text + told + str(shown)


def test_a_statement_goes_its_way_to_the_payment(closed: Firm) -> None:
    assert _decide(closed, "dispute") == (0, f"statement {P1} was sent and is disputed\n")
    assert _decide(closed, "accept") == (0, f"statement {P1} was disputed and is accepted\n")
    assert _decide(closed, "approve") == (0, f"statement {P1} was accepted and is approved; to be paid by 2026-05-05\n")
    assert closed.run("statements", "show", P1, "--json").json()["pay_by"] == "2026-05-05"
    assert closed.sync(as_of=AS_OF).code == 0
    assert closed.row("deals", "D-1")["ps_commission_status"] == "approved"
    assert closed.row("statements", P1)["status"] == "approved"
    entries = closed.run("audit", "--record", f"statement/{P1}", "--json").json()
    assert [(row["actor"], row["after"]) for row in entries if row["field"] == "status"] == [
        ("partnersync", "draft"),
        ("partnersync", "sent"),
        ("anna", "disputed"),
        ("anna", "accepted"),
        ("anna", "approved"),
    ]


def test_a_month_is_closed_by_hand_into_drafts(firm: Firm) -> None:
    assert firm.sync(as_of="2026-04-02").code == 0
    ended = firm.run("statements", "close", "--period", "2026-03", "--by", "anna", "--as-of", "2026-04-02")
    assert (ended.code, ended.out.splitlines()[0]) == (0, "anna closed 2026-03: 2 statements")
    assert {row["status"] for row in firm.run("statements", "--json").json()} == {"draft"}
    assert _decide(firm, "send")[0] == _decide(firm, "accept")[0] == 0
    assert _decide(firm, "approve") == (
        1,
        f"error: anna closed statement {P1}, and whoever made it does not approve it\n"
        "what to do: Let another person approve it\n",
    )
    assert _decide(firm, "approve", by="boris")[0] == 0


def test_who_is_logged_in_closes_where_nobody_is_named(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "vera")
    assert firm.sync(as_of="2026-04-02").code == 0
    ended = firm.run("statements", "close", "--period", "2026-03", "--as-of", "2026-04-02")
    assert ended.out.startswith("vera closed 2026-03")


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        pytest.param(["show", "P-9"], 2, "no statement is known as P-9", id="an unknown id"),
        pytest.param(
            ["approve", P1, "--by", "anna"], 1, f"statement {P1} is sent: it cannot become approved", id="a move"
        ),
        pytest.param(["close", "--period", "March"], 2, "--period 'March' is no month", id="no month"),
        pytest.param(["close", "--period", "2026-03"], 1, "2026-03 is closed already", id="a month that was closed"),
        pytest.param(["close", "--period", "2098-03"], 1, "2098-03 is not over yet", id="a month to come"),
        pytest.param(["--json", "show", P1], 2, "options before show have no effect", id="options in the wrong place"),
    ],
)
def test_what_cannot_be_is_named_with_its_mend(closed: Firm, args: list[str], code: int, told: str) -> None:
    ended = closed.run("statements", *args)
    assert (ended.code, told in ended.err, "what to do: " in ended.err) == (code, True, True), ended.told


def test_only_approvers_approve_where_there_are_some(closed: Firm) -> None:
    closed.put(
        "config/program/2026-01-01.toml", PROGRAM.replace("[commission]", 'approvers = ["boris"]\n\n[commission]')
    )
    assert _decide(closed, "accept")[0] == 0
    code, told = _decide(closed, "approve")
    assert (code, "anna is no approver" in told) == (2, True)
    assert _decide(closed, "approve", by="boris")[0] == 0
