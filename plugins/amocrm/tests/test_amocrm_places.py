"""Names of the settings are found in the account, or refused with the nearest that there is."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from amocrm_cards import FIELDS, known
from partnersync.errors import ConfigError
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.places import places_of


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(
            {"deals": {"fields": {"promo_code": "PROMOO"}}},
            'deals.fields.promo_code: the account has no field of leads "PROMOO". Did you mean "PROMO"?',
            id="a code with a slip",
        ),
        pytest.param(
            {"partners": {"field": "Типп"}},
            'partners.field: the account has no field of companies "Типп". Did you mean "Тип"?',
            id="a name with a slip",
        ),
        pytest.param({"deals": {"fields": {"title": "Web"}}}, 'no field of leads "Web"', id="a field of other cards"),
        pytest.param(
            {"deals": {"pipelines": ["Продажа"]}},
            'deals.pipelines: the account has no pipeline "Продажа". Did you mean "Продажи"?',
            id="a pipeline",
        ),
        pytest.param(
            {"deals": {"states": {"Продажи/Нова": "won"}}},
            'no stage of Продажи "Нова". Did you mean "Новая"?',
            id="a stage",
        ),
        pytest.param(
            {"deals": {"partner": [{"catalog": "Партнеры"}]}},
            'no catalog "Партнеры". Did you mean "Партнёры"?',
            id="a catalog",
        ),
        pytest.param(
            {"registrations": {"pipeline": "Zzz"}}, "Known: Заявки, Продажи", id="nothing is near: all that there is"
        ),
        pytest.param(
            {"deals": {"ours": {"ps_source": "PS_SOURCE"}}},
            "deals.ours.ps_source: the account has no field",
            id="one of ours that is named",
        ),
    ],
)
def test_a_name_that_is_not_there(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        places_of(Mapped.model_validate(keys), known())
    assert told in str(raised.value)


def test_a_name_that_is_there_twice_is_no_name() -> None:
    twin = replace(FIELDS["Двойник"], id=1)
    account = known(fields={"leads": (FIELDS["Двойник"], twin), "companies": (), "contacts": ()})
    with pytest.raises(ConfigError, match=r'has 2 with the name "Двойник"\. Rename one field'):
        places_of(Mapped.model_validate({"deals": {"fields": {"title": "Двойник"}}}), account)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param({"deals": {"partner": [{}]}}, "names not exactly one place", id="no source"),
        pytest.param(
            {"deals": {"partner": [{"select": "A", "company": True}]}}, "names not exactly one place", id="two"
        ),
        pytest.param(
            {"deals": {"partner": [{"text": "A", "code": "B"}]}}, "code without catalog", id="a code of nothing"
        ),
        pytest.param(
            {"deals": {"fields": {"promo_kode": "A"}}}, 'Did you mean "promo_code"', id="a column with a slip"
        ),
        pytest.param(
            {"deals": {"fields": {"state": "A"}}}, "is no column of deal records that a field", id="of the card itself"
        ),
        pytest.param({"partners": {"tag": "a", "field": "b"}}, "by tag and by field", id="two ways"),
        pytest.param({"partners": {"values": ["a"]}}, "values without a field", id="values of nothing"),
        pytest.param(
            {"deals": {"ours": {"ps_status": "A"}}}, "no managed field of deal records", id="of registrations"
        ),
    ],
)
def test_keys_that_cannot_be(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Mapped.model_validate(keys)


def test_by_code_before_by_name() -> None:
    fields = {
        "leads": (replace(FIELDS["Промокод"], name="X"), replace(FIELDS["Двойник"], name="PROMO")),
        "companies": (),
    }
    places = places_of(Mapped.model_validate({"deals": {"fields": {"promo_code": "promo"}}}), known(fields=fields))
    (found,) = [field for columns in places.fields.values() for field in columns.values()]
    assert found.name == "X"
