"""User fields: their definitions, and their names in JSON."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

CAMEL = re.compile(r"[A-Z_]+")
NUMBERED_LETTERS = re.compile(r"UF_CRM_(\d{1,4})_([A-Z_]+)")
NUMBERED_DIGITS = re.compile(r"UF_CRM_(\d{1,4})_(\d+)")
TYPES = {
    "string": "Строка",
    "integer": "Целое число",
    "double": "Число",
    "boolean": "Да/Нет",
    "date": "Дата",
    "datetime": "Дата со временем",
    "enumeration": "Список",
    "money": "Деньги",
    "url": "Ссылка",
    "address": "Адрес",
    "file": "Файл",
    "employee": "Привязка к сотруднику",
    "crm": "Привязка к элементам CRM",
    "crm_status": "Привязка к справочникам CRM",
    "iblock_section": "Привязка к разделам",
    "iblock_element": "Привязка к элементам",
}


@dataclass(slots=True)
class Option:
    """One choice of an enumeration."""

    id: int
    value: str
    xml_id: str
    sort: int = 500
    default: bool = False


@dataclass(slots=True)
class UserField:
    """A field that the company added. `labels` holds texts by language for each kind of label."""

    id: int
    entity: str  # CRM_DEAL, CRM_7
    name: str  # UF_CRM_…
    type: str
    xml_id: str = ""
    sort: int = 100
    multiple: bool = False
    mandatory: bool = False
    show_filter: str = "N"
    show_in_list: bool = True
    edit_in_list: bool = True
    is_searchable: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in crm.item.*."""
        return json_name(self.name)

    def label(self, language: str = "ru") -> str:
        """What the card calls it."""
        told = self.labels.get("EDIT_FORM_LABEL", {})
        return told.get(language) or next(iter(told.values()), "") or self.name

    def option(self, option_id: int) -> Option | None:
        """A choice by its id."""
        return next((one for one in self.options if one.id == option_id), None)


@cache
def json_name(name: str) -> str:
    """UF_CRM_PARTNER_ID → ufCrmPartnerId; names with letters and digits mixed keep their tail."""
    numbered = NUMBERED_DIGITS.fullmatch(name)
    if numbered:
        return f"ufCrm{numbered[1]}_{numbered[2]}"
    numbered = NUMBERED_LETTERS.fullmatch(name)
    if numbered:
        return f"ufCrm{numbered[1]}{_camel(numbered[2])}"
    if CAMEL.fullmatch(name):
        return f"uf{_camel(name.removeprefix('UF_'))}"
    return f"ufCrm_{name.removeprefix('UF_CRM_')}" if name.startswith("UF_CRM_") else f"uf{name.removeprefix('UF_')}"


def _camel(tail: str) -> str:
    return "".join(word.capitalize() for word in tail.split("_"))
