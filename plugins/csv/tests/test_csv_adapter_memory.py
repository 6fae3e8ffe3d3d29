"""Memory does not grow with the file: a process of its own reads and writes many rows and looks at its peak."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROWS = 100_000
MOST_MIB = 45  # it takes 27; 200 if the records were kept in a list, 60 if the writes were

PROCESS = """
import json, resource, sys
from datetime import UTC, datetime
from partnersync.contract.adapter import Connection, FieldsWrite
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync_csv import partnersync_adapter_kinds

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

root, settings, count = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
(kind,) = partnersync_adapter_kinds()
adapter = kind.make(Connection("main", root, "UTC", lambda: datetime.now(UTC)), kind.settings.model_validate(settings))
values = dict.fromkeys(MANAGED[RecordKind.DEAL], "payable")
begun, read, done = peak(), 0, 0
for again in range(2):
    for stream in adapter.streams():
        read += sum(len(page.raws) for page in adapter.pull(stream, None))
    writes = (FieldsWrite(f"w{number}", RecordKind.DEAL, str(number), values) for number in range(count))
    done += sum(receipt.outcome == "done" for receipt in adapter.push(writes))
print(json.dumps([read, done, peak() - begun]))
"""


def grown(root: Path, settings: dict[str, Any], count: int) -> tuple[int, int, float]:
    """Records read and written by two runs over `count` deals, and by how many MiB the process grew."""
    command = [sys.executable, "-c", PROCESS, str(root), json.dumps(settings), str(count)]
    result = subprocess.run(command, capture_output=True, check=True, text=True)
    read, done, grown_mib = json.loads(result.stdout)
    return read, done, grown_mib


@pytest.mark.parametrize("settings", [{}, {"in_place": True}], ids=["out", "in place"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, settings: dict[str, Any]) -> None:
    (tmp_path / "data").mkdir()
    with open(tmp_path / "data/deals.csv", "w") as file:
        file.write("deal_id,title,state,created_at\n")
        file.writelines(f'{number},"Deal, {number}",won,2026-01-01\n' for number in range(ROWS))
    read, done, grown_mib = grown(tmp_path, settings, ROWS)
    assert (read, done) == (ROWS * (2 if settings else 3), ROWS * 2)
    assert grown_mib < MOST_MIB


def test_nor_with_deals_whose_rows_stand_far_apart(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    deals = ROWS // 2
    with open(tmp_path / "data/deals.csv", "w", encoding="utf-8") as file:
        file.write("ID;Стадия сделки;Дата создания;Товар;Сумма;\n")
        for product in ("licence", "service"):
            file.writelines(f"{number};Новая;01.01.2026;{product};100;\n" for number in range(deals))
    settings = {"files": {"deals": {"preset": "bitrix24-export"}}}
    read, done, grown_mib = grown(tmp_path, settings, deals)
    assert (read, done) == (deals * 3, deals * 2)
    assert grown_mib < MOST_MIB
