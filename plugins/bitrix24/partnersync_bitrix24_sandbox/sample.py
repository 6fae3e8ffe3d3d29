"""A portal as a company that sells through partners sets it up."""

from typing import Any

from partnersync.sandbox.clock import Clock
from partnersync_bitrix24_sandbox import seeds
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.cards import User
from partnersync_bitrix24_sandbox.directories import DIRECTORIES, INVOICE_STAGES, LEAD_STAGES, STAGES
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.limits import Limits
from partnersync_bitrix24_sandbox.owned import Owned
from partnersync_bitrix24_sandbox.portal import Options, Portal
from partnersync_bitrix24_sandbox.tokens import Application
from partnersync_bitrix24_sandbox.user_fields import Option, UserField

ADMIN, FIRST_SELLER, SECOND_SELLER, SERVICE = 1, 5, 7, 9
REGISTRATIONS = 3  # a pipeline of deals
CLIENT_ID = "local.5f0c1b7e2a5741.22334455"
YEAR_S = 365 * 86_400


def sample(
    clock: Clock,
    deals: int = 0,
    *,
    behaviour: Behaviour | None = None,
    options: Options | None = None,
    limits: Limits | None = None,
) -> Portal:
    """The sample company with this many deals of the last year."""
    now = int(clock.now())
    company = seeds.Company(
        sellers=(FIRST_SELLER, SECOND_SELLER),
        deals=deals,
        began_at=now - max(YEAR_S, deals + 1),
        step_s=max(1, YEAR_S // (deals + 1)),
    )
    sold, companies = seeds.Deals(company), seeds.Companies(company)
    portal = Portal(
        clock=clock,
        behaviour=behaviour or Behaviour(),
        options=options or Options(),
        limits=limits or Limits(),
        seeds={Kind.DEAL: sold, Kind.CONTACT: seeds.Contacts(company), Kind.COMPANY: companies},
        requisites=Owned(seeds.Requisites(companies)),
        history={Kind.DEAL: Owned(seeds.History(sold))},
    )
    portal.tokens.install(Application(CLIENT_ID, "sandbox-secret"))
    portal.users = {
        ADMIN: User(ADMIN, "Анна", "Администратор", "admin@sandbox.example", is_admin=True),
        FIRST_SELLER: User(FIRST_SELLER, "Менеджер", "Первый", "seller1@sandbox.example"),
        SECOND_SELLER: User(SECOND_SELLER, "Менеджер", "Второй", "seller2@sandbox.example", departments=(2,)),
        SERVICE: User(SERVICE, "Синхронизация", "", "service@sandbox.example", is_admin=True),
    }
    furnish(portal)
    portal.add_category(portal.entities[Kind.DEAL], "Регистрации", STAGES, category_id=REGISTRATIONS)
    _define_fields(portal)
    return portal


def furnish(portal: Portal) -> None:
    """Directories and the pipelines that every portal has."""
    deal, invoice = portal.entities[Kind.DEAL], portal.entities[Kind.SMART_INVOICE]
    portal.add_category(deal, "Общая", STAGES, category_id=0)
    portal.add_category(invoice, "Общая", INVOICE_STAGES)
    for place, (code, name, semantics) in enumerate(LEAD_STAGES, 1):
        portal.add_status("STATUS", code, name, place * 10, semantics=semantics, is_system=True)
    for directory, entries in DIRECTORIES.items():
        for place, (code, name) in enumerate(entries, 1):
            portal.add_status(directory, code, name, place * 10, is_system=True)


def _define_fields(portal: Portal) -> None:
    partners = [
        Option(seeds.PARTNER + place, seeds.partner_code(place), seeds.partner_code(place), place * 10)
        for place in range(seeds.PARTNERS)
    ]
    products = [
        Option(seeds.PRODUCTS + place, name, name, place * 10) for place, name in enumerate(seeds.PRODUCT_NAMES)
    ]
    statuses = [Option(seeds.STATUS + place, name, name, place * 10) for place, name in enumerate(seeds.STATUS_NAMES)]
    bound = {"LEAD": "N", "CONTACT": "N", "COMPANY": "Y", "DEAL": "N"}
    defined: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("CRM_DEAL", "UF_CRM_PROMO_CODE", "string", "Промокод", {}),
        ("CRM_DEAL", "UF_CRM_PARTNER", "enumeration", "Партнёр", {"options": partners}),
        ("CRM_DEAL", "UF_CRM_PARTNER_COMPANY", "crm", "Компания партнёра", {"settings": bound}),
        ("CRM_DEAL", "UF_CRM_PRODUCTS", "enumeration", "Продукты", {"options": products, "multiple": True}),
        ("CRM_DEAL", "UF_CRM_PAID", "money", "Оплачено", {}),
        ("CRM_DEAL", "UF_CRM_PAID_ON", "date", "Дата оплаты", {}),
        ("CRM_COMPANY", "UF_CRM_PARTNER_CODE", "string", "Код партнёра", {}),
        ("CRM_COMPANY", "UF_CRM_PARTNER_STATUS", "enumeration", "Статус партнёра", {"options": statuses}),
    ]
    for number, (entity, name, type_, label, more) in enumerate(defined, 501):
        labels = {"EDIT_FORM_LABEL": {"ru": label}}
        portal.user_fields[number] = UserField(number, entity, name, type_, labels=labels, show_filter="E", **more)
