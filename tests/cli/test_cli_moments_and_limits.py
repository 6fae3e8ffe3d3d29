"""--as-of, foreign edits and the safety limit, as the command line shows them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from partnersync.domain.attribution import Evidence, Source
from partnersync.store import decisions
from partnersync.store.database import open_store
from small_firm import Firm


@pytest.mark.parametrize(
    ("as_of", "until"),
    [
        pytest.param("2026-03-31", "2026-03-31T23:59:59+03:00", id="a date is its last second in the zone"),
        pytest.param("20260331", "2026-03-31T23:59:59+03:00", id="a date without dashes"),
        pytest.param("2026-W14-2", "2026-03-31T23:59:59+03:00", id="a date by its week"),
        pytest.param("2026-03-31T10:00", "2026-03-31T10:00:00+03:00", id="a time without a zone is in the zone"),
        pytest.param("2026-03-31T10:00:00Z", "2026-03-31T13:00:00+03:00", id="a time of another zone"),
    ],
)
def test_as_of_names_a_moment(firm: Firm, as_of: str, until: str) -> None:
    told = firm.run("sync", "--json", "--as-of", as_of)
    assert told.code == 0
    assert told.json()["as_of"] == until
    assert {row["booked_at"] for row in firm.rows("ledger")} == {until}


@pytest.mark.parametrize("text", ["yesterday", "31.03.2026", "2026-13-01", "2026-02-30", "9999-12-31", ""])
@pytest.mark.parametrize("command", [["sync"], ["plan"], ["ledger"], ["explain", "deal", "D-1"]], ids=" ".join)
def test_as_of_that_is_no_time_is_refused(firm: Firm, command: list[str], text: str) -> None:
    ended = firm.run(*command, "--as-of", text)
    assert ended.code == 2
    assert f"--as-of {text!r} is no time" in ended.err
    assert "2026-01-31" in ended.err


def test_sync_never_looks_behind_the_last_booking_run_but_plans_may(firm: Firm) -> None:
    before = firm.synced().written()
    ended = firm.sync(as_of="2026-03-10")
    assert ended.code == 2
    assert "2026-03-10T23:59:59+03:00 is earlier than the last booking run" in ended.err
    assert "--dry-run" in ended.err
    assert firm.run("plan", "--as-of", "2026-03-10").code == 0
    assert firm.sync("--dry-run", as_of="2026-03-10").code == 0
    assert firm.run("explain", "deal", "D-1", "--as-of", "2026-03-10").code == 0
    assert firm.written() == before


@pytest.mark.parametrize(
    ("as_of", "deals"),
    [
        pytest.param("2026-03-09", [], id="before the first"),
        pytest.param("2026-03-10", ["main/D-1"], id="the day of the first is whole"),
        pytest.param("2026-03-10T00:00:00", ["main/D-1"], id="at its moment"),
        pytest.param("2026-03-11", ["main/D-1", "main/D-2"], id="the day of the second"),
    ],
)
def test_the_ledger_as_of_a_moment_has_the_events_until_then(firm: Firm, as_of: str, deals: list[str]) -> None:
    told = firm.synced().run("ledger", "--json", "--as-of", as_of)
    assert [row["deal_id"] for row in told.json()] == deals


def test_explain_as_of_a_moment_leaves_out_what_is_dated_later(firm: Firm) -> None:
    firm.edit("data/deals.csv", "D-1,Oak,oak.ru,P-1", "D-1,Fir,fir.ru,P-1")
    firm.synced()

    def told(kind: str, record_id: str, *as_of: str) -> dict[str, Any]:
        found: dict[str, Any] = firm.run("explain", kind, record_id, "--json", *as_of).json()
        return found

    def deal(*as_of: str) -> tuple[int, list[str]]:
        facts = told("deal", "D-1", *as_of)
        return len(facts["lines"]), [one["registration"] for one in facts["registrations_of_the_client"]]

    def partner(*as_of: str) -> tuple[list[str], int, list[str], int]:
        facts = told("partner", "P-1", *as_of)
        deals = [text.partition(" (")[0] for text in facts["deals"]]
        return facts["balance"], facts["lines"], deals, len(facts["registrations"])

    assert deal() == deal("--as-of", "2026-03-10") == (1, ["R-1", "R-2"])
    assert deal("--as-of", "2026-03-09") == (0, ["R-1", "R-2"])
    assert deal("--as-of", "2026-03-05") == (0, ["R-1"])
    assert deal("--as-of", "2026-03-04") == (0, [])
    assert partner() == partner("--as-of", "2026-03-10") == (["500.00 RUB"], 1, ["main/D-1: accrual 500.00 RUB"], 1)
    assert partner("--as-of", "2026-03-04") == ([], 0, [], 0)


def test_explain_as_of_a_moment_leaves_out_later_incidents(firm: Firm) -> None:
    firm.synced().edit("out/deals.csv", ",P-1,registration", ",P-2,registration")
    firm.sync()

    def incidents(*as_of: str) -> int:
        return len(firm.run("explain", "deal", "D-3", "--json", *as_of).json()["incidents"])

    assert (incidents(), incidents("--as-of", "2026-03-20")) == (1, 0)


def test_explain_as_of_a_moment_leaves_out_later_evidence_that_lost(firm: Firm) -> None:
    firm.synced()
    store = open_store(f"sqlite:///{firm.root}/partnersync.db")
    with store.write() as tx:
        standing = decisions.by_ref(tx, ["main/D-3"])["main/D-3"]
        assert standing.attribution
        later = Evidence("P-2", Source.PROMO, datetime(2026, 3, 25, tzinfo=UTC))
        lost = (*standing.attribution.contradictions, later)
        decisions.put_deal_states(
            tx, [replace(standing, attribution=replace(standing.attribution, contradictions=lost))]
        )
    store.close()

    def sources(*as_of: str) -> list[str]:
        return [one["source"] for one in firm.run("explain", "deal", "D-3", "--json", *as_of).json()["evidence"]]

    assert sources() == sources("--as-of", "2026-03-25T03:00") == ["registration", "typed", "promo"]
    assert sources("--as-of", "2026-03-24") == ["registration", "typed"]


@pytest.mark.parametrize(
    ("kind", "record_id", "as_of"),
    [
        pytest.param("deal", "D-3", "2026-03-19", id="a deal"),
        pytest.param("registration", "R-2", "2026-03-06T09:59", id="a registration"),
        pytest.param("line", "of D-1", "2026-03-09", id="a line"),
    ],
)
def test_explain_refuses_what_was_not_there_yet(firm: Firm, kind: str, record_id: str, as_of: str) -> None:
    firm.synced()
    if kind == "line":
        record_id = firm.rows("ledger")[0]["line_id"]
    ended = firm.run("explain", kind, record_id, "--as-of", as_of)
    assert (ended.code, ended.out) == (2, "")
    assert "later than --as-of" in ended.err


def test_a_foreign_edit_is_told_and_left_as_it_is(firm: Firm) -> None:
    firm.synced().edit("out/deals.csv", ",P-1,typed", ",P-2,typed")
    ended = firm.sync()
    assert ended.code == 0
    assert "foreign    main: managed fields that hold what others wrote, left as they are: 1" in ended.out
    assert "ps_partner_id holds 'P-2', due is 'P-1'" in ended.out
    assert firm.row("deals", "D-1")["ps_partner_id"] == "P-2"


@pytest.fixture
def narrow(firm: Firm) -> Firm:
    """Synced, then all deals change hands; a single change is over the limit."""
    settings = firm.text("config/partnersync.toml") + "\n[limits]\nmax_changed_share = '10%'\nmax_changed_records = 1\n"
    firm.put("config/partnersync.toml", settings)
    firm.put("data/registrations.csv", firm.text("data/registrations.csv").splitlines()[0] + "\n")
    firm.edit("data/deals.csv", "D-1,Oak,oak.ru,P-1,licence,won", "D-1,Oak,oak.ru,P-1,licence,open")
    firm.edit("data/deals.csv", "D-2,Elm,elm.ru,P-2,service,won", "D-2,Elm,elm.ru,P-2,service,open")
    firm.put("data/payments.csv", firm.text("data/payments.csv").splitlines()[0] + "\n")
    firm.synced()
    firm.put("data/registrations.csv", REGISTERED)
    return firm


REGISTERED = """\
registration_id,partner_id,kind,client_name,client_domain,contact_name,consent,products,submitted_at
R-1,P-2,lead,Oak,oak.ru,Buyer,yes,licence,2026-02-05T10:00:00
R-2,P-1,lead,Elm,elm.ru,Buyer,yes,service,2026-02-05T10:00:00
R-3,P-1,lead,Fir,fir.ru,Buyer,yes,licence,2026-02-05T10:00:00
"""


def test_a_destructive_plan_stops_with_4_and_writes_nothing(narrow: Firm) -> None:
    before = narrow.written()
    stopped = narrow.sync()
    assert stopped.code == 4, stopped.told
    assert "the limit is 1 and 10%" in stopped.out
    assert "booked     0 lines" in stopped.out
    assert "--beyond-limit" in stopped.out
    assert narrow.written() == before
    assert narrow.run("plan", "--as-of", "2026-03-31").code == 4
    passed = narrow.sync("--beyond-limit")
    assert passed.code == 0
    assert [row["ps_partner_id"] for row in narrow.rows("deals")] == ["P-2", "P-1", "P-1"]
