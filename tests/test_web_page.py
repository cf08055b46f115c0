"""The page in a real browser, over the real models: what a person who opens it sees and can do."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web_server import Server, Visitor, chromium, served

expect.set_options(timeout=20_000)  # milliseconds; the machine may be busy
STANCE = "The Arab NATO will bring stability to the Middle East."
QUESTION = "Do wind farms lower the price of power?"
PIECES = (
    '<img src="http://evil.example/a.png" onerror="window.hacked = 1">',
    "![chart](http://evil.example/b.png)",
    '<form action="http://evil.example/c"><input name="word"></form>',
    '<div style="position:fixed;inset:0;background:url(http://evil.example/d.png)">overlay</div>',
    "<script>window.hacked = 1; fetch('http://evil.example/e')</script>",
    "<svg onload=\"window.hacked = 1\"><image href='http://evil.example/f.png'/></svg>",
    "${window.hacked = 1} {{constructor}} @children",
)
HOSTILE = "\n\n".join(
    f"Wind farms lower the price of power {piece} in every year that was measured." for piece in PIECES
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, op_ed: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("web")
    corpus = folder / "corpus"
    corpus.mkdir()
    for file in (op_ed, op_ed.with_suffix(".toml")):
        if file.exists():
            shutil.copy(file, corpus)
    (corpus / "<b>wind.txt").write_text(HOSTILE, encoding="utf-8")
    (corpus / "<i>broken.txt").write_bytes(b"")
    with served(corpus, folder) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def visit(browser: Browser, server: Server, width: int = 1280, height: int = 800) -> Visitor:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    visitor = Visitor(page)
    visitor.watch()
    page.goto(server.url)
    page.wait_for_selector("#box textarea")
    expect(page.locator("#status-line")).to_contain_text("· ready")
    return visitor


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Visitor]:
    """A desk's page; whatever the test does, nothing may have been asked of another machine."""
    found = visit(browser, server)
    yield found
    found.leave()


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Visitor]:
    found = visit(browser, server, 390, 844)
    yield found
    assert found.foreign == []
    found.page.context.close()


def in_view(visitor: Visitor, selector: str) -> bool:
    """Whether the middle of an element can be seen: inside the window, and nothing over it."""
    seen: bool = visitor.page.evaluate(
        "(s) => { const e = document.querySelector(s), b = e.getClientRects()[0];"
        " const top = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2);"
        " return e.contains(top) || top.contains(e); }",
        selector,
    )
    return seen


def stored_text(server: Server, name: str) -> str:
    return (server.log.parent / "corpus" / name).read_text(encoding="utf-8")


def test_a_stance_gets_both_sides_in_the_documents_own_words(visitor: Visitor, server: Server) -> None:
    visitor.send(STANCE)
    answer = visitor.newest()
    assert "Against you Rebuts your stance" in answer
    assert "For you Supports your stance" in answer
    quotes = visitor.page.locator("#current .rebut blockquote").all_text_contents()
    assert quotes
    text = stored_text(server, "arab-nato-op-ed.txt") + HOSTILE
    assert all(quote in text for quote in quotes)
    cite = visitor.page.locator("#current .rebut a.open").first.inner_text()
    assert "Mousavian" in cite
    assert "October 2018" in cite
    assert "¶" in cite


def test_an_empty_side_says_so_and_shows_the_nearest(visitor: Visitor) -> None:
    visitor.page.click("#mode label:has-text('Support me')")
    visitor.send("The moon is made of green cheese.")
    assert "Your library holds nothing that supports this stance." in visitor.newest()
    assert "for context" in visitor.newest()


def test_a_citation_opens_its_source_with_the_sentence_marked_in_view(visitor: Visitor) -> None:
    visitor.send(STANCE)
    page = visitor.page
    shown = page.locator("#current .item:visible")
    for item in shown.all()[:3]:
        item.locator("a.open").click()
        quote = item.locator("blockquote").text_content()
        expect(page.locator("#source mark")).to_have_text(quote or "")
        assert in_view(visitor, "#quote")


def test_evidence_is_stepped_through_and_escape_closes(visitor: Visitor) -> None:
    visitor.send(STANCE)
    page = visitor.page
    quotes = page.locator("#current blockquote").all_text_contents()
    page.locator("#current a.open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source mark")).to_have_text(quotes[0])
    expect(page.locator("#source .step").first).to_be_disabled()
    page.click("#source .step:has-text('Next')")
    expect(page.locator("#source mark")).to_have_text(quotes[1])
    assert in_view(visitor, "#quote")
    page.click("#source .step:has-text('Previous')")
    expect(page.locator("#source mark")).to_have_text(quotes[0])
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "open"


SIDED = "#current .side:is(.support, .rebut) blockquote"


def test_more_and_the_other_side_by_chip_and_by_word(visitor: Visitor) -> None:
    page = visitor.page
    page.click("#mode label:has-text('Rebut me')")
    visitor.send(STANCE)
    first = page.locator(SIDED).all_text_contents()
    visitor.click("#current .chip:has-text('More evidence')")
    more = page.locator(SIDED).all_text_contents()
    assert more
    assert not set(first) & set(more)
    assert page.locator("#current .number").first.inner_text() == str(len(first) + 1)
    visitor.send("and the other side?")
    assert page.locator("#current .side.support").count() == 1
    assert page.locator("#current .side.rebut").count() == 0
    visitor.click("#current .chip:has-text('The other side')")
    assert page.locator(SIDED).all_text_contents() == first
    visitor.send("more")
    assert page.locator(SIDED).all_text_contents() == more
    assert page.locator(".chips").count() == 1, "only the newest answer can be gone on from"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_example_works_when_clicked(visitor: Visitor, number: int) -> None:
    words = visitor.page.locator(".example").nth(number).inner_text()
    visitor.click(f".examples li:nth-child({number + 1}) button")
    assert words in visitor.newest()
    assert visitor.page.locator("#current blockquote").count() > 0
    assert visitor.page.locator(".welcome").count() == 0


def test_a_draft_survives_a_chip(visitor: Visitor) -> None:
    visitor.page.fill("#box textarea", "half a thought")
    visitor.click(".examples li:nth-child(3) button")
    assert visitor.page.input_value("#box textarea") == "half a thought"


def test_a_message_sent_during_an_answer_waits_for_it(visitor: Visitor) -> None:
    page = visitor.page
    page.fill("#box textarea", "Alliances that leave out Iran fuel sectarian conflict.")
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".turn[aria-busy]")
    page.fill("#box textarea", "Why have alliances failed?")
    page.press("#box textarea", "Enter")
    visitor.wait_for_turn(2)
    assert "Why have alliances failed?" in visitor.newest()
    expect(page.locator("#box textarea")).to_have_value("")
    expect(page.locator("#composer.held")).to_have_count(0)


def test_keys(visitor: Visitor) -> None:
    page = visitor.page
    page.focus("#box textarea")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    assert page.input_value("#box textarea") == "one\ntwo"
    assert visitor.turns() == 0
    visitor.send("Why have alliances failed?")
    expect(page.locator("#box textarea")).to_have_value("")
    page.press("#box textarea", "ArrowUp")
    assert page.input_value("#box textarea") == "Why have alliances failed?"
    page.focus("#mode input:checked")
    before = page.locator("#mode .selected").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.checked")
    assert page.locator("#mode .selected").inner_text() != before


def test_what_cannot_be_sent_is_answered_in_words(visitor: Visitor) -> None:
    page = visitor.page
    page.fill("#box textarea", "   ")
    page.press("#box textarea", "Enter")
    expect(page.locator("#hint")).to_contain_text("State a position")
    assert visitor.turns() == 0
    visitor.send("word " * 2000)
    assert "9,999 characters" in visitor.newest() or "10,000 characters" in visitor.newest()
    visitor.send("🙂 التحالف سيجلب الاستقرار")
    expect(page.locator("#hint")).to_have_text("")
    assert page.locator("#current .problem").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('#current h2')).direction") == "rtl"


def test_hostile_documents_are_shown_as_text(visitor: Visitor, server: Server) -> None:
    page = visitor.page
    page.click("#mode label:has-text('Ask a question')")
    visitor.send(QUESTION)
    visitor.send("more")
    shown = page.locator("blockquote").all_text_contents()
    assert sum("wind farms" in quote.lower() for quote in shown) >= 3
    assert all(quote in HOSTILE + stored_text(server, "arab-nato-op-ed.txt") for quote in shown)
    page.click("#shelf a.open:has-text('wind')")
    expect(page.locator("#source .source-text")).to_be_visible()
    assert page.locator("#source .source-text").text_content() == HOSTILE
    visitor.send(f"{PIECES[0]} {PIECES[4]} makes wind power cheap.")
    for element in ("img", "form", "script", "svg", "iframe", "[onerror]", "[onload]", "div[style*=fixed]"):
        assert page.locator(f".turn {element}, #side {element}").count() == 0, element
    page.wait_for_timeout(300)
    # The fixture then asserts that nothing was fetched and no script ran.


def test_a_refused_file_is_shown_with_its_reason(visitor: Visitor) -> None:
    visitor.page.click(".masthead a:has-text('Library')")
    refused = visitor.page.locator("#not-taken")
    expect(refused).to_contain_text("<i>broken.txt")
    expect(refused).to_contain_text("empty")


def test_nothing_jumps_when_a_source_opens(visitor: Visitor) -> None:
    visitor.send(STANCE)
    where = "JSON.stringify(document.querySelector('#current blockquote').getBoundingClientRect())"
    before = visitor.page.evaluate(where)
    visitor.page.click("#current a.open >> nth=0")
    expect(visitor.page.locator("#source mark")).to_be_visible()
    assert visitor.page.evaluate(where) == before


def test_on_a_phone_the_source_is_a_sheet(phone: Visitor) -> None:
    page = phone.page
    phone.send(STANCE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#current a.open-word").first.click()
    expect(page.locator("#source mark")).to_be_visible()
    assert in_view(phone, "#quote")
    sheet = page.locator(".side-panel").bounding_box()
    assert sheet is not None
    assert sheet["width"] == 390
    assert page.evaluate("document.getElementById('chat').inert")
    page.click("#source .close")
    expect(page.locator(".side-panel")).to_be_hidden()
    assert not page.evaluate("document.getElementById('chat').inert")
    page.click("#status")
    expect(page.locator("#library-title")).to_be_visible()


def test_print_leaves_the_controls_out(visitor: Visitor) -> None:
    visitor.send(STANCE)
    visitor.page.emulate_media(media="print")
    for control in ("#composer", "#side", ".chips", ".open-word"):
        expect(visitor.page.locator(control).first).to_be_hidden()
    expect(visitor.page.locator("#current .cite").first).to_be_visible()
    assert visitor.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_citation_opened_in_a_new_tab_is_a_page_of_its_own(visitor: Visitor) -> None:
    visitor.send(STANCE)
    link = visitor.page.locator("#current a.open").first
    quote = visitor.page.locator("#current blockquote").first.text_content() or ""
    visitor.page.goto(f"{visitor.page.url}{link.get_attribute('href')}")
    expect(visitor.page.locator("mark")).to_have_text(quote)


def ask_raw(server: Server, path: str, headers: dict[str, str], method: str = "GET") -> tuple[int, Mapping[str, str]]:
    """The status and the headers of a request that is sent just as it is written."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, dict(answer.getheaders())


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/", {}, 200),
        ("/", {"Host": "evil.example"}, 400),
        ("/gradio_api/file=http://evil.example/a.png", {}, 403),
        ("/gradio_api/file%3Dhttp://evil.example/a.png", {}, 403),
        ("/gradio_api/proxy=http://evil.example/", {}, 403),
        ("/gradio_api/file=/etc/passwd", {}, 403),
        ("/source?document=..%2F..%2Fetc%2Fpasswd", {}, 404),
        ("/status", {"Origin": "http://evil.example"}, 403),
        ("/docs", {}, 404),
    ],
)
def test_the_real_server_is_guarded(server: Server, path: str, headers: dict[str, str], code: int) -> None:
    status, told = ask_raw(server, path, headers)
    assert status == code
    names = {name.lower(): value for name, value in told.items()}
    assert "default-src 'self'" in names["content-security-policy"]
    assert names["referrer-policy"] == "no-referrer"


def test_only_the_page_itself_has_the_corpus_read_again(server: Server) -> None:
    assert ask_raw(server, "/reread", {}, "POST")[0] == 403
    assert ask_raw(server, "/reread", {"X-Debatebot": "reread"}, "POST")[0] == 202
