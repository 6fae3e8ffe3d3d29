"""What is due against what is there: the steps between them, and what is otherwise and is left as it is. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partnersync.contract.crm_due import DueChoice
from partnersync.contract.crm_fields import GROUP
from partnersync_bitrix24.commands import Command
from partnersync_bitrix24.metadata import Choice, Entity, FieldDef, Metadata
from partnersync_bitrix24.places import made_field
from partnersync_bitrix24.schema_due import DueField

Body = dict[str, Any]
_FAMILIES = {Entity.DEAL: "crm.deal", Entity.COMPANY: "crm.company"}
_SECTION = "partnersync"
_CARDS = {Entity.DEAL: "deals", Entity.COMPANY: "companies"}


@dataclass(frozen=True, slots=True)
class Change:
    """Another definition of one field of ours. `choices` are added to those that it has at the moment of the call."""

    code: str
    field: FieldDef
    lock: bool = False
    choices: tuple[DueChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """In the order in which they are made. `drift`: sentences with their mend, about what no step may touch."""

    processes: tuple[str, ...] = ()
    make: tuple[DueField, ...] = ()
    change: tuple[Change, ...] = ()
    drift: tuple[str, ...] = ()


def steps_of(processes: Sequence[str], fields: Sequence[DueField], known: Metadata) -> Steps:
    """What is missing is made, what is ours and was unlocked is locked, choices are added; nothing is taken away.

    Names, order, card sections and options of our fields are the admin's as soon as they are there.
    """
    names = {one.name.casefold() for one in known.processes}
    found = [(due, made_field(known, due.entity, due.code)) for due in fields]
    changes, drift = [], []
    for due, there in found:
        if there is None:
            continue
        if there.type != due.type or there.multiple:
            of = f"{'several values of ' if there.multiple else ''}type {there.type}, not {due.type}"
            mend = "Take its XML_ID away in the portal, and a new one is made"
            drift.append(f"field {due.code} of {cards(due.entity, known)} is of {of}. {mend}")
            continue
        lock, choices = due.locked and not there.locked, tuple(_new_choices(due.choices, there.choices))
        change = Change(due.code, there, lock, choices)
        if change.lock or change.choices:
            changes.append(change)
    return Steps(
        tuple(name for name in processes if name.casefold() not in names),
        tuple(due for due, there in found if there is None),
        tuple(changes),
        tuple(drift),
    )


def told(steps: Steps, known: Metadata) -> Iterator[str]:
    """Each step in words, for administrators."""
    yield from (f'make the smart process "{name}", then its fields' for name in steps.processes)
    for due in steps.make:
        kind = f"{due.type}, {'programs alone write it' if due.locked else 'people write it'}"
        yield f'make field {due.code} "{due.names["ru"]}" of {cards(due.entity, known)} ({kind})'
    for change in steps.change:
        name = f'field {change.field.code} "{change.field.name}" of {cards(change.field.entity, known)}'
        if change.lock:
            yield f"lock {name}: programs alone write it"
        if change.choices:
            yield f"add to {name}: {', '.join(one.value for one in change.choices)}"


def cards(entity: int, known: Metadata) -> str:
    """What cards of a kind are called."""
    process = next((one for one in known.processes if one.entity == entity), None)
    return f'smart process "{process.name}"' if process else _CARDS[Entity(entity)]


def make_process(name: str) -> Command:
    """A smart process with stages, a client and its own recycle bin; no catalog, automation or pipelines."""
    flags = dict.fromkeys(("isStagesEnabled", "isClientEnabled", "isRecyclebinEnabled", "isUseInUserfieldEnabled"), "Y")
    return Command("crm.type.add", {"fields": {"title": name, **flags}})


def make_field(due: DueField, known: Metadata) -> Command:
    """A field with names in both languages; its code is of letters and underscores, which read the same both ways."""
    choices = [(one.value, one.code, sort * 10) for sort, one in enumerate(due.choices, 1)]
    if family := _FAMILIES.get(Entity(due.entity)) if due.entity in set(Entity) else None:
        names = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL")
        fields: Body = {
            "FIELD_NAME": f"UF_CRM_{due.code}",
            "USER_TYPE_ID": due.type,
            "XML_ID": due.code,
            "EDIT_IN_LIST": "N" if due.locked else "Y",
            "SHOW_FILTER": "Y",
            **{name: dict(due.names) for name in names},
        }
        if choices:
            fields["LIST"] = [{"VALUE": value, "XML_ID": code, "SORT": sort} for value, code, sort in choices]
        return Command(f"{family}.userfield.add", {"fields": fields})
    owner = f"CRM_{process_id(due.entity, known)}"
    field: Body = {
        "entityId": owner,
        "fieldName": f"UF_{owner}_{due.code}",
        "userTypeId": due.type,
        "xmlId": due.code,
        "editInList": "N" if due.locked else "Y",
        "showFilter": "Y",
        "editFormLabel": dict(due.names),
    }
    if choices:
        field["enum"] = [{"value": value, "xmlId": code, "sort": sort} for value, code, sort in choices]
    return Command("userfieldconfig.add", {"moduleId": "crm", "field": field})


def change_field(change: Change, now: FieldDef) -> Command:
    """The change of a field as it is `now`; only what changes stands in it.

    The list of options goes whole and with its ids: of a smart process what is missing there is deleted, and with it
    every value that points to it.
    """
    options = [_option(one) for one in _whole_list(change.choices, now.choices)] if change.choices else []
    if family := _FAMILIES.get(Entity(now.entity)) if now.entity in set(Entity) else None:
        fields: Body = ({"EDIT_IN_LIST": "N"} if change.lock else {}) | ({"LIST": options} if options else {})
        return Command(f"{family}.userfield.update", {"id": now.id, "fields": fields})
    field: Body = {"editInList": "N"} if change.lock else {}
    if options:
        lower = {"ID": "id", "VALUE": "value", "SORT": "sort", "XML_ID": "xmlId"}
        field |= {"userTypeId": now.type, "enum": [{lower[key]: one[key] for key in one} for one in options]}
    return Command("userfieldconfig.update", {"moduleId": "crm", "id": now.id, "field": field})


def shown_name(due: DueField, known: Metadata) -> str:
    """The field as layouts of cards name it."""
    own = due.entity in set(Entity)
    return f"UF_CRM_{due.code}" if own else f"UF_CRM_{process_id(due.entity, known)}_{due.code}"


def layout_places(entity: int, known: Metadata) -> list[Body]:
    """Where the common layouts of cards of a kind stand: of deals one for each pipeline."""
    place: Body = {"entityTypeId": int(entity), "scope": "C"}
    if entity != Entity.DEAL:
        return [place]
    lines = [one.id for one in known.pipelines if one.entity == Entity.DEAL]
    return [{**place, "extras": {"dealCategoryId": line}} for line in lines]


def with_section(sections: Sequence[Body], names: Sequence[str]) -> list[Body]:
    """A layout with these fields in a section of ours; all that stands there stays."""
    new = [{"name": name, "optionFlags": "0"} for name in names]
    if any(one.get("name") == _SECTION for one in sections):
        return [
            {**one, "elements": [*one["elements"], *new]} if one.get("name") == _SECTION else one for one in sections
        ]
    return [*sections, {"name": _SECTION, "title": GROUP["ru"], "type": "section", "elements": new}]


def lost(before: FieldDef, after: FieldDef) -> set[int]:
    """Ids of options that a change has taken away."""
    return {one.id for one in before.choices} - {one.id for one in after.choices}


def process_id(entity: int, known: Metadata) -> int:
    """The id of the definition of a smart process, by which its fields are named."""
    return next(one.id for one in known.processes if one.entity == entity)


def _new_choices(due: Sequence[DueChoice], there: Sequence[Choice]) -> Iterator[DueChoice]:
    codes = {one.code for one in there}
    return (one for one in due if one.code not in codes)


def _whole_list(due: Sequence[DueChoice], there: Sequence[Choice]) -> Iterator[Choice]:
    """What is there, then what is new; an option that people made under its name gets the code."""
    new = list(_new_choices(due, there))
    for one in there:
        named = next((due for due in new if due.value.casefold() == one.value.casefold()), None)
        if named:
            new.remove(named)
        yield replace(one, code=named.code) if named else one
    last = max((one.sort for one in there), default=0)
    yield from (Choice(0, one.value, last + place * 10, one.code) for place, one in enumerate(new, 1))


def _option(one: Choice) -> Body:
    return ({"ID": one.id} if one.id else {}) | {"VALUE": one.value, "SORT": one.sort, "XML_ID": one.code}
