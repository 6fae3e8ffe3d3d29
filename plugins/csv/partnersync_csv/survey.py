"""What lies in a folder, and how each file of it would be read: for `init`, before there are settings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from partnersync.contract.adapter import Cells, Surveyed
from partnersync.domain.activity import ActivityKind
from partnersync.domain.deal import DealKind, DealState
from partnersync.domain.partner import ContractKind, PartnerKind, PartnerStatus, TaxStatus
from partnersync.domain.registration import RegistrationKind
from partnersync.errors import PartnersyncError
from partnersync_csv.detect import detect
from partnersync_csv.headers import pick
from partnersync_csv.kinds import DATES, FileKind
from partnersync_csv.place import Table, places, table
from partnersync_csv.recognise import Guess, date_formats, guess, known_headers, meanings_of
from partnersync_csv.settings import OUR_TABLES, CsvSettings
from partnersync_csv.source import facts
from partnersync_csv.workbook import is_workbook

SAMPLES = 3
_MOST_WORDS = 50  # a column with more different texts does not name states or kinds
_MOST_DATES = 5_000
_SHOWN = 8
_OTHER_FORMS: tuple[Mapping[str, str], ...] = (
    *({"delimiter": each} for each in (";", "\t", ",", "|")),
    *({"encoding": each} for each in ("cp866", "koi8-r")),
)
"""Forms that a file may have without showing it: tried where it is not recognised without."""

_CHOICES: Mapping[tuple[str, str], type[StrEnum]] = {
    ("partners", "kind"): PartnerKind,
    ("partners", "status"): PartnerStatus,
    ("partners", "tax_status"): TaxStatus,
    ("partners", "contract_kind"): ContractKind,
    ("deals", "kind"): DealKind,
    ("registrations", "kind"): RegistrationKind,
    ("activities", "kind"): ActivityKind,
}
_MAP_IT = "To have it read, name it and its columns under files (docs/plugins/csv.md)"


@dataclass(frozen=True, slots=True)
class _File:
    """One file that was looked at; without a guess `remarks` say why it is not read."""

    path: Path
    guess: Guess | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[bool, int]:
        """Which of several files of a kind is taken: the one with our name, else that with the most columns."""
        return self.guess is not None and self.path.stem == self.guess.kind.key, len(
            self.guess.columns
        ) if self.guess else 0


def survey(folder: Path) -> list[Surveyed]:
    """Every file of the folder itself, in the order of their names; of several of one kind one is read. OSError."""
    folder = folder.resolve()
    ours = {f"{name}.csv" for name in OUR_TABLES}
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] not in ".~")
    looked = [_look(path) for path in paths if path.name not in ours]
    taken: dict[str, Path] = {}
    for each in sorted(looked, key=lambda each: each.rank, reverse=True):
        if each.guess:
            taken.setdefault(each.guess.kind.key, each.path)
    return [_surveyed(each, taken) for each in looked]


def _look(path: Path) -> _File:
    try:
        as_it_is = _in_form(path, {})
        if as_it_is.guess or is_workbook(path):
            return as_it_is
        others = (_in_form(path, form) for form in _OTHER_FORMS)
        return next((other for other in others if other.guess), as_it_is)
    except PartnersyncError as refusal:
        return _File(path, remarks=(_about_it(path, refusal),))


def _about_it(path: Path, refusal: PartnersyncError) -> str:
    """What hinders, in words that can follow the file's name."""
    told = str(refusal)
    named = f"{path.name} "
    return f"it {told.removeprefix(named)}" if told.startswith(named) else told


def _in_form(path: Path, form: Mapping[str, str]) -> _File:
    """What a file is if it has the encoding and delimiter of `form`; those that it leaves out are told by the file."""
    dialect = detect(
        path, encoding=form.get("encoding"), delimiter=form.get("delimiter"), known_headers=known_headers()
    )
    held = table(path, dialect)
    if held is None:
        return _File(path, remarks=("it is empty",))
    found = guess(path.stem, held.header.names)
    if found is None or found.missing:
        return _File(path, remarks=(_unknown(found, held.header.names),))
    if found.preset:
        options = {"file": path.name, "preset": found.preset, **form}
        columns = {"columns": found.columns} if found.columns else {}
        return _File(path, found, {**options, **columns}, _about_partners(found))
    return _mapped(path, found, _Content.of(held, found), form)


def _unknown(found: Guess | None, header: Sequence[str]) -> str:
    told = [" ".join(name.split()) for name in header if name.strip()]
    names = ", ".join(told[:_SHOWN]) + (", …" if len(told) > _SHOWN else "")
    if found is None:
        return f"it has the columns {names}, which tell no kind of record. {_MAP_IT}"
    return f"it looks like {found.kind.key}, but none of its columns {names} is {' or '.join(found.missing)}. {_MAP_IT}"


@dataclass(slots=True)
class _Content:
    """What one pass over a file finds: its different words and dates, rows, ids, and empty required cells."""

    words: dict[str, Counter[str]]
    dates: set[str] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    rows: int = 0
    empty: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, held: Table, found: Guess) -> "_Content":
        places = {column: held.header.positions(name) for column, name in found.columns.items()}
        worded = [name for name in places if name == "state" or (found.kind.key, name) in _CHOICES]
        content = cls({name: Counter() for name in worded})
        for row in held.rows:
            if row.problem:
                continue
            content.rows += 1
            texts = {column: pick(row.values, held_at).strip() for column, held_at in places.items()}
            content.ids.add(hash(tuple(texts[column] for column in found.kind.id_columns)))
            content.empty.update(column for column in found.kind.required if not texts[column])
            for name in worded:
                if texts[name] and len(content.words[name]) <= _MOST_WORDS:
                    content.words[name][texts[name]] += 1
            if len(content.dates) < _MOST_DATES:
                content.dates.update(texts[name] for name in places if name in DATES and texts[name])
        return content


def _mapped(path: Path, found: Guess, content: _Content, form: Mapping[str, str]) -> _File:
    """The settings that a file needs; nothing of it is guessed that its words do not bear out."""
    kind, columns = found.kind, dict(found.columns)
    remarks: list[str] = []
    values: dict[str, dict[str, str]] = {}
    if len(content.words.get("state", ())) > _MOST_WORDS:
        told = f'it looks like {kind.key}, but "{columns["state"]}", taken for state, has too many different texts'
        return _File(path, remarks=(f"{told}. {_MAP_IT}",))
    if content.rows > len(content.ids):
        if content.rows > 1.1 * len(content.ids):
            header = columns[kind.id_columns[0]]
            told = f'it looks like {kind.key}, but "{header}", taken for {kind.id_columns[0]}, is the same in many rows'
            return _File(path, remarks=(f"{told}. {_MAP_IT}",))
        remarks.append(f"{content.rows - len(content.ids)} rows have an id that an earlier row has: they are set aside")
    for name, words in content.words.items():
        choices = _CHOICES.get((kind.key, name))
        others = [word for word in words if word.casefold() not in set(choices)] if choices else []
        meanings, unknown = meanings_of(others, f"{kind.key}.{name}")
        if not unknown or columns[name] == name:
            values |= {name: meanings} if meanings else {}
        elif choices:
            remarks.append(
                f'"{columns.pop(name)}" may be {name}, but has other words than {", ".join(choices)}: '
                f"map it under columns, and its words under values.{name}"
            )
    options: dict[str, object] = {**form}
    if path.name != f"{kind.key}.csv":
        options["file"] = path.name
    renamed = {column: header for column, header in columns.items() if column != header}
    if renamed:
        options["columns"] = renamed
    if values:
        options["values"] = values
    options |= _states(content, remarks) | _date_format(content, remarks)
    for column, number in content.empty.items():
        remarks.append(
            f'"{columns[column]}" is empty in {number:,} of {content.rows:,} rows, which are set aside. '
            f'If one text holds for all of them, give it: defaults = {{ {column} = "…" }}'
            if column not in kind.id_columns
            else f'"{columns[column]}" is empty in {number:,} of {content.rows:,} rows, which are set aside'
        )
    return _File(path, replace(found, columns=columns), options, (*remarks, *_about_partners(found)))


def _about_partners(found: Guess) -> tuple[str, ...]:
    if found.kind.key != "deals" or {"partner_id", "promo_code"} & set(found.columns):
        return ()
    return ("No column is taken for the partner of a deal. If one has it, name it under columns.partner_id",)


def _states(content: _Content, remarks: list[str]) -> dict[str, object]:
    words = content.words.get("state", Counter())
    if all(word.casefold() in set(DealState) for word in words):
        return {}
    meanings, unknown = meanings_of(words, "deals.state")
    if unknown:
        shown = ", ".join(f'"{word}"' for word in unknown[:_MOST_WORDS])
        remarks.append(
            f"Say under states whether these mean open, won or lost; until then their rows are set aside: {shown}"
        )
    return {"states": meanings}


def _date_format(content: _Content, remarks: list[str]) -> dict[str, object]:
    formats, others = date_formats(content.dates)
    if others:
        remarks.append(f"{others:,} different dates are in no form that is known: correct them, or give date_format")
    if len(formats) > 1:
        remarks.append(f"Day and month cannot be told apart: give date_format, {' or '.join(formats)}")
    return {"date_format": formats[0]} if len(formats) == 1 else {}


def _surveyed(looked: _File, taken: Mapping[str, Path]) -> Surveyed:
    name, found = looked.path.name, looked.guess
    if found is None:
        return Surveyed(name, remarks=looked.remarks)
    other = taken[found.kind.key]
    if other != looked.path:
        told = f"it looks like {found.kind.key} too, which are read from {other.name}"
        return Surveyed(name, remarks=(f"{told}. For both, make a connection for each",))
    what = f"{found.kind.key} ({found.preset})" if found.preset else found.kind.key
    options = {"files": {found.kind.key: looked.options}} if looked.options else {}
    try:
        samples, notices = _read(looked.path, found.kind, options)
    except ValidationError as error:
        reasons = ". ".join(each["msg"] for each in error.errors())
        return Surveyed(name, remarks=(f"it looks like {found.kind.key}, but cannot be read so: {reasons}",))
    except PartnersyncError as error:
        return Surveyed(name, remarks=(f"it looks like {found.kind.key}, but cannot be read so: {error}",))
    return Surveyed(name, what, options, (*looked.remarks, *notices), samples)


def _read(path: Path, kind: FileKind, options: Mapping[str, object]) -> tuple[tuple[Cells, ...], tuple[str, ...]]:
    """The first records, and what is told of the whole file, as a pull with these settings would give them."""
    settings = CsvSettings.model_validate({"path": str(path.parent), "out": f"{path.parent}.out", **options})
    place = next(place for place in places(settings, path.parent) if place.kind == kind)
    page = next(facts(place, None))
    cells = [raw.cells for raw in page.raws if raw.cells is not None and not raw.problem]
    return tuple(cells[:SAMPLES]), tuple(reason for _, _, reason in page.notices)
