"""Whatever is sent, the sandbox answers as an API does, and a refusal changes nothing."""

from collections.abc import Sized
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix24_caller import COMPANY, DEAL, Bitrix
from partnersync_bitrix24_sandbox.contracts import Contract, contract
from partnersync_bitrix24_sandbox.methods import METHODS
from partnersync_bitrix24_sandbox.sample import ADMIN, CLIENT_ID

NAMES = st.sampled_from(
    "entityTypeId id fields select filter order start params moduleId field userTypeId enum value VALUE LIST ID"
    " title stageId categoryId opportunity contactIds companyId fm typeId observers ufCrmProducts ufCrmPaid"
    " UF_CRM_PARTNER TITLE STAGE_ID PHONE USER_TYPE_ID FIELD_NAME SETTINGS ENTITY_TYPE_ID ENTITY_ID ENTITY_TYPE"
    " COMMENT PRESET_ID NAME RQ_INN ownerType ownerId ownerTypeId productRows price quantity entityId text iconCode"
    " itemType itemId deadline layout OWNER_ID OWNER_TYPE_ID TYPE_ID RESPONSIBLE_ID UF_CRM_TASK taskId DEADLINE"
    " event handler event_type auth_type clear process_id limit message_id error relations parent scope extras data"
    " STATUS_ID SORT SEMANTICS name sort type values entityIds entity_type halt cmd 0 1 n0 logic >id @id %title".split()
)
TEXTS = (
    " x D deal crm enumeration money crm_status CRM_DEAL UF_CRM_DEAL_X DEAL_STAGE NEW WON Y OR 2025-10-19T00:00:00Z"
    " CO_1 5|RUB PHONE offline ONCRMDEALUPDATE $result[a]"
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 2, 3, 4, 8, 31, 128, 1030, -5, 3101, 501, 10**12])
    | st.sampled_from(TEXTS.split(" "))
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=12
)


def params_of(method: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Parameters that the method knows, often with names in them that it knows as well."""
    known = contract(method) or Contract({}, (), {}, {})
    common = {"entityTypeId": st.just(DEAL), "id": st.just(1)}
    told: dict[str, st.SearchStrategy[Any]] = {}
    for name in known.parameters:
        inner = sorted(known.inside.get(name, {}))
        values = JSON if not inner else JSON | st.dictionaries(st.sampled_from(inner), JSON, max_size=6)
        told[name] = values | common[name] if name in common else values
    return st.tuples(st.just(method), st.fixed_dictionaries({}, optional=told))


CALLS = st.sampled_from(sorted(METHODS)).flatmap(params_of)


def state(b24: Bitrix) -> list[Any]:
    portal = b24.portal
    counted: list[Sized] = [
        portal.user_fields,
        portal.statuses,
        portal.categories[DEAL],
        portal.smart_processes,
        portal.layouts,
    ]
    timeline = portal.timeline
    counted += [timeline.entries, timeline.activities, timeline.tasks, timeline.notes]
    fields = [(one.name, one.sort, len(one.options)) for one in portal.user_fields.values()]
    cards = [portal.card(type_id, card_id) for type_id in (DEAL, COMPANY) for card_id in (1, 2, 3)]
    told = [(card.values, card.multi, card.rows) for card in cards if card]
    return [*map(len, counted), fields, told, len(portal.requisites.records), portal.events.bindings]


@settings(deadline=None, max_examples=300)
@given(call=CALLS, strict=st.booleans())
def test_any_parameters(call: tuple[str, dict[str, Any]], strict: bool) -> None:
    method, params = call
    b24 = Bitrix(2, contract="refused" if strict else "ignored")
    before = state(b24)
    token = b24.portal.tokens.pair(CLIENT_ID, ADMIN, b24.portal.now()).access
    response = b24.call(f"/rest/{method}", {**params, "auth": token})
    assert response.status in (200, 400, 403)
    told = response.json()
    assert ("error" in told) is (response.status != 200)
    if response.status != 200:
        assert state(b24) == before


@settings(deadline=None)
@given(
    cmd=JSON | st.lists(st.sampled_from(["profile", "crm.item.get?entityTypeId=2&id=1", "batch", "?", "a?b[=1&[]=2"]))
)
def test_any_batch(cmd: Any) -> None:
    told = Bitrix(2, contract="ignored").result("batch", cmd=cmd, halt=0)
    assert set(told) == {"result", "result_error", "result_total", "result_next", "result_time"}


@given(body=st.binary(max_size=60), kind=st.sampled_from(["application/json", "", "multipart/form-data; boundary=x"]))
def test_any_bytes(body: bytes, kind: str) -> None:
    b24 = Bitrix()
    response = b24.call("profile", headers={"Content-Type": kind}) if not body else b24.raw("profile", body, kind)
    assert response.status in (200, 400)
