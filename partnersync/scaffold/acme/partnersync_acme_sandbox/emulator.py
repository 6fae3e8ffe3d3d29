"""Acme in memory: a function from requests to responses.

Times are whole seconds. A record has a field of ours from the first time that it is written. A deleted one stays as a
mark.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.messages import Request, Response

MOST_ROWS = 250


@dataclass(slots=True)
class Card:
    """One record."""

    id: int
    cells: dict[str, str]
    changed_at: int
    fields: dict[str, str] = field(default_factory=dict)
    notes: list[dict[str, str]] = field(default_factory=list)
    deleted: bool = False


class AcmeSandbox:
    """Tests reach its state by `cards`, and act as people by `put`, `edit` and `delete`."""

    token = "acme-sandbox"  # noqa: S105 - lets nobody in but here

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = 0
        self.cards: dict[str, dict[int, Card]] = defaultdict(dict)
        self.locked: set[tuple[str, int]] = set()
        self.exceeded: list[str] = []

    def put(self, kind: str, cells: Mapping[str, str]) -> int:
        """Somebody enters a record; its id."""
        self._made += 1
        self.cards[kind][self._made] = Card(self._made, dict(cells), self._now())
        return self._made

    def edit(self, kind: str, card_id: int, cells: Mapping[str, str], fields: Mapping[str, str]) -> None:
        """Somebody changes a record."""
        card = self.cards[kind][card_id]
        card.cells |= cells
        card.fields |= fields
        card.changed_at = self._now()

    def delete(self, kind: str, card_id: int) -> None:
        """Somebody deletes a record."""
        self.cards[kind][card_id].deleted = True
        self.cards[kind][card_id].changed_at = self._now()

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        if request.path == "/":
            return self._page()
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _error(401, "who are you?")
        match (request.method, request.path.strip("/").split("/")):
            case ("GET", ["api", "time"]):
                return Response.of_json(200, {"now": self._now()})
            case ("GET", ["api", kind]):
                return self._list(kind, dict(request.query))
            case (method, ["api", kind, card_id, *rest]) if card_id.isdigit():
                return self._of_card(method, kind, int(card_id), rest, request)
        return _error(405, f"there is no {request.method} {request.path}")

    def tick(self) -> None:
        """Nothing is due by the clock."""

    def _of_card(self, method: str, kind: str, card_id: int, rest: list[str], request: Request) -> Response:
        card = self.cards[kind].get(card_id)
        if card is None or card.deleted:
            return _error(404, "there is no such record")
        if method != "GET" and (kind, card_id) in self.locked:
            return _error(423, "the record is locked")
        match (method, rest):
            case ("GET", []):
                return Response.of_json(200, _row(card))
            case ("PATCH", []):
                self.edit(kind, card_id, {}, request.json()["fields"])
                return Response.of_json(200, _row(card))
            case ("GET", ["notes"]):
                return Response.of_json(200, {"notes": card.notes})
            case ("POST", ["notes"]):
                card.notes.append(request.json())
                return Response.of_json(201, {})
        return _error(405, f"there is no {method} {request.path}")

    def _list(self, kind: str, query: Mapping[str, str]) -> Response:
        """Changed between two moments, by time of change and id, behind a place."""
        asked = {name: int(text) for name, text in query.items()}
        if asked["limit"] > MOST_ROWS:
            self.exceeded.append(f"{asked['limit']} rows in one call")
            return _error(422, f"at most {MOST_ROWS} rows")
        place = (asked["after_at"], asked["after_id"])
        found = sorted(
            (card.changed_at, card.id)
            for card in self.cards[kind].values()
            if asked["since"] <= card.changed_at <= asked["until"]
        )
        ids = [card_id for at, card_id in found if (at, card_id) > place][: asked["limit"]]
        return Response.of_json(200, {"records": [_row(self.cards[kind][card_id]) for card_id in ids]})

    def _page(self) -> Response:
        rows = [
            f"<tr><td>{kind} {card.id}<td>{escape(' '.join((*card.cells.values(), *card.fields.values())))}"
            for kind, cards in self.cards.items()
            for card in cards.values()
        ]
        return Response.of_html(200, f"<!doctype html><title>Acme</title><table>{''.join(rows)}</table>")

    def _now(self) -> int:
        return int(self._clock.now())


def sample(deals: int, clock: Clock) -> AcmeSandbox:
    """An account with so many deals."""
    sandbox = AcmeSandbox(clock)
    sandbox.put("partner", {"name": "Partner 1", "kind": "agent", "promo_codes": "ONE"})
    for number in range(deals):
        promo = {"promo_code": "ONE"} if number % 3 == 0 else {}
        sandbox.put("deal", {"title": f"Deal {number}", "client_name": f"Client {number}", "state": "open", **promo})
    return sandbox


def _row(card: Card) -> dict[str, Any]:
    told = {"id": card.id, "changed_at": card.changed_at, "deleted": card.deleted}
    return {**told, "cells": card.cells, "fields": card.fields}


def _error(status: int, text: str) -> Response:
    return Response.of_json(status, {"error": text})
