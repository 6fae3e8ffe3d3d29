"""What is due against what is there: the steps between them, and what is otherwise and is left as it is. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partnersync.contract.crm_due import DueChoice
from partnersync.contract.crm_fields import GROUP, Language
from partnersync_amocrm.metadata import Choice, FieldDef, Metadata
from partnersync_amocrm.places import field_of, stage_of
from partnersync_amocrm.schema_due import DueField, DueStage

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Make:
    """New fields of one kind of card, all in one call; into the group of that name, which is made first if need be."""

    entity: str
    group: str
    fields: tuple[DueField, ...]
    stages: Mapping[str, frozenset[tuple[int, int]]]  # by code: before which it has to be filled


@dataclass(frozen=True, slots=True)
class Change:
    """Another definition of one field. `choices` are added to those that it has at the moment of the call."""

    field: FieldDef
    lock: bool = False
    choices: tuple[DueChoice, ...] = ()
    stages: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Steps:
    """In the order in which they are made. `drift`: sentences with their mend, about what no step may touch."""

    make: tuple[Make, ...] = ()
    change: tuple[Change, ...] = ()
    drift: tuple[str, ...] = ()


def steps_of(fields: Sequence[DueField], stages: Iterable[DueStage], known: Metadata, language: Language) -> Steps:
    """What is missing is made, what is ours and was unlocked is locked, choices are added; nothing is taken away.

    Names, groups, order and colours are the admin's as soon as a field is there. ConfigError: a stage or field that the
    settings name and the account does not have.
    """
    there = {(one.entity, one.code): one for some in known.fields.values() for one in some if one.code}
    missing = [due for due in fields if (due.entity, due.code) not in there]
    changes, drift = _differences([(due, there[due.entity, due.code]) for due in fields if due not in missing])
    before: dict[str, frozenset[tuple[int, int]]] = {}
    for wish in stages:
        pair = stage_of(known, f"{wish.pipeline}/{wish.stage}", _REQUIRED)
        due = next((one for one in fields if (one.entity, one.code) == ("leads", wish.field.upper())), None)
        if due and due in missing and not due.api_only:
            before[due.code] = before.get(due.code, frozenset()) | {pair}
            continue
        if due and due.api_only:
            drift.append(_FILLED_BY_PROGRAMS.format(wish.field))
            continue
        place = field_of(known, "leads", wish.field, _REQUIRED)
        if place.api_only:
            drift.append(_FILLED_BY_PROGRAMS.format(wish.field))
        elif place.type == "monetary":
            drift.append(f'field "{place.name}" holds money, which is left alone. Require it in the account itself')
        elif pair not in place.required:
            so_far = changes.get(place.id, Change(place))
            changes[place.id] = replace(so_far, stages=so_far.stages | {pair})
    entities = dict.fromkeys(due.entity for due in missing)
    makes = (
        Make(entity, GROUP[language], tuple(due for due in missing if due.entity == entity), before)
        for entity in entities
    )
    return Steps(tuple(makes), tuple(changes.values()), tuple(drift))


_REQUIRED = "deals.required"
_FILLED_BY_PROGRAMS = 'field "{}" is filled by programs alone, so no stage can ask for it. Require another one'


def _differences(pairs: Iterable[tuple[DueField, FieldDef]]) -> tuple[dict[int, Change], list[str]]:
    """Changes by the field's id, and what no change may touch."""
    changes: dict[int, Change] = {}
    drift: list[str] = []
    for due, found in pairs:
        if found.type != due.type:
            mend = "Take its code away in the account, and a new one is made"
            drift.append(f"field {due.code} of {due.entity} is of type {found.type}, not {due.type}. {mend}")
            continue
        lock, choices = due.api_only and not found.api_only, tuple(_new_choices(due.choices, found.choices))
        if lock or choices:
            changes[found.id] = Change(found, lock, choices)
    return changes, drift


def told(steps: Steps, known: Metadata) -> Iterator[str]:
    """Each step in words, for administrators."""
    for make in steps.make:
        for due in make.fields:
            kind = f"{due.type}, {'programs alone write it' if due.api_only else 'people write it'}"
            yield f'make field {due.code} "{due.name}" of {make.entity} ({kind}) in group "{make.group}"'
            yield from (f"require it before {_named(pair, known)}" for pair in sorted(make.stages.get(due.code, ())))
    for change in steps.change:
        name = f'field {change.field.code or change.field.id} "{change.field.name}" of {change.field.entity}'
        if change.lock:
            yield f"lock {name}: programs alone write it"
        if change.choices:
            yield f"add to {name}: {', '.join(one.value for one in change.choices)}"
        yield from (f"require {name} before {_named(pair, known)}" for pair in sorted(change.stages))


def _named(pair: tuple[int, int], known: Metadata) -> str:
    line = known.pipeline(pair[0])
    return "/".join(f"{line.name}/{stage.name}" for stage in line.stages if stage.id == pair[1]) if line else ""


def made(due: DueField, group: str, stages: Iterable[tuple[int, int]]) -> Body:
    """The body that makes a field in the group with this id."""
    body: Body = {
        "type": due.type,
        "name": due.name,
        "code": due.code,
        "group_id": group,
        "is_api_only": due.api_only,
    }
    if due.choices:
        body["enums"] = [
            {"value": one.value, "code": one.code, "sort": sort} for sort, one in enumerate(due.choices, 1)
        ]
    if pairs := _stages(stages):
        body["required_statuses"] = pairs
    return body


def changed(change: Change, now: FieldDef) -> Body:
    """The body that changes a field as it is `now`; only what changes stands in it.

    Choices go whole and with their ids: without one an entry is replaced, and with it every value that points there.
    """
    body: Body = {}
    if change.lock:
        body["is_api_only"] = True
    if change.choices:
        body["enums"] = list(_whole_list(change.choices, now.choices))
    if change.stages:
        body["required_statuses"] = _stages(now.required | change.stages)
    return body


def lost(before: FieldDef, after: FieldDef) -> set[int]:
    """Ids of choices that a change has taken away."""
    return {one.id for one in before.choices} - {one.id for one in after.choices}


def _stages(pairs: Iterable[tuple[int, int]]) -> list[Body]:
    return [{"pipeline_id": line, "status_id": stage} for line, stage in sorted(pairs)]


def _new_choices(due: Sequence[DueChoice], there: Sequence[Choice]) -> Iterator[DueChoice]:
    codes = {one.code for one in there}
    return (one for one in due if one.code not in codes)


def _whole_list(due: Sequence[DueChoice], there: Sequence[Choice]) -> Iterator[Body]:
    """What is there, then what is new; an entry that people made for it without a code gets the code."""
    new = list(_new_choices(due, there))
    for one in there:
        named = None if one.code else next((due for due in new if due.value.casefold() == one.value.casefold()), None)
        if named:
            new.remove(named)
        code = one.code or (named.code if named else "")
        yield {"id": one.id, "value": one.value, "sort": one.sort, **({"code": code} if code else {})}
    last = max((one.sort for one in there), default=0)
    yield from ({"value": one.value, "sort": sort, "code": one.code} for sort, one in enumerate(new, last + 1))


def group_id(known: Metadata, entity: str, name: str) -> str | None:
    """The id of a group of fields by its name; None: it is not there."""
    found = [number for (owner, number), there in known.groups.items() if (owner, there) == (entity, name)]
    return found[0] if found else None
