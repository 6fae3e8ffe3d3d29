"""`backfill`: whom old deals may belong to, reviewed by a person, and what of it he accepted."""

import csv
import io
from collections.abc import Callable

import pytest

from small_firm import Firm

DEALS = """\
deal_id,client_name,client_domain,partner_id,promo_code,products,state,amount,created_at,closed_at
O-1,Oak,oak.ru,,ONE,licence,won,1000,2026-01-10,2026-01-20
O-2,Elm,elm.ru,P-2,,licence,won,500,2026-01-11,2026-01-21
O-3,Ash,ash.ru,,,licence,won,500,2026-01-12,2026-01-22
N-1,Fir,fir.ru,P-2,,licence,won,700,2026-03-02,2026-03-11
"""
PAYMENTS = """\
payment_id,deal_id,paid_at,amount
M-1,O-1,2026-01-20,1000
M-2,O-2,2026-01-21,500
M-3,N-1,2026-03-11,700
"""
PARTNERS = "partner_id,name,promo_codes\nP-1,First,ONE\nP-2,Second,\n"
_PROMO = "The promo code names P-1, since 2026-01-10. Grade A−."
_TYPED = "What was typed into the deal names P-2, since 2026-01-11. Grade D."
SINCE = ("backfill", "main", "--from", "2026-01-01")


@pytest.fixture
def old(new_firm: Callable[[str], Firm]) -> Firm:
    """A company whose history begins in March, after a sync."""
    firm = new_firm("old")
    firm.edit("config/partnersync.toml", 'out = "out"', 'out = "out"\nhistory_from = 2026-03-01')
    firm.put("data/partners.csv", PARTNERS)
    firm.put("data/deals.csv", DEALS)
    firm.put("data/payments.csv", PAYMENTS)
    firm.put("data/registrations.csv", "registration_id,partner_id,client_name,submitted_at\n")
    return firm.synced()


def proposals(firm: Firm, name: str = "old.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(firm.text(name))))


def review(firm: Firm, **accepts: str) -> None:
    """The file as a person fills in `accept` of some rows, by deal; others stay empty."""
    rows = proposals(firm)
    for row in rows:
        row["accept"] = accepts.get(row["deal_id"].removeprefix("main/").replace("-", ""), "")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    firm.put("reviewed.csv", text.getvalue().encode("cp1251", errors="replace"))


def apply(firm: Firm) -> tuple[int, str]:
    ended = firm.run("backfill", "main", "--apply", "reviewed.csv", "--by", "head", "--reason", "Looked through")
    return ended.code, ended.told


def events(firm: Firm) -> list[str]:
    return sorted(row["event_id"] for row in firm.rows("ledger"))


def test_old_deals_are_proposed_with_their_evidence_and_its_grade(old: Firm) -> None:
    assert events(old) == ["main/M-3"]
    ended = old.run(*SINCE, "--propose", "old.csv", "--language", "en")
    assert (ended.code, "proposed   2 deals: old.csv" in ended.out) == (0, True)
    columns = ("deal_id", "partner_id", "partner_name", "source", "grade", "evidence", "against", "accept")
    first, second = ([row[name] for name in columns] for row in proposals(old))
    assert first == ["main/O-1", "P-1", "First", "promo", "A−", _PROMO, "", ""]
    assert second == ["main/O-2", "P-2", "Second", "typed", "D", _TYPED, "", ""]
    assert events(old.synced()) == ["main/M-3"]  # a proposal is no decision


def test_what_a_person_accepts_is_his_decision_and_what_he_leaves_is_nobodys(old: Firm) -> None:
    old.run(*SINCE, "--propose", "old.csv")
    review(old, O1="да")
    assert apply(old) == (0, "accepted   1 deal; the next sync acts on it\n")
    assert apply(old) == (0, "accepted   0 deals, 1 row had been applied before; the next sync acts on it\n")
    assert events(old.synced()) == ["main/M-1", "main/M-3"]
    row = old.row("deals", "O-1")
    assert (row["ps_partner_id"], row["ps_source"]) == ("P-1", "override")
    journal = old.run("audit", "--json").json()
    (decided,) = [one for one in journal if one["record_id"] == "O-1" and "Looked through" in str(one)]
    assert "head" in str(decided)
    old.run(*SINCE, "--propose", "old.csv", "--force")
    assert [one["deal_id"] for one in proposals(old)] == ["main/O-2"]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("accept", "может", 'reviewed.csv:2: accept "может" is neither yes nor no: write one of them'),
        ("partner_id", "P-9", 'reviewed.csv:2: partner_id "P-9": no such partner is known: correct it'),
        ("partner_id", "", "reviewed.csv:2: partner_id is empty: fill it in, or leave the row out"),
        ("deal_id", "main/O-9", 'reviewed.csv:2: deal_id "main/O-9": main has no such deal: leave the row out'),
        ("deal_id", "main/O-2", 'reviewed.csv:3: deal_id "main/O-2" is accepted twice: keep one of the rows'),
        ("deal_id", "main/N-1", "reviewed.csv:2: deal main/N-1 belongs to P-2 since: leave the row out, or use"),
    ],
)
def test_a_row_that_cannot_be_applied_is_named_and_nothing_is(old: Firm, column: str, value: str, told: str) -> None:
    old.run(*SINCE, "--propose", "old.csv")
    rows = [row | {"accept": "yes"} for row in proposals(old)]
    rows[0][column] = value
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    old.put("reviewed.csv", text.getvalue())
    code, said = apply(old)
    assert code == 2
    assert told in said
    assert events(old.synced()) == ["main/M-3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(("main",), "Give --from", id="nothing said"),
        pytest.param(("other", "--from", "2026-01-01"), "no connection is named other", id="no such connection"),
        pytest.param(("main", "--from", "2026-01-01", "--by", "head"), "without --apply", id="a decider of nothing"),
        pytest.param(("main", "--apply", "reviewed.csv"), "--by USER", id="nobody decides"),
        pytest.param(("main", "--apply", "nothing.csv", "--by", "head"), "cannot be read", id="no such file"),
        pytest.param(("main", "--apply", "data/deals.csv", "--by", "head"), "no column accept", id="another file"),
        pytest.param(
            ("main", "--apply", "reviewed.csv", "--by", "head"), "reviewed.csv:2: reason is empty", id="no reason"
        ),
        pytest.param(("main", "--apply", "x.csv", "--from", "2026-01-01"), "takes a reviewed file", id="two things"),
    ],
)
def test_words_that_cannot_be_meant(old: Firm, words: tuple[str, ...], told: str) -> None:
    old.run(*SINCE, "--propose", "old.csv")
    review(old, O1="yes")
    ended = old.run("backfill", *words)
    assert ended.code == 2
    assert told in ended.err
