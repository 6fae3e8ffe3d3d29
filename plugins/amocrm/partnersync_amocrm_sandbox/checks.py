"""The validation of written objects: names and types of keys, and the findings of a batch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.behaviour import Batch, Sent
from partnersync_amocrm_sandbox.calls import LARGEST, Call
from partnersync_amocrm_sandbox.problems import NO_CHOICE, Refusal, error, problem, refused

MISSING = "This field is missing."
UNEXPECTED = "This field was not expected."


@dataclass(frozen=True, slots=True)
class Type:
    """A JSON type, as the errors name it."""

    name: str
    python: tuple[type, ...]
    nullable: bool = False
    most: int | None = None  # its largest size

    def fits(self, value: Any) -> bool:
        """Whether a value is of it; true and false are no numbers."""
        if value is None:
            return self.nullable
        if not isinstance(value, self.python):
            return False
        if self.most is not None and isinstance(value, int) and abs(value) > self.most:
            return False
        return not isinstance(value, bool) or bool in self.python or object in self.python


INT = Type("int", (int,))
MOMENT = Type("int", (int,), most=10**11)  # unix seconds that have a date
MOMENT_OR_NULL = Type("int", (int,), nullable=True, most=10**11)
INT_OR_NULL = Type("int", (int,), nullable=True)
NUMBER = Type("int", (int, Decimal))
TEXT = Type("string", (str,))
TEXT_OR_NULL = Type("string", (str,), nullable=True)
BOOL = Type("bool", (bool,))
LIST = Type("array", (list,))
LIST_OR_NULL = Type("array", (list,), nullable=True)
OBJECT = Type("array", (dict,))  # PHP knows one word for both
OBJECT_OR_NULL = Type("array", (dict, list), nullable=True)
ANY = Type("mixed", (object,), nullable=True)


@dataclass(slots=True)
class Findings:
    """What is wrong with one item."""

    errors: list[dict[str, Any]] = field(default_factory=list)

    def add(self, code: str | int, path: str, detail: str = NO_CHOICE) -> None:
        """Something is wrong at a path of the item."""
        self.errors.append(error(code, path, detail))

    def has_type(self, value: Any, type_: Type, path: str) -> bool:
        """Whether a value is of a type; else it is found."""
        if type_.fits(value):
            return True
        self.add("InvalidType", path, f"This value should be of type {type_.name}.")
        return False

    def shape(
        self,
        item: Any,
        known: Mapping[str, Type],
        *,
        needed: tuple[str, ...] = (),
        path: str = "",
        unknown: Sent = Sent.REFUSED,
    ) -> dict[str, Any]:
        """The well-formed part of an object."""
        prefix = f"{path}." if path else ""
        if not self.has_type(item, OBJECT, path):
            return {}
        for key in needed:
            if key not in item:
                self.add("FieldMissing", f"{prefix}{key}", MISSING)
        good = {}
        for key, value in item.items():
            if key not in known:
                if unknown is Sent.REFUSED:
                    self.add("FieldNotExpected", f"{prefix}{key}", UNEXPECTED)
            elif self.has_type(value, known[key], f"{prefix}{key}"):
                good[key] = value
        return good

    def id_of(self, item: Any) -> int | None:
        """The id that an item of a change has to have."""
        good = self.has_type(item, OBJECT, "")
        if good and "id" not in item:
            self.add("FieldMissing", "id", MISSING)
        return item["id"] if good and "id" in item and self.has_type(item["id"], INT, "id") else None


Store = Callable[[], dict[str, Any]]
Read = Callable[[Any, Findings], Store]  # finds what is wrong; what it returns is called if nothing is


def batch(call: Call, read: Read, *, largest: int = LARGEST) -> list[dict[str, Any]]:
    """Write an array: all items are read before any is stored, and a bad one refuses the request.

    Answers hold `request_id`, which is the item's position where it names none.
    """
    items = call.body()
    if not isinstance(items, list):
        raise Refusal(refused([(None, [error("InvalidType", "", "This value should be of type array.")])]))
    if len(items) > largest and call.account.behaviour.over_250_items is Sent.REFUSED:
        raise Refusal(problem(422, f"Limit {largest} per page"))
    good: list[tuple[str, Store]] = []
    bad: list[tuple[str | None, list[dict[str, Any]]]] = []
    for place, item in enumerate(items):
        findings = Findings()
        request_id = str(item.get("request_id", place)) if isinstance(item, dict) else str(place)
        store = read(item, findings)
        if findings.errors:
            bad.append((request_id, findings.errors))
        else:
            good.append((request_id, store))
    if bad and call.account.behaviour.mixed_batch is Batch.REFUSED:
        raise Refusal(refused(bad))
    stored = [{"request_id": request_id} | store() for request_id, store in good]
    if bad:
        raise Refusal(refused(bad))
    return stored


def single(call: Call, read: Read) -> dict[str, Any]:
    """Write one object; its findings have no request_id."""
    findings = Findings()
    item = call.body()
    if not isinstance(item, dict):
        raise Refusal(refused([(None, [error("InvalidType", "", "This value should be of type object.")])]))
    store = read(item, findings)
    if findings.errors:
        raise Refusal(refused([(None, findings.errors)]))
    return store()


def no_delete(_: Call) -> Response:
    """There is no such method."""
    return problem(405, "Method Not Allowed")
