"""The journal from the command line: a row for each field, filtered, the newest last, without contacts."""

import pytest

from partnersync.cli.audit import COLUMNS
from partnersync.store import journal
from partnersync.store.database import open_store
from small_firm import Firm


@pytest.fixture
def written(firm: Firm) -> Firm:
    """A company with two runs that wrote, the second one fields of D-3 alone."""
    firm.synced()
    firm.edit("data/deals.csv", "licence,open,700,2026-03-20,", "licence,won,700,2026-03-20,2026-03-30")
    firm.put("data/payments.csv", firm.text("data/payments.csv") + "M-3,D-3,2026-03-30,700\n")
    assert firm.sync().code == 0
    return firm


def told(firm: Firm, *words: str) -> list[dict[str, object]]:
    ended = firm.run("audit", *words, "--json")
    assert ended.code == 0, ended.told
    return list(ended.json())


def test_a_row_is_a_field_with_its_value_before_and_after(written: Firm) -> None:
    rows = told(written, "--run", "2", "--deal", "D-3")
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    [row] = [row for row in rows if row["field"] == "ps_commission"]
    at, seq = row.pop("at"), row.pop("seq")
    assert row == {
        "run": 2,
        "actor": "partnersync",
        "action": "write",
        "connection": "main",
        "kind": "deal",
        "record_id": "D-3",
        "field": "ps_commission",
        "before": "",
        "after": "350.00",
        "outcome": "done",
        "reason": "",
    }
    assert isinstance(seq, int)
    assert str(at).endswith("+03:00")


def test_a_place_that_was_not_there_is_told_apart_from_an_empty_one(written: Firm) -> None:
    assert {row["before"] for row in told(written, "--run", "1", "--deal", "D-3")} == {None}


def test_the_newest_comes_last(written: Firm) -> None:
    seqs = [row["seq"] for row in told(written)]
    assert seqs == sorted(seqs)  # type: ignore[type-var]
    assert {row["seq"] for row in told(written, "--limit", "2")} == {*sorted({*seqs})[-2:]}  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["--run", "2"], {("deal", "D-3"), ("partner", "P-1")}, id="a run"),
        pytest.param(["--deal", "main/D-1"], {("deal", "D-1")}, id="a deal"),
        pytest.param(["--record", "registration/R-2"], {("registration", "R-2")}, id="a record"),
        pytest.param(["--record", "registration/R-2", "--run", "2"], set(), id="a record in a run"),
        pytest.param(["--record", "partner/P-1", "--connection", "other"], set(), id="another connection"),
        pytest.param(["--actor", "somebody"], set(), id="another actor"),
        pytest.param(["--action", "note"], set(), id="another action"),
        pytest.param(["--outcome", "refused"], set(), id="another outcome"),
        pytest.param(["--until", "2020-01-01"], set(), id="long ago"),
        pytest.param(["--since", "2999-01-01"], set(), id="not yet"),
        pytest.param(
            "--actor partnersync --action write --outcome done --since 2020-01-01 --until 2999-01-01 "
            "--connection main --run 2 --record deal/D-3".split(),
            {("deal", "D-3")},
            id="all filters at once",
        ),
    ],
)
def test_only_what_every_filter_lets_through(written: Firm, words: list[str], expected: set[tuple[str, str]]) -> None:
    assert {(row["kind"], row["record_id"]) for row in told(written, *words)} == expected


def test_a_moment_of_an_entry_is_within_its_second_and_its_day(written: Firm) -> None:
    rows = told(written, "--run", "2")
    at = str(rows[0]["at"])
    assert told(written, "--run", "2", "--since", at, "--until", at)
    assert told(written, "--run", "2", "--since", at[:10], "--until", at[:10]) == rows


def test_the_table_says_the_same(written: Firm) -> None:
    lines = written.run("audit", "--run", "2", "--deal", "D-3").out.splitlines()
    assert lines[0].split() == list(COLUMNS)
    assert len(lines) == 1 + len(told(written, "--run", "2", "--deal", "D-3"))
    assert written.run("audit", "--run", "9").out == "(none)\n"


def test_an_id_that_is_a_contact_is_masked_and_found(firm: Firm) -> None:
    firm.edit("data/deals.csv", "D-1,", "buyer@oak.ru,")
    firm.edit("data/payments.csv", "M-1,D-1,", "M-1,buyer@oak.ru,")
    firm.synced()
    ended = firm.run("audit", "--record", "deal/buyer@oak.ru")
    assert ended.code == 0
    assert "500.00" in ended.out
    assert "buyer" not in ended.told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--deal", "D-99"], "no deal is known as D-99", id="an unknown deal"),
        pytest.param(["--deal", "D-1", "--connection", "other"], "is not in other", id="a deal of elsewhere"),
        pytest.param(["--deal", "D-1", "--record", "deal/D-1"], "name two records", id="two records"),
        pytest.param(["--record", "sky/1"], "names no record", id="an unknown kind"),
        pytest.param(["--record", "deal"], "names no record", id="no id"),
        pytest.param(["--since", "soon"], "--since 'soon' is no time", id="no time"),
    ],
)
def test_what_cannot_be_meant_is_refused(written: Firm, words: list[str], message: str) -> None:
    ended = written.run("audit", *words)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "what to do" in ended.err


def test_a_long_journal_is_told_in_portions(written: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnersync.cli.output._ALIGNED_AT_ONCE", 5)
    store = open_store(f"sqlite:///{written.root}/partnersync.db")
    with store.read() as tx:
        number = sum(len({*row.row.before, *row.row.after}) for row in journal.rows(tx))
    store.close()
    lines = written.run("audit").out.splitlines()
    heads = [line for line in lines if line.split() == list(COLUMNS)]
    assert len(heads) == -(-number // 5)
    assert len([line for line in lines if line]) == number + len(heads)


def test_a_reader_that_has_seen_enough_gets_no_traceback(written: Firm) -> None:
    process = written.spawn("audit", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()
