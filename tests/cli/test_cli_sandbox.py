"""`partnersync sandbox` as a process of its own."""

import os
import signal
import socket
import subprocess
import sys

import requests

from small_firm import Firm

RUN = [sys.executable, "-m", "partnersync.cli.main", "sandbox"]


def _heed_ctrl_c() -> None:
    """Also where the tests themselves run in the background, and were told to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_it_serves_until_ctrl_c() -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*RUN, "amocrm", "--deals", "5"], stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=_heed_ctrl_c
    ) as run:
        assert run.stdout is not None
        try:
            told = dict(run.stdout.readline().split() for _ in range(2))
            with requests.Session() as session:
                session.trust_env = False
                headers = {"Authorization": f"Bearer {told['token']}"}
                leads = session.get(f"{told['url']}/api/v4/leads", headers=headers).json()["_embedded"]["leads"]
                page = session.get(told["url"]).text
            run.send_signal(signal.SIGINT)
            assert run.wait(timeout=120) == 0
        finally:
            run.kill()
    assert len(leads) == 5
    assert "<!doctype html>" in page


def test_an_unknown_kind_says_what_to_install(firm: Firm) -> None:
    ended = firm.run("sandbox", "sky")
    assert ended.code == 2
    assert 'no plugin offers a sandbox of the kind "sky"' in ended.err
    assert "pip install partnersync-sky" in ended.err


def test_a_port_that_is_taken_is_named(firm: Firm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = firm.run("sandbox", "amocrm", "--port", str(port))
    assert ended.code == 2
    assert f"port {port} cannot be used" in ended.err
