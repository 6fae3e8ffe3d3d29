"""Sending hooks: over HTTP to this machine alone, or by what a test puts in its place."""

from collections.abc import Callable
from functools import partial

from partnersync.sandbox.delivery import post_form
from partnersync_amocrm_sandbox.account import Account

Send = Callable[[str, bytes], int]
over_http = partial(post_form, agent="amoCRM-WebHook-client/1.0")


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
