"""Definitions of an account: custom fields with their groups and enums, pipelines with stages, users, catalogs."""

from dataclasses import dataclass, field
from typing import Any

from partnersync_amocrm_sandbox.cards import LOST, WON

PHONE_CODES = ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")
EMAIL_CODES = ("WORK", "PRIV", "OTHER")
ADDRESS_CODES = ("address_line_1", "address_line_2", "city", "state", "zip", "country")
CHOICES = frozenset({"select", "multiselect", "radiobutton", "category"})
COLOURS = frozenset(
    "#fffeb2 #fffd7f #fff000 #ffeab2 #ffdc7f #ffce5a #ffdbdb #ffc8c8 #ff8f92 #d6eaff #c1e0ff #98cbff #ebffb1 #deff81 "
    "#87f2c0 #f9deff #f3beff #ccc8f9 #eb93ff #f2f3f4 #e6e8ea".split()
)
_EVERYWHERE = "text numeric checkbox select multiselect date url date_time textarea radiobutton streetaddress"
_CARDS = f"{_EVERYWHERE} smart_address birthday legal_entity monetary file"
TYPES: dict[str, frozenset[str]] = {
    "leads": frozenset(f"{_CARDS} chained_list tracking_data".split()),
    "contacts": frozenset(f"{_CARDS} multitext".split()),
    "companies": frozenset(_CARDS.split()),
    "catalogs": frozenset(f"{_EVERYWHERE} file price category items linked_entity supplier payer".split()),
}
PAID = frozenset({"monetary", "chained_list"})  # need the option of super-fields
# Numbers of field types in events; but e-mail's 8 they are this sandbox's own.
TYPE_NUMBERS = {"text": 1, "numeric": 2, "checkbox": 3, "select": 4, "multiselect": 5, "date": 6, "url": 7}


@dataclass(slots=True)
class Enum:
    """A choice of a list."""

    id: int
    value: str
    sort: int
    code: str | None = None


@dataclass(slots=True)
class Field:
    """A custom field of one entity, as `leads` or `catalogs/7`."""

    id: int
    entity: str
    type: str
    name: str
    code: str | None = None
    sort: int = 500
    group_id: str | None = None
    is_api_only: bool = False
    is_predefined: bool = False
    is_deletable: bool = True
    enums: list[Enum] = field(default_factory=list)
    required_statuses: list[dict[str, int]] = field(default_factory=list)
    hidden_statuses: list[dict[str, int]] = field(default_factory=list)
    currency: str | None = None
    more: dict[str, Any] = field(default_factory=dict)  # remind, chained_lists, search_in, nested, …

    def enum(self, *, enum_id: int | None = None, value: str | None = None, code: str | None = None) -> Enum | None:
        """The choice with this id, value or code."""
        for one in self.enums:
            if enum_id is not None and one.id == enum_id:
                return one
            if value is not None and one.value == value:
                return one
            if code is not None and one.code == code:
                return one
        return None


@dataclass(slots=True)
class FieldGroup:
    """A tab of a card; its id is a text."""

    id: str
    entity: str
    name: str
    sort: int
    is_predefined: bool = False


@dataclass(slots=True)
class Status:
    """A stage; type 1 is that of incoming leads."""

    id: int
    pipeline_id: int
    name: str
    sort: int
    color: str = "#c1e0ff"
    type: int = 0

    @property
    def is_editable(self) -> bool:
        return self.type == 0 and self.id not in (WON, LOST)


@dataclass(slots=True)
class Pipeline:
    """Stages in their order; won and lost stand in each."""

    id: int
    name: str
    sort: int
    is_main: bool = False
    is_unsorted_on: bool = True
    statuses: list[Status] = field(default_factory=list)

    def status(self, status_id: int) -> Status | None:
        """One of its stages."""
        return next((status for status in self.statuses if status.id == status_id), None)

    @property
    def first(self) -> Status:
        """Where a new lead stands."""
        return next(status for status in sorted(self.statuses, key=lambda one: one.sort) if status.type == 0)

    @property
    def unsorted(self) -> Status:
        """Where incoming leads wait."""
        return next(status for status in self.statuses if status.type == 1)


ALL = {"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}


@dataclass(slots=True)
class User:
    """Somebody who works here. `rights`: entity → action → A all, G group, M own, D denied; admins have all."""

    id: int
    name: str
    email: str
    is_admin: bool = False
    is_active: bool = True
    is_free: bool = False
    group_id: int = 0
    role_id: int | None = None
    rights: dict[str, dict[str, str]] = field(
        default_factory=lambda: {entity: dict(ALL) for entity in ("leads", "contacts", "companies", "tasks")}
    )


@dataclass(slots=True)
class Tag:
    """A tag of one entity; only leads' tags have a colour."""

    id: int
    name: str
    color: str | None = None


@dataclass(slots=True)
class LossReason:
    """Why a deal was lost."""

    id: int
    name: str
    sort: int
    created_at: int
    updated_at: int


@dataclass(slots=True)
class Element:
    """An entry of a catalog."""

    id: int
    catalog_id: int
    name: str
    created_by: int
    created_at: int
    updated_by: int
    updated_at: int
    values: dict[int, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Catalog:
    """A list beside the cards."""

    id: int
    name: str
    created_by: int
    created_at: int
    updated_by: int
    updated_at: int
    type: str = "regular"
    sort: int = 10
    can_add_elements: bool = True
    can_show_in_cards: bool = True
    can_link_multiple: bool = True
    elements: dict[int, Element] = field(default_factory=dict)
