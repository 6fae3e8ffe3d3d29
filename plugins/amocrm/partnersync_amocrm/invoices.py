"""Paid invoices as payments: elements of a catalog, and the leads that they are linked with.

An element does not tell its leads, only leads tell their elements, and an invoice that is paid need not change its
lead. So what leads told is kept in a file beside the others of the account; it is made anew where it is lost.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import Origin, Page, Raw
from partnersync.transport.shared_file import SharedFile
from partnersync_amocrm.field_text import text_of, values_by_field
from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.places import InvoicePlaces
from partnersync_amocrm.transport import Client

_AT_ONCE = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS links (lead INTEGER, element INTEGER, PRIMARY KEY (lead, element)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS whole (done INTEGER)
"""


class LinkFile:
    """Which elements leads are linked with, as far as they were read."""

    def __init__(self, path: Path) -> None:
        self._file = SharedFile(path, _SCHEMA, durable=False)

    def put(self, linked: Iterable[tuple[int, list[int]]]) -> None:
        """Each lead with all its elements; what it was linked with before is forgotten."""
        with self._file.alone() as database:
            for lead, elements in linked:
                database.execute("DELETE FROM links WHERE lead = ?", (lead,))
                database.executemany("INSERT OR IGNORE INTO links VALUES (?, ?)", [(lead, one) for one in elements])

    def pass_on(self, into: Mapping[int, int]) -> None:
        """Leads live on in others, with what they were linked with."""
        pairs = [(survivor, lead) for lead, survivor in into.items()]
        with self._file.alone() as database:
            database.executemany("UPDATE OR REPLACE links SET lead = ? WHERE lead = ?", pairs)

    def leads(self) -> dict[int, int]:
        """The lead of each element; of several the oldest."""
        with self._file.alone() as database:
            return dict(database.execute("SELECT element, min(lead) FROM links GROUP BY element"))

    def is_whole(self) -> bool:
        """Whether all leads were looked at once."""
        with self._file.alone() as database:
            return database.execute("SELECT 1 FROM whole").fetchone() is not None

    def was_made(self) -> None:
        """All leads were looked at."""
        with self._file.alone() as database:
            database.execute("INSERT INTO whole VALUES (1)")

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Invoices:
    """Of one account."""

    client: Client
    places: InvoicePlaces
    links: LinkFile
    zone: ZoneInfo

    def remember(self, leads: Iterable[Row]) -> None:
        """What these leads, all of them deals, are linked with."""
        self.links.put((lead["id"], list(self._linked(lead))) for lead in leads)

    def pull(self, cursor: str | None, all_deals: Callable[[], Iterator[list[Row]]]) -> Iterator[Page]:
        """All invoices that are paid, if one of them is another one than at the cursor; `all_deals`: every lead."""
        if not self.links.is_whole():
            for rows in all_deals():
                self.remember(rows)
            self.links.was_made()
        leads = self.links.leads()
        path = f"catalogs/{self.places.catalog}/elements"
        rows = [row for page in pages(self.client, Listing(path, "elements")) for row in page]
        raws = [self._raw(row, leads[row["id"]]) for row in rows if row["id"] in leads and self._is_paid(row)]
        mark = hashlib.sha256(repr([raw.cells for raw in raws]).encode()).hexdigest()
        if mark == cursor:
            return
        for start in range(0, len(raws), _AT_ONCE):
            yield Page(raws[start : start + _AT_ONCE])
        yield Page((), mark, complete=True)

    def _linked(self, lead: Row) -> Iterator[int]:
        for one in lead.get("_embedded", {}).get("catalog_elements") or ():
            if one.get("metadata", {}).get("catalog_id") == self.places.catalog:
                yield one["id"]

    def _is_paid(self, row: Row) -> bool:
        held = values_by_field(row).get(self.places.status.id, ())
        told = (text_of(self.places.status, held, self.zone, coded=coded).casefold() for coded in (False, True))
        return not self.places.paid.isdisjoint(told)

    def _raw(self, row: Row, lead: int) -> Raw:
        held, total, paid_on = values_by_field(row), self.places.total, self.places.paid_on
        cells = {
            "payment_id": f"invoice-{row['id']}",
            "deal_id": str(lead),
            "paid_at": text_of(paid_on, held.get(paid_on.id, ()), self.zone),
            "amount": text_of(total, held.get(total.id, ()), self.zone),
        }
        named = {"paid_at": paid_on.name, "amount": total.name}
        return Raw(cells["payment_id"], cells, origin=Origin(row.get("name") or "", columns=named))
