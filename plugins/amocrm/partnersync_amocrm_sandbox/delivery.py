"""Sending hooks: over HTTP to this machine alone, or by what a test puts in its place."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests

from partnersync_amocrm_sandbox.account import Account

WAIT_S = 2.0
Send = Callable[[str, bytes], int]
HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "amoCRM-WebHook-client/1.0"}


def deliver(account: Account, send: Send) -> int:
    """Send what is due; `send` answers the status, or 0 where no answer came in time. How many were sent.

    The lock is free while a hook is on its way, for its receiver may call the API before it answers.
    """
    with account.lock:
        due = account.hooks.due(account.now())
    for parcel in due:
        status = send(parcel.destination, parcel.body)
        with account.lock:
            account.hooks.answered(parcel, status, account.now())
    return len(due)


def over_http(destination: str, body: bytes) -> int:
    """POST to this machine; a hook elsewhere is not sent and counts as unanswered. Redirects are not followed."""
    if not _on_this_machine(destination):
        return 0
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.post(
                destination, data=body, headers=HEADERS, timeout=WAIT_S, allow_redirects=False
            ).status_code
        except requests.RequestException:
            return 0


def _on_this_machine(destination: str) -> bool:
    host = urlsplit(destination).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
