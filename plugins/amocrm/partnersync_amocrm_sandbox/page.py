"""A plain page of the account: deals and partners with their fields."""

from datetime import datetime
from itertools import islice

from partnersync.sandbox.cards_page import FRESH_S, Line, Shown, cards_page
from partnersync.sandbox.messages import Request, Response
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.cards import Card, Kind, Values
from partnersync_amocrm_sandbox.query import tree, whole

DEALS, PARTNERS, NOTES = 24, 24, 3
LOOKED_AT = 200  # companies among which partners are looked for, the first and the last changed


def page(account: Account, request: Request) -> Response:
    """The last changed deals, or the deal of `?lead=ID`, and the partners."""
    asked = whole(tree(request.query).get("lead"), 0)
    one = account.cards[Kind.LEADS].get(asked)
    deals = [one] if one else _last_changed(account, Kind.LEADS, DEALS)
    intro = (
        f"{len(account.cards[Kind.LEADS])} deals; the last changed come first. "
        f"Clock of the account: {_time(account, account.now())}."
    )
    named = [("Deals", deals), ("Partners", _partners(account))]
    sections = [(title, [_shown(account, card) for card in cards]) for title, cards in named]
    return cards_page(account.name, "amoCRM", intro, sections)


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


def _shown(account: Account, card: Card) -> Shown:
    now = account.now()
    moved = {
        event.field_id
        for event in account.events.of((card.kind.single, card.id))[-50:]
        if event.created_at > now - FRESH_S
    }
    lines = [
        Line(definition.name, _told(held), field_id in moved)
        for field_id, held in card.values.items()
        if (definition := account.field_of(card.kind, field_id=field_id))
    ]
    owner = account.users.get(card.responsible_user_id)
    tags = [tag.name for tag in map(account.tags[card.kind].get, card.tags) if tag]
    changed = f"changed {_time(account, card.updated_at)}"
    quiet = [f"#{card.id}", _stage(account, card), owner.name if owner else "", changed, *tags]
    return Shown(card.name, quiet, lines, _notes(account, card), card.updated_at > now - FRESH_S)


def _told(held: Values) -> str:
    return ", ".join(str(one.value) for one in held)


def _stage(account: Account, card: Card) -> str:
    if card.kind is not Kind.LEADS:
        return ""
    status = account.status(card.pipeline_id, card.status_id)
    return f"{status.name if status else card.status_id}, {card.price}"


def _notes(account: Account, card: Card) -> list[str]:
    """Notes and open tasks of the card, the last ones."""
    notes = account.notes_of.get((card.kind, card.id), ())[-NOTES:]
    tasks = account.tasks_of.get((card.kind, card.id), ())
    texts = [str(note.params.get("text", note.note_type)) for note in notes]
    return texts + [f"☐ {task.text}" for task in tasks if not task.is_completed]


def _time(account: Account, moment: int) -> str:
    return datetime.fromtimestamp(moment, account.zone).strftime("%Y-%m-%d %H:%M:%S")
