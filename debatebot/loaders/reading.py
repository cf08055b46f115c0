"""Reading a file of the corpus, whatever it may turn out to be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from debatebot.errors import DocumentError

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # the last two by system


def read_bytes(path: Path, folder: Path, largest: int) -> bytes:
    """The bytes of the regular file at `path`, which must lie below `folder` when links are followed.

    Raises DocumentError if it is gone, leaves the folder, is no regular file, may not be read or is larger than
    `largest` bytes.
    """
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve(strict=True)):
            raise DocumentError(f"{path} is a link that leaves {folder}; put a copy of the file there instead")
        # Not opened before it is known to be a file: opening a pipe waits, opening a device may do things.
        _check_regular(path, path.stat())
        # Should it have become a pipe since, O_NONBLOCK keeps even that from waiting.
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            _check_regular(path, os.fstat(file.fileno()))
            content = file.read(largest + 1)
    except FileNotFoundError as error:
        raise DocumentError(f"{path} is not there (any more); put it back, or run `debatebot sync`") from error
    except PermissionError as error:
        raise DocumentError(f"{path} may not be read; give yourself the right, e.g. `chmod u+r {path}`") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise DocumentError(f"{path} cannot be read: {error}; copy it anew") from error
    if len(content) > largest:
        raise DocumentError(
            f"{path} has over {largest:,} bytes; split it, or raise largest_megabytes in debatebot.toml"
        )
    return content


def _check_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError(f"{path} is not a regular file; put an ordinary file in its place")
