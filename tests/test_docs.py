"""The documents keep their word: commands exist, links resolve."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "corpus/README.md", ROOT / "index/README.md"]
)

COMMANDS = sorted(set(re.findall(r"^\|[^|]*?`debatebot ([\w-]+)", README, re.MULTILINE)) | {"serve"})


def debatebot(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("debatebot", path=str(Path(sys.executable).parent))
    assert program, "debatebot is not installed beside this Python"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=120)


def links(text: str) -> set[str]:
    """The targets of Markdown links and images that lie in the repository."""
    prose = re.sub(r"^```.*?^```|^ {4}.*$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r"^\[[^\]]+\]:\s*(\S+)", prose, re.MULTILINE)
    return {link for link in found if not re.match(r"[a-z]+:", link)}


def headings(text: str) -> set[str]:
    """The anchors of a document's headings, made as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_local_links_resolve(document: Path) -> None:
    missing = []
    for link in links(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in headings(target.read_text(encoding="utf-8"))):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("command", COMMANDS)
def test_documented_commands_exist(command: str) -> None:
    result = debatebot(command, "--help")
    assert result.returncode == 0, result.stderr
    assert command in result.stdout


def test_every_command_is_documented() -> None:
    listed = re.findall(r"^    ([\w-]+)(?: {2,}\w.*)?$", debatebot("--help").stdout, re.MULTILINE)
    assert sorted(listed) == COMMANDS


@pytest.mark.parametrize("target", ["chat", "test"])
def test_the_two_commands_are_targets(target: str) -> None:
    assert f"\n    make {target}\n" in README
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
