"""What an emulated system sends by itself: forms over HTTP, to this machine alone."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

WAIT_S = 2.0


def post_form(destination: str, body: bytes, *, agent: str) -> int:
    """POST a form; the status, or 0 where no answer came in time. What is not on this machine is not sent and counts
    as unanswered; redirects are not followed."""
    if not _on_this_machine(destination):
        return 0
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": agent}
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.post(
                destination, data=body, headers=headers, timeout=WAIT_S, allow_redirects=False
            ).status_code
        except requests.RequestException:
            return 0


def _on_this_machine(destination: str) -> bool:
    host = urlsplit(destination).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
