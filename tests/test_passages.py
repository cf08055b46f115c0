"""Sentences and passages: where they start and end, to the character."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from debatebot.models import minilm_folder
from debatebot.passages import split_passages
from debatebot.sentences import split_sentences
from debatebot.types import Document, Page, Passage, Source

CountTokens = Callable[[list[str]], list[int]]

# First and last words of every sentence of the op-ed, written down by reading it.
OP_ED = [
    ("With the stated aim", "Alliance” (MESA)."),
    ("The MESA would bring", "to confront Iran."),
    ("There has already been", "for future plans."),
    ("While the specific timelines", "as a possibility."),
    ("The proposal for a", "and North Africa."),
    ("Hence, building a collective", "region seems necessary."),
    ("But success in building", "the region participate."),
    ("Historically, proposals for constructing", "of the region."),
    ("However, there are at", "of the region."),
    ("First, the proposal to", "be more divided."),
    ("From the year-long embargo", "practical political strategy."),
    ("Hence, the main threat", "from the outside."),
    ("Equally importantly, Oman, Kuwait", "Riyadh and Tehran."),
    ("Moreover, Oman—which played the", "during Trump’s era."),
    ("To bring about sustainable", "have among themselves."),
    ("Second, since one of", "with Shia majority."),
    ('Furthermore, the "Arab NATO"', "“divide and rule.”"),
    ("Just as the UK", "the “Arab NATO.”"),
    ("Third, if the main", "are Iranian territories."),
    ("Iraq, too, is a", "in the OPEC."),
    ("In the absence of", "will be effective."),
    ("The Trump administration has", "Gulf is nothing."),
    ("Fourth, terrorism led by", "and the world."),
    ("If the aim of", "for terrorist organizations."),
    ("The evidence for the", "1990s is copious."),
    ("The top-secret report from", "and terrorist organizations."),
    ("The Saudi support, both", "far beyond it."),
    ("Fifth, the Trump administration’s", "the Middle East."),
    ("It simply omits the", "India and Russia."),
    ("It also ignores Turkey", "Islam more generally."),
    ("A realistic and effective", "taken into account."),
    ("In short, for a", "region, including Iran."),
    ("The UN Security Council is", "such an initiative."),
    ("The UN Security Council Resolution", "of the region.”"),
    ("At the same time,", "address their concerns."),
    ("Without simultaneous multilateral approaches", "chance of success."),
    ("It will only fuel", "and sectarian lines."),
    ("Seyed Hossein Mousavian is", "at Princeton University."),
    ("All Content by Mehr", "4.0 International License."),
]

# A bar is where a sentence ends and another begins.
TRAPS = [
    "J. K. Rowling wrote it.| She did.",
    "Mr. Smith met Gen. Jones and Sen. Lee on St. John.| They ate.",
    "Dr. Who met Prof. Xu at 5 p.m.| Then they left.",
    "Lt. Col. Smith vs. U.N. Secretary Gen. Annan, et al. agreed.",
    "See No. 5 and p. 12 vs. the rest.| Fine.",
    "See vol. 2, ch. 5, sec. 3, art. 4 and para. 6 of it.| Then stop.",
    "It rose 3.5 per cent.| Then it fell by 1,000.25.| So what?",
    "He lives in the U.S.| The state is big.",
    "The U.S. Army came, e.g. in tanks, etc. and left.",
    "Bilateral talks (i.e. Saudi Arabia vis-à-vis Iran) came first.| Then war.",
    "Mr.\xa0Smith left.|\xa0He said so.",
    "It was vitamin C.| The dose was low.",
    "Wait... what?| Yes … no.",
    "What?!| No!!| Really?",
    "“Why?” he asked.| “Go!” she cried.",
    '"Yes!"| "No!"| "Maybe."',
    "He said “Stop!” and left.",
    "He asked “why?”.| Then he left.",
    "‘No.’| Then he left.",
    "He left (it was late.)| Then he slept.",
    "(It was late.)| He slept.",
    "He left.[1]| She stayed.[2]| They ate.",
    '1.1. "Pact" means this.| 1.2. "Party" means that.',
    "**Offline by construction.**| The default is *this one.*| And so on.",
    "1. First the one.| 2. Then the other.",
    "We meet Iran.|There has been a war.|“Never again.”|Then peace.",
    "The U.S.Treasury knows, e.g.Apples.",
    "See www.a.com/x.Html or file.Txt or http://a.b/c.Then it and bob.Smith@x.Com or foo.Bar(x) now.",
    "لماذا؟| نعم.| هذا۔| و",
    "你好。|我很好！|是吗？|对",
    "no stop at all",
    "Heading\n\n|Body text.| More of it.",
    "One line.\n|Another line\n|A third",
    "one line goes on\nin lower case",
    "# Heading\n|- one\n|- two\n|1. three\n|2. four",
    "one\u2029|two\r\n\r\n|three\n \t\n|four",
    "A line as long as wrapped lines of text are when they\r\nare old. |Then a second line of that length, of Iran and"
    "\r\nIraq, ends\n\n|here.",
    "Introduction\n|A line as long as wrapped lines of text are, from Iran to\nIraq and Egypt. |And here is one more of"
    " the same length as\nthat",
    "A page ends with the words that are near the form feed of\n\x0cIran and goes on.| So.",
]


@pytest.fixture(scope="module")
def count_tokens() -> CountTokens:
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(encoding) for encoding in tokenizer.encode_batch(texts)]


def document(text: str, pages: tuple[Page, ...] = ()) -> Document:
    return Document("a.txt", text, Source(), "txt", "", pages)


def words(text: str) -> list[str]:
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


def folded(text: str) -> str:
    return " ".join(text.split())


def test_op_ed_sentences(op_ed: Path) -> None:
    sentences = [folded(sentence) for sentence in words(op_ed.read_bytes().decode("utf-8"))]
    assert len(sentences) == len(OP_ED) == 39
    for sentence, (first, last) in zip(sentences, OP_ED, strict=True):
        assert sentence.startswith(first)
        assert sentence.endswith(last)


def test_op_ed_passages(op_ed: Path, count_tokens: CountTokens) -> None:
    text = op_ed.read_bytes().decode("utf-8")
    passages = split_passages(document(text), count_tokens)
    assert [len(passage.sentences) for passage in passages] == [2, 1, 4, 3, 2, 3, 1, 3, 4, 3, 3, 3, 3, 4]
    assert [passage.paragraph for passage in passages] == [1] + [2] * 13
    assert passages[0].start == 0
    assert passages[-1].end == len(text)
    assert all(67 <= tokens <= 115 for tokens in count_tokens([passage.text for passage in passages]))


@pytest.mark.parametrize("marked", TRAPS)
def test_traps(marked: str) -> None:
    assert words(marked.replace("|", "")) == [part.strip() for part in marked.split("|")]


def test_rows_of_a_table_stand_alone() -> None:
    rows = ["| Country of the region | Share of the coast |", "| Iran on the northern shore | about 50 per cent |"]
    assert words("\n".join(rows)) == rows


def test_a_long_quotation_is_cut_at_its_sentences() -> None:
    said = [
        "“We came there in the morning of the day after.",
        "We saw what the town had become since the war, with its burnt-out houses and its empty shops.",
        "Then Mr. Smith of Acme Corp. Limited said that all of us should leave at once, as it was late.",
        "So we left the town for the hills where we had been before all of this,” he told the court.",
    ]
    assert words(" ".join(said)) == said


PIECES = [
    *"aZé.?!…,;:()[]{}\"“”‘’'\t\n\r \xa0\x00\x0c\x1f\x85\u2028\u2029\u200d\u202e\u0301\ufeff😀👍🏽𝔘你。！؟۔ابع1",
    *["U.S. ", "Mr. ", "\n\n", "\r\n", "word ", "x" * 120, "Iran.There ", "# ", "- ", "1. ", "vol. ", "S\xa0."],
    *["你" * 90, "한글" * 60, "a;b,c " * 40, "😀" * 80, "\u0301" * 90, "”" * 40],
]
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
quiet = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def check_cover(text: str, spans: list[tuple[int, int]]) -> None:
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@quiet
@given(texts)
@example("U\u2028.")
@example("\x85")
def test_sentences_cover_any_text(text: str) -> None:
    check_cover(text, [(sentence.start, sentence.end) for sentence in split_sentences(text)])


@quiet
@given(texts)
def test_passages_cover_any_text(count_tokens: CountTokens, text: str) -> None:
    passages = split_passages(document(text), count_tokens)
    check_cover(text, [(passage.start, passage.end) for passage in passages])
    check_cover(text, [(s.start, s.end) for passage in passages for s in passage.sentences])
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
        assert 1 <= len(passage.sentences) <= 4
    assert all(tokens <= 190 for tokens in count_tokens([passage.text for passage in passages]))


def test_sentences_that_fit_are_the_same_in_passages(op_ed: Path, count_tokens: CountTokens) -> None:
    text = op_ed.read_bytes().decode("utf-8")
    passages = split_passages(document(text), count_tokens)
    assert [sentence for passage in passages for sentence in passage.sentences] == split_sentences(text)


def test_too_long_a_sentence_is_cut_at_semicolons_then_commas(count_tokens: CountTokens) -> None:
    clause = "the pact would fail, as all pacts had failed in the region before"
    text = "; ".join([clause] * 30)
    pieces = [s for passage in split_passages(document(text), count_tokens) for s in passage.sentences]
    assert len(pieces) > 2
    assert all(text[piece.start : piece.end].endswith(";") for piece in pieces[:-1])
    text = ", ".join(["as all pacts had failed in the region before"] * 40)
    pieces = [s for passage in split_passages(document(text), count_tokens) for s in passage.sentences]
    assert all(text[piece.start : piece.end].endswith(",") for piece in pieces[:-1])


def test_a_cut_leaves_marks_with_their_letters(count_tokens: CountTokens) -> None:
    text = "e\u0301\u0323" * 3_000
    pieces = [s for passage in split_passages(document(text), count_tokens) for s in passage.sentences]
    assert len(pieces) > 10
    assert not any(unicodedata.combining(text[piece.start]) for piece in pieces)


def test_no_short_sentence_is_left_alone(count_tokens: CountTokens) -> None:
    text = " ".join(["It was the best of all the times that there were."] * 13)
    sizes = [len(passage.sentences) for passage in split_passages(document(text), count_tokens)]
    assert sum(sizes) == 13
    assert min(sizes) >= 3


def test_a_heading_goes_with_the_passage_below_it(count_tokens: CountTokens) -> None:
    text = "The Case\n\nFor the Pact\n\nIt is needed. It is cheap.\n\nThe rest stands apart."
    passages = split_passages(document(text), count_tokens)
    assert [(passage.paragraph, passage.text) for passage in passages] == [
        (3, "The Case\n\nFor the Pact\n\nIt is needed. It is cheap."),
        (4, "The rest stands apart."),
    ]


def test_the_page_is_where_the_passage_starts(count_tokens: CountTokens) -> None:
    text = "It starts here\nand ends there.\n\nA second one.\n\nA third one."
    pages = (Page("xii", 0, 14), Page("1", 15, 46), Page("2", 47, len(text)))
    assert [p.page for p in split_passages(document(text, pages), count_tokens)] == ["xii", "1", "2"]
    assert [p.page for p in split_passages(document(text), count_tokens)] == [None] * 3


def test_no_passages_without_words(count_tokens: CountTokens) -> None:
    for text in ("", " \n\xa0\n"):
        assert split_sentences(text) == []
        assert split_passages(document(text), count_tokens) == []


@pytest.mark.parametrize("unit", ["x", "word ", "ab, ", "“ (a. B ", "1. ", "Dr. ", "a\u0301", " ", "ab\n"])
def test_time_grows_with_the_text_only(unit: str) -> None:
    """The bound is loose, for slow machines: what it would catch takes minutes."""
    start = time.perf_counter()
    spans = split_sentences(unit * (1_000_000 // len(unit)) + "a")
    assert time.perf_counter() - start < 20
    assert max(span.end - span.start for span in spans) <= 2_000


def test_passage_cut(count_tokens: CountTokens) -> None:
    passage: Passage = split_passages(document("  One is here. Two is there."), count_tokens)[0]
    assert [passage.cut(sentence) for sentence in passage.sentences] == ["One is here.", "Two is there."]
