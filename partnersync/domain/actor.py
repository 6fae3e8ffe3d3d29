"""Who somebody is: user ids are the same person's however people write them."""

from collections.abc import Iterable


def is_same(one: str, other: str) -> bool:
    """Whether two user ids name one person: letter case and spaces around them tell nobody apart."""
    return _known_as(one) == _known_as(other)


def is_among(actor: str, actors: Iterable[str]) -> bool:
    """Whether a user id names one of these people."""
    return any(is_same(actor, one) for one in actors)


def _known_as(actor: str) -> str:
    return actor.strip().casefold()
