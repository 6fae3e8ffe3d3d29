"""What people are told about foreign edits of managed fields: whole sentences, in the reader's language."""

from collections.abc import Sequence
from datetime import date

from partnersync.domain.incident import About, Incident, IncidentKind
from partnersync.domain.masking import masked
from partnersync.domain.say import Say, msgid
from partnersync.domain.value import RecordKind
from partnersync.rules.column_words import field, value

# Of incidents that are about no managed field.
_OF_DEALS = {
    IncidentKind.COMPANY_DUPLICATED: msgid(
        "Direct deal {deal} names the client of registration {registration} of partner {partner} as {seen}, not as"
        " {expected}: one company is there twice."
    ),
    IncidentKind.WON_AFTER_EXPIRY: msgid(
        "Direct deal {deal} was won shortly after registration {registration} of partner {partner} had expired."
    ),
    IncidentKind.LOST_THEN_NEW: msgid(
        "Direct deal {deal} was made shortly after the deal of registration {registration} of partner {partner}"
        " had been lost."
    ),
}
_JOINED = msgid(
    "Registration {registration} of partner {partner} is of a client that another partner has registered too."
)


def review(incident: Incident, say: Say) -> str:
    """For the task of whoever looks into a deal that went past a registration."""
    mend = say("Look into it, and close incident {incident} with a reason.").format(incident=incident.incident_id)
    return f"{incident_sentence(incident, say)} {mend}"


def warning(incidents: Sequence[Incident], about: About, say: Say) -> str:
    """For the note of a change that stands: what was changed, whose the deal is, and how a change is decided."""
    return " ".join([*_edits(incidents, say), *_rights(about, say), _appeal(say)])


def put_back(incidents: Sequence[Incident], about: About, say: Say) -> str:
    """For the note of a change that was put back."""
    undone = say("What was due has been put back.")
    return " ".join([*_edits(incidents, say), undone, *_rights(about, say), _appeal(say)])


def to_do(incidents: Sequence[Incident], say: Say) -> str:
    """For the manager's task."""
    mend = say("Find out why, and decide: an approver writes a partner_id or `accept` into ps_decision.")
    return " ".join([*_edits(incidents, say), mend])


def gave_up(incident: Incident, times: int, say: Say) -> str:
    """For the task of whoever has to find what fights us."""
    sentence = say.ngettext(
        "Field {field} was put back once within 24 hours and has been changed again: something automatic works "
        "against it. It is left as it is. Stop the cause, then close incident {incident}.",
        "Field {field} was put back {times} times within 24 hours and has been changed again: something automatic "
        "works against it. It is left as it is. Stop the cause, then close incident {incident}.",
        times,
    )
    return sentence.format(field=field(incident.place.field, say), times=times, incident=incident.incident_id)


def _edits(incidents: Sequence[Incident], say: Say) -> list[str]:
    return [incident_sentence(one, say) for one in incidents]


def incident_sentence(one: Incident, say: Say) -> str:
    """One incident in a sentence."""
    if sentence := _OF_DEALS.get(one.kind):
        about = one.about
        of = {"deal": about.deal_ref, "registration": about.registration_id, "partner": about.partner_id}
        joined = one.place.kind is RecordKind.REGISTRATION
        return say(_JOINED if joined else sentence).format(**of, seen=one.seen, expected=one.expected)
    name = one.place.field
    told = {
        "field": field(name, say),
        "seen": value(name, masked(one.seen), say),
        "expected": value(name, masked(one.expected), say),
        "author": one.author,
    }
    if not one.seen:
        if one.author:
            return say("User {author} emptied field {field}; due there is {expected}.").format(**told)
        return say("Field {field} was emptied; due there is {expected}.").format(**told)
    if not one.expected:
        if one.author:
            return say("User {author} filled field {field} with {seen}; it is due to be empty.").format(**told)
        return say("Field {field} was filled with {seen}; it is due to be empty.").format(**told)
    if one.author:
        return say("User {author} changed field {field} to {seen}; due there is {expected}.").format(**told)
    return say("Field {field} was changed to {seen}; due there is {expected}.").format(**told)


def _rights(about: About, say: Say) -> list[str]:
    told = {
        "partner": about.partner_id,
        "registration": about.registration_id,
        "until": say.day(date.fromisoformat(about.protected_until)) if about.protected_until else "",
    }
    if about.protected_until and about.registration_id:
        return [say("Registration {registration} protects it for partner {partner} until {until}.").format(**told)]
    if about.deal_ref and about.partner_id:
        return [say("The deal belongs to partner {partner}.").format(**told)]
    return []


def _appeal(say: Say) -> str:
    return say("To ask for a change, have an approver write a partner_id or `accept` into ps_decision.")
