"""A plain page of cards with their fields, so that one sees them change; it reloads itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from partnersync.sandbox.messages import Response

REFRESH_S = 2
FRESH_S = 30  # what changed within this time is marked
STYLE = """
body{font:14px/1.4 system-ui,sans-serif;margin:1rem;background:#f4f5f7;color:#1c2733}
h1{font-size:1.3rem} h2{font-size:1.1rem;margin-top:1.5rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.7rem}
.card{background:#fff;border:1px solid #dbe1e8;border-radius:6px;padding:.6rem .8rem}
.card.fresh{border-color:#3b82f6;box-shadow:0 0 0 1px #3b82f6}
.card h3{margin:0 0 .2rem;font-size:1rem} .quiet{color:#647181;font-size:.85rem}
table{border-collapse:collapse;width:100%;margin-top:.3rem} td{padding:.1rem .3rem;vertical-align:top}
td:first-child{color:#647181;width:45%} tr.fresh td{background:#fff3bf}
.note{border-left:3px solid #dbe1e8;margin:.3rem 0 0;padding-left:.5rem;white-space:pre-wrap}
""".strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a card with its value; `fresh`: it changed lately."""

    name: str
    value: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as texts, which need not be escaped; of `quiet` the empty ones are left away."""

    title: str
    quiet: Sequence[str]
    lines: Sequence[Line]
    notes: Sequence[str] = ()
    fresh: bool = False


def cards_page(name: str, system: str, intro: str, sections: Sequence[tuple[str, Sequence[Shown]]]) -> Response:
    """A page about the company `name` in an emulated `system`; each section has a title and cards."""
    shown = "".join(
        f'<h2>{escape(title)}</h2><div class="cards">{"".join(map(_card, cards))}</div>' for title, cards in sections
    )
    text = (
        f'<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="refresh" content="{REFRESH_S}">'
        f"<title>{escape(name)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(name)}: an emulated {escape(system)}</h1>"
        f'<p class="quiet">{escape(intro)} What changed in the last {FRESH_S} s is marked.</p>{shown}</body></html>'
    )
    return Response.of_html(200, text)


def _card(card: Shown) -> str:
    lines = "".join(
        f"<tr{' class=fresh' if line.fresh else ''}><td>{escape(line.name)}</td><td>{escape(line.value)}</td></tr>"
        for line in card.lines
    )
    notes = "".join(f'<p class="note">{escape(text)}</p>' for text in card.notes)
    return (
        f'<div class="card{" fresh" if card.fresh else ""}"><h3>{escape(card.title)}</h3>'
        f'<div class="quiet">{escape(" · ".join(filter(None, card.quiet)))}</div>'
        f"<table>{lines}</table>{notes}</div>"
    )
