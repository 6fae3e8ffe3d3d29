"""Cards: an item of any entity, its values under their universal names, user fields under their original ones; and who
changes them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MultiField:
    """A phone, an e-mail or the like of a card."""

    id: int
    type_id: str  # PHONE, EMAIL, …
    value_type: str  # WORK, MOBILE, …
    value: str


@dataclass(slots=True)
class Card:
    """An item as stored. Moments are unix seconds, dates ISO texts, numbers int or Decimal, booleans Y or N."""

    type_id: int
    id: int
    values: dict[str, Any]
    multi: tuple[MultiField, ...] = ()
    rows: tuple[dict[str, Any], ...] = field(default=())  # of products

    @property
    def created_at(self) -> int:
        """When it was made."""
        return int(self.values["createdTime"])

    @property
    def updated_at(self) -> int:
        """When it was changed last."""
        return int(self.values["updatedTime"])

    def copy(self) -> "Card":
        """As it is now."""
        return Card(self.type_id, self.id, dict(self.values), self.multi, self.rows)


@dataclass(frozen=True, slots=True)
class User:
    """An employee."""

    id: int
    name: str
    last_name: str = ""
    email: str = ""
    is_active: bool = True
    is_admin: bool = False
    departments: tuple[int, ...] = (1,)
    position: str = ""

    @property
    def full_name(self) -> str:
        """As pages show it."""
        return f"{self.name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a user, through which application (empty: none) and connector, or a robot that follows."""

    user_id: int
    application: str = ""
    connector: str = ""
    is_robot: bool = False
