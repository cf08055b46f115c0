"""The Library page in a real browser: files and texts added, edited, removed, and what is refused."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.web_server import Server, Visitor, chromium, served

expect.set_options(timeout=20_000)  # milliseconds; the machine may be busy
OWN = {"X-Debatebot": "library"}
HOSTILE_TITLE = '<img src="http://evil.example/a.png" onerror="window.hacked = 1">'
HOSTILE_NAME = "<b>bold & 'x'.txt"
READY = "· ready"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, op_ed: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("web-library")
    corpus = folder / "corpus"
    corpus.mkdir()
    shutil.copy(op_ed, corpus)
    with served(corpus, folder, largest_megabytes=1, largest_characters=50_000) as running:
        yield running
        assert "Traceback" not in running.log.read_text()
        assert sorted((folder / "index" / "incoming").glob("*")) == [], "an upload was left behind"
        assert not list(folder.parent.glob("x*")), "a file has left the folders"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def visit(browser: Browser, server: Server, width: int = 1280, height: int = 800) -> Visitor:
    visitor = Visitor(browser.new_context(viewport={"width": width, "height": height}).new_page())
    visitor.watch()
    visitor.page.goto(f"{server.url}#library")
    expect(visitor.page.locator("#library-title")).to_be_visible()
    expect(visitor.page.locator("#status-line")).to_contain_text(READY)
    return visitor


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Visitor]:
    found = visit(browser, server)
    yield found
    found.leave()


def corpus_of(server: Server) -> Path:
    return server.log.parent / "corpus"


def payload(name: str, words: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": words.encode()}


def ask(visitor: Visitor, question: str) -> str:
    visitor.debate()
    visitor.send(question)
    return visitor.newest()


def sizes(page: Page, selector: str) -> list[float]:
    found: list[float] = page.evaluate(
        "(s) => [...document.querySelectorAll(s)].filter((e) => e.offsetParent).map((e) => e.offsetHeight)", selector
    )
    return found


def test_files_are_added_asked_about_edited_and_removed(visitor: Visitor, server: Server) -> None:
    page = visitor.page
    words = "Trams cut the number of cars in the old town by a third within two years. The town paid for them alone."
    files = [
        payload("trams.txt", words),
        payload("empty.txt", ""),
        payload("harbour.md", "# The harbour\n\nThe harbour freezes over in January of every year."),
    ]
    page.set_input_files("#choose", files)
    expect(visitor.line("trams.txt")).to_contain_text("Added, 1 passage")
    expect(visitor.line("harbour.md")).to_contain_text("Added")
    expect(visitor.line("empty.txt")).to_contain_text("empty.txt is empty; put text in it or take it out.")
    expect(page.locator("#work-line")).to_have_text("2 added, 1 refused")
    expect(visitor.row("Trams")).to_be_visible()
    expect(page.locator("#status-line")).to_contain_text("3 documents")
    assert (corpus_of(server) / "trams.txt").read_text() == words
    assert not (corpus_of(server) / "empty.txt").exists()

    question = "By how much do trams cut the number of cars?"
    assert "Trams cut the number of cars in the old town by a third" in ask(visitor, question)
    visitor.library()
    visitor.row("Trams").locator("[data-action=edit]").click()
    form = page.locator(".books form")
    form.locator("[name=author]").fill("Ida Lindqvist")
    form.locator("[name=url]").fill("javascript:alert(1)")
    form.locator("[type=submit]").click()
    expect(form.locator("[data-field=url] [role=alert]")).to_have_text("Begin it with https:// or http://.")
    form.locator("[name=url]").fill("https://trams.example/study")
    form.locator("[type=submit]").click()
    expect(form).to_have_count(0)
    expect(visitor.row("Trams")).to_contain_text("Ida Lindqvist")
    assert "Lindqvist" in ask(visitor, question)
    cites = page.locator(".turn .cite").all_text_contents()
    assert not all("Lindqvist" in cite for cite in cites), "an answer given before keeps its citation"

    visitor.library()
    visitor.row("Trams").locator("[data-action=remove]").click()
    expect(page.locator(".books .ask")).to_contain_text("Remove “Trams” and its file for good?")
    page.keyboard.press("Escape")
    expect(visitor.row("Trams")).to_contain_text("Ida Lindqvist")
    visitor.row("Trams").locator("[data-action=remove]").click()
    page.click(".books .ask [type=submit]")
    expect(visitor.row("Trams")).to_have_count(0)
    assert not list(corpus_of(server).glob("trams*"))
    assert "old town" not in ask(visitor, question)
    visitor.library()
    page.click("[data-clear]")
    expect(page.locator("#work")).to_be_hidden()


def test_a_text_is_pasted_and_the_same_one_again_is_known(visitor: Visitor, server: Server) -> None:
    page = visitor.page

    def paste(title: str, words: str) -> None:
        page.click("[data-paste]")
        page.fill("#paste [name=title]", title)
        page.fill("#paste [name=text]", words)
        page.fill("#paste [name=author]", "Rosa Brandt")
        page.click("#paste [type=submit]")

    page.click("[data-paste]")
    page.click("#paste [type=submit]")
    expect(page.locator("#paste [data-field=title] [role=alert]")).to_have_text("Give the text a title.")
    page.keyboard.press("Escape")
    expect(page.locator("#paste")).to_be_hidden()
    paste("On the ferries", "Ferries burn more oil for each passenger than buses do.")
    expect(visitor.line("On the ferries")).to_contain_text("Added, 1 passage")
    expect(visitor.row("On the ferries")).to_contain_text("Rosa Brandt")
    assert (corpus_of(server) / "on-the-ferries.txt").exists()
    page.set_input_files("#choose", [payload("large.txt", "a" * 1_000_001)])
    expect(visitor.line("large.txt")).to_contain_text("It is larger than 1 MB, the most that is taken; split it")
    page.set_input_files("#choose", [payload("again.txt", "Ferries burn more oil for each passenger than buses do.")])
    expect(visitor.line("again.txt")).to_contain_text(
        "Already in your library, as “On the ferries” (on-the-ferries.txt)"
    )
    expect(visitor.row("ferries")).to_have_count(1)
    page.click("[data-paste]")
    page.fill("#paste [name=title]", "Far too long")
    page.fill("#paste [name=text]", "So it goes. " * 5000)
    page.click("#paste [type=submit]")
    expect(page.locator("#paste .form-error")).to_contain_text("over 50,000 characters")
    assert page.input_value("#paste [name=text]") == "So it goes. " * 5000, "nothing that was written is lost"


def test_a_file_put_into_the_folder_is_part_of_the_next_answer(visitor: Visitor, server: Server) -> None:
    question = "Which birds nest in the reeds?"
    assert "bitterns" not in ask(visitor, question)
    (corpus_of(server) / "reeds.txt").write_text("Only bitterns and warblers nest in the reeds of the lake.")
    assert "bitterns" in ask(visitor, question), "without any waiting"
    (corpus_of(server) / "tide.txt").write_text("The tide turns twice a day in the bay.")
    visitor.library()
    expect(visitor.row("Tide")).to_be_visible()  # by itself
    (corpus_of(server) / "tide.txt").unlink()
    (corpus_of(server) / "<i>bad.xyz").write_text("x")
    expect(visitor.row("Tide")).to_have_count(0)
    expect(visitor.page.locator("#not-taken")).to_contain_text("<i>bad.xyz")
    (corpus_of(server) / "<i>bad.xyz").unlink()
    expect(visitor.page.locator("#not-taken")).to_be_hidden()


def test_hostile_names_and_titles_are_shown_as_text(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("#choose", [payload(HOSTILE_NAME, f"Salt harms the walls {HOSTILE_TITLE} of old churches.")])
    expect(page.locator("#work-jobs .added")).to_have_count(1)
    row = visitor.row("bold")
    row.locator("[data-action=edit]").click()
    page.fill(".books form [name=title]", HOSTILE_TITLE)
    page.fill(".books form [name=author]", "<script>window.hacked = 1</script>${window.hacked = 1}")
    page.click(".books form [type=submit]")
    row = visitor.row(HOSTILE_TITLE)
    expect(row).to_contain_text("<script>window.hacked")
    row.locator("[data-action=remove]").click()
    expect(page.locator(".ask bdi")).to_have_text(HOSTILE_TITLE)
    page.keyboard.press("Escape")
    page.set_input_files("#choose", [payload("<svg onload='window.hacked=1'>.exe", "x")])
    expect(page.locator("#work-jobs .refused")).to_contain_text("not read")
    for element in ("img", "script", "svg", "i", "b:not(:has(bdi))"):
        assert page.locator(f".library {element}").count() == 0, element
    row.locator("a.open").click()
    expect(page.locator("#source h2")).to_have_text(HOSTILE_TITLE)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    page.wait_for_timeout(300)
    # The fixture then asserts that nothing was fetched and no script ran.


def test_files_are_dropped_anywhere_and_many_are_counted(visitor: Visitor) -> None:
    page = visitor.page
    visitor.debate()
    page.fill("#box textarea", "half a thought")
    transfer = page.evaluate_handle(
        "() => { const t = new DataTransfer(); for (let n = 0; n < 12; n++)"
        " t.items.add(new File([`Report ${n} says that rain fell on ${n} days.`], `rain-${n}.txt`)); return t; }"
    )
    page.dispatch_event("#chat", "dragover", {"dataTransfer": transfer})
    expect(page.locator("body.dropping")).to_have_count(1)
    page.dispatch_event("#chat", "drop", {"dataTransfer": transfer})
    expect(page.locator("#library-title")).to_be_visible()
    expect(page.locator("#work-line")).to_have_text("12 added", timeout=60_000)
    assert page.locator("#work-jobs li").count() == 0, "so many are only counted"
    expect(visitor.row("Rain")).to_have_count(12)
    page.fill("#find", "rain 11")
    expect(page.locator(".books tbody tr")).to_have_count(1)
    page.fill("#find", "no such thing")
    expect(page.locator("#none")).to_have_text("No title, author or file name has these words.")
    page.fill("#find", "rain")
    page.click(".sort[data-by=title]")
    expect(page.locator("th.title")).to_have_attribute("aria-sort", "ascending")
    assert page.locator(".books .title a").first.inner_text() == "Rain 0"
    page.click(".sort[data-by=title]")
    assert page.locator(".books .title a").first.inner_text() == "Rain 11"
    page.go_back()
    assert page.input_value("#box textarea") == "half a thought"


def test_keys_alone(visitor: Visitor) -> None:
    page = visitor.page
    page.set_input_files("#choose", [payload("keys.txt", "Locks with keys are older than locks with numbers.")])
    expect(visitor.row("Keys")).to_be_visible()
    page.focus(".masthead nav a >> nth=1")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
        )
        if seen[-1] == "Edit “Keys”":
            break
    assert {"Choose files", "Paste a text", "Keys"} <= set(seen)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "title"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Keys and locks")
    page.keyboard.press("Enter")
    expect(visitor.row("Keys and locks")).to_be_visible()
    page.wait_for_function("document.activeElement.dataset.action === 'edit'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.innerText") == "Keep"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(visitor.row("Keys and locks")).to_have_count(0)


def test_a_form_stays_as_it_is_while_the_library_changes(visitor: Visitor, server: Server) -> None:
    page = visitor.page
    page.click("[data-action=edit] >> nth=0")
    page.fill(".books form [name=author]", "Half a na")
    (corpus_of(server) / "meanwhile.txt").write_text("Meanwhile the mill was sold to the miller.")
    page.wait_for_function("fetch('status').then((r) => r.json()).then((s) => JSON.stringify(s).includes('Meanwhile'))")
    page.wait_for_timeout(6_000)  # longer than the page waits before it asks again
    assert page.input_value(".books form [name=author]") == "Half a na"
    page.keyboard.press("Escape")
    expect(visitor.row("Meanwhile")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_all_fits_and_can_be_touched(browser: Browser, server: Server, scheme: str) -> None:
    phone = visit(browser, server, 390, 844)
    page = phone.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_input_files("#choose", [payload(f"{'long-name-' * 15}.{scheme}", "x")])
    expect(page.locator("#work-jobs .refused")).to_have_count(1)
    for action in ("edit", "remove"):
        page.click(f"[data-action={action}] >> nth=0")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.keyboard.press("Escape")
    page.click("[data-paste]")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert min(sizes(page, ".library button, .library input:not([type=file])")) >= 40
    page.keyboard.press("Escape")
    page.locator(".books a.open").first.click()
    expect(page.locator("#source h2")).to_be_visible()
    page.click("#source .close")
    assert phone.foreign == []
    page.context.close()


# ── the routes ──────────────────────────────────────────────────────────


def send(server: Server, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """The status of a request that is sent just as it is written, and what came with it."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request("POST", path, body, headers if headers is not None else OWN)
        answer = connection.getresponse()
        words = answer.read()
        assert answer.headers["content-security-policy"]
        return answer.status, json.loads(words) if words.startswith(b"{") else {"error": words.decode()}


def files_below(server: Server) -> set[Path]:
    return {path for path in server.log.parent.rglob("*") if path.is_file() and "index" not in path.parts}


@pytest.mark.parametrize("path", ["/library/file", "/library/text", "/library/describe", "/library/remove"])
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 403),
        ({"X-Debatebot": "reread"}, 403),
        ({**OWN, "Origin": "http://evil.example"}, 403),
        ({**OWN, "Host": "evil.example"}, 400),
        ({**OWN, "Content-Length": "999999999999"}, 413),
    ],
)
def test_only_the_page_itself_changes_the_library(
    server: Server, path: str, headers: dict[str, str], code: int
) -> None:
    before = files_below(server)
    assert send(server, path, b"" if "Content-Length" in headers else b"{}", {"X-Name": "a.txt", **headers})[0] == code
    assert files_below(server) == before


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../../x", 202),
        ("/etc/passwd", 202),
        ("..\\..\\x", 202),
        ("a\0b.txt", 400),
        ("..", 400),
        ("", 400),
        ("%FF", 400),
    ],
)
def test_a_name_leads_nowhere_else(server: Server, name: str, code: int) -> None:
    before = files_below(server)
    encoded = name if name == "%FF" else quote(name, safe="")
    status, told = send(server, "/library/file", b"Some words.", {**OWN, "X-Name": encoded})
    assert status == code
    assert told["error"] if code == 400 else told["id"]
    wait_for(server, told.get("id"))
    assert files_below(server) == before, "none of these is of a kind that is read"


def wait_for(server: Server, job: int | None) -> None:
    while job is not None and any(one["id"] == job and one["state"] in ("waiting", "reading") for one in jobs(server)):
        pass


def jobs(server: Server) -> list[dict[str, Any]]:
    told: Any = server.status()
    found: list[dict[str, Any]] = told["jobs"]
    return found


def test_more_than_is_taken_is_refused_while_it_arrives(server: Server) -> None:
    before = files_below(server)
    for path in ("/library/file", "/library/describe"):  # in pieces, so that no length is announced
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
            pieces = (b"a" * 10_000 for _ in range(101))
            connection.request("POST", path, pieces, {**OWN, "X-Name": "a.txt"}, encode_chunked=True)
            answer = connection.getresponse()
            assert answer.status == 413
            assert "large" in answer.read().decode()
    assert files_below(server) == before
    assert send(server, "/library/text", b'{"title": "a", "text": "' + b"a" * 21_000_000 + b'"}')[0] == 413


def test_a_connection_that_breaks_leaves_nothing(server: Server) -> None:
    before = files_below(server)
    head = "POST /library/file HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Debatebot: library\r\nX-Name: half.txt\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(f"{head}Content-Length: 1000\r\n\r\nhalf of it".encode())
    assert files_below(server) == before
    # The fixture then sees that nothing is left in the folder of what arrives.


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/library/text", b"not json", 400),
        ("/library/text", b"[" * 100_000, 400),
        ("/library/text", b'{"title": 1, "text": "a"}', 400),
        ("/library/text", b'{"title": "a", "text": "a", "url": "ftp://x"}', 400),
        ("/library/text", b'{"title": "\\ud800", "text": "a"}', 400),
        ("/library/describe", b'{"document": "none.txt", "fields": {}}', 404),
        ("/library/describe", b'{"document": "arab-nato-op-ed.txt", "fields": []}', 400),
        ("/library/remove", b'{"document": "../serve.log"}', 404),
        ("/library/remove", b'{"document": ["arab-nato-op-ed.txt"]}', 404),
    ],
)
def test_what_the_page_would_not_send_is_refused(server: Server, path: str, body: bytes, code: int) -> None:
    before = files_below(server)
    status, told = send(server, path, body)
    assert status == code
    assert told["error"].endswith(".")
    assert files_below(server) == before
