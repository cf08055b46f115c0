"""Good text under hostile names, what is no file at all, and hostile sidecars beside good documents."""

from __future__ import annotations

import contextlib
import os
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from tests.hostile_kinds import LEFT_OUT, MEGABYTE, Expectation, File, Files, either, refused, sentence, taken

NO_FILE = "not a regular file"
LEAVES = "link that leaves"

FIT = [
    "%2e%2e%2f..%2fetc%2fpasswd.txt",
    "-rf.txt",
    "--json.txt",
    " .txt",
    "space at the end .txt",
    "a..txt",
    "CON.txt",
    "aux.nul.txt",
    "LPT1.txt",
    "Twin.txt",
    "twin.txt",
    unicodedata.normalize("NFC", "é-form.txt"),
    unicodedata.normalize("NFD", "é-form.txt"),
    "\u202etxt.exe.txt",
    "emoji-👩‍👩‍👧‍👦-🦆.txt",
    "quotes'\"`.txt",
    "$(touch debatebot-evil.txt);&|>.txt",
    "%s%n{0}{}.txt",
    "<script>alert(1)<\u2215script>.txt",
    "back\\slash\\..\\x.txt",
    "star*?[a-z].txt",
    "http:\u2215\u2215203.0.113.1.txt",
    "UPPER.TXT",
    "名前.txt",
    "n" * 251 + ".txt",
    "é" * 125 + ".txt",
    "folder.txt/inside.txt",
    "README.md",
    "sub/README.md",
]
HIDDEN = [
    ".txt",
    ".hidden.txt",
    "..two dots.txt",
    "..%2f..%2fetc%2fpasswd.txt",
    ".../three dots.txt",
    ".git/config.txt",
    "~$lock.docx",
    "refs.bib",
    "Thumbs.db",
]


def names() -> Files:
    for name in FIT:
        yield File(name, sentence(f"name {name!a}").encode(), taken(sentence(f"name {name!a}")))
    for name in HIDDEN:
        yield File(name, b"Not for reading.", LEFT_OUT)
    for name in ("new\nline.txt", "tab\t.txt", "\x1b[31mred.txt", "return\r.txt", "\x7f.txt", "\udce9\udcff.txt"):
        yield File(name, sentence(f"name {name!a}").encode(), taken(sentence(f"name {name!a}")))
    for name in ("dot.", "dot.txt.", "space.txt ", "none", "x.exe", "x.tar.gz", "$HOME"):
        yield File(name, b"Some text.", refused("kind|suffix"))
    deep = "/".join(["d"] * 450) + "/deep.txt"
    yield File(deep, sentence("deep folder").encode(), either("deep", sentence("deep folder")))


def sidecars() -> Files:
    """Documents that are good but for what lies beside them; the sidecars themselves are left out."""
    for name, content, reason in (
        ("large", b'title = "%s"' % (b"t" * MEGABYTE), "larger than"),
        ("not-toml", b"title = [[[[", "not valid TOML"),
        ("deep", b"title = " + b"[" * 30_000, "TOML|deep"),
        ("unknown", b'titel = "A"', "unknown key `titel`"),
        ("number", b"title = 7", "must be text"),
        ("binary", bytes(range(256)), "not UTF-8|TOML"),
        ("address", b'url = "javascript:alert(1)"', "url"),
    ):
        yield File(f"sidecar-{name}.txt", b"Some text.", refused(f"{reason}"))
        yield File(f"sidecar-{name}.txt.toml", content, LEFT_OUT)
    turned = 'title = "\\u202E\\u0000\\u001B[2J <script>alert(1)</script>"\nauthor = "%s"' % ("a" * 900)
    yield File("sidecar-odd.txt", sentence("sidecar").encode(), taken(sentence("sidecar")))
    yield File("sidecar-odd.txt.toml", turned.encode(), LEFT_OUT)
    yield File("orphan.toml", b'title = "A"', refused("describes a document that is not there"))


def make_others(folder: Path) -> Iterator[tuple[str, Expectation]]:
    """What cannot be made by writing a file."""
    yield _too_deep(folder), either("deep|too long", sentence("too deep"))
    with contextlib.chdir(folder):  # a socket's path may have no more than about 100 letters
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.txt")
        os.mkfifo("pipe.txt")
    yield "socket.txt", refused(NO_FILE)
    yield "pipe.txt", refused(NO_FILE)
    for name, target, reason in (
        ("link-out.txt", "/etc/passwd", LEAVES),
        ("link-up.txt", "../../../../../../../../../../etc/passwd", LEAVES),
        ("link-zero.txt", "/dev/zero", LEAVES),
        ("link-self.txt", "link-self.txt", "cannot be read|loop"),
        ("link-loop-a.txt", "link-loop-b.txt", "cannot be read|loop"),
        ("link-loop-b.txt", "link-loop-a.txt", "cannot be read|loop"),
        ("link-gone.txt", "nowhere.txt", "not there"),
        ("link-pipe.txt", "pipe.txt", NO_FILE),
        ("link-parent", "..", "link to a folder"),
        ("link-here.txt", ".", "link to a folder"),
    ):
        (folder / name).symlink_to(target)
        yield name, refused(reason)
    (folder / "sidecar-link.txt").write_text("Some text.")
    (folder / "sidecar-link.txt.toml").symlink_to("/etc/shadow")
    yield "sidecar-link.txt", refused(NO_FILE)
    yield "sidecar-link.txt.toml", LEFT_OUT
    unreadable = folder / "unreadable.txt"
    unreadable.write_text(sentence("unreadable"))
    unreadable.chmod(0)
    # Whoever is root may read it all the same.
    yield unreadable.name, taken(sentence("unreadable")) if os.geteuid() == 0 else refused("may not be read")


def _too_deep(folder: Path) -> str:
    """A file below more folders than Python takes calls."""
    depth = 1_400
    with contextlib.chdir(folder):
        for _ in range(depth):
            Path("e").mkdir()
            os.chdir("e")
        Path("deep.txt").write_text(sentence("too deep"))
    return "e/" * depth + "deep.txt"
