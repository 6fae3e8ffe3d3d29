"""Lists of cards: envelopes, pages, orders and filters. Each case names the section of the reference it holds."""

import pytest

from amocrm_caller import Amo
from partnersync_amocrm_sandbox.account import Options
from partnersync_amocrm_sandbox.behaviour import Ends, Order, Scalar, Sent
from partnersync_amocrm_sandbox.calls import Actor
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.changes import Edit, delete, update
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, SECOND_SELLER

FIRST = 10_000_001
ALL_FOUR = [FIRST, FIRST + 1, FIRST + 2, FIRST + 3]


@pytest.fixture(scope="module")
def many() -> Amo:
    """600 deals; tests only read."""
    return Amo(600)


def touched(amo: Amo, *card_ids: int) -> None:
    for card_id in card_ids:
        amo.clock.advance(1)
        update(amo.account, Kind.LEADS, card_id, Edit({"name": "moved"}), Actor(ADMIN), amo.account.now())


def test_an_envelope_has_absolute_links_and_no_total(many: Amo) -> None:
    """§1.3."""
    page = many.get("leads?limit=2&page=2")
    assert set(page) == {"_page", "_links", "_embedded"}
    assert page["_page"] == 2
    assert page["_links"]["self"] == {"href": "http://sandbox.amocrm.ru/api/v4/leads?limit=2&page=2"}
    assert set(page["_links"]) == {"self", "next", "first", "prev"}
    lead = page["_embedded"]["leads"][0]
    assert lead["_links"]["self"]["href"] == f"http://sandbox.amocrm.ru/api/v4/leads/{lead['id']}"


def test_answers_carry_their_content_type_and_a_request_id(many: Amo) -> None:
    """§1.2."""
    response = many.call("GET", "leads")
    assert response.header("content-type") == "application/hal+json"
    assert response.header("X-Request-Id")
    assert many.call("GET", "nope").header("content-type") == "application/problem+json"


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        pytest.param("", 50, id="§1.4 by default 50"),
        pytest.param("?limit=150", 150, id="§1.4 as asked"),
        pytest.param("?limit=250", 250, id="§1.4 the most"),
        pytest.param("?limit=500", 250, id="§1.4 more is clamped without a word"),
        pytest.param("?limit=250&page=3", 100, id="§1.4 a short page is the last"),
        pytest.param("?limit=250&page=4", 0, id="§1.4 behind the end there is nothing"),
    ],
)
def test_pages(many: Amo, asked: str, got: int) -> None:
    assert len(many.rows(f"leads{asked}")) == got


def test_behind_the_end_comes_204_without_a_body(many: Amo) -> None:
    """§1.4, §0.1: nothing is 204, also for a missing entity."""
    for path in ("leads?page=99", "leads/5", "companies/5", "contacts/5"):
        response = many.call("GET", path)
        assert (response.status, response.body) == (204, b"")


@pytest.mark.parametrize("phantom", [True, False])
def test_the_last_page_may_have_a_next(phantom: bool) -> None:
    """§1.4 both readings."""
    amo = Amo(4, phantom_next=phantom)
    assert "next" in amo.get("leads?limit=2&page=1")["_links"]
    assert ("next" in amo.get("leads?limit=2&page=2")["_links"]) is phantom


def test_too_large_a_limit_may_be_refused() -> None:
    """§12.10 the other reading."""
    response = Amo(1, clamps_limit=False).call("GET", "leads?limit=251")
    assert (response.status, response.json()["detail"]) == (422, "Limit 250 per page")


# §4.6, measured
@pytest.mark.parametrize(
    ("kind", "field", "sorted_by"),
    [
        ("leads", "id", "id"),
        ("leads", "updated_at", "updated_at"),
        ("leads", "created_at", "created_at"),
        ("leads", "name", "updated_at"),
        ("leads", "price", "updated_at"),
        ("contacts", "id", "id"),
        ("contacts", "updated_at", "updated_at"),
        ("contacts", "created_at", "updated_at"),
        ("contacts", "name", "name"),
        ("companies", "created_at", "updated_at"),
        ("companies", "name", "name"),
    ],
)
def test_orders_that_exist_and_those_that_do_not(kind: str, field: str, sorted_by: str) -> None:
    amo = Amo(20)
    first = amo.ids(f"{kind}?limit=1&order[id]=asc")[0]
    amo.clock.advance(60)
    amo.patch(f"{kind}/{first}", {"name": "Яма"})  # now it is the last by updated_at and by name
    rows = amo.rows(f"{kind}?limit=250&order[{field}]=desc")
    ascending = rows if field != sorted_by else rows[::-1]
    assert [row[sorted_by] for row in ascending] == sorted(row[sorted_by] for row in rows)


@pytest.mark.parametrize("order", ["", "?order[updated_at]=up", "?order[sky]=desc", "?order=desc"])
def test_nonsense_is_the_default_order(order: str) -> None:
    """§4.6 updated_at ascending, with 200."""
    amo = Amo(5)
    touched(amo, FIRST + 1)
    assert amo.ids(f"leads{order}") == [FIRST, FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 1]


@pytest.mark.parametrize("tie", list(Order))
def test_inside_a_second(tie: Order) -> None:
    """§7 the tie-break is not known: both."""
    amo = Amo(ties=tie)
    ids = [item["id"] for item in amo.post("leads", {}, {}, {})]
    assert amo.ids("leads") == (ids if tie is Order.OLDEST else ids[::-1])


def test_paging_meets_an_edited_lead_again_and_skips_none() -> None:
    """§7 ascending updated_at is safe under edits."""
    amo = Amo(10)
    first = amo.ids("leads?limit=5&page=1")
    touched(amo, first[4])
    assert amo.ids("leads?limit=5&page=2") == [FIRST + 6, FIRST + 7, FIRST + 8, FIRST + 9, FIRST + 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("filter[id]=10000003", [FIRST + 2], id="§4.5 one id"),
        pytest.param("filter[id][]=10000003&filter[id][]=10000001", [FIRST, FIRST + 2], id="§4.5 several ids"),
        pytest.param("filter[id][0]=10000003&filter[id][1]=999", [FIRST + 2], id="§4.5 numbered, one unknown"),
        pytest.param("filter[sky]=1", ALL_FOUR, id="§4.5 unknown: everything"),
        pytest.param("filter[responsible_user_id]=1", [], id="§4.5 nobody's"),
        pytest.param("pipeline_id=1", ALL_FOUR, id="§4.5 without filter[]: ignored"),
        pytest.param("filter[pipeline_id][]=1", [], id="§4.5 another pipeline"),
        pytest.param("filter[updated_at]=5", [], id="§4.5 a scalar moment finds nothing"),
        pytest.param("filter[name]=Сделка 2", [FIRST + 1], id="§4.5 a name"),
        pytest.param("query=сделка 3", [FIRST + 2], id="§4.2 full text"),
        pytest.param("filter[custom_fields_values][500001][]=nobody", [], id="§4.5 a field's value"),
        pytest.param("filter[custom_fields_values][1][]=x", ALL_FOUR, id="unknown field"),
        pytest.param("filter[statuses][0][status_id]=142", ALL_FOUR, id="§4.5 half a pair"),
    ],
)
def test_filters(query: str, found: list[int]) -> None:
    assert Amo(4).ids(f"leads?{query}") == found


def test_the_filter_of_a_stage_needs_both_and_finds_them() -> None:
    """§4.5."""
    amo = Amo(40)
    won = [row["id"] for row in amo.rows("leads") if row["status_id"] == 142]
    assert won
    assert amo.ids("leads?filter[statuses][0][pipeline_id]=4001&filter[statuses][0][status_id]=142") == won


@pytest.mark.parametrize(("ends", "found"), [(Ends.INCLUSIVE, [1, 2, 3]), (Ends.EXCLUSIVE, [2])])
def test_the_ends_of_a_range(ends: Ends, found: list[int]) -> None:
    """§12.1 both readings."""
    amo = Amo(5, range_ends=ends)
    moments = [row["updated_at"] for row in amo.rows("leads")]
    query = f"filter[updated_at][from]={moments[1]}&filter[updated_at][to]={moments[3]}"
    assert amo.ids(f"leads?{query}") == [FIRST + place for place in found]


def test_a_scalar_moment_may_mean_later() -> None:
    """§12.1 the other reading."""
    amo = Amo(3, scalar_updated_at=Scalar.LATER)
    moment = amo.rows("leads")[1]["updated_at"]
    assert amo.ids(f"leads?filter[updated_at]={moment}") == [FIRST + 2]


def test_without_the_option_filters_do_nothing() -> None:
    """§4.5, §12.7 the account says whether it has it."""
    amo = Amo(3)
    amo.account.options = Options(api_filter=False)
    assert amo.get("account?with=is_api_filter_enabled")["is_api_filter_enabled"] is False
    assert len(amo.ids("leads?filter[id]=10000001")) == 3
    refusing = Amo(3, filter_without_option=Sent.REFUSED)
    refusing.account.options = Options(api_filter=False)
    assert refusing.call("GET", "leads?filter[id]=10000001").status == 425


def test_lists_may_be_behind() -> None:
    """§12.15 what changed lately is not in them yet."""
    amo = Amo(3, list_delay_s=10)
    touched(amo, FIRST)
    assert amo.ids("leads") == [FIRST + 1, FIRST + 2]
    amo.clock.advance(10)
    assert amo.ids("leads") == [FIRST + 1, FIRST + 2, FIRST]


def test_deleted_cards() -> None:
    """§7 gone from lists, listed with mostly nulls; only leads admit it; a GET finds nothing, a PATCH gets code 226."""
    amo = Amo(3)
    for kind, card_id in ((Kind.LEADS, FIRST), (Kind.COMPANIES, 30_000_001)):
        delete(amo.account, kind, card_id, Actor(ADMIN), amo.account.now())
    assert amo.ids("leads") == [FIRST + 1, FIRST + 2]
    assert amo.get(f"leads/{FIRST}") is None
    (row,) = amo.rows("leads?with=only_deleted")
    assert (row["id"], row["is_deleted"], row["updated_by"], row["name"]) == (FIRST, True, ADMIN, None)
    assert amo.rows("leads?with=only_deleted&filter[id]=5") == []
    (company,) = amo.rows("companies?with=only_deleted")
    assert (company["is_deleted"], company["name"]) == (False, None)
    assert amo.errors("PATCH", f"leads/{FIRST}", {"name": "x"}) == [(226, "id")]
    amo.clock.advance(31 * 86_400)
    assert amo.rows("leads?with=only_deleted") == []


def test_the_trash_may_keep_longer() -> None:
    """§12.18."""
    amo = Amo(1, trash_life_days=60)
    delete(amo.account, Kind.LEADS, FIRST, Actor(ADMIN), amo.account.now())
    amo.clock.advance(31 * 86_400)
    assert len(amo.rows("leads?with=only_deleted")) == 1


def test_with_adds_what_it_names() -> None:
    """§4.1."""
    amo = Amo(2)
    plain, full = amo.get(f"leads/{FIRST}"), amo.get(f"leads/{FIRST}?with=contacts,loss_reason,catalog_elements")
    assert set(plain["_embedded"]) == {"tags", "companies"}
    assert set(full["_embedded"]) == {"tags", "companies", "contacts", "loss_reason", "catalog_elements"}
    (contact,) = full["_embedded"]["contacts"]
    assert contact["is_main"] is True
    assert amo.get(f"contacts/{contact['id']}?with=leads")["_embedded"]["leads"][0]["id"] == FIRST


def test_an_empty_card_has_null_fields() -> None:
    """§5.1."""
    amo = Amo()
    lead = amo.new("leads", {"name": "пусто"})
    assert amo.get(f"leads/{lead}")["custom_fields_values"] is None


def test_the_price_in_minor_units_may_be_told() -> None:
    """§12.16."""
    amo = Amo(minor_units=True)
    lead = amo.get(f"leads/{amo.new('leads', {'price': 10.5})}")
    assert (lead["price"], float(lead["price_with_minor_units"])) == (10, 10.5)


def test_if_modified_since_may_be_honoured() -> None:
    """§12.19."""
    header = {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}
    assert Amo(1).call("GET", "leads", headers=header).status == 200
    assert Amo(1, honours_if_modified_since=True).call("GET", "leads", headers=header).status == 304


@pytest.mark.parametrize(
    ("right", "seen"),
    [("A", {FIRST_SELLER, SECOND_SELLER}), ("M", {FIRST_SELLER}), ("G", {FIRST_SELLER}), ("D", set())],
)
def test_a_seller_sees_what_he_may(right: str, seen: set[int]) -> None:
    """§2.1, §4.15 a token of somebody who is no admin has his rights."""
    amo = Amo(40)
    amo.account.users[FIRST_SELLER].rights["leads"]["view"] = right
    amo.token = amo.token_of(FIRST_SELLER)
    rows = amo.rows("leads")
    owners = {row["responsible_user_id"] for row in rows}
    assert owners == seen
