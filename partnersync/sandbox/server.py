"""A real HTTP server on loopback for an emulator: keep-alive, latency, breaking connections."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from partnersync.sandbox.front import Delivery, Front
from partnersync.sandbox.messages import Request, Response

HOST = "127.0.0.1"
TICK_S = 0.1
IDLE_S = 60  # a connection without calls is closed after this


class Server(ThreadingHTTPServer):
    """Answers on loopback alone. `latency_s` is what each call takes on its way, half there and half back."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, front: Front, port: int = 0, latency_s: float = 0.0) -> None:
        super().__init__((HOST, port), _Handler)
        self.front = front
        self.latency_s = latency_s
        self.failures: list[Exception] = []  # bugs of the emulator; each was answered with a plain 500

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{HOST}:{self.server_port}"

    def answer(self, request: Request) -> Delivery:
        """The emulator's answer; its bug becomes a 500 and stays in `failures`."""
        try:
            return self.front.exchange(request)
        except Exception as error:
            self.failures.append(error)
            return Delivery(Response(500, f"bug of the sandbox: {type(error).__name__}: {error}".encode()))

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_S
    server: Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request.to(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
        time.sleep(self.server.latency_s / 2)
        delivery = self.server.answer(request)
        time.sleep(self.server.latency_s / 2 + delivery.wait_s)
        if delivery.response is None:
            self._reset()
        else:
            self._send(delivery.response, cut=delivery.cut)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - names of the standard library

    def _send(self, response: Response, *, cut: bool) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: len(response.body) // 2] if cut else response.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or cut

    def _reset(self) -> None:
        """Break the connection as a crash does: no farewell, a reset packet."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header's time is the emulated system's."""
        return super().date_time_string(self.server.front.clock.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: object) -> None:
        """The journal is the log."""


@contextmanager
def serving(front: Front, *, port: int = 0, latency_s: float = 0.0) -> Iterator[Server]:
    """Serve in the background until the block ends; the emulator's `tick` is called meanwhile."""
    server = Server(front, port, latency_s)
    ended = Event()
    workers = [
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True),
        Thread(target=_ticking, args=(server, ended), daemon=True),
    ]
    for worker in workers:
        worker.start()
    try:
        yield server
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        for worker in workers:
            worker.join()


def _ticking(server: Server, ended: Event) -> None:
    while not ended.wait(TICK_S):
        try:
            server.front.emulator.tick()
        except Exception as error:
            server.failures.append(error)
