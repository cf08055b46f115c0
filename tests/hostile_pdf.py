"""Hostile PDFs, made by hand: what a library writes is too well formed."""

from __future__ import annotations

import io
import zlib

from pypdf import PdfReader, PdfWriter

from tests.hostile_kinds import (
    DAMAGED,
    MEGABYTE,
    NO_TEXT,
    TOO_MUCH,
    File,
    Files,
    deflated,
    either,
    refused,
    sentence,
    taken,
)

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
ANY = f"{DAMAGED}|{NO_TEXT}|{TOO_MUCH}"


def pdf(*objects: bytes, end: bytes = b"", shift: int = 0) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue. `shift` makes its table of them wrong."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out) + shift)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out) + shift
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, end, table)
    return bytes(out)


def stream(content: bytes, entries: bytes = b"", length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (size, entries, content)


def words(text: str) -> bytes:
    return b"BT /F1 10 Tf 20 100 Td (%s) Tj ET" % text.encode("latin-1")


def page(content: int, more: bytes = b"", resources: bytes = b"", box: bytes = b"0 0 600 200") -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents %d 0 R "
        b"/Resources << /Font << /F1 3 0 R >> %s >> %s >>" % (box, content, resources, more)
    )


def one_page(
    content: bytes, *more: bytes, catalog: bytes = b"", on_page: bytes = b"", resources: bytes = b"", end: bytes = b""
) -> bytes:
    """A page with the stream `content`; `more` are the objects from 6 on."""
    root = CATALOG.replace(b" >>", b" %s >>" % catalog)
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return pdf(root, pages, FONT, page(5, on_page, resources), content, *more, end=end)


def plain(key: str) -> bytes:
    return one_page(stream(words(sentence(key))))


def many_pages(streams: list[bytes], resources: bytes = b"", *more: bytes) -> bytes:
    """A page for each stream; `more` are the objects after them."""
    first = 4 + len(streams)
    kids = b" ".join(b"%d 0 R" % (4 + place) for place in range(len(streams)))
    pages = [page(first + place, resources=resources) for place in range(len(streams))]
    return pdf(
        CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)), FONT, *pages, *streams, *more
    )


def encrypted(content: bytes, password: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_and_damaged() -> Files:
    yield File("good.pdf", plain("good pdf"), taken(sentence("good pdf")))
    for algorithm in ("RC4-128", "AES-256"):
        locked = encrypted(plain("locked"), "secret", algorithm)
        yield File(f"locked-{algorithm}.pdf", locked, refused("password"))
        key = f"blank password {algorithm}"
        yield File(f"blank-{algorithm}.pdf", encrypted(plain(key), "", algorithm), taken(sentence(key)))
    long = many_pages([stream(words(f"{sentence('page')} {place}")) for place in range(50)])
    for percent in (1, 30, 60, 95, 99):
        yield File(f"truncated-{percent}.pdf", long[: len(long) * percent // 100], either(f"{DAMAGED}|{NO_TEXT}"))
    yield File("empty.pdf", b"", refused("empty"))
    yield File("header.pdf", b"%PDF-1.7\n", refused(f"{DAMAGED}|empty"))
    yield File("noise.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4000, refused(DAMAGED))
    yield File("elf.pdf", b"\x7fELF\x02\x01\x01" + bytes(60_000), refused(DAMAGED))
    yield File("text.pdf", b"This is no PDF at all, only words.\n", refused(DAMAGED))
    yield File("web.pdf", b"<!DOCTYPE html><p>Log in to read this article.", refused(DAMAGED))
    shifted = pdf(*_five("shifted"), shift=77)
    yield File("broken-table.pdf", shifted, taken(sentence("shifted")))
    yield File("garbage-after.pdf", plain("after") + bytes(range(256)) * 1000, taken(sentence("after")))
    yield File("garbage-before.pdf", b"mail header\n" * 20 + plain("before"), either(DAMAGED, sentence("before")))
    for name, length in (("short", 3), ("long", 10**9), ("negative", -5)):
        wrong = one_page(stream(words(sentence(name)), length=length))
        yield File(f"length-{name}.pdf", wrong, either(f"{DAMAGED}|{NO_TEXT}"))


def _five(key: str) -> list[bytes]:
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return [CATALOG, pages, FONT, page(5), stream(words(sentence(key)))]


def cycles() -> Files:
    itself = b"<< /Type /Pages /Kids [2 0 R 4 0 R] /Count 2 >>"
    content = stream(words(sentence("cycle")))
    yield File("cyclic-pages.pdf", pdf(CATALOG, itself, FONT, page(5), content), either(ANY))
    yield File("only-cycle.pdf", pdf(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"), refused(ANY))
    loop = b"<< /Length 6 0 R >>\nstream\n%s\nendstream" % words(sentence("loop"))
    yield File("cyclic-length.pdf", one_page(loop, b"7 0 R", b"6 0 R"), either(ANY))
    yield File("cyclic-catalogue.pdf", pdf(b"1 0 R"), refused(ANY))
    labels = one_page(
        content, b"<< /Kids [6 0 R 6 0 R] >>", catalog=b"/PageLabels 6 0 R /Outlines 6 0 R /Names << /Dests 6 0 R >>"
    )
    yield File("cyclic-labels.pdf", labels, either(ANY, sentence("cycle")))
    previous = one_page(content, end=b"/Prev 15 ")
    yield File("cyclic-tables.pdf", previous, either(ANY))
    own = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 6 0 R >> /Font << /F1 3 0 R >> >>"
    )
    drawn = stream(words(sentence("form")) + b" /A Do")
    forms = one_page(drawn, stream(b"/A Do /A Do", own), resources=b"/XObject << /A 6 0 R >>")
    yield File("cyclic-form.pdf", forms, either(ANY, sentence("form")))
    yield File("form-laughs.pdf", _laughs(), either(ANY))


def _laughs() -> bytes:
    """Ten drawings that each draw the next ten times: ten thousand million words."""
    forms = []
    for place in range(6, 16):
        inside = b"/A Do " * 10 if place < 15 else words("ha")
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 600 200] /Resources << /Font << /F1 3 0 R >> "
        forms.append(stream(inside, entries + b"/XObject << /A %d 0 R >> >>" % (place + 1)))
    return one_page(stream(b"/A Do"), *forms, resources=b"/XObject << /A 6 0 R >>")


def bombs() -> Files:
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    spaces = deflated(b"", b" " * MEGABYTE, 2_000, words(sentence("bomb")))
    yield File("bomb-2-gb.pdf", one_page(stream(zlib.compress(spaces.as_zlib()), filters)), either(ANY))
    small = deflated(words(sentence("bomb")), b" " * MEGABYTE, 60, b"")
    yield File("bomb-60-mb.pdf", one_page(stream(small.as_zlib(), b"/Filter /FlateDecode")), either(ANY))
    showing = deflated(b"BT /F1 1 Tf ", b"(a word ) Tj " * 50_000, 400, b"ET")
    yield File("bomb-words.pdf", one_page(stream(zlib.compress(showing.as_zlib()), filters)), refused(ANY))
    objects = stream(spaces.as_zlib(), b"/Type /ObjStm /N 100000000 /First 900000000 /Filter /FlateDecode")
    yield File("bomb-objects.pdf", one_page(objects, objects), either(ANY))
    chain = words(sentence("chain"))
    for _ in range(200):
        chain = zlib.compress(chain)
    yield File("filters-200.pdf", one_page(stream(chain, b"/Filter [%s]" % (b"/FlateDecode " * 200))), either(ANY))
    title = one_page(
        stream(words(sentence("title"))), b"<< /Title (%s) >>" % (b"t" * 10 * MEGABYTE), end=b"/Info 6 0 R"
    )
    yield File("title-10-mb.pdf", title, either(ANY, sentence("title")))
    for name, opened, closed in (("arrays", b"[", b"]"), ("tables", b"<< /A ", b">>")):
        deep = opened * 100_000 + b"1 " + closed * 100_000
        yield File(f"deep-{name}.pdf", one_page(stream(words(sentence(name))), on_page=b"/X " + deep), either(ANY))
    yield File("deep-content.pdf", one_page(stream(b"[" * MEGABYTE + words("deep"))), either(ANY))
    yield File("saved-states.pdf", one_page(stream(b"q " * MEGABYTE + words(sentence("states")))), either(ANY))


def sizes() -> Files:
    content = stream(words(sentence("box")))
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    huge = pdf(CATALOG, pages, FONT, page(5, box=b"-1e30 -1e30 1e30 1e30"), content)
    yield File("huge-page.pdf", huge, either(ANY, sentence("box")))
    yield File(
        "pages-5000.pdf", many_pages([stream(words("Few words."))] * 5_000), refused(r"5,?000 pages|3,?000 pages")
    )
    claim = b"<< /Type /Pages /Kids [4 0 R] /Count 2147483647 >>"
    yield File("pages-claimed.pdf", pdf(CATALOG, claim, FONT, page(5), content), either(f"{ANY}|pages"))
    yield File("objects-400000.pdf", one_page(content, *[b"null"] * 400_000), either(ANY, sentence("box")))


def contents() -> Files:
    grey = b"/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8 "
    picture = stream(bytes(range(100)) * 100, grey)
    drawn, resources = stream(b"q 600 0 0 200 0 0 cm /I Do Q"), b"/XObject << /I 6 0 R >>"
    yield File("scan.pdf", one_page(drawn, picture, resources=resources), refused("(?i)OCR"))
    mixed = [stream(words(sentence("partly scanned"))), drawn, drawn]
    partly = many_pages(mixed, b"/XObject << /I 10 0 R >>", picture)
    yield File("partly-scanned.pdf", partly, taken(sentence("partly scanned")))
    for name, filters in (("jbig2", b"/JBIG2Decode"), ("dct", b"/DCTDecode"), ("jpx", b"/JPXDecode")):
        broken = stream(b"\x97JB2\xff\xd8\xff" * 99, grey + b"/Filter " + filters)
        text = stream(words(sentence(name)) + b" /I Do")
        yield File(f"broken-{name}.pdf", one_page(text, broken, resources=resources), taken(sentence(name)))
    actions = one_page(
        stream(words(sentence("actions"))),
        b"<< /S /JavaScript /JS (app.launchURL\\('http://203.0.113.1/'\\)) /Next 7 0 R >>",
        b"<< /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) >> >>",
        catalog=b"/OpenAction 6 0 R /AA << /WC 7 0 R >> /URI << /Base (http://203.0.113.1/) >>",
    )
    yield File("actions.pdf", actions, taken(sentence("actions")))
    attached = one_page(
        stream(words(sentence("attached"))),
        b"<< /Type /Filespec /F (../../../../tmp/debatebot-evil.txt) /EF << /F 7 0 R >> >>",
        stream(b"root:x:0:0: written by an attachment", b"/Type /EmbeddedFile"),
        catalog=b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>",
    )
    yield File("attached.pdf", attached, taken(sentence("attached")))
    yield File(
        "remote.pdf", one_page(b"<< /Length 0 /F (/etc/passwd) /FFilter /X >>\nstream\n\nendstream"), refused(ANY)
    )
    yield File("no-unicode.pdf", _glyphs(b""), either(ANY))
    surrogates = stream(
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <D800> endbfrange"
    )
    yield File("half-characters.pdf", _glyphs(b"/ToUnicode 8 0 R", surrogates), either(ANY))
    controls = one_page(stream(b"BT /F1 9 Tf (%s\\000\\001\\002\\033[31m) Tj ET" % sentence("controls").encode()))
    yield File("controls.pdf", controls, taken(sentence("controls")))


def _glyphs(to_unicode: bytes, *more: bytes) -> bytes:
    """Text by the numbers of its glyphs, in a font that does not say which characters those are."""
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [7 0 R] %s >>" % to_unicode
    )
    glyphs = b"/CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >>"
    inner = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X %s >>" % glyphs
    shown = stream(b"BT /G 12 Tf 20 100 Td <%s> Tj ET" % bytes(range(40, 90)).hex().encode())
    return one_page(shown, font, inner, *more, resources=b"/Font << /G 6 0 R >>")


def pdfs() -> Files:
    for family in (locked_and_damaged, cycles, bombs, sizes, contents):
        yield from family()
