"""The file in which old deals are proposed for review, as we write it and as people save it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from partnersync.domain.say import Say
from partnersync.errors import ConfigError
from partnersync.rules.attribution_words import attribution_sentences, grade
from partnersync.rules.partners import Partners
from partnersync.sync import cells
from partnersync.sync.old_deals import Accepted, Proposal
from partnersync.sync.publish import moment_text

COLUMNS = (
    "deal_id title client_name state created_at closed_at amount currency "
    "partner_id partner_name source grade evidence against accept reason".split()
)
"""The reviewer fills in `accept` and, if he likes, `reason`; he may correct `partner_id`."""
_NEEDED = ("deal_id", "partner_id", "accept")


def row(one: Proposal, partners: Partners, zone: ZoneInfo, say: Say) -> Sequence[str]:
    """A proposal with the evidence for it and against it."""
    deal, best = one.deal, one.found.evidence
    called = {partner_id: partner.name for partner_id, partner in partners.by_id.items()}
    _, evidence, *against = attribution_sentences(one.found, zone, say)
    return (
        deal.ref,
        deal.title or "",
        deal.client.name or "",
        deal.state.value,
        moment_text(deal.created_at, zone),
        moment_text(deal.closed_at, zone) if deal.closed_at else "",
        deal.amount.text() if deal.amount else "",
        deal.currency,
        best.partner_id,
        called.get(best.partner_id, ""),
        best.source.value,
        grade(best),
        evidence,
        " ".join(against),
        "",
        "",
    )


def read(path: Path, reason: str) -> list[Accepted]:
    """The accepted rows of a reviewed file; ConfigError names every row that cannot be read.

    `reason` is that of rows which give none.
    """
    refused: list[str] = []
    found: dict[str, Accepted] = {}
    for line, told in _rows(path):
        place = f"{path}:{line}"
        accept = told["accept"]
        try:
            if not accept or not cells.yes_no(accept):
                continue
        except ValueError as error:
            refused.append(f'{place}: accept "{accept}" {error}')
            continue
        why = told.get("reason") or reason
        missing = [name for name in ("deal_id", "partner_id") if not told[name]] + ([] if why else ["reason"])
        if missing:
            mend = "fill it in, or give --reason" if missing == ["reason"] else "fill it in, or leave the row out"
            refused.append(f"{place}: {missing[0]} is empty: {mend}")
        elif told["deal_id"] in found:
            refused.append(f'{place}: deal_id "{told["deal_id"]}" is accepted twice: keep one of the rows')
        else:
            found[told["deal_id"]] = Accepted(place, told["deal_id"], told["partner_id"], why)
    if refused:
        raise ConfigError("\n".join(refused), hint="Correct the file and apply it again; nothing was applied")
    return list(found.values())


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with their lines, however a spreadsheet saved them."""
    text = _text(path)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [name.strip() for name in next(reader, [])]
    if missing := [name for name in _NEEDED if name not in columns]:
        hint = "Name a file that `backfill --propose` has written"
        raise ConfigError(f"{path}: has no column {missing[0]}", hint=hint)
    empty = dict.fromkeys(columns, "")  # a spreadsheet may leave cells out at a row's end
    for values in reader:
        if any(values):
            yield reader.line_num, empty | dict(zip(columns, map(_plain, values), strict=False))


def _plain(cell: str) -> str:
    """Without the apostrophe that we put before what a spreadsheet would run."""
    text = cell.strip()
    return text[1:] if text.startswith("'") else text


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or 'unreadable').lower()}") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace")
