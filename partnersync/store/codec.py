"""Domain values and moments as text for the store, exact in both directions."""

import hashlib
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from partnersync.domain.activity import Activity, User
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.document import Document, Rate
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Registration
from partnersync.domain.value import RecordKind
from partnersync.errors import PartnersyncError

T = TypeVar("T")

RECORD_TYPES: dict[RecordKind, type] = {
    RecordKind.PARTNER: Partner,
    RecordKind.DEAL: Deal,
    RecordKind.PAYMENT: Payment,
    RecordKind.REGISTRATION: Registration,
    RecordKind.ACTIVITY: Activity,
    RecordKind.USER: User,
    RecordKind.DOCUMENT: Document,
    RecordKind.RATE: Rate,
}


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def dump(value: object) -> str:
    """A frozen domain dataclass as JSON; fields that hold their default are left out."""
    return _adapter(type(value)).dump_json(value, exclude_defaults=True).decode()


def load(cls: type[T], text: str) -> T:
    """The value that `dump` wrote; PartnersyncError where the text was damaged."""
    try:
        value: T = _adapter(cls).validate_json(text)
    except ValidationError as error:
        raise PartnersyncError(
            f"a stored {cls.__name__.lower()} is damaged: {error.error_count()} of its values cannot be read",
            hint="Restore the store from a backup, or pull the records into a new one",
        ) from None
    return value


def fingerprint(text: str) -> str:
    """A short digest that tells whether a text changed: 32 hex digits."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def moment_text(at: datetime) -> str:
    """An aware moment as ISO 8601 in UTC.

    Texts sort as moments do: "+" comes before a fraction's ".", which has six digits.
    """
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be stored")
    return at.astimezone(UTC).isoformat()


def moment(text: str) -> datetime:
    """The moment that `moment_text` wrote, in UTC."""
    return datetime.fromisoformat(text)


def moment_text_or_none(at: datetime | None) -> str | None:
    """As `moment_text`, None staying None."""
    return None if at is None else moment_text(at)


def moment_or_none(text: str | None) -> datetime | None:
    """As `moment`, None staying None."""
    return None if text is None else moment(text)
