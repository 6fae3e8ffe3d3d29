"""An account as a company that sells through partners sets it up."""

from partnersync.sandbox.clock import Clock
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.account import Account, Options
from partnersync_amocrm_sandbox.behaviour import Behaviour
from partnersync_amocrm_sandbox.cards import LOST, WON, Kind
from partnersync_amocrm_sandbox.definitions import (
    EMAIL_CODES,
    PHONE_CODES,
    Enum,
    Field,
    FieldGroup,
    LossReason,
    Pipeline,
    Status,
    Tag,
    User,
)
from partnersync_amocrm_sandbox.limits import Limits
from partnersync_amocrm_sandbox.tokens import Integration

ADMIN, FIRST_SELLER, SECOND_SELLER = 7_001, 7_002, 7_003
MAIN, REGISTRATIONS = 4_001, 4_002
CLIENT_ID = "0b8f3f6e-2a57-4f4c-9d0e-5a3d6c1e7b21"
YEAR_S = 365 * 86_400


def sample(
    clock: Clock,
    deals: int = 0,
    *,
    behaviour: Behaviour | None = None,
    options: Options | None = None,
    limits: Limits | None = None,
) -> Account:
    """The sample company with this many deals of the last year."""
    now = int(clock.now())
    company = seeds.Company(
        sellers=(FIRST_SELLER, SECOND_SELLER),
        pipeline_id=MAIN,
        stages=(4_101, 4_102, 4_103),
        deals=deals,
        began_at=now - max(YEAR_S, deals + 1),
        step_s=max(1, YEAR_S // (deals + 1)),
    )
    account = Account(
        clock=clock,
        behaviour=behaviour or Behaviour(),
        options=options or Options(),
        limits=limits or Limits(),
        seeds={
            Kind.LEADS: seeds.Leads(company),
            Kind.CONTACTS: seeds.Contacts(company),
            Kind.COMPANIES: seeds.Companies(company),
        },
    )
    account.tokens.install(Integration(CLIENT_ID, "sandbox-secret", "https://partnersync.example/amocrm"))
    account.users = {
        ADMIN: User(ADMIN, "Администратор", "admin@sandbox.example", is_admin=True),
        FIRST_SELLER: User(FIRST_SELLER, "Менеджер 1", "seller1@sandbox.example"),
        SECOND_SELLER: User(SECOND_SELLER, "Менеджер 2", "seller2@sandbox.example", group_id=1),
    }
    account.groups[1] = "Второй отдел"
    for pipeline in (_pipeline(MAIN, "Продажи", main=True), _pipeline(REGISTRATIONS, "Регистрации")):
        account.pipelines[pipeline.id] = pipeline
    account.loss_reasons = {4_901: LossReason(4_901, "Дорого", 1, now, now)}
    account.tags[Kind.COMPANIES] = {seeds.PARTNER_TAG: Tag(seeds.PARTNER_TAG, "партнёр")}
    _define_fields(account)
    return account


def _pipeline(pipeline_id: int, name: str, *, main: bool = False) -> Pipeline:
    pipeline = Pipeline(pipeline_id, name, sort=pipeline_id, is_main=main)
    first = pipeline_id - 4_000
    named = [(4_100 + first * 100 - 100 + place, stage) for place, stage in enumerate(("Новая", "В работе", "Счёт"), 1)]
    pipeline.statuses = [
        Status(4_000 + first * 10, pipeline_id, "Неразобранное", 10, "#c1c1c1", type=1),
        *(Status(status_id, pipeline_id, stage, sort * 10 + 10) for sort, (status_id, stage) in enumerate(named, 1)),
        Status(WON, pipeline_id, "Успешно реализовано", 10_000, "#ccff66"),
        Status(LOST, pipeline_id, "Закрыто и не реализовано", 11_000, "#d5d8db"),
    ]
    return pipeline


def _define_fields(account: Account) -> None:
    partners = [
        Enum(seeds.partner_enum(place), seeds.partner_code(place), place, seeds.partner_code(place))
        for place in range(seeds.PARTNERS)
    ]
    products = [Enum(enum_id, name, place, name) for place, (enum_id, name) in enumerate(seeds.PRODUCT_ENUMS)]
    statuses = [Enum(enum_id, name, place, name) for place, (enum_id, name) in enumerate(seeds.STATUS_ENUMS)]
    defined = [
        Field(seeds.PROMO_CODE, "leads", "text", "Промокод", "PROMO_CODE"),
        Field(seeds.UTM_SOURCE, "leads", "tracking_data", "utm_source", "UTM_SOURCE", group_id="statistic"),
        Field(seeds.SELLER_SAYS, "leads", "select", "Партнёр", "PARTNER", enums=partners),
        Field(seeds.PRODUCTS, "leads", "multiselect", "Продукты", "PRODUCTS", enums=products),
        Field(seeds.PAID, "leads", "numeric", "Оплачено", "PAID"),
        Field(seeds.PAID_ON, "leads", "date", "Дата оплаты", "PAID_ON"),
        Field(seeds.INN, "companies", "text", "ИНН", "INN"),
        Field(seeds.WEB, "companies", "url", "Web", "WEB", is_predefined=True, is_deletable=False),
        Field(seeds.CODE, "companies", "text", "Код партнёра", "PARTNER_CODE"),
        Field(seeds.STATUS, "companies", "select", "Статус партнёра", "PARTNER_STATUS", enums=statuses),
        Field(seeds.PROMO_CODES, "companies", "text", "Промокоды партнёра", "PROMO_CODES"),
        Field(seeds.PHONE, "contacts", "multitext", "Телефон", "PHONE", is_predefined=True, is_deletable=False),
        Field(seeds.EMAIL, "contacts", "multitext", "Email", "EMAIL", is_predefined=True, is_deletable=False),
        Field(seeds.POSITION, "contacts", "text", "Должность", "POSITION", is_predefined=True),
    ]
    for entity in Kind:
        account.fields[entity] = {field.id: field for field in defined if field.entity == entity}
        groups = [FieldGroup("default", entity, "Основное", 1, is_predefined=True)]
        if entity is Kind.LEADS:
            groups.append(FieldGroup("statistic", entity, "Статистика", 2, is_predefined=True))
        account.field_groups[entity] = {group.id: group for group in groups}
    for field in defined:
        if field.type == "multitext":
            codes = EMAIL_CODES if field.code == "EMAIL" else PHONE_CODES
            field.enums = [Enum(field.id * 10 + place, code, place, code) for place, code in enumerate(codes)]
