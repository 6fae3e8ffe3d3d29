"""A call on its way through the API, and the table of routes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from partnersync.sandbox.messages import Request, Response
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.definitions import User
from partnersync_amocrm_sandbox.problems import NO_RIGHTS, Refusal, problem
from partnersync_amocrm_sandbox.query import Tree, many, tree, whole
from partnersync_amocrm_sandbox.tokens import Access

API = "/api/v4"
HAL = "application/hal+json"
LARGEST = 250


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something: a user id, 0 for a robot; `by_api` tells programs from people."""

    user_id: int
    by_api: bool = True


@dataclass
class Call:
    """A request with who makes it, and the parts of its path."""

    account: Account
    request: Request
    user: User
    access: Access
    parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def query(self) -> Tree:
        """The parameters of the address."""
        return tree(self.request.query)

    @property
    def kind(self) -> Kind:
        """The path's entity."""
        return Kind(self.parts["kind"])

    def number(self, name: str) -> int:
        """A number of the path."""
        return int(self.parts[name])

    @property
    def actor(self) -> Actor:
        """The user behind the token."""
        return Actor(self.user.id)

    @cached_property
    def base(self) -> str:
        """What absolute links begin with."""
        return f"http://{self.request.headers.get('host', f'{self.account.subdomain}.amocrm.ru')}"

    def href(self, path: str) -> dict[str, str]:
        """A link."""
        return {"href": f"{self.base}{API}/{path}"}

    @cached_property
    def with_(self) -> frozenset[str]:
        """What `with` asks for."""
        text = self.query.get("with")
        return frozenset(many(text, commas=True)) if text else frozenset()

    def paging(self, largest: int = LARGEST) -> tuple[int, int]:
        """Page from 1 and limit; too large a limit is clamped, or refused where the account behaves so."""
        limit = whole(self.query.get("limit"), 50)
        if limit > largest and not self.account.behaviour.clamps_limit:
            raise Refusal(problem(422, f"Limit {largest} per page"))
        return max(1, whole(self.query.get("page"), 1)), min(max(1, limit), largest)

    def body(self) -> Any:
        """The body's JSON."""
        most = self.account.behaviour.max_body
        if most is not None and len(self.request.body) > most:
            raise Refusal(problem(413, "Request body is too large"))
        try:
            data = self.request.json() if self.request.body else None
        except ValueError:
            raise Refusal(problem(400, "Request body is not valid JSON")) from None
        if data in (None, [], {}):
            raise Refusal(problem(400, "Request data can not be empty"))
        return data

    def need_admin(self) -> None:
        """Definitions are changed by admins alone."""
        if not (self.user.is_admin or self.access.full):
            raise Refusal(problem(403, "Access denied"))

    def need_right(self, entity: str, action: str, owner: int | None = None) -> None:
        """The rights of a user whose token does not stand for an admin."""
        if not self.allowed(entity, action, owner):
            raise Refusal(problem(400, NO_RIGHTS))

    def allowed(self, entity: str, action: str, owner: int | None = None) -> bool:
        """Whether the user may do it with what belongs to `owner`."""
        if self.user.is_admin or self.acts_fully:
            return True
        right = self.user.rights.get(entity, {}).get(action, "D")
        if right == "M":
            return owner in (None, self.user.id)
        if right == "G":
            return owner is None or self.account.users[owner].group_id == self.user.group_id
        return right == "A"

    @property
    def acts_fully(self) -> bool:
        """An admin's token, unless it acts as somebody else."""
        return self.access.full and self.user.id == self.access.user_id


Handler = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path below the API's root, as `{kind}/{id}`; numbers but for names that end in `_code`."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler


_PARTS = {
    "kind": "leads|contacts|companies",
    "entity": r"leads|contacts|companies|catalogs/\d+",
    "group_code": r"[\w-]+",
    "event_code": r"\w+",
}


def route(method: str, path: str, handler: Handler) -> Route:
    """One row of the table."""
    pattern = re.sub(r"\{(\w+)\}", lambda part: f"(?P<{part[1]}>{_PARTS.get(part[1], '[0-9]+')})", path)
    return Route(method, re.compile(f"{API}/{pattern}/?"), handler)


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request, or whether only its method is wrong."""

    handler: Handler | None = None
    parts: dict[str, str] = field(default_factory=dict)
    wrong_method: bool = False


def find(routes: Sequence[Route], method: str, path: str) -> Found:
    """The first route that fits."""
    wrong = False
    for one in routes:
        fits = one.pattern.fullmatch(path)
        if fits and one.method == method:
            return Found(one.handler, fits.groupdict())
        wrong = wrong or fits is not None
    return Found(wrong_method=wrong)
