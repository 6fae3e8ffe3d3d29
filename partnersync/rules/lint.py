"""What people should think over about terms that are valid: each warning with its place in the file and its mend."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from partnersync.domain.partner import ContractKind, Partner, TaxStatus
from partnersync.domain.value import Money
from partnersync.problems import KeyPath, Problem
from partnersync.rules import regions
from partnersync.rules.base import percent
from partnersync.rules.program import Program
from partnersync.rules.rule_choice import KEYS, RuleFacts
from partnersync.rules.telling import MOST, needed
from partnersync.rules.terms import CommissionRule

JUMP = Fraction(10, 100)  # of the base at a band's edge
STACKED = Fraction(50, 100)  # of the base, that all of a deal may bring
REFUSED = Fraction(20, 100)  # of past lines, that one condition may leave out
_NO_NPD = frozenset({ContractKind.AGENCY, ContractKind.COMMISSION, ContractKind.MANDATE})


class LintCode(StrEnum):
    """What a warning is about."""

    TOO_LONG = "too_long"
    NEVER_MATCHES = "never_matches"
    JUMP = "jump"
    STACKING = "stacking"
    REFUSES = "refuses"
    NPD_AGENCY = "npd_agency"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about a rule (empty: about all of the terms); `problem` has its place, text and mend."""

    code: LintCode
    rule: str
    problem: Problem


def warnings(program: Program) -> Iterator[Warned]:
    """What the terms alone show."""
    yield from _too_long(program)
    if program.commission.max_total > STACKED:
        text = f"lets a deal bring {percent(program.commission.max_total)} of its base"
        problem = Problem(("commission", "max_total"), text, f'Write "{percent(STACKED)}" or less', show=False)
        yield Warned(LintCode.STACKING, "", problem)
    for number, rule in enumerate(program.commission.rules):
        path: KeyPath = ("commission", "rules", number)
        yield from _never(program, rule, path)
        yield from _jumps(rule, path)
        yield from _stacked(program, rule, path)


def _too_long(program: Program) -> Iterator[Warned]:
    if (number := needed(program)) > MOST:
        text = f"take {number} sentences to tell, and people remember {MOST}"
        mend = "Join rules, or drop a term, a cap or a split; `partnersync program show` tells what is left out"
        yield Warned(LintCode.TOO_LONG, "", Problem(("commission", "rules"), text, mend))


def _never(program: Program, rule: CommissionRule, path: KeyPath) -> Iterator[Warned]:
    if regions.taken(rule, program) is None:
        first = ", ".join(f'"{one.name}"' for one in program.commission.rules if _shadows(one, rule, program))
        why = f"every event that fits is taken by {first}" if first else "no event is in its currency"
        text = f'of rule "{rule.name}" can never match: {why}'
        mend = "Take the rule out, or the values that it needs out of the others"
        yield Warned(LintCode.NEVER_MATCHES, rule.name, Problem((*path, "when"), text, mend))
    elif rule.when.products and set(rule.when.products) <= set(program.commission.exclude_products):
        text = f'of rule "{rule.name}" asks for excluded products alone, so that it earns nothing'
        problem = Problem(
            (*path, "when"), text, "Take the products out of commission.exclude_products, or the rule out"
        )
        yield Warned(LintCode.NEVER_MATCHES, rule.name, problem)


def _shadows(one: CommissionRule, rule: CommissionRule, program: Program) -> bool:
    first = regions.box(one, program) in regions.before(rule, program)
    common = regions.meet(regions.box(one, program), regions.box(rule, program))
    return first and not any(values.is_empty for values in common)


def _jumps(rule: CommissionRule, path: KeyPath) -> Iterator[Warned]:
    if rule.tiers is None or rule.tiers.mode != "retroactive":
        return
    for number, (band, following) in enumerate(pairwise(rule.tiers.bands), start=1):
        step = following.rate - band.rate
        if abs(step) > JUMP:
            edge = following.from_
            told = f"{edge.text()} {edge.currency}" if isinstance(edge, Money) else str(edge)
            text = f'of rule "{rule.name}" jumps by {percent(abs(step))} of the base at {told}, as it is retroactive'
            mend = f'Add bands that step by {percent(JUMP)} or less, or write mode = "marginal"'
            place = (*path, "tiers", "bands", number, "rate")
            yield Warned(LintCode.JUMP, rule.name, Problem(place, text, mend, show=False))


def _stacked(program: Program, rule: CommissionRule, path: KeyPath) -> Iterator[Warned]:
    most = max(rule.rates(), default=Fraction(0))
    if most > STACKED:
        cut = (
            f"; max_total cuts it to {percent(program.commission.max_total)}"
            if program.commission.max_total < most
            else ""
        )
        text = f'"{rule.name}" gives up to {percent(most)} of the base{cut}'
        yield Warned(LintCode.STACKING, rule.name, Problem(path, text, f"Give {percent(STACKED)} or less"))


def cut_warnings(program: Program, cut: Mapping[str, int]) -> Iterator[Warned]:
    """Rules under which `max_total` cut past events, which partners will ask about; `cut` counts them by rule."""
    for number, rule in enumerate(program.commission.rules):
        if times := cut.get(rule.name):
            most = percent(program.commission.max_total)
            text = f'"{rule.name}" would have brought more than {most} of a deal\'s base at {times} past events'
            mend = "Lower its sum or rate, or tell partners that max_total cuts it"
            yield Warned(LintCode.STACKING, rule.name, Problem(("commission", "rules", number), text, mend))


def refusals(program: Program, past: Counter[RuleFacts]) -> Iterator[Warned]:
    """Conditions that would have left more than a fifth of past lines without a rule; `past` counts lines by facts.

    A line that no rule takes is laid to the conditions that it fails, of the rules that it fails least.
    """
    total = past.total()
    blamed: Counter[str] = Counter()
    holders: dict[str, set[int]] = {}
    excluded = 0
    rules = [rule.when.asked() for rule in program.commission.rules]
    for facts, lines in past.items():
        if facts.product in program.commission.exclude_products:
            excluded += lines
        elif program.chooser(facts) is None:
            failed = [[key for key, values in asked.items() if _at(facts, key) not in values] for asked in rules]
            least = min(filter(None, map(len, failed)), default=0)
            near = [(number, key) for number, keys in enumerate(failed) if len(keys) == least for key in keys]
            blamed.update({key: lines for _, key in near})
            for number, key in near:
                holders.setdefault(key, set()).add(number)
    if excluded > REFUSED * total:
        text = f"would have refused {_of(excluded, total)} past lines"
        mend = "Make sure that this is meant, or take products out"
        yield Warned(LintCode.REFUSES, "", Problem(("commission", "exclude_products"), text, mend))
    for key, lines in sorted(blamed.items()):
        if lines > REFUSED * total:
            names = [program.commission.rules[number].name for number in sorted(holders[key])]
            told = ", ".join(f'"{name}"' for name in names)
            text = f"of {told} would have refused {_of(lines, total)} past lines, which no rule takes"
            mend = "Add the values that they have, or a rule without it"
            place = ("commission", "rules", min(holders[key]), "when", key)
            yield Warned(LintCode.REFUSES, ", ".join(names), Problem(place, text, mend))


def _at(facts: RuleFacts, key: str) -> str:
    return facts[KEYS.index(key)]


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}"


def is_npd_agency(partner: Partner) -> bool:
    """Whether he pays the tax on professional income under a contract that it does not allow."""
    kind = partner.contract.kind if partner.contract else None
    return partner.tax_status is TaxStatus.NPD and kind in _NO_NPD
