"""Methods about the portal, the caller and the methods themselves."""

from partnersync_bitrix24_sandbox.call import Answer, Call, Method
from partnersync_bitrix24_sandbox.refusals import Refusal


def profile(call: Call) -> Answer:
    """Who calls."""
    user = call.user
    told = {"ID": str(user.id), "ADMIN": user.is_admin, "NAME": user.name, "LAST_NAME": user.last_name}
    return Answer(told | {"PERSONAL_GENDER": "", "TIME_ZONE": ""})


def scope(call: Call) -> Answer:
    """What the caller may use."""
    return Answer(list(call.access.scopes))


def server_time(call: Call) -> Answer:
    """The portal's clock."""
    return Answer(call.portal.moment(call.portal.now()))


def app_info(call: Call) -> Answer:
    """The application behind the call; a webhook has none."""
    application = call.portal.tokens.applications.get(call.access.application)
    told = {
        "ID": application.number if application else 0,
        "CODE": application.code if application else "",
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "ru",
        "LICENSE": call.portal.options.license,
        "LICENSE_TYPE": call.portal.options.license.partition("_")[2],
        "LICENSE_FAMILY": call.portal.options.license.partition("_")[2],
    }
    return Answer(told)


def feature_get(call: Call) -> Answer:
    """Whether the plan has a feature."""
    options = call.portal.options
    features = {"rest_offline_extended": options.offline_extended, "rest_auth_connector": options.auth_connector}
    code = str(call.needed("CODE"))
    if code not in features:
        raise Refusal(400, "ERROR_FEATURE_NOT_FOUND", "Feature not found")
    return Answer({"value": "Y" if features[code] else "N"})


METHODS = [
    Method("profile", profile, ""),
    Method("scope", scope, ""),
    Method("server.time", server_time, ""),
    Method("app.info", app_info, ""),
    Method("feature.get", feature_get, ""),
]
