"""Direct deals of a case that went past registrations of their clients. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from partnersync.domain.deal import Deal
from partnersync.domain.decided import DealStanding, Judged
from partnersync.rules.leaks import AFTERMATH, Leak, duplicated, leaks
from partnersync.rules.program import Programme


def found(
    granted: Mapping[str, Sequence[Judged]],
    deals: Sequence[tuple[Deal, DealStanding]],
    programme: Programme,
    as_of: datetime,
) -> list[Leak]:
    """What went past these registrations, by client; `deals` are those of the case with what was decided about them."""
    of_client: dict[str, list[tuple[Deal, DealStanding]]] = defaultdict(list)
    for deal, standing in deals:
        if standing.client_id in granted:
            of_client[standing.client_id].append((deal, standing))
    every: list[Leak] = []
    for client_id, decided in of_client.items():
        direct = [deal for deal, standing in decided if deal.is_direct and not standing.partner_id]
        for one in granted[client_id]:
            if len(decided) > 1:
                every += duplicated(one, [deal for deal, _ in decided])
            if direct and one.state in AFTERMATH and (program := programme.at(one.verdict.at)):
                every += leaks(one, direct, program, as_of)
    return every
