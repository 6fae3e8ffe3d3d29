"""Which commission rule takes an event, and which rules could quarrel about one.

Rank comes first (`rank`), then the number of keys: the lists in `when` that are not empty. Two rules of equal rank and
equal number of keys are never chosen between; they must not be able to meet on one event. An event has one value for
each key, so they cannot meet if some key that both ask for has no value in common, or if their sums are in different
currencies. A key that only one of them asks for keeps nothing apart: an event may well have both. What the data holds
is not considered.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple
from zoneinfo import ZoneInfo

from partnersync.domain.attribution import RuleOverride
from partnersync.domain.deal import Deal
from partnersync.domain.trace import Step
from partnersync.problems import KeyPath, Problem
from partnersync.rules.terms import CommissionRule, When

NO_VALUE = "-"  # what an event has of a condition, if nothing
_REMEMBERED = 50_000  # choices kept by a chooser; forgotten all at once, as most facts repeat within a case


class RuleFacts(NamedTuple):
    """What a rule can ask about an event; an empty text is unknown and fits only a rule that does not ask."""

    partner_id: str
    product: str
    deal_kind: str
    registration_kind: str
    partner_kind: str
    partner_tier: str
    pipeline: str
    currency: str


def facts_of(
    deal: Deal, partner_id: str, partner_kind: str, tier: str, registration_kind: str, product: str, currency: str
) -> RuleFacts:
    """What rules can ask about an event of a product of a deal; without a registration its kind is empty."""
    return RuleFacts(
        partner_id,
        product,
        deal.kind,
        registration_kind,
        partner_kind,
        tier,
        deal.pipeline or "",
        currency,
    )


# Keys of `when` in the order of RuleFacts.
KEYS = ("partners", "products", "deal_kinds", "registration_kinds", "partner_kinds", "partner_tiers", "pipelines")
_CURRENCY = RuleFacts._fields.index("currency")


def rank(when: When) -> tuple[int, str]:
    """How special a condition is (higher wins), and by what."""
    if when.partners:
        return 5, "partners"
    if when.products and when.deal_kinds:
        return 4, "products with deal_kinds"
    if when.products:
        return 3, "products"
    if when.deal_kinds or when.registration_kinds or when.partner_kinds or when.pipelines:
        return 2, "kinds or pipelines"
    return (1, "partner_tiers") if when.partner_tiers else (0, "no condition")


def weight(rule: CommissionRule) -> tuple[int, int]:
    """What decides between rules: (rank, number of keys), the greater wins."""
    return rank(rule.when)[0], len(rule.when.asked())


def can_meet(one: CommissionRule, other: CommissionRule) -> bool:
    """Whether some event of one product fits both rules."""
    if one.currency and other.currency and one.currency != other.currency:
        return False
    asked, others = one.when.asked(), other.when.asked()
    return not any(asked[key].isdisjoint(others[key]) for key in asked.keys() & others.keys())


def quarrels(rules: Sequence[CommissionRule], path: KeyPath) -> Iterator[Problem]:
    """Each pair of equal weight that can meet, at the later rule's place; the rules' list stands at `path`."""
    for (_, one), (number, other) in combinations(enumerate(rules), 2):
        if weight(one) == weight(other) and can_meet(one, other):
            order, keys = rank(other.when)[1], weight(other)[1]
            yield Problem(
                (*path, number, "when"),
                f'of rule "{other.name}" can fit the same event as that of rule "{one.name}" with equal rank ({order}) '
                f"and number of keys ({keys})",
                "Add a key to one of them or take the common values out of one",
            )


def passed_over(rules: Sequence[CommissionRule], facts: RuleFacts, chosen: str) -> list[Step]:
    """Why no other rule took an event: what of it does not fit, or by what the chosen one asks for more.

    `facts` are those of now; where another rule would be chosen by them, that is told first.
    """
    order = sorted(rules, key=weight, reverse=True)
    unfit = {rule.name: _unfit(rule, facts) for rule in order}
    now = next((rule.name for rule in order if unfit[rule.name] is None), "")
    steps: list[Step] = [("now", now)] if now and now != chosen else []
    ranks = {rule.name: rank(rule.when)[1] for rule in order}
    others = (name for name in ranks if name != chosen)
    return steps + [unfit[name] or ("less_special", name, chosen, ranks.get(chosen, "")) for name in others]


def none_takes(rules: Sequence[CommissionRule], version: str, events: Sequence[RuleFacts]) -> list[Step]:
    """Why no rule of a version takes an event of these products, rule by rule; nothing where one does."""
    unfit = [_unfit(rule, facts) for facts in events for rule in sorted(rules, key=weight, reverse=True)]
    told = [step for step in unfit if step is not None]
    return [("none_takes", version), *dict.fromkeys(told)] if len(told) == len(unfit) else []


def paid_at_win(version: str) -> Step:
    """That a version earns with wins: no rule is asked about a payment."""
    return "by_win", version


def named_by(decision: RuleOverride, zone: ZoneInfo) -> Step:
    """That a person named the rule of a deal: no condition was asked then."""
    day = decision.at.astimezone(zone).date().isoformat()
    return "priced", decision.actor, day, decision.rule, decision.reason.rstrip(".")


def _unfit(rule: CommissionRule, facts: RuleFacts) -> Step | None:
    """The first condition of a rule that facts do not meet."""
    for place, values in _test(rule):
        if facts[place] not in values:
            return "unfit", rule.name, RuleFacts._fields[place], ", ".join(sorted(values)), facts[place] or NO_VALUE
    return None


class Chooser:
    """Picks the rule for an event and remembers the answer, as most events ask the same question."""

    def __init__(self, rules: Sequence[CommissionRule]) -> None:
        """`rules` were checked for quarrels."""
        self._tests = [(rule, _test(rule)) for rule in sorted(rules, key=weight, reverse=True)]
        self._known: dict[RuleFacts, CommissionRule | None] = {}

    def __call__(self, facts: RuleFacts) -> CommissionRule | None:
        """The most special rule that fits; None: nothing is earned."""
        try:
            return self._known[facts]
        except KeyError:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            fits = (rule for rule, test in self._tests if all(facts[place] in values for place, values in test))
            return self._known.setdefault(facts, next(fits, None))


def _test(rule: CommissionRule) -> list[tuple[int, frozenset[str]]]:
    test = [(KEYS.index(key), values) for key, values in rule.when.asked().items()]
    return [*test, (_CURRENCY, frozenset({rule.currency}))] if rule.currency else test
