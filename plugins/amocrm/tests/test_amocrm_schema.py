"""The account's fields as code: what is due against what is there, and making it without losing anything."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amocrm_cards import CLAIMS, FIELDS, NEW, SALES, choice, known
from amocrm_client import Office
from partnersync.contract.crm_due import DueChoice
from partnersync.contract.crm_fields import PARTNER_LIST
from partnersync.contract.managed import MANAGED
from partnersync.contract.schema import SchemaPlan
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.metadata import Choice, FieldDef
from partnersync_amocrm.metadata_file import MetadataFile
from partnersync_amocrm.schema import AmoSchema
from partnersync_amocrm.schema_due import DueField, DueStage, due_fields, due_stages
from partnersync_amocrm.schema_plan import Change, changed, lost, steps_of, told
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.definitions import Enum, Field
from partnersync_amocrm_sandbox.sample import FIRST_SELLER
from partnersync_amocrm_sandbox.ui import Locked

LIST = DueField(
    "leads", "PS_LIST", "select", "Список", choices=(DueChoice("Ромашка", "P07"), DueChoice("Лютик", "P08"))
)
THERE = FieldDef(7, "leads", "select", "Наш", "PS_LIST", api_only=True, choices=(Choice(31, "Ромашка", 4, "P07"),))
WHOLE = replace(THERE, choices=(*THERE.choices, choice("Другой", "P08")))
ADD = 'add to field PS_LIST "Наш" of leads: Лютик'


def words(fields: Sequence[DueField], *there: FieldDef, stages: Sequence[DueStage] = ()) -> tuple[list[str], str]:
    account = known(fields={"leads": (*there, FIELDS["Промокод"]), "companies": (), "contacts": ()})
    steps = steps_of(fields, stages, account, "ru")
    return list(told(steps, account)), "".join(steps.drift)


@pytest.mark.parametrize(
    ("there", "steps", "drift"),
    [
        pytest.param(
            [],
            ['make field PS_LIST "Список" of leads (select, programs alone write it) in group "Партнёры"'],
            "",
            id="it is not there",
        ),
        pytest.param([WHOLE], [], "", id="its name and an entry were changed by the admin"),
        pytest.param([THERE], [ADD], "", id="an entry is missing"),
        pytest.param([replace(THERE, choices=(*THERE.choices, choice("лютик")))], [ADD], "", id="it has no code"),
        pytest.param(
            [replace(WHOLE, api_only=False)],
            ['lock field PS_LIST "Наш" of leads: programs alone write it'],
            "",
            id="it was unlocked",
        ),
        pytest.param(
            [replace(WHOLE, type="text")], [], "is of type text, not select. Take its code", id="another type"
        ),
    ],
)
def test_steps_from_what_is_there_to_what_is_due(there: list[FieldDef], steps: list[str], drift: str) -> None:
    made, left = words([LIST], *there)
    assert made == steps
    assert drift in left
    assert bool(left) == bool(drift)


@pytest.mark.parametrize(
    ("field", "there", "steps", "drift"),
    [
        pytest.param(
            "Промокод",
            [],
            ['require field PROMO "Промокод" of leads before Продажи/Новая'],
            "",
            id="the admin's, by name",
        ),
        pytest.param("ps_list", [WHOLE], [], 'field "ps_list" is filled by programs alone', id="one of ours"),
        pytest.param("X", [FieldDef(9, "leads", "monetary", "X")], [], 'field "X" holds money', id="one of money"),
        pytest.param(
            "X", [FieldDef(9, "leads", "text", "X", required=frozenset({(SALES, NEW)}))], [], "", id="required already"
        ),
    ],
)
def test_fields_before_a_stage(field: str, there: list[FieldDef], steps: list[str], drift: str) -> None:
    made, left = words([LIST] if there == [WHOLE] else [], *there, stages=[DueStage("Продажи", "Новая", field)])
    assert made == steps
    assert drift in left


def test_a_field_that_is_made_is_required_at_once() -> None:
    due = DueField("leads", PARTNER_LIST, "select", "Партнёр", api_only=False, choices=LIST.choices)
    made, _ = words([due], stages=[DueStage("Продажи", "Новая", PARTNER_LIST)])
    assert made[-1] == "require it before Продажи/Новая"


def test_what_the_settings_require_and_the_account_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match=r'deals\.required: the account has no field of leads "Промокот"'):
        words([], stages=[DueStage("Продажи", "Новая", "Промокот")])


def test_a_change_sends_the_whole_list_with_its_ids() -> None:
    """§4.11: what is sent without an id is made anew, and the old id goes with every value that points to it."""
    now = replace(THERE, choices=(*THERE.choices, Choice(32, "Чужой", 9, ""), Choice(33, "лютик", 5, "")))
    assert changed(Change(THERE, choices=(*LIST.choices[1:], DueChoice("Мак", "P09"))), now) == {
        "enums": [
            {"id": 31, "value": "Ромашка", "sort": 4, "code": "P07"},
            {"id": 32, "value": "Чужой", "sort": 9},
            {"id": 33, "value": "лютик", "sort": 5, "code": "P08"},
            {"value": "Мак", "sort": 10, "code": "P09"},
        ]
    }
    assert lost(now, THERE) == {32, 33}


def test_a_stage_is_added_to_those_that_the_admin_requires() -> None:
    now = replace(THERE, required=frozenset({(CLAIMS, NEW)}))
    pairs = [{"pipeline_id": pipeline, "status_id": NEW} for pipeline in (SALES, CLAIMS)]
    assert changed(Change(THERE, stages=frozenset({(SALES, NEW)})), now) == {"required_statuses": pairs}


OF_DEALS = {name.upper() for name in MANAGED[RecordKind.DEAL]}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param({}, OF_DEALS, id="deals"),
        pytest.param(
            {"registrations": {"pipeline": "x"}, "partners": {"tag": "y"}},
            {name.upper() for names in MANAGED.values() for name in names},
            id="all kinds",
        ),
        pytest.param(
            {"deals": {"ours": {"ps_partner_id": "Партнёр"}}},
            OF_DEALS - {"PS_PARTNER_ID"},
            id="but one that the admin has a field for",
        ),
    ],
)
def test_which_fields_are_due(keys: dict[str, Any], expected: set[str]) -> None:
    due = due_fields(Mapped.model_validate(keys), [], "en")
    assert {one.code for one in due} == expected
    assert {one.code for one in due if not one.api_only} == {"PS_DECISION"}


def test_partners_of_one_name_are_told_apart_in_the_list() -> None:
    mapped = Mapped.model_validate({"deals": {"partner": [{"select": "ps_partner"}], "required": {"A/B": ["c", "d"]}}})
    due = due_fields(mapped, [("P1", "Мак"), ("P2", "мак"), ("P3", "Лютик")], "ru")[-1]
    assert [(one.value, one.code) for one in due.choices] == [("Мак (P1)", "P1"), ("мак (P2)", "P2"), ("Лютик", "P3")]
    assert list(due_stages(mapped)) == [DueStage("A", "B", "c"), DueStage("A", "B", "d")]


KEYS: dict[str, Any] = {
    "url": "http://127.0.0.1:1",
    "token": Secret("a-token"),
    "partners": {"tag": "партнёр", "partner_id": "PARTNER_CODE"},
    "deals": {"partner": [{"select": PARTNER_LIST}], "required": {"Продажи/Счёт": [PARTNER_LIST, "Промокод"]}},
    "registrations": {"pipeline": "Регистрации"},
}


class Account:
    """A sandbox whose schema is ours."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder, 8)
        file = MetadataFile(folder / "definitions.json", "x")
        self.schema = AmoSchema(self.office.client, AmoSettings.model_validate(KEYS), file, self.office.time.now)

    def field(self, code: str) -> Field:
        found = self.office.sandbox.account.field_of("leads", code=code)
        assert found is not None
        return found

    def stored(self) -> dict[int, tuple[Any, ...]]:
        """Definitions as they are now, by id."""
        return {
            one.id: (
                one.name,
                one.code,
                one.type,
                one.is_api_only,
                [each.id for each in one.enums],
                one.required_statuses,
            )
            for one in self.office.sandbox.account.fields["leads"].values()
        }

    def writes(self) -> int:
        return self.office.calls("POST") + self.office.calls("PATCH")


def test_what_is_planned_is_made_and_then_nothing_is_left(tmp_path: Path) -> None:
    account = Account(tmp_path)
    before = account.stored()
    planned = account.schema.plan()
    assert (len(planned.steps), account.writes()) == (21, 0)
    assert account.schema.apply() == planned
    writes = account.writes()
    assert (account.schema.plan(), account.schema.apply()) == (SchemaPlan(), SchemaPlan())
    assert account.writes() == writes
    after = account.stored()
    promo = account.field("PROMO_CODE")
    assert {number for number in before if before[number] != after[number]} == {promo.id}
    assert promo.required_statuses == [{"pipeline_id": 4_001, "status_id": 4_103}]


def test_people_edit_what_is_ours_only_where_they_name_the_partner(tmp_path: Path) -> None:
    account = Account(tmp_path)
    account.schema.apply()
    ui = account.office.sandbox.ui
    with pytest.raises(Locked):
        ui.edit(FIRST_SELLER, 10_000_001, "PS_SOURCE", "promo")
    (held,) = ui.edit(FIRST_SELLER, 10_000_001, PARTNER_LIST, "Партнёр P03").values[account.field(PARTNER_LIST).id]
    assert held.enum_code == "P03"


def test_a_new_partner_is_added_and_every_entry_stays(tmp_path: Path) -> None:
    account = Account(tmp_path)
    account.schema.apply()
    field = account.field(PARTNER_LIST)
    field.enums.insert(3, Enum(777, "Своё", 40))  # by the admin
    kept = {one.id for one in field.enums}
    account.office.sandbox.ui.edit(FIRST_SELLER, 30_000_001, "PARTNER_CODE", "P99", kind=Kind.COMPANIES)
    assert len(account.schema.apply().steps) == 1
    assert {one.id for one in field.enums} > kept
    assert {one.code for one in field.enums} >= {"P01", "P99"}
