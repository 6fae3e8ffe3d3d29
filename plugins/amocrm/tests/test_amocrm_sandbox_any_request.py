"""Whatever is sent, the sandbox answers as an API does, and a refusal changes nothing."""

from collections.abc import Sized
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amocrm_caller import Amo
from partnersync_amocrm_sandbox import seeds

LEAD = 10_000_001
WRITES = [
    "POST leads",
    "PATCH leads",
    f"PATCH leads/{LEAD}",
    "POST contacts",
    "PATCH companies",
    "POST leads/complex",
    "POST leads/custom_fields",
    f"PATCH leads/custom_fields/{seeds.SELLER_SAYS}",
    "POST leads/custom_fields/groups",
    "POST leads/pipelines",
    "POST leads/pipelines/4001/statuses",
    "POST leads/tags",
    f"POST leads/{LEAD}/link",
    "POST leads/link",
    "POST companies/unlink",
    "POST catalogs",
    "POST catalogs/1/elements",
    f"POST leads/{LEAD}/notes",
    "POST leads/notes",
    "POST tasks",
    "PATCH tasks",
    "POST calls",
    "POST users",
    "POST roles",
    "POST webhooks",
    "DELETE webhooks",
]
READS = [
    "leads",
    "contacts",
    "companies",
    "events",
    "tasks",
    "leads/notes",
    "leads/tags",
    "leads/custom_fields",
    "webhooks",
]
KEYS = st.sampled_from(
    "id name price status_id pipeline_id custom_fields_values field_id field_code values value"
    " enum_id enum_code enums code type _embedded tags contacts companies tags_to_add note_type"
    " params text entity_id entity_type complete_till phone direction duration source to_entity_id"
    " to_entity_type metadata catalog_id settings destination sort color statuses request_id"
    " required_statuses fields rights email result is_completed loss_reason_id updated_at".split()
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 142, 4_001, LEAD, 20_000_001, seeds.SELLER_SAYS, seeds.PAID_ON, -5, 10**12])
    | st.sampled_from(
        ["", "x", "select", "common", "leads", "companies", "inbound", "PROMO_CODE", "2021-10-19T00:00:00Z"]
    )
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)
NAMES = st.sampled_from(
    "limit page with query order[id] order[updated_at] filter filter[id] filter[id][]"
    " filter[updated_at] filter[updated_at][from] filter[updated_at][to]"
    " filter[statuses][0][pipeline_id] filter[statuses][0] filter[custom_fields_values][500001][]"
    " filter[custom_fields_values][500005][from] filter[type] filter[type][] filter[created_at]"
    " filter[created_at][] filter[entity] filter[entity_id] filter[name] filter[price][from]"
    " filter[created_by] filter[value_after][leads_statuses] filter[destination] filter[is_completed]"
    " filter[closest_task_at][to] filter[value_before][responsible_user_id]".split()
)
TEXTS = st.sampled_from(
    ["", "1", "-3", "x", "desc", "250", "lead", "1,2", "only_deleted", "99999999999999999999", "é", "name"]
)


def state(amo: Amo) -> list[Any]:
    account = amo.account
    counted: list[Sized] = [
        account.notes,
        account.tasks,
        account.catalogs,
        account.pipelines,
        account.users,
        account.events.events,
    ]
    fields = [(one.id, one.name, [enum.id for enum in one.enums]) for one in account.fields["leads"].values()]
    return [*(len(one) for one in counted), fields, amo.rows("leads"), amo.rows("companies"), amo.rows("leads/tags")]


@given(call=st.sampled_from(WRITES), body=JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=6), max_size=3))
def test_any_body(call: str, body: Any) -> None:
    amo = Amo(2)
    before = state(amo)
    method, path = call.split()
    response = amo.call(method, path, body)
    assert response.status in (200, 201, 202, 204, 400, 403, 404, 422, 500)
    if response.status == 500:
        assert response.json()["title"] == "ErrInternalServer"  # what is linked already is linked
    if response.status >= 400:
        assert state(amo) == before


@given(path=st.sampled_from(READS), query=st.lists(st.tuples(NAMES, TEXTS), max_size=5))
def test_any_query(path: str, query: list[tuple[str, str]]) -> None:
    text = "&".join(f"{name}={value}" for name, value in query)
    assert Amo(2).call("GET", f"{path}?{text}").status in (200, 204, 400)
