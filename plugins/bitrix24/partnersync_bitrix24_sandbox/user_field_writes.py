"""What is kept of a user field's definition: settings, options, labels; the portal drops more than it says."""

import re
from collections.abc import Mapping
from typing import Any

from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import core
from partnersync_bitrix24_sandbox.user_fields import TYPES, Option

LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")
LANGUAGES = ("ru", "en")
LONGEST, SHORTEST = 50, 4
DROPPED = frozenset({"money", "url", "address", "file"})  # the legacy add discards their settings
LEGACY_BINDINGS = frozenset({"LEAD", "CONTACT", "COMPANY", "DEAL"})
DEFAULTS: dict[str, dict[str, Any]] = {
    "string": {"DEFAULT_VALUE": "", "ROWS": 1, "SIZE": 20, "REGEXP": "", "MIN_LENGTH": 0, "MAX_LENGTH": 0},
    "integer": {"DEFAULT_VALUE": "", "SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0},
    "double": {"DEFAULT_VALUE": "", "SIZE": 20, "PRECISION": 2, "MIN_VALUE": 0, "MAX_VALUE": 0},
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX", "LABEL": ["", ""]},
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
    "crm": {"LEAD": "N", "CONTACT": "N", "COMPANY": "N", "DEAL": "N"},
}


def checked_name(portal: Portal, entity: str, name: str) -> str:
    """A name that is free and well-formed."""
    if not SHORTEST <= len(name) <= LONGEST or not re.fullmatch(r"[A-Z0-9_]+", name):
        raise core(f"Поле {name}: имя должно иметь от {SHORTEST} до {LONGEST} знаков из A-Z, 0-9 и _")
    if any(one.name == name and one.entity == entity for one in portal.user_fields.values()):
        raise core(f"Поле {name} для объекта {entity} уже существует.")
    return name


def checked_type(type_: str) -> str:
    """A type that there is."""
    if type_ not in TYPES:
        raise core("Invalid user type specified")
    return type_


def flag(value: Any, default: bool = False) -> bool:
    """Y, true, 1."""
    return default if value is None else str(value).lower() in ("y", "true", "1", "e", "i")


def settings(type_: str, given: Any, old: Mapping[str, Any] | None = None, *, legacy: bool = False) -> dict[str, Any]:
    """The settings of a type, those that are given over those that were."""
    told = dict(entries(given)) if isinstance(given, (dict, list)) else {}
    if legacy and type_ in DROPPED:
        return dict(old or {})
    if legacy and type_ == "crm":
        told = {key: value for key, value in told.items() if key in LEGACY_BINDINGS}
    return {**DEFAULTS.get(type_, {}), **(old or {}), **told}


def options(portal: Portal, old: list[Option], given: Any, *, complete: bool) -> list[Option]:
    """Options after a change: an id changes one, DEL deletes it, no id adds; what a `complete` list lacks goes."""
    held = {one.id: one for one in old}
    named = set()
    for place, (_, raw) in enumerate(entries(given), 1):
        if not isinstance(raw, dict):
            continue
        one = {str(key).upper().replace("XMLID", "XML_ID"): value for key, value in raw.items()}
        number = whole(one.get("ID"))
        if number in held and one.get("DEL") == "Y":
            del held[number]
        elif number in held:
            kept = held[number]
            named.add(number)
            value, xml_id = str(one.get("VALUE", kept.value)), str(one.get("XML_ID", kept.xml_id))
            sort, default = whole(one.get("SORT", kept.sort)), flag(one.get("DEF"), kept.default)
            held[number] = Option(number, value, xml_id, sort, default)
        elif one.get("VALUE"):
            number = portal.new_id()
            named.add(number)
            xml_id = str(one.get("XML_ID") or f"{number:032x}")
            held[number] = Option(
                number, str(one["VALUE"]), xml_id, whole(one.get("SORT")) or place * 100, flag(one.get("DEF"))
            )
    kept_all = [one for one in held.values() if not complete or one.id in named]
    return sorted(kept_all, key=lambda one: (one.sort, one.id))


def label(given: Any) -> dict[str, str]:
    """A text in every language, or by language; languages that are not named are empty."""
    if isinstance(given, dict):
        return {language: str(given.get(language) or "") for language in (*LANGUAGES, *given)}
    return dict.fromkeys(LANGUAGES, str(given))
