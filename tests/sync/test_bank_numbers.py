"""Which bank codes and accounts of partners are taken, and what is said of the others."""

from zoneinfo import ZoneInfo

import pytest

from partnersync.domain.partner import Partner
from partnersync.domain.value import RecordKind
from partnersync.sync.forms import Setting
from partnersync.sync.normalise import normalise

SETTING = Setting("main", frozenset({"main"}), ZoneInfo("Europe/Moscow"), "RUB")
ACCOUNT, BIK = "40702810400000000225", "044525225"


@pytest.mark.parametrize(
    ("account", "bik", "kept", "listed"),
    [
        pytest.param(ACCOUNT, BIK, (ACCOUNT, BIK), [], id="its key holds"),
        pytest.param("40702 810 4 0000 0000225", "'044525225", (ACCOUNT, BIK), [], id="in groups"),
        pytest.param(ACCOUNT.replace("0400", "0500"), BIK, (None, BIK), ["bank_account"], id="another key"),
        pytest.param(ACCOUNT, "044525226", (None, "044525226"), ["bank_account"], id="of another bank"),
        pytest.param(ACCOUNT[:-1], BIK, (None, BIK), ["bank_account"], id="a digit is missing"),
        pytest.param(ACCOUNT, "44525225", (ACCOUNT, None), ["bank_bik"], id="a zero in front of the BIK was lost"),
        pytest.param("", "000000000", (None, None), ["bank_bik"], id="zeros"),
        pytest.param("DE75512108001245126199", "", ("DE75512108001245126199", None), [], id="of a bank without a BIK"),
        pytest.param("03100643000000018500", "017003983", ("03100643000000018500", "017003983"), [], id="the treasury"),
    ],
)
def test_accounts(account: str, bik: str, kept: tuple[str | None, str | None], listed: list[str]) -> None:
    cells = {"partner_id": "P1", "name": "Acme", "bank_account": account, "bank_bik": bik}
    partner, problems = normalise(RecordKind.PARTNER, cells, SETTING)
    assert isinstance(partner, Partner)
    assert (partner.bank_account, partner.bank_bik) == kept
    assert [problem.column for problem in problems] == listed


def test_the_reason_says_what_to_mend() -> None:
    cells = {"partner_id": "P1", "name": "Acme", "bank_account": ACCOUNT, "bank_bik": "044525226"}
    _, (problem,) = normalise(RecordKind.PARTNER, cells, SETTING)
    assert problem.reason == "fails its key with BIK 044525226: correct one of them"
