"""What a plugin gives piece by piece, with its mistakes named: none of them may stop the other connections."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from partnersync.errors import PartnersyncError, PluginError, kind_of, place_of

T = TypeVar("T")


def from_plugin(connection: str, call: Callable[[], Iterable[T]]) -> Iterator[T]:
    """What a call of a plugin gives; an error that is none of ours becomes a PluginError, which quotes no cell."""
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
                f"the plugin of connection {connection} broke: {kind_of(error)} in {place_of(error)}",
                hint="Tell its author, with the traceback that --log-level debug tells; the other connections went on",
            ) from error
        yield piece
