"""The compact trace that every decision carries: deterministic and machine-readable; rules/explain.py words it.

A trace is a tuple of steps; a step is a code and its arguments. Written: `code:arg:arg|code:arg`.
"""

from collections.abc import Iterable

Step = tuple[str, ...]
_ESCAPES = (("%", "%25"), ("|", "%7C"), (":", "%3A"))


def encode(steps: Iterable[Step]) -> str:
    """One line of text; `%`, `|` and `:` inside arguments are percent-escaped."""
    return "|".join(map(_written, steps))


def decode(text: str) -> tuple[Step, ...]:
    """The steps that `encode` wrote."""
    return tuple(tuple(map(_unescape, step.split(":"))) for step in text.split("|")) if text else ()


def _written(step: Step) -> str:
    text = ":".join(step)
    plain = "%" not in text and "|" not in text and text.count(":") == len(step) - 1
    return text if plain else ":".join(map(_escape, step))


def _escape(argument: str) -> str:
    if "%" in argument or "|" in argument or ":" in argument:
        for plain, escaped in _ESCAPES:
            argument = argument.replace(plain, escaped)
    return argument


def _unescape(argument: str) -> str:
    for plain, escaped in reversed(_ESCAPES):
        argument = argument.replace(escaped, plain)
    return argument
