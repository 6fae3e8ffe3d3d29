"""What a system has to have for the programme, as code: fields, lists and the like, planned first and then made."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    """`steps`: what is to be made or changed, or was, a sentence each, in that order.

    `drift`: what is there otherwise than it is due and is left as it is, each with its mend.
    """

    steps: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()


class Schema(Protocol):
    """The definitions of one account. Nothing that is not ours is changed but where the settings ask for it by name."""

    def plan(self) -> SchemaPlan:
        """What `apply` would do; touches the system, changes nothing. Raises ConfigError, SignInRequired, TryLater."""

    def apply(self) -> SchemaPlan:
        """Do it, and tell what was done. Applied again right after, there are no steps."""

    def close(self) -> None:
        """Give connections and files back."""
