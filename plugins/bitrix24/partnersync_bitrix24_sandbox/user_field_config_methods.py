"""userfieldconfig.*: definitions of every entity, smart processes included."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.php import array, entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal
from partnersync_bitrix24_sandbox.user_field_writes import (
    LABELS,
    LANGUAGES,
    checked_name,
    checked_type,
    flag,
    label,
    options,
    settings,
)
from partnersync_bitrix24_sandbox.user_fields import TYPES, UserField

NAMES = {
    "EDIT_FORM_LABEL": "editFormLabel",
    "LIST_COLUMN_LABEL": "listColumnLabel",
    "LIST_FILTER_LABEL": "listFilterLabel",
    "ERROR_MESSAGE": "errorMessage",
    "HELP_MESSAGE": "helpMessage",
}
TAKEN_LABELS = ("EDIT_FORM_LABEL", "HELP_MESSAGE")  # the others are ignored
PLAIN = {"id": "id", "entityId": "entity", "fieldName": "name", "userTypeId": "type", "xmlId": "xml_id"}


def _look(call: Call) -> None:
    if "crm" not in call.access.scopes:
        raise Refusal(400, 0, "The current method required more scopes. (crm)")
    if call.needed("moduleId") != "crm":
        raise Refusal(400, 0, "Module not found")
    if not call.user.is_admin:
        raise Refusal(400, 0, "You do not have permission to access user fields settings")


def _told(field: UserField, *, languages: tuple[str, ...], options_told: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": str(field.id),
        "entityId": field.entity,
        "fieldName": field.name,
        "userTypeId": field.type,
        "xmlId": field.xml_id or None,
        "sort": str(field.sort),
        "multiple": "Y" if field.multiple else "N",
        "mandatory": "Y" if field.mandatory else "N",
        "showFilter": field.show_filter,
        "showInList": "Y" if field.show_in_list else "N",
        "editInList": "Y" if field.edit_in_list else "N",
        "isSearchable": "Y" if field.is_searchable else "N",
        "settings": array(field.settings),
    }
    if languages:
        row["languageId"] = {language: language for language in languages}
        for key, name in NAMES.items():
            row[name] = {language: field.labels.get(key, {}).get(language) or None for language in languages}
    if options_told and field.type == "enumeration":
        row["enum"] = [
            {
                "id": str(one.id),
                "userFieldId": str(field.id),
                "value": one.value,
                "def": "Y" if one.default else "N",
                "sort": str(one.sort),
                "xmlId": one.xml_id,
            }
            for one in field.options
        ]
    return row


def list_(call: Call) -> Answer:
    """A page of definitions, without options; labels only in the language that the select names."""
    _look(call)
    wanted = dict(entries(call.given("filter")))
    found = [
        one
        for one in call.portal.user_fields.values()
        if all(str(getattr(one, PLAIN[key])) == str(value) for key, value in wanted.items() if key in PLAIN)
    ]
    found.sort(key=lambda one: one.id)
    language = str(call.mapping("select").get("language") or "")
    rows = [_told(one, languages=(language,) if language else (), options_told=False) for one in found]
    answer = page(rows, call)
    return Answer({"fields": answer.result}, answer.total, answer.next)


def get(call: Call) -> Answer:
    """One definition, all of it."""
    _look(call)
    return Answer({"field": _told(_field(call), languages=LANGUAGES, options_told=True)})


def add(call: Call) -> Answer:
    """A new field."""
    _look(call)
    given, portal = call.fields("field"), call.portal
    entity, name = str(given.get("entityId") or ""), str(given.get("fieldName") or "").upper()
    if entity not in {one.uf_entity for one in portal.entities.values()}:
        raise Refusal(400, 0, "Entity not found")
    if not name.startswith(f"UF_{entity}_"):
        raise Refusal(400, 0, f"fieldName must start with UF_{entity}_")
    type_ = checked_type(str(given.get("userTypeId") or ""))
    field = UserField(portal.new_id(), entity, checked_name(portal, entity, name), type_)
    field.multiple = flag(given.get("multiple")) and type_ != "boolean"
    field.edit_in_list = flag(given.get("editInList"), default=True)
    field.settings = settings(type_, given.get("settings"))
    field.options = options(portal, [], given.get("enum"), complete=True) if type_ == "enumeration" else []
    field.labels = {one: label(name) for one in LABELS[:1]}
    _take(field, given)
    portal.user_fields[field.id] = field
    return Answer({"field": _told(field, languages=LANGUAGES, options_told=True)})


def update(call: Call) -> Answer:
    """Change a definition. With userTypeId `enumeration`, options that the list does not name are deleted."""
    _look(call)
    field, given = _field(call), call.fields("field")
    if "settings" in given:
        field.settings = settings(field.type, given["settings"], field.settings)
    if field.type == "enumeration" and given.get("userTypeId") == "enumeration" and "enum" in given:
        field.options = options(call.portal, field.options, given["enum"], complete=True)
    if "editInList" in given:
        field.edit_in_list = flag(given["editInList"])
    _take(field, given)
    return Answer({"field": _told(field, languages=LANGUAGES, options_told=True)})


def _take(field: UserField, given: Any) -> None:
    if "mandatory" in given:
        field.mandatory = flag(given["mandatory"])
    if "isSearchable" in given:
        field.is_searchable = flag(given["isSearchable"])
    if "showFilter" in given:
        field.show_filter = "E" if flag(given["showFilter"]) else "N"
    if "sort" in given:
        field.sort = whole(given["sort"])
    if "xmlId" in given:
        field.xml_id = str(given["xmlId"] or "")
    field.labels |= {key: label(given[NAMES[key]]) for key in TAKEN_LABELS if NAMES[key] in given}


def delete(call: Call) -> Answer:
    """Take a field away, with its values."""
    _look(call)
    call.portal.drop_field(_field(call))
    return Answer(None)


def types(call: Call) -> Answer:
    """The types of user fields."""
    _look(call)
    return Answer({"types": {type_: {"userTypeId": type_, "description": title} for type_, title in TYPES.items()}})


def _field(call: Call) -> UserField:
    field = call.portal.user_fields.get(call.number("id"))
    if field is None:
        raise Refusal(400, 0, "Field not found")
    return field


METHODS = [
    Method("userfieldconfig.list", list_, "userfieldconfig"),
    Method("userfieldconfig.get", get, "userfieldconfig"),
    Method("userfieldconfig.add", add, "userfieldconfig"),
    Method("userfieldconfig.update", update, "userfieldconfig"),
    Method("userfieldconfig.delete", delete, "userfieldconfig"),
    Method("userfieldconfig.getTypes", types, "userfieldconfig"),
]
