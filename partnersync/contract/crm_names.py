"""Names in the settings of a CRM's connection, found among what its account has. Pure."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from partnersync.errors import ConfigError
from partnersync.problems import nearest


class HasName(Protocol):
    """Whatever people see under a name."""

    @property
    def name(self) -> str:
        """As people see it."""


Found = TypeVar("Found", bound=HasName)


def one_named(key: str, what: str, name: str, known: Sequence[Found], more: Iterable[str] = ()) -> Found:
    """The one with this name, in any case of letters; ConfigError where there is none or several.

    `key`: the setting, `what`: the kind of thing, both for the error; `more`: other names that would have done.
    """
    found = [one for one in known if one.name.casefold() == name.casefold()]
    if len(found) != 1:
        raise unknown_name(key, what, name, [*(one.name for one in known), *more], several=len(found))
    return found[0]


def unknown_name(key: str, what: str, name: str, known: Iterable[str], *, several: int = 0) -> ConfigError:
    """What to tell of a name that the account has not, or `several` times."""
    if several:
        return ConfigError(
            f'{key}: the account has {several} with the name "{name}"', hint=f"Rename one {what}, or use its code"
        )
    folded = {one.casefold(): one for one in known}
    near = nearest(name.casefold(), folded)
    hint = f'Did you mean "{folded[near]}"?' if near else f"Known: {', '.join(sorted(folded.values())) or 'none'}"
    return ConfigError(f'{key}: the account has no {what} "{name}"', hint=hint)
