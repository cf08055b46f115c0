"""Answers and sources as HTML: what a document or a person wrote is shown as text, to the letter."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
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
    Point,
    Refusal,
    Sentence,
    Side,
    Source,
)
from debatebot.web import answer_view, evidence_view, library_view, shell, source, view
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
        self.places: list[tuple[str | None, ...]] = []
        """What the page's script sends with a word on each quotation: stance, document, start and end."""
        self._stance: str | None = None
        self._wanted = wanted
        self._inside: list[bool] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_ = dict(attrs)
        self.elements[tag] += 1
        self.attributes.update(given_.keys())
        self._stance = given_.get("data-stance", self._stance)
        if "data-document" in given_:
            self.places.append((self._stance, *(given_[f"data-{key}"] for key in ("document", "start", "end"))))
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


def evidence(
    quote: str, name: str = "speech.txt", strength: float = 0.8, title: str = "A speech", start: int = 0
) -> Evidence:
    end = start + len(quote)
    passage = Passage(name, start, end, quote, (Sentence(start, end),), 1)
    return Evidence(quote, name, start, end, strength, passage, Source(title=title, author="A. Author", date="2018"))


def pieces(*words: str) -> list[Evidence]:
    """Evidence of one document, one after the other."""
    return [evidence(f"It failed {word}.", start=100 * number) for number, word in enumerate(words)]


def entry(title: str = "A speech", name: str = "speech.txt") -> Entry:
    return Entry(name, Source(title=title, author=title), "txt", None, 2, 3, 100, "")


def held(*entries: Entry) -> Status:
    return Status(READY, Shelf(entries, usable=True))


READY = Models("ready")
ENTRY = entry()


def brief(*rebut: Evidence, context: tuple[Evidence, ...] = (), note: str | None = None, more: int = 0) -> Brief:
    return Brief("The pact will hold.", (), rebut, context, note, more={Side.REBUT: more})


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_texts_come_back_to_the_letter_and_add_no_element(quote: str, title: str, name: str, about: str) -> None:
    def shown(quote: str, title: str, name: str, about: str) -> Reader:
        one, two, three = (evidence(quote, name, title=title, start=start) for start in (0, 1, 2))
        told = replace(brief(one, two, context=(one,), note=title), stance=about, unclear=(three,))
        found = replace(told, points={Side.REBUT: (Point(title, (one, two)),)})
        return Reader(view.turn(1, about, answer_view.brief(found, {}, about, title) + view.error(title)))

    hostile, plain = shown(quote, title, name, about), shown("a", "a", "a", "a")
    assert hostile.texts == [quote] * 4
    assert hostile.elements == plain.elements
    assert hostile.attributes == plain.attributes
    assert hostile.places == [(about, name, str(start), str(start + len(quote))) for start in (0, 1, 2)]
    query = parse_qs(urlsplit(hostile.links[0]).query, keep_blank_values=True)
    assert query["document"] == [name]


@given(TEXTS, TEXTS)
def test_an_answer_and_the_library_show_texts_to_the_letter(quote: str, name: str) -> None:
    found = Reader(answer_view.answer(Answer(name, (evidence(quote, name),), quote)))
    assert found.texts == [quote]
    assert found.elements == Reader(answer_view.answer(Answer("a", (evidence("a", "a"),), "a"))).elements
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
    html = answer_view.brief(brief(evidence("So it is.", strength=strength)))
    assert f'title="strength {strength:.2f}">{word}<' in html


def test_the_side_with_evidence_comes_first_and_the_other_says_it_is_empty() -> None:
    html = answer_view.brief(brief(evidence("It failed."), context=(evidence("It may be."),)))
    assert html.index("Rebuts your stance") < html.index("Supports your stance")
    assert NOTHING[Side.SUPPORT] in html
    assert "not evidence" in html


def test_more_evidence_is_numbered_on_and_leaves_the_empty_side_out() -> None:
    found = brief(*pieces(*"abcdefg"), more=3)
    before = answer_view.shown_with(brief(*found.rebut[:5]), {})
    html = answer_view.brief(found, before)
    assert Reader(html, "number").texts == ["6", "7"]
    assert "6–7 of 10" in html
    assert "Supports your stance" not in html


def test_more_is_what_was_not_shown_wherever_it_stands_in_the_longer_list() -> None:
    one, two, three, four = pieces(*"abcd")
    before = answer_view.shown_with(brief(one, three), {})
    found = brief(one, two, three, four)
    assert Reader(answer_view.brief(found, before)).texts == [two.quote, four.quote]
    assert Reader(answer_view.brief(found, before), "number").texts == ["3", "4"]
    after = answer_view.shown_with(found, before)
    assert after[Side.REBUT] == tuple(map(evidence_view.where, (one, three, two, four)))


def test_what_the_person_moved_to_the_other_side_is_not_shown_again_as_more() -> None:
    one, two = pieces(*"ab")
    before = answer_view.shown_with(Brief("a", (one,), (), (), None), {})
    assert Reader(answer_view.brief(brief(one, two), before)).texts == [two.quote]


def test_evidence_stands_under_its_points_the_best_first_and_the_rest_folded() -> None:
    one, two, three, four = pieces(*"abcd")
    other = evidence("It failed elsewhere.", "b.txt")
    points = (Point("long & <bitter>", (one, three, four, other)), Point("a border", (two,)))
    found = replace(brief(one, two, three, four), points={Side.REBUT: points})
    html = answer_view.brief(found)
    assert Reader(html).texts == [one.quote, three.quote, four.quote, two.quote]
    assert Reader(html, "number").texts == ["1", "2", "3", "4"], "numbered as they are read"
    assert Reader(html, "label").texts == ["long & <bitter> 4 passages, 2 documents", "a border"]
    assert Reader(html, "summary").texts == ["2 more that make this point"]
    folded = html[html.index("<details") : html.index("</details>")]
    assert Reader(folded).texts == [three.quote, four.quote]
    assert 'start="2"' in folded


def test_one_folded_quotation_is_spoken_of_as_one() -> None:
    one, two = pieces(*"ab")
    found = replace(brief(one, two), points={Side.REBUT: (Point("a border", (one, two)),)})
    assert Reader(answer_view.brief(found), "summary").texts == ["1 more that makes this point"]
    assert Reader(answer_view.brief(found), "label").texts == ["a border 2 passages, 1 document"]


def test_points_of_one_passage_each_need_no_headings() -> None:
    one, two = pieces(*"ab")
    found = replace(brief(one, two), points={Side.REBUT: (Point("x", (one,)), Point("y", (two,)))})
    assert answer_view.brief(found) == answer_view.brief(brief(one, two))


def test_evidence_of_no_point_comes_last() -> None:
    one, two, three = pieces(*"abc")
    found = replace(brief(one, two, three), points={Side.REBUT: (Point("x", (two, three)),)})
    assert Reader(answer_view.brief(found)).texts == [two.quote, three.quote, one.quote]


def test_what_is_unclear_comes_after_the_sides_and_is_the_persons_to_judge() -> None:
    one, *unclear = pieces(*"abcde")
    assert "unclear" not in answer_view.brief(brief(one))
    html = answer_view.brief(replace(brief(one), unclear=tuple(unclear)))
    third = html[html.index('<section class="side unclear"') :]
    assert html.index("Supports your stance") < html.index("Bears on your stance, but which way it cuts is yours")
    assert Reader(third).texts == [item.quote for item in unclear[:3]]
    assert Reader(third, "word").texts[:4] == ["For you", "Against you", "Neither", "Undo"]
    assert 'data-verdict="support">For you<' in third
    assert 'data-verdict="rebut">Against you<' in third
    assert 'data-verdict="neither">Neither<' in third
    assert "strength" not in third
    assert '<li class="unclear"><span aria-hidden="true">±</span> Unclear <b>3</b></li>' in html
    before = answer_view.shown_with(brief(), {})
    assert "unclear" not in answer_view.brief(replace(brief(one), unclear=tuple(unclear)), before), "shown once"


@pytest.mark.parametrize(
    ("side", "verdicts"), [(Side.REBUT, ("rebut", "support")), (Side.SUPPORT, ("support", "rebut"))]
)
def test_what_can_be_said_of_evidence_is_named_by_its_side(side: Side, verdicts: tuple[str, str]) -> None:
    html = evidence_view.items([evidence("So it is.", 'a".txt')], side)
    own, other = verdicts
    assert (
        '<div class="judge" role="group" aria-label="Your word on this quotation">'
        '<button type="button" class="word unfold" aria-expanded="false">Judge</button><span class="verdicts">'
        f'<button type="button" class="word" data-verdict="{own}">Well found</button>'
        f'<button type="button" class="word" data-verdict="{other}">Other side</button>'
        '<button type="button" class="word" data-verdict="neither">Not evidence</button></span>'
        '<span class="said" role="status"></span>'
        '<button type="button" class="word undo" data-undo>Undo</button></div>'
    ) in html
    assert '<li class="item" data-document="a&quot;.txt" data-start="0" data-end="9" data-check="' in html


def test_the_persons_word_stands_in_place_of_the_strength() -> None:
    html = answer_view.brief(brief(replace(evidence("It failed.", strength=1.0), corrected=True)))
    assert '<span class="strength own">your word</span>' in html
    assert "strong" not in html
    assert 'aria-label="Your word on this quotation" data-said>' in html


def test_of_answers_and_context_there_is_nothing_to_judge() -> None:
    one = evidence("It failed.")
    assert "judge" not in answer_view.answer(Answer("Why?", (one,), None))
    assert "judge" not in answer_view.brief(brief(context=(one,), note="n"))


def test_after_the_last_evidence_it_says_that_this_was_all() -> None:
    found = brief(evidence("It failed."))
    assert "That is all" in answer_view.brief(found, answer_view.shown_with(found, {}))
    assert "That is all" in answer_view.answer(Answer("Why?", (evidence("So."),), None), skip=5)


def test_chips_offer_only_what_leads_somewhere() -> None:
    one_side = Brief("a", (), (evidence("So."),), (), None, sides=(Side.REBUT,), more={Side.REBUT: 2})
    assert Reader(answer_view.chips(one_side), "chip").texts == ["The other side", "More evidence", "Open the source"]
    assert Reader(answer_view.chips(brief(evidence("So."))), "chip").texts == ["Open the source"]
    assert answer_view.chips(Answer("Why?", (), None)) == ""


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
