"""Files of formatted documents as bytes, made by hand or by python-docx, honest ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
BILLION_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these parts."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return memory.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """What is in a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def bomb(name: str, size: int) -> bytes:
    """A zip file with one part of that many zeros."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file, file.open(name, "w") as part:
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    return memory.getvalue()


# ---- Word


def docx(paragraphs: Sequence[str] = (), title: str = "", author: str = "") -> bytes:
    """A Word document by python-docx, with these paragraphs."""
    from docx import Document

    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.core_properties.title = title
    if author:
        document.core_properties.author = author
    memory = io.BytesIO()
    document.save(memory)
    return memory.getvalue()


def docx_of(body: str, parts: Mapping[str, str | bytes] | None = None, prologue: str = "") -> bytes:
    """A Word document whose body is this XML (prefix w), with further parts."""
    document = f'{XML}{prologue}<w:document xmlns:w="{W}" {_WORD_PREFIXES}><w:body>{body}</w:body></w:document>'
    return zipped({"word/document.xml": document, **(parts or {})})


_WORD_PREFIXES = (
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def word_paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text, quote=False)}</w:t></w:r></w:p>"


def word_notes(kind: str, *texts: str) -> str:
    """The part of footnotes or endnotes, with the line that separates them from the text."""
    separator = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:t>never</w:t></w:r></w:p></w:{kind}>'
    notes = "".join(f'<w:{kind} w:id="{n}">{word_paragraph(text)}</w:{kind}>' for n, text in enumerate(texts, 1))
    return f'{XML}<w:{kind}s xmlns:w="{W}">{separator}{notes}</w:{kind}s>'


# ---- OpenDocument

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_ODT_PREFIXES = " ".join(
    f'xmlns:{prefix}="{_OASIS}{name}:1.0"'
    for prefix, name in [
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("meta", "meta"),
        ("manifest", "manifest"),
    ]
)


def odt_of(body: str, meta: str = "", manifest: str = "", prologue: str = "") -> bytes:
    """An OpenDocument text whose body is this XML."""
    content = (
        f"{XML}{prologue}<office:document-content {_ODT_PREFIXES}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    if meta:
        dc = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        parts["meta.xml"] = (
            f"{XML}<office:document-meta {_ODT_PREFIXES} {dc}><office:meta>{meta}</office:meta></office:document-meta>"
        )
    if manifest:
        parts["META-INF/manifest.xml"] = f"{XML}<manifest:manifest {_ODT_PREFIXES}>{manifest}</manifest:manifest>"
    return zipped(parts)


def odt(paragraphs: Sequence[str]) -> bytes:
    """An OpenDocument text of these paragraphs."""
    return odt_of("".join(f"<text:p>{escape(paragraph, quote=False)}</text:p>" for paragraph in paragraphs))


# ---- e-books


def epub_of(
    chapters: Mapping[str, str | bytes],
    metadata: str = "",
    guide: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    prologue: str = "",
) -> bytes:
    """An e-book of these chapters (file name in OEBPS/, as the package writes it, to XHTML)."""
    listed = "".join(
        f'<item id="c{n}" href="{href}" media-type="application/xhtml+xml"/>' for n, href in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        f'{XML}{prologue}<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{listed}</manifest><spine>{spine}</spine>"
        f"<guide>{guide}</guide></package>"
    )
    container = (
        f'{XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    files = {f"OEBPS/{href.replace('%20', ' ')}": content for href, content in chapters.items()}
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            **files,
            **(parts or {}),
        }
    )


def xhtml(body: str, head: str = "<title/>", prologue: str = "<!DOCTYPE html>") -> str:
    """A chapter."""
    return (
        f'{XML}{prologue}<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head>{head}</head><body>{body}</body></html>"
    )


def epub(paragraphs: Sequence[str]) -> bytes:
    """An e-book with every paragraph in a chapter of its own."""
    return epub_of({f"{n}.xhtml": xhtml(f"<p>{escape(text)}</p>") for n, text in enumerate(paragraphs)})


# ---- web pages and RTF


def html(paragraphs: Sequence[str]) -> bytes:
    """A plain web page."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>A</title></head><body>{body}</body></html>'.encode()
    )


def rtf(paragraphs: Sequence[str]) -> bytes:
    """An RTF document with every character beyond ASCII as \\u."""
    return b"{\\rtf1\\ansi\\deff0 " + b"".join(rtf_text(text) + b"\\par\n" for text in paragraphs) + b"}"


def rtf_text(text: str) -> bytes:
    """Text as RTF writes it: in UTF-16, with a question mark for old readers."""
    units = text.encode("utf-16-le")
    codes = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    return "".join(
        ("\\" if chr(code) in "\\{}" else "") + chr(code) if code < 128 else f"\\u{code - 65536 * (code > 32767)}?"
        for code in codes
    ).encode("ascii")
