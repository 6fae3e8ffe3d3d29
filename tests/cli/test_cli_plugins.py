"""A plugin is begun by a command, keeps the contract from its first minute, and is told what it breaks."""

from pathlib import Path

import pytest

from small_firm import Firm

ADAPTER = "partnersync_mycrm/adapter.py"


@pytest.fixture
def made(firm: Firm) -> Path:
    """A plugin for MyCrm."""
    told = firm.run("plugins", "new", "mycrm", "--into", "ours")
    assert told.code == 0, told.told
    return Path("ours/partnersync-mycrm").resolve()


def test_a_new_plugin_keeps_the_contract(firm: Firm, made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert firm.run("plugins", "check", str(made)).code == 0
    told = capfd.readouterr().out
    assert "conformance of TestMycrm: keeps" in told
    assert "BREAKS" not in told


def test_nothing_of_it_bears_the_name_that_it_was_made_of(made: Path) -> None:
    files = [path for path in made.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".toml", ".md", ".py"}
    assert [path for path in files if "acme" in f"{path.relative_to(made)}{path.read_text()}".lower()] == []


@pytest.mark.parametrize(
    ("right", "wrong", "family"),
    [
        pytest.param("Mark(mark.since - OVERLAP_S,", "Mark(mark.since + 1,", "cursors", id="a change is missed"),
        pytest.param('if all(note["mark"]', 'if any(note["mark"]', "notes and tasks", id="no note is made"),
        pytest.param("Outcome.REFUSED, error.message", "Outcome.DONE", "outcomes", id="a refusal is passed over"),
    ],
)
def test_what_it_breaks_is_named(
    firm: Firm, made: Path, capfd: pytest.CaptureFixture[str], right: str, wrong: str, family: str
) -> None:
    adapter = made / ADAPTER
    assert right in adapter.read_text()
    adapter.write_text(adapter.read_text().replace(right, wrong))
    assert firm.run("plugins", "check", str(made)).code == 1
    assert f"BREAKS  {family} " in capfd.readouterr().out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["new", "My CRM"], "'My CRM' cannot be the name of a kind", id="a name that is none"),
        pytest.param(["new", "mycrm", "--into", "ours"], "is there already", id="one that is there"),
        pytest.param(["check", "config"], "has no test of the kit", id="a folder without the kit"),
        pytest.param(["check", "no"], "'no' does not exist", id="a folder that is not there"),
    ],
)
def test_what_cannot_be_done_is_told(firm: Firm, made: Path, args: list[str], said: str) -> None:
    told = firm.run("plugins", *args)
    assert told.code == 2
    assert said in told.err
