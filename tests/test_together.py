"""Two processes add documents at once while the chat answers twenty questions a second: nothing fails or is lost."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.web_server import COMMAND, Server, served

RATE = 20
"""Questions a second."""
FILES = 12
"""Documents that each of the two processes adds."""
QUESTIONS = (
    "Which countries imposed an embargo on Qatar?",
    "Why have regional alliances failed before?",
    "What would a new security structure need?",
    "Who supports extremist ideology?",
    "What does Iran want in the region?",
)


@dataclass
class Asker:
    """A visitor of the chat, as the page's own script speaks to it."""

    server: Server
    name: str
    answers: list[str] = field(default_factory=list)

    def call(self, path: str, body: dict[str, Any] | None = None) -> str:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(
            f"{self.server.url}gradio_api/{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text: str = answer.read().decode()
            return text

    def ask(self, question: str | dict[str, Any], function: int) -> None:
        session = f"{self.name}{len(self.answers)}"
        body = {"data": [question, "ask", None], "fn_index": function, "session_hash": session, "trigger_id": None}
        self.call("queue/join", body)
        self.answers.append(self.call(f"queue/data?session_hash={session}"))


def test_an_address_in_the_place_of_a_message_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.txt").write_text("The ferry leaves at nine.")
    with served(tmp_path / "corpus", tmp_path) as server:
        asker = Asker(server, "hostile")
        file = {"path": "http://example.com/", "meta": {"_type": "gradio.FileData"}}
        asker.ask(file, respond_function(server))
        assert "not taken here" in asker.answers[0]
        assert not list(tmp_path.rglob("example*"))


def respond_function(server: Server) -> int:
    """The number of the one function that answers messages."""
    with urllib.request.urlopen(f"{server.url}config", timeout=60) as answer:
        functions = json.load(answer)["dependencies"]
    [found] = [function["id"] for function in functions if len(function["inputs"]) == 3]
    number: int = found
    return number


def document(name: str) -> str:
    return "\n\n".join(f"Report {name} counts the harbours of the year {1900 + year}." for year in range(12))


def add(folder: Path, server: Server) -> subprocess.Popen[bytes]:
    places = ["--corpus", str(server.log.parent / "corpus"), "--index", str(server.log.parent / "index"), "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", COMMAND, "add", str(folder), *places], stdout=pipe, stderr=pipe)


def test_two_writers_and_a_busy_chat(tmp_path: Path, op_ed: Path) -> None:
    (tmp_path / "corpus").mkdir()
    shutil.copy(op_ed, tmp_path / "corpus")
    for writer in ("one", "two"):
        (tmp_path / writer).mkdir()
        for number in range(FILES):
            (tmp_path / writer / f"{number}.txt").write_text(document(f"{writer} {number}"))
    with served(tmp_path / "corpus", tmp_path) as server:
        function = respond_function(server)
        for question in QUESTIONS:
            Asker(server, "first").ask(question, function)
        writers = [add(tmp_path / name, server) for name in ("one", "two")]
        answers = ask_while(server, function, lambda: any(writer.poll() is None for writer in writers))
        reports = [writer.communicate() for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0], reports
        assert [json.loads(out)["added"] for out, _ in reports] == [FILES, FILES]
        log = server.log.read_text()
    assert "Traceback" not in log, log
    assert len(answers) > 100
    for answer in answers:
        assert "process_completed" in answer
        assert '"success":true' in answer.replace(" ", "")
        assert "<blockquote" in answer, answer
        assert not re.search(r"class=\\+\"problem", answer), answer[-3000:]
    places = ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    done = subprocess.run([sys.executable, "-c", COMMAND, "list", "--json", *places], capture_output=True, check=True)
    listed = {entry["document"]: entry for entry in json.loads(done.stdout)}
    assert len(listed) == 1 + 2 * FILES
    assert all(
        listed[f"{writer}/{number}.txt"]["passages"] == 12 for writer in ("one", "two") for number in range(FILES)
    )


def ask_while(server: Server, function: int, going: Any) -> list[str]:
    """Send questions at the rate, whether or not earlier ones are answered, for as long as `going()`; all answers."""
    askers: list[Asker] = []
    lock = threading.Lock()
    with ThreadPoolExecutor(64) as pool:
        begun, count, waiting = time.monotonic(), 0, []
        while going() or count < 5 * RATE:
            asker = Asker(server, f"visitor{count}-")
            with lock:
                askers.append(asker)
            waiting.append(pool.submit(asker.ask, QUESTIONS[count % len(QUESTIONS)], function))
            count += 1
            time.sleep(max(0.0, begun + count / RATE - time.monotonic()))
        for future in waiting:
            future.result()
    return [answer for asker in askers for answer in asker.answers]
