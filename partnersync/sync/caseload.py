"""Cases that are due → what each is decided from: its records and what was decided before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection as Tx

from partnersync.domain.activity import Activity
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.line import FROZEN
from partnersync.domain.registration import Registration
from partnersync.domain.value import RecordKind
from partnersync.rules import identity, likeness
from partnersync.rules.likeness import Known
from partnersync.store import (
    case_cut,
    casefile,
    codec,
    decisions,
    ledger,
    overrides,
    records,
    rulings,
    statements,
    traits,
)
from partnersync.store.records import Row
from partnersync.store.traits import Trait
from partnersync.sync.case import CaseFile

Places = dict[tuple[str, str], Row]  # (kind, programme-wide id) → record

_NOBODY: Mapping[str, tuple[str, ...] | None] = {}


def load(
    tx: Tx, case_ids: Sequence[str], capacity: Mapping[str, tuple[str, ...] | None] = _NOBODY, *, cutting: bool = True
) -> tuple[list[CaseFile], Places]:
    """The cases with their records and earlier decisions, and where each record stands; one that fell apart is cut.

    `capacity`: registrations whose verdicts do not fit their partner's. Without `cutting` nothing is written: a case
    that is too large is decided alike.
    """
    rows = [row for row in records.by_case(tx, case_ids) if row.body]
    by_case: dict[str, list[Row]] = {case_id: [] for case_id in case_ids}
    places: Places = {}
    for row in _recut(tx, case_ids, rows) if cutting else rows:
        by_case.setdefault(row.case_id or "", []).append(row)
        wide = row.record_id if row.kind == RecordKind.REGISTRATION else f"{row.connection}/{row.record_id}"
        places[row.kind, wide] = row
    judged: dict[str, dict[str, Judged]] = defaultdict(dict)
    for _, case_id, one in decisions.claims(tx, list(by_case)):
        judged[case_id][one.registration.registration_id] = one
    standings: dict[str, dict[str, DealStanding]] = defaultdict(dict)
    for state in decisions.deal_states(tx, list(by_case)):
        standings[state.case_id][state.deal_ref] = state
    refs = [wide for kind, wide in places if kind == RecordKind.DEAL]
    decided, priced = overrides.latest(tx, refs), overrides.latest_rules(tx, refs)
    files = [
        _file(case_id, of_case, judged[case_id], standings[case_id], decided, priced)
        for case_id, of_case in by_case.items()
    ]
    if statements.any_approved(tx):
        frozen = frozenset(ledger.deals_having(tx, refs, FROZEN))
        files = [replace(file, frozen=frozen) for file in files] if frozen else files
    full = _completed(tx, files)
    return [replace(file, capacity=capacity) for file in full] if capacity else full, places


def _completed(tx: Tx, files: Sequence[CaseFile]) -> list[CaseFile]:
    """With what people decided, clients that may be those of their claims, and phones that many companies share."""
    asked = {claim.registration_id: likeness.asked(claim.client) for file in files for claim, _ in file.registrations}
    found = traits.having(tx, sorted({key for keys in asked.values() for key in keys}))
    phones = {file.case_id: _phones_in_pairs(file) for file in files}
    every = sorted(set[str]().union(*phones.values()))
    crowded = traits.crowded(tx, [f"phone:{phone}" for phone in every], likeness.COMPANIES_A_PHONE)
    decided = rulings.of(tx, sorted(asked))
    full: list[CaseFile] = []
    for file in files:
        known = {
            claim.registration_id: [
                _known(trait) for key in asked[claim.registration_id] for trait in found.get(key, ())
            ]
            for claim, _ in file.registrations
        }
        many = frozenset(phone for phone in phones[file.case_id] if f"phone:{phone}" in crowded)
        ruled = {claim_id: decided[claim_id] for claim_id in known if claim_id in decided}
        full.append(replace(file, known=known, crowded=many, rulings=ruled) if known or many else file)
    return full


def _phones_in_pairs(file: CaseFile) -> set[str]:
    """Phones that stand beside an e-mail, with which they may be a key."""
    clients = [deal.client for deal, _ in file.deals] + [claim.client for claim, _ in file.registrations]
    return {phone for client in clients if client.emails for phone in client.phones}


def _known(trait: Trait) -> Known:
    return Known(trait.key, trait.owner, trait.inn, trait.name, trait.since, trait.first_seen)


def _recut(tx: Tx, case_ids: Sequence[str], rows: list[Row]) -> list[Row]:
    """Split cases whose records no longer hang together."""
    suspects = casefile.needs_recut(tx, case_ids)
    if not suspects:
        return rows
    for case_id in suspects:
        members = [row for row in rows if row.case_id == case_id and _has_keys(row)]
        parts = identity.components([_member_keys(row) for row in members])
        if len(parts) > 1:
            case_cut.cut(tx, case_id, [([members[index] for index in part.members], part.keys) for part in parts])
    moved = case_cut.cases_of(tx, rows)
    return [replace(row, case_id=moved.get((row.connection, row.kind, row.record_id), row.case_id)) for row in rows]


def _file(
    case_id: str,
    rows: Sequence[Row],
    judged: dict[str, Judged],
    standings: dict[str, DealStanding],
    decided: dict[str, Override],
    priced: dict[str, RuleOverride],
) -> CaseFile:
    deals: list[tuple[Deal, int]] = []
    payments: dict[str, list[Payment]] = defaultdict(list)
    claims: list[tuple[Registration, int]] = []
    activities: dict[str, list[Activity]] = defaultdict(list)
    touches: dict[str, list[Activity]] = defaultdict(list)
    arrived: dict[str, int] = {}
    for row in rows:
        body = row.body or ""
        if row.kind == RecordKind.DEAL and row.state != "gone":
            deals.append((codec.load(Deal, body), row.first_seen))
        elif row.kind == RecordKind.PAYMENT:
            payments[row.deal_ref or ""].append(codec.load(Payment, body))
        elif row.kind == RecordKind.REGISTRATION:
            claims.append((codec.load(Registration, body), row.first_seen))
        elif row.kind == RecordKind.ACTIVITY and row.state != "gone":
            one = codec.load(Activity, body)
            if one.deal_ref:
                activities[one.deal_ref].append(one)
            elif one.client_inn:
                touches[one.client_inn].append(one)
        if judged and row.kind in _DATED:
            arrived[f"{row.connection}/{row.record_id}"] = row.first_seen
    return CaseFile(
        case_id, deals, payments, claims, judged, standings, decided, activities, touches, arrived=arrived, rules=priced
    )


_DATED = frozenset({RecordKind.PAYMENT, RecordKind.ACTIVITY})


_MEMBERS = frozenset({RecordKind.DEAL, RecordKind.REGISTRATION})


def _has_keys(row: Row) -> bool:
    """Whether a record lies in a case by its own keys; payments and most activities lie in that of their deal."""
    return row.kind in _MEMBERS or (row.kind == RecordKind.ACTIVITY and row.deal_ref is None)


def _member_keys(row: Row) -> tuple[str, ...]:
    """The identity keys of a stored record that has some."""
    body = row.body or ""
    if row.kind == RecordKind.DEAL:
        return identity.keys(codec.load(Deal, body).client)
    if row.kind == RecordKind.ACTIVITY:
        return identity.keys(ClientKeys(inn=codec.load(Activity, body).client_inn))
    return identity.keys(codec.load(Registration, body).client)
