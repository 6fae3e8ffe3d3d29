"""A small portal as definitions, and cards as its lists give them."""

from datetime import timedelta, timezone
from typing import Any

from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import (
    Choice,
    Entity,
    FieldDef,
    Metadata,
    Pipeline,
    SmartProcess,
    Stage,
)
from partnersync_bitrix24.places import places_of
from partnersync_bitrix24.translate import Translation

CLAIMS = 1030  # the smart process of registrations
PARTNERS = 128  # that of partners
URL = "https://example.bitrix24.ru"


def field(entity: int, key: str, code: str, type_: str, name: str, **more: Any) -> FieldDef:
    """A user field."""
    return FieldDef(entity, key, code, type_, name, id=more.pop("id", 7), **more)


_CHOICES = (Choice(11, "Ромашка", 10, "P07"), Choice(12, "Лютик", 20, ""))
FIELDS: dict[int, tuple[FieldDef, ...]] = {
    Entity.DEAL: (
        FieldDef(2, "utmCampaign", "UTM_CAMPAIGN", "string", "Рекламная кампания"),
        FieldDef(2, "sourceId", "SOURCE_ID", "crm_status", "Источник", statuses="SOURCE"),
        FieldDef(2, "parentId128", "PARENT_ID_128", "crm_entity", "Партнёр-родитель"),
        field(2, "ufCrmPartner", "UF_CRM_PARTNER", "enumeration", "Партнёр", choices=_CHOICES),
        field(2, "ufCrmCode", "UF_CRM_CODE", "string", "Код партнёра", xml_id="PARTNER_CODE"),
        field(2, "ufCrmLink", "UF_CRM_LINK", "crm", "Карточка партнёра", links=frozenset({"COMPANY"})),
        field(2, "ufCrmProducts", "UF_CRM_PRODUCTS", "string", "Продукты", multiple=True),
        field(2, "ufCrmPaid", "UF_CRM_PAID", "money", "Оплачено"),
        field(2, "ufCrmPaidOn", "UF_CRM_PAID_ON", "date", "Дата оплаты"),
        field(2, "ufCrmPsProtectedUntil", "UF_CRM_PS_PROTECTED_UNTIL", "date", "До", xml_id="PS_PROTECTED_UNTIL"),
        field(2, "ufCrmPsDecision", "UF_CRM_PS_DECISION", "string", "Решение", xml_id="PS_DECISION"),
        field(2, "ufCrmPsCommission", "UF_CRM_PS_COMMISSION", "double", "Сумма", xml_id="PS_COMMISSION"),
    ),
    Entity.COMPANY: (
        field(4, "ufCrmCode", "UF_CRM_CODE", "string", "Код"),
        field(4, "ufCrmInn", "UF_CRM_INN", "string", "ИНН"),
    ),
    CLAIMS: (
        field(CLAIMS, "ufCrm7Partner", "UF_CRM_7_PARTNER", "string", "Партнёр"),
        field(CLAIMS, "ufCrm7Sum", "UF_CRM_7_SUM", "money", "Сумма"),
        field(CLAIMS, "ufCrm7Consent", "UF_CRM_7_CONSENT", "boolean", "Согласие"),
    ),
    PARTNERS: (field(PARTNERS, "ufCrm5Code", "UF_CRM_5_CODE", "string", "Код"),),
}


def known(**more: Any) -> Metadata:
    """The definitions."""
    told: dict[str, Any] = {
        "user_id": 1,
        "admin": True,
        "ahead": timedelta(),
        "offset": timezone(timedelta(hours=3)),
        "iso_filters": True,
        "fields": FIELDS,
        "processes": (SmartProcess(CLAIMS, 7, "Регистрации"), SmartProcess(PARTNERS, 5, "Партнёры")),
        "pipelines": (Pipeline(2, 0, "Продажи"), Pipeline(2, 3, "Заявки партнёров"), Pipeline(2, 4, "Сервис")),
        "stages": (
            Stage(2, 0, "NEW", "Новая", "P"),
            Stage(2, 0, "FINAL_INVOICE", "Счёт оплачен", "P"),
            Stage(2, 0, "WON", "Успех", "S"),
            Stage(2, 0, "LOSE", "Отказ", "F"),
            Stage(2, 3, "C3:NEW", "Подана", "P"),
            Stage(31, 2, "DT31_2:N", "Новый", "P"),
            Stage(31, 2, "DT31_2:P", "Оплачен", "S"),
        ),
        "statuses": {
            "COMPANY_TYPE": {"CUSTOMER": "Клиент", "PARTNER": "Партнёр", "UC_1": "Реселлер"},
            "SOURCE": {"WEB": "Веб-сайт"},
        },
        "users": (),
    }
    return Metadata(**(told | more))


def translation(**keys: Any) -> Translation:
    """How that portal is read with these settings."""
    mapped = Mapped.model_validate(keys)
    return Translation(mapped, places_of(mapped, known()), URL)


def deal_card(**more: Any) -> dict[str, Any]:
    """A deal under way."""
    return {
        "id": 101,
        "title": "Лицензии",
        "categoryId": 0,
        "stageId": "NEW",
        "stageSemanticId": "P",
        "isRecurring": "N",
        "opportunity": 12000,
        "currencyId": "RUB",
        "companyId": 0,
        "contactId": None,
        "assignedById": 7,
        "createdTime": "2026-03-01T10:00:00+03:00",
        "movedTime": "2026-03-02T10:00:00+03:00",
        "updatedTime": "2026-03-05T10:00:00+03:00",
        **more,
    }


def company_card(number: int, title: str, **more: Any) -> dict[str, Any]:
    """A client, unless the type says otherwise."""
    return {"id": number, "title": title, "typeId": "CUSTOMER", "assignedById": 7, **more}


def way(kind: str, value: str) -> dict[str, Any]:
    """A phone, an e-mail or a site."""
    return {"id": 1, "typeId": kind, "valueType": "WORK", "value": value}
