"""The account itself, its users and roles."""

from datetime import datetime
from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.checks import ANY, INT, OBJECT, TEXT, Findings, Store, batch, single
from partnersync_amocrm_sandbox.definitions import ALL, User
from partnersync_amocrm_sandbox.hal import NOTHING, added, counted, ok
from partnersync_amocrm_sandbox.problems import Refusal, problem

_USER = {"name": TEXT, "email": TEXT, "password": TEXT, "lang": TEXT, "rights": OBJECT, "request_id": ANY}
_ROLE = {"id": INT, "name": TEXT, "rights": OBJECT, "request_id": ANY}


def get_account(call: Call) -> Response:
    """The account; much of it only by `with`."""
    account, wanted = call.account, call.with_
    shown: dict[str, Any] = {
        "id": account.id,
        "name": account.name,
        "subdomain": account.subdomain,
        "current_user_id": call.user.id,
        "country": "RU",
        "customers_mode": account.options.customers_mode,
        "is_unsorted_on": any(pipeline.is_unsorted_on for pipeline in account.pipelines.values()),
        "is_loss_reason_enabled": account.options.is_loss_reason_enabled,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
    }
    if "version" in wanted:
        shown["version"] = 11
    if "is_api_filter_enabled" in wanted:
        shown["is_api_filter_enabled"] = account.options.api_filter
    if "drive_url" in wanted:
        shown["drive_url"] = "https://drive-b.amocrm.ru"
    if "datetime_settings" in wanted:
        offset = datetime.fromtimestamp(account.now(), account.zone).strftime("%z")
        shown["_embedded"] = {
            "datetime_settings": {
                "date_pattern": "d.m.Y H:i",
                "short_date_pattern": "d.m.Y",
                "short_time_pattern": "H:i",
                "date_format": "d.m.Y",
                "time_format": "H:i:s",
                "timezone": account.zone.key,
                "timezone_offset": f"{offset[:3]}:{offset[3:]}",
            }
        }
    embedded = shown.setdefault("_embedded", {})
    if "users_groups" in wanted:
        embedded["users_groups"] = [{"id": key, "name": name, "uuid": None} for key, name in account.groups.items()]
    if "task_types" in wanted:
        embedded["task_types"] = [{"id": key, "name": name} for key, name in account.task_types.items()]
    shown["_links"] = {"self": call.href("account")}
    return ok(shown)


def no_customers(_: Call) -> Response:
    """The module is off."""
    return problem(425, "Customers are not available")


def get_users(call: Call) -> Response:
    """Everybody who works in the account."""
    _users_allowed(call)
    return counted(call, "users", [_user_view(call, user) for user in call.account.users.values()])


def get_user(call: Call) -> Response:
    """One of them."""
    _users_allowed(call)
    user = call.account.users.get(call.number("id"))
    return ok(_user_view(call, user)) if user else NOTHING


def post_users(call: Call) -> Response:
    """New ones, at most ten in a request."""
    _users_allowed(call)
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _USER, needed=("name", "email"))

        def store() -> dict[str, Any]:
            user = User(call.account.new_id(), good["name"], good["email"])
            call.account.users[user.id] = user
            return _user_view(call, user)

        return store

    return added(call, "users", batch(call, read, largest=10), status=201, total=True)


def get_roles(call: Call) -> Response:
    """Sets of rights."""
    call.need_admin()
    return counted(call, "roles", [_role_view(call, role_id) for role_id in call.account.roles])


def get_role(call: Call) -> Response:
    """One of them."""
    call.need_admin()
    role_id = call.number("id")
    return ok(_role_view(call, role_id)) if role_id in call.account.roles else NOTHING


def post_roles(call: Call) -> Response:
    """New ones."""
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _ROLE, needed=("name", "rights"))

        def store() -> dict[str, Any]:
            role_id = call.account.new_id()
            call.account.roles[role_id] = {"name": good["name"], "rights": good["rights"]}
            return _role_view(call, role_id)

        return store

    return added(call, "roles", batch(call, read), total=True)


def patch_role(call: Call) -> Response:
    """Change one; it holds for its users at once."""
    call.need_admin()
    role_id = call.number("id")
    role = call.account.roles.get(role_id)
    if role is None:
        return NOTHING

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _ROLE)

        def store() -> dict[str, Any]:
            role.update({key: good[key] for key in ("name", "rights") if key in good})
            return _role_view(call, role_id)

        return store

    return ok(single(call, read), 202)


def delete_role(call: Call) -> Response:
    """Its users keep their rights."""
    call.need_admin()
    call.account.roles.pop(call.number("id"), None)
    return NOTHING


def _users_allowed(call: Call) -> None:
    integration = call.account.tokens.integrations.get(call.access.integration)
    if integration and integration.external:
        raise Refusal(problem(403, "Invalid scope"))


def _user_view(call: Call, user: User) -> dict[str, Any]:
    wanted = call.with_
    rights = {entity: dict(ALL) for entity in user.rights} if user.is_admin else user.rights
    shown: dict[str, Any] = {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": "ru",
        "rights": rights
        | {
            "mail_access": False,
            "catalog_access": True,
            "is_admin": user.is_admin,
            "is_free": user.is_free,
            "is_active": user.is_active,
            "group_id": user.group_id,
            "role_id": user.role_id,
        },
        "_links": {"self": call.href(f"users/{user.id}")},
    }
    embedded: dict[str, Any] = {}
    if "group" in wanted:
        embedded["groups"] = [{"id": user.group_id, "name": call.account.groups.get(user.group_id)}]
    if "role" in wanted and user.role_id in call.account.roles:
        embedded["roles"] = [_role_view(call, user.role_id)]
    return shown | ({"_embedded": embedded} if embedded else {})


def _role_view(call: Call, role_id: int) -> dict[str, Any]:
    users = [user.id for user in call.account.users.values() if user.role_id == role_id]
    links = {"_links": {"self": call.href(f"roles/{role_id}")}, "_embedded": {"users": users}}
    return {"id": role_id} | call.account.roles[role_id] | links


ROUTES = [
    route("GET", "account", get_account),
    route("GET", "customers", no_customers),
    route("POST", "customers", no_customers),
    route("GET", "users", get_users),
    route("POST", "users", post_users),
    route("GET", "users/{id}", get_user),
    route("GET", "roles", get_roles),
    route("POST", "roles", post_roles),
    route("GET", "roles/{id}", get_role),
    route("PATCH", "roles/{id}", patch_role),
    route("DELETE", "roles/{id}", delete_role),
]
