"""Which events rules can take, as boxes over what a rule can ask: what one leaves to another, and an event inside."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from partnersync.domain.deal import DealKind
from partnersync.domain.partner import PartnerKind
from partnersync.domain.registration import RegistrationKind
from partnersync.rules.program import Program
from partnersync.rules.rule_choice import KEYS, RuleFacts, weight
from partnersync.rules.terms import CommissionRule, When


class Values(NamedTuple):
    """Of one key: the named values, or (`inside` False) all but those."""

    named: frozenset[str]
    inside: bool = True

    def meet(self, other: "Values") -> "Values":
        """What both hold."""
        if self.inside and other.inside:
            return Values(self.named & other.named)
        if self.inside or other.inside:
            inner, outer = (self, other) if self.inside else (other, self)
            return Values(inner.named - outer.named)
        return Values(self.named | other.named, inside=False)

    def less(self, other: "Values") -> "Values":
        """What this one holds and the other does not."""
        return self.meet(Values(other.named, not other.inside))

    def join(self, other: "Values") -> "Values":
        """What either holds."""
        both = Values(self.named, not self.inside).meet(Values(other.named, not other.inside))
        return Values(both.named, not both.inside)

    @property
    def is_empty(self) -> bool:
        """Whether there is no such value."""
        return self.inside and not self.named


Box = tuple[Values, ...]  # in the order of RuleFacts
_ANY = Values(frozenset(), inside=False)
_CLOSED = {  # a deal and a partner have a kind; a deal may have no registration
    "deal_kinds": Values(frozenset(DealKind)),
    "registration_kinds": Values(frozenset({*RegistrationKind, ""})),
    "partner_kinds": Values(frozenset(PartnerKind)),
}
_WHOLE = When()


def everything(program: Program) -> Box:
    """All events that the terms can meet; converted ones are in the program's currency."""
    currency = Values(frozenset({program.currency})) if program.commission.convert else _ANY
    return (*(_CLOSED.get(key, _ANY) for key in KEYS), currency)


def box(rule: CommissionRule | None, program: Program) -> Box:
    """The events that fit a rule, whatever others fit too; None: every event."""
    asked = (rule.when if rule else _WHOLE).asked()
    wanted = [Values(frozenset(map(str, asked[key]))) if key in asked else _ANY for key in KEYS]
    wanted.append(Values(frozenset({rule.currency})) if rule and rule.currency else _ANY)
    return meet(everything(program), tuple(wanted))


def meet(one: Box, other: Box) -> Box:
    """The events of both."""
    return tuple(mine.meet(its) for mine, its in zip(one, other, strict=True))


def before(rule: CommissionRule | None, program: Program) -> list[Box]:
    """The events of the rules that come before this one; before None all of them do."""
    return [box(one, program) for one in program.commission.rules if rule is None or weight(one) > weight(rule)]


def parts(whole: Box, others: Sequence[Box]) -> Iterator[Box]:
    """The parts of `whole` that lie in none of the others; no two have an event in common."""
    if any(values.is_empty for values in whole):
        return
    for number, other in enumerate(others):
        if any(values.is_empty for values in meet(whole, other)):
            continue
        within = whole
        for key, values in enumerate(other):
            outside = _with(within, key, within[key].less(values))
            yield from parts(outside, others[number + 1 :])
            within = _with(within, key, within[key].meet(values))
        return
    yield whole


def joined(boxes: Iterable[Box]) -> list[Box]:
    """The same events in fewer boxes: two that differ in one key alone are one."""
    found: list[Box] = []
    for one in boxes:
        whole = one
        while met := next(((other, both) for other in found if (both := _both(whole, other))), None):
            found.remove(met[0])
            whole = met[1]
        found.append(whole)
    return found


def _both(one: Box, other: Box) -> Box | None:
    """The box of all their events, where one key alone sets them apart."""
    keys = [key for key, (mine, its) in enumerate(zip(one, other, strict=True)) if mine != its]
    return _with(one, keys[0], one[keys[0]].join(other[keys[0]])) if len(keys) == 1 else None


def _with(whole: Box, key: int, values: Values) -> Box:
    return (*whole[:key], values, *whole[key + 1 :])


def taken(rule: CommissionRule, program: Program) -> Box | None:
    """Some of the events that the rule is chosen for; None where it never is."""
    return next(parts(box(rule, program), before(rule, program)), None)


def event(within: Box, program: Program) -> RuleFacts:
    """One event of a box."""
    return RuleFacts._make([*(_one(values, "") for values in within[:-1]), _one(within[-1], program.currency)])


def _one(values: Values, usual: str) -> str:
    if not values.inside:
        return usual if usual not in values.named else next(_others(values.named))
    return usual if usual in values.named else min(values.named)


def _others(named: Iterable[str]) -> Iterator[str]:
    known = set(named)
    return (name for name in (f"other {number}" for number in range(1, len(known) + 2)) if name not in known)
