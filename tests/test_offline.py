"""The guard bites, in this process and in those it starts; what stays on the machine passes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest

from tests.conftest import Network
from tests.offline_guard.sitecustomize import OfflineError, is_local

OUTSIDE = "192.0.2.1"  # reserved for documentation: never anyone's
OUTSIDE_V6 = "2001:db8::1"


def udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def connect_ex() -> None:
    with socket.socket() as client:
        client.connect_ex((OUTSIDE, 9))


def connect_v6() -> None:
    with socket.socket(socket.AF_INET6) as client:
        client.connect((OUTSIDE_V6, 9, 0, 0))


def send_datagram() -> None:
    with udp() as client:
        client.sendto(b"x", (OUTSIDE, 9))


def connect_asyncio() -> None:
    asyncio.run(asyncio.wait_for(asyncio.open_connection(OUTSIDE, 9), 5))


def fetch() -> None:
    with pytest.raises(urllib.error.URLError) as refused:
        urllib.request.urlopen("https://example.org/", timeout=5)
    assert isinstance(refused.value.reason, OSError)
    raise refused.value.reason


ATTEMPTS: list[Callable[[], object]] = [
    lambda: socket.create_connection((OUTSIDE, 9), timeout=5),
    connect_ex,
    connect_v6,
    send_datagram,
    connect_asyncio,
    fetch,
    lambda: socket.getaddrinfo("example.org", 443),
    lambda: socket.gethostbyname("example.org"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_connection_off_the_machine_is_refused_and_written_down(
    attempt: Callable[[], object], network: Network
) -> None:
    with pytest.raises(OfflineError, match="no connection off this machine"):
        attempt()
    assert len(network.take()) == 1


def test_the_machine_itself_is_reached(network: Network) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("localhost", port), timeout=5).close()
        with udp() as client:
            client.sendto(b"x", ("127.0.0.1", port))
    assert network.take() == []


@pytest.mark.parametrize("host", ["", None, "localhost", "127.0.0.1", b"127.8.9.1", "::1", "0.0.0.0", "::"])
def test_local_names(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["example.org", OUTSIDE, OUTSIDE_V6, "10.0.0.1", "localhost.example.org"])
def test_names_elsewhere(host: object) -> None:
    assert not is_local(host)


def test_a_python_that_a_test_starts_is_guarded_too(network: Network) -> None:
    program = f"import socket; socket.create_connection(({OUTSIDE!r}, 9), timeout=5)"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert child.returncode != 0
    assert "OfflineError" in child.stderr
    (attempt,) = network.take()
    assert OUTSIDE in attempt


def test_an_attempt_that_a_child_swallows_is_still_known(network: Network) -> None:
    program = f"""
import contextlib, socket
with contextlib.suppress(OSError):
    socket.create_connection(({OUTSIDE!r}, 9), timeout=5)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert len(network.take()) == 1


def test_an_attempt_that_is_swallowed_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("from tests.conftest import network, offline  # noqa: F401")
    pytester.makepyfile(
        f"""
        import contextlib, socket

        def test_quiet():
            with contextlib.suppress(OSError):
                socket.create_connection(({OUTSIDE!r}, 9), timeout=5)
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*tried to leave this machine:*"])
