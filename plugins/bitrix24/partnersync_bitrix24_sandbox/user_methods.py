"""user.*: employees."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.cards import User
from partnersync_bitrix24_sandbox.php import whole


def told(user: User) -> dict[str, Any]:
    """A user as user.get has it; two moments are printed as empty objects."""
    return {
        "ID": str(user.id),
        "ACTIVE": user.is_active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "IS_ONLINE": "N",
        "TIME_ZONE": "",
        "TIMESTAMP_X": {},
        "LAST_ACTIVITY_DATE": {},
        "PERSONAL_GENDER": "",
        "WORK_POSITION": user.position,
        "UF_DEPARTMENT": list(user.departments),
        "USER_TYPE": "employee",
    }


def get(call: Call) -> Answer:
    """A page of the employees that a filter finds; it may stand in FILTER or beside it."""
    given = {**call.params, **call.mapping("FILTER")}
    wanted = {key.lstrip("=!").upper(): value for key, value in given.items()}
    users = sorted(call.portal.users.values(), key=lambda user: user.id)
    if "ID" in wanted:
        ids = wanted["ID"] if isinstance(wanted["ID"], list) else [wanted["ID"]]
        users = [user for user in users if user.id in {whole(one) for one in ids}]
    if "ACTIVE" in wanted:
        active = wanted["ACTIVE"] in (True, 1, "1", "Y", "true")
        users = [user for user in users if user.is_active == active]
    for key, attribute in (("EMAIL", "email"), ("NAME", "name"), ("LAST_NAME", "last_name")):
        if key in wanted:
            users = [user for user in users if getattr(user, attribute).lower() == str(wanted[key]).lower()]
    if str(call.given("order") or "").upper() == "DESC":
        users.reverse()
    select = set(call.select())
    rows = [
        {key: value for key, value in told(user).items() if not select or key in select or "*" in select}
        for user in users
    ]
    return page(rows, call)


def current(call: Call) -> Answer:
    """The caller."""
    return Answer(told(call.user))


METHODS = [Method("user.get", get, "user"), Method("user.current", current, "user")]
