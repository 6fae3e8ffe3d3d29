"""Addresses that secrets may be sent to: https, or http where it never leaves the machine."""

from urllib.parse import urlsplit

from partnersync.problems import refusal

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(origin: str) -> bool:
    """Whether an address never leaves the machine, as that of a sandbox."""
    return urlsplit(origin).hostname in _LOOPBACK


def is_secure(url: str) -> bool:
    """Whether what is sent there can be read by nobody on the way."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)))


def origin_of(text: str, example: str) -> str:
    """Scheme and host of an account's address, without a slash at its end; `example` shows what a good one is.

    What else stands there is refused, in words for the settings' reader.
    """
    parts = urlsplit(text.strip())
    mend = f"Write it like {example}"
    if parts.hostname and not is_secure(text.strip()):
        raise refusal("is not an https address", mend, show=False)
    if not parts.hostname or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise refusal("is more or less than an account's host", mend, show=False)
    return f"{parts.scheme}://{parts.netloc.lower()}"
