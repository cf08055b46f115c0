"""The command line as other programs use it: real processes, exact output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from debatebot.brief import EMPTY_LIBRARY

STABILITY = "The Arab NATO will bring stability to the Middle East."
TEXT = {"type": "string"}
EVIDENCE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "quote",
        "document",
        "title",
        "author",
        "date",
        "page",
        "start",
        "end",
        "strength",
        "passage",
        "citation",
    ],
    "properties": {
        **dict.fromkeys(("quote", "document", "title", "author", "date", "passage", "citation"), TEXT),
        "page": {"type": ["string", "null"]},
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "strength": {"type": "number", "minimum": 0, "maximum": 1},
    },
}
LIST = {"type": "array", "items": EVIDENCE}
NOTE = {"type": ["string", "null"]}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


COUNT = {"type": "integer", "minimum": 1}
PLACE = closed(document=TEXT, start={"type": "integer"}, end=COUNT)
POINT = closed(label=TEXT, passages=COUNT, documents=COUNT, evidence={"type": "array", "items": PLACE})
POINTS = {"type": "array", "items": POINT}
BRIEF = closed(
    stance=TEXT,
    support=LIST,
    rebut=LIST,
    context=LIST,
    unclear=LIST,
    points=closed(support=POINTS, rebut=POINTS),
    note=NOTE,
)
ANSWER = closed(question=TEXT, answers=LIST, note=NOTE)


class Shell:
    """Runs debatebot over a corpus, with an index of its own."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.places = ["--corpus", str(corpus), "--index", str(folder / "index")]
        self.folder = folder

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
        program = [sys.executable, "-W", "error", "-c", "from debatebot.cli import main; raise SystemExit(main())"]
        done = subprocess.run([*program, *arguments, *self.places], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == code, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def shell(op_ed: Path, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(op_ed.parent, tmp_path_factory.mktemp("shell"))


def test_a_brief_is_valid_and_its_quotations_are_slices_of_the_stored_text(shell: Shell, op_ed: Path) -> None:
    brief = shell.json("brief", STABILITY, "-k", "7")
    jsonschema.validate(brief, BRIEF)
    assert brief["stance"] == STABILITY
    assert brief["rebut"]
    assert len(brief["rebut"]) <= 7
    text = shell.run("text", "arab-nato-op-ed.txt").stdout.decode()
    assert text == op_ed.read_bytes().decode()
    for item in brief["support"] + brief["rebut"] + brief["context"]:
        assert item["quote"] == text[item["start"] : item["end"]]
        assert item["quote"] in item["passage"]
        assert (item["author"], item["date"], item["page"]) == ("Seyed Hossein Mousavian", "October 2018", None)


def test_an_answer_is_valid(shell: Shell) -> None:
    answer = shell.json("ask", "Which countries imposed an embargo on Qatar?", "-k", "2")
    jsonschema.validate(answer, ANSWER)
    assert 1 <= len(answer["answers"]) <= 2


def test_abstaining_is_done_with_status_0(shell: Shell) -> None:
    brief = shell.json("brief", "Universities should abolish tuition fees.")
    assert (brief["support"], brief["rebut"]) == ([], [])
    assert brief["note"] == "Your library holds nothing for or against this."


def test_one_side(shell: Shell) -> None:
    brief = shell.json("brief", STABILITY, "--side", "support")
    assert brief["rebut"] == []


def test_list_and_sync(shell: Shell) -> None:
    shell.run("sync")
    [entry] = shell.json("list")
    sha256 = entry.pop("sha256")
    assert len(sha256) == 64
    assert entry == {
        "document": "arab-nato-op-ed.txt",
        "title": 'Trump\'s "Arab NATO" Project Is Doomed',
        "author": "Seyed Hossein Mousavian",
        "date": "October 2018",
        "format": "txt",
        "pages": None,
        "passages": entry["passages"],
        "characters": 6336,
    }
    synced = shell.run("sync", "--json")
    counts = {"added": 0, "updated": 0, "unchanged": 1, "removed": 0, "refused": 0}
    assert json.loads(synced.stdout) == {**counts, "refusals": []}
    assert synced.stderr.decode() == "0 added, 0 updated, 1 unchanged, 0 removed, 0 refused\n"


def test_reading_aloud(shell: Shell) -> None:
    out = shell.run("brief", STABILITY).stdout.decode()
    assert out.index("− Rebuts your stance") < out.index("+ Supports your stance")
    assert " 1 “" in out
    assert "October 2018, ¶ 2 · " in out


def test_deleting_the_index_costs_only_a_rebuild(shell: Shell) -> None:
    before = shell.json("brief", STABILITY)
    for file in (shell.folder / "index").iterdir():
        file.unlink()
    assert shell.json("brief", STABILITY) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["brief", "  "], "there is no stance here"),
        (["ask", ""], "there is no question here"),
        (["brief", "a" * 10_000], "10,000 characters"),
        (["text", "nothing.txt"], "holds no document 'nothing.txt'"),
    ],
)
def test_a_refusal_is_one_line_with_status_1(shell: Shell, arguments: list[str], says: str) -> None:
    done = shell.run(*arguments, code=1)
    assert done.stdout == b""
    assert says in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_a_missing_corpus(tmp_path: Path) -> None:
    done = Shell(tmp_path / "none", tmp_path).run("brief", STABILITY, code=1)
    assert "there is no corpus folder" in done.stderr.decode()
    assert not (tmp_path / "index").exists()


def test_an_empty_corpus(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    brief = Shell(tmp_path / "corpus", tmp_path).json("brief", STABILITY)
    assert brief["note"] == EMPTY_LIBRARY


@pytest.mark.parametrize(
    "arguments",
    [["brief"], ["brief", "x", "--side", "left"], ["brief", "x", "-k", "0"], ["nonsense"], ["list", "--wrong"]],
)
def test_wrong_usage_is_status_2(shell: Shell, arguments: list[str]) -> None:
    assert b"usage: debatebot" in shell.run(*arguments, code=2).stderr


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "debatebot.toml").write_text("colour = 'blue'\n")
    command = [sys.executable, "-c", "from debatebot.cli import main; raise SystemExit(main(['list']))"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=os.environ)
    assert done.returncode == 1
    assert b"'colour', which is no setting" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom debatebot.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'faiss', 'numpy', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0
