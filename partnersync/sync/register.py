"""Registrations that people give by hand, in a file or one by one: pages of the connection `intake`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Cells, Page, Raw, Stream
from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.domain.registration import INTAKE, Registration
from partnersync.domain.value import RecordKind
from partnersync.store import codec, issuebook, records, runs
from partnersync.store.database import Store
from partnersync.sync.forms import Setting
from partnersync.sync.intake import Intake
from partnersync.sync.normalise import BadRecord, normalise
from partnersync.sync.publish import moment_text

_KIND = RecordKind.REGISTRATION
Pages = Callable[[Store, datetime, Setting], Iterator[Page]]
STREAM = Stream("registrations", _KIND, whole=True)


@dataclass(slots=True)
class Given:
    """What a person gives. `ids` names its rows, in their order, once they were read; a row without one by its line."""

    pages: Pages
    ids: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def read(self, store: Store, at: datetime, setting: Setting) -> Iterator[Page]:
        """The pages, as they come, given at a moment."""
        for page in self.pages(store, at, setting):
            self.ids += (raw.record_id for raw in page.raws)
            self.files.update(raw.origin.file for raw in page.raws)
            yield page

    def forget_mended(self, tx: Tx, setting: Setting, run: int) -> None:
        """Let go of rows that could not be used when the file was shown before, as one without an id, and left it."""
        known = records.by_ids(tx, INTAKE, _KIND, records.vanished(tx, INTAKE, STREAM.name, _KIND))
        mended = [one for one, row in known.items() if not row.body and row.file in self.files]
        Intake(setting, _KIND, run, runs.next_booking(tx)).gone(tx, mended)
        issuebook.close_for_records(tx, INTAKE, _KIND, mended, "pull", run)


def one_page(cells: Cells, store: Store, at: datetime, setting: Setting) -> Iterator[Page]:
    """One registration by its cells; without `submitted_at` it is submitted now, or when it was given first."""
    told = dict.fromkeys(COLUMNS[_KIND], "") | dict(cells)
    record_id = told[ID_COLUMN[_KIND]]
    if not told["submitted_at"]:
        moment = _given_before(store, told, setting) or at.replace(microsecond=0)
        told["submitted_at"] = moment_text(moment, setting.zone)
    yield Page([Raw(record_id, told)])


def _given_before(store: Store, cells: Cells, setting: Setting) -> datetime | None:
    """When the same content was submitted under this id."""
    record_id = cells[ID_COLUMN[_KIND]]
    with store.read() as tx:
        row = records.by_ids(tx, INTAKE, _KIND, [record_id]).get(record_id)
    if row is None or row.body is None:
        return None
    known = codec.load(Registration, row.body)
    try:
        same, _ = normalise(_KIND, {**cells, "submitted_at": moment_text(known.submitted_at, setting.zone)}, setting)
    except BadRecord:
        return None
    return known.submitted_at if same == known else None
