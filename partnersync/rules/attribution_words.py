"""Whom a deal belongs to, in words: each evidence with its grade, what did not count and why, and who had influence."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from partnersync.domain.attribution import GRADE, Aside, Attribution, Considered, Evidence, Source
from partnersync.domain.say import Say, msgid

EVIDENCE: dict[Source, str] = {
    Source.REGISTRATION: msgid("The approved registration {registration} names {partner}, since {day}."),
    Source.CONFIRMATION: msgid("The client's confirmation names {partner}, since {day}."),
    Source.CONTRACT: msgid("The contract names {partner}, since {day}."),
    Source.PROMO: msgid("The promo code names {partner}, since {day}."),
    Source.LINK: msgid("The partner's link names {partner}, since {day}."),
    Source.TRACKED_CALL: msgid("A call to the tracked number names {partner}, since {day}."),
    Source.QR: msgid("The QR code names {partner}, since {day}."),
    Source.INTRO: msgid("An introduction by e-mail names {partner}, since {day}."),
    Source.NOTE: msgid("A note in the CRM names {partner}, since {day}."),
    Source.TYPED: msgid("What was typed into the deal names {partner}, since {day}."),
    Source.INCUMBENT: msgid("The client's purchases name {partner}, since {day}."),
    Source.STATEMENT: msgid("The partner's own statement names {partner}, since {day}."),
    Source.OVERRIDE: msgid("{actor} decided on {day} that it belongs to {partner}. Reason: {reason}."),
}
_DIRECT = msgid("{actor} decided on {day} that the deal is direct. Reason: {reason}.")
# Grade of a source → as the programme calls it; a person's decision has none.
GRADES: dict[int, str] = {1: "A+", 2: "A", 3: "A−", 4: "B+", 5: "B", 6: "C", 7: "D", 8: "D"}
ASIDES: dict[Aside, str] = {
    Aside.SUPPORTS: msgid("It names the same partner."),
    Aside.TOO_OLD: msgid("It was too old when the deal was made, and does not count."),
    Aside.LATER: msgid("It came too late for the deal, and does not count."),
    Aside.REVIEW_ONLY: msgid("It is for review only, and attributes nothing."),
    Aside.GAINS: msgid("Its author may gain by it, so that it does not count."),
}
_WEAKER = msgid("It is weaker, and is kept as a contradiction.")
_BEHIND = msgid("It is as strong but comes behind by its time, and is kept as a contradiction.")
_LOST = msgid("It did not win, and is kept as a contradiction.")


def attribution_sentences(
    attribution: Attribution | None,
    zone: ZoneInfo,
    say: Say,
    aside: Sequence[Considered] = (),
    called: Callable[[str], str] = str,
) -> list[str]:
    """Who the deal belongs to by which evidence, which did not win, what was set aside, and what is flagged.

    `aside`: what was set aside where nothing attributes the deal. `called`: a partner's id as people are to read it.
    """

    def tell(one: Evidence, became: str = "") -> str:
        return _evidence(one, called(one.partner_id), zone, say, became)

    if attribution is None:
        direct = say("No evidence names a partner: the deal is direct.")
        return [direct, *(tell(one.evidence, ASIDES[one.why]) for one in aside)]
    best = attribution.evidence
    told = [say("It belongs to partner {partner}.").format(partner=called(best.partner_id))] if best.partner_id else []
    told.append(tell(best))
    told += [tell(one, _why_lost(one, best)) for one in attribution.contradictions]
    told += [tell(one.evidence, ASIDES[one.why]) for one in attribution.considered]
    for one in attribution.flagged:
        text = say("Flagged: a salesperson typed {partner}, and evidence of grade A or B names another partner.")
        told.append(text.format(partner=called(one.partner_id)))
    return told


def influence_sentences(
    shares: Sequence[tuple[str, Fraction]], say: Say, called: Callable[[str], str] = str
) -> list[str]:
    """Who had influence, for reports alone."""
    return [
        say("{partner}: {share} of the influence, for reports only.").format(
            partner=called(partner_id), share=say.percent(f"{round(share * 100)}%")
        )
        for partner_id, share in shares
    ]


def grade(one: Evidence) -> str:
    """The grade of evidence as the programme calls it; empty for a person's decision."""
    return GRADES.get(GRADE[one.source], "")


def _why_lost(one: Evidence, best: Evidence) -> str:
    if best.source is Source.OVERRIDE:
        return _LOST
    ranks = [(evidence.source is not Source.REGISTRATION, GRADE[evidence.source]) for evidence in (one, best)]
    return _WEAKER if ranks[0] > ranks[1] else _BEHIND if ranks[0] == ranks[1] else _LOST


def _evidence(one: Evidence, partner: str, zone: ZoneInfo, say: Say, became: str) -> str:
    """Whom it names, its grade, and what became of it."""
    day = say.day(one.at.astimezone(zone))
    told = {"partner": partner, "registration": one.registration_id or "", "day": day}
    decided = {"actor": one.actor, "reason": one.reason.rstrip(".")}
    parts = [say(EVIDENCE[one.source] if one.partner_id else _DIRECT).format(**told, **decided)]
    if grade(one):
        parts.append(say("Grade {grade}.").format(grade=grade(one)))
    if became:
        parts.append(say(became))
    return " ".join(parts)
