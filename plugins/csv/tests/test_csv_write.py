import csv
import hashlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.spreadsheet import harmless, plain
from partnersync_csv.detect import file_hash, file_state
from partnersync_csv.scan import quote
from partnersync_csv.write import render_table, replace_whole

TEXTS = st.text(alphabet="a'=+-@\t\r\n15.,; \"я")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+A1", "'+A1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-", "'-"),
        ("-5", "-5"),
        ("+5", "+5"),
        ("-1234.50", "-1234.50"),
        ("-0,5", "-0,5"),
        ("-1e5", "-1e5"),
        ("-5+cmd|'/c calc'!A0", "'-5+cmd|'/c calc'!A0"),
        ("-5\n", "'-5\n"),
        ("-٥", "'-٥"),
        ("a=1", "a=1"),
        ("", ""),
        ("'x", "'x"),
        ("'=1", "''=1"),
    ],
)
def test_harmless(text: str, expected: str) -> None:
    assert harmless(text) == expected


@given(TEXTS)
def test_harmless_loses_nothing_and_leaves_no_formula(text: str) -> None:
    safe = harmless(text)
    assert plain(safe) == text
    assert safe == text or not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["'-5", "'x", "x", "", "'"])
def test_plain_leaves_what_was_never_made_harmless(text: str) -> None:
    assert plain(text) == text


@given(st.lists(TEXTS, min_size=2), st.sampled_from([",", ";", "\t"]))
def test_quoted_cells_are_read_back(texts: list[str], delimiter: str) -> None:
    line = delimiter.join(quote(text, delimiter) for text in texts)
    assert next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True)) == texts


@pytest.mark.parametrize(
    ("text", "expected"), [("a b", "a b"), ("a;b", "a;b"), ("a,b", '"a,b"'), ('a"b', '"a""b"'), ("a\nb", '"a\nb"')]
)
def test_quotes_stand_only_where_they_must(text: str, expected: str) -> None:
    assert quote(text, ",") == expected


def test_our_own_table_in_canonical_form() -> None:
    rows = [("1", "=x"), ("2", "a,b"), ("3", ""), ("4", "-5.00"), ("5", "имя")]
    expected = 'id,text\n1,\'=x\n2,"a,b"\n3,\n4,-5.00\n5,имя\n'
    assert b"".join(render_table(("id", "text"), rows)) == expected.encode()


def test_a_table_comes_in_chunks_while_its_rows_are_made() -> None:
    made = 0

    def rows() -> Iterator[tuple[str, str]]:
        nonlocal made
        while True:
            made += 1
            yield str(made), "x" * 100

    chunks = render_table(("id", "text"), rows())
    while not next(chunks):
        continue
    assert made < 1000


def test_a_new_file_is_as_open_as_the_others_in_its_new_folder(tmp_path: Path) -> None:
    path = tmp_path / "out" / "ledger.csv"
    written = replace_whole(path, [b"a,b\n", b"1,2\n"])
    other = path.with_name("other")
    other.touch()
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert (written.path, written.hash, written.size) == (path, file_hash(path), 8)
    assert path.stat().st_mode == other.stat().st_mode


def test_the_mode_of_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_whole(path, [b"new"])
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


def test_equal_bytes_leave_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    first = replace_whole(path, [b"a,b\n"])
    before = file_state(path)
    second = replace_whole(path, [b"a", b",b\n"])
    assert (first.changed, second.changed, second.hash) == (True, False, first.hash)
    assert file_state(path) == before
    assert list(tmp_path.iterdir()) == [path]
    assert replace_whole(path, [b"a,c\n"]).changed


def test_a_symbolic_link_still_leads_to_the_file(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "deals.csv"
    real.write_bytes(b"old")
    link.symlink_to(real)
    replace_whole(link, [b"new"])
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")


class PowerCut(BaseException):
    pass


def cut(*_: object) -> None:
    raise PowerCut


def broken() -> Iterator[bytes]:
    yield b"half"
    raise PowerCut


@pytest.mark.parametrize("fails_at", ["chunks", "fsync", "replace"])
def test_whatever_fails_the_old_file_stays_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(b"old")
    if fails_at == "fsync":
        monkeypatch.setattr(os, "fsync", cut)
    if fails_at == "replace":
        monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(PowerCut):
        replace_whole(path, broken() if fails_at == "chunks" else [b"new"])
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"deals.csv": b"old"}


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, steps = tmp_path / "deals.csv", []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    replace_whole(path, [b"new"])
    assert steps == ["file", "rename", "folder"]


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    assert replace_whole(tmp_path / "a", [b"x"]).hash == hashlib.sha256(b"x").hexdigest()
