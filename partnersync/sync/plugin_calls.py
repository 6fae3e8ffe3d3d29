"""What a plugin gives piece by piece, with its mistakes named: none of them may stop the other connections."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from partnersync.errors import PartnersyncError, PluginError

T = TypeVar("T")


def from_plugin(connection: str, call: Callable[[], Iterable[T]]) -> Iterator[T]:
    """What a call of a plugin gives; what it raises and is no error of ours becomes a PluginError."""
    pieces: Iterator[T] | None = None
    while True:
        try:
            pieces = iter(call()) if pieces is None else pieces
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
