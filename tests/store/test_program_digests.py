"""A program version that lines were booked under stays as it was."""

from datetime import UTC, datetime

import pytest

from partnersync.domain.line import Line, LineKind
from partnersync.domain.value import Money
from partnersync.errors import ConfigError
from partnersync.store import ledger, program_digests
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
MONEY = Money(1, "RUB")
LINE = Line(
    "P1", "P1", "main/1", "c", "e", AT, AT, "2026-01-01", "r", "", MONEY, "", MONEY, LineKind.ACCRUAL, 1, "2026-05"
)  # fmt: skip
VERSIONS = {"2026-01-01": "a", "2026-07-01": "b"}


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        pytest.param(VERSIONS, False, id="the same"),
        pytest.param(VERSIONS | {"2027-01-01": "c"}, True, id="a version was added"),
        pytest.param(VERSIONS | {"2026-07-01": "c"}, True, id="one without lines was edited"),
        pytest.param({"2026-01-01": "a"}, True, id="one without lines was taken away"),
    ],
)
def test_versions_in_use_are_noted(store: Store, now: dict[str, str], changed: bool) -> None:
    with store.write() as tx:
        assert program_digests.keep(tx, VERSIONS, 1)
        ledger.stage(tx, [LINE])
        ledger.seal(tx)
        assert program_digests.keep(tx, now, 2) is changed
        assert program_digests.keep(tx, now, 3) is False


@pytest.mark.parametrize(
    ("now", "message"),
    [
        pytest.param(VERSIONS | {"2026-01-01": "x"}, "2026-01-01 was edited", id="edited"),
        pytest.param({"2026-07-01": "b"}, "2026-01-01 is gone", id="taken away"),
    ],
)
def test_a_version_with_lines_cannot_change(store: Store, now: dict[str, str], message: str) -> None:
    with store.write() as tx:
        program_digests.keep(tx, VERSIONS, 1)
        ledger.stage(tx, [LINE])
        ledger.seal(tx)
        with pytest.raises(ConfigError, match=message) as error:
            program_digests.keep(tx, now, 2)
        assert "add a new version" in error.value.hint
        assert program_digests.keep(tx, VERSIONS, 2) is False
