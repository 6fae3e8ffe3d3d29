"""Deals that were merged into others: what was decided about them follows the one that they live on in. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from partnersync.domain.deal import Deal
from partnersync.domain.decided import DealStanding
from partnersync.sync.case import CaseFile


def followed(case: CaseFile) -> Mapping[str, DealStanding]:
    """What was decided about deals; of one that is nobody's, what was of a deal that was merged into it."""
    found = dict(case.standings)
    for deal, survivor in _merged(case):
        before, own = case.standings.get(deal.ref), found.get(survivor)
        if before and before.attribution and (own is None or own.attribution is None):
            found[survivor] = replace(own or before, deal_ref=survivor, attribution=before.attribution)
    return found


def stand_ins(case: CaseFile) -> Iterator[Deal]:
    """What merged deals are to the registrations that they were of: their own dates, with the fate of the other deal.

    Only where both are of one partner, by the standings of `followed`.
    """
    deals = {deal.ref: deal for deal, _ in case.deals if not deal.merged_into}
    for deal, ref in _merged(case):
        before, now, survivor = case.standings.get(deal.ref), case.standings.get(ref), deals.get(ref)
        if survivor and before and now and before.partner_id == now.partner_id != "":
            fate = {name: getattr(survivor, name) for name in ("ref", "state", "closed_at", "updated_at", "stage")}
            yield replace(deal, **fate, merged_into=None)


def _merged(case: CaseFile) -> Iterator[tuple[Deal, str]]:
    """Each merged deal and the ref of the one that it lives on in at last, in a stable order."""
    merged = {deal.ref: deal for deal, _ in case.deals if deal.merged_into}
    for ref in sorted(merged):
        seen, at = {ref}, merged[ref].merged_into or ""
        while at in merged and at not in seen:
            seen.add(at)
            at = merged[at].merged_into or ""
        if at not in merged:
            yield merged[ref], at
