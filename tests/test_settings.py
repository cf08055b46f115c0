"""Settings: the order of their sources, and what is refused."""

from pathlib import Path

import pytest

from debatebot.errors import SettingsError
from debatebot.settings import Settings, load_settings


def test_flags_beat_the_environment_beats_the_file_beats_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "debatebot.toml").write_text('evidence = 6\nport = 7001\ncorpus = "a"\nhost = "0.0.0.0"\n')
    environment = {"DEBATEBOT_PORT": "7002", "DEBATEBOT_CORPUS": "b", "DEBATEBOT_CACHE": "/x", "HOME": "/y"}
    settings = load_settings(tmp_path, environment, {"corpus": "c", "index": None})
    assert settings == Settings(corpus=Path("c"), evidence=6, host="0.0.0.0", port=7002)


def test_no_file_and_no_environment_give_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("evidense = 5", "'evidense', which is no setting; the settings are corpus, index"),
        ("evidence = 0", "whole number from 1 to 100"),
        ("evidence = true", "whole number from 1 to 100"),
        ("evidence = 2.5", "whole number from 1 to 100"),
        ("corpus = 5", "put it in quotes"),
        ("evidence = ", "cannot be read as settings"),
    ],
)
def test_a_bad_file_is_refused_and_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "debatebot.toml").write_text(text)
    with pytest.raises(SettingsError, match=says) as refusal:
        load_settings(tmp_path, {})
    assert "debatebot.toml" in str(refusal.value)


def test_an_unknown_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the environment sets 'modle'"):
        load_settings(tmp_path, {"DEBATEBOT_MODLE": "x"})
