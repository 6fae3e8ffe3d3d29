"""Cards: leads, contacts and companies, with the values of their custom fields."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

WON, LOST = 142, 143  # the same in every pipeline


class Kind(StrEnum):
    """What a card is, as in the API's paths."""

    LEADS = "leads"
    CONTACTS = "contacts"
    COMPANIES = "companies"

    @property
    def single(self) -> str:
        """As events and hooks name it."""
        return {"leads": "lead", "contacts": "contact", "companies": "company"}[self.value]

    @property
    def element_type(self) -> int:
        """As the old API numbers it."""
        return {"leads": 2, "contacts": 1, "companies": 3}[self.value]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a custom field; lists and multi fields have the id and code of their choice."""

    value: Any
    enum_id: int | None = None
    enum_code: str | None = None


Values = tuple[Value, ...]
Link = tuple[str, int]  # type and id of the other end


@dataclass(slots=True)
class Card:
    """A card as stored; times are unix seconds. Contacts and companies leave the deal's fields alone."""

    kind: Kind
    id: int
    name: str
    responsible_user_id: int
    created_at: int
    updated_at: int
    created_by: int = 0
    updated_by: int = 0
    group_id: int = 0
    values: dict[int, Values] = field(default_factory=dict)
    tags: tuple[int, ...] = ()
    links: dict[Link, dict[str, Any]] = field(default_factory=dict)
    price: Decimal = Decimal(0)
    pipeline_id: int = 0
    status_id: int = 0
    loss_reason_id: int | None = None
    closed_at: int | None = None
    source_id: int | None = None
    price_by_robot: bool = False
    first_name: str = ""
    last_name: str = ""
    deleted_at: int | None = None

    def linked(self, kind: str) -> list[int]:
        """Ids of the linked cards or elements of this type, in the order of linking."""
        return [other for what, other in self.links if what == kind]
