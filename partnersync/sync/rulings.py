"""What people decide about registrations: refused where it cannot be, else kept; in the given transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.decided import Judged
from partnersync.domain.registration import LIVE, REGISTRATION_MOVES, RegistrationState
from partnersync.domain.ruling import ABOUT_EXTENSIONS, LEADS_TO, Ruling, RulingKind
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.rules.program import Program
from partnersync.rules.upkeep import open_request
from partnersync.store import casefile, decisions, journal, records, rulings
from partnersync.sync import audit


def decide(tx: Tx, ruling: Ruling, program: Program, now: datetime, to_partner: str = "") -> str:
    """Keep a decision; the state that the registration had. With `to_partner` its protection goes to his claim.

    ConfigError: there is no such registration. PartnersyncError: it stands where this cannot be decided.
    """
    found = decisions.claim(tx, ruling.registration_id)
    if found is None:
        hint = "`partnersync registrations` lists them; `sync` has to have read it"
        raise ConfigError(f"no registration is known as {ruling.registration_id}", hint=hint)
    connection, case_id, one = found
    of_client = [other for _, _, other in decisions.claims(tx, [case_id]) if other.client_id == one.client_id]
    _refuse(tx, ruling, one, of_client, program)
    _keep(tx, connection, case_id, one, ruling, now)
    if to_partner:
        beside = [other for other in of_client if other.registration.registration_id != ruling.registration_id]
        theirs = _claim_of(tx, to_partner, one, beside, ruling.at)
        approval = Ruling(theirs, RulingKind.APPROVE, ruling.actor, ruling.reason, ruling.at)
        where, _, other = decisions.claim(tx, theirs) or found
        _refuse_second(other, beside, ruling.at)
        _keep(tx, where, case_id, other, approval, now)
    return one.state.value


def _refuse(tx: Tx, ruling: Ruling, one: Judged, of_client: Sequence[Judged], program: Program) -> None:
    """Say why this cannot be decided, if so."""
    kind, name, state = ruling.kind, ruling.registration_id, one.state
    confirms = kind is RulingKind.APPROVE and state in LIVE
    if kind in ABOUT_EXTENSIONS:
        _refuse_extension(tx, ruling, one, program)
    elif LEADS_TO[kind] not in REGISTRATION_MOVES[state] and not confirms:
        raise PartnersyncError(f"{name} is {state.value}: it cannot become {LEADS_TO[kind].value}")
    elif kind is RulingKind.APPROVE and not confirms:
        _refuse_second(one, of_client, ruling.at)


def _refuse_second(one: Judged, of_client: Sequence[Judged], at: datetime) -> None:
    """At most one registration per client and product protects, whoever has it."""
    rival = next((other.registration for other in of_client if _stands_in_the_way(other, one, at)), None)
    if rival:
        text = f"registration {rival.registration_id} of partner {rival.partner_id} protects this client"
        raise PartnersyncError(text, hint=f"Reject, release or transfer {rival.registration_id} first")


def _refuse_extension(tx: Tx, ruling: Ruling, one: Judged, program: Program) -> None:
    kind, name, state, given = ruling.kind, ruling.registration_id, one.state, one.protection
    if state not in LIVE or given is None:
        raise PartnersyncError(f"{name} is {state.value}: it protects nothing that could be extended")
    before = [ruled for ruled in rulings.of(tx, [name]).get(name, ()) if ruled.kind in ABOUT_EXTENSIONS]
    asks = bool(before) and before[-1].kind is RulingKind.REQUEST_EXTENSION
    asked_at = open_request(before[-1].at, given.extended_at) if asks else None
    made = sum(ruled.kind is RulingKind.EXTEND for ruled in before) + given.automatic
    if kind is RulingKind.REFUSE_EXTENSION:
        if asked_at is None:
            raise PartnersyncError(f"nobody asks for an extension of {name}, so there is none to refuse")
    elif made >= program.protection.extension_max:
        raise PartnersyncError(f"{name} was extended {made} times, as often as the program allows")
    elif kind is RulingKind.REQUEST_EXTENSION and given.deal_ref is None:
        raise PartnersyncError(
            f"{name} is {state.value}: an extension is asked for once there is a deal",
            hint=f"Enter its deal, and run `partnersync sync`; an approver may `partnersync extend {name}` meanwhile",
        )
    elif kind is RulingKind.REQUEST_EXTENSION and asked_at:
        raise PartnersyncError(f"an extension of {name} is asked for already, and waits for a decision")


def _stands_in_the_way(other: Judged, one: Judged, at: datetime) -> bool:
    is_another = other.registration.registration_id != one.registration.registration_id
    return is_another and other.claim().bars(one.registration, at)


def _claim_of(tx: Tx, partner_id: str, one: Judged, beside: Sequence[Judged], at: datetime) -> str:
    """The claim of the partner who gets the client: his last one with a common product that protects nothing.

    One that a live registration stands in the way of is taken only where there is no other.
    """
    if partner_id not in records.accepted(tx):
        raise ConfigError(
            f"no partner is known as {partner_id}", hint="Add the partner, run `partnersync sync`, then decide"
        )
    his = [
        other
        for other in beside
        if other.registration.partner_id == partner_id
        and RegistrationState.APPROVED in REGISTRATION_MOVES[other.state]
        and other.registration.overlaps(one.registration.products)
    ]
    if not his:
        text = f"partner {partner_id} has no registration of this client that could take it over"
        raise PartnersyncError(text, hint="Let him submit one, run `partnersync sync`, then transfer")
    free = [claim for claim in his if not any(_stands_in_the_way(other, claim, at) for other in beside)]
    claims = (claim.registration for claim in free or his)
    return max(claims, key=lambda claim: (claim.submitted_at, claim.registration_id)).registration_id


def _keep(tx: Tx, connection: str, case_id: str, one: Judged, ruling: Ruling, now: datetime) -> None:
    rulings.put(tx, ruling)
    journal.append(tx, [audit.ruled(connection, ruling, one.state.value, now)], 0)
    casefile.touch(tx, [case_id])
