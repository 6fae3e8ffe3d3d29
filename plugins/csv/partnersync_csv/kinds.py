"""The kinds of file that a connection may have."""

from dataclasses import dataclass

from partnersync.contract.columns import COLUMNS, REQUIRED
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind

LISTS = frozenset({"promo_codes", "products", "evidence", "client_email", "client_phone"})
"""Canonical columns whose cells may hold several values, joined by `|`."""

DATES = frozenset(
    "contract_from contract_until verified_on joined_on updated_at created_at closed_at paid_at act_date "
    "expected_close tender_won_on evidence_at submitted_at at received_on date".split()
)
"""Canonical columns that a declared date format applies to."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """`key` is its name in the settings and of its file; `id_columns` together are the record id of a row."""

    key: str
    kind: RecordKind
    id_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns that are read."""
        more = ("deleted",) if self.kind is RecordKind.DEAL else ()
        return (*COLUMNS[self.kind], *more)

    @property
    def required(self) -> tuple[str, ...]:
        """Those that a row cannot do without."""
        return REQUIRED[self.kind]

    @property
    def managed(self) -> tuple[str, ...]:
        """The columns that are written; none for most kinds."""
        return MANAGED.get(self.kind, ())


# In the order in which they are read: first what the others name.
FILE_KINDS = (
    FileKind("partners", RecordKind.PARTNER, ("partner_id",)),
    FileKind("users", RecordKind.USER, ("user_id",)),
    FileKind("deals", RecordKind.DEAL, ("deal_id",)),
    FileKind("payments", RecordKind.PAYMENT, ("payment_id",)),
    FileKind("registrations", RecordKind.REGISTRATION, ("registration_id",)),
    FileKind("activities", RecordKind.ACTIVITY, ("activity_id",)),
    FileKind("documents", RecordKind.DOCUMENT, ("partner_id", "period", "kind")),
    FileKind("rates", RecordKind.RATE, ("date", "currency")),
)
BY_KEY = {kind.key: kind for kind in FILE_KINDS}
