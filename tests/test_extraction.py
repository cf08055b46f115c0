"""Reading in a process of its own: what comes back, and that nothing in a file harms more than that process."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from debatebot.errors import DebatebotError, DocumentError
from debatebot.extraction import FILES_A_WORKER, Extractor, _document
from debatebot.loaders import load
from debatebot.types import Document, Page, Source

RIGGED = """
class TOMLDecodeError(ValueError): pass
def loads(text):
    exec(text, {})
    return {}
"""
Rig = Callable[[str, str], Path]
TELL = "import os; open('pids', 'a').write(f'{os.getpid()} ')"


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Makes documents in whose reading some code is run, in place of their sidecar being understood."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "tomllib.py").write_text(RIGGED)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(modules), os.environ["PYTHONPATH"]]))
    monkeypatch.chdir(tmp_path)

    def put(name: str, code: str) -> Path:
        (tmp_path / f"{name}.toml").write_text(code)
        path = tmp_path / name
        path.write_text(f"The text of {name}.")
        return path

    return put


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    with Extractor(seconds=5, memory=400_000_000) as made:
        yield made


def refusal(extractor: Extractor, path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        extractor.load(path.parent, path)
    return str(caught.value)


def pids(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False).stdout
    return bool(shown.strip()) and not shown.startswith(b"Z")


def test_a_document_is_as_if_read_here(extractor: Extractor, op_ed: Path, tmp_path: Path) -> None:
    assert extractor.load(op_ed.parent, op_ed) == load(op_ed.parent, op_ed)
    path = tmp_path / "é 🦆.md"
    path.write_text("# Ducks\r\n\u2028Quack 🦆 \x00".replace("\x00", "."), newline="")
    assert extractor.load(tmp_path, path) == load(tmp_path, path)


def test_all_of_a_document_comes_through_json() -> None:
    pages = (Page("ii", 0, 3), Page("1", 4, 9))
    document = Document(
        "a/b.pdf", "Words 🦆", Source("T", date="1"), "pdf", "f" * 64, pages, ("a note",), Source(author="A")
    )
    assert _document(json.loads(json.dumps(asdict(document)))) == document


def test_refusals_are_as_if_read_here(extractor: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").touch()
    for name in ("empty.txt", "none.txt", "x.exe"):
        for corpus in (tmp_path, Path()):  # relative paths are those of the working folder of now
            with pytest.raises(DocumentError) as here:
                load(corpus, corpus / name)
            with pytest.raises(DocumentError) as there:
                extractor.load(corpus, corpus / name)
            assert str(there.value) == str(here.value)


def test_names_that_are_no_text(extractor: Extractor, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.txt").write_text("Some text.")
    assert extractor.load(folder, folder / "a.txt").text == "Some text."
    bad = folder / os.fsdecode(b"b\xff.txt")
    bad.write_text("Some text.")
    assert extractor.load(folder, bad).name == bad.name
    bad.write_bytes(b"")
    assert refusal(extractor, bad) == "b\\udcff.txt is empty; put text in it or take it out"


@pytest.mark.parametrize("code", ["import time; time.sleep(99)", "while True: pass", "sum(range(10**15))"])
def test_what_takes_too_long_is_refused(rig: Rig, code: str) -> None:
    with Extractor(seconds=0.5) as extractor:
        assert refusal(extractor, rig("slow.txt", code)) == (
            "slow.txt took over 0.5 seconds to read; it may be damaged or very large: "
            "open it and save it anew, or save it as plain text"
        )
        good = rig("good.txt", "")
        assert extractor.load(good.parent, good).text == "The text of good.txt."


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("bytearray(10**9)", "needs over 400 MB of memory to read; split it, or save it as plain text"),
        ("a = [0]\nwhile True: a += a", "needs over 400 MB of memory to read; split it, or save it as plain text"),
        (
            "import os; os.kill(os.getpid(), 9)",
            "needs over 400 MB of memory to read; split it, or save it as plain text",
        ),
        (
            "import os; os.abort()",
            f"made its reader crash (signal {int(signal.SIGABRT)}): it is damaged, or needs over 400 MB of memory; "
            "open it and save it anew, or save it as plain text",
        ),
        (
            "import ctypes; ctypes.string_at(0)",
            f"made its reader crash (signal {int(signal.SIGSEGV)}): it is damaged, or needs over 400 MB of memory; "
            "open it and save it anew, or save it as plain text",
        ),
        (
            "import os; os._exit(3)",
            "made its reader crash (status 3): it is damaged, or needs over 400 MB of memory; "
            "open it and save it anew, or save it as plain text",
        ),
        (
            "raise TypeError('a fault\\nin two lines')",
            "could not be read (TypeError: a fault in two lines); open it and save it anew, or save it as plain text",
        ),
    ],
)
def test_what_breaks_its_reader_is_refused(rig: Rig, extractor: Extractor, code: str, reason: str) -> None:
    for _ in range(2):
        assert refusal(extractor, rig("bad.txt", code)) == f"bad.txt {reason}"
        good = rig("good.txt", "")
        assert extractor.load(good.parent, good).text == "The text of good.txt."
    assert not list(good.parent.glob("core*"))


def test_a_fault_of_ours_can_be_looked_up(rig: Rig, extractor: Extractor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        refusal(extractor, rig("bad.txt", "def deep(): 1 / 0\ndeep()"))
    assert "bad.txt: Traceback" in caplog.text
    assert "in deep" in caplog.text


def test_a_file_is_not_refused_for_what_was_read_before(rig: Rig, extractor: Extractor) -> None:
    once = "import os, sys\nif hasattr(sys, 'used'): os.abort()\nsys.used = True"
    first, second = rig("first.txt", once), rig("second.txt", once)
    assert extractor.load(first.parent, first).text == "The text of first.txt."
    assert extractor.load(second.parent, second).text == "The text of second.txt."


def test_what_is_printed_disturbs_nothing(rig: Rig, extractor: Extractor, capfd: pytest.CaptureFixture[str]) -> None:
    path = rig("loud.txt", "import os, sys\nprint('x' * 10**6, flush=True)\nos.write(1, b'y'); os.write(2, b'z')")
    assert extractor.load(path.parent, path).text == "The text of loud.txt."
    assert capfd.readouterr() == ("", "")


def test_half_characters_are_replaced(rig: Rig, extractor: Extractor) -> None:
    code = (
        "import debatebot.loaders as all\nfrom debatebot.loaders.loaded import Loaded\n"
        "all.LOADERS['.txt'] = ('txt', lambda *_: Loaded('half a \\ud83e duck'))"
    )
    extractor.load(Path.cwd(), rig("first.txt", code))
    assert extractor.load(Path.cwd(), rig("second.txt", "")).text == "half a ? duck"


def test_a_worker_is_replaced_once_it_has_grown_or_read_many(rig: Rig, extractor: Extractor, tmp_path: Path) -> None:
    for _ in range(2):
        extractor.load(tmp_path, rig("large.txt", f"{TELL}\nlen(bytearray(250_000_000))"))
    assert len(set(pids(tmp_path))) == 2
    small = rig("small.txt", TELL)
    for _ in range(FILES_A_WORKER + 1):
        extractor.load(tmp_path, small)
    assert len(set(pids(tmp_path))) == 4
    assert not [pid for pid in set(pids(tmp_path)[:-1]) - {pids(tmp_path)[-1]} if alive(pid)]


def test_the_size_of_the_program_is_not_held_against_its_worker(rig: Rig, extractor: Extractor, tmp_path: Path) -> None:
    held = bytearray(b"1" * 500_000_000)  # touched, so that it is really held
    path = rig("a.txt", TELL)
    for _ in range(3):
        extractor.load(tmp_path, path)
    assert len(held) == 500_000_000
    assert len(set(pids(tmp_path))) == 1


def test_threads_get_their_own_documents(extractor: Extractor, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(60)]
    for path in paths:
        path.write_text(f"The text of {path.name}.")
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(lambda path: extractor.load(tmp_path, path), paths))
    assert [document.text for document in documents] == [f"The text of {path.name}." for path in paths]


def test_nothing_is_left_of_a_worker(rig: Rig, tmp_path: Path) -> None:
    path = rig("a.txt", TELL)
    with Extractor() as closed:
        closed.load(tmp_path, path)
    assert closed.load(tmp_path, path).text == "The text of a.txt."  # it starts another
    closed.close()
    closed.close()
    forgotten = Extractor()
    forgotten.load(tmp_path, path)
    del forgotten
    gc.collect()
    assert len(pids(tmp_path)) == 3
    for pid in pids(tmp_path):
        with pytest.raises(ProcessLookupError):  # not even a zombie
            os.kill(pid, 0)


def test_closing_ends_a_reading_under_way(rig: Rig, tmp_path: Path) -> None:
    reader, path = Extractor(), rig("a.txt", f"{TELL}\nwhile True: pass")
    with ThreadPoolExecutor(1) as pool:
        for times in (1, 2):
            reading = pool.submit(refusal, reader, path)
            wait_for(lambda: len(pids(tmp_path)) == times)  # noqa: B023
            reader.close()
            assert reading.result() == "a.txt was not read: reading was ended; read it again"


def test_modules_in_the_working_folder_are_not_run(
    extractor: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in ("json", "tomllib", "debatebot"):
        Path(f"{module}.py").write_text("raise SystemExit(1)")
    Path("a.txt").write_text("Some text.")
    assert extractor.load(tmp_path, tmp_path / "a.txt").text == "Some text."


def test_a_reader_that_does_not_start_is_no_fault_of_a_file(rig: Rig, extractor: Extractor, tmp_path: Path) -> None:
    path = rig("a.txt", "")
    (tmp_path / "modules" / "tomllib.py").write_text("raise ImportError")
    with pytest.raises(
        DebatebotError, match=r"does not start \(status 1\); run `.* -m debatebot.extraction` to see why"
    ) as caught:
        extractor.load(tmp_path, path)
    assert not isinstance(caught.value, DocumentError)


def parent(tmp_path: Path, path: Path, after: str = "") -> subprocess.Popen[bytes]:
    """A program of its own, at the head of a group, that reads `path` with 2 seconds a file."""
    code = (
        # Whoever started the tests in the background has passed on that interrupts are ignored.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from debatebot.extraction import Extractor; "
        f"e = Extractor(seconds=2); e.load(Path({str(tmp_path)!r}), Path({str(path)!r})); {after}"
    )
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True)


@pytest.mark.parametrize(("code", "after"), [("while True: pass", ""), ("", "import time; time.sleep(99)")])
def test_a_killed_program_leaves_no_worker(rig: Rig, tmp_path: Path, code: str, after: str) -> None:
    with parent(tmp_path, rig("a.txt", f"{TELL}\n{code}"), after) as program:
        wait_for(lambda: pids(tmp_path))
        program.kill()
    wait_for(lambda: not alive(pids(tmp_path)[0]))


def test_an_interrupt_ends_both(rig: Rig, tmp_path: Path) -> None:
    with parent(tmp_path, rig("a.txt", f"{TELL}\nwhile True: pass")) as program:
        wait_for(lambda: pids(tmp_path))
        os.killpg(program.pid, signal.SIGINT)
        assert program.stderr
        assert program.stderr.read().decode().splitlines()[-1] == "KeyboardInterrupt"
    assert not alive(pids(tmp_path)[0])


def test_many_small_files(extractor: Extractor, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(1_000)]
    for path in paths:
        path.write_text("Some text. " * 100)
    begun = time.monotonic()
    for path in paths:
        extractor.load(tmp_path, path)
    sys.stdout.write(f"1,000 small files: {time.monotonic() - begun:.2f} s\n")


def test_the_worker_imports_nothing_heavy() -> None:
    code = (
        "import debatebot.extraction, sys; "
        "sys.exit(str({'torch', 'numpy', 'lxml', 'pypdf', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr == b"set()\n"
