"""Settings: defaults, then `debatebot.toml`, then the environment, then flags; unknown keys are refused.

The environment's names are `DEBATEBOT_` and the key in capitals, such as `DEBATEBOT_EVIDENCE=8`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from debatebot.errors import SettingsError

FILE = "debatebot.toml"
PREFIX = "DEBATEBOT_"
OTHER_VARIABLES = {"DEBATEBOT_CACHE"}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. Paths are taken from the current directory."""

    corpus: Path = Path("corpus")
    """The folder of the user's documents."""
    index: Path = Path("index")
    """The folder of what is derived from them."""
    evidence: int = 5
    """Pieces of evidence a side, and answers, unless asked for more."""
    read_sentences: int = 120
    """The most sentences that the stance model reads for one brief; a smaller library is read whole."""
    largest_megabytes: int = 100
    """The largest file that is taken."""
    largest_pages: int = 3000
    """The most pages of a file that is taken."""
    largest_characters: int = 5_000_000
    """The longest text of a file that is taken; a long book has about a million."""
    embedding_model: str = ""
    """A sentence-transformers model by path or hub id; empty for the packaged all-MiniLM-L6-v2."""
    query_prefix: str = ""
    """What the embedding model wants in front of a question or stance."""
    passage_prefix: str = ""
    """What the embedding model wants in front of a passage."""
    host: str = "127.0.0.1"
    """The address that the web chat listens on."""
    port: int = 7860
    """The port that the web chat listens on."""


BOUNDS = {
    "evidence": (1, 100),
    "read_sentences": (1, 100_000),
    "largest_megabytes": (1, 1000),
    "largest_pages": (1, 100_000),
    "largest_characters": (1000, 100_000_000),
    "port": (1, 65_535),
}


def load_settings(
    folder: Path, environment: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None
) -> Settings:
    """Settings for a program run in `folder`; a flag of None is one that was not given.

    Raises SettingsError for an unknown key, a wrong type or a number out of bounds.
    """
    found: dict[str, Any] = {}
    file = folder / FILE
    for origin, values in (
        (str(file), _read_file(file)),
        ("the environment", _read_environment(os.environ if environment is None else environment)),
        ("the command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    ):
        found |= {key: _checked(key, value, origin) for key, value in values.items()}
    return Settings(**found)


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file} cannot be read as settings: {error}; mend that line or remove the file") from error


def _read_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in OTHER_VARIABLES
    }


def _checked(key: str, value: object, origin: str) -> object:
    kinds = {field.name: field.type for field in fields(Settings)}
    if key not in kinds:
        raise SettingsError(f"{origin} sets {key!r}, which is no setting; the settings are {', '.join(kinds)}")
    if kinds[key] == "Path" and isinstance(value, (str, Path)):
        return Path(value)
    if kinds[key] == "str" and isinstance(value, str):
        return value
    if kinds[key] == "int":
        return _number(key, value, origin)
    raise SettingsError(f"{origin} sets {key} to {value!r}, which is no text; put it in quotes")


def _number(key: str, value: object, origin: str) -> int:
    low, high = BOUNDS[key]
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{origin} sets {key} to {value!r}; it must be a whole number from {low} to {high}")
    return int(text)
