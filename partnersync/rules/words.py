"""Stored words in the language of people: states, kinds and statuses, with the stored word beside for a search."""

from enum import StrEnum

from partnersync.domain.attribution import Aside, Source
from partnersync.domain.deal import DealKind, DealState
from partnersync.domain.incident import IncidentKind, IncidentStatus
from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.partner import PartnerKind, PartnerStatus
from partnersync.domain.payout import PayoutState
from partnersync.domain.registration import RegistrationKind, RegistrationState
from partnersync.domain.ruling import RulingKind
from partnersync.domain.say import Say, pmsgid
from partnersync.domain.statement import StatementState
from partnersync.domain.value import RecordKind
from partnersync.rules.rule_choice import NO_VALUE

# What the words of a class are about: "won" of a deal and of a registration are two words in Russian.
CONTEXT: dict[type[StrEnum], str] = {
    RecordKind: "record kind",
    DealState: "deal state",
    DealKind: "deal kind",
    RegistrationKind: "registration kind",
    RegistrationState: "registration state",
    LineKind: "line kind",
    LineStatus: "line status",
    StatementState: "statement state",
    PayoutState: "payout state",
    PartnerKind: "partner kind",
    PartnerStatus: "partner status",
    IncidentKind: "incident kind",
    IncidentStatus: "incident status",
    Source: "source",
    Aside: "set aside",
    RulingKind: "ruling",
}
# Every word of these classes, for the catalogues.
_WORDS = (
    pmsgid("deal state", "open"),
    pmsgid("deal state", "won"),
    pmsgid("deal state", "lost"),
    pmsgid("registration kind", "sale"),
    pmsgid("registration kind", "meeting"),
    pmsgid("registration kind", "lead"),
    pmsgid("registration kind", "project"),
    pmsgid("registration kind", "tender"),
    pmsgid("registration kind", "renewal"),
    pmsgid("registration kind", "expansion"),
    pmsgid("registration state", "draft"),
    pmsgid("registration state", "submitted"),
    pmsgid("registration state", "invalid"),
    pmsgid("registration state", "checking"),
    pmsgid("registration state", "research"),
    pmsgid("registration state", "approved"),
    pmsgid("registration state", "provisional"),
    pmsgid("registration state", "returned"),
    pmsgid("registration state", "rejected"),
    pmsgid("registration state", "active"),
    pmsgid("registration state", "extension_requested"),
    pmsgid("registration state", "won"),
    pmsgid("registration state", "lost"),
    pmsgid("registration state", "expired"),
    pmsgid("registration state", "released"),
    pmsgid("registration state", "withdrawn"),
    pmsgid("registration state", "transferred"),
    pmsgid("registration state", "disputed"),
    pmsgid("line kind", "accrual"),
    pmsgid("line kind", "trueup"),
    pmsgid("line kind", "reversal"),
    pmsgid("line kind", "clawback"),
    pmsgid("line kind", "bonus"),
    pmsgid("line kind", "adjustment"),
    pmsgid("line kind", "cap"),
    pmsgid("line kind", "payout"),
    pmsgid("line status", "on_hold"),
    pmsgid("line status", "disputed"),
    pmsgid("line status", "pending"),
    pmsgid("line status", "payable"),
    pmsgid("line status", "in_statement"),
    pmsgid("line status", "approved"),
    pmsgid("line status", "in_payout"),
    pmsgid("line status", "paid"),
    pmsgid("line status", "reversed"),
    pmsgid("statement state", "draft"),
    pmsgid("statement state", "sent"),
    pmsgid("statement state", "disputed"),
    pmsgid("statement state", "accepted"),
    pmsgid("statement state", "approved"),
    pmsgid("payout state", "waiting"),
    pmsgid("payout state", "made"),
    pmsgid("payout state", "approved"),
    pmsgid("payout state", "paid"),
    pmsgid("payout state", "returned"),
    pmsgid("partner kind", "referral"),
    pmsgid("partner kind", "agent"),
    pmsgid("partner kind", "reseller"),
    pmsgid("partner kind", "integrator"),
    pmsgid("partner kind", "distributor"),
    pmsgid("partner kind", "subcontractor"),
    pmsgid("partner status", "candidate"),
    pmsgid("partner status", "talks"),
    pmsgid("partner status", "offer"),
    pmsgid("partner status", "agreement"),
    pmsgid("partner status", "active"),
    pmsgid("partner status", "paused"),
    pmsgid("partner status", "refused"),
    pmsgid("partner status", "left"),
    pmsgid("incident kind", "foreign_partner"),
    pmsgid("incident kind", "partner_field_cleared"),
    pmsgid("incident kind", "source_overwritten"),
    pmsgid("incident kind", "owner_changed"),
    pmsgid("incident kind", "commission_overwritten"),
    pmsgid("incident kind", "revert_fight"),
    pmsgid("incident kind", "company_duplicated"),
    pmsgid("incident kind", "won_after_expiry"),
    pmsgid("incident kind", "lost_then_new"),
    pmsgid("incident status", "open"),
    pmsgid("incident status", "resolved"),
    pmsgid("incident status", "dismissed"),
    pmsgid("deal kind", "new"),
    pmsgid("deal kind", "renewal"),
    pmsgid("deal kind", "expansion"),
    pmsgid("record kind", "partner"),
    pmsgid("record kind", "deal"),
    pmsgid("record kind", "payment"),
    pmsgid("record kind", "registration"),
    pmsgid("record kind", "activity"),
    pmsgid("record kind", "user"),
    pmsgid("record kind", "document"),
    pmsgid("record kind", "rate"),
    pmsgid("source", "registration"),
    pmsgid("source", "confirmation"),
    pmsgid("source", "contract"),
    pmsgid("source", "promo"),
    pmsgid("source", "link"),
    pmsgid("source", "tracked_call"),
    pmsgid("source", "qr"),
    pmsgid("source", "intro"),
    pmsgid("source", "note"),
    pmsgid("source", "typed"),
    pmsgid("source", "incumbent"),
    pmsgid("source", "override"),
    pmsgid("source", "statement"),
    pmsgid("set aside", "supports"),
    pmsgid("set aside", "too_old"),
    pmsgid("set aside", "later"),
    pmsgid("set aside", "review_only"),
    pmsgid("set aside", "gains"),
    pmsgid("ruling", "approve"),
    pmsgid("ruling", "reject"),
    pmsgid("ruling", "extend"),
    pmsgid("ruling", "request_extension"),
    pmsgid("ruling", "refuse_extension"),
    pmsgid("ruling", "release"),
    pmsgid("ruling", "withdraw"),
    pmsgid("ruling", "transfer"),
)
# What a rule of the program can ask about, by the names of `rule_choice.RuleFacts`.
CONDITIONS: dict[str, str] = {
    "partner_id": pmsgid("condition", "partner"),
    "product": pmsgid("condition", "product"),
    "deal_kind": pmsgid("condition", "deal kind"),
    "registration_kind": pmsgid("condition", "registration kind"),
    "partner_kind": pmsgid("condition", "partner kind"),
    "partner_tier": pmsgid("condition", "partner tier"),
    "pipeline": pmsgid("condition", "pipeline"),
    "currency": pmsgid("condition", "currency"),
}

# Those whose values are words of a class.
_ASKED_KINDS: dict[str, type[StrEnum]] = {
    "deal_kind": DealKind,
    "registration_kind": RegistrationKind,
    "partner_kind": PartnerKind,
}
_NONE = pmsgid("condition", "none")

# By what a rule goes before others, by the names that `rule_choice.rank` gives.
ORDERS: dict[str, str] = {
    "partners": pmsgid("order of rules", "partners"),
    "products with deal_kinds": pmsgid("order of rules", "products together with deal kinds"),
    "products": pmsgid("order of rules", "products"),
    "kinds or pipelines": pmsgid("order of rules", "kinds or pipelines"),
    "partner_tiers": pmsgid("order of rules", "partner tiers"),
    "no condition": pmsgid("order of rules", "no condition"),
}


def condition(say: Say, name: str) -> str:
    """What a rule asks about, in words."""
    return say.pgettext("condition", CONDITIONS[name])


def asked(name: str, values: str, say: Say) -> str:
    """What a rule asks for there, or what an event has: values joined by commas."""
    if values == NO_VALUE:
        return say.pgettext("condition", _NONE)
    words = _ASKED_KINDS.get(name)
    return ", ".join(spoken(words(one), say) for one in values.split(", ")) if words else values


def order(say: Say, name: str) -> str:
    """By what a rule goes before others, in words."""
    return say.pgettext("order of rules", ORDERS[name])


def spoken(stored: StrEnum, say: Say) -> str:
    """A stored word as people say it: "выиграна"; in English it is what is stored."""
    return say.pgettext(CONTEXT[type(stored)], stored.value)


def word(stored: StrEnum, say: Say) -> str:
    """As people say it, with what is stored: "выиграна (won)"."""
    said = spoken(stored, say)
    return said if said == stored.value else f"{said} ({stored.value})"
