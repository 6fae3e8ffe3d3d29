"""batch and its commands (reference §2.4, §3.4)."""

from typing import Any

import pytest

from bitrix24_caller import DEAL, Bitrix, command

GET = command("crm.item.get", entityTypeId=DEAL, id=1)
MISSING = command("crm.item.get", entityTypeId=DEAL, id=99)


def test_each_command_has_its_own_result_or_error() -> None:
    told = Bitrix(60).batch({"a": GET, "b": MISSING, "c": command("crm.item.list", entityTypeId=DEAL)})
    assert told["result"]["a"]["item"]["id"] == 1
    assert told["result_error"] == {"b": {"error": "NOT_FOUND", "error_description": "Element not found"}}
    assert (told["result_total"], told["result_next"]) == ({"c": 60}, {"c": 50})
    assert set(told["result_time"]) == {"a", "c"}


@pytest.mark.parametrize(
    ("cmd", "result", "errors"),
    [
        pytest.param({}, [], [], id="nothing"),
        pytest.param(["profile", "profile"], list, [], id="keys from 0 make a list"),
        pytest.param(["profile", MISSING, "profile"], dict, dict, id="a gap makes an object"),
        pytest.param(["profile", MISSING], list, dict, id="a failure at the end makes a shorter list"),
        pytest.param({"0": "profile", "1": {"not": "text"}}, list, [], id="what is no text is skipped"),
        pytest.param({"a": "batch?cmd[0]=profile"}, [], dict, id="no batch in a batch"),
    ],
)
def test_shapes(cmd: Any, result: Any, errors: Any) -> None:
    told = Bitrix().batch(cmd)
    for got, wanted in ((told["result"], result), (told["result_error"], errors)):
        assert got == wanted if isinstance(wanted, list) else isinstance(got, wanted)


def test_commands_beyond_fifty_fail() -> None:
    told = Bitrix().batch({f"c{number}": "profile" for number in range(52)})
    assert len(told["result"]) == 50
    assert {one["error"] for one in told["result_error"].values()} == {"ERROR_BATCH_LENGTH_EXCEEDED"}


@pytest.mark.parametrize(("halt", "done"), [(0, {"a", "c"}), (1, {"a"})])
def test_halt(halt: int, done: set[str]) -> None:
    told = Bitrix(1).batch({"a": GET, "b": MISSING, "c": GET}, halt=halt)
    assert set(told["result"]) == done


def test_results_are_referred_to() -> None:
    b24 = Bitrix(3)
    cmd = {
        "page": command("crm.item.list", entityTypeId=DEAL, order={"id": "DESC"}, select=["id"]),
        "one": command("crm.item.get", entityTypeId=DEAL, id="$result[page][items][0][id]"),
        "new": command(
            "crm.item.add", entityTypeId=DEAL, fields={"title": "как $result[one][item][title] ($total[page])"}
        ),
    }
    told = b24.batch(cmd)["result"]
    assert told["one"]["item"]["id"] == 3
    assert told["new"]["item"]["title"] == "как Сделка 3 (3)"


def test_a_reference_to_a_failed_command_hits_another_record() -> None:
    """§0.1, trap 4: the whole array of results becomes 1."""
    b24 = Bitrix(3)
    cmd = {
        "other": command("profile"),
        "lost": MISSING,
        "hit": command("crm.item.update", entityTypeId=DEAL, id="$result[lost][item][id]", fields={"title": "задета"}),
    }
    b24.batch(cmd)
    assert b24.item(DEAL, 1)["title"] == "задета"
    b24 = Bitrix(3)
    b24.batch(cmd, halt=1)
    assert b24.item(DEAL, 1)["title"] == "Сделка 1"


def test_in_a_text_an_unresolved_reference_stays() -> None:
    b24 = Bitrix()
    told = b24.batch({"a": command("crm.item.add", entityTypeId=DEAL, fields={"title": "за $result[b]!"})})
    assert told["result"]["a"]["item"]["title"] == "за $result[b]!"


def test_a_batch_has_a_contract_too() -> None:
    assert Bitrix().error("batch", cmds={"a": "profile"})[1] == "ERROR_ARGUMENT"


def test_a_batch_as_form() -> None:
    told = Bitrix(1).call("batch?halt=0&cmd[a]=crm.item.get%3FentityTypeId%3D2%26id%3D1").json()
    assert told["result"]["result"]["a"]["item"]["id"] == 1
