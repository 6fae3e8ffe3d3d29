"""Rows of a file → records in canonical cells, by the mapping of the settings. Pure but for what waits on the disk."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain

from partnersync.contract.adapter import NO_CELLS, Cells, Origin, Raw
from partnersync.domain.spreadsheet import plain
from partnersync_csv import product_lines
from partnersync_csv.crm_deal import Trouble, settle, state_of
from partnersync_csv.headers import Header, Width, pick
from partnersync_csv.kinds import DATES, FileKind
from partnersync_csv.presets import CLOSED, PRICE, QUANTITY
from partnersync_csv.product_lines import Line
from partnersync_csv.recognise import NEAR, simple
from partnersync_csv.scan import OVERLONG, UNCLOSED, Row, unquote
from partnersync_csv.settings import FileSettings
from partnersync_csv.sources import Columns, Sources
from partnersync_csv.translate import translations

_YES = frozenset({"1", "true", "yes", "y", "да"})
_NO = frozenset({"", "0", "false", "no", "n", "нет"})
_SHOWN = 12  # headers named in a complaint
_NEVER_GUESSED = DATES | {"amount", "currency"}  # an error there does not mean that there is none
_AN_ERROR = "is an error of the workbook: correct its formula there"
_UNSAVED = "is a formula whose value was not saved: open the workbook, let it calculate, save it"
_MENDS = {UNCLOSED: "correct the quotes of this line", OVERLONG: "shorten its longest cell"}
_FINE = ("", "BAD_VALUE", "", "")


def _called(line: int) -> str:
    """The record id of a row that tells none, so that its issue has a place."""
    return f"line:{line}"


def _about(error: str) -> str:
    return _UNSAVED if error.startswith("=") else _AN_ERROR


def hides_its_id(raw: Raw) -> bool:
    """Whether a lost quote, or a cell that is too long, hides whose row this is."""
    return bool(raw.problem) and raw.cells is None and raw.record_id == _called(raw.origin.line)


class Reader:
    """Reads the rows below one header. `gives_seen`: our managed columns are looked for as well. `harmless_ids`: the
    file is ours as a whole, so that an apostrophe that keeps an id from running as a formula is not part of it.
    `handed_in`: no settings could map its columns.
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
        handed_in: bool = False,
    ) -> None:
        self._kind = kind
        self._handed_in = handed_in
        self._file = file
        self._header = header
        self._width = width
        self._sources = Sources(kind, settings, header)
        places = self._sources.places
        self._translations = translations(settings, places)
        self._constants = {name: text for name, text in settings.defaults.items() if name not in places}
        self._id_places = places.get(kind.id_columns[0], ())
        self._id_translation = self._translations.get(kind.id_columns[0])
        self._states = settings.state_words() if "state" in places else None
        self._default_state = settings.defaults.get("state", "")
        self._harmless_ids = harmless_ids
        self._preset = settings.used_preset()
        self._currency = ""
        if self._preset:  # other cells of a row may tell its currency
            self._currency = settings.defaults.get("currency", "") or self._preset.currency(header.names)
            self._constants.pop("currency", None)
        self._has_lines = bool(self._preset and self._preset.product_lines and "products" in places)
        self._gives_seen = gives_seen and bool(kind.managed)
        ours = {name: held for name in kind.managed if (held := header.positions(name))}
        self._seen = Columns(ours)
        self._first_of_ours = min((held[0] for held in ours.values()), default=0)
        needed = [name for name in kind.columns if name in settings.columns or name in kind.required]
        self._gaps = {name: self._sources.wanted[name] for name in needed if name not in places}

    @property
    def id_header(self) -> str:
        """What the file calls the only id column; empty if it has none."""
        return self._sources.own(self._kind.id_columns[0]) if self._id_places else ""

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
        """Our managed fields as the row holds them; a column that the file has not is left out.

        A row that ends before the first of them has none: somebody wrote it down without them.
        """
        if len(row.values) <= self._first_of_ours:
            return NO_CELLS
        values = self._seen.of(self._padded(row.values))
        return {name: plain(text) if text.startswith("'") else text for name, text in values.items()}

    def raws(self, rows: Iterable[Row]) -> Iterator[Raw]:
        """The records that rows tell: each row one, or the rows of one deal together where those are its products."""
        if not self._has_lines:
            return map(self.raw, rows)
        groups = product_lines.by_id(rows, self.record_id)
        return chain.from_iterable(product_lines.deals(list(map(self._line, group))) for group in groups)

    def ours(self, rows: Iterable[Row]) -> Iterator[Raw]:
        """Records with our managed fields alone, of the rows that can be used."""
        usable = (row for row in rows if not row.problem and self.record_id(row))
        groups = product_lines.by_id(usable, self.record_id) if self._has_lines else ([row] for row in usable)
        for group in groups:
            seen = product_lines.agreed(map(self.seen, group))
            yield Raw(self.record_id(group[0]), None, seen, Origin(self._file, group[0].line))

    def raw(self, row: Row) -> Raw:
        """The record of one row. Without an id it is called by its line; with a problem it tells no managed fields."""
        return self._line(row).raw

    def _line(self, row: Row) -> Line:
        if row.problem:
            return Line(self._broken(row))
        values = self._padded(row.values)
        cells = self._told(values)
        record_id = self._id(cells)
        deleted = cells.pop("deleted", "").strip().lower()
        errors = self._errors(row) if row.errors else {}
        problem, code, column, value = self._trouble(row, cells, record_id, deleted, errors)
        cells.pop(CLOSED, "")
        price, quantity = cells.pop(PRICE, ""), cells.pop(QUANTITY, "")
        raw = Raw(
            record_id or _called(row.line),
            cells,
            self.seen(row) if self._gives_seen and not problem and not self._width.is_shifted(row.values) else None,
            Origin(self._file, row.line, self._sources.renamed(values)),
            deleted=deleted in _YES,
            merged_into=cells.get("merged_into", "").strip() or None,
            problem=problem,
            problem_code=code,
            value=value,
            column=column,
            warnings=tuple(("BAD_VALUE", name, text, _about(text)) for name, text in errors.items()),
        )
        return Line(raw, price, quantity)

    def _errors(self, row: Row) -> dict[str, str]:
        """The columns whose cells tell no value, with what they hold: an error (#N/A), or a formula that was not saved
        with its value. They are read as empty.
        """
        held = {name: self._sources.places.get(name, ()) for name in self._kind.columns}
        found = {name: [place for place in places if place in row.errors] for name, places in held.items()}
        return {name: plain(unquote(row.raw[places[-1]])) for name, places in found.items() if places}

    def _padded(self, values: tuple[str, ...]) -> tuple[str, ...]:
        missing = self._width.columns - len(values)
        return values if missing <= 0 else values + ("",) * missing

    def _told(self, values: tuple[str, ...]) -> dict[str, str]:
        cells = self._sources.cells(values)
        for name, translate in self._translations.items():
            cells[name] = translate(cells[name])
        return cells | self._constants if self._constants else cells

    def _id(self, cells: Cells) -> str:
        """The id columns joined by a slash; empty if all of them are."""
        parts = [cells.get(name, "").strip() for name in self._kind.id_columns]
        return "/".join(parts) if any(parts) else ""

    def _broken(self, row: Row) -> Raw:
        """A row with a lost quote, or too long: only the cells in front of that are what they seem."""
        values = self._padded(row.values[:-1])
        cells = self._told(values)
        record_id = self._id(cells) if all(map(cells.get, self._kind.id_columns)) else ""
        problem = f"has an {row.problem}: {_MENDS[row.problem]}"
        origin = Origin(self._file, row.line, self._sources.renamed(values))
        return Raw(record_id or _called(row.line), None, None, origin, problem=problem)

    def _trouble(
        self, row: Row, cells: dict[str, str], record_id: str, deleted: str, errors: Mapping[str, str]
    ) -> Trouble:
        if self._width.says_more(row.values):
            problem = "has more cells than there are columns: quote the cell that holds a delimiter"
            return problem, "BAD_VALUE", "", ""
        for name, text in errors.items():
            if name in self._kind.required or name in _NEVER_GUESSED:
                return _about(text), "BAD_VALUE", name, text
        if not record_id:
            return "is empty: every record needs it", "MISSING", self._kind.id_columns[0], ""
        if self._states is not None:
            text = cells["state"].strip()
            state = self._state(text, cells, self._states) if text else self._default_state
            if state is None:
                return "is not named under states: say there what it means", "STATE_UNKNOWN", "state", text
            cells["state"] = state
        if deleted not in _NO and deleted not in _YES:
            return "is neither yes nor no", "BAD_VALUE", "deleted", deleted
        return (settle(cells, self._currency) if self._preset else None) or _FINE

    def _state(self, text: str, cells: Cells, states: Mapping[str, str]) -> str | None:
        return state_of(text, cells, states) if self._preset else states.get(text)

    def _complaint(self, gaps: Mapping[str, str]) -> str:
        if not gaps:
            return ""
        names = [name for name in self._header.names if name]
        alike = {simple(name): name for name in reversed(names)}
        said = []
        for name, source in gaps.items():
            near = get_close_matches(simple(source), alike, n=1, cutoff=NEAR)
            said.append(f'"{source}" for {name}' + (f' (is it "{alike[near[0]]}"?)' if near else ""))
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        mapping = "" if self._handed_in else f"files.{self._kind.key}.columns or "
        return f"has no column {', '.join(said)}: correct {mapping}the header, which is {shown}"
