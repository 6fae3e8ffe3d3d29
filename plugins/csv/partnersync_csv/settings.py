"""The keys of a csv connection: where its files are and how foreign ones are read."""

import os.path
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import PurePath
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from partnersync_csv.crm_text import plain_text
from partnersync_csv.kinds import BY_KEY, FILE_KINDS, FileKind
from partnersync_csv.presets import PRESETS, Preset

ANY_OTHER = "*"
"""Among `values`: every text that is not named."""

OUR_TABLES = ("ledger", "incidents", "notes", "tasks", "statements", "payouts", "issues")
"""Names of the files that are ours alone."""

WORKBOOK_IN_PLACE = "Save it as CSV, or set in_place = false: then a .csv with our columns is written into out"
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})

C = TypeVar("C", bound=str)
_A_MOMENT = datetime(2001, 2, 3, 14, 5, 6, tzinfo=UTC)


def _refused(error: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("value_error", "{error}. {mend}", {"error": error, "mend": mend})


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise _refused(f"no encoding is called {name!r}", "Name one, as utf-8, cp1251 or utf-16-le") from None
    return name


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise _refused(f"{text!r} cannot divide cells", 'Name one character, as "," or ";" or "\\t"')
    return text


def _date_format(text: str) -> str:
    try:
        told = datetime.strptime(_A_MOMENT.strftime(text), text).date()  # noqa: DTZ007 - only its day counts
    except ValueError:
        told = None
    if told != _A_MOMENT.date():
        raise _refused(f"{text!r} does not tell a day", "Write day, month and year, as %d.%m.%Y or %d.%m.%Y %H:%M:%S")
    return text


def _inside(file: str) -> str:
    path = PurePath(file)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise _refused(f"{file!r} is no file inside the folder", "Name one by its place below path")
    return file


def _source_text(text: str) -> str:
    if not text.strip():
        raise _refused("an empty cell is no value", "Say under defaults what it means")
    return text.strip()


def _column_of(key: str) -> Callable[[str], str]:
    def known(name: str) -> str:
        columns = BY_KEY[key].columns
        if name in columns:
            return name
        near = get_close_matches(name.lower(), columns, n=1)
        mend = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(columns)}"
        raise _refused(f"{key} have no column {name!r}", mend)

    return known


_Word = Annotated[str, StringConstraints(min_length=1)]
_PartnerColumn = Annotated[str, AfterValidator(_column_of("partners"))]
_DealColumn = Annotated[str, AfterValidator(_column_of("deals"))]
_PaymentColumn = Annotated[str, AfterValidator(_column_of("payments"))]
_RegistrationColumn = Annotated[str, AfterValidator(_column_of("registrations"))]
_ActivityColumn = Annotated[str, AfterValidator(_column_of("activities"))]
_UserColumn = Annotated[str, AfterValidator(_column_of("users"))]
_DocumentColumn = Annotated[str, AfterValidator(_column_of("documents"))]
_RateColumn = Annotated[str, AfterValidator(_column_of("rates"))]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class FileSettings(_Table, Generic[C]):
    """How one file is read. `C` is the type of its canonical columns' names.

    `columns`: canonical column → header in the file, where they differ; one header may feed several columns.
    `values`: canonical column → text in the file → canonical text; "*" is any other text.
    `defaults`: canonical column → canonical text of a missing column and of an empty cell.
    `date_format`: as for strptime; text that it does not fit is passed on as it is.
    `encoding`, `delimiter`: recognised where they are not set; of a workbook what is written of it has the delimiter.
    `sheet`: of a workbook; without it the first visible one that holds anything.
    `header` false: the columns are called "1", "2", …
    """

    file: Annotated[str, AfterValidator(_inside)] | None = None  # None: the name of its kind
    columns: Mapping[C, _Word] = {}
    values: Mapping[C, Mapping[Annotated[str, AfterValidator(_source_text)], str]] = {}
    defaults: Mapping[C, _Word] = {}
    date_format: Annotated[str, AfterValidator(_date_format)] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = None
    sheet: _Word | None = None
    header: bool = True

    def state_words(self) -> Mapping[str, str] | None:
        """Text in the file → state of the deal; None: the file has the states themselves."""
        return None

    def used_preset(self) -> Preset | None:
        """What is known of the file where these settings say nothing."""
        return None


class DealSettings(FileSettings[_DealColumn]):
    """How deals are read. `states`: text in the file → open, won or lost; a text it does not name is never guessed.

    `preset`: the CRM whose export this is; what is written beside it goes first, key by key.
    """

    preset: Literal["amocrm-export", "bitrix24-export"] | None = None
    states: Mapping[Annotated[str, AfterValidator(_source_text)], Literal["open", "won", "lost"]] | None = None

    def state_words(self) -> Mapping[str, str] | None:
        preset = self.used_preset()
        if preset is None:
            return self.states
        return {**preset.states, **{plain_text(text): state for text, state in (self.states or {}).items()}}

    def used_preset(self) -> Preset | None:
        return PRESETS[self.preset] if self.preset else None

    @model_validator(mode="after")
    def _one_table_of_states(self) -> Self:
        if self.state_words() is not None and "state" in self.values:
            raise _refused("states stand in two places", "Move values.state into states")
        return self

    @model_validator(mode="after")
    def _a_preset_goes_by_the_header(self) -> Self:
        if self.preset and not self.header:
            raise _refused("a preset goes by the header, and there is none", "Remove preset and name the columns")
        return self


class Files(_Table):
    """The files that are named or mapped; each kind is also found under its own name."""

    partners: FileSettings[_PartnerColumn] | None = None
    users: FileSettings[_UserColumn] | None = None
    deals: DealSettings | None = None
    payments: FileSettings[_PaymentColumn] | None = None
    registrations: FileSettings[_RegistrationColumn] | None = None
    activities: FileSettings[_ActivityColumn] | None = None
    documents: FileSettings[_DocumentColumn] | None = None
    rates: FileSettings[_RateColumn] | None = None

    def given(self) -> Iterator[tuple[FileKind, FileSettings[str]]]:
        """Those that the settings name."""
        for kind in FILE_KINDS:
            settings: FileSettings[str] | None = getattr(self, kind.key)
            if settings is not None:
                yield kind, settings

    @model_validator(mode="after")
    def _ids_come_from_the_file(self) -> Self:
        for kind, settings in self.given():
            if kind.id_columns[0] in settings.defaults and len(kind.id_columns) == 1:
                raise _refused(f"{kind.key}.defaults gives all rows one {kind.id_columns[0]}", "Remove it")
        return self


class CsvSettings(_Table):
    """A folder of files. Relative paths start at the folder that holds `config/`.

    Without `in_place` the files of `path` stay as they are, and copies of them with our columns are written into `out`.
    With it the files themselves get our columns. Tables of ours go to `out`, in place to `path` unless `out` is set.
    """

    path: _Word = "data"
    out: _Word | None = None
    in_place: bool = False
    files: Files = Files()

    def tables_folder(self) -> str:
        """Where our own tables are written."""
        return self.out or (self.path if self.in_place else "out")

    def file(self, kind: FileKind) -> FileSettings[str]:
        """How a file of this kind is read."""
        settings: FileSettings[str] | None = getattr(self.files, kind.key)
        return settings or FileSettings[str]()

    def file_name(self, kind: FileKind) -> str:
        """Its place below `path`."""
        return self.file(kind).file or f"{kind.key}.csv"

    def written_name(self, kind: FileKind) -> str:
        """Its place below the folder that it is written into: what is read of a workbook is written as .csv."""
        name = PurePath(self.file_name(kind))
        return str(name.with_suffix(".csv")) if name.suffix.lower() in _WORKBOOKS else self.file_name(kind)

    @model_validator(mode="after")
    def _our_columns_have_a_place(self) -> Self:
        if not self.in_place and os.path.normpath(self.tables_folder()) == os.path.normpath(self.path):
            raise _refused("path and out are one folder", "Name another out, or set in_place = true")
        for kind, settings in self.files.given():
            if self.in_place and kind.managed and not settings.header:
                raise _refused(f"files.{kind.key} has no header to put our columns under", "Set in_place = false")
            if self.in_place and kind.managed and self.written_name(kind) != self.file_name(kind):
                raise _refused(f"files.{kind.key} is a workbook, which gets no columns in place", WORKBOOK_IN_PLACE)
        return self

    @model_validator(mode="after")
    def _no_two_are_written_into_one_file(self) -> Self:
        tables = {os.path.normpath(f"{self.tables_folder()}/{name}.csv"): f"{name}.csv of ours" for name in OUR_TABLES}
        inputs: dict[str, str] = {}
        for kind in FILE_KINDS:
            into = self.path if self.in_place else self.tables_folder()
            written = os.path.normpath(f"{into}/{self.written_name(kind)}")
            other = tables.get(written) if kind.managed or self.in_place else None
            if kind.managed:
                other = other or inputs.setdefault(written, kind.key)
            if other not in (None, kind.key):
                raise _refused(f"{kind.key} and {other} are one file", "Give each a file of its own")
        return self
