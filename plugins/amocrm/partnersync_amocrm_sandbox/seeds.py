"""The sample company's cards, each made of its id alone: a million cost nothing before they are read."""

from dataclasses import dataclass
from decimal import Decimal

from partnersync_amocrm_sandbox.cards import LOST, WON, Card, Kind, Value, Values

LEADS_FIRST, CONTACTS_FIRST, COMPANIES_FIRST = 10_000_001, 20_000_001, 30_000_001
PARTNERS = 12  # the first companies
LEADS_PER_CLIENT = 4
PARTNER_TAG = 600_001

PROMO_CODE, UTM_SOURCE, SELLER_SAYS, PRODUCTS, PAID, PAID_ON = 500_001, 500_002, 500_003, 500_004, 500_005, 500_006
INN, WEB, CODE, STATUS, PROMO_CODES = 510_001, 510_002, 510_003, 510_004, 510_005
PHONE, EMAIL, POSITION = 520_001, 520_002, 520_003
PRODUCT_ENUMS = ((500_101, "licence"), (500_102, "service"), (500_103, "support"))
STATUS_ENUMS = ((510_101, "active"), (510_102, "paused"))


@dataclass(frozen=True, slots=True)
class Company:
    """What the generated cards lean on: sellers and the stages of the main pipeline, and when the account began."""

    sellers: tuple[int, ...]
    pipeline_id: int
    stages: tuple[int, ...]
    deals: int
    began_at: int
    step_s: int  # between two deals

    @property
    def clients(self) -> int:
        return -(-self.deals // LEADS_PER_CLIENT)

    def client_of(self, place: int) -> int:
        """The client's place of a deal's."""
        return place % self.clients

    def deals_of(self, client: int) -> range:
        """The deals' places of a client's."""
        return range(client, self.deals, self.clients)

    def moment(self, place: int) -> int:
        """When the deal at this place came in."""
        return self.began_at + place * self.step_s


def partner_code(place: int) -> str:
    """The code of the partner at this place."""
    return f"P{place + 1:02}"


def partner_enum(place: int) -> int:
    """The choice by which sellers name that partner."""
    return SELLER_SAYS * 10 + place


@dataclass(frozen=True, slots=True)
class Leads:
    """Deals: half of them open, each seventh with a partner's code."""

    company: Company

    @property
    def ids(self) -> range:
        return range(LEADS_FIRST, LEADS_FIRST + self.company.deals)

    def created_at(self, card_id: int) -> int:
        return self.company.moment(card_id - LEADS_FIRST)

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        place, company = card_id - LEADS_FIRST, self.company
        at = self.created_at(card_id)
        draw = _draw(place)
        fate = draw % 4
        status = WON if fate == 0 else LOST if fate == 1 else company.stages[draw // 4 % len(company.stages)]
        seller = company.sellers[draw // 16 % len(company.sellers)]
        client = company.client_of(place)
        price = Decimal(10_000 + draw % 900 * 1_000)
        card = Card(Kind.LEADS, card_id, f"Сделка {place + 1}", seller, at, at, seller, seller, price=price)
        card.pipeline_id, card.status_id = company.pipeline_id, status
        card.closed_at = at if fate < 2 else None
        card.values = _deal_values(draw, place, at, price, won=fate == 0)
        card.links = {("companies", COMPANIES_FIRST + PARTNERS + client): {}}
        card.links[("contacts", CONTACTS_FIRST + client)] = {"is_main": True}
        return card


@dataclass(frozen=True, slots=True)
class Companies:
    """Partners first, then clients."""

    company: Company

    @property
    def ids(self) -> range:
        return range(COMPANIES_FIRST, COMPANIES_FIRST + PARTNERS + self.company.clients)

    def created_at(self, card_id: int) -> int:
        return self.company.began_at + card_id - COMPANIES_FIRST

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        place = card_id - COMPANIES_FIRST
        at, owner = self.created_at(card_id), self.company.sellers[place % len(self.company.sellers)]
        card = Card(Kind.COMPANIES, card_id, "", owner, at, at, owner, owner)
        card.values = {INN: (Value(_inn(place)),), WEB: (Value(f"https://company-{place + 1}.example"),)}
        if place < PARTNERS:
            card.name, card.tags = f"Партнёр {partner_code(place)}", (PARTNER_TAG,)
            card.values |= {
                CODE: (Value(partner_code(place)),),
                STATUS: (Value("active", STATUS_ENUMS[0][0], "active"),),
                PROMO_CODES: (Value(f"PROMO-{partner_code(place)}"),),
            }
        else:
            client = place - PARTNERS
            card.name = f"Клиент {client + 1}"
            card.links = {("leads", LEADS_FIRST + deal): {} for deal in self.company.deals_of(client)}
            card.links[("contacts", CONTACTS_FIRST + client)] = {}
        return card


@dataclass(frozen=True, slots=True)
class Contacts:
    """One person for each client."""

    company: Company

    @property
    def ids(self) -> range:
        return range(CONTACTS_FIRST, CONTACTS_FIRST + self.company.clients)

    def created_at(self, card_id: int) -> int:
        return self.company.began_at + card_id - CONTACTS_FIRST

    def updated_at(self, card_id: int) -> int:
        return self.created_at(card_id)

    def card(self, card_id: int) -> Card:
        client = card_id - CONTACTS_FIRST
        at, owner = self.created_at(card_id), self.company.sellers[client % len(self.company.sellers)]
        card = Card(Kind.CONTACTS, card_id, f"Контакт {client + 1}", owner, at, at, owner, owner)
        card.values = {
            PHONE: (Value(f"+7495{client:07}", PHONE * 10, "WORK"),),
            EMAIL: (Value(f"contact{client + 1}@company-{PARTNERS + client + 1}.example", EMAIL * 10, "WORK"),),
            POSITION: (Value("директор"),),
        }
        card.links = {("companies", COMPANIES_FIRST + PARTNERS + client): {}}
        card.links |= {("leads", LEADS_FIRST + deal): {} for deal in self.company.deals_of(client)}
        return card


def _draw(place: int) -> int:
    """A number that looks like chance and is the same each time."""
    return (place * 2_654_435_761 + 12_345) >> 3 & 0xFFFFFF


def _deal_values(draw: int, place: int, at: int, price: Decimal, *, won: bool) -> dict[int, Values]:
    product, name = PRODUCT_ENUMS[draw % len(PRODUCT_ENUMS)]
    values: dict[int, Values] = {PRODUCTS: (Value(name, product, name),)}
    if place % 7 == 0:
        partner = draw // 7 % PARTNERS
        values[PROMO_CODE] = (Value(f"PROMO-{partner_code(partner)}"),)
        values[UTM_SOURCE] = (Value(f"partner-{partner_code(partner)}"),)
    if won:
        values[PAID] = (Value(str(price)),)
        values[PAID_ON] = (Value(at // 86_400 * 86_400 - 10_800),)
    return values


def _inn(place: int) -> str:
    digits = [int(digit) for digit in f"77{place:07}"]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 % 10
    return f"{''.join(map(str, digits))}{check}"
