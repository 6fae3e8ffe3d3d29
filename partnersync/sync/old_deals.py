"""Deals of before a connection's history, which no run attributes: proposals, and what people made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.domain.attribution import Attribution, Override
from partnersync.domain.deal import Deal
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync.rules.partners import Partners
from partnersync.rules.program import Programme
from partnersync.store import decisions, overrides, records
from partnersync.sync import approvals
from partnersync.sync.case import CaseFile, Knowledge
from partnersync.sync.decide import decide
from partnersync.sync.simulate import History


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deal, and whom the evidence of today names for it."""

    deal: Deal
    found: Attribution


@dataclass(frozen=True, slots=True)
class Accepted:
    """A proposal as a person let it stand, or corrected it; `place` names its row, for what has to be told about it."""

    place: str
    deal_ref: str
    partner_id: str
    reason: str


class Proposing:
    """Looks through the stored history of one connection; nothing is kept."""

    def __init__(self, history: History, programme: Programme, connection: str) -> None:
        self._history = history
        self._connection = connection
        self._left_alone = history.knowledge(programme)
        self._knowledge = replace(self._left_alone, history_from={})

    @property
    def partners(self) -> Partners:
        """Those that a deal can be proposed for."""
        return self._knowledge.partners

    def proposals(self, since: datetime, until: datetime) -> Iterator[Proposal]:
        """For deals made in a stretch of time that nobody attributed yet, where evidence names a partner."""
        for page in self._history.cases():
            for file in page:
                old = _old(file, self._left_alone, self._connection, since, until)
                yield from self._of_case(file, old) if old else ()
            self._history.progress("look through cases", len(page), None)

    def _of_case(self, file: CaseFile, old: dict[str, Deal]) -> Iterator[Proposal]:
        decided = decide(file, self._knowledge, self._history.as_of, self._history.run)
        for one in decided.deals:
            found = one.state.attribution
            if found and found.evidence.partner_id and one.state.deal_ref in old:
                yield Proposal(old[one.state.deal_ref], found)


def _old(file: CaseFile, knowledge: Knowledge, connection: str, since: datetime, until: datetime) -> dict[str, Deal]:
    """Of a case the deals that wait for a person, by ref."""
    return {
        deal.ref: deal
        for deal, _ in file.deals
        if deal.connection == connection
        and since <= deal.created_at <= until
        and not deal.merged_into
        and knowledge.is_history(deal)
        and deal.ref not in file.overrides
        and not _attributed(file, deal)
    }


def _attributed(file: CaseFile, deal: Deal) -> bool:
    standing = file.standings.get(deal.ref)
    return standing is not None and standing.attribution is not None


def apply(tx: Tx, accepted: Sequence[Accepted], connection: str, actor: str, now: datetime) -> int:
    """Keep what a person accepted as his decisions, each in the journal; how many are new.

    What was applied before changes nothing. ConfigError names every row that cannot be applied; then none is.
    """
    refs = [one.deal_ref for one in accepted]
    there = records.by_ids(tx, connection, RecordKind.DEAL, [ref.removeprefix(f"{connection}/") for ref in refs])
    known = {f"{connection}/{record_id}" for record_id, row in there.items() if row.body}
    standings, before, partners = decisions.by_ref(tx, refs), overrides.latest(tx, refs), records.accepted(tx)
    new = [one for one in accepted if one.deal_ref not in before or before[one.deal_ref].partner_id != one.partner_id]
    refused: list[str] = []
    for one in new:
        standing = standings.get(one.deal_ref)
        belongs = standing.partner_id if standing else ""
        if one.deal_ref not in known:
            refused.append(f'{one.place}: deal_id "{one.deal_ref}": {connection} has no such deal: leave the row out')
        elif one.partner_id not in partners:
            refused.append(f'{one.place}: partner_id "{one.partner_id}": no such partner is known: correct it')
        elif one.deal_ref in before or belongs not in ("", one.partner_id):
            belongs = before[one.deal_ref].partner_id if one.deal_ref in before else belongs
            held = f"belongs to {belongs}" if belongs else "was made direct"
            refused.append(f"{one.place}: deal {one.deal_ref} {held} since: leave the row out, or use `override`")
    if refused:
        raise ConfigError("\n".join(refused), hint="Correct the file and apply it again; nothing was applied")
    for one in new:
        approvals.keep(tx, one.deal_ref, Override(one.partner_id, actor, one.reason, now), now, None)
    return len(new)
