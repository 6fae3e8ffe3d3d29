"""The register of approved payouts as a file for whoever pays them: CSV or a workbook, with totals."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from partnersync.cli.output import keep_others, whole, write_csv
from partnersync.domain.partner import Partner
from partnersync.domain.payout import Payout
from partnersync.domain.spreadsheet import harmless
from partnersync.domain.value import Money

REGISTER_COLUMNS = tuple(
    "payout_id partner_id payee_id name inn kpp bank_account bank_bik currency amount pay_by".split()
)
_TOTAL = "TOTAL"


def register_rows(ready: Sequence[Payout], partners: Mapping[str, Partner]) -> list[tuple[str, ...]]:
    """A row for each payout, and at the end one with the total of each currency."""
    rows: list[tuple[str, ...]] = []
    totals: dict[str, int] = {}
    for one in ready:
        partner, amount = partners[one.partner_id], one.amount
        totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
        bank = (partner.inn, partner.kpp, partner.bank_account, partner.bank_bik)
        rows.append(
            (
                one.payout_id,
                one.partner_id,
                one.payee_id,
                partner.name,
                *(text or "" for text in bank),
                amount.currency,
                amount.text(),
                one.pay_by.isoformat() if one.pay_by else "",
            )
        )
    for currency, minor in sorted(totals.items()):
        rows.append((_TOTAL, *[""] * 7, currency, Money(minor, currency).text(), ""))
    return rows


def write_register(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]], *, force: bool) -> None:
    """Write it whole, in the form that its suffix names; an earlier register is replaced.

    ConfigError where another file is there and `force` was not given, or where it cannot be written.
    """
    if path.suffix.lower() == ".csv":
        write_csv(path, columns, rows, force=force)
        return
    from openpyxl import Workbook  # costs start-up time

    if not _is_register(path, columns):
        keep_others(path, force=force)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("payouts")
    sums = columns.index("amount")
    sheet.append(columns)
    for row in rows:  # all but the sums are texts, so that an account keeps its digits
        sheet.append([Decimal(cell) if place == sums else harmless(cell) for place, cell in enumerate(row)])
    with whole(path) as fresh:
        book.save(fresh)


def _is_register(path: Path, columns: Sequence[str]) -> bool:
    """Whether the workbook that is there begins as a register does."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        return False
    try:
        book = load_workbook(path, read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError):
        return False
    try:
        first = next(book.worksheets[0].iter_rows(max_row=1, values_only=True), ())
    finally:
        book.close()
    return tuple(first) == tuple(columns)
