"""A real `debatebot serve` in a process of its own, and the browser to look at it with."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

COMMAND = "from debatebot.cli import main; raise SystemExit(main())"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Should anything ask for another machine, the name leads nowhere; the test sees that it was asked for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
LOOPBACK = {"127.0.0.1", "localhost"}


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def status(self) -> dict[str, str]:
        with urllib.request.urlopen(f"{self.url}status", timeout=10) as answer:
            told: dict[str, str] = json.load(answer)
            return told


@contextmanager
def served(corpus: Path, folder: Path, **settings: int) -> Iterator[Server]:
    """The web chat over `corpus`, answering and ready; its index and log lie in `folder`."""
    port = free_port()
    server = Server(port, folder / "serve.log")
    places = ["--corpus", str(corpus), "--index", str(folder / "index")]
    command = [sys.executable, "-c", COMMAND, "serve", "--host", "127.0.0.1", "--port", str(port), *places]
    # Few a side, so that there is more to ask for whatever the model holds to be evidence.
    given = {"evidence": 3, **settings}
    environment = os.environ | {f"DEBATEBOT_{name.upper()}": str(value) for name, value in given.items()}
    with (
        server.log.open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=environment) as process,
    ):
        try:
            wait_until_ready(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def wait_until_ready(server: Server, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """The first start may have to make the stance model's file, which takes a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, f"serve ended:\n{server.log.read_text()}"
        try:
            if server.status()["phase"] in {"ready", "failed"}:
                break
        except OSError:
            pass
        time.sleep(0.2)
    assert server.status()["phase"] == "ready", f"{server.status()}\n{server.log.read_text()}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; the test is skipped where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium is installed, so the page cannot be looked at")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A page of its own, with what it asked the network for and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))

    @property
    def foreign(self) -> list[str]:
        """The requests that would have left this machine."""
        parts = [(url, urlsplit(url)) for url in self.asked]
        return [url for url, part in parts if part.scheme not in {"data", "blob"} and part.hostname not in LOOPBACK]

    def leave(self) -> None:
        """Close the page: it asked nothing of another machine, complained of nothing, and ran no text of a document."""
        assert self.foreign == []
        assert self.complaints == []
        assert self.page.evaluate("window.hacked") is None
        self.page.context.close()

    def send(self, message: str) -> None:
        """Type a message, press Enter, wait for the whole answer."""
        before = self.turns()
        self.page.fill("#box textarea", message)
        self.page.press("#box textarea", "Enter")
        self.wait_for_turn(before + 1)

    def click(self, selector: str) -> None:
        """Click what sends a message, and wait for the whole answer."""
        before = self.turns()
        self.page.click(selector)
        self.wait_for_turn(before + 1)

    def library(self) -> None:
        """Turn to the Library page."""
        self.page.click(".masthead a:has-text('Library')")

    def debate(self) -> None:
        """Turn back to the chat."""
        self.page.click(".masthead nav a:has-text('Debate')")

    def row(self, title: str) -> Locator:
        """The line of a document in the table."""
        return self.page.locator(".books tbody tr").filter(has_text=title)

    def line(self, name: str) -> Locator:
        """The line of a file that is being added."""
        return self.page.locator("#work-jobs li").filter(has_text=name)

    def wait_for_turn(self, count: int) -> None:
        self.page.wait_for_function(
            "(n) => { const all = document.querySelectorAll('.turn');"
            " return all.length >= n && !document.querySelector('.turn[aria-busy]'); }",
            arg=count,
            timeout=90_000,
        )

    def turns(self) -> int:
        return self.page.locator(".turn").count()

    def newest(self) -> str:
        """The newest answer's words, white space folded."""
        return " ".join(self.page.locator("#current .turn").inner_text().split())
