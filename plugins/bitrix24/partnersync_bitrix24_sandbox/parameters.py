"""The parameters of a request: query and body, in JSON or as a form."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from partnersync.sandbox.messages import Request
from partnersync_bitrix24_sandbox.php import entries, parse_str, tree


def parameters(request: Request) -> dict[str, Any]:
    """Query and body merged, the body's names win. JSON that is none counts as no body at all."""
    return tree(request.query) | _body(request)


def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if not request.body:
        return {}
    if "json" in kind:
        try:
            data = request.json()
        except ValueError:
            return {}
        return dict(entries(data))
    if "multipart/form-data" in kind:
        return tree(_parts(kind, request.body))
    return parse_str(request.body.decode(errors="replace"))


def _parts(kind: str, body: bytes) -> list[tuple[str, str]]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    return [
        (str(part.get_param("name", header="content-disposition")), part.get_content().rstrip("\r\n"))
        for part in message.iter_parts()
        if isinstance(part.get_content(), str)
    ]
