"""Fields of ours, due against what a portal has: made, locked, filled up, and never more than that."""

from dataclasses import replace
from typing import Any

import pytest

from bitrix24_cards import CLAIMS, known
from partnersync.contract.crm_due import DueChoice
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import Choice, FieldDef
from partnersync_bitrix24.schema_due import DueField, due_fields
from partnersync_bitrix24.schema_plan import Change, Steps, change_field, lost, make_field, steps_of, told

CHOICES = (DueChoice("Ромашка", "P07"), DueChoice("Лютик", "P08"))
LIST = DueField(2, "PS_LIST", "enumeration", {"ru": "Список", "en": "List"}, choices=CHOICES)
ROMASHKA = Choice(31, "Ромашка", 40, "P07")
THERE = FieldDef(
    2, "ufCrmPsList", "UF_CRM_PS_LIST", "enumeration", "Наш", id=7, xml_id="PS_LIST", locked=True, choices=(ROMASHKA,)
)
WHOLE = replace(THERE, choices=(ROMASHKA, Choice(32, "Переименован", 50, "P08")))
ADD = 'add to field UF_CRM_PS_LIST "Наш" of deals: Лютик'


def steps(*there: FieldDef, fields: Any = (LIST,), processes: Any = ()) -> tuple[Steps, list[str]]:
    portal = known(fields={2: there, 4: ()})
    made = steps_of(processes, fields, portal)
    return made, list(told(made, portal))


@pytest.mark.parametrize(
    ("there", "expected", "drift"),
    [
        pytest.param(
            [], ['make field PS_LIST "Список" of deals (enumeration, programs alone write it)'], "", id="not there"
        ),
        pytest.param([WHOLE], [], "", id="its name and an option were changed by the admin"),
        pytest.param([replace(WHOLE, xml_id="")], [], "", id="its XML_ID was taken away, its code tells"),
        pytest.param([THERE], [ADD], "", id="an option is missing"),
        pytest.param([replace(THERE, choices=(ROMASHKA, Choice(33, "лютик", 5, "5f0c")))], [ADD], "", id="has no code"),
        pytest.param(
            [replace(WHOLE, locked=False)],
            ['lock field UF_CRM_PS_LIST "Наш" of deals: programs alone write it'],
            "",
            id="it was unlocked",
        ),
        pytest.param([replace(WHOLE, type="string")], [], "is of type string, not enumeration. Take", id="other type"),
        pytest.param([replace(WHOLE, multiple=True)], [], "several values of type enumeration", id="several values"),
    ],
)
def test_steps_from_what_is_there_to_what_is_due(there: list[FieldDef], expected: list[str], drift: str) -> None:
    made, words = steps(*there)
    assert words == expected
    assert drift in "".join(made.drift)
    assert bool(made.drift) == bool(drift)


def test_a_smart_process_that_is_not_there_is_made() -> None:
    _, words = steps(WHOLE, processes=["Заявки", "регистрации"])
    assert words == ['make the smart process "Заявки", then its fields']


def test_every_managed_field_of_what_is_read_is_due_unless_the_admin_has_one_for_it() -> None:
    mapped = Mapped.model_validate(
        {
            "deals": {"ours": {"ps_partner_id": "UF_CRM_CODE"}, "partner": [{"select": "PS_PARTNER"}]},
            "registrations": {"smart_process": "Регистрации", "partner": [{"text": "UF_CRM_7_PARTNER"}]},
        }
    )
    entities = {RecordKind.DEAL: 2, RecordKind.PARTNER: 4, RecordKind.REGISTRATION: CLAIMS}
    due = {(one.entity, one.code): one for one in due_fields(mapped, entities, [("P07", "Роза"), ("P08", "роза")])}
    expected = {(entity, name.upper()) for kind, entity in entities.items() for name in MANAGED[kind]}
    assert set(due) == expected - {(2, "PS_PARTNER_ID")} | {(2, "PS_PARTNER")}
    assert [one.value for one in due[2, "PS_PARTNER"].choices] == ["Роза (P07)", "роза (P08)"]
    assert [one.code for one in due.values() if not one.locked] == ["PS_DECISION", "PS_PARTNER"]


def test_a_field_of_deals_is_made_with_names_in_both_languages_and_cannot_be_edited() -> None:
    command = make_field(LIST, known())
    fields = command.params["fields"]
    assert command.method == "crm.deal.userfield.add"
    assert (fields["FIELD_NAME"], fields["XML_ID"], fields["EDIT_IN_LIST"]) == ("UF_CRM_PS_LIST", "PS_LIST", "N")
    assert fields["EDIT_FORM_LABEL"] == {"ru": "Список", "en": "List"}
    assert [(one["VALUE"], one["XML_ID"]) for one in fields["LIST"]] == [("Ромашка", "P07"), ("Лютик", "P08")]


def test_a_field_of_a_smart_process_is_named_by_the_id_of_its_definition() -> None:
    command = make_field(replace(LIST, entity=CLAIMS), known())
    assert command.method == "userfieldconfig.add"
    assert (command.params["field"]["entityId"], command.params["field"]["fieldName"]) == ("CRM_7", "UF_CRM_7_PS_LIST")


@pytest.mark.parametrize(("entity", "key", "options"), [(2, "fields", "LIST"), (CLAIMS, "field", "enum")])
def test_a_change_sends_the_whole_list_with_its_ids(entity: int, key: str, options: str) -> None:
    """§5.2: of a smart process, what is missing in the list is deleted, and with it every value that points there."""
    other, named = Choice(32, "Чужой", 90, "5f"), Choice(33, "лютик", 50, "6e")
    now = replace(THERE, entity=entity, choices=(ROMASHKA, other, named))
    command = change_field(Change("PS_LIST", THERE, choices=(CHOICES[1], DueChoice("Мак", "P09"))), now)
    rows = command.params[key][options]
    told_ = [{name.upper().replace("XMLID", "XML_ID"): value for name, value in one.items()} for one in rows]
    assert told_ == [
        {"ID": 31, "VALUE": "Ромашка", "SORT": 40, "XML_ID": "P07"},
        {"ID": 32, "VALUE": "Чужой", "SORT": 90, "XML_ID": "5f"},
        {"ID": 33, "VALUE": "лютик", "SORT": 50, "XML_ID": "P08"},
        {"VALUE": "Мак", "SORT": 100, "XML_ID": "P09"},
    ]


def test_options_that_a_change_took_away_are_noticed() -> None:
    assert lost(WHOLE, THERE) == {32}
    assert lost(THERE, WHOLE) == set()
