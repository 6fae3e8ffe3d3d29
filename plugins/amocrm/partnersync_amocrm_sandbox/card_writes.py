"""What a program may write on a card."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Sent
from partnersync_amocrm_sandbox.calls import Call
from partnersync_amocrm_sandbox.cards import Card, Kind
from partnersync_amocrm_sandbox.changes import Edit
from partnersync_amocrm_sandbox.checks import (
    ANY,
    INT,
    INT_OR_NULL,
    LIST,
    LIST_OR_NULL,
    MOMENT,
    MOMENT_OR_NULL,
    NUMBER,
    OBJECT,
    OBJECT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Findings,
    Type,
)
from partnersync_amocrm_sandbox.values import read_values

_COMMON: dict[str, Type] = {
    "id": INT,
    "name": TEXT,
    "responsible_user_id": INT,
    "created_by": INT,
    "updated_by": INT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "custom_fields_values": LIST_OR_NULL,
    "tags_to_add": LIST,
    "tags_to_delete": LIST,
    "request_id": ANY,
    "_embedded": OBJECT,
}
KEYS: dict[Kind, dict[str, Type]] = {
    Kind.LEADS: _COMMON
    | {
        "price": NUMBER,
        "status_id": INT,
        "pipeline_id": INT,
        "loss_reason_id": INT_OR_NULL,
        "closed_at": MOMENT_OR_NULL,
    },
    Kind.CONTACTS: _COMMON | {"first_name": TEXT_OR_NULL, "last_name": TEXT_OR_NULL},
    Kind.COMPANIES: _COMMON,
}
_PLAIN = ("name", "created_at", "updated_at", "closed_at", "loss_reason_id", "status_id", "pipeline_id")
_TAG: dict[str, Type] = {"id": INT, "name": TEXT}
_ON_EDIT: dict[str, Type] = {"tags": OBJECT_OR_NULL}
_ON_CREATE: dict[str, Type] = _ON_EDIT | {"contacts": LIST, "companies": LIST, "source": OBJECT, "metadata": OBJECT}
_END: dict[str, Type] = {"id": INT, "is_main": ANY}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads an item for a new card, or for `card` as it stands."""

    call: Call
    kind: Kind
    findings: Findings
    card: Card | None = None

    @property
    def account(self) -> Account:
        return self.call.account

    def edit(self, item: Any) -> Edit:
        """What the item asks for; meaningless where something is found."""
        good = self.findings.shape(item, KEYS[self.kind], unknown=self.account.behaviour.unknown_keys)
        edit = Edit()
        edit.attributes |= {name: good[name] for name in _PLAIN if name in good}
        if "price" in good:
            edit.attributes["price"] = Decimal(good["price"])
        self._names(good, edit)
        self._users(good, edit)
        if self.kind is Kind.LEADS:
            self._stage(good, edit)
        if self.card is not None:
            self._updated_at(good, edit)
        entity = self.kind.value
        edit.values = read_values(self.account, entity, good.get("custom_fields_values"), self.findings)
        self._embedded(good, edit)
        return edit

    def _names(self, good: dict[str, Any], edit: Edit) -> None:
        if self.kind is not Kind.CONTACTS or not good.keys() & {"first_name", "last_name"}:
            return
        for name in ("first_name", "last_name"):
            held = getattr(self.card, name) if self.card else ""
            edit.attributes[name] = (good[name] or "") if name in good else held
        if "name" not in good:
            edit.attributes["name"] = f"{edit.attributes['first_name']} {edit.attributes['last_name']}".strip()

    def _users(self, good: dict[str, Any], edit: Edit) -> None:
        for name in ("responsible_user_id", "created_by", "updated_by"):
            if name not in good:
                continue
            if good[name] not in self.account.users and (name == "responsible_user_id" or good[name] != 0):
                self.findings.add("NotSupportedChoice", name)
            elif name == "updated_by":
                edit.updated_by = good[name]
            else:
                edit.attributes[name] = good[name]
        if "responsible_user_id" in edit.attributes:
            edit.attributes["group_id"] = self.account.users[good["responsible_user_id"]].group_id

    def _stage(self, good: dict[str, Any], edit: Edit) -> None:
        held = self.card.pipeline_id if self.card else self.account.main_pipeline.id
        pipeline = self.account.pipelines.get(good.get("pipeline_id", held))
        if pipeline is None:
            self.findings.add("NotSupportedChoice", "pipeline_id")
            return
        status_id = good.get("status_id")
        if status_id is None:
            if pipeline.id != held or self.card is None:
                edit.attributes |= {"pipeline_id": pipeline.id, "status_id": pipeline.first.id}
            elif self.card.status_id == pipeline.unsorted.id:
                edit.attributes["status_id"] = pipeline.first.id  # any update takes a lead out of the incoming ones
        elif pipeline.status(status_id) is None:
            self.findings.add("NotSupportedChoice", "status_id")
        else:
            edit.attributes |= {"pipeline_id": pipeline.id, "status_id": status_id}
        reason = good.get("loss_reason_id")
        if reason is not None and reason not in self.account.loss_reasons:
            self.findings.add("NotSupportedChoice", "loss_reason_id")

    def _updated_at(self, good: dict[str, Any], edit: Edit) -> None:
        assert self.card is not None
        if "updated_at" not in good:
            return
        reading = self.account.behaviour.older_updated_at
        if good["updated_at"] <= self.card.updated_at and reading is not Sent.TAKEN:
            del edit.attributes["updated_at"]
            if reading is Sent.REFUSED:
                self.findings.add("InvalidValue", "updated_at", "Last modified date is older than in database")

    def _embedded(self, good: dict[str, Any], edit: Edit) -> None:
        known = _ON_EDIT if self.card is not None else _ON_CREATE
        embedded = self.findings.shape(good.get("_embedded", {}), known, path="_embedded")
        held: tuple[int | str, ...] = self.card.tags if self.card else ()
        if "tags" in embedded:
            if embedded["tags"] is not None:
                held = self._tags(embedded["tags"], "_embedded.tags")
            elif self.account.behaviour.tags_null is Sent.TAKEN:
                held = ()
        added = self._tags(good.get("tags_to_add", ()), "tags_to_add")
        dropped = self._tags(good.get("tags_to_delete", ()), "tags_to_delete")
        tags = tuple(tag for tag in dict.fromkeys(held + added) if tag not in dropped)
        if self.card is None or tags != self.card.tags:
            edit.tags = tags
        for kind in ("contacts", "companies"):
            for place, end in enumerate(embedded.get(kind, ())):
                path = f"_embedded.{kind}.{place}"
                told = self.findings.shape(end, _END, needed=("id",), path=path)
                if "id" in told and self.account.cards[Kind(kind)].get(told["id"]) is None:
                    self.findings.add("NotSupportedChoice", f"{path}.id")
                elif "id" in told:
                    edit.links[(kind, told["id"])] = {"is_main": bool(told.get("is_main", place == 0))}

    def _tags(self, given: Any, path: str) -> tuple[int | str, ...]:
        known = {tag.name: tag.id for tag in self.account.tags[self.kind].values()}
        found: list[int | str] = []
        for place, item in enumerate(given):
            told = self.findings.shape(item, _TAG, path=f"{path}.{place}")
            if "id" in told and told["id"] not in self.account.tags[self.kind]:
                self.findings.add("NotSupportedChoice", f"{path}.{place}.id")
            elif "id" in told:
                found.append(told["id"])
            elif "name" in told:
                found.append(known.get(told["name"], told["name"]))
        return tuple(found)


def missing_values(account: Account, card: Card, edit: Edit) -> list[int]:
    """Fields that have to be filled before the stage to which a lead would move."""
    stage = (
        edit.attributes.get("pipeline_id", card.pipeline_id),
        edit.attributes.get("status_id", card.status_id),
    )
    if stage == (card.pipeline_id, card.status_id):
        return []
    held = card.values | edit.values
    return [
        field.id
        for field in account.fields.get(Kind.LEADS, {}).values()
        if any(stage == (one["pipeline_id"], one["status_id"]) for one in field.required_statuses)
        and not held.get(field.id)
    ]
