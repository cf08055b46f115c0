"""A test that is skipped fails in CI, and nowhere else."""

from __future__ import annotations

import pytest

HOOKS = "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401"
SKIPS = """
    import pytest

    @pytest.fixture
    def missing():
        pytest.skip("no such folder")

    def test_with_fixture(missing): ...

    @pytest.mark.skipif(True, reason="marked")
    def test_marked(): ...

    def test_in_its_body():
        pytest.skip("not today")

    @pytest.mark.xfail(reason="known")
    def test_known():
        assert False

    def test_sound(): ...
"""
MODULE_SKIP = """
    import pytest

    pytest.importorskip("no_such_module_anywhere")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest(HOOKS)
    return pytester


def test_a_skip_is_a_skip_elsewhere(run: pytest.Pytester) -> None:
    run.makepyfile(SKIPS)
    run.runpytest_inprocess().assert_outcomes(passed=1, skipped=3, xfailed=1)


def test_a_skip_fails_in_ci(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    run.makepyfile(SKIPS)
    result = run.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1, errors=2, xfailed=1)
    result.stdout.fnmatch_lines(["*skipped, which CI does not allow: no such folder*"])


def test_a_module_that_skips_itself_fails_in_ci(run: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    run.makepyfile(MODULE_SKIP)
    run.runpytest_inprocess().assert_outcomes(errors=1)
