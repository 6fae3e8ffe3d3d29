"""What is known of those who are to be paid, gathered from the store for the gates (rules/gates.py)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection as Tx

from partnersync.domain.document import Document
from partnersync.domain.partner import Partner
from partnersync.domain.value import RecordKind
from partnersync.rules.gates import RECEIPT, Payee
from partnersync.store import codec, payees, payouts, records
from partnersync.sync.knowing import partner_rows


@dataclass(frozen=True, slots=True)
class Payees:
    """Partners that passed their checks with their documents, changes of bank details and last payouts."""

    partners: Mapping[str, Partner]
    documents: Mapping[str, tuple[Document, ...]]
    bank_changes: Mapping[str, date]
    last_paid_on: Mapping[str, date]

    def payee(self, partner_id: str, payee_id: str) -> Payee:
        """What the gates look at; of a partner that no record tells of nothing is known."""
        papers = self.documents.get(partner_id, ())
        return Payee(
            self.partners.get(partner_id),
            frozenset((paper.period, paper.kind) for paper in papers),
            self.last_paid_on.get(payee_id),
            frozenset((paper.period, paper.received_on) for paper in papers if paper.kind == RECEIPT),
            bank_changed_on=self.bank_changes.get(partner_id),
        )


def load(tx: Tx, master: str | None) -> Payees:
    """Everything that is known of payees; `master` is the connection whose partners count, None: every one's."""
    accepted = records.accepted(tx)
    rows = {name: row for name, row in partner_rows(tx, master).items() if name in accepted}
    documents: dict[str, list[Document]] = defaultdict(list)
    for row in records.by_kind(tx, RecordKind.DOCUMENT):
        if row.body and row.state != "gone":
            paper = codec.load(Document, row.body)
            documents[paper.partner_id].append(paper)
    return Payees(
        {name: codec.load(Partner, row.body or "") for name, row in rows.items()},
        {partner_id: tuple(papers) for partner_id, papers in documents.items()},
        payees.bank_changes(tx),
        payouts.last_paid_on(tx),
    )


def bank_details(partners: Iterable[Partner]) -> dict[str, str]:
    """The bank details of those who have any, by partner."""
    return {one.partner_id: f"{one.bank_account} {one.bank_bik or ''}" for one in partners if one.bank_account}
