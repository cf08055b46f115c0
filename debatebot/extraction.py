"""Reading files in a process of its own, so that no file can take the program down.

The worker (`python -m debatebot.extraction`) loads one file after another under a limit of memory and a watchdog that
ends it when a file takes too long. It is spoken to in JSON, never in pickles: what has parsed a hostile file must not
be able to run code out here.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import os
import signal
import struct
import subprocess
import sys
import time
import traceback
import weakref
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Any, Self

from debatebot.errors import DebatebotError, DocumentError
from debatebot.loaders import LIMITS, load, shown
from debatebot.loaders.loaded import Limits
from debatebot.types import Document, Page, Source

# There is no such module on Windows: only the limit of time stands there. On macOS RLIMIT_AS is not kept.
try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

FILES_A_WORKER = 500
"""Leaks of native libraries stay bounded: after so many files, or once it has grown, a worker is replaced."""
MEND = "open it and save it anew, or save it as plain text"

_LENGTH = struct.Struct("<Q")
_OUT_OF_MEMORY = "memory"

log = logging.getLogger(__name__)


class _DiedError(Exception):
    """The worker is gone, or is of no use any more, without having read the file; says what of the file that shows."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final
        """Whether it would be no different with a new worker."""


class Extractor:
    """Reads files as documents in a process of its own, one at a time; several threads may ask.

    A file that takes over `seconds` or `memory` bytes, or makes its reader crash, is refused like any other that
    cannot be read. The process starts with the first file and ends with `close`, or with this object.
    """

    def __init__(self, limits: Limits = LIMITS, seconds: float = 20, memory: int = 1_500_000_000) -> None:
        self.limits, self.seconds, self.memory = limits, seconds, memory
        self._lock = Lock()
        self._closing = False
        self._worker: subprocess.Popen[bytes] | None = None
        self._finalize: weakref.finalize[..., Any] | None = None

    def load(self, corpus: Path, path: Path) -> Document:
        """The document in the file at `path` below the folder `corpus`, as `loaders.load` gives it.

        Raises DocumentError, with the reason and the mend, if it cannot be read.
        """
        name = path.relative_to(corpus).as_posix()
        # The folder is for relative paths: it may have changed since the worker started.
        request = {"folder": str(Path.cwd()), "corpus": str(corpus), "path": str(path)}
        try:
            with self._lock:
                answer = self._answer(request)
        except _DiedError as error:
            raise DocumentError(f"{shown(name)} {error}") from None
        if fault := answer.get("fault"):
            log.info("%s: %s", shown(name), answer["trace"])  # not shown to a user, who is told in one line
            raise DocumentError(f"{shown(name)} could not be read ({fault}); {MEND}")
        if "document" not in answer:
            raise DocumentError(answer["refused"])
        return _document({**answer["document"], "name": name})  # its own may have lost what is no text

    def close(self) -> None:
        """End the worker, and with it the reading of a file that is under way; the next file starts another."""
        self._closing = True
        if worker := self._worker:
            worker.kill()
        with self._lock:
            self._stop()
            self._closing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _answer(self, request: dict[str, str]) -> dict[str, Any]:
        begun = time.monotonic()
        if self._worker:
            try:
                return self._ask(self._worker, request, begun)
            except _DiedError as error:
                if error.final:
                    raise
                log.debug("asking a new worker", exc_info=True)  # what it read before may be why
        return self._ask(self._worker or self._start(), request, begun)

    def _start(self) -> subprocess.Popen[bytes]:
        # -P: a file in the working folder must not be taken for a module of that name.
        command = [sys.executable, "-P", "-m", "debatebot.extraction"]
        pipe = subprocess.PIPE
        worker = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._worker, self._finalize = worker, weakref.finalize(self, _end, worker)
        if self._exchange(worker, {"limits": asdict(self.limits), "memory": self.memory}) is None:
            raise DebatebotError(
                f"the process that reads files does not start (status {worker.returncode}); "
                f"run `{sys.executable} -m debatebot.extraction` to see why"
            )
        return worker

    def _ask(self, worker: subprocess.Popen[bytes], request: dict[str, str], begun: float) -> dict[str, Any]:
        left = max(0.1, begun + self.seconds - time.monotonic())
        answer = self._exchange(worker, {**request, "seconds": left})
        if answer is None:
            raise self._cause(worker.returncode, time.monotonic() - begun)
        if answer["last"]:
            self._stop()
        if _OUT_OF_MEMORY in answer:
            raise _DiedError(self._too_large())
        return answer

    def _exchange(self, worker: subprocess.Popen[bytes], message: dict[str, Any]) -> dict[str, Any] | None:
        """The worker's answer; None if it is of no use any more, and then it has been ended."""
        assert worker.stdin
        assert worker.stdout
        try:
            _send(worker.stdin, message)
            # A character takes at most 4 bytes, or 6 if it is escaped.
            return _receive(worker.stdout, 6 * self.limits.characters + 10_000_000)
        except (OSError, EOFError, ValueError):
            self._stop()
            return None
        except BaseException:
            self._stop()  # its answer is still to come and would be taken for the next file's
            raise

    def _cause(self, status: int, elapsed: float) -> _DiedError:
        if self._closing:
            return _DiedError("was not read: reading was ended; read it again", final=True)
        if elapsed >= self.seconds:
            slow = f"took over {self.seconds:g} seconds to read; it may be damaged or very large: {MEND}"
            return _DiedError(slow, final=True)
        if status == -getattr(signal, "SIGKILL", 9):  # what a system does that has no memory left
            return _DiedError(self._too_large())
        how = f"signal {-status}" if status < 0 else f"status {status}"
        # Native code that gets no memory mostly aborts, just as it does at a fault.
        return _DiedError(
            f"made its reader crash ({how}): it is damaged, or needs over {self._megabytes} MB of memory; {MEND}"
        )

    @property
    def _megabytes(self) -> str:
        return f"{self.memory // 1_000_000:,}"

    def _too_large(self) -> str:
        return f"needs over {self._megabytes} MB of memory to read; split it, or save it as plain text"

    def _stop(self) -> None:
        if self._finalize:
            self._finalize()
        self._worker = self._finalize = None


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker that has not ended yet, and leave nothing of it."""
    assert worker.stdin
    assert worker.stdout
    with contextlib.suppress(OSError):
        worker.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        worker.wait(0.2)  # one that is crashing shall be known by its own signal
    worker.kill()
    worker.wait()
    worker.stdout.close()


def _document(plain: dict[str, Any]) -> Document:
    plain["pages"] = tuple(Page(**page) for page in plain["pages"])
    plain["notes"] = tuple(plain["notes"])
    return Document(**{**plain, "source": Source(**plain["source"]), "own": Source(**plain["own"])})


def _send(pipe: IO[bytes], message: dict[str, Any], surrogates: str = "surrogatepass") -> None:
    """Write a message. Names of files may hold surrogates, for bytes that are no text, and must keep them."""
    content = json.dumps(message, ensure_ascii=False).encode("utf-8", surrogates)
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes], most: int) -> dict[str, Any]:
    """Read a message; raises EOFError at the end of the pipe, ValueError for what is no message."""
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size))
    if length > most:
        raise ValueError(f"a message of {length} bytes")
    message = json.loads(_read(pipe, length).decode("utf-8", "surrogatepass"))
    if not isinstance(message, dict):
        raise ValueError("a message that is no table")
    return message


def _read(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _work() -> None:
    """Serve files until there are no more, or until it is better that another process goes on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to every process of a terminal: the parent ends this one
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a parent may have passed on that it is ignored
    asked, told = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("r+b") as nothing:
        for descriptor in (0, 1):  # what a library prints must not stand among the answers
            os.dup2(nothing.fileno(), descriptor)
    with contextlib.suppress(EOFError, BrokenPipeError):
        settings = _receive(asked, 1_000_000)
        limits, memory = Limits(**settings["limits"]), settings["memory"]
        _limit_memory(memory)
        _send(told, {})
        for count in range(1, FILES_A_WORKER + 1):
            request = _receive(asked, 1_000_000)
            _end_after(request["seconds"])
            answer = _attempt(request, limits)
            last = count == FILES_A_WORKER or _OUT_OF_MEMORY in answer or _peak() > memory / 2
            _send(told, {**answer, "last": last}, "replace")  # no text holds half a character; its offsets stay
            _end_after(0)
            if last:
                break


def _attempt(request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    try:
        os.chdir(request["folder"])
        return {"document": asdict(load(Path(request["corpus"]), Path(request["path"]), limits))}
    except DocumentError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {_OUT_OF_MEMORY: True}
    except Exception as error:  # noqa: BLE001  (a fault of a loader, or of a library: told, and this file refused)
        told = " ".join(f"{type(error).__name__}: {error}".split())
        return {"fault": told[:200], "trace": traceback.format_exc()[-20_000:]}


def _end_after(seconds: float) -> None:
    """End this process, native code and all, after so many seconds; 0 for not at all.

    It is the worker that watches the time: so it does not outlive by more than that a parent that was killed.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
    elif seconds:
        faulthandler.dump_traceback_later(seconds, exit=True)  # starts a thread each time, which is slow
    else:
        faulthandler.cancel_dump_traceback_later()


def _limit_memory(memory: int) -> None:
    if resource:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(ValueError, OSError):  # a lower limit stands already, or the system keeps none
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _peak() -> int:
    """The most memory that this process has held at a time, in bytes; 0 where that is not known."""
    with contextlib.suppress(OSError, StopIteration):
        # On Linux `getrusage` counts what the parent held when it started this one; this does not.
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024
    if not resource:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    _work()
