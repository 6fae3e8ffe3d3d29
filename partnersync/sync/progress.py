"""How the flow tells whoever watches how far it has come."""

from typing import Protocol


class Progress(Protocol):
    """Called after each portion of long work."""

    def __call__(self, step: str, amount: int, of: int | None = None) -> None:
        """`amount` more items of a step are done, `of` so many in all where that is known."""
