"""Parts of the settings of a CRM's connection that are alike whatever the CRM: which column stands in which field."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from partnersync.contract.columns import COLUMNS
from partnersync.contract.managed import COMPARED, OWNER
from partnersync.domain.value import RecordKind
from partnersync.problems import nearest, refusal

Named = Annotated[str, Field(min_length=1)]
"""The name of something in the account, as people write it."""

Words = Mapping[str, Mapping[str, str]]
"""Column → text in the account → our word."""

NO_WORDS: Words = {}

State = Literal["open", "won", "lost"]

LISTS = frozenset({"products", "promo_codes", "client_email", "client_phone", "evidence"})
"""Columns whose cells hold several values, joined by `|`."""


class KeyTable(BaseModel):
    """A table of keys: another key than its own is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def columns_of(kind: RecordKind, card: Collection[str]) -> AfterValidator:
    """Checks a map whose keys are columns of a kind; those that the card tells itself (`card`) have no field."""
    free = [column for column in COLUMNS[kind] if column not in card]

    def check(fields: Mapping[str, str]) -> Mapping[str, str]:
        _known(fields, free, f"is no column of {kind} records that a field can give")
        return fields

    return AfterValidator(check)


def ours_of(kind: RecordKind) -> AfterValidator:
    """Checks a map whose keys are managed fields of a kind."""
    managed = [name for name in COMPARED[kind] if name != OWNER]

    def check(fields: Mapping[str, str]) -> Mapping[str, str]:
        _known(fields, managed, f"is no managed field of {kind} records")
        return fields

    return AfterValidator(check)


def in_words(cells: dict[str, str], words: Words) -> None:
    """Put our words for the account's, cell by cell; of a list each value."""
    for column, known in words.items():
        if column in cells:
            cells[column] = _in_words(cells[column], known, is_list=column in LISTS)


def _in_words(text: str, words: Mapping[str, str], *, is_list: bool) -> str:
    if is_list and text not in words:
        return "|".join(words.get(item, item) for item in text.split("|"))
    return words.get(text, text)


def _known(given: Mapping[str, str], known: list[str], told: str) -> None:
    for name in given:
        if name not in known:
            near = nearest(name, known)
            raise refusal(
                f'has "{name}", which {told}', f'Did you mean "{near}"?' if near else f"Known: {', '.join(known)}"
            )
