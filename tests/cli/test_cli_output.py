"""What goes to standard output and into files that are asked for: exact JSON, whole files, nothing that acts."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from partnersync.cli.output import aligned, counted, show_table, write_csv
from partnersync.errors import ConfigError
from small_firm import Firm

COLUMNS = ("deal_id", "amount")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="no row"),
        pytest.param([("D-1", 1)], id="one row"),
        pytest.param([("Д-1", None), ('"2"\n', 2)], id="two rows, of any letters"),
    ],
)
def test_a_table_as_json_is_one_list(capsys: pytest.CaptureFixture[str], rows: Sequence[Sequence[object]]) -> None:
    show_table(COLUMNS, rows, as_json=True)
    wanted = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert capsys.readouterr().out == json.dumps(wanted, ensure_ascii=False, indent=2) + "\n"


def test_rows_of_json_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Iterator[tuple[str, str]]:
        yield "D-1", "1"
        assert "D-1" in capsys.readouterr().out
        yield "D-2", "2"

    show_table(COLUMNS, rows(), as_json=True)


def test_cells_send_no_commands_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(COLUMNS, [("\x1b]0;owned\x07D-1", "two\nlines")], as_json=False)
    told = capsys.readouterr().out
    assert told.isprintable() is False
    assert set(told) & {"\x1b", "\x07"} == set()
    assert "two lines" in told


def test_numbers_stand_at_the_right_and_wide_letters_take_two_places() -> None:
    assert aligned(("name", "sum"), [("水", "5"), ("abcd", "1,000.00")]) == [
        "name       sum",
        "水           5",
        "abcd  1,000.00",
    ]


@pytest.mark.parametrize(
    ("number", "one", "told"),
    [(0, "line", "0 lines"), (1, "line", "1 line"), (2_000, "line", "2,000 lines"), (2, "activity", "2 activities")],
)
def test_a_number_stands_with_its_word(number: int, one: str, told: str) -> None:
    assert counted(number, one) == told


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def failing() -> Iterator[tuple[str, str]]:
        yield "D-1", "1"
        raise LookupError

    path = tmp_path / "ledger.csv"
    write_csv(path, COLUMNS, [("D-0", "0")])
    with pytest.raises(LookupError):
        write_csv(path, COLUMNS, failing())
    assert path.read_text() == "deal_id,amount\nD-0,0\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.touch()
    link.symlink_to(real)
    write_csv(link, COLUMNS, [])
    assert link.is_symlink()
    assert real.read_text() == "deal_id,amount\n"


def test_a_pipe_is_written_as_it_comes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_csv(pipe, COLUMNS, [("D-1", "1")])
        assert os.read(reader, 100) == b"deal_id,amount\nD-1,1\n"
    finally:
        os.close(reader)


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ledger\.csv cannot be written: no such file or directory"):
        write_csv(tmp_path / "nowhere/ledger.csv", COLUMNS, [])


def test_what_a_spreadsheet_would_run_is_harmless_in_every_file(firm: Firm) -> None:
    """And alike in the file that `sync` writes and in the one that --csv writes."""
    firm.edit("data/partners.csv", "P-1,", "=P+1,")
    for kind in ("deals", "registrations"):
        firm.put(f"data/{kind}.csv", firm.text(f"data/{kind}.csv").replace("P-1,", "=P+1,"))
    firm.synced()
    assert firm.run("ledger", "--csv", "copy.csv", "--as-of", "2026-03-31").code == 0
    assert ",'=P+1," in firm.text("copy.csv")
    assert firm.text("copy.csv") == firm.text("out/ledger.csv")


def test_issues_as_a_file_are_the_ones_that_sync_writes(firm: Firm) -> None:
    firm.put("data/deals.csv", firm.text("data/deals.csv") + "D-9,Ash,ash.ru,P-1,licence,won,-x,2026-03-01,,,\n")
    assert firm.sync().code == 3
    ended = firm.run("issues", "--csv", "copy.csv")
    assert (ended.code, ended.out) == (0, "")
    assert "'-x" in firm.text("copy.csv")
    assert firm.text("copy.csv") == firm.text("out/issues.csv")


def test_progress_is_told_beside_the_output_and_can_be_silenced(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partnersync.cli.progress._EVERY_S", 0)
    told = firm.run("sync", "--json", "--as-of", "2026-03-31")
    assert told.json()["lines"] == 2
    assert 'info - progress step="main: deals" done=3\n' in told.err
    assert firm.run("plan", "--as-of", "2026-04-01", "--log-level", "error").err == ""


@pytest.mark.parametrize("file", ["data/deals.csv", "config/partnersync.toml", "partnersync.db", "earlier.json"])
@pytest.mark.parametrize("words", [["ledger", "--csv"], ["issues", "--csv"], ["plan", "-o"]], ids=" ".join)
def test_a_file_of_another_kind_is_replaced_only_by_force(firm: Firm, words: list[str], file: str) -> None:
    path = firm.synced().put("earlier.json", "{}") if file == "earlier.json" else firm.synced().root / file
    before = path.read_bytes()
    ended = firm.run(*words, file)
    assert (ended.code, ended.out) == (2, "")
    assert f"{file} exists already" in ended.err
    assert "Name another file, or --force" in ended.err
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", [["ledger", "--csv"], ["issues", "--csv"], ["plan", "-o"]], ids=" ".join)
def test_an_earlier_file_of_the_same_kind_is_replaced(firm: Firm, words: list[str]) -> None:
    firm.synced().put("new", "")
    assert firm.run(*words, "new").code == 0
    wanted = firm.text("new")
    firm.put("new", wanted + "\n")
    assert firm.run(*words, "new").code == 0
    firm.put("other", "precious")
    assert firm.run(*words, "other", "--force").code == 0
    if words[0] != "plan":
        assert firm.text("new") == firm.text("other") == wanted
    assert "precious" not in firm.text("other")
