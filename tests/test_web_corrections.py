"""The person's word on evidence, in a real browser over the real models: said in place, kept, taken back.

What the model holds of the sentences is of no matter here: the first word is put in before the server starts.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from debatebot.correction_file import Corrections
from debatebot.corrections import Correction, Verdict, now
from tests.web_server import Server, Visitor, chromium, served

expect.set_options(timeout=20_000)  # milliseconds; the machine may be busy
STANCE = 'The "Gulf" pact <b>will</b> keep the peace.'
JUDGED = "No pact between the Gulf states has ever outlived the quarrel it was made for."
DOCUMENT = "pact & <peace>.txt"
TEXT = f"{JUDGED} The ministers met in March to speak of the fleet and of its ports.\n"
OWN = {"X-Debatebot": "correction"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("web-corrections")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / DOCUMENT).write_text(TEXT, encoding="utf-8")
    with served(corpus, folder) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


@pytest.fixture
def words(server: Server) -> Corrections:
    """The person's words: one, that the first sentence is against the stance."""
    kept = Corrections(server.log.parent / "corpus")
    kept.put(Correction(STANCE, DOCUMENT, JUDGED, Verdict.REBUT, now()))
    return kept


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def visit(browser: Browser, server: Server, **options: Any) -> Visitor:
    visitor = Visitor(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}).new_page())
    visitor.watch()
    visitor.page.goto(server.url)
    visitor.page.wait_for_selector("#box textarea")
    expect(visitor.page.locator("#status-line")).to_contain_text("· ready")
    return visitor


@pytest.fixture
def visitor(browser: Browser, server: Server, words: Corrections) -> Iterator[Visitor]:
    assert words.all()
    found = visit(browser, server)
    yield found
    found.leave()


def judged(visitor: Visitor, place: str = "#current") -> Locator:
    """The quotation that is judged, in the newest answer or in those before it."""
    return visitor.page.locator(f"{place} .rebut .item").filter(has_text=JUDGED)


def verdicts(words: Corrections) -> list[str]:
    return [word.verdict.value for word in words.all()]


def test_a_word_is_said_in_place_kept_and_taken_back(visitor: Visitor, words: Corrections) -> None:
    visitor.send(STANCE)
    item = judged(visitor)
    expect(item.locator(".strength")).to_have_text("your word")
    item.get_by_role("button", name="Undo").click()
    expect(item.locator(".said")).to_have_text("Taken back")
    expect(item.locator(".strength")).to_be_hidden()
    assert verdicts(words) == []

    box = item.bounding_box()
    item.get_by_role("button", name="Not evidence").click()
    expect(item.locator(".said")).to_have_text("You: not evidence")
    expect(item.get_by_role("button", name="Well found")).to_be_hidden()
    assert item.bounding_box() == box, "the page does not move"
    assert verdicts(words) == ["neither"]
    assert words.all()[0].stance == STANCE

    visitor.send(STANCE)
    expect(judged(visitor)).to_have_count(0)
    before = judged(visitor, "#past")
    expect(before.locator(".said")).to_have_text("You: not evidence")
    before.get_by_role("button", name="Undo").click()
    expect(before.locator(".said")).to_have_text("Taken back")
    assert verdicts(words) == []


def test_the_other_side_is_where_it_is_found_after_that(visitor: Visitor, words: Corrections) -> None:
    visitor.send(STANCE)
    judged(visitor).get_by_role("button", name="Undo").click()
    judged(visitor).get_by_role("button", name="Other side").click()
    expect(judged(visitor).locator(".said")).to_have_text("You: other side")
    assert verdicts(words) == ["support"]
    visitor.send(STANCE)
    moved = visitor.page.locator("#current .support .item").filter(has_text=JUDGED)
    expect(moved.locator(".strength")).to_have_text("your word")
    expect(moved.get_by_role("button", name="Undo")).to_be_visible()


def test_all_of_it_works_with_keys(visitor: Visitor) -> None:
    visitor.send(STANCE)
    page, item = visitor.page, judged(visitor)
    item.locator("a.open").focus()
    page.keyboard.press("Tab")
    expect(item.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(item.get_by_role("button", name="Well found")).to_be_focused()
    expect(item.locator(".verdicts")).to_have_css("opacity", "1")
    page.keyboard.press("Space")
    expect(item.locator(".said")).to_have_text("You: well found")
    expect(item.get_by_role("button", name="Undo")).to_be_focused()


def test_what_goes_wrong_is_said_in_place(visitor: Visitor, words: Corrections) -> None:
    visitor.send(STANCE)
    item = judged(visitor)
    words.take_back(STANCE, DOCUMENT, JUDGED)
    item.get_by_role("button", name="Undo").click()
    expect(item.locator(".said")).to_contain_text("There is no word of yours to take back here.")
    visitor.page.route("**/correction", lambda route: route.abort())
    item.get_by_role("button", name="Undo").click()
    expect(item.locator(".said")).to_contain_text("The server does not answer, so your word is not kept.")


@pytest.mark.usefixtures("words")
def test_on_a_phone_the_words_are_behind_one_button(browser: Browser, server: Server) -> None:
    visitor = visit(browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visitor.send(STANCE)
    item = judged(visitor)
    item.get_by_role("button", name="Undo").tap()
    unfold = item.get_by_role("button", name="Judge")
    expect(unfold).to_have_attribute("aria-expanded", "false")
    expect(item.get_by_role("button", name="Not evidence")).to_be_hidden()
    unfold.tap()
    for name in ("Judge", "Well found", "Other side", "Not evidence"):
        box = item.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, name
    item.get_by_role("button", name="Not evidence").tap()
    expect(item.locator(".said")).to_have_text("You: not evidence")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 390
    visitor.leave()


def test_a_question_has_no_sides_and_nothing_to_judge(visitor: Visitor) -> None:
    visitor.page.click("#mode label:has-text('Ask a question')")
    visitor.send("What has no pact between the Gulf states outlived?")
    expect(visitor.page.locator("#current .turn")).to_be_visible()
    assert visitor.page.locator(".judge").count() == 0


# ---- the route


def post(server: Server, body: object, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """The status and the body of a correction that is sent just as it is written."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", "/correction", data, OWN if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def word(**changes: object) -> dict[str, object]:
    """What the page sends, changed."""
    sent = {"stance": STANCE, "document": DOCUMENT, "start": 0, "end": len(JUDGED), "verdict": "neither"}
    return {**sent, **changes}


def test_the_route_keeps_a_word_and_takes_it_back(server: Server, words: Corrections) -> None:
    assert post(server, word()) == (200, '{"verdict":"neither"}')
    assert verdicts(words) == ["neither"]
    assert post(server, word(verdict=None)) == (200, '{"verdict":null}')
    assert verdicts(words) == []
    code, told = post(server, word(verdict=None))
    assert code == 409
    assert "no word of yours" in told


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Debatebot": "library"}, {**OWN, "Origin": "http://evil.example"}, {**OWN, "Host": "evil.example"}],
)
def test_only_the_page_itself_can_send_a_word(server: Server, words: Corrections, headers: dict[str, str]) -> None:
    assert post(server, word(), headers)[0] in {400, 403}
    assert verdicts(words) == ["rebut"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        ([], 400),
        ({}, 400),
        (word(verdict="maybe"), 400),
        (word(verdict=""), 400),
        (word(verdict=["rebut"]), 400),
        ({key: value for key, value in word().items() if key != "verdict"}, 400),
        (word(start="0"), 400),
        (word(start=True), 400),
        (word(end=1.5), 400),
        (word(stance=1), 400),
        (word(stance=" ?"), 400),
        (word(stance="long " * 500), 400),
        (word(stance="half \ud800"), 400),
        (word(document="half \ud800"), 400),
        (word(document="no.txt"), 404),
        (word(document="../corpus/.debatebot/corrections.jsonl"), 404),
        (word(start=1), 409),
        (word(start=-1), 409),
        (word(end=10**30), 409),
        (word(check="0" * 12), 409),
    ],
)
def test_what_the_page_does_not_send_is_refused_in_words(
    server: Server, words: Corrections, body: object, code: int
) -> None:
    status, told = post(server, body)
    assert status == code
    assert json.loads(told)["error"].endswith((".", "”"))
    assert verdicts(words) == ["rebut"]
