"""Jobs of one client on some threads, their results in order."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


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
