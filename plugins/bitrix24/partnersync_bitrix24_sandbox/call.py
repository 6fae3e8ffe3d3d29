"""A call on its way through the API, and what a method answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from partnersync_bitrix24_sandbox.cards import Actor, User
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, denied, missing, not_found
from partnersync_bitrix24_sandbox.tokens import Access

PAGE = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, for lists with the number of all rows and where the next page begins."""

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A method's call with who makes it; `connector` is its auth_connector."""

    portal: Portal
    method: str
    params: dict[str, Any]
    user: User
    access: Access
    connector: str = ""

    def given(self, name: str) -> Any:
        """A parameter, its name in any case; None where it is missing."""
        if name in self.params:
            return self.params[name]
        return next((value for key, value in self.params.items() if key.lower() == name.lower()), None)

    def needed(self, name: str) -> Any:
        """A parameter that has to be there."""
        value = self.given(name)
        if value is None:
            raise missing(name)
        return value

    def number(self, name: str) -> int:
        """A number that has to be there."""
        return whole(self.needed(name))

    def fields(self, name: str = "fields") -> Mapping[str, Any]:
        """An object that has to be there."""
        value = self.needed(name)
        if not isinstance(value, dict):
            if value == []:
                return {}
            raise Refusal(400, "", f"Parameter '{name}' must be array.")
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object that may be missing."""
        value = self.given(name)
        return value if isinstance(value, dict) else {}

    def select(self) -> list[str]:
        """The names of `select`."""
        value = self.given("select")
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return [str(one) for one in items]

    @property
    def entity(self) -> Entity:
        """The entity of `entityTypeId`."""
        found = self.portal.entities.get(self.number("entityTypeId"))
        if found is None:
            raise not_found("Smart process not found")
        return found

    @property
    def start(self) -> int:
        """Where a page begins; -1 asks for no count, and other numbers are rounded down to a page."""
        start = whole(self.given("start"))
        return start if start < 0 else start // PAGE * PAGE

    @property
    def actor(self) -> Actor:
        """The caller."""
        return Actor(self.user.id, self.access.application, self.connector)

    def need_admin(self) -> None:
        """Definitions are changed by administrators alone."""
        if not self.user.is_admin:
            raise denied()


def page(rows: list[Any], call: Call) -> Answer:
    """The page of a list that is whole in memory."""
    start = max(call.start, 0)
    shown = rows[start : start + PAGE]
    following = start + PAGE
    return Answer(shown, len(rows), following if following < len(rows) else None)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Method:
    """A method with the scope it needs; some need an application, which a webhook is not."""

    name: str
    handler: Handler
    scope: str = "crm"
    application_only: bool = False
