"""The repository as a whole: its files, its pins, what it must not say, and the sample company's numbers."""

import ast
import csv
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCAFFOLD = "partnersync/scaffold/acme"
DEMO_DATA = ROOT / "partnersync" / "demo" / "data"

DUTIES = [
    "README.md",
    "README.ru.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "constraints.txt",
    "pyproject.toml",
    ".ci/run",
    "docs/architecture.md",
    "docs/decisions/README.md",
    "plugins/csv/pyproject.toml",
    "plugins/amocrm/pyproject.toml",
]

# Written in two halves, so that this file is not its own first finding.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w./-])/(?:wor" + r"k|ro" + r"ot|ho" + r"me|op" + r"t)/\w"),
    "a package registry": re.compile(r"py" + r"pi\.org|python" + r"hosted\.|index-" + r"url|find-" + r"links"),
}


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is, or is about to be, in the repository; data files are not prose."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in sorted(set(filter(None, names.split("\0")))):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".csv", ".tsv", ".xlsx", ".pyc", ".mo"}:
            yield name, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DUTIES)
def test_each_duty_has_its_file(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0


def test_each_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", index) == pages


def test_the_gate_is_executable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111 == 0o111


def test_pins_are_exact_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []


def settings_of(project: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / project / "pyproject.toml").read_text(encoding="utf-8"))


def named_by(*entries: list[str]) -> set[str]:
    """The distributions that requirement lists name, without extras, bounds and markers."""
    return {plain(re.split(r"[\[<>=!~; ]", entry)[0]) for listed in entries for entry in listed}


@pytest.mark.parametrize("project", [".", "plugins/csv", "plugins/amocrm", "plugins/bitrix24"])
def test_pins_cover_every_named_dependency(project: str) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {plain(line.split("==")[0]) for line in lines}
    table = settings_of(project)
    extras = table["project"].get("optional-dependencies", {}).values()
    wanted = named_by(table["build-system"]["requires"], table["project"]["dependencies"], *extras)
    assert wanted - pinned - {"partnersync"} == set()


@pytest.mark.parametrize(
    ("project", "package", "extras"),
    [
        pytest.param(".", "partnersync", ["postgresql", "testing"], id="the core"),
        pytest.param("plugins/csv", "partnersync_csv", [], id="the csv plugin"),
        pytest.param("plugins/amocrm", "partnersync_amocrm", [], id="the amoCRM adapter"),
        pytest.param("plugins/amocrm", "partnersync_amocrm_sandbox", [], id="the amoCRM sandbox"),
        pytest.param("plugins/bitrix24", "partnersync_bitrix24", [], id="the Bitrix24 adapter"),
        pytest.param("plugins/bitrix24", "partnersync_bitrix24_sandbox", [], id="the Bitrix24 sandbox"),
        pytest.param(SCAFFOLD, "partnersync_acme", [], id="a new plugin's adapter"),
        pytest.param(SCAFFOLD, "partnersync_acme_sandbox", [], id="a new plugin's sandbox"),
    ],
)
def test_code_imports_only_what_its_distribution_names(project: str, package: str, extras: list[str]) -> None:
    table = settings_of(project)["project"]
    named = named_by(table["dependencies"], *(table["optional-dependencies"][extra] for extra in extras))
    owners = packages_distributions()
    foreign = imported(ROOT / project / package) - sys.stdlib_module_names - {package}
    assert {name for name in foreign if not named & {plain(owner) for owner in owners.get(name, [])}} == set()


def imported(folder: Path) -> set[str]:
    """Top-level names that the code under a folder imports, wherever the import stands; not in what is copied only."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        if "scaffold" in path.relative_to(folder).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names}


def plain(name: str) -> str:
    """A distribution's name as installers compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    findings = [f"{name}: {found.group()}" for name, text in texts() if (found := FORBIDDEN[what].search(text))]
    assert findings == []


def test_test_files_have_unique_names() -> None:
    tests = [path.name for folder in ("tests", "plugins") for path in (ROOT / folder).rglob("test_*.py")]
    assert [name for name, times in Counter(tests).items() if times > 1] == []


def rows(name: str) -> list[dict[str, str]]:
    with (DEMO_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_sample_deals_are_the_published_ones() -> None:
    deals = rows("sales_pipeline.csv")
    won = [deal for deal in deals if deal["deal_stage"] == "Won"]
    assert len(deals) == len({deal["opportunity_id"] for deal in deals}) == 8_800
    assert len(won) == 4_238
    assert sum(int(deal["close_value"]) for deal in won) == 10_005_534
    assert sum(deal["product"] == "GTXPro" for deal in deals) == 1_480
    assert sum(not deal["account"] for deal in deals) == 1_425


def test_sample_partners_are_the_published_ones() -> None:
    agents = {agent["sales_agent"] for agent in rows("sales_teams.csv")}
    busy = {deal["sales_agent"] for deal in rows("sales_pipeline.csv")}
    assert len(agents) == 35
    assert busy < agents
    assert len(agents - busy) == 5


def test_sample_data_keep_the_line_ends_of_their_source() -> None:
    for name in ("sales_pipeline.csv", "sales_teams.csv"):
        content = (DEMO_DATA / name).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n") > 0


def test_sample_claims_name_real_agents_and_accounts() -> None:
    deals = rows("sales_pipeline.csv")
    claims = rows("registrations.csv")
    assert {claim["partner_id"] for claim in claims} <= {agent["sales_agent"] for agent in rows("sales_teams.csv")}
    assert {claim["client_name"] for claim in claims} <= {deal["account"] for deal in deals}
    products = {deal["product"].replace("GTXPro", "GTX Pro") for deal in deals}
    assert {product for claim in claims for product in claim["products"].split("|")} <= products


def test_sample_claims_meet_their_accounts_by_domain() -> None:
    settings = tomllib.loads((DEMO_DATA.parent / "config" / "partnersync.toml").read_text(encoding="utf-8"))
    domains = settings["connections"]["registry"]["files"]["deals"]["values"]["client_domain"]
    claimed = [claim for claim in rows("registrations.csv") if claim["client_domain"]]
    assert {claim["client_name"]: claim["client_domain"] for claim in claimed} == {
        account: domain for account, domain in domains.items() if account != "*"
    }
    assert domains["*"] == ""


def test_sample_program_has_a_rule_for_every_product() -> None:
    program = tomllib.loads((DEMO_DATA.parent / "config" / "program" / "2016-01-01.toml").read_text(encoding="utf-8"))
    named = [product for rule in program["commission"]["rules"] for product in rule["when"]["products"]]
    sold = {deal["product"].replace("GTXPro", "GTX Pro") for deal in rows("sales_pipeline.csv")}
    assert sorted(named) == sorted(sold)
