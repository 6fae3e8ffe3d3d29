"""Bodies of errors, as the API sends them."""

from collections.abc import Sequence
from typing import Any

from partnersync.sandbox.messages import Response

PROBLEM = "application/problem+json"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    422: "Unprocessable Entity",
    425: "Too Early",
    429: "Too Many Requests",
}
NO_CHOICE = "The value you selected is not a valid choice."
NO_RIGHTS = (
    "Код ошибки 244. В случае повторного возникновения ошибки, обращайтесь в нашу техническую поддержку - "
    "support@amocrm.ru"
)
SYSTEM_ERROR = "Возникла системная ошибка. Пожалуйста, повторите попытку."
BLOCKED = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
TOO_MANY = BLOCKED.replace("403 Forbidden", "429 Too Many Requests")
OAUTH_TYPE = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


def problem(status: int, detail: str, **more: Any) -> Response:
    """A problem document."""
    body = {"title": TITLES[status], "type": f"https://httpstatus.es/{status}", "status": status, "detail": detail}
    return Response.of_json(status, body | more, PROBLEM)


def error(code: str | int, path: str, detail: str = NO_CHOICE) -> dict[str, Any]:
    """One finding of the validation."""
    return {"code": code, "path": path, "detail": detail}


def refused(items: Sequence[tuple[str | None, list[dict[str, Any]]]]) -> Response:
    """400: the findings of each bad item by its request_id, which single calls lack."""
    listed = [
        {"errors": errors} if request_id is None else {"request_id": request_id, "errors": errors}
        for request_id, errors in items
    ]
    body = {
        "validation-errors": listed,
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Request validation failed",
    }
    return Response.of_json(400, body, PROBLEM)


def internal(trace_id: str) -> Response:
    """500 as JSON."""
    body = {
        "title": "ErrInternalServer",
        "status": 500,
        "detail": "Our team are probably already working on the elimination of the problem",
        "trace_id": trace_id,
    }
    return Response.of_json(500, body, PROBLEM)


def oauth_problem(*, client: bool = False, hint: str = "") -> Response:
    """401 of the token endpoint: a wrong client, or something wrong with the request, which the hint tells."""
    title, detail = (
        ("Некорректный клиент", "Авторизация клиента не прошла")
        if client
        else ("Некорректный запрос", "В запросе отсутствует ряд параметров или параметры невалидны")
    )
    body = {"title": title, "type": OAUTH_TYPE, "status": 401, "detail": detail}
    return Response.of_json(401, ({"hint": hint} if hint else {}) | body, PROBLEM)


class Refusal(Exception):
    """Ends the handling of a call with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response
