"""The terms in at most three plain sentences: what is earned, how long a client is kept, when money is paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from partnersync.domain.deal import DealKind
from partnersync.domain.partner import PartnerKind
from partnersync.domain.registration import RegistrationKind
from partnersync.domain.say import Say, msgid
from partnersync.domain.value import Money
from partnersync.rules.base import percent
from partnersync.rules.program import Program
from partnersync.rules.regions import Values
from partnersync.rules.rule_choice import KEYS
from partnersync.rules.terms import CommissionRule, Tiers
from partnersync.rules.words import spoken

MOST = 3  # sentences of the whole, and rules of one sentence: what a partner can be told in passing
_EARNED = {
    ("payment", "net_of_vat"): msgid("Of what clients pay, without VAT, a partner earns {what}."),
    ("payment", "gross"): msgid("Of what clients pay, VAT included, a partner earns {what}."),
    ("payment", "margin"): msgid("Of what clients pay, without VAT and cost, a partner earns {what}."),
    ("won", "net_of_vat"): msgid("Of the amount of won deals, without VAT, a partner earns {what}."),
    ("won", "gross"): msgid("Of the amount of won deals, VAT included, a partner earns {what}."),
}
_DEAL_KINDS = {
    DealKind.NEW.value: msgid("new deals"),
    DealKind.RENEWAL.value: msgid("renewals"),
    DealKind.EXPANSION.value: msgid("expansions"),
}
_KINDS: dict[str, type[StrEnum]] = {"registration_kinds": RegistrationKind, "partner_kinds": PartnerKind}
_ASKED = {
    "partners": msgid("partner {names}"),
    "deal_kinds": msgid("{names}"),
    "registration_kinds": msgid("registrations of kind {names}"),
    "partner_kinds": msgid("partners of kind {names}"),
    "partner_tiers": msgid("tier {names}"),
    "pipelines": msgid("pipeline {names}"),
}
_PERIODS = {
    "month": msgid("{bound} a month"),
    "quarter": msgid("{bound} a quarter"),
    "year": msgid("{bound} a year"),
    "clients": msgid("{bound} a month"),
}
_CAPS = {
    "deal": msgid("at most {sum} a deal"),
    "client_month": msgid("at most {sum} a client and month"),
    "partner_month": msgid("at most {sum} a partner and month"),
    "partner_quarter": msgid("at most {sum} a partner and quarter"),
    "partner_year": msgid("at most {sum} a partner and year"),
    "program": msgid("at most {sum} for all partners together"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """The sentences, how many would be needed to tell all, and the rules that are not told."""

    sentences: tuple[str, ...]
    needed: int
    left_out: tuple[str, ...]


def tell(program: Program, say: Say) -> Told:
    """The terms in the language of `say`; what is earned comes first, in the order of the rules."""
    groups = _grouped(program.commission.rules)
    earned = _EARNED[program.commission.trigger, program.commission.base]
    sentences = [
        say(earned).format(what="; ".join(rule_clause(one, program, say) for one in group)) for group in groups
    ]
    last = [_both(program, say)] if len(sentences) > 1 else [_kept(program, say), _paid(program, say)]
    room = MOST - len(last)
    unsaid = tuple(rule.name for group in groups[room:] for rule in group)
    return Told((*sentences[:room], *last), needed(program), unsaid)


def needed(program: Program) -> int:
    """How many sentences tell all of the terms."""
    earned = len(_grouped(program.commission.rules))
    return earned + (1 if earned > 1 else 2)


def _grouped(rules: Sequence[CommissionRule]) -> list[list[CommissionRule]]:
    """The rules of each sentence: up to three, where a term, a cap or a split counts as much as a rule."""
    groups: list[list[CommissionRule]] = []
    size = MOST
    for rule in rules:
        weight = 1 + bool(rule.months) + bool(rule.cap) + bool(rule.split)
        if size + weight > MOST or not groups:
            groups.append([])
            size = 0
        groups[-1].append(rule)
        size += weight
    return groups


def rule_clause(rule: CommissionRule, program: Program, say: Say) -> str:
    """What a rule gives for what: "50% for licence (new deals)"."""
    where = conditions({key: Values(frozenset(values)) for key, values in rule.when.asked().items()}, say)
    if not where and len(program.commission.rules) > 1:
        where = say("for all else")
    mark = ", " if rule.tiers or rule.terms else " "
    return ", ".join([mark.join(filter(None, (_share(rule, say), where))), *_extras(rule, say)])


def conditions(asked: Mapping[str, Values], say: Say) -> str:
    """Which events are meant: products first, the rest in brackets; nothing asked is an empty text."""
    found = []
    products = asked.get("products")
    told = []
    if products and products.named:
        text = say("for {names}") if products.inside else say("for all products but {names}")
        told.append(text.format(names=_listed(products.named)))
    for key in KEYS:
        values = asked.get(key)
        if key == "products" or values is None or not values.named:
            continue
        names = _listed(_spoken(key, name, say) for name in sorted(values.named))
        text = say(_ASKED[key]).format(names=names)
        found.append(text if values.inside else say("not {which}").format(which=text))
    return " ".join([*told, f"({'; '.join(found)})"] if found else told)


def _spoken(key: str, name: str, say: Say) -> str:
    if key == "deal_kinds":
        return say(_DEAL_KINDS[name])
    return spoken(_KINDS[key](name), say) if name and key in _KINDS else name or "–"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _share(rule: CommissionRule, say: Say) -> str:
    if rule.rate is not None:
        return say.percent(percent(rule.rate))
    if rule.fixed:
        return say("{sum} a deal").format(sum=say.money(rule.fixed))
    if rule.per_unit:
        return say("{sum} a unit").format(sum=say.money(rule.per_unit))
    if rule.tiers:
        return _bands(rule.tiers, say)
    parts = []
    for number, term in enumerate(rule.terms):
        if number:
            text = say.ngettext(
                "{rate} for the next {number} month", "{rate} for the next {number} months", term.months
            )
        else:
            text = say.ngettext(
                "{rate} for the first {number} month", "{rate} for the first {number} months", term.months
            )
        parts.append(text.format(rate=say.percent(percent(term.rate)), number=term.months))
    return ", ".join(parts)


def _bands(tiers: Tiers, say: Say) -> str:
    bounds = [band.from_ for band in tiers.bands[1:]]
    rates = [say.percent(percent(band.rate)) for band in tiers.bands]
    told = [_bound(bound, tiers.measure, say) for bound in bounds]
    if told:
        told[0] = say(_PERIODS[tiers.measure.rpartition("_")[2]]).format(bound=told[0])
    if tiers.mode == "retroactive":
        steps = [
            say("{rate} of all from {bound} on").format(rate=r, bound=b) for r, b in zip(rates[1:], told, strict=True)
        ]
        return ", ".join([rates[0], *steps])
    steps = [say("{rate} up to {bound}").format(rate=r, bound=b) for r, b in zip(rates[:-1], told, strict=True)]
    return ", ".join([*steps, say("{rate} above").format(rate=rates[-1]) if told else rates[-1]])


def _bound(bound: Money | int, measure: str, say: Say) -> str:
    if isinstance(bound, Money):
        return say.money(bound)
    if measure == "active_clients":
        return say.ngettext("{number} client", "{number} clients", bound).format(number=say.number(bound))
    return say.ngettext("{number} won deal", "{number} won deals", bound).format(number=say.number(bound))


def _extras(rule: CommissionRule, say: Say) -> list[str]:
    """What makes a rule long to tell: a term, a cap, a split."""
    found = []
    if rule.months:
        text = say.ngettext(
            "for {number} month from a client's first payment",
            "for {number} months from a client's first payment",
            rule.months,
        )
        found.append(text.format(number=rule.months))
    if rule.cap:
        found.append(say(_CAPS[rule.cap.per]).format(sum=say.money(rule.cap.amount)))
    if rule.split:
        shares = ", ".join(f"{role} {say.percent(percent(share))}" for role, share in rule.split.items())
        found.append(say("shared by role: {shares}").format(shares=shares))
    return found


def _kept(program: Program, say: Say) -> str:
    days = program.protection.days
    others = {kind: number for kind, number in program.protection.days_by_kind.items() if number != days}
    kinds = ", ".join(f"{spoken(kind, say)} {number}" for kind, number in others.items())
    if not others:
        text = say.ngettext(
            "A client that a partner registers is kept for him for {days} day.",
            "A client that a partner registers is kept for him for {days} days.",
            days,
        )
        return text.format(days=days)
    text = say.ngettext(
        "A client that a partner registers is kept for him for {days} day (of kind: {kinds}).",
        "A client that a partner registers is kept for him for {days} days (of kind: {kinds}).",
        days,
    )
    return text.format(days=days, kinds=kinds)


def _paid(program: Program, say: Say) -> str:
    text = say.ngettext(
        "What is earned can be paid after {days} day, is stated every month and is paid from {minimum} on.",
        "What is earned can be paid after {days} days, is stated every month and is paid from {minimum} on.",
        program.commission.hold_days,
    )
    return text.format(days=program.commission.hold_days, minimum=say.money(program.payout.minimum))


def _both(program: Program, say: Say) -> str:
    """How long a client is kept and when money is paid, in one sentence."""
    text = say(
        "A registered client is kept for its partner for {days} days; what is earned can be paid after {hold} days,"
        " is stated every month and is paid from {minimum} on."
    )
    minimum = say.money(program.payout.minimum)
    return text.format(days=program.protection.days, hold=program.commission.hold_days, minimum=minimum)
