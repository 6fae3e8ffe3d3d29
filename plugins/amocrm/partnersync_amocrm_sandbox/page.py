"""A plain page of the account: deals and partners with their fields, so that one sees them change."""

from datetime import datetime
from html import escape
from itertools import islice

from partnersync.sandbox.messages import Request, Response
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.cards import Card, Kind, Values
from partnersync_amocrm_sandbox.query import tree, whole

DEALS, PARTNERS, NOTES = 24, 24, 3
LOOKED_AT = 200  # companies among which partners are looked for, the first and the last changed
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


def page(account: Account, request: Request) -> Response:
    """The last changed deals, or the deal of `?lead=ID`, and the partners."""
    asked = whole(tree(request.query).get("lead"), 0)
    one = account.cards[Kind.LEADS].get(asked)
    deals = [one] if one else _last_changed(account, Kind.LEADS, DEALS)
    partners = _partners(account)
    body = (
        f"<h1>{escape(account.name)}: an emulated amoCRM</h1>"
        f'<p class="quiet">{len(account.cards[Kind.LEADS])} deals; the last changed come first. '
        f"What changed in the last {FRESH_S} s is marked. Clock of the account: {_time(account, account.now())}</p>"
        f"{_section(account, 'Deals', deals)}{_section(account, 'Partners', partners)}"
    )
    text = (
        f'<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="refresh" content="{REFRESH_S}">'
        f"<title>{escape(account.name)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
    return Response.of_html(200, text)


def _last_changed(account: Account, kind: Kind, most: int) -> list[Card]:
    population = account.cards[kind]
    ids = population.orders["updated_at"].walk(None, None, 0, descending=True)
    return [card for card in map(population.get, islice(ids, most)) if card]


def _partners(account: Account) -> list[Card]:
    """Companies with a tag, among the last changed and the first."""
    population = account.cards[Kind.COMPANIES]
    looked_at = _last_changed(account, Kind.COMPANIES, LOOKED_AT) + list(islice(population.all(), LOOKED_AT))
    found = {card.id: card for card in looked_at if card.tags}
    return list(islice(found.values(), PARTNERS))


def _section(account: Account, title: str, cards: list[Card]) -> str:
    shown = "".join(_card(account, card) for card in cards)
    return f'<h2>{title}</h2><div class="cards">{shown}</div>'


def _card(account: Account, card: Card) -> str:
    now = account.now()
    fresh = card.updated_at > now - FRESH_S
    moved = {
        event.field_id
        for event in account.events.of((card.kind.single, card.id))[-50:]
        if event.created_at > now - FRESH_S
    }
    rows = "".join(
        _row(definition.name, _told(held), fresh=field_id in moved)
        for field_id, held in card.values.items()
        if (definition := account.field_of(card.kind, field_id=field_id))
    )
    owner = account.users.get(card.responsible_user_id)
    quiet = [_stage(account, card), owner.name if owner else "", f"changed {_time(account, card.updated_at)}"]
    tags = [tag.name for tag in map(account.tags[card.kind].get, card.tags) if tag]
    return (
        f'<div class="card{" fresh" if fresh else ""}"><h3>{escape(card.name)}</h3>'
        f'<div class="quiet">#{card.id} · {escape(" · ".join(filter(None, quiet + tags)))}</div>'
        f"<table>{rows}</table>{_notes(account, card)}</div>"
    )


def _row(name: str, value: str, *, fresh: bool) -> str:
    return f"<tr{' class=fresh' if fresh else ''}><td>{escape(name)}</td><td>{escape(value)}</td></tr>"


def _told(held: Values) -> str:
    return ", ".join(str(one.value) for one in held)


def _stage(account: Account, card: Card) -> str:
    if card.kind is not Kind.LEADS:
        return ""
    status = account.status(card.pipeline_id, card.status_id)
    return f"{status.name if status else card.status_id}, {card.price}"


def _notes(account: Account, card: Card) -> str:
    """Notes and open tasks of the card, the last ones."""
    texts = [
        str(note.params.get("text", note.note_type)) for note in account.notes_of.get((card.kind, card.id), ())[-3:]
    ]
    tasks = account.tasks_of.get((card.kind, card.id), ())
    texts += [f"☐ {task.text}" for task in tasks if not task.is_completed]
    return "".join(f'<p class="note">{escape(text)}</p>' for text in texts)


def _time(account: Account, moment: int) -> str:
    return datetime.fromtimestamp(moment, account.zone).strftime("%Y-%m-%d %H:%M:%S")
