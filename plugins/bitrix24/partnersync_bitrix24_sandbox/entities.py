"""The kinds of cards with their system fields, under their universal and their legacy names."""

import re
from dataclasses import dataclass, field
from enum import IntEnum


class Kind(IntEnum):
    """entityTypeId of what every portal has."""

    LEAD = 1
    DEAL = 2
    CONTACT = 3
    COMPANY = 4
    SMART_INVOICE = 31


@dataclass(frozen=True, slots=True)
class Attribute:
    """A system field; `name` as in crm.item.*, `legacy` as in crm.deal.* and its like."""

    name: str
    type: str
    legacy: str
    read_only: bool = False
    multiple: bool = False
    immutable: bool = False  # an update by the legacy family passes over it

    @property
    def upper(self) -> str:
        """The name in capitals."""
        return upper(self.name)


def upper(name: str) -> str:
    """companyId → COMPANY_ID, parentId128 → PARENT_ID_128."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", name).upper()


_OTHER_NAMES = {
    "createdTime": "DATE_CREATE",
    "updatedTime": "DATE_MODIFY",
    "createdBy": "CREATED_BY_ID",
    "updatedBy": "MODIFY_BY_ID",
    "movedBy": "MOVED_BY_ID",
}
_OTHER_NAMES_OF: dict[int, dict[str, str]] = {
    Kind.LEAD: {"stageId": "STATUS_ID", "stageSemanticId": "STATUS_SEMANTIC_ID"},
    Kind.COMPANY: {"typeId": "COMPANY_TYPE"},
}


def attributes(text: str, kind: int = 0) -> dict[str, Attribute]:
    """From `name:type`, with `!` read-only, `+` multiple, `=` fixed once the card is made, for the legacy family."""
    found = {}
    for word in text.split():
        name, type_ = word.split(":")
        marks = {mark for mark in type_ if mark in "!+="}
        legacy = _OTHER_NAMES_OF.get(kind, {}).get(name) or _OTHER_NAMES.get(name) or upper(name)
        found[name] = Attribute(name, type_.strip("!+="), legacy, "!" in marks, "+" in marks, "=" in marks)
    return found


COMMON = """
    id:integer! createdTime:datetime! updatedTime:datetime! createdBy:user! updatedBy:user! assignedById:user
    lastActivityBy:user! lastActivityTime:datetime! opened:boolean webformId:integer observers:user+
    utmSource:string utmMedium:string utmCampaign:string utmContent:string utmTerm:string
"""
STAGED = """
    categoryId:crm_category= stageId:crm_status stageSemanticId:string! movedBy:user! movedTime:datetime!
    begindate:date closedate:date
"""
MONEY = "opportunity:double isManualOpportunity:boolean taxValue:double currencyId:crm_currency"
CLIENT = "companyId:crm_company contactId:crm_contact contactIds:crm_contact+"
SOURCE = "sourceId:crm_status sourceDescription:string"
ORIGIN = "originatorId:string originId:string"
PERSON = """
    honorific:crm_status name:string secondName:string lastName:string birthdate:date post:string
    hasPhone:boolean! hasEmail:boolean! hasImol:boolean!
"""
_BY_KIND = {
    Kind.LEAD: f"""{COMMON} {PERSON} {SOURCE} {ORIGIN} {CLIENT} {MONEY} title:string companyTitle:string
        stageId:crm_status stageSemanticId:string! movedBy:user! movedTime:datetime! statusDescription:string
        comments:string dateClosed:datetime! isReturnCustomer:boolean!""",
    Kind.DEAL: f"""{COMMON} {STAGED} {MONEY} {CLIENT} {SOURCE} {ORIGIN} title:string typeId:crm_status isNew:boolean!
        isRecurring:boolean isReturnCustomer:boolean isRepeatedApproach:boolean closed:boolean! probability:integer
        quoteId:crm_quote leadId:crm_lead! comments:string additionalInfo:string locationId:location""",
    Kind.CONTACT: f"""{COMMON} {PERSON} {SOURCE} {ORIGIN} originVersion:string typeId:crm_status
        companyId:crm_company companyIds:crm_company+ comments:string export:boolean leadId:crm_lead!
        categoryId:crm_category=""",
    Kind.COMPANY: f"""{COMMON} {ORIGIN} originVersion:string title:string typeId:crm_status industry:crm_status
        revenue:double currencyId:crm_currency employees:crm_status bankingDetails:string comments:string
        isMyCompany:boolean hasPhone:boolean! hasEmail:boolean! hasImol:boolean! contactIds:crm_contact+
        leadId:crm_lead! categoryId:crm_category=""",
    Kind.SMART_INVOICE: f"""{COMMON} {STAGED} {MONEY} {CLIENT} {SOURCE} xmlId:string title:string
        previousStageId:crm_status! mycompanyId:crm_company comments:string accountNumber:string""",
}
SMART_PROCESS = f"""{COMMON} {STAGED} {MONEY} {CLIENT} {SOURCE} xmlId:string title:string
    previousStageId:crm_status! mycompanyId:crm_company"""
_NAMES = {
    Kind.LEAD: ("LEAD", "L"),
    Kind.DEAL: ("DEAL", "D"),
    Kind.CONTACT: ("CONTACT", "C"),
    Kind.COMPANY: ("COMPANY", "CO"),
    Kind.SMART_INVOICE: ("SMART_INVOICE", "SI"),
}
MULTI_FIELDS = ("PHONE", "EMAIL", "WEB", "IM", "LINK")


@dataclass(slots=True)
class Entity:
    """A kind of cards. `uf_entity` is what user fields name it by, `parents` are types whose items it can name."""

    type_id: int
    name: str
    abbreviation: str
    uf_entity: str
    attributes: dict[str, Attribute]
    has_multi_fields: bool = False
    parents: set[int] = field(default_factory=set)
    by_legacy: dict[str, Attribute] = field(init=False)

    def __post_init__(self) -> None:
        self.by_legacy = {one.legacy: one for one in self.attributes.values()}

    @property
    def stage_directory(self) -> str:
        """The directory of its stages begins with this; empty where it has none."""
        if self.type_id == Kind.LEAD:
            return "STATUS"
        return f"{self.name}_STAGE" if "stageId" in self.attributes else ""

    @property
    def is_dynamic(self) -> bool:
        """Whether its events are those of dynamic items."""
        return self.type_id not in (Kind.LEAD, Kind.DEAL, Kind.CONTACT, Kind.COMPANY)

    def directory(self, category_id: int) -> str:
        """The directory of the stages of a pipeline; a lead has but one, a deal's first has no number."""
        if self.type_id == Kind.LEAD or (self.type_id == Kind.DEAL and not category_id):
            return self.stage_directory
        return f"{self.stage_directory}_{category_id}" if self.stage_directory else ""

    def stage_code(self, category_id: int, code: str) -> str:
        """A stage's code with the prefix of its pipeline."""
        if self.type_id == Kind.LEAD or (self.type_id == Kind.DEAL and not category_id):
            return code
        return f"C{category_id}:{code}" if self.type_id == Kind.DEAL else f"DT{self.type_id}_{category_id}:{code}"

    def bind(self, parent: int) -> None:
        """Give it a field that names an item of another type."""
        self.parents.add(parent)
        name = f"parentId{parent}"
        self.attributes[name] = Attribute(name, "crm_entity", f"PARENT_ID_{parent}")
        self.by_legacy[f"PARENT_ID_{parent}"] = self.attributes[name]


def standard() -> dict[int, Entity]:
    """The entities of every portal."""
    return {
        kind.value: Entity(
            kind.value,
            *_NAMES[kind],
            f"CRM_{_NAMES[kind][0]}",
            attributes(_BY_KIND[kind], kind),
            has_multi_fields=kind in (Kind.LEAD, Kind.CONTACT, Kind.COMPANY),
        )
        for kind in Kind
    }


def smart_process(type_id: int, record_id: int) -> Entity:
    """A smart process: `record_id` is the id of its type's record, which user fields go by."""
    name = f"DYNAMIC_{type_id}"
    return Entity(type_id, name, f"T{type_id:x}", f"CRM_{record_id}", attributes(SMART_PROCESS))
