"""What a plugin gives piece by piece, with its mistakes named: none of them may stop the other connections."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from partnersync.errors import PartnersyncError, PluginError

T = TypeVar("T")


def from_plugin(connection: str, given: Iterable[T]) -> Iterator[T]:
    """Each piece in turn; what is raised and is no error of ours becomes a PluginError that names the connection."""
    pieces = iter(given)
    while True:
        try:
            piece = next(pieces)
        except StopIteration:
            return
        except PartnersyncError:
            raise
        except Exception as error:
            raise PluginError(
                f"the plugin of connection {connection} broke: {type(error).__name__}: {error}",
                hint="Tell its author; the other connections went on",
            ) from error
        yield piece
