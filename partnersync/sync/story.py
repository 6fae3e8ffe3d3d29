"""What is known about a deal, registration, line or partner, gathered from the store for whoever asks why."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection as Tx

from partnersync.domain.deal import Deal
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.incident import Incident
from partnersync.domain.line import Line, LineFacts
from partnersync.domain.partner import Partner
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError
from partnersync.store import codec, decisions, incidentbook, ledger, records

StatedLine = tuple[Line, LineFacts]
_HINT = "Look it up with `partnersync registrations`, `ledger` or in the files; `sync` has to have read it"


@dataclass(frozen=True, slots=True)
class DealStory:
    """A deal, whom it belongs to, the registrations on its client, its lines and incidents."""

    deal: Deal
    standing: DealStanding
    claims: Sequence[Judged]
    lines: Sequence[StatedLine]
    incidents: Sequence[Incident] = ()


@dataclass(frozen=True, slots=True)
class PartnerStory:
    """A partner, what his lines sum to, his registrations, and his lines by deal."""

    partner: Partner
    balance: Sequence[Money]
    claims: Sequence[Judged]
    lines: Sequence[StatedLine]


def deal_story(tx: Tx, ref: str) -> DealStory:
    """Everything behind one deal."""
    connection, _, record_id = ref.partition("/")
    row = records.by_ids(tx, connection, RecordKind.DEAL, [record_id]).get(record_id)
    standing = decisions.by_ref(tx, [ref]).get(ref)
    if row is None or row.body is None or standing is None:
        raise ConfigError(f"no deal is known as {ref}", hint=_HINT)
    of_client = [one for _, _, one in decisions.claims(tx, [standing.case_id]) if one.client_id == standing.client_id]
    of_client.sort(key=lambda one: (one.registration.submitted_at, one.registration.registration_id))
    deal, lines = codec.load(Deal, row.body), ledger.by_deals(tx, [ref])
    return DealStory(deal, standing, of_client, lines, incidentbook.of_deal(tx, ref))


def registration_story(tx: Tx, registration_id: str) -> Judged:
    """One registration as it was decided."""
    found = decisions.claim(tx, registration_id)
    if found is None:
        raise ConfigError(f"no registration is known as {registration_id}", hint=_HINT)
    return found[2]


def line_story(tx: Tx, line_id: str) -> tuple[StatedLine, DealStory]:
    """One line and the deal behind it."""
    found = next(ledger.rows(tx, line_id=line_id), None)
    if found is None:
        raise ConfigError(f"no line is known as {line_id}", hint=_HINT)
    _, line, facts, *_ = found
    return (line, facts), deal_story(tx, line.deal_ref)


def partner_story(tx: Tx, partner_id: str) -> PartnerStory:
    """One partner with everything of his."""
    rows = [row for row in records.by_kind(tx, RecordKind.PARTNER) if row.record_id == partner_id and row.body]
    if not rows:
        raise ConfigError(f"no partner is known as {partner_id}", hint=_HINT)
    claims = [one for _, _, one in decisions.all_claims(tx) if one.registration.partner_id == partner_id]
    lines = [(line, facts) for _, line, facts, *_ in ledger.rows(tx, partner_id=partner_id)]
    balance = ledger.balances(tx, [partner_id]).get(partner_id, [])
    return PartnerStory(codec.load(Partner, rows[0].body or ""), balance, claims, lines)
