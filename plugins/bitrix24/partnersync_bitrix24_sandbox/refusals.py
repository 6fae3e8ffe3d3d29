"""Errors as the API tells them."""

from typing import Any


class Refusal(Exception):
    """An error that ends the call; `code` may be empty, as most of the legacy methods' are."""

    def __init__(self, status: int, code: str | int, text: str, **more: Any) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.more = status, code, text, more

    @property
    def body(self) -> dict[str, Any]:
        """What is answered."""
        return {"error": self.code, "error_description": self.text, **self.more}


def legacy(text: str) -> Refusal:
    """An error of crm.deal.* and its like, which has no code."""
    return Refusal(400, "", text)


def not_found(text: str = "Element not found") -> Refusal:
    """An error of crm.item.* and its like."""
    return Refusal(400, "NOT_FOUND", text)


def core(text: str) -> Refusal:
    """A generic error, of which only the text tells anything."""
    return Refusal(400, "ERROR_CORE", text)


def argument(name: str, text: str) -> Refusal:
    """A bad argument."""
    return Refusal(400, "ERROR_ARGUMENT", text, argument=name)


def missing(name: str) -> Refusal:
    """A required parameter of a universal method was not sent."""
    return Refusal(400, 100, f"Could not find value for parameter {{{name}}}")


def denied(text: str = "Access denied.") -> Refusal:
    """The user may not."""
    return Refusal(403, "ACCESS_DENIED", text)
