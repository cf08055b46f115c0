"""A guard that refuses every connection off this machine and writes each attempt down.

Importing it puts it in force. `tests/conftest.py` imports it, and names this folder in `PYTHONPATH`,
so that each Python that a test starts imports it too (`sitecustomize` is a name Python looks for).

The refusal is an OSError, as on a machine without a network, so a program may swallow it. Hence the
log: `OFFLINE_GUARD_LOG` names a file to which each attempt is appended, and a test that leaves a
line there fails.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOG_VARIABLE = "OFFLINE_GUARD_LOG"


class OfflineError(OSError):
    """A connection off this machine was tried under test."""


def is_local(host: object) -> bool:
    """Whether `host` names this machine: nothing, `localhost`, or a loopback or wildcard address."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host or "")
    if name.lower() in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(call: str, host: object) -> None:
    """Write the attempt down and raise OfflineError."""
    attempt = f"{call} to {host!r} by {' '.join(sys.argv[:3]) or 'python'}"
    if log := os.environ.get(LOG_VARIABLE):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(attempt.replace("\n", " ") + "\n")
    raise OfflineError(f"the tests allow no connection off this machine: {attempt}")


def guarded_method(name: str) -> Callable[..., Any]:
    """The method of sockets called `name`, whose last argument is an address, for this machine only."""
    original = getattr(socket.socket, name)

    def method(self: socket.socket, *arguments: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_local(arguments[-1][0]):
            refuse(name, arguments[-1][0])
        return original(self, *arguments)

    return method


def guarded_lookup(name: str) -> Callable[..., Any]:
    """The function of `socket` called `name`, which asks for the address of its first argument."""
    original = getattr(socket, name)

    def lookup(host: Any, *arguments: Any, **named: Any) -> Any:
        if not is_local(host):
            refuse(name, host)
        return original(host, *arguments, **named)

    return lookup


def install() -> None:
    """Put the guard in force for the rest of this process."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded_method(name))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, guarded_lookup(name))


install()
