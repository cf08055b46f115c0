"""Word, OpenDocument, RTF and e-books: exact texts of what is made here, and refusals of what is broken or hostile."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debatebot.errors import DocumentError
from debatebot.loaders import zipped
from debatebot.loaders.blocks import clean
from debatebot.loaders.docx import load_docx
from debatebot.loaders.epub import load_epub
from debatebot.loaders.html import load_html
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.odt import load_odt
from debatebot.loaders.rtf import load_rtf
from debatebot.types import Source
from tests import office_files as make

Load = Callable[[bytes, str, Limits], Loaded]
LIMITS = Limits()


def text_of(load: Load, content: bytes) -> list[str]:
    text = load(content, "a", LIMITS).text
    return text.split("\n\n") if text else []


def refusal(load: Load, content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(DocumentError) as caught:
        load(content, "a.x", limits)
    message = str(caught.value)
    assert "\n" not in message
    return message


def infos(content: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.infolist()


# ---- all formats

FORMATS: list[tuple[Load, Callable[[Sequence[str]], bytes]]] = [
    (load_docx, make.docx),
    (load_odt, make.odt),
    (load_epub, make.epub),
    (load_html, make.html),
    (load_rtf, make.rtf),
]
KINDS = [load.__name__ for load, _ in FORMATS]
ZIPPED: list[tuple[Load, str, Callable[[Sequence[str]], bytes]]] = [
    (load_docx, "word/document.xml", make.docx),
    (load_odt, "content.xml", make.odt),
    (load_epub, "OEBPS/book.opf", make.epub),
]
# What is printed, with the joiners of Persian and of emoji, and without what XML cannot hold.
PRINTED = st.characters(categories=["L", "M", "N", "P", "S", "Zs"], include_characters="\u200c\u200d\u200f")


@pytest.mark.parametrize(("load", "written"), FORMATS, ids=KINDS)
@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(PRINTED, min_size=1, max_size=60), max_size=8))
def test_any_paragraphs_come_back(load: Load, written: Callable[[Sequence[str]], bytes], paragraphs: list[str]) -> None:
    assert text_of(load, written(paragraphs)) == [text for text in map(clean, paragraphs) if text]


@pytest.mark.parametrize(("load", "written"), FORMATS, ids=KINDS)
def test_too_many_characters(load: Load, written: Callable[[Sequence[str]], bytes]) -> None:
    message = refusal(load, written(["word " * 30] * 10), Limits(characters=1000))
    assert message == (
        "a.x has over 1,000 characters of text, more than several long books; split it, "
        "or raise largest_characters in debatebot.toml"
    )


@pytest.mark.parametrize(("load", "written"), FORMATS, ids=KINDS)
def test_empty_documents_are_empty(load: Load, written: Callable[[Sequence[str]], bytes]) -> None:
    assert load(written([]), "a", LIMITS).text == ""


@pytest.mark.parametrize(("load", "written"), FORMATS, ids=KINDS)
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_broken_files_are_refused_or_read(
    load: Load, written: Callable[[Sequence[str]], bytes], data: st.DataObject
) -> None:
    content = bytearray(written(["One paragraph.", "Another one."]))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        loaded = load(bytes(content[: data.draw(st.integers(0, len(content)))]), "a", LIMITS)
    except DocumentError:
        return
    loaded.text.encode("utf-8")


@pytest.mark.parametrize(("load", "part", "written"), ZIPPED, ids=["docx", "odt", "epub"])
def test_no_such_format(load: Load, part: str, written: Callable[[Sequence[str]], bytes]) -> None:
    wrong = "whatever its name says; give it its true suffix, or"
    for content in (b"%PDF-1.7", b"", b"Hello.", make.zipped({"a.txt": "x"})):
        assert wrong in refusal(load, content)
    content = written(["Some text."] * 50)
    assert refusal(load, content[: len(content) // 2]) == "a.x is damaged (its end is missing); get the file again"
    info = next(info for info in infos(content) if info.filename == part)
    at = info.header_offset + 40 + len(part)
    broken = content[:at] + bytes(8) + content[at + 8 :]
    assert refusal(load, broken).startswith(f"a.x is damaged ({part}: ")


@pytest.mark.parametrize(("load", "part"), [row[:2] for row in ZIPPED], ids=["docx", "odt", "epub"])
def test_zip_bombs(load: Load, part: str) -> None:
    message = (
        "a.x unpacks to far more than its size, or to over 300 MB; if it is an honest file, take large pictures out "
        "of it, or save its text as .txt"
    )
    content = make.bomb(part, 60_000_000)
    assert refusal(load, content) == message
    # A directory that lies about the size: what is unpacked counts.
    at = content.rfind(b"PK\x01\x02")
    lying = content[: at + 24] + struct.pack("<L", 1000) + content[at + 28 :]
    assert refusal(load, lying).startswith("a.x ")
    many = make.zipped({f"{n}.txt": "" for n in range(zipped.ENTRIES + 1)}, zipfile.ZIP_STORED)
    assert "holds over 20,000 files inside" in refusal(load, many)


def test_what_is_unpacked_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "LARGEST", 3_000_000)
    content = make.zipped({"a": bytes(2_000_000), "b": bytes(900_000)})
    with zipped.Zipped(content, "a.x", ".x") as file:
        assert len(file.read("a")) == 2_000_000
        with pytest.raises(DocumentError, match="unpacks to far more"):
            file.read("a")


@pytest.mark.parametrize("prologue", [make.BILLION_LAUGHS, make.OUTSIDE], ids=["laughs", "outside"])
def test_entities(prologue: str) -> None:
    message = "which no office program does and which can be used for attacks; open it in the program it comes from"
    assert message in refusal(load_docx, make.docx_of("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", prologue=prologue))
    assert message in refusal(load_odt, make.odt_of("<text:p>&a;</text:p>", prologue=prologue))
    assert message in refusal(load_epub, make.epub_of({}, "<dc:title>&a;</dc:title>", prologue=prologue))
    chapter = make.xhtml("<p>Text.&a;</p>", prologue=prologue)
    assert "root:" not in load_epub(make.epub_of({"c.xhtml": chapter}), "a", LIMITS).text


@pytest.mark.parametrize("depth", [200, 100_000])
def test_deep_nesting(depth: int) -> None:
    started = time.monotonic()
    table = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    for load, content in [
        (load_docx, make.docx_of(f"{table[0] * (depth // 3)}{make.word_paragraph('x')}{table[1] * (depth // 3)}")),
        (load_odt, make.odt_of(f"{'<text:section>' * depth}<text:p>x</text:p>{'</text:section>' * depth}")),
        (load_epub, make.epub_of({"c.xhtml": make.xhtml(f"{'<div>' * depth}<p>x</p>{'</div>' * depth}")})),
    ]:
        if depth == 200:
            assert load(content, "a", LIMITS).text == "x"
        else:
            refusal(load, content)
    nested = b"{\\rtf1 " + b"{\\b " * depth + b"x" + b"}" * depth + b"}"
    assert load_rtf(nested, "a", LIMITS).text == "x"
    assert time.monotonic() - started < 10


@given(st.text(PRINTED))
def test_clean_only_folds_white_space(text: str) -> None:
    assert clean(text).split(" ") == (text.split() or [""])


# ---- Word


def test_docx_in_order() -> None:
    row = "<w:tr>{}</w:tr>"
    cell = "<w:tc>{}</w:tc>"
    body = "".join(
        [
            make.word_paragraph("Of Peace", '<w:pStyle w:val="Heading1"/>'),
            '<w:p><w:r><w:t xml:space="preserve">One </w:t></w:r><w:hyperlink r:id="r1"><w:r><w:t>link</w:t></w:r>'
            "</w:hyperlink><w:r><w:tab/><w:t>and</w:t><w:br/><w:t>a</w:t><w:noBreakHyphen/><w:t>z.</w:t></w:r></w:p>",
            '<w:p><w:ins w:id="1"><w:r><w:t>Put in</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>taken</w:delText>'
            "</w:r></w:del><w:r><w:t>.</w:t></w:r></w:p>",
            make.word_paragraph("short", '<w:numPr><w:numId w:val="3"/></w:numPr>'),
            make.word_paragraph("A whole sentence.", '<w:pStyle w:val="Bullet"/>'),
            make.word_paragraph("not listed", '<w:pStyle w:val="Bullet"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
            make.word_paragraph("Of Peace	3", '<w:pStyle w:val="TOC1"/>'),
            "<w:tbl>"
            + row.format(cell.format(make.word_paragraph("State")) + cell.format(make.word_paragraph("Value")))
            + row.format(cell.format(make.word_paragraph("Iran")) + cell.format("<w:p/>"))
            + "</w:tbl>",
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>Shown.</w:t></w:r></w:p>",
            "<w:sdt><w:sdtContent>" + make.word_paragraph("In a control.") + "</w:sdtContent></w:sdt>",
            "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent>"
            + make.word_paragraph("In a box.")
            + "</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
            + make.word_paragraph("In a box.")
            + "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
            "<w:r><w:t> it.</w:t></w:r></w:p>",
            "<w:p><w:r><w:t>Last</w:t><w:footnoteReference w:id='1'/><w:t>.</w:t></w:r></w:p>",
        ]
    )
    styles = (
        f'{make.XML}<w:styles xmlns:w="{make.W}"><w:style w:styleId="Bullet"><w:name w:val="List Bullet"/></w:style>'
        '<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
        '<w:style w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:numPr/></w:pPr></w:style></w:styles>'
    )
    content = make.docx_of(
        body,
        {
            "word/styles.xml": styles,
            "word/footnotes.xml": make.word_notes("footnote", "A note."),
            "word/endnotes.xml": make.word_notes("endnote", "At the end."),
            "word/header1.xml": "<not read",
        },
    )
    assert text_of(load_docx, content) == [
        "Of Peace",
        "One link and a\u2011z.",
        "Put in.",
        "- short",
        "A whole sentence.",
        "not listed",
        "State | Value",
        "Iran",
        "Shown.",
        "In a control.",
        "Around it.",
        "In a box.",
        "Last.",
        "A note.",
        "At the end.",
    ]


def test_docx_by_python_docx() -> None:
    from docx import Document

    document = Document()
    document.add_heading("Title", 0)
    document.add_paragraph("First", style="List Bullet")
    document.add_paragraph("Second", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip([cell for row in table.rows for cell in row.cells], "abcd", strict=True):
        cell.text = text
    document.add_paragraph("End.")
    document.sections[0].header.paragraphs[0].text = "Header"
    memory = io.BytesIO()
    document.save(memory)
    assert text_of(load_docx, memory.getvalue()) == ["Title", "- First", "- Second", "a | b", "c | d", "End."]


def test_docx_says_its_source() -> None:
    assert load_docx(make.docx(["x"], "The Pact", "Ann Lee"), "a", LIMITS).source == Source(
        title="The Pact", author="Ann Lee"
    )
    assert load_docx(make.docx(["x"], "Word Document"), "a", LIMITS).source == Source()


def test_old_word_files() -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
    assert refusal(load_docx, old) == "a.x is an old .doc, whatever its suffix says; save it as .docx"
    locked = old + "EncryptedPackage".encode("utf-16-le")
    assert refusal(load_docx, locked).startswith("a.x is protected by a password; remove it in Word")


# ---- OpenDocument


def test_odt_in_order() -> None:
    body = """<text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion>
    </text:changed-region></text:tracked-changes><text:h>Of  Peace</text:h>
    <text:p>One<text:s text:c="2"/>two<text:tab/>three<text:line-break/>fo<text:span>ur</text:span>.<text:note>
    <text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note>
    <office:annotation><text:p>a remark</text:p></office:annotation> <text:a>Linked</text:a>.</text:p>
    <text:list><text:list-item><text:p>short</text:p><text:p>more of it</text:p><text:list><text:list-item>
    <text:p>A sentence.</text:p></text:list-item></text:list></text:list-item></text:list>
    <table:table><table:table-row><table:table-cell><text:p>State</text:p></table:table-cell><table:table-cell>
    <text:p>Value</text:p></table:table-cell></table:table-row></table:table>
    <text:p>Around<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame> it.</text:p>
    <text:table-of-content><text:index-body><text:p>Of Peace 3</text:p></text:index-body></text:table-of-content>
    <text:p>Last.</text:p>"""
    assert text_of(load_odt, make.odt_of(body)) == [
        "Of Peace",
        "One two three four. Linked.",
        "- short",
        "more of it",
        "A sentence.",
        "State | Value",
        "Around it.",
        "In a box.",
        "Last.",
        "A note.",
    ]


def test_odt_says_its_source() -> None:
    meta = (
        "<dc:title>The Pact</dc:title><meta:initial-creator>Ann Lee</meta:initial-creator><dc:creator>B</dc:creator>"
        "<meta:creation-date>2018-10-05T10:00:00</meta:creation-date><dc:date>2020-01-01T00:00:00</dc:date>"
    )
    loaded = load_odt(make.odt_of("<text:p>x</text:p>", meta), "a", LIMITS)
    assert loaded.source == Source(title="The Pact", author="Ann Lee", date="2018-10-05")


def test_odt_with_a_password() -> None:
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    message = "a.x is protected by a password; save it without one (File, Save As, untick the password)"
    assert refusal(load_odt, make.odt_of("", manifest=manifest)) == message
    locked = bytearray(make.zipped({"content.xml": "x"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + at] |= 1
    assert refusal(load_odt, bytes(locked)) == "a.x is protected by a password; take the password off and save it anew"


def test_spreadsheet_is_no_text() -> None:
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}
    assert refusal(load_odt, make.zipped(parts)).startswith("a.x is no .odt, whatever its name says")


# ---- e-books


def test_epub_in_order() -> None:
    content = make.epub_of(
        {
            "cover.xhtml": make.xhtml("<p>Cover</p>"),
            "b%20two.xhtml": make.xhtml(
                "<h1>One</h1>\n<p>It&nbsp;was <i>la</i>te &mdash; <span epub:type='pagebreak'>12</span>very.</p>"
                "<p>Line<br/>two</p><ul><li>an item</li><li><p>A sentence.</p></li></ul>"
                "<table><tr><td>a</td><td>b</td></tr></table>",
                '<title/><script src="x.js"/><style/>',
            ),
            "a.xhtml": make.xhtml("<p>Two.</p>").encode("utf-16"),
            "toc.xhtml": make.xhtml("<p>Contents</p>"),
        },
        guide='<reference type="cover" href="cover.xhtml"/><reference type="toc" href="toc.xhtml#x"/>',
    )
    assert text_of(load_epub, content) == [
        "One",
        "It was late — very.",
        "Line two",
        "- an item",
        "A sentence.",
        "a | b",
        "Two.",
    ]


def test_epub_says_its_source() -> None:
    metadata = (
        '<dc:title>The Pact</dc:title><dc:creator opf:role="aut">Ann Lee</dc:creator><dc:creator>Bo Ek</dc:creator>'
        '<dc:creator opf:role="trl">T. Ranslator</dc:creator><dc:publisher>Some Press</dc:publisher>'
        "<dc:date>0101-01-01T00:00:00</dc:date><dc:date>2019-03-02T00:00:00Z</dc:date>"
    )
    loaded = load_epub(make.epub_of({"a.xhtml": make.xhtml("x")}, metadata), "a", LIMITS)
    assert loaded.source == Source(title="The Pact", author="Ann Lee, Bo Ek", date="2019-03-02", source="Some Press")


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        f'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{algorithm}"/></EncryptedData>'
        "</encryption>"
    )


def test_epub_locks() -> None:
    message = "a.x is locked by its seller (DRM) and cannot be read; ask the seller for a copy without a lock"
    chapters = {"a.xhtml": make.xhtml("Text.")}
    for parts in (
        {"META-INF/rights.xml": "<r/>"},
        {"META-INF/encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")},
    ):
        assert refusal(load_epub, make.epub_of(chapters, parts=parts)) == message
    fonts = {"META-INF/encryption.xml": encryption("http://www.idpf.org/2008/embedding")}
    assert load_epub(make.epub_of(chapters, parts=fonts), "a", LIMITS).text == "Text."


def test_names_inside_cannot_write_to_a_terminal() -> None:
    rels = '<r><s Type="x/officeDocument" Target="a&#9;&#x9b;b.xml"/></r>'
    content = make.zipped({"_rels/.rels": rels, "a\t\x9bb.xml": "<"})
    assert refusal(load_docx, content).startswith("a.x is damaged (a b.xml: ")


def test_epub_stays_inside() -> None:
    content = make.epub_of({"../../../../etc/passwd": make.xhtml("x")})
    assert refusal(load_epub, content) == "a.x is damaged (there is no etc/passwd in it); get the file again"


# ---- RTF


def test_rtf_in_order() -> None:
    content = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman\fcharset0 Times New Roman;}
{\f1\fnil\fcharset178 Arial;}{\f2\fnil\fcharset128 MS Mincho;}}{\colortbl;\red255;}{\stylesheet{\s1 heading 1;}}
{\info{\title The \'93Pact\'94}{\author Ann Lee}{\creatim\yr2018\mo10\dy5\hr9}}{\header Never\par}
\pard\outlinelevel0{\listtext 1.\tab}Of Peace\par
\pard One {\b bo}ld, \ldblquote quoted\rdblquote\emdash caf\'e9\line and \u8364? {\v hidden}{\deleted gone}a~b\~c.\par
{\field{\*\fldinst{HYPERLINK "http://example.org"}}{\fldrslt{A link}}}, then a note{\super\chftn{\*\footnote\pard
\chftn The note.\par More of it.}}{\revised\revdttm1736509440 .}\par
{\listtext\'b7\tab}\pard short\par {\pntext\'b7\tab}A sentence.\par
\trowd\pard\intbl State\cell Value\cell\row\trowd\pard\intbl Iran\par Islamic Republic\cell 13\cell\row
\pard\f1 \'d3\'e1\'c7\'e3\f2  \'93\'fa\'96\'7b\f0\par
\u-10179?\u-8704?, {\upr{a}{\*\ud{b}}}{\*\unknown x}{\pict\bin4 }{}x}tail\par}after\par"""
    assert text_of(load_rtf, content) == [
        "Of Peace",
        "One bold, “quoted”—café and € a~b c.",
        "A link, then a note.",
        "- short",
        "A sentence.",
        "State | Value",
        "Iran Islamic Republic | 13",
        "سلام 日本",
        "😀, tail",
        "The note. More of it.",
    ]
    assert load_rtf(content, "a", LIMITS).source == Source(title="The “Pact”", author="Ann Lee", date="2018-10-05")


def test_rtf_is_told_by_its_beginning() -> None:
    message = "a.x is no .rtf, whatever its name says; give it its true suffix, or save it anew"
    assert refusal(load_rtf, b"{\\urtf1 Text.}") == message


def test_large_files_are_quick() -> None:
    text = "The states of the region must speak to each other, and they know it well. " * 8
    started = time.monotonic()
    for load, written in FORMATS:
        assert len(load(written([text] * 1500), "a", LIMITS).text) == 1500 * (len(text) + 1) - 2
    assert time.monotonic() - started < 30
