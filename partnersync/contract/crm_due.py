"""What a CRM has to have for the programme, alike in all of them: the choices of lists that are ours. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from partnersync.contract.crm_fields import PARTNER_LIST, OurField


@dataclass(frozen=True, slots=True)
class DueChoice:
    """An entry of a list: what people see, and the code that we go by."""

    value: str
    code: str


class NamesPartner(Protocol):
    """A place in which a card names its partner; `select` is the name of a list."""

    @property
    def select(self) -> str | None:
        """None where the place is another one."""


def choices_of(field: OurField) -> tuple[DueChoice, ...]:
    """The entries of a list that programs write: our words, seen as they are."""
    return tuple(DueChoice(one, one) for one in field.choices)


def partner_choices(partners: Sequence[tuple[str, str]]) -> tuple[DueChoice, ...]:
    """The entries of the list in which sellers name a partner; `partners`: (partner_id, name).

    Of two who have one name both are told by their ids as well.
    """
    names = Counter(name.casefold() for _, name in partners)
    return tuple(
        DueChoice(name if names[name.casefold()] == 1 else f"{name} ({partner_id})", partner_id)
        for partner_id, name in partners
    )


def lists_partners(places: Iterable[NamesPartner]) -> bool:
    """Whether sellers name partners in the list that is ours."""
    return any(one.select is not None and one.select.upper() == PARTNER_LIST for one in places)
