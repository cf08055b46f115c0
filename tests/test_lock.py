"""One writer at a time, over threads and processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from debatebot.errors import BusyError
from debatebot.lock import one_writer

HOLDER = (
    "import sys, time; from pathlib import Path; from debatebot.lock import one_writer\n"
    "with one_writer(Path(sys.argv[1]), 'add'): print('held', flush=True); time.sleep(60)"
)


def test_another_process_is_named_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(BusyError, match=rf"debatebot add \(process {other.pid}, since [\d:]+\) is writing"),
            one_writer(tmp_path, "sync", wait=0.1),
        ):
            pass
        other.kill()
        other.wait()
    with one_writer(tmp_path, "sync", wait=0):
        pass


def test_who_waits_is_told_what_for_and_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    order: list[str] = []

    def second() -> None:
        with one_writer(tmp_path, "second", told.append):
            order.append("second")

    with one_writer(tmp_path, "first"):
        thread = Thread(target=second)
        thread.start()
        until = time.monotonic() + 30
        while not told and time.monotonic() < until:
            time.sleep(0.05)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
    assert len(told) == 1
    assert told[0].startswith("Waiting for debatebot first (process ")
