"""What test processes do with one account at the same time: run as `python -m amocrm_processes WHAT …`."""

import os
import signal
import sys
import time
from pathlib import Path
from threading import Thread

from amocrm_client import oauth_settings
from partnersync.transport.clock import Clock
from partnersync.transport.token_file import Pair
from partnersync_amocrm.assemble import client_of
from partnersync_amocrm.limiter import Limiter
from partnersync_amocrm.oauth import TokenEndpoint


def take_turns(folder: Path, seconds: float, threads: int) -> None:
    """Print the moment of every turn that each of some threads gets, as the limiter itself saw it, and whose it was."""
    end = time.monotonic() + seconds
    got: list[tuple[float, int]] = []

    def take(number: int) -> None:
        seen: list[float] = []

        def ticks() -> float:
            seen.append(time.monotonic())
            return seen[-1]

        limiter = Limiter(folder / "turns.db", 6.5, Clock(ticks=ticks))
        while time.monotonic() < end:
            limiter.wait()
            got.append((seen[-1], number))
        limiter.close()

    workers = [Thread(target=take, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("\n".join(f"{tick} {number}" for tick, number in got))


def ask(folder: Path, url: str) -> None:
    """Print the name of the account, as whoever signed in."""
    client = client_of("main", folder, oauth_settings(url), Clock())
    print(client.get("account")["name"])
    client.close()


def die(folder: Path, url: str) -> None:
    """As `ask`, but the process is gone once the account has given a new pair, before it is kept."""
    replace = TokenEndpoint.replace

    def killed(self: TokenEndpoint, origin: str, pair: Pair) -> tuple[Pair, str]:
        replace(self, origin, pair)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    TokenEndpoint.replace = killed  # type: ignore[method-assign]
    ask(folder, url)


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what == "turns":
        take_turns(Path(folder), float(rest[0]), int(rest[1]))
    elif what == "die":
        die(Path(folder), rest[0])
    else:
        ask(Path(folder), rest[0])
