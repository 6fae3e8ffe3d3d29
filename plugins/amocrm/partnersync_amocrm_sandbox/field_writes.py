"""What may be written into a custom field's definition, and what becomes of its choices."""

from dataclasses import dataclass
from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.checks import (
    ANY,
    BOOL,
    INT,
    LIST,
    LIST_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Findings,
    Type,
)
from partnersync_amocrm_sandbox.definitions import CHOICES, PAID, TYPES, Enum, Field

_KEYS: dict[str, Type] = {
    "id": INT,
    "type": TEXT,
    "name": TEXT,
    "code": TEXT_OR_NULL,
    "sort": INT,
    "group_id": TEXT_OR_NULL,
    "is_api_only": BOOL,
    "required_statuses": LIST,
    "hidden_statuses": LIST,
    "enums": LIST_OR_NULL,
    "currency": TEXT,
    "remind": TEXT_OR_NULL,
    "chained_lists": LIST,
    "search_in": ANY,
    "tracking_callback": TEXT_OR_NULL,
    "nested": LIST,
    "settings": ANY,
    "is_visible": BOOL,
    "is_required": BOOL,
    "request_id": ANY,
}
_ENUM: dict[str, Type] = {"id": INT, "value": TEXT, "sort": INT, "code": TEXT_OR_NULL}
_STAGE: dict[str, Type] = {"status_id": INT, "pipeline_id": INT}
_PLAIN = ("name", "code", "sort", "group_id", "is_api_only", "currency", "required_statuses", "hidden_statuses")
_MORE = ("remind", "chained_lists", "search_in", "tracking_callback", "nested", "settings", "is_visible", "is_required")
REMINDS = frozenset({"never", "day", "week", "month"})


@dataclass(frozen=True, slots=True)
class Definition:
    """Reads and applies definitions of one entity's fields."""

    account: Account
    entity: str
    findings: Findings

    def read_new(self, item: Any) -> dict[str, Any]:
        """What a new field is to be."""
        good = self.findings.shape(item, _KEYS, needed=("type", "name"))
        self._type(good)
        if good.get("type") in CHOICES - {"category"} and not good.get("enums"):
            self.findings.add("FieldMissing", "enums", "This field is missing.")
        self._common(good, good.get("type", ""), None)
        return good

    def read_change(self, item: Any, field: Field) -> dict[str, Any]:
        """What is to become of a field; its type stays."""
        good = self.findings.shape(item, _KEYS)
        if good.get("type", field.type) != field.type:
            self.findings.add("NotSupportedChoice", "type")
        if field.is_predefined and good.keys() - {"id", "sort", "group_id", "required_statuses", "enums", "request_id"}:
            self.findings.add("NotSupportedChoice", "id")
        self._common(good, field.type, field)
        return good

    def apply(self, field: Field, good: dict[str, Any]) -> None:
        """Store it. Choices are replaced as a whole: those that are sent without an id get new ones."""
        for name in _PLAIN:
            if name in good:
                setattr(field, name, good[name])
        field.more |= {name: good[name] for name in _MORE if name in good}
        if good.get("enums") is not None:
            field.enums = [self._enum(item, place) for place, item in enumerate(good["enums"])]

    def _enum(self, item: dict[str, Any], place: int) -> Enum:
        enum_id = item["id"] if "id" in item else self.account.new_id()
        return Enum(enum_id, item["value"], item.get("sort", place), item.get("code"))

    def _type(self, good: dict[str, Any]) -> None:
        type_ = good.get("type")
        if type_ is None:
            return
        allowed = TYPES[self.entity.partition("/")[0]]
        if type_ not in allowed or (type_ in PAID and not self.account.options.super_fields):
            self.findings.add("NotSupportedChoice", "type")

    def _common(self, good: dict[str, Any], type_: str, field: Field | None) -> None:
        code = good.get("code")
        taken = self.account.field_of(self.entity, code=code) if code else None
        if taken is not None and taken is not field:
            self.findings.add("NotSupportedChoice", "code")
        if type_ == "monetary" and "currency" not in good:
            self.findings.add("FieldMissing", "currency", "This field is missing.")
        if good.get("remind") is not None and good["remind"] not in REMINDS:
            self.findings.add("NotSupportedChoice", "remind")
        group = good.get("group_id")
        if group is not None and group not in self.account.field_groups.get(self.entity, {}):
            self.findings.add("NotSupportedChoice", "group_id")
        if good.get("hidden_statuses") and not self.account.options.super_fields:
            self.findings.add("NotSupportedChoice", "hidden_statuses")
        for name in ("required_statuses", "hidden_statuses"):
            for place, item in enumerate(good.get(name, ())):
                self._stage(item, f"{name}.{place}")
        self._enums(good.get("enums") or (), field)

    def _stage(self, item: Any, path: str) -> None:
        told = self.findings.shape(item, _STAGE, needed=tuple(_STAGE), path=path)
        if len(told) == len(_STAGE) and self.account.status(told["pipeline_id"], told["status_id"]) is None:
            self.findings.add("NotSupportedChoice", f"{path}.status_id")

    def _enums(self, enums: Any, field: Field | None) -> None:
        codes: set[str] = set()
        for place, item in enumerate(enums):
            told = self.findings.shape(item, _ENUM, needed=("value",), path=f"enums.{place}")
            if "id" in told and (field is None or field.enum(enum_id=told["id"]) is None):
                self.findings.add("NotSupportedChoice", f"enums.{place}.id")
            if told.get("code") in codes:
                self.findings.add("NotSupportedChoice", f"enums.{place}.code")
            codes |= {told["code"]} if told.get("code") else set()
