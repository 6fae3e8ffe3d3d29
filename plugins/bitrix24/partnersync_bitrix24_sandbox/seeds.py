"""The sample company's cards, each made of its id alone: a million cost nothing before they are read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from partnersync_bitrix24_sandbox.cards import Card, MultiField
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.stage_history import CREATED, FINAL, ON_ITS_WAY, stage_move

PARTNERS = 12  # the first companies
DEALS_PER_CLIENT = 4
PARTNER, PRODUCTS, STATUS = 3_001, 3_101, 3_201  # the first option of each enumeration
PRODUCT_NAMES = ("licence", "service", "support")
STATUS_NAMES = ("active", "paused")
OPEN_STAGES = ("NEW", "PREPARATION", "EXECUTING")
MULTI_IDS = 10_000_000  # ids of phones and addresses begin here


@dataclass(frozen=True, slots=True)
class Company:
    """What the generated cards lean on: sellers, and when the portal began."""

    sellers: tuple[int, ...]
    deals: int
    began_at: int
    step_s: int  # between two deals

    @property
    def clients(self) -> int:
        return -(-self.deals // DEALS_PER_CLIENT)

    def moment(self, place: int) -> int:
        """When the deal at this place came in."""
        return self.began_at + place * self.step_s


def partner_code(place: int) -> str:
    """The code of the partner at this place."""
    return f"P{place + 1:02}"


def stamped(at: int, user: int) -> dict[str, Any]:
    """What every card has."""
    return {
        "createdTime": at,
        "updatedTime": at,
        "createdBy": user,
        "updatedBy": user,
        "assignedById": user,
        "lastActivityBy": user,
        "lastActivityTime": at,
        "opened": "Y",
    }


@dataclass(frozen=True, slots=True)
class Deals:
    """Deals: half of them open, each seventh with a partner's promo code."""

    company: Company

    @property
    def ids(self) -> range:
        return range(1, self.company.deals + 1)

    def created_at(self, card_id: int) -> int:
        return self.company.moment(card_id - 1)

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        place, company = card_id - 1, self.company
        at, draw = self.created_at(card_id), _draw(place)
        fate = draw % 4
        seller = company.sellers[draw // 16 % len(company.sellers)]
        client = place % company.clients
        price = Decimal(10_000 + draw % 900 * 1_000)
        values = stamped(at, seller) | {
            "title": f"Сделка {card_id}",
            "categoryId": 0,
            "stageId": "WON" if fate == 0 else "LOSE" if fate == 1 else OPEN_STAGES[draw // 4 % len(OPEN_STAGES)],
            "stageSemanticId": "SFPP"[fate],
            "closed": "Y" if fate < 2 else "N",
            "movedTime": at,
            "movedBy": seller,
            "opportunity": price,
            "isManualOpportunity": "Y",
            "currencyId": "RUB",
            "companyId": PARTNERS + 1 + client,
            "contactId": client + 1,
            "contactIds": (client + 1,),
            "begindate": _day(at),
            "closedate": _day(at + 30 * 86_400),
            "UF_CRM_PRODUCTS": (PRODUCTS + draw % len(PRODUCT_NAMES),),
        }
        values["isNew"] = "Y" if values["stageId"] == "NEW" else "N"
        if place % 7 == 0:
            code = partner_code(draw // 7 % PARTNERS)
            values |= {"UF_CRM_PROMO_CODE": f"PROMO-{code}", "utmSource": f"partner-{code}"}
        if fate == 0:
            values |= {"UF_CRM_PAID": f"{price}|RUB", "UF_CRM_PAID_ON": _day(at)}
        return Card(Kind.DEAL, card_id, values)


@dataclass(frozen=True, slots=True)
class Companies:
    """Partners first, then clients."""

    company: Company

    @property
    def ids(self) -> range:
        return range(1, PARTNERS + self.company.clients + 1)

    def created_at(self, card_id: int) -> int:
        return self.company.began_at + card_id - 1

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        place, sellers = card_id - 1, self.company.sellers
        values = stamped(self.created_at(card_id), sellers[place % len(sellers)]) | {"hasPhone": "N", "hasEmail": "N"}
        site = MultiField(MULTI_IDS + card_id, "WEB", "WORK", f"https://company-{card_id}.example")
        if place < PARTNERS:
            code = partner_code(place)
            values |= {"title": f"Партнёр {code}", "typeId": "PARTNER", "UF_CRM_PARTNER_CODE": code}
            values["UF_CRM_PARTNER_STATUS"] = STATUS
        else:
            client = place - PARTNERS
            values |= {"title": f"Клиент {client + 1}", "typeId": "CUSTOMER", "contactIds": (client + 1,)}
        return Card(Kind.COMPANY, card_id, values, (site,))


@dataclass(frozen=True, slots=True)
class Contacts:
    """One person for each client."""

    company: Company

    @property
    def ids(self) -> range:
        return range(1, self.company.clients + 1)

    def created_at(self, card_id: int) -> int:
        return self.company.began_at + card_id - 1

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        client, sellers, number = card_id - 1, self.company.sellers, MULTI_IDS * 2 + card_id * 2
        company = PARTNERS + 1 + client
        values = stamped(self.created_at(card_id), sellers[client % len(sellers)]) | {
            "name": "Контакт",
            "lastName": str(card_id),
            "post": "директор",
            "typeId": "CLIENT",
            "companyId": company,
            "companyIds": (company,),
            "hasPhone": "Y",
            "hasEmail": "Y",
        }
        multi = (
            MultiField(number, "PHONE", "WORK", f"+7495{client:07}"),
            MultiField(number + 1, "EMAIL", "WORK", f"contact{card_id}@company-{company}.example"),
        )
        return Card(Kind.CONTACT, card_id, values, multi)


def _draw(place: int) -> int:
    """A number that looks like chance and is the same each time."""
    return (place * 2_654_435_761 + 12_345) >> 3 & 0xFFFFFF


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def inn(place: int) -> str:
    """The tax number of the company at this place, with its check digit."""
    digits = [int(digit) for digit in f"77{place:07}"]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 % 10
    return f"{''.join(map(str, digits))}{check}"


@dataclass(frozen=True, slots=True)
class Requisites:
    """One for each company."""

    companies: Companies

    @property
    def ids(self) -> range:
        return self.companies.ids

    def created_at(self, card_id: int) -> int:
        return self.companies.created_at(card_id)

    def updated_at(self, card_id: int) -> int:
        return self.companies.created_at(card_id)

    def of(self, owner: tuple[int, int]) -> tuple[int, ...]:
        return (owner[1],) if owner[0] == Kind.COMPANY and owner[1] in self.ids else ()

    def card(self, card_id: int) -> Card:
        company = self.companies.card(card_id).values
        values = stamped(self.created_at(card_id), company["createdBy"]) | {
            "ENTITY_TYPE_ID": int(Kind.COMPANY),
            "ENTITY_ID": card_id,
            "PRESET_ID": 1,
            "NAME": "Организация",
            "RQ_INN": inn(card_id - 1),
            "RQ_COMPANY_NAME": company["title"],
        }
        return Card(0, card_id, values)


@dataclass(frozen=True, slots=True)
class History:
    """Two moves for each deal, at once: where it began, and where it stands."""

    deals: Deals

    @property
    def ids(self) -> range:
        return range(1, 2 * self.deals.company.deals + 1)

    def created_at(self, card_id: int) -> int:
        return self.deals.created_at((card_id + 1) // 2)

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def of(self, owner: tuple[int, int]) -> tuple[int, ...]:
        return (2 * owner[1] - 1, 2 * owner[1]) if owner[1] in self.deals.ids else ()

    def card(self, card_id: int) -> Card:
        deal = self.deals.card((card_id + 1) // 2)
        at = self.created_at(card_id)
        if card_id % 2:
            deal.values |= {"stageId": "NEW", "stageSemanticId": "P"}
            return stage_move(card_id, CREATED, deal, at)
        return stage_move(card_id, ON_ITS_WAY if deal.values["closed"] == "N" else FINAL, deal, at)
