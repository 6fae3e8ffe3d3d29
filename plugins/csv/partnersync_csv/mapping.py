"""Rows of a file → canonical cells, by the mapping of the settings. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache, partial
from operator import itemgetter

from partnersync.contract.adapter import Cells, Origin, Raw
from partnersync.domain.spreadsheet import plain
from partnersync_csv.headers import Header, Width, clean_name, pick
from partnersync_csv.kinds import DATES, LISTS, FileKind
from partnersync_csv.scan import Row
from partnersync_csv.settings import ANY_OTHER, FileSettings

_REMEMBERED = 8192  # translations kept for each column: dates, states and products repeat
_YES = frozenset({"1", "true", "yes", "y", "да"})
_NO = frozenset({"", "0", "false", "no", "n", "нет"})
_SHOWN = 12  # headers named in a complaint
_NEVER_GUESSED = DATES | {"amount", "currency"}  # an error there does not mean that there is none
_AN_ERROR = "is an error of the workbook: correct its formula there"
_FINE = ("", "BAD_VALUE", "", "")

Translate = Callable[[str], str]
Trouble = tuple[str, str, str, str]  # problem with its mend, code, column, value; no problem: none


def line_id(row: Row) -> str:
    """The record id of a row that tells none, so that its issue has a place."""
    return f"line:{row.line}"


class Reader:
    """Reads the rows below one header. `gives_seen`: our managed columns are looked for as well. `harmless_ids`: the
    file is ours as a whole, so that an apostrophe that keeps an id from running as a formula is not part of it.
    """

    def __init__(
        self,
        kind: FileKind,
        settings: FileSettings[str],
        header: Header,
        width: Width,
        *,
        file: str,
        gives_seen: bool = False,
        harmless_ids: bool = False,
    ) -> None:
        self._kind = kind
        self._file = file
        self._header = header
        self._width = width
        sources = {name: settings.columns.get(name, name) for name in kind.columns}
        places = {name: held for name, source in sources.items() if (held := header.positions(source))}
        self._cells = _Cells(places)
        self._constants = {name: text for name, text in settings.defaults.items() if name not in places}
        self._renamed = {name: source for name in places if clean_name(source := sources[name]) != name}
        self._translations = _translations(settings, places)
        self._id_places = places.get(kind.id_columns[0], ())
        self._id_translation = self._translations.get(kind.id_columns[0])
        self._states = settings.state_words() if "state" in places else None
        self._default_state = settings.defaults.get("state", "")
        self._harmless_ids = harmless_ids
        self._places = places
        self._gives_seen = gives_seen and bool(kind.managed)
        self._seen = _Cells({name: held for name in kind.managed if (held := header.positions(name))})
        needed = [name for name in kind.columns if name in settings.columns or name in kind.required]
        self._gaps = {name: sources[name] for name in needed if name not in places}

    @property
    def tells_ids(self) -> bool:
        """Whether the file has the id column."""
        return bool(self._id_places)

    @property
    def lacks(self) -> str:
        """Columns that are mapped or required, are not in the file and have no default: its rows cannot be read."""
        return self._complaint({name: source for name, source in self._gaps.items() if name not in self._constants})

    @property
    def defaulted(self) -> str:
        """Columns that are mapped and not in the file, so that every row takes the default."""
        gaps = {name: source for name, source in self._gaps.items() if name in self._constants and name != source}
        return self._complaint(gaps)

    def record_id(self, row: Row) -> str:
        """The id that the row tells, or an empty text; of a kind with one id column."""
        values = row.values[:-1] if row.problem else row.values
        text = pick(values, self._id_places)
        return self.id_of(plain(text) if self._harmless_ids else text)

    def id_of(self, text: str) -> str:
        """The id that a cell of the only id column stands for."""
        return (self._id_translation(text) if self._id_translation else text).strip()

    def seen(self, row: Row) -> Cells:
        """Our managed fields as the row holds them; a column that the file has not is left out."""
        values = self._seen.of(self._padded(row.values))
        return {name: plain(text) if text.startswith("'") else text for name, text in values.items()}

    def raw(self, row: Row) -> Raw:
        """The record. Without an id it is called by its line; with a problem its managed fields are not told."""
        origin = Origin(self._file, row.line, self._renamed)
        if row.problem:
            return self._broken(row, origin)
        values = self._padded(row.values)
        cells = self._told(values)
        record_id = self._id(cells)
        deleted = cells.pop("deleted", "").strip().lower()
        errors = self._errors(row) if row.errors else {}
        problem, code, column, value = self._trouble(row, cells, record_id, deleted, errors)
        return Raw(
            record_id or line_id(row),
            cells,
            self.seen(row) if self._gives_seen and not problem and not self._width.is_shifted(row.values) else None,
            origin,
            deleted=deleted in _YES,
            merged_into=cells.get("merged_into", "").strip() or None,
            problem=problem,
            problem_code=code,
            value=value,
            column=column,
            warnings=tuple(("BAD_VALUE", name, text, _AN_ERROR) for name, text in errors.items()),
        )

    def _errors(self, row: Row) -> dict[str, str]:
        """The columns whose cells hold an error of the workbook (#N/A), which is read as empty, with that error."""
        found = {name: [place for place in held if place in row.errors] for name, held in self._places.items()}
        return {name: row.raw[places[-1]] for name, places in found.items() if places}

    def _padded(self, values: tuple[str, ...]) -> tuple[str, ...]:
        missing = self._width.columns - len(values)
        return values if missing <= 0 else values + ("",) * missing

    def _told(self, values: tuple[str, ...]) -> dict[str, str]:
        cells = self._cells.of(values)
        for name, translate in self._translations.items():
            cells[name] = translate(cells[name])
        return cells | self._constants if self._constants else cells

    def _id(self, cells: Cells) -> str:
        """The id columns joined by a slash; empty if all of them are."""
        parts = [cells.get(name, "").strip() for name in self._kind.id_columns]
        return "/".join(parts) if any(parts) else ""

    def _broken(self, row: Row, origin: Origin) -> Raw:
        """A row with a lost quote: only the cells in front of that quote are what they seem."""
        cells = self._told(self._padded(row.values[:-1]))
        record_id = self._id(cells) if all(map(cells.get, self._kind.id_columns)) else ""
        problem = f"has an {row.problem}: correct the quotes of this line"
        return Raw(record_id or line_id(row), None, None, origin, problem=problem)

    def _trouble(
        self, row: Row, cells: dict[str, str], record_id: str, deleted: str, errors: Mapping[str, str]
    ) -> Trouble:
        if self._width.says_more(row.values):
            problem = "has more cells than there are columns: quote the cell that holds a delimiter"
            return problem, "BAD_VALUE", "", ""
        for name, text in errors.items():
            if name in self._kind.required or name in _NEVER_GUESSED:
                return _AN_ERROR, "BAD_VALUE", name, text
        if not record_id:
            return "is empty: every record needs it", "MISSING", self._kind.id_columns[0], ""
        if self._states is not None:
            text = cells["state"].strip()
            state = self._states.get(text) if text else self._default_state
            if state is None:
                return "is not named under states: say there what it means", "STATE_UNKNOWN", "state", text
            cells["state"] = state
        if deleted not in _NO and deleted not in _YES:
            return "is neither yes nor no", "BAD_VALUE", "deleted", deleted
        return _FINE

    def _complaint(self, gaps: Mapping[str, str]) -> str:
        if not gaps:
            return ""
        names = [name for name in self._header.names if name]
        said = []
        for name, source in gaps.items():
            near = get_close_matches(source, names, n=1)
            said.append(f'"{source}" for {name}' + (f' (is it "{near[0]}"?)' if near else ""))
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        mend = f"correct files.{self._kind.key}.columns or the header, which is {shown}"
        return f"has no column {', '.join(said)}: {mend}"


class _Cells:
    """Takes named cells out of rows that are as wide as the header."""

    def __init__(self, places: Mapping[str, tuple[int, ...]]) -> None:
        self._names = tuple(places)
        self._several = [(name, held) for name, held in places.items() if len(held) > 1]
        self._take = _taking([held[-1] for held in places.values()])

    def of(self, values: Sequence[str]) -> dict[str, str]:
        cells = dict(zip(self._names, self._take(values), strict=True))
        for name, held in self._several:
            cells[name] = pick(values, held)
        return cells


def _taking(positions: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda values: [values[position] for position in positions]


def _translations(settings: FileSettings[str], names: Mapping[str, object]) -> dict[str, Translate]:
    """What happens to the text of a cell, for those columns where something does."""
    made: dict[str, Translate] = {}
    for name in names:
        steps: list[Translate] = []
        if name in settings.values:
            steps.append(partial(_in_words, settings.values[name], name in LISTS))
        if settings.date_format and name in DATES:
            steps.append(partial(_in_iso, settings.date_format, _tells_time(settings.date_format)))
        default = settings.defaults.get(name, "") if name != "state" or settings.state_words() is None else ""
        if steps or default:
            made[name] = lru_cache(_REMEMBERED)(partial(_translated, steps, default))
    return made


def _translated(steps: Sequence[Translate], default: str, text: str) -> str:
    text = text.strip()
    if not text:
        return default
    for step in steps:
        text = step(text)
    return text


def _in_words(words: Mapping[str, str], is_list: bool, text: str) -> str:
    if text not in words and is_list and "|" in text:
        return "|".join(_in_words(words, False, item.strip()) for item in text.split("|"))
    return words.get(text, words.get(ANY_OTHER, text))


def _in_iso(date_format: str, tells_time: bool, text: str) -> str:
    try:
        moment = datetime.strptime(text, date_format)  # noqa: DTZ007 - without an offset it is in the program's zone
    except ValueError:
        return text
    return moment.isoformat() if tells_time else moment.date().isoformat()


def _tells_time(date_format: str) -> bool:
    day = datetime(2001, 2, 3, tzinfo=UTC)
    return day.strftime(date_format) != day.replace(hour=14, minute=5, second=6).strftime(date_format)
