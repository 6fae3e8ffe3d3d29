"""Decide + plan in memory, one process: from domain records to changes, without store and rendering.

The mix: half of the deals won with one payment each, one in ten with a registration, a rule with three bands.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from partnersync.domain.change import Managed
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.earning import Earning
from partnersync.domain.line import NO_FACTS, Line
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Registration, RegistrationKind
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import partners
from partnersync.rules.program import Programme, read_program
from partnersync.sync.case import CaseFile, DealDecision, Knowledge
from partnersync.sync.decide import decide
from partnersync.sync.lines import bucket_lines, deal_lines
from partnersync.sync.plan import change
from partnersync.sync.want import deal_values

START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = datetime(2026, 12, 31, tzinfo=UTC)
DEALS_A_CASE = 10
PARTNERS = 200
PROGRAM = {
    "effective_from": date(2026, 1, 1),
    "commission": {
        "rules": [
            {
                "name": "sales",
                "tiers": {
                    "mode": "marginal",
                    "measure": "base_in_quarter",
                    "bands": [
                        {"from": "0 RUB", "rate": "10%"},
                        {"from": "500000 RUB", "rate": "15%"},
                        {"from": "1000000 RUB", "rate": "20%"},
                    ],
                },
            }
        ]
    },
}


def cases(count: int) -> Iterator[CaseFile]:
    """`count` deals in cases of ten; every tenth deal has a registration from before it."""
    for number in range(count // DEALS_A_CASE):
        client = ClientKeys(client_id=f"main/c{number}", name=f"Client {number}", domain=f"c{number}.example")
        deals: list[tuple[Deal, int]] = []
        payments: dict[str, list[Payment]] = {}
        for index in range(DEALS_A_CASE):
            ref = f"main/{number}-{index}"
            created = START + timedelta(hours=(number * 7 + index * 31) % 8000)
            won = index % 2 == 0
            closed = created + timedelta(days=10) if won else None
            amount = Money(10_000_00 + index * 100, "RUB")
            partner = None if index % 5 == 4 else f"P{(number + index) % PARTNERS}"
            state = DealState.WON if won else DealState.OPEN
            deal = Deal(ref, client, state, created, "RUB", partner_id=partner, amount=amount, closed_at=closed)
            deals.append((deal, 1))
            if closed:
                payments[ref] = [Payment(f"{ref}p", ref, closed, amount)]
        claim = Registration(
            f"R{number}", f"P{number % PARTNERS}", client, START + timedelta(days=number % 300), RegistrationKind.LEAD
        )
        yield CaseFile(f"c{number}", deals, payments, [(claim, 1)])


def work(files: list[CaseFile], knowledge: Knowledge) -> tuple[int, int]:
    """Decide, price, and plan; the number of changes and of lines."""
    buckets: dict[str, list[Earning]] = defaultdict(list)
    lines: dict[str, list[Line]] = defaultdict(list)
    decided: list[DealDecision] = []
    for file in files:
        deals = decide(file, knowledge, AS_OF, 1).deals
        decided += deals
        for line in deal_lines(deals, {}, knowledge.programme, AS_OF).lines:
            lines[line.deal_ref].append(line)
        for deal in deals:
            for earning in deal.earnings:
                if earning.bucket:
                    buckets[earning.bucket].append(earning)
    for events in buckets.values():
        for line in bucket_lines(events, {}, knowledge.programme, AS_OF).lines:
            lines[line.deal_ref].append(line)
    changes = 0
    seen: dict[str, str | None] = {}
    for deal in decided:
        stated = [(line, NO_FACTS) for line in lines.get(deal.state.deal_ref, ())]
        want = deal_values(deal.state, stated, AS_OF)
        managed = Managed(RecordKind.DEAL, deal.state.deal_ref, seen, dict.fromkeys(want, ""), want)
        changes += change(managed) is not None
    return changes, sum(map(len, lines.values()))


def measure(count: int) -> dict[str, float]:
    """Deals a second, the best of three."""
    programme = Programme((read_program(PROGRAM),))
    known, _ = partners.accept((Partner(f"P{number}", f"Partner {number}"), True) for number in range(PARTNERS))
    files = list(cases(count))
    best = 0.0
    changes = lines = 0
    for _ in range(3):
        begun = time.perf_counter()
        changes, lines = work(files, Knowledge(programme, known))
        best = max(best, count / (time.perf_counter() - begun))
    return {"deals": count, "deals_per_s": round(best), "changes": changes, "lines": lines}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=50_000)
    print(json.dumps(measure(parser.parse_args().deals)))
