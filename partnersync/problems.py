"""What is wrong with content that people wrote: each problem with its place, a sentence and the mend."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct. `text` goes on after the key ("is not a day"), `mend` is a sentence without its full stop.

    `show` is False where the value may be a secret.
    """

    path: KeyPath
    text: str
    mend: str
    show: bool = True


class Refused(ValueError):
    """Content with problems, all of them; who knows the file turns it into a ConfigError with lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{dotted(p.path)} {p.text}. {p.mend}" for p in self.problems))


def refusal(text: str, mend: str, *, show: bool = True) -> PydanticCustomError:
    """What a field's validator raises so that its problem keeps its own words."""
    return PydanticCustomError("refusal", "{text}. {mend}", {"text": text, "mend": mend, "show": show})


def dotted(path: KeyPath) -> str:
    """The key as people write it; list items count from 1: "commission.rules[2].tiers"."""
    return "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    return next(iter(get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)), None)


def problems_of(
    error: ValidationError, model: type[BaseModel], under: KeyPath = (), more_keys: Iterable[str] = ()
) -> Iterator[Problem]:
    """Problems of a failed check of `model`, with paths `under` a key; `more_keys` are known beside the model's own."""
    for detail in error.errors(include_url=False, include_input=False):
        path = tuple(step for step in detail["loc"] if step != "[key]")
        if detail["type"] == "extra_forbidden":
            yield _unknown_key((*under, *path), [*known_keys(model, path[:-1]), *(more_keys if len(path) == 1 else ())])
        else:
            yield Problem((*under, *path), *_words(detail))


def known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that may stand in the table at `path` of a model; lists and maps on the way are looked through."""
    tables = [model]
    for step in path:
        fields = [field for table in tables for key, field in _fields(table) if key == step]
        if fields:
            tables = [table for annotation in fields for table in _tables(annotation)]
    return [key for table in tables for key, _ in _fields(table)]


def _fields(table: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    return ((field.alias or name, field.annotation) for name, field in table.model_fields.items())


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)


def _unknown_key(path: KeyPath, known: list[str]) -> Problem:
    near = nearest(str(path[-1]), known)
    mend = f'Did you mean "{near}"' if near else "Remove it"
    known_text = f"; known here: {', '.join(sorted(known))}" if known and not near else ""
    return Problem(path, "is not a known key", mend + known_text + ("?" if near else ""), show=False)


# pydantic's error type → what is wrong, how to mend it; what is missing here keeps pydantic's words.
_MESSAGES = {
    "missing": ("is missing", "Add it"),
    "literal_error": ("is not one of the known words", "Write {expected}"),
    "enum": ("is not one of the known words", "Write {expected}"),
    "int_type": ("is not a whole number", "Write it without quotes, like 30"),
    "string_type": ("is not text", 'Write it in quotes, like "text"'),
    "bool_type": ("is neither true nor false", "Write true or false, without quotes"),
    "date_type": ("is not a day", "Write it like 2026-01-01, without quotes"),
    "model_type": ("is not a table", "Write it as a [section] or as {{ key = value }}"),
    "dict_type": ("is not a table", "Write it as a [section] or as {{ key = value }}"),
    "mapping_type": ("is not a table", "Write it as a [section] or as {{ key = value }}"),
    "tuple_type": ("is not a list", "Write it in brackets, like [1, 2]"),
    "list_type": ("is not a list", "Write it in brackets, like [1, 2]"),
    "greater_than_equal": ("is less than {ge}", "Write {ge} or more"),
    "string_too_short": ("is empty", "Write at least {min_length} characters"),
}


def _words(detail: ErrorDetails) -> tuple[str, str, bool]:
    context: Mapping[str, Any] = detail.get("ctx", {})
    if detail["type"] == "refusal":
        return context["text"], context["mend"], context["show"]
    if detail["type"] == "value_error":  # a plugin's own check
        return f"is refused: {context['error']}", context.get("mend", "Correct it"), True
    text, mend = _MESSAGES.get(detail["type"], (f"is refused: {detail['msg']}", "Correct it"))
    return text.format(**context), mend.format(**context), True
