"""What people are told about a registration, and when: decisions to make, ends that come near, deals that sleep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from partnersync.domain.decided import Judged
from partnersync.domain.registration import LIVE, RegistrationState
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.domain.say import Say, msgid
from partnersync.rules.calendar import after_business_days, midnight
from partnersync.rules.code_words import verdict_code
from partnersync.rules.program import Program
from partnersync.rules.upkeep import check_from

_REMINDER = "protection_reminder"
ASKS = frozenset({RegistrationState.CHECKING, RegistrationState.RESEARCH})


@dataclass(frozen=True, slots=True)
class Notice:
    """One occasion: from `at` on people are told, once; a task where there is something to do until `due_at`.

    `about` an extension: the sentence is another than the kind's own.
    """

    kind: str
    occasion: str
    at: datetime
    due_at: datetime | None = None
    about: str = ""


_EXTENSION = "/extension"
_TEXTS = {
    "verdict": msgid("Decide about registration {registration} of partner {partner}: {code}."),
    "sla_breach": msgid("Registration {registration} of partner {partner} should have been decided by now."),
    "verdict/extension": msgid(
        "Decide about an extension, for which partner {partner} asks:"
        " the protection of registration {registration} ends after {until}."
    ),
    "sla_breach/extension": msgid(
        "The extension of registration {registration}, for which partner {partner} asks,"
        " should have been decided by now."
    ),
    "protection_reminder": msgid(
        "The protection of registration {registration} of partner {partner} ends after {until}."
    ),
    "status_check": msgid(
        "Nobody has been active for long on registration {registration} of partner {partner}: how does it stand?"
    ),
}
_BY_PEOPLE = {
    RulingKind.EXTEND: msgid("{actor} extended the protection on {day}. Reason: {reason}."),
    RulingKind.REQUEST_EXTENSION: msgid("{actor} entered on {day} that the partner asks for an extension: {reason}."),
    RulingKind.REFUSE_EXTENSION: msgid("{actor} refused an extension on {day}. Reason: {reason}."),
    RulingKind.RELEASE: msgid("{actor} released the client on {day}. Reason: {reason}."),
    RulingKind.WITHDRAW: msgid("{actor} entered on {day} that the partner withdraws it. Reason: {reason}."),
    RulingKind.TRANSFER: msgid("{actor} gave the client to another partner on {day}. Reason: {reason}."),
}


def notices(one: Judged, program: Program) -> Iterator[Notice]:
    """Everything that people are or will be told about a registration, unless it changes before."""
    given, zone = one.protection, program.zone
    if one.state in ASKS:
        due_at = decision_due(one, program)
        yield Notice("verdict", "decide", one.registration.submitted_at, due_at)
        yield Notice("sla_breach", due_at.date().isoformat(), due_at, due_at)
    if given is None or one.state not in LIVE:
        return
    for days in program.protection.reminder_days:
        at = midnight(given.until - timedelta(days=days), zone)
        if at > given.starts_at:
            yield Notice("protection_reminder", f"{given.until}/{days}", at)
    if given.asked_at:
        due_at = after_business_days(given.asked_at, program.registration.decision_bd, program)
        asked = f"extension/{given.asked_at.isoformat()}"
        yield Notice("verdict", asked, given.asked_at, due_at, _EXTENSION)
        yield Notice("sla_breach", asked, due_at, due_at, _EXTENSION)
    if given.worked_at:
        at = check_from(given.worked_at, program)
        yield Notice("status_check", at.date().isoformat(), at, at + timedelta(days=1))


def decision_due(one: Judged, program: Program) -> datetime:
    """When a registration that waits for a person has to be decided."""
    terms = program.registration
    days = terms.decision_bd + (terms.research_bd if one.verdict.state is RegistrationState.RESEARCH else 0)
    return after_business_days(one.registration.submitted_at, days, program)


def due(one: Judged, program: Program, as_of: datetime) -> list[Notice]:
    """What is due by now; of several reminders of one end only the last."""
    found = [notice for notice in notices(one, program) if notice.at <= as_of]
    reminders = [notice for notice in found if notice.kind == _REMINDER]
    last = max(reminders, key=lambda notice: notice.at, default=None)
    return [notice for notice in found if notice.kind != _REMINDER or notice is last]


def text(notice: Notice, one: Judged, say: Say) -> str:
    """The sentence that people read."""
    until = say.day(one.protection.until) if one.protection else ""
    claim, code = one.registration, verdict_code(one.verdict.code, say)
    return say(_TEXTS[notice.kind + notice.about]).format(
        registration=claim.registration_id, partner=claim.partner_id, until=until, code=code
    )


def later_sentences(one: Judged, by_people: Sequence[Ruling], zone: ZoneInfo, say: Say) -> list[str]:
    """How the protection came to last longer or to end: by itself, and by people, with who and why."""
    number = one.protection.automatic if one.protection else 0
    by_itself = say.ngettext(
        "The protection was extended {number} time by itself: its deal was worked on, and its stage moved.",
        "The protection was extended {number} times by itself: its deal was worked on, and its stage moved.",
        number,
    ).format(number=say.number(number))
    return [by_itself] * (number > 0) + [
        say(_BY_PEOPLE[ruling.kind]).format(
            actor=ruling.actor, day=say.day(ruling.at.astimezone(zone)), reason=ruling.reason.rstrip(".")
        )
        for ruling in by_people
    ]
