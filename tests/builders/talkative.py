"""A plugin that says all it knows: its errors, reasons and log quote a cell and the token that it was given."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

from pydantic import BaseModel, field_validator

from partnersync.contract.adapter import (
    Adapter,
    AdapterKind,
    Capabilities,
    Connection,
    Gives,
    Origin,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    Write,
)
from partnersync.contract.hookspecs import hookimpl
from partnersync.contract.managed import MANAGED
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.errors import SignInRequired, TryLater

log = logging.getLogger("partnersync.plugins.talkative")
DEAL = RecordKind.DEAL


class TalkativeSettings(BaseModel):
    """Its keys; `fails` names the call that fails, `cell` is what it quotes, a bug also `name`."""

    token: Secret
    cell: str
    name: str = ""
    fails: str = ""
    region: str = "ru"

    @field_validator("region")
    @classmethod
    def _known(cls, value: str) -> str:
        if value != "ru":
            raise ValueError(f"no region {value}")
        return value


class Talkative(Adapter):
    """One deal that cannot be read and one that can; every call talks."""

    capabilities = Capabilities(managed=MANAGED, notes=True, publishes=True)

    def __init__(self, settings: TalkativeSettings) -> None:
        self.settings = settings
        self.text = f"asked for {settings.cell} with {settings.token.reveal()}"
        self._say("make")

    def _say(self, call: str) -> None:
        log.debug("request", {"connection": "talk", "call": call, "body": self.text})
        log.info("%s: %s", call, self.text)
        kinds: dict[str, Exception] = {
            "bug": KeyError(f"{self.text} for {self.settings.name}"),
            "later": TryLater(self.text, hint=self.text),
            "sign in": SignInRequired(self.text),
        }
        wanted, _, kind = self.settings.fails.partition(" ")
        if wanted == call:
            try:
                raise ValueError(f"inner {self.text}")
            except ValueError as error:
                raise kinds[kind] from error

    def streams(self) -> Sequence[Stream]:
        return [Stream("deals", DEAL, Gives.BOTH)]

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        self._say("pull")
        good = {"state": "open", "created_at": "2026-03-01", "client_email": self.settings.cell, "partner_id": "P-1"}
        bad = Raw("B-1", {}, None, Origin("list", 3), problem=self.text, value=self.text, column="note")
        soft = (("BAD_VALUE", "note", self.text, self.text),)
        notice = ("NOT_CSV", "list", self.text)
        yield Page([Raw("G-1", good, {}, Origin("list", 2), warnings=soft), bad], "1", notices=(notice,))

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        self._say("push")
        for number, write in enumerate(writes):
            yield Receipt(write.write_id, Outcome.REFUSED if number % 2 == 0 else Outcome.DONE, self.text)

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        raise NotImplementedError

    def publish(self, table: Table) -> bool:
        self._say("publish")
        return True

    def holds(self, name: str) -> str:
        return ""

    def check(self) -> Iterator[str]:
        yield f"is not well: {self.text}"
        self._say("check")

    def close(self) -> None:
        """Nothing is held."""


def _make(connection: Connection, settings: BaseModel) -> Adapter:
    assert isinstance(settings, TalkativeSettings)
    return Talkative(settings)


@hookimpl
def partnersync_adapter_kinds() -> list[AdapterKind]:
    return [AdapterKind("talkative", TalkativeSettings, _make)]


_MODULE = ModuleType("talkative")
_MODULE.partnersync_adapter_kinds = partnersync_adapter_kinds  # type: ignore[attr-defined]


def installed(broken_says: str) -> list[EntryPoint]:
    """This plugin, and one that fails to load with this text; neither need be installed."""

    class Whole(EntryPoint):
        def load(self) -> Any:
            return _MODULE

    class Broken(EntryPoint):
        def load(self) -> Any:
            raise OSError(broken_says)

    return [Whole("talkative", "talkative", "partnersync"), Broken("broken", "broken", "partnersync")]
