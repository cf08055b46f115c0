"""Answers and sources as HTML: what a document or a person wrote is shown as text, to the letter."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.brief import NOTHING
from debatebot.output import time_left
from debatebot.types import (
    Answer,
    Brief,
    Document,
    Entry,
    Evidence,
    Page,
    Passage,
    Refusal,
    Sentence,
    Side,
    Source,
)
from debatebot.web import library_view, shell, source, view
from debatebot.web.status import Models, Shelf, Status

MARKUP = st.sampled_from(
    [
        "<b>",
        "</blockquote>",
        "<script>",
        "&amp;",
        "&lt;",
        '"',
        "'",
        "<!--",
        "]]>",
        "${x}",
        "{{x}}",
        "![a](http://b/c)",
        "\u202e",
    ]
)
TEXTS = (
    st.lists(MARKUP | st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=6)
    .map("".join)
    .filter(bool)
)


class Reader(HTMLParser):
    """Counts the elements and gathers the text of those of one name or class."""

    def __init__(self, html: str, wanted: str = "blockquote") -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.links: list[str] = []
        self.texts: list[str] = []
        self._wanted = wanted
        self._inside: list[bool] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_ = dict(attrs)
        self.elements[tag] += 1
        self.attributes.update(given_.keys())
        if tag == "a":
            self.links.append(given_["href"] or "")
        if tag in {"input", "img", "meta", "link", "br"}:
            return
        wanted = self._wanted in {tag, *(given_.get("class") or "").split()}
        if wanted:
            self.texts.append("")
        self._inside.append(wanted)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside.pop()

    def handle_data(self, data: str) -> None:
        if any(self._inside):
            self.texts[-1] += data


def evidence(quote: str, name: str = "speech.txt", strength: float = 0.8, title: str = "A speech") -> Evidence:
    passage = Passage(name, 0, len(quote), quote, (Sentence(0, len(quote)),), 1)
    return Evidence(quote, name, 0, len(quote), strength, passage, Source(title=title, author="A. Author", date="2018"))


def entry(title: str = "A speech", name: str = "speech.txt") -> Entry:
    return Entry(name, Source(title=title, author=title), "txt", None, 2, 3, 100, "")


def held(*entries: Entry) -> Status:
    return Status(READY, Shelf(entries, usable=True))


READY = Models("ready")
ENTRY = entry()


def brief(*rebut: Evidence, context: tuple[Evidence, ...] = (), note: str | None = None, more: int = 0) -> Brief:
    return Brief("The pact will hold.", (), rebut, context, note, more={Side.REBUT: more})


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_texts_come_back_to_the_letter_and_add_no_element(quote: str, title: str, name: str, about: str) -> None:
    def shown(quote: str, title: str, name: str, about: str) -> Reader:
        found = brief(evidence(quote, name, title=title), context=(evidence(quote, name, title=title),), note=title)
        return Reader(view.turn(1, about, view.brief(found, 0, about, title) + view.error(title), view.chips(found)))

    hostile, plain = shown(quote, title, name, about), shown("a", "a", "a", "a")
    assert hostile.texts == [quote, quote]
    assert hostile.elements == plain.elements
    assert hostile.attributes == plain.attributes
    query = parse_qs(urlsplit(hostile.links[0]).query, keep_blank_values=True)
    assert query["document"] == [name]


@given(TEXTS, TEXTS)
def test_an_answer_and_the_library_show_texts_to_the_letter(quote: str, name: str) -> None:
    found = Reader(view.answer(Answer(name, (evidence(quote, name),), quote)))
    assert found.texts == [quote]
    assert found.elements == Reader(view.answer(Answer("a", (evidence("a", "a"),), "a"))).elements
    listed, plain = (Reader(shell.shelf_list(held(entry(*words)))) for words in ((quote, name), ("a", "a")))
    assert listed.elements == plain.elements
    assert quote in "".join(Reader(shell.shelf_list(held(entry(quote, name))), "documents").texts)
    assert "".join(Reader(library_view.page(Path(name), 1), "library").texts).count(str(Path(name)))


@given(TEXTS, st.data())
def test_a_source_is_shown_to_the_letter_with_the_quotation_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    pages = tuple(Page(text, at, at) for at in data.draw(st.sets(st.integers(0, len(text)), max_size=3)))
    document = Document("a.txt", text, Source(title=text, attribution=text, url=text), "txt", "", pages)
    place = source.Place(start, end, view.quote_check(text[start:end]))
    panel = source.panel(document, place)
    assert "".join(Reader(panel, "source-text").texts) == text
    assert "".join(Reader(panel, "mark").texts) == text[start:end]
    assert panel.count('id="quote"') == 1
    assert set(Reader(panel).elements) <= {"div", "h2", "button", "p", "bdi", "mark", "span", "a"}


def test_a_quotation_that_is_no_longer_there_is_not_marked() -> None:
    document = Document("a.txt", "One thing. Another thing.", Source(), "txt", "")
    for place in (
        source.Place(0, 10, view.quote_check("One thought.")),
        source.Place(20, 90, view.quote_check("hing.")),
        source.Place(-5, 10, view.quote_check("hing.")),
    ):
        panel = source.panel(document, place)
        assert source.CHANGED in panel
        assert "<mark" not in panel


def test_of_a_book_only_the_part_around_the_quotation_is_shown() -> None:
    paragraph = "It was said before and it will be said again. " * 20 + "\n\n"
    text = paragraph * 5_000
    start = len(text) // 2
    document = Document("book.txt", text, Source(title="A book"), "txt", "")
    panel = source.panel(document, source.Place(start, start + 40, view.quote_check(text[start : start + 40])))
    assert len(panel) < 20_000
    assert Reader(panel, "mark").texts == [text[start : start + 40]]
    links = [link for link in Reader(panel).links if "at=" in link]
    assert len(links) == 2


def test_the_parts_of_a_book_follow_on_without_a_gap() -> None:
    text = "".join(
        f"Paragraph {number} says this and that and more. {'So it goes. ' * 15}\n\n" for number in range(500)
    )
    low, high = source.window(text, 0, 0)
    while high < len(text):
        before, (low, high) = high, source.window(text, high + source.REACH, high + source.REACH)
        assert low == before
    while low > 0:
        before, (low, high) = low, source.window(text, max(low - source.REACH, 0), max(low - source.REACH, 0))
        assert high == before or low == 0


@given(st.text("ab \n", max_size=300), st.integers(0, 300))
def test_windows_follow_on_without_a_gap(text: str, at: int) -> None:
    at = min(at, len(text))
    low, high = source.window(text, at, at)
    assert 0 <= low <= at <= high <= len(text)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", " http://x", "file:///etc"]
)
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    document = Document("a.txt", "Text.", Source(url=url), "txt", "")
    assert Reader(source.panel(document, source.Place())).links == []


def test_pages_are_named_where_they_begin() -> None:
    document = Document("a.pdf", "One. Two.", Source(), "pdf", "", (Page("xii", 0, 5), Page("1", 5, 9)))
    panel = source.panel(document, source.Place())
    assert panel.index("page xii") < panel.index("One.") < panel.index("page 1") < panel.index("Two.")


@pytest.mark.parametrize(
    ("strength", "word"), [(1.0, "strong"), (0.75, "strong"), (0.74, "fair"), (0.5, "fair"), (0.49, "slight")]
)
def test_strength_is_a_word_with_the_number_behind_it(strength: float, word: str) -> None:
    html = view.brief(brief(evidence("So it is.", strength=strength)))
    assert f'title="strength {strength:.2f}">{word}<' in html


def test_the_side_with_evidence_comes_first_and_the_other_says_it_is_empty() -> None:
    html = view.brief(brief(evidence("It failed."), context=(evidence("It may be."),)))
    assert html.index("Rebuts your stance") < html.index("Supports your stance")
    assert NOTHING[Side.SUPPORT] in html
    assert "not evidence" in html


def test_more_evidence_is_numbered_on_and_leaves_the_empty_side_out() -> None:
    html = view.brief(brief(*(evidence(f"It failed {n} times.") for n in range(1, 8)), more=3), skip=5)
    assert Reader(html, "number").texts == ["6", "7"]
    assert "6–7 of 10" in html
    assert "Supports your stance" not in html


def test_after_the_last_evidence_it_says_that_this_was_all() -> None:
    assert "That is all" in view.brief(brief(evidence("It failed.")), skip=5)
    assert "That is all" in view.answer(Answer("Why?", (evidence("So."),), None), skip=5)


def test_chips_offer_only_what_leads_somewhere() -> None:
    one_side = Brief("a", (), (evidence("So."),), (), None, sides=(Side.REBUT,), more={Side.REBUT: 2})
    assert Reader(view.chips(one_side), "chip").texts == ["The other side", "More evidence", "Open the source"]
    assert Reader(view.chips(brief(evidence("So."))), "chip").texts == ["Open the source"]
    assert view.chips(Answer("Why?", (), None)) == ""


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (Status(), "Reading the corpus…"),
        (Status(shelf=Shelf(busy=True, done=3, of=40)), "Reading 4 of 40"),
        (Status(Models("failed", "no model")), "Not ready"),
        (Status(READY, Shelf(trouble="no folder")), "Not ready"),
        (Status(READY, Shelf(usable=True)), "0 documents, 0 sentences · ready"),
        (
            Status(READY, Shelf(usable=True, refused=(Refusal("a", "b"),))),
            "0 documents, 0 sentences · 1 refused · ready",
        ),
        (
            Status(READY, Shelf((ENTRY,), usable=True, busy=True, done=39, of=40)),
            "1 document, 3 sentences · reading 40 of 40",
        ),
        (
            Status(Models("loading"), Shelf((ENTRY,), usable=True)),
            "1 document, 3 sentences · loading the models; you can type already",
        ),
    ],
)
def test_the_header_says_how_far_it_is(status: Status, line: str) -> None:
    assert shell.status_line(status) == line


def test_an_empty_library_says_how_to_fill_it() -> None:
    html = shell.start(Status(READY, Shelf(usable=True)))
    assert "Your library is empty" in html
    assert 'href="#library"' in html
    assert "data-send" not in html
    assert "my/corpus" in library_view.page(Path("my/corpus"), 100)


def test_of_many_documents_the_short_list_shows_some_and_the_way_to_all() -> None:
    html = shell.shelf_list(held(*(entry(f"Title {number}", f"{number}.txt") for number in range(50))))
    assert html.count("<li>") == shell.SHORT_LIST
    assert "And 10 more." in html
    assert 'href="#library"' in html


@pytest.mark.parametrize(
    ("shelf", "words"),
    [
        (Shelf(usable=True), ""),
        (Shelf(busy=True, done=39, of=40), "1 of 40 documents is not read yet."),
        (Shelf(busy=True, done=37, of=40), "3 of 40 documents are not read yet."),
        (Shelf(busy=True), "The corpus folder is still being looked through."),
        (Shelf(usable=True, trouble="no room"), "The corpus folder could not be read again: no room"),
    ],
)
def test_an_answer_says_what_it_was_made_without(shelf: Shelf, words: str) -> None:
    assert library_view.behind(shelf) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3, "a few seconds left"),
        (41, "about 40 seconds left"),
        (55, "about 1 minute left"),
        (550, "about 9 minutes left"),
        (20_000, "about 6 hours left"),
    ],
)
def test_the_time_left_is_said_roughly(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("this stance is too long; shorten it", "This stance is too long; shorten it."),
        ("a.txt is empty; put text in it", "a.txt is empty; put text in it."),
        ("Ask again.", "Ask again."),
    ],
)
def test_an_error_is_shown_as_a_sentence(message: str, shown: str) -> None:
    assert view.sentence(message) == shown
