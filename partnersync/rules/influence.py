"""Who influenced a deal, by each touch's place in time (policy.md 7, `position`): for reports, never for payment."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from partnersync.domain.attribution import Aside, Attribution, Considered, Evidence, Source

_COUNTS = frozenset({Aside.SUPPORTS, Aside.LATER})
_EDGE = Fraction(2, 5)  # of the first and of the last touch; those between share the rest


def influence(attribution: Attribution | None, aside: Sequence[Considered] = ()) -> list[tuple[str, Fraction]]:
    """Each partner's share of a deal, the largest first; the shares sum to 1, or there are none.

    Of all evidence the first and the last have 40 % each, those between the rest in equal parts; of two each has half.
    What came after the deal was made counts too; what was too old, is for review only or comes from someone who
    gains does not, nor does a person's decision.
    """
    found: list[Evidence] = [one.evidence for one in aside if one.why in _COUNTS]
    if attribution:
        found += [attribution.evidence, *attribution.contradictions]
        found += [one.evidence for one in attribution.considered if one.why in _COUNTS]
    found = [one for one in found if one.source is not Source.OVERRIDE]
    found.sort(key=lambda one: (one.at, one.partner_id, one.source, one.origin))
    shares: dict[str, Fraction] = defaultdict(Fraction)
    for one, share in zip(found, _shares(len(found)), strict=True):
        shares[one.partner_id] += share
    return sorted(shares.items(), key=lambda item: (-item[1], item[0]))


def _shares(number: int) -> list[Fraction]:
    if number < 3:
        return [Fraction(1, max(number, 1))] * number
    between = (1 - 2 * _EDGE) / (number - 2)
    return [_EDGE, *[between] * (number - 2), _EDGE]
