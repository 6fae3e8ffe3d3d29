"""The first settings as text: whatever headers hold, TOML gives it back."""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from partnersync.cli.first_settings import keys_text, program_text, settings_text
from partnersync.contract.adapter import Surveyed

TEXT = st.text(max_size=12)
MAPPING = st.dictionaries(TEXT, TEXT, max_size=4)


@given(file=TEXT, columns=MAPPING, states=MAPPING, remarks=st.lists(TEXT, max_size=3))
def test_every_key_and_value_comes_back(
    file: str, columns: Mapping[str, str], states: Mapping[str, str], remarks: list[str]
) -> None:
    deals = {"file": file, "columns": columns, "states": states}
    found = Surveyed("x", "deals", {"files": {"deals": deals}}, tuple(remarks))
    written: dict[str, Any] = tomllib.loads(settings_text("in", "out", [found]))["connections"]["registry"]
    assert written == {
        "kind": "csv",
        "path": "in",
        "out": "out",
        "mode": "observe",
        "files": {"deals": deals},
    }
    assert tomllib.loads(keys_text(found)) == {"connections": {"registry": {"files": {"deals": deals}}}}


@given(path=TEXT, zone=TEXT)
def test_answers_come_back(path: str, zone: str) -> None:
    assert tomllib.loads(settings_text(path, "out", []))["connections"]["registry"]["path"] == path
    assert tomllib.loads(program_text(date(2026, 1, 1), zone, "RUB"))["time_zone"] == zone


def test_files_stand_one_below_the_other_with_what_is_left_to_do() -> None:
    text = settings_text(
        "in",
        "out",
        [
            Surveyed("a", "deals", {"files": {"deals": {"file": "a", "columns": {"deal_id": "№"}}}}, ("Do\nthis",)),
            Surveyed("b", "partners", {"files": {"partners": {"file": "b"}}}),
            Surveyed("users.csv", "users"),
        ],
    )
    assert text.endswith("""\
mode = "observe"

[connections.registry.files.deals]
# Do this
file = "a"

[connections.registry.files.deals.columns]
deal_id = "№"

[connections.registry.files.partners]
file = "b"
""")
