"""What can be wrong inside one commission rule: bands with holes, two currencies, shares that are not a whole."""

from collections.abc import Iterator
from itertools import pairwise

from partnersync.domain.value import Money, minor_digits
from partnersync.problems import KeyPath, Problem
from partnersync.rules.terms import Band, CommissionRule, Tiers, size

_WAYS = ("rate", "fixed", "per_unit", "tiers", "terms")


def rule_problems(rule: CommissionRule, path: KeyPath) -> Iterator[Problem]:
    """What is wrong inside one rule that stands at `path`."""
    yield from _way_problems(rule, path)
    for key, money in rule.sums():
        if money.currency != rule.currency:
            yield Problem(
                (*path, *key), f"is in another currency than the rule's {rule.currency}", "Use one currency in a rule"
            )
    if rule.tiers:
        yield from _band_problems(rule.tiers, (*path, "tiers"))
    if rule.split and (total := sum(rule.split.values())) != 1:
        yield Problem(
            (*path, "split"),
            f"sums to {total}, not to 1",
            'Let the shares sum to 100 % exactly, like "1/3" each of three',
        )


def _way_problems(rule: CommissionRule, path: KeyPath) -> Iterator[Problem]:
    given = [key for key in _WAYS if getattr(rule, key) not in (None, ())]
    if not given:
        yield Problem(path, "does not say what is earned", f"Give it one of {', '.join(_WAYS)}")
    for key in given[1:]:
        yield Problem((*path, key), f"stands beside {given[0]}", f"Keep one of {' and '.join(given)}")
    if rule.terms and rule.months:
        yield Problem((*path, "months"), "stands beside terms, which have months of their own", "Remove one of them")


def _band_problems(tiers: Tiers, path: KeyPath) -> Iterator[Problem]:
    bands = tiers.bands
    if not bands:
        yield Problem((*path, "bands"), "is empty", "Add a first band that begins at 0")
        return
    in_money = tiers.measure.startswith("base_")
    unlike = [
        problem
        for number, band in enumerate(bands)
        for problem in _kind_problems(band, in_money, tiers.measure, (*path, "bands", number))
    ]
    yield from unlike
    if unlike:
        return
    if size(bands[0].from_):
        mend = f'Begin it at "0 {bands[0].from_.currency}"' if isinstance(bands[0].from_, Money) else "Begin it at 0"
        yield Problem((*path, "bands", 0, "from"), "does not begin at 0", mend)
    for number, (band, following) in enumerate(pairwise(bands)):
        yield from _edge_problems(band, following, (*path, "bands"), number)
    if bands[-1].to is not None:
        yield Problem(
            (*path, "bands", len(bands) - 1, "to"), "ends the last band, which has no end", "Remove it or add a band"
        )
    for number, band in enumerate(bands):
        yield from _ninety_nine_problems(band, (*path, "bands", number))


def _kind_problems(band: Band, in_money: bool, measure: str, path: KeyPath) -> Iterator[Problem]:
    for key, bound in (("from", band.from_), ("to", band.to)):
        if bound is not None and isinstance(bound, Money) != in_money:
            want = 'a sum, like "500000 RUB"' if in_money else "a whole number, like 10"
            yield Problem((*path, key), f"does not fit the measure {measure}", f"Write {want}")


def _edge_problems(band: Band, following: Band, path: KeyPath, number: int) -> Iterator[Problem]:
    here, there = (*path, number, "to"), (*path, number + 1, "from")
    start, following_start = size(band.from_), size(following.from_)
    if following_start <= start:
        yield Problem(
            there, "does not rise above the band before it", "Write the bands in rising order, each bound once"
        )
    elif band.to is not None and size(band.to) != following_start:
        flaw = "leaves a gap before" if size(band.to) < following_start else "overlaps"
        yield Problem(
            here, f"{flaw} the next band", "Remove it or write the next band's from: a band ends just below it"
        )


def _ninety_nine_problems(band: Band, path: KeyPath) -> Iterator[Problem]:
    for key, bound in (("from", band.from_), ("to", band.to)):
        if (
            isinstance(bound, Money)
            and (unit := 10 ** minor_digits(bound.currency)) > 1
            and bound.minor % unit == unit - 1
        ):
            whole = Money(bound.minor + 1, bound.currency)
            mend = (
                f'Write "{whole.minor // unit} {whole.currency}": a band ends just below the next one, nothing between'
            )
            yield Problem((*path, key), f"ends in .{unit - 1}", mend)
