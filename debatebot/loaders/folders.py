"""Walking a folder, however deep it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator


def walk(top: str, unread: Callable[[OSError], object] = lambda _: None) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder below `top` and itself: its path, the names of links to folders, the names of all that is no folder.

    Hidden folders are left out and links not followed. What cannot be read, for one because its path is too long, goes
    to `unread`. (`os.walk` calls itself before Python 3.12, and a deep enough folder ends that.)
    """
    todo = [top]
    while todo:
        here = todo.pop()
        links: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        (links if os.path.isdir(entry.path) else names).append(entry.name)  # noqa: PTH112
                    elif not entry.is_dir(follow_symlinks=False):
                        names.append(entry.name)
                    elif not entry.name.startswith("."):
                        todo.append(entry.path)
        except OSError as error:
            unread(error)
        yield here, links, names
