"""The account's definitions: read once an hour, kept for this machine's user alone."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from amocrm_client import ORIGIN, Office
from partnersync.transport.kept_answers import GOOD_FOR
from partnersync_amocrm.metadata import Stage
from partnersync_amocrm.metadata_file import MetadataFile


def test_it_is_read_at_most_hourly(tmp_path: Path) -> None:
    office = Office(tmp_path)
    file = MetadataFile(tmp_path / "state" / "x.json", ORIGIN)
    assert file.kept(office.time.now()) is None
    told = file.read(office.client, office.time.now())
    assert office.calls() == 10
    assert file.kept(office.time.now()) == told
    office.clock.advance(GOOD_FOR.total_seconds())
    assert file.kept(office.time.now()) is None
    assert office.calls() == 10


def test_what_it_tells(tmp_path: Path) -> None:
    office = Office(tmp_path)
    told = MetadataFile(tmp_path / "x.json", ORIGIN).read(office.client, office.time.now())
    assert (told.zone.key, told.filters, told.user_id, told.ahead) == ("Europe/Moscow", True, 7_001, timedelta())
    sales = told.pipeline(4_001)
    assert sales is not None
    assert sales.stages[0] == Stage(4_010, "Неразобранное", 1)
    partner = next(field for field in told.fields["leads"] if field.code == "PARTNER")
    assert [one.code for one in partner.choices[:2]] == ["P01", "P02"]
    assert told.groups["leads", "statistic"] == "Статистика"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 1}', '{"form": 0}'])
def test_a_file_that_is_no_good_is_read_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    assert MetadataFile(path, ORIGIN).kept(Office(tmp_path).time.now()) is None


def test_that_of_another_account_is_none(tmp_path: Path) -> None:
    office = Office(tmp_path)
    MetadataFile(tmp_path / "x.json", ORIGIN).read(office.client, office.time.now())
    assert MetadataFile(tmp_path / "x.json", "https://other.amocrm.ru").kept(office.time.now()) is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """It holds the users' addresses."""
    office = Office(tmp_path)
    MetadataFile(tmp_path / "x.json", ORIGIN).read(office.client, office.time.now())
    assert stat.S_IMODE((tmp_path / "x.json").stat().st_mode) == 0o600


def test_a_folder_that_takes_no_file_stops_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (tmp_path / "taken").write_text("")
    assert MetadataFile(tmp_path / "taken" / "x.json", ORIGIN).read(office.client, office.time.now()).users
