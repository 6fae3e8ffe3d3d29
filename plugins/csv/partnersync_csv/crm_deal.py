"""What an export of a CRM says about one deal in several cells together: its state, its end, its money. Pure."""

from collections.abc import Mapping

from partnersync_csv.currencies import amount_of
from partnersync_csv.presets import CLOSED, PRICE, is_closed

Trouble = tuple[str, str, str, str]  # problem with its mend, code, column, value


def state_of(text: str, cells: Mapping[str, str], states: Mapping[str, str]) -> str | None:
    """The state of a stage: the one that is named, else open; None where the row says that the deal is closed.

    Nobody can tell from the name of a stage how a deal ended.
    """
    return states.get(text) or (None if is_closed(cells.get(CLOSED, "")) else "open")


def settle(cells: dict[str, str], currency: str) -> Trouble | None:
    """Take the currency out of sums and the end from open deals; `currency` is that of sums that name none."""
    if cells.get("state") == "open" and "closed_at" in cells:
        cells["closed_at"] = ""  # one that is planned
    stated = cells.get("currency", "")
    if "amount" in cells:
        text = cells["amount"]
        cells["amount"], named = amount_of(text)
        if named and stated and named != stated:
            return (
                f"is not in {stated}, which the row names as currency: correct one of them",
                "BAD_VALUE",
                "amount",
                text,
            )
        stated = stated or named
    if PRICE in cells:
        cells[PRICE], _ = amount_of(cells[PRICE])
    cells["currency"] = stated or currency
    return None
