"""Writing cards: what is stored, what is refused and how the refusal reads. Each case names its section."""

from typing import Any

import pytest

from amocrm_caller import START, Amo
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.behaviour import Batch, Noop, Sent
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.definitions import Field
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN, REGISTRATIONS

FIRST = 10_000_001
NO_CHOICE = "NotSupportedChoice"


def cf(field_id: Any, *values: Any) -> dict[str, Any]:
    return {"custom_fields_values": [{"field_id": field_id, "values": list(values)}]}


def held(amo: Amo, card_id: int, field_id: int, kind: str = "leads") -> Any:
    fields = amo.get(f"{kind}/{card_id}")["custom_fields_values"] or []
    return next((field["values"] for field in fields if field["field_id"] == field_id), None)


def with_field(type_: str, **behaviour: Any) -> Amo:
    """An account whose field 900 of leads has this type."""
    amo = Amo(1, **behaviour)
    amo.account.fields["leads"][900] = Field(900, "leads", type_, "Поле", "F")
    return amo


def test_a_batch_answers_ids_and_request_ids() -> None:
    """§1.3 by position where none is given."""
    amo = Amo()
    first, second = amo.post("leads", {"name": "a"}, {"name": "b", "request_id": "x7"})
    assert (first["request_id"], second["request_id"]) == ("0", "x7")
    assert set(first) == {"request_id", "id", "_links"}
    changed = amo.patch("leads", [{"id": first["id"], "name": "c"}])["_embedded"]["leads"][0]
    assert set(changed) == {"request_id", "id", "updated_at", "_links"}
    assert set(amo.patch(f"leads/{first['id']}", {"name": "d"})) == {"id", "updated_at", "_links"}


def test_a_new_lead_stands_in_the_first_stage_of_the_main_pipeline() -> None:
    """§4.1, author and owner are the user behind the token."""
    amo = Amo()
    lead = amo.get(f"leads/{amo.new('leads', {})}")
    assert (lead["pipeline_id"], lead["status_id"]) == (MAIN, 4_101)
    assert (lead["created_by"], lead["updated_by"], lead["created_at"]) == (ADMIN, ADMIN, START + 1)


# type of field 900, what is written, what is read back
@pytest.mark.parametrize(
    ("type_", "written", "read"),
    [
        pytest.param("text", "P-17", "P-17", id="§5.3 text"),
        pytest.param("textarea", "a\nb", "a\nb", id="§5.3 new lines"),
        pytest.param("numeric", "1.50", "1.50", id="§5.3 numeric stays a text"),
        pytest.param("checkbox", True, True, id="§5.3 checkbox"),
        pytest.param("url", "https://a.example", "https://a.example", id="§5.3 url"),
        pytest.param("date", 1634601600, 1634590800, id="§5.3 a date falls to the account's midnight"),
        pytest.param("date", "2021-10-19T02:00:00+03:00", 1634590800, id="§5.3 RFC 3339"),
        pytest.param("date_time", 1634601600, 1634601600, id="§5.3 a moment stays"),
        pytest.param("date_time", "2021-10-19T00:00:00+00:00", 1634601600, id="§5.3 a moment as text"),
        pytest.param("legal_entity", {"name": "ООО", "vat_id": "1"}, {"name": "ООО", "vat_id": "1"}, id="§5.3 legal"),
    ],
)
def test_values_by_type(type_: str, written: Any, read: Any) -> None:
    amo = with_field(type_)
    amo.patch(f"leads/{FIRST}", cf(900, {"value": written}))
    (field,) = [one for one in amo.get(f"leads/{FIRST}")["custom_fields_values"] if one["field_id"] == 900]
    assert field == {
        "field_id": 900,
        "field_name": "Поле",
        "field_code": "F",
        "field_type": type_,
        "values": [{"value": read}],
    }


@pytest.mark.parametrize(
    "chosen",
    [{"value": "P02"}, {"enum_id": seeds.partner_enum(1)}, {"enum_code": "P02"}],
    ids=lambda one: next(iter(one)),
)
def test_a_choice_is_written_in_three_ways(chosen: dict[str, Any]) -> None:
    """§5.3."""
    amo = Amo(1)
    amo.patch(f"leads/{FIRST}", cf(seeds.SELLER_SAYS, chosen))
    assert held(amo, FIRST, seeds.SELLER_SAYS) == [
        {"value": "P02", "enum_id": seeds.partner_enum(1), "enum_code": "P02"}
    ]


def test_several_values_replace_those_before() -> None:
    """§5.3 phones keep their kind, WORK by default."""
    amo = Amo(1)
    contact = 20_000_001
    amo.patch(f"contacts/{contact}", cf(seeds.PHONE, {"value": "+71", "enum_code": "MOB"}, {"value": "+72"}))
    phones = held(amo, contact, seeds.PHONE, "contacts")
    assert [(one["value"], one["enum_code"]) for one in phones] == [("+71", "MOB"), ("+72", "WORK")]


def test_a_field_is_named_by_code_too_and_its_name_is_tolerated() -> None:
    """§4.11, §5.2; fields that are not sent stay."""
    amo = Amo(1)
    before = amo.get(f"leads/{FIRST}")["custom_fields_values"]
    field = {"field_code": "PROMO_CODE", "field_name": "любое", "values": [{"value": "X"}]}
    amo.patch(f"leads/{FIRST}", {"custom_fields_values": [field]})
    after = amo.get(f"leads/{FIRST}")["custom_fields_values"]
    assert held(amo, FIRST, seeds.PROMO_CODE) == [{"value": "X"}]
    assert [one for one in before if one["field_code"] != "PROMO_CODE"] == [
        one for one in after if one["field_code"] != "PROMO_CODE"
    ]


@pytest.mark.parametrize("cleared", [None, []])
def test_a_value_is_cleared_and_then_absent(cleared: Any) -> None:
    """§5.3."""
    amo = Amo(1)
    amo.patch(f"leads/{FIRST}", cf(seeds.PROMO_CODE, {"value": "X"}))
    amo.patch(f"leads/{FIRST}", {"custom_fields_values": [{"field_id": seeds.PROMO_CODE, "values": cleared}]})
    assert held(amo, FIRST, seeds.PROMO_CODE) is None


@pytest.mark.parametrize(("reading", "left"), [(Sent.TAKEN, [{"value": ""}]), (Sent.IGNORED, None)])
def test_an_empty_text(reading: Sent, left: Any) -> None:
    """§12.14 both readings."""
    amo = Amo(1, empty_string=reading)
    amo.patch(f"leads/{FIRST}", cf(seeds.PROMO_CODE, {"value": ""}))
    assert held(amo, FIRST, seeds.PROMO_CODE) == left


@pytest.mark.parametrize(
    ("item", "found"),
    [
        pytest.param(cf(1, {"value": "x"}), (NO_CHOICE, "custom_fields_values.0.field_id"), id="§3.2 unknown field"),
        pytest.param(
            {"custom_fields_values": [{"field_code": "NO", "values": [{"value": "x"}]}]},
            (NO_CHOICE, "custom_fields_values.0.field_code"),
            id="unknown code",
        ),
        pytest.param(
            cf(seeds.SELLER_SAYS, {"enum_id": 1}),
            (NO_CHOICE, "custom_fields_values.0.values.0.enum_id"),
            id="§3.2 unknown choice",
        ),
        pytest.param(
            cf(seeds.SELLER_SAYS, {"value": "nobody"}),
            (NO_CHOICE, "custom_fields_values.0.values.0.value"),
            id="§3.2 unknown choice by text",
        ),
        pytest.param(
            cf(seeds.SELLER_SAYS, {"value": "P01", "enum_code": None}),
            ("InvalidType", "custom_fields_values.0.values.0.enum_code"),
            id="§0.1 a null code",
        ),
        pytest.param(
            cf(seeds.PROMO_CODE, {"value": "x", "enum_code": None}),
            ("FieldNotExpected", "custom_fields_values.0.values.0.enum_code"),
            id="§3.2 what was read is no legal write",
        ),
        pytest.param(
            cf(seeds.PROMO_CODE, {"value": 7}),
            ("InvalidType", "custom_fields_values.0.values.0.value"),
            id="§3.2 a number for a text",
        ),
        pytest.param(
            cf(seeds.PROMO_CODE, {}),
            ("FieldMissing", "custom_fields_values.0.values.0.value"),
            id="§3.2 no value",
        ),
        pytest.param(
            cf(seeds.PROMO_CODE, {"value": "x" * 256}),
            ("TooLong", "custom_fields_values.0.values.0.value"),
            id="§5.3 a text over 255",
        ),
        pytest.param(
            cf(seeds.PAID, {"value": 10}),
            ("InvalidType", "custom_fields_values.0.values.0.value"),
            id="§5.3 a JSON number for numeric",
        ),
        pytest.param(
            cf(seeds.PAID, {"value": "ten"}),
            ("InvalidType", "custom_fields_values.0.values.0.value"),
            id="a word for numeric",
        ),
        pytest.param(
            cf(seeds.PAID_ON, {"value": "19.10.2021"}),
            ("InvalidType", "custom_fields_values.0.values.0.value"),
            id="a date in another form",
        ),
        pytest.param({"custom_fields_values": {}}, ("InvalidType", "custom_fields_values"), id="§3.2 no array"),
        pytest.param({"price": "12"}, ("InvalidType", "price"), id="a text for the price"),
        pytest.param({"status_id": 4_201, "pipeline_id": MAIN}, (NO_CHOICE, "status_id"), id="§4.1 another's stage"),
        pytest.param({"pipeline_id": 1}, (NO_CHOICE, "pipeline_id"), id="unknown pipeline"),
        pytest.param({"responsible_user_id": 1}, (NO_CHOICE, "responsible_user_id"), id="§3.2 unknown user"),
        pytest.param({"created_by": 1}, (NO_CHOICE, "created_by"), id="§3.2 unknown author"),
        pytest.param({"account_id": 1}, ("FieldNotExpected", "account_id"), id="§0.1 a key that is only read"),
        pytest.param({"loss_reason_id": 1}, (NO_CHOICE, "loss_reason_id"), id="unknown reason"),
        pytest.param({"_embedded": {"contacts": []}}, ("FieldNotExpected", "_embedded.contacts"), id="§4.1 on edit"),
        pytest.param({"updated_at": 5}, ("InvalidValue", "updated_at"), id="§7 an older moment"),
    ],
)
def test_what_the_validation_finds(item: dict[str, Any], found: tuple[str, str]) -> None:
    amo = Amo(1)
    before = amo.get(f"leads/{FIRST}")
    assert amo.errors("PATCH", f"leads/{FIRST}", item) == [found]
    assert amo.get(f"leads/{FIRST}") == before


def test_the_refusal_of_a_batch_word_for_word() -> None:
    """§3.4."""
    response = Amo().call("POST", "leads", [cf(1, {"value": "x"})])
    assert response.json() == {
        "validation-errors": [
            {
                "request_id": "0",
                "errors": [
                    {
                        "code": "NotSupportedChoice",
                        "path": "custom_fields_values.0.field_id",
                        "detail": "The value you selected is not a valid choice.",
                    }
                ],
            }
        ],
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Request validation failed",
    }


def test_a_single_calls_refusal_has_no_request_id() -> None:
    """§3.1."""
    response = Amo(1).call("PATCH", f"leads/{FIRST}", {"price": "x"})
    assert set(response.json()["validation-errors"][0]) == {"errors"}


@pytest.mark.parametrize(("reading", "names"), [(Batch.REFUSED, ["Сделка 1"]), (Batch.STORED, ["good"])])
def test_one_bad_item(reading: Batch, names: list[str]) -> None:
    """§12.3 the whole batch is refused, or the good items are stored all the same: 400 both."""
    amo = Amo(1, mixed_batch=reading)
    items = [{"id": FIRST, "name": "good"}, {"id": 5, "name": "bad"}]
    assert amo.errors("PATCH", "leads", items) == [(NO_CHOICE, "id")]
    assert [row["name"] for row in amo.rows("leads")] == names


@pytest.mark.parametrize(("reading", "status"), [(Sent.REFUSED, 422), (Sent.TAKEN, 200)])
def test_more_than_250_items(reading: Sent, status: int) -> None:
    """§1.4."""
    assert Amo(over_250_items=reading).call("POST", "leads", [{}] * 251).status == status


@pytest.mark.parametrize(
    ("behaviour", "item"),
    [
        pytest.param({"number_for_numeric": Sent.TAKEN}, cf(seeds.PAID, {"value": 10}), id="§5.3 numbers may pass"),
        pytest.param({"text_limit": 256}, cf(seeds.PROMO_CODE, {"value": "x" * 256}), id="§12.8 the limit may be 256"),
        pytest.param({"unknown_keys": Sent.IGNORED}, {"account_id": 1}, id="unknown keys may pass"),
        pytest.param({"older_updated_at": Sent.IGNORED}, {"updated_at": 5}, id="§12.4 an older moment may be ignored"),
        pytest.param({"four_byte_text": Sent.IGNORED}, cf(seeds.PROMO_CODE, {"value": "a😀"}), id="§12.8 emoji"),
    ],
)
def test_the_lenient_readings(behaviour: dict[str, Any], item: dict[str, Any]) -> None:
    assert Amo(1, **behaviour).patch(f"leads/{FIRST}", item)["id"] == FIRST


def test_an_older_moment_may_be_taken() -> None:
    """§12.4."""
    amo = Amo(1, older_updated_at=Sent.TAKEN)
    assert amo.patch(f"leads/{FIRST}", {"updated_at": 5})["updated_at"] == 5


@pytest.mark.parametrize(("reading", "moves"), [(Noop.BUMPS, True), (Noop.SILENT, False)])
def test_a_patch_that_changes_nothing(reading: Noop, moves: bool) -> None:
    """§12.2 both readings; no event either way."""
    amo = Amo(1, noop=reading)
    before = amo.get(f"leads/{FIRST}")
    amo.patch(f"leads/{FIRST}", {"name": before["name"]})
    assert (amo.get(f"leads/{FIRST}")["updated_at"] != before["updated_at"]) is moves
    assert amo.account.events.events == []


def test_the_author_of_a_change() -> None:
    """§7 the user behind the token, or who is named; 0 is the robot."""
    amo = Amo(1)
    amo.token = amo.token_of(FIRST_SELLER)
    amo.patch(f"leads/{FIRST}", {"name": "a"})
    assert amo.get(f"leads/{FIRST}")["updated_by"] == FIRST_SELLER
    amo.patch(f"leads/{FIRST}", {"name": "b", "updated_by": 0})
    assert amo.get(f"leads/{FIRST}")["updated_by"] == 0


@pytest.mark.parametrize(
    ("right", "owner", "status"),
    [("A", ADMIN, 200), ("M", ADMIN, 400), ("M", FIRST_SELLER, 200), ("G", ADMIN, 200), ("D", FIRST_SELLER, 400)],
)
def test_a_seller_changes_what_he_may(right: str, owner: int, status: int) -> None:
    """§3.4 without the right: 400 with code 244 in the text."""
    amo = Amo()
    lead = amo.new("leads", {"responsible_user_id": owner})
    amo.account.users[FIRST_SELLER].rights["leads"]["edit"] = right
    amo.token = amo.token_of(FIRST_SELLER)
    response = amo.call("PATCH", f"leads/{lead}", {"name": "x"})
    assert response.status == status
    if status == 400:
        assert response.json()["detail"].startswith("Код ошибки 244.")


def test_stages_close_and_open() -> None:
    """§4.10 142 and 143 stand in every pipeline."""
    amo = Amo()
    lead = amo.new("leads", {"pipeline_id": REGISTRATIONS})
    amo.patch(f"leads/{lead}", {"status_id": 143, "loss_reason_id": 4_901})
    closed = amo.get(f"leads/{lead}")
    assert (closed["pipeline_id"], closed["closed_at"], closed["loss_reason_id"]) == (REGISTRATIONS, START + 2, 4_901)
    amo.patch(f"leads/{lead}", {"status_id": 4_201, "pipeline_id": REGISTRATIONS})
    opened = amo.get(f"leads/{lead}")
    assert (opened["closed_at"], opened["loss_reason_id"]) == (None, None)


def test_any_update_takes_a_lead_out_of_the_unsorted() -> None:
    """§4.1."""
    amo = Amo()
    (told,) = amo.call("POST", "leads/complex", [{"_embedded": {"metadata": {"category": "forms"}}}]).json()
    assert amo.get(f"leads/{told['id']}")["status_id"] == 4_010
    amo.patch(f"leads/{told['id']}", {"name": "x"})
    assert amo.get(f"leads/{told['id']}")["status_id"] == 4_101


@pytest.mark.parametrize(
    ("change", "left"),
    [
        pytest.param({"_embedded": {"tags": [{"name": "b"}]}}, ["b"], id="§4.1 embedded tags replace"),
        pytest.param({"_embedded": {"tags": []}}, [], id="§4.1 an empty list clears"),
        pytest.param({"_embedded": {"tags": None}}, ["a"], id="§4.1 null does nothing"),
        pytest.param({"tags_to_add": [{"name": "b"}]}, ["a", "b"], id="§4.1 added"),
        pytest.param({"tags_to_delete": [{"name": "a"}]}, [], id="§4.1 deleted"),
    ],
)
def test_tags(change: dict[str, Any], left: list[str]) -> None:
    amo = Amo()
    lead = amo.new("leads", {"tags_to_add": [{"name": "a"}]})
    amo.patch(f"leads/{lead}", change)
    assert [tag["name"] for tag in amo.get(f"leads/{lead}")["_embedded"]["tags"]] == left


def test_a_refused_request_makes_no_tag() -> None:
    amo = Amo()
    amo.errors("POST", "leads", [{"tags_to_add": [{"name": "a"}], "price": "x"}])
    assert amo.get("leads/tags") is None


def test_null_may_clear_all_tags() -> None:
    """§12.17 the other reading."""
    amo = Amo(tags_null=Sent.TAKEN)
    lead = amo.new("leads", {"tags_to_add": [{"name": "a"}]})
    amo.patch(f"leads/{lead}", {"_embedded": {"tags": None}})
    assert amo.get(f"leads/{lead}")["_embedded"]["tags"] == []


def test_tags_by_name() -> None:
    """§4.13 a known name gives its id."""
    amo = Amo()
    assert amo.get("leads/tags") is None
    first, again = amo.new("leads/tags", {"name": "vip"}), amo.new("leads/tags", {"name": "vip"})
    assert first == again
    assert amo.ids("leads/tags?filter[name]=vip") == [first]
    assert amo.get("companies/tags?filter[name]=vip") is None


def test_complex_makes_three_cards_that_know_each_other() -> None:
    """§4.1 a bare array."""
    amo = Amo()
    item = {"name": "Сделка", "_embedded": {"contacts": [{"first_name": "Имя"}], "companies": [{"name": "ООО"}]}}
    (told,) = amo.call("POST", "leads/complex", [item]).json()
    assert told["request_id"] == ["0"]
    lead = amo.get(f"leads/{told['id']}?with=contacts")["_embedded"]
    assert [lead["companies"][0]["id"], lead["contacts"][0]["id"]] == [told["company_id"], told["contact_id"]]
    assert amo.get(f"contacts/{told['contact_id']}")["_embedded"]["companies"][0]["id"] == told["company_id"]


def test_links() -> None:
    """§4.12, both ways; a second time the server breaks (§11.19); unlink answers 204."""
    amo = Amo(1)
    end = {"to_entity_id": 30_000_001, "to_entity_type": "companies"}
    amo.post(f"leads/{FIRST}/link", end)
    assert amo.get(f"leads/{FIRST}")["_embedded"]["companies"][0]["id"] == 30_000_001
    assert amo.get("companies/30000001?with=leads")["_embedded"]["leads"][0]["id"] == FIRST
    again = amo.call("POST", f"leads/{FIRST}/link", [end])
    assert (again.status, again.json()["title"]) == (500, "ErrInternalServer")
    rows = amo.rows(f"leads/{FIRST}/links?filter[to_entity_id]=30000001&filter[to_entity_type]=companies")
    assert [row["to_entity_id"] for row in rows] == [30_000_001]
    assert amo.call("POST", f"leads/{FIRST}/unlink", [end]).status == 204
    assert amo.get(f"leads/{FIRST}")["_embedded"]["companies"] == []
    company = {"entity": {"type": "company", "id": 30_000_001}}
    events = [(row["type"], row["value_after"]) for row in amo.rows("events")]
    assert events == [("entity_unlinked", [{"unlink": company}]), ("entity_linked", [{"link": company}])]


def test_linking_twice_may_do_nothing() -> None:
    """§11.19 the other reading."""
    amo = Amo(1, link_twice=Sent.TAKEN)
    end = {"to_entity_id": 30_000_001, "to_entity_type": "companies"}
    for _ in range(2):
        amo.post(f"leads/{FIRST}/link", end)
    assert len(amo.rows(f"leads/{FIRST}/links?filter[to_entity_id]=30000001&filter[to_entity_type]=companies")) == 1


def test_the_code_of_too_long_a_text_is_a_switch() -> None:
    """§12.8."""
    item = cf(seeds.PROMO_CODE, {"value": "x" * 256})
    found = Amo(1, text_limit_code="InvalidLength").errors("PATCH", f"leads/{FIRST}", item)
    assert found == [("InvalidLength", "custom_fields_values.0.values.0.value")]


def test_a_catalog_element_hangs_on_a_lead() -> None:
    """§4.14, §4.12; catalogs are not deleted."""
    amo = Amo(1)
    catalog = amo.new("catalogs", {"name": "Партнёры"})
    field = amo.new(f"catalogs/{catalog}/custom_fields", {"type": "text", "name": "Код", "code": "CODE"})
    element = amo.new(f"catalogs/{catalog}/elements", {"name": "P01"} | cf(field, {"value": "P01"}))
    read = amo.get(f"catalogs/{catalog}/elements/{element}")
    assert read["custom_fields_values"][0]["values"] == [{"value": "P01"}]
    end = {"to_entity_id": element, "to_entity_type": "catalog_elements", "metadata": {"catalog_id": catalog}}
    amo.post(f"leads/{FIRST}/link", end)
    (shown,) = amo.get(f"leads/{FIRST}?with=catalog_elements")["_embedded"]["catalog_elements"]
    assert (shown["id"], shown["metadata"]["catalog_id"]) == (element, catalog)
    assert amo.call("DELETE", f"catalogs/{catalog}").status == 405


def test_required_fields_may_hold_for_programs_too() -> None:
    """§12.6 by default they do not."""
    move = {"status_id": 4_102, "pipeline_id": MAIN}
    for enforced in (False, True):
        amo = Amo(required_statuses_by_api=enforced)
        lead = amo.new("leads", {})
        amo.patch(f"leads/custom_fields/{seeds.PROMO_CODE}", {"required_statuses": [move]})
        assert amo.call("PATCH", f"leads/{lead}", move).status == (400 if enforced else 200)
        assert amo.call("PATCH", f"leads/{lead}", move | cf(seeds.PROMO_CODE, {"value": "x"})).status == 200


def test_too_large_a_body() -> None:
    """§12.20."""
    assert Amo(max_body=10).call("POST", "leads", [{"name": "x" * 20}]).status == 413


def test_a_contact_answers_its_name() -> None:
    """§1.3."""
    amo = Amo()
    contact = amo.new("contacts", {"first_name": "Имя", "last_name": "Фамилия"})
    assert amo.patch(f"contacts/{contact}", {"last_name": "Иная"})["name"] == "Имя Иная"
    assert amo.account.cards[Kind.CONTACTS].get(contact) is not None
