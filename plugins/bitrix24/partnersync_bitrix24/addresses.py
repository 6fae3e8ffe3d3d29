"""Which other addresses a portal may name: a renamed one of itself, and the vendor's servers of tokens."""

import re
from urllib.parse import urlsplit

from partnersync.contract.crm_fields import Language
from partnersync.transport.address import is_loopback, is_secure

_PORTAL = re.compile(r"[a-z0-9-]+\.bitrix24\.(?:[a-z]{2,4}|com\.[a-z]{2})")
_TOKENS = re.compile(r"(?:[a-z0-9-]+\.)?(?:bitrix\.info|bitrix24\.tech)")
_HOME = frozenset({"ru", "by", "kz", "am", "az", "ge", "kg", "uz"})


def origin_in(url: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def may_follow(old: str, new: str) -> bool:
    """Whether what is meant for a portal may be sent to the address that it names as its new one."""
    if not is_secure(new) or is_loopback(old) != is_loopback(new):
        return False
    hosts = [urlsplit(url).hostname or "" for url in (old, new)]
    return is_loopback(new) or hosts[0] == hosts[1] or all(_PORTAL.fullmatch(host) for host in hosts)


def gives_tokens(server: str, portal: str) -> bool:
    """Whether a server may have the application's secret: the vendor's, or a sandbox's beside a sandbox."""
    if is_loopback(portal):
        return is_secure(server) and is_loopback(server)
    host = urlsplit(server).hostname or ""
    return urlsplit(server).scheme == "https" and _TOKENS.fullmatch(host) is not None


def token_server(portal: str, told: str = "") -> str:
    """Where the first pair comes from: the server that the portal tells, if secrets may go there, else its region's."""
    if told:
        server = told if "//" in told else f"{urlsplit(portal).scheme}://{told}"
        if gives_tokens(server, portal):
            return origin_in(server)
    if is_loopback(portal):
        return portal
    return "https://oauth.bitrix24.tech" if _region(portal) in _HOME else "https://oauth.bitrix.info"


def language_of(portal: str) -> Language:
    """In which language we name what is ours: Russian in the vendor's home region and on this machine."""
    return "ru" if is_loopback(portal) or _region(portal) in _HOME else "en"


def _region(portal: str) -> str:
    return (urlsplit(portal).hostname or "").rpartition(".")[2]
