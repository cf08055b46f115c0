"""Which PyTorch is asked for: no pip runs here."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tools import install_torch
from tools.install_torch import ACCEPTED, CPU_INDEX, TESTED

ROOT = Path(__file__).parents[1]
FROM_CPU_INDEX = (TESTED, "--index-url", CPU_INDEX)
Call = tuple[str, ...]


def calls(
    monkeypatch: pytest.MonkeyPatch, *, cpu_build: bool = True, reachable: bool = False, works: Call | None = None
) -> list[Call]:
    """The arguments of each `pip install` on such a machine, where only `works` succeeds."""
    made: list[Call] = []

    def pip_install(*arguments: str) -> bool:
        made.append(arguments)
        return arguments == works

    monkeypatch.setattr(install_torch, "installed", lambda: None)
    monkeypatch.setattr(install_torch, "wants_cpu_build", lambda: cpu_build)
    monkeypatch.setattr(install_torch, "reachable", lambda _url: reachable)
    monkeypatch.setattr(install_torch, "pip_install", pip_install)
    assert install_torch.main() == (0 if works in made else 1)
    return made


def test_the_cpu_index_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, reachable=True, works=FROM_CPU_INDEX) == [FROM_CPU_INDEX]


def test_without_the_index_pips_own_sources_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, works=(TESTED,)) == [(TESTED,)]


def test_with_a_gpu_the_ordinary_build_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, cpu_build=False, reachable=True, works=(TESTED,)) == [(TESTED,)]


def test_all_is_tried_before_giving_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, reachable=True) == [FROM_CPU_INDEX, (TESTED,), (ACCEPTED,)]


@pytest.mark.parametrize(
    ("version", "accepted"), [("2.13.0+cpu", True), ("2.6.0", True), ("2.5.1", False), ("3.0.0", False)]
)
def test_what_is_installed_is_kept_if_it_fits(monkeypatch: pytest.MonkeyPatch, version: str, accepted: bool) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: version)
    assert install_torch.installed() == (version if accepted else None)


def test_an_index_that_is_not_there_is_told_at_once() -> None:
    assert not install_torch.reachable("http://127.0.0.1:9/")


def test_the_range_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ACCEPTED in project["dependencies"]
