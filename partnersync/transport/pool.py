"""Jobs of one client on some threads, their results in order; and writes in batches, each with its outcome."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TypeVar

from partnersync.errors import PartnersyncError

Item = TypeVar("Item")
T = TypeVar("T")

Together = Callable[[Iterable[Callable[[], list[T]]]], Iterator[list[T]]]


class Pool:
    """`threads` jobs at once."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = threads
        self._executor = ThreadPoolExecutor(threads, name)

    def together(self, jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Results of jobs in their order, as many at once as there are threads; jobs are taken lazily.

        A job that raises does so in its place; those that follow and have not begun are given up.
        Not to be called from a job.
        """
        waiting = iter(jobs)
        running: list[Future[T]] = []
        try:
            running += (self._executor.submit(job) for job in islice(waiting, self._threads))
            while running:
                yield running.pop(0).result()
                running += (self._executor.submit(job) for job in islice(waiting, 1))
        finally:
            for future in running:
                future.cancel()

    def close(self) -> None:
        """Let jobs under way end."""
        self._executor.shutdown(cancel_futures=True)


def in_batches(
    together: Together[T],
    items: Iterable[Item],
    size: Callable[[], int],
    settle: Callable[[Sequence[Item], list[T]], None],
) -> Iterator[T]:
    """What became of items that go out in batches, some at once; taken lazily, as many as are sent.

    `settle` sends a batch and appends what it learns of each item. An error that it raises concerns every call: no
    further batch is taken, and it is raised once all that was sent has its outcome. Items without one were not
    processed.
    """
    waiting = iter(items)
    failed: list[PartnersyncError] = []

    def sent(batch: Sequence[Item]) -> list[T]:
        found: list[T] = []
        try:
            settle(batch, found)
        except PartnersyncError as error:
            failed.append(error)
        return found

    def jobs() -> Iterator[Callable[[], list[T]]]:
        while not failed and (batch := list(islice(waiting, size()))):
            yield partial(sent, batch)

    for some in together(jobs()):
        yield from some
    if failed:
        raise failed[0]
