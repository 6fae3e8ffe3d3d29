"""What every case is decided with, as settings and store have it: partners, rates, history, who tells activities."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as Tx

from partnersync.config import Settings
from partnersync.contract.adapter import Adapter
from partnersync.domain.activity import User
from partnersync.domain.document import Rate
from partnersync.domain.partner import Partner
from partnersync.domain.value import RecordKind
from partnersync.rules.convert import Rates
from partnersync.rules.program import Programme
from partnersync.rules.tiers import NO_TIERS, Parents, Tiers, rolled_up
from partnersync.store import codec, cursors, records, tier_bases
from partnersync.store.records import Row


def partner_rows(tx: Tx, master: str | None) -> dict[str, Row]:
    """Each partner's record by his id; of several the one seen first. `master`: the connection whose partners count."""
    rows: dict[str, Row] = {}
    for row in records.by_kind(tx, RecordKind.PARTNER):
        if row.body and master in (None, row.connection):
            name = row.partner_id or ""
            first = rows.setdefault(name, row)
            if (row.first_seen, row.connection) < (first.first_seen, first.connection):
                rows[name] = row
    return rows


def known_partners(tx: Tx, rows: Mapping[str, Row]) -> list[tuple[Partner, bool]]:
    """The partners of these records, and whether an earlier run accepted them."""
    before = records.accepted(tx)
    return [(codec.load(Partner, row.body or ""), name in before) for name, row in rows.items()]


def users(tx: Tx) -> list[User]:
    """Everybody whom a connection tells of."""
    rows = records.by_kind(tx, RecordKind.USER)
    return [codec.load(User, row.body) for row in rows if row.body and row.state != "gone"]


def rates(tx: Tx, programme: Programme) -> Rates:
    """The rate of each day and currency, where the programme asks for them; of several the one seen first."""
    if not programme.converts:
        return {}
    rows = [row for row in records.by_kind(tx, RecordKind.RATE) if row.body and row.state != "gone"]
    rows.sort(key=lambda row: (row.first_seen, row.connection, row.record_id), reverse=True)
    found = (codec.load(Rate, row.body or "") for row in rows)
    return {(rate.on, rate.currency): rate for rate in found}


def tiers(tx: Tx, programme: Programme, parents: Parents) -> Tiers:
    """How far partners have come, where the programme names tiers."""
    return Tiers(rolled_up(tier_bases.sums(tx), parents)) if programme.has_tiers else NO_TIERS


def supplied(settings: Settings, adapters: Mapping[str, Adapter]) -> frozenset[str]:
    """Connections that tell activities, as their adapters say and unless the settings deny it."""
    return frozenset(
        name
        for name, adapter in adapters.items()
        if adapter.capabilities.supplies_activities and settings.connections[name].activities is not False
    )


def awaiting(adapters: Mapping[str, Adapter]) -> frozenset[str]:
    """Connections in which people enter registrations and wait for the verdict."""
    return frozenset(name for name, adapter in adapters.items() if adapter.capabilities.awaits_verdicts)


def unread_partners(
    tx: Tx, settings: Settings, adapters: Mapping[str, Adapter], pulled: Collection[str], failed: Collection[str]
) -> tuple[str, ...]:
    """Connections that may tell partners and never were read, or that told some and failed in this run.

    `pulled` and `failed` are those of this run. Until they are read nobody knows who may register.
    """
    asked = [name for name in settings.connections if settings.partners in (None, name) and name not in pulled]
    asked = [name for name in asked if name not in adapters or _tells_partners(adapters[name])]
    if not asked:
        return ()
    read = {stream.partition(" ")[0] for stream in cursors.moved(tx)}
    return tuple(
        name
        for name in asked
        if name not in read
        or ((name in failed or name not in adapters) and records.has_any(tx, name, RecordKind.PARTNER))
    )


def _tells_partners(adapter: Adapter) -> bool:
    return any(stream.kind is RecordKind.PARTNER for stream in adapter.streams())


def history_from(settings: Settings, zone: ZoneInfo) -> dict[str, datetime]:
    """Of each connection that says so, the moment at which its history begins."""
    return {
        name: datetime.combine(connection.history_from, time(), zone).astimezone(UTC)
        for name, connection in settings.connections.items()
        if connection.history_from
    }
