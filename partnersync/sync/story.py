"""What is known about a deal, registration, line or partner, gathered from the store for whoever asks why.

Of a story `until` a moment what is dated later is left out; whom a deal belongs to and how a registration stands is
told as last decided.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.attribution import RuleOverride
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.incident import Incident
from partnersync.domain.line import Line, LineFacts
from partnersync.domain.partner import Partner
from partnersync.domain.payout import Debt
from partnersync.domain.ruling import Ruling
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError
from partnersync.store import codec, debts, decisions, incidentbook, issuebook, ledger, overrides, records, rulings
from partnersync.store.records import Row

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
    rule: RuleOverride | None = None
    debts: Sequence[Debt] = ()  # of refunds after a payout
    payments: Sequence[Payment] = ()  # without refunds, in the order of their times
    to_mend: Sequence[tuple[str, str, str]] = ()  # of the deal and its payments: ref, code of the issue, reason


@dataclass(frozen=True, slots=True)
class PartnerStory:
    """A partner, what his lines sum to, his registrations, his lines by deal, and what refunds take back of payouts."""

    partner: Partner
    balance: Sequence[Money]
    claims: Sequence[Judged]
    lines: Sequence[StatedLine]
    debts: Sequence[Debt] = ()  # of refunds after a payout


def deal_story(tx: Tx, ref: str, until: datetime | None = None) -> DealStory:
    """Everything behind one deal; ConfigError where it is unknown, or younger than `until`."""
    connection, _, record_id = ref.partition("/")
    row = records.by_ids(tx, connection, RecordKind.DEAL, [record_id]).get(record_id)
    standing = decisions.by_ref(tx, [ref]).get(ref)
    if row is None or row.body is None or standing is None:
        raise ConfigError(f"no deal is known as {ref}", hint=_HINT)
    of_client = [one for _, _, one in decisions.claims(tx, [standing.case_id]) if one.client_id == standing.client_id]
    of_client = [one for one in of_client if _by_then(one.registration.submitted_at, until)]
    of_client.sort(key=lambda one: (one.registration.submitted_at, one.registration.registration_id))
    deal = codec.load(Deal, row.body)
    _refuse_later(f"deal {ref}", deal.created_at, until)
    lines = [(line, facts) for line, facts in ledger.by_deals(tx, [ref]) if _by_then(line.event_time, until)]
    incidents = [one for one in incidentbook.of_deal(tx, ref) if _by_then(one.found_at, until)]
    owing = [one for one in debts.of_deals(tx, [ref]) if _by_then(one.event_time, until)]
    rule = overrides.latest_rules(tx, [ref]).get(ref)
    paid = [
        one
        for one in records.by_case(tx, [standing.case_id])
        if one.kind == RecordKind.PAYMENT and one.deal_ref == ref and one.state != "gone"
    ]
    return DealStory(
        deal,
        _without_later(standing, until),
        of_client,
        lines,
        incidents,
        rule,
        owing,
        _paid(paid, until),
        _to_mend(tx, [row, *paid]),
    )


def _paid(rows: Iterable[Row], until: datetime | None) -> list[Payment]:
    payments = (codec.load(Payment, row.body) for row in rows if row.body)
    found = (one for one in payments if one.refund_of is None and _by_then(one.paid_at, until))
    return sorted(found, key=lambda one: (one.paid_at, one.ref))


def _to_mend(tx: Tx, rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Open issues of these records, in the order of their ids."""
    found: list[tuple[str, str, str]] = []
    for row in rows:
        open_ones = issuebook.of_records(tx, row.connection, RecordKind(row.kind), [row.record_id])
        found += [(f"{row.connection}/{row.record_id}", one["code"], one["reason"]) for one in open_ones]
    return sorted(found)


def _without_later(standing: DealStanding, until: datetime | None) -> DealStanding:
    """With the other evidence of that time; what won is the decision's."""
    found = standing.attribution
    aside = tuple(one for one in standing.aside if _by_then(one.evidence.at, until))
    if found:
        kept = tuple(one for one in found.contradictions if _by_then(one.at, until))
        considered = tuple(one for one in found.considered if _by_then(one.evidence.at, until))
        found = replace(found, contradictions=kept, considered=considered)
    return replace(standing, attribution=found, aside=aside)


def registration_story(tx: Tx, registration_id: str, until: datetime | None = None) -> Judged:
    """One registration as it was decided; ConfigError where it is unknown, or younger than `until`."""
    found = decisions.claim(tx, registration_id)
    if found is None:
        raise ConfigError(f"no registration is known as {registration_id}", hint=_HINT)
    _refuse_later(f"registration {registration_id}", found[2].registration.submitted_at, until)
    return found[2]


@dataclass(frozen=True, slots=True)
class Source:
    """A record that something rests on: its kind, its programme-wide id, and where it stands in its source."""

    kind: RecordKind
    ref: str
    file: str = ""
    line: int = 0


def line_sources(tx: Tx, line: Line, told: DealStory | None) -> list[Source]:
    """The records behind a line: its payment, its deal, the registration that the deal rests on, the partner."""
    found = [_source(tx, RecordKind.PAYMENT, line.event_id), _source(tx, RecordKind.DEAL, line.deal_ref)]
    if told and (claim := decisions.claim(tx, told.standing.registration_id)):
        found.append(_source(tx, RecordKind.REGISTRATION, f"{claim[0]}/{told.standing.registration_id}"))
    partner = next((row for row in _partners(tx) if row.partner_id == line.partner_id), None)
    if partner:
        found.append(_source(tx, RecordKind.PARTNER, f"{partner.connection}/{partner.record_id}"))
    return [one for one in found if one]


def _source(tx: Tx, kind: RecordKind, ref: str) -> Source | None:
    connection, _, record_id = ref.partition("/")
    row = records.by_ids(tx, connection, kind, [record_id]).get(record_id)
    return Source(kind, ref, row.file, row.line) if row else None


def partners(tx: Tx) -> dict[str, Partner]:
    """Every partner by id, as his record tells."""
    return {row.partner_id or "": codec.load(Partner, row.body or "") for row in _partners(tx)}


def after_verdicts(tx: Tx, until: datetime | None = None) -> dict[str, list[Ruling]]:
    """What people asked for and decided about extensions, and how they ended protections, by registration."""
    found = rulings.after_verdicts(tx)
    return {name: [one for one in given if _by_then(one.at, until)] for name, given in found.items()}


def _partners(tx: Tx) -> Iterator[Row]:
    return (row for row in records.by_kind(tx, RecordKind.PARTNER) if row.body)


def line_story(tx: Tx, line_id: str, until: datetime | None = None) -> tuple[StatedLine, DealStory | None]:
    """One line and the deal behind it, if there is one; ConfigError where it is unknown, or younger than `until`."""
    found = next(ledger.rows(tx, line_id=line_id), None)
    if found is None:
        raise ConfigError(f"no line is known as {line_id}", hint=_HINT)
    _, line, facts, *_ = found
    _refuse_later(f"the event of line {line_id}", line.event_time, until)
    return (line, facts), deal_story(tx, line.deal_ref, until) if line.deal_ref else None


def partner_story(tx: Tx, partner_id: str, until: datetime | None = None) -> PartnerStory:
    """One partner with everything of his."""
    partner = partners(tx).get(partner_id)
    if partner is None:
        raise ConfigError(f"no partner is known as {partner_id}", hint=_HINT)
    claims = [one for _, _, one in decisions.all_claims(tx) if one.registration.partner_id == partner_id]
    claims = [one for one in claims if _by_then(one.registration.submitted_at, until)]
    lines = [(line, facts) for _, line, facts, *_ in ledger.rows(tx, partner_id=partner_id, until=until)]
    owing = [one for one in debts.of_partner(tx, partner_id) if _by_then(one.event_time, until)]
    return PartnerStory(partner, _sums(line for line, _ in lines), claims, lines, owing)


def _sums(lines: Iterable[Line]) -> list[Money]:
    totals: dict[str, int] = {}
    for line in lines:
        totals[line.amount.currency] = totals.get(line.amount.currency, 0) + line.amount.minor
    return [Money(minor, currency) for currency, minor in sorted(totals.items())]


def _by_then(at: datetime, until: datetime | None) -> bool:
    return until is None or at <= until


def _refuse_later(what: str, at: datetime, until: datetime | None) -> None:
    if not _by_then(at, until):
        said = at.isoformat(timespec="seconds")
        raise ConfigError(f"{what} is of {said}, later than --as-of", hint="Name a later moment, or leave --as-of out")
