"""PDF files as text: paragraphs, pages, words, and what is left out or refused."""

from __future__ import annotations

import io
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debatebot.errors import DocumentError
from debatebot.loaders import pdf as pdf_module
from debatebot.loaders.layout import compose
from debatebot.loaders.lines import Line
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.pdf import load_pdf
from debatebot.loaders.pdf_source import source_of
from debatebot.types import Source
from tests.pdfs import HEIGHT, LEADING, LEFT, TOP, Glyphs, Page, Picture, Text, column, make_pdf, unicode_font

FIRST = (
    "The alliance would bring together six countries of the Gulf along with Egypt and Jordan. There has already been a "
    "meeting held on the sidelines of the General Assembly, where the foreign ministers prepared for future plans."
)
SECOND = (
    "Historically, proposals for collective alliances have failed in the region, as they were not designed by the "
    "regional actors themselves, but imported from outside of it."
)
THIRD = "However, there are at least five reasons why the initiative has little chance of success in the years to come."

needs_font = pytest.mark.skipif(unicode_font() is None, reason="no DejaVu Sans on this system")


def read(content: bytes, limits: Limits | None = None, name: str = "a.pdf") -> Loaded:
    return load_pdf(content, name, limits or Limits())


def text_of(*pages: Page) -> str:
    return read(make_pdf(pages)).text


def refusal(content: bytes, limits: Limits | None = None, name: str = "a.pdf") -> str:
    with pytest.raises(DocumentError) as caught:
        read(content, limits, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def body(seed: int, lines: int = 30) -> str:
    """Paragraphs of made-up words, the same for the same seed."""
    chance = random.Random(seed)
    words = ["".join(chance.choices("abdeiklmnoprstu", k=chance.randint(2, 9))) for _ in range(lines * 9)]
    sentences = [" ".join(words[at : at + 14]).capitalize() + "." for at in range(0, len(words), 14)]
    return "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


# ---- paragraphs


@pytest.mark.parametrize("indent", [0, 3])
def test_paragraphs(indent: int) -> None:
    text = "\n\n".join([FIRST, SECOND, THIRD])
    assert text_of(column(text, indent=indent)) == text


def test_headings_and_lists_stand_alone() -> None:
    page = [
        Text(LEFT, 760, "The Middle East Strategic Alliance", 16),
        Text(LEFT, 742, "and its Prospects", 16),
        *column(FIRST, y=710),
        Text(LEFT, 640, "1. It divides."),
        Text(LEFT, 628, "2. It costs a great deal of money that nobody has, whatever the"),
        Text(LEFT + 18, 616, "ministers say of it in public."),
        Text(LEFT, 604, "3. It is late."),
    ]
    assert text_of(page).split("\n\n") == [
        "The Middle East Strategic Alliance and its Prospects",
        FIRST,
        "1. It divides.",
        "2. It costs a great deal of money that nobody has, whatever the ministers say of it in public.",
        "3. It is late.",
    ]


def test_a_table_of_contents_keeps_its_lines() -> None:
    entries = [f"{n} Chapter of some name {'. ' * 12}{n * 7}" for n in range(1, 6)]
    page = [Text(LEFT, TOP - LEADING * at, entry) for at, entry in enumerate(entries)]
    assert text_of(page) == "\n\n".join(entries)


def test_two_columns() -> None:
    page = [
        *column("\n\n".join([FIRST, SECOND]), width=32, indent=2),
        *column(THIRD, x=LEFT + 240, width=32, indent=2),
    ]
    assert text_of(page) == "\n\n".join([FIRST, SECOND, THIRD])


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    lines = column(" ".join([FIRST, SECOND, THIRD]), width=32)
    left, right, over = lines[:6], lines[6:10], lines[10:]
    pages = [
        [
            *(Text(LEFT, TOP - LEADING * at, line.text) for at, line in enumerate(left)),
            *(Text(LEFT + 240, TOP - LEADING * at, line.text) for at, line in enumerate(right)),
        ],
        [Text(LEFT, TOP - LEADING * at, line.text) for at, line in enumerate(over)],
    ]
    loaded = read(make_pdf(pages))
    assert loaded.text == " ".join([FIRST, SECOND, THIRD])
    assert loaded.text[: loaded.pages[0].end].endswith(right[-1].text)
    assert loaded.text[loaded.pages[1].start :].startswith(over[0].text)


def test_footnotes_do_not_break_what_goes_on_overleaf() -> None:
    lines = column(" ".join([FIRST, SECOND]))
    first = [*column(THIRD), *(Text(LEFT, 600 - LEADING * at, line.text) for at, line in enumerate(lines[:3]))]
    note = Text(LEFT, 90, "1 See the annual report.", 7)
    second = [Text(LEFT, TOP - LEADING * at, line.text) for at, line in enumerate(lines[3:])]
    loaded = read(make_pdf([[*first, note], second]))
    assert loaded.text.split("\n\n") == [THIRD, note.text, " ".join([FIRST, SECOND])]
    assert loaded.text[loaded.pages[1].start :].startswith(lines[3].text)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_turned_pages(rotate: int) -> None:
    assert read(make_pdf([column(FIRST)], rotate=rotate)).text == FIRST


# ---- words


@pytest.mark.parametrize(
    ("first", "second", "rest", "expected"),
    [
        ("the govern-", "ment of it", "", "the government of it"),
        ("a well-", "known man of", "", "a well-known man of"),
        ("the long-", "term plan is", "A long-term view.", "the long-term plan is"),
        ("the co-", "operation is", "Their cooperation.", "the cooperation is"),
        ("the Franco-", "British pact", "", "the Franco-British pact"),
        ("in the 19-", "year war that", "", "in the 19-year war that"),
    ],
)
def test_hyphens(first: str, second: str, rest: str, expected: str) -> None:
    page = [Text(LEFT, 700, first), Text(LEFT, 688, second)]
    if rest:
        page.append(Text(LEFT, 600, rest))
    assert text_of(page).split("\n\n")[0] == expected


def test_a_hyphen_over_the_page_break() -> None:
    loaded = read(make_pdf([[Text(LEFT, 100, "It is an exam-")], [Text(LEFT, TOP, "ple of it.")]]))
    assert loaded.text == "It is an example of it."
    assert [(page.start, page.end) for page in loaded.pages] == [(0, 13), (13, 23)]


@needs_font
def test_ligatures_and_spaces() -> None:
    loaded = read(make_pdf([[Glyphs(LEFT, TOP, "The ﬁrst o\ufb03ce,\u00a0cafe\u0301 and \ufb02ow.")]]))
    assert loaded.text == "The first office, café and flow."
    assert unicodedata.is_normalized("NFC", loaded.text)


ARABIC = "قال الرئيس (JCPOA) إن الاتفاق وقع عام 2015، ولا بد منه."
HEBREW = "ההסכם נחתם בשנת 2015 (JCPOA) בעיר וינה."


def visual(text: str) -> str:
    """The characters from left to right as they are seen, brackets by their shape."""
    words = text[::-1]
    for ltr in ("JCPOA", "2015"):
        words = words.replace(ltr[::-1], ltr)
    return words.translate(str.maketrans("()", ")("))


@needs_font
@pytest.mark.parametrize("text", [ARABIC, HEBREW])
def test_right_to_left(text: str) -> None:
    assert read(make_pdf([[Glyphs(100, TOP, visual(text))]])).text == text


@needs_font
@pytest.mark.parametrize("text", [ARABIC, HEBREW])
def test_right_to_left_drawn_letter_by_letter(text: str) -> None:
    plain = text.replace(" (JCPOA)", "").replace("2015", "7")
    assert read(make_pdf([[Glyphs(500, TOP, plain, leftwards=True)]])).text == plain


# ---- running heads


def booklet(count: int, numbered: bool = True) -> list[list[Text]]:
    pages = []
    for n in range(count):
        head = "THE GULF AND ITS ALLIANCES" if n % 2 else f"Chapter {1 + n // 4}: What has failed"
        page = [Text(LEFT, 790, head), *column(body(n), y=760, indent=2)]
        if numbered:
            page.append(Text(290, 40, f"- {n + 11} -"))
        pages.append(page)
    return pages


def test_running_heads_and_numbers_go() -> None:
    loaded = read(make_pdf(booklet(8)))
    assert "ALLIANCES" not in loaded.text
    assert "Chapter" not in loaded.text
    assert "- 1" not in loaded.text
    assert loaded.text.split() == " ".join(body(n) for n in range(8)).split()


def test_a_head_with_the_number_in_it_goes_though_it_changes() -> None:
    pages = [[Text(LEFT, 790, f"{n + 301} {body(n + 50)[:20]}"), *column(body(n), y=760)] for n in range(6)]
    assert text_of(*pages).split() == " ".join(body(n) for n in range(6)).split()


def test_few_pages_lose_only_bare_numbers() -> None:
    pages = booklet(2, numbered=False)
    pages = [[*page, Text(290, 40, str(n + 1))] for n, page in enumerate(pages)]
    loaded = read(make_pdf(pages))
    assert "THE GULF AND ITS ALLIANCES" in loaded.text
    assert loaded.text.count("Chapter 1: What has failed") == 1
    assert not loaded.text.rstrip().endswith("2")


def test_body_text_at_the_edge_is_kept() -> None:
    pages = [column(body(n), y=790) for n in range(6)]
    pages[2] = [Text(LEFT, 790, "Description", 14), *column(body(2), y=760)]
    pages[3] = [Text(LEFT, 790, "Description", 14), *column(body(3), y=760)]
    pages[4] = [Text(LEFT, 790, "Description", 14), *column(body(4), y=760)]
    loaded = read(make_pdf(pages))
    assert loaded.text.count("Description") == 3
    assert loaded.text.replace("Description", "").split() == " ".join(body(n) for n in range(6)).split()


# ---- pages


def test_labels() -> None:
    pages = [[Text(LEFT, TOP, f"Page {word}.")] for word in ("one", "two", "three", "four")]
    loaded = read(make_pdf(pages, labels="0 << /S /r /St 11 >> 2 << /S /D >> 3 << /S /A /P (Map ) >>"))
    assert [page.label for page in loaded.pages] == ["xi", "xii", "1", "Map A"]
    assert [loaded.text[page.start : page.end] for page in loaded.pages] == [
        "Page one.", "Page two.", "Page three.", "Page four.",
    ]  # fmt: skip
    assert [page.label for page in read(make_pdf(pages)).pages] == ["1", "2", "3", "4"]


def test_empty_pages() -> None:
    pages: list[Page] = [
        [],
        [Picture()],
        [Text(LEFT, TOP, "Words.")],
        [],
        [Picture()],
        [Picture()],
        [Text(LEFT, TOP, "More.")],
    ]
    loaded = read(make_pdf(pages), name="a b.pdf")
    assert loaded.text == "Words.\n\nMore."
    assert [(page.start, page.end) for page in loaded.pages] == [
        (0, 0),
        (0, 0),
        (0, 6),
        (6, 6),
        (6, 6),
        (6, 6),
        (8, 13),
    ]
    assert loaded.notes == (
        "pages 2, 5-6 of the file hold no text (pictures of text?); "
        "`ocrmypdf --skip-text 'a b.pdf' NEW.pdf` would read them",
    )


LINES = st.builds(
    Line,
    text=st.from_regex(r"[ab.Cé-]( ?[abC.é-]){0,9}\x02?", fullmatch=True),
    left=st.sampled_from([72.0, 90.0, 300.0]),
    right=st.sampled_from([200.0, 290.0, 520.0]),
    base=st.floats(0, HEIGHT),
    size=st.sampled_from([7.0, 10.0, 14.0]),
    turned=st.booleans(),
)


@settings(deadline=None)
@given(st.lists(st.lists(LINES, max_size=6), max_size=6))
def test_pages_tile_the_text(pages: list[list[Line]]) -> None:
    text, places = compose(pages, [str(n) for n in range(len(pages))])
    assert "\x02" not in text
    end = 0
    for page, lines in zip(places, pages, strict=True):
        assert end <= page.start <= page.end
        assert not text[end : page.start].strip()
        assert bool(lines) or page.start == page.end
        end = page.end
    assert end == len(text)


# ---- what the file says of itself


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The Pact", "The Pact"),
        ("Microsoft Word - The Pact.doc", "The Pact"),
        ("Microsoft PowerPoint - Talk on Iran.pptx", "Talk on Iran"),
        ("Report on Iran.docx", "Report on Iran"),
        ("untitled", ""),
        ("(Untitled-1)", ""),
        ("paper_final.dvi", ""),
        ("Microsoft Word - Document1", ""),
        ("PowerPoint Presentation", ""),
        ("1984", ""),
        ("https://example.org/a", ""),
        (" The \x00 Pact\r\n", "The Pact"),
    ],
)
def test_titles(title: str, expected: str) -> None:
    assert source_of({"Title": title}).title == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("D:20181005120000+02'00'", "2018-10-05"),
        ("D:201810", "2018-10"),
        ("2018", "2018"),
        ("D:20181399", "2018"),
        ("2018-10-05T12:00", "2018-10-05"),
        ("yesterday", ""),
        ("D:00000000", ""),
    ],
)
def test_dates(date: str, expected: str) -> None:
    assert source_of({"CreationDate": date}).date == expected


def test_source() -> None:
    info = "/Title (The Pact) /Author (A. Writer) /CreationDate (D:20181005)"
    loaded = read(make_pdf([column(FIRST)], info=info))
    assert loaded.source == Source(title="The Pact", author="A. Writer", date="2018-10-05")
    assert source_of({"Author": "Administrator"}) == Source()


# ---- refusals


def encrypted(password: str, algorithm: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([column(FIRST)]))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_passwords(algorithm: str) -> None:
    assert read(encrypted("", algorithm)).text == FIRST
    assert refusal(encrypted("secret", algorithm), name="a b.pdf") == (
        "a b.pdf is locked with a password; unlock a copy, e.g. `qpdf --decrypt --password=... 'a b.pdf' UNLOCKED.pdf`"
    )


@pytest.mark.parametrize("content", [b"", b"Plain text.", b"PK\x03\x04" + b"\0" * 2000 + b"%PDF-1.7"])
def test_no_pdf(content: bytes) -> None:
    message = "a.pdf is no PDF, whatever its name says; give it its true suffix, or get the file again"
    assert refusal(content) == message


def test_damage() -> None:
    whole = make_pdf([column(FIRST), column(SECOND)])
    assert refusal(b"%PDF-1.7\n" + b"rubbish " * 200) == "a.pdf is damaged and cannot be opened; get the file again"
    misplaced = whole.replace(b"startxref\n", b"startxref\n9")
    assert read(misplaced).text == f"{FIRST}\n\n{SECOND}"  # pdfium mends that


def test_scans() -> None:
    assert refusal(make_pdf([[Picture()]] * 3)) == (
        "a.pdf holds pictures of 3 pages and no text; have the text recognised (OCR), e.g. `ocrmypdf a.pdf NEW.pdf`"
    )
    stamped: list[Page] = [[Picture(), Text(LEFT, 20, f"Downloaded from the archive on {n} May")] for n in range(4)]
    assert refusal(make_pdf(stamped)).startswith("a.pdf holds pictures of 4 pages and no text;")
    assert refusal(make_pdf([[]])) == "a.pdf holds no text; put text in it or take it out"


@needs_font
def test_fonts_without_meaning() -> None:
    content = make_pdf([[Glyphs(LEFT, TOP, "All of this is drawn but says nothing.")]], unicode_map=False)
    assert refusal(content) == (
        "a.pdf has fonts that do not say which letters they show, so its text is unreadable; "
        "make a copy with text, e.g. `ocrmypdf --force-ocr a.pdf NEW.pdf`"
    )


def test_limits() -> None:
    content = make_pdf([column(FIRST)] * 5)
    assert refusal(content, Limits(pages=4)) == (
        "a.pdf has 5 pages, over 4; split it, or raise largest_pages in debatebot.toml"
    )
    assert refusal(content, Limits(characters=500)) == (
        "a.pdf has over 500 characters of text, more than several long books; split it, "
        "or raise largest_characters in debatebot.toml"
    )


# ---- the second try


def test_pypdf_reads_what_pdfium_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "_open", lambda *_: None)
    info = "/Title (The Pact) /Author (A. Writer) /CreationDate (D:20181005)"
    loaded = read(make_pdf([column(FIRST), column(SECOND)], info=info, labels="0 << /S /r >>"))
    assert loaded.text == f"{FIRST}\n\n{SECOND}"
    assert [page.label for page in loaded.pages] == ["i", "ii"]
    assert loaded.source == Source(title="The Pact", author="A. Writer", date="2018-10-05")
    assert loaded.notes == ("the file is damaged; some of its text may be missing",)
    broken: Page = [Text(LEFT, TOP, "It is an exam\xad"), Text(LEFT, TOP - LEADING, "ple of it.")]
    assert read(make_pdf([broken])).text == "It is an example of it."


@pytest.mark.parametrize("error", [TypeError("x"), RecursionError(), KeyError("/Root")])
def test_whatever_pypdf_raises(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    import pypdf

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(pdf_module, "_open", lambda *_: None)
    monkeypatch.setattr(pypdf, "PdfReader", fail)
    assert refusal(make_pdf([column(FIRST)])) == "a.pdf is damaged and cannot be opened; get the file again"


def test_lines_of_a_table_of_contents_are_left_out() -> None:
    contents = ["1 The pact" + " ." * 20 + " 7", "2 The sanctions ........... xii", "3 How it ended ... and why"]
    page: Page = [Text(LEFT, TOP - 20 * row, line) for row, line in enumerate(contents)]
    assert read(make_pdf([page])).text == "3 How it ended ... and why"
    assert read(make_pdf([page[:1]])).text == contents[0]


def test_pages_that_are_all_the_same_are_not_taken_for_running_heads() -> None:
    pages: list[Page] = [[Text(LEFT, TOP, f"This is page {number} of the report.")] for number in range(1, 41)]
    text = read(make_pdf(pages)).text
    assert [f"This is page {number} of the report." in text for number in range(1, 41)] == [True] * 40
    with pytest.raises(DocumentError, match="OCR"):
        read(make_pdf([[*page, Picture()] for page in pages]))
