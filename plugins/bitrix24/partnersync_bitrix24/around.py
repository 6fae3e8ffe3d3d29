"""What cards point to, as it was fetched for a page of them, and what is told there of their clients. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from partnersync_bitrix24.field_text import day, moment

Json = Mapping[str, Any]
Cards = Mapping[int, Json]


@dataclass(frozen=True, slots=True)
class Around:
    """What cards point to, by id; what is missing is not known. `requisites`: of companies, by the company's id.

    `partners`: items of the smart process of partners. `rows`: the products of deals. `ends`: since when a deal is won
    or lost, as its history tells.
    """

    companies: Cards = field(default_factory=dict)
    contacts: Cards = field(default_factory=dict)
    requisites: Cards = field(default_factory=dict)
    partners: Cards = field(default_factory=dict)
    rows: Mapping[int, Sequence[Json]] = field(default_factory=dict)
    ends: Mapping[int, str] = field(default_factory=dict)

    def closed_at(self, deal: Json) -> str:
        """By the history of stages; the closing date of a card is what a seller plans."""
        return self.ends.get(deal["id"]) or moment(deal.get("movedTime")) or day(deal.get("closedate"))

    def products_of(self, deal: Json) -> Iterator[str]:
        """Names in the rows of a deal."""
        rows = self.rows.get(deal["id"], ())
        return (name for row in rows if (name := str(row.get("productName") or "").strip()))


def person(contact: Json) -> str:
    """A contact's name as the portal shows it."""
    return " ".join(filter(None, (contact.get("name"), contact.get("secondName"), contact.get("lastName"))))


def ways(cards: Sequence[Json], kind: str) -> str:
    """Addresses or numbers of all of them, each once."""
    told = (
        str(one.get("value") or "").strip()
        for card in cards
        for one in card.get("fm") or ()
        if one.get("typeId") == kind
    )
    return "|".join(dict.fromkeys(filter(None, told)))
