"""Files that are out to do harm, or only broken, and what must become of each of them."""

from __future__ import annotations

import subprocess
from itertools import chain
from pathlib import Path

from tests.hostile_kinds import Expectation
from tests.hostile_names import make_others, names, sidecars
from tests.hostile_pdf import pdfs
from tests.hostile_text import readables
from tests.hostile_zip import zips


def make_hostile(folder: Path) -> dict[str, Expectation]:
    """Make them in the empty `folder`; what is expected of each, by its name below the folder."""
    expected = {}
    for name, content, expectation in chain(pdfs(), zips(), readables(), names(), sidecars()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.open("xb").close()
        except OSError:
            continue  # this file system has no such names, or takes two of them for one
        path.write_bytes(content)
        expected[name] = expectation
    expected.update(make_others(folder))
    return expected


def remove_hostile(folder: Path) -> None:
    """Remove it all; some of it lies too deep for `shutil.rmtree`."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)
