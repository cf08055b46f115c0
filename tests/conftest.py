"""What all tests share: no connection leaves the machine, and in CI no test is skipped.

`Network` is for tests that try to connect on purpose; all others fail on any attempt, whether it
was swallowed or not, and in the Python processes that they start as well.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from debatebot.embedding import SentenceTransformerEmbedder
from tests.libraries import CountingEmbedder
from tests.offline_guard.sitecustomize import LOG_VARIABLE  # importing it puts the guard in force

ROOT = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "offline_guard"
SKIPS_ALLOWED_IN_CI: frozenset[str] = frozenset()
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")


class Network:
    """The connections off this machine that were tried and refused, by this process and its children."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def take(self) -> list[str]:
        """The attempts since the last call, forgotten with it."""
        attempts = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return attempts


@pytest.fixture(scope="session", autouse=True)
def offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The guard handed on to child processes; no proxy on this machine may carry anything past it."""
    log = tmp_path_factory.mktemp("network") / "attempts.txt"
    inherited = os.environ.get("PYTHONPATH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LOG_VARIABLE, str(log))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(GUARD), inherited])))
        for name in PROXIES:
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield Network(log)


@pytest.fixture(autouse=True)
def network(offline: Network) -> Iterator[Network]:
    """Fails the test that leaves an attempt to connect off this machine untaken."""
    offline.take()
    yield offline
    if attempts := offline.take():
        pytest.fail("tried to leave this machine:\n" + "\n".join(attempts), pytrace=False)


@pytest.fixture(scope="session")
def model() -> SentenceTransformerEmbedder:
    """The real embedding model; it is loaded when it is first needed."""
    return SentenceTransformerEmbedder("")


@pytest.fixture
def embedder(model: SentenceTransformerEmbedder) -> CountingEmbedder:
    """The same, counting what it embeds."""
    return CountingEmbedder(model)


@pytest.fixture(scope="session")
def op_ed() -> Path:
    """The op-ed as the repository carries it."""
    return ROOT / "corpus" / "arab-nato-op-ed.txt"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"there is no folder {folder.name} beside the repository")
    return folder


def fail_skip_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where `CI` is set: what CI does not run, nobody runs."""
    if not os.environ.get("CI") or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if reason not in SKIPS_ALLOWED_IN_CI:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_skip_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_skip_in_ci(report)
    return report
