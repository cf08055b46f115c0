"""Hostile .txt, .md, .rtf and .html."""

from __future__ import annotations

import gzip

from tests.hostile_kinds import DAMAGED, MEGABYTE, NO_TEXT, TOO_MUCH, File, Files, either, refused, sentence, taken

ANY = f"{DAMAGED}|{NO_TEXT}|{TOO_MUCH}"
MUCH = 10_000
"""Characters of nonsense that may end in the text and be embedded: more would only take the tests' time."""
BINARY = r"binary|not (plain )?text|is not \S+ text|compressed|archive|suffix"


def texts() -> Files:
    yield File("good.txt", sentence("good text").encode(), taken(sentence("good text")))
    yield File("good.md", f"# A heading\n\n{sentence('good markdown')}\n".encode(), taken(sentence("good markdown")))
    yield File("empty.txt", b"", refused("empty"))
    yield File("empty.md", b"\xef\xbb\xbf", refused("empty"))
    yield File("white.txt", b" \t\r\n\x0b\x0c" * 10_000 + "\u2003\u3000\xa0".encode(), refused(NO_TEXT))
    yield File("blank-lines.txt", b"\n" * 100_000, refused(NO_TEXT))
    yield File("zero-width.txt", "\u200b\u200d\u2060\ufeff\xad".encode() * 1000, refused(NO_TEXT, late=True))
    yield File("only-marks.txt", "\u0301\u0302\u202e\u2066".encode() * 1000, either(NO_TEXT))
    yield File("punctuation.txt", b"... --- !!! ??? *** ### " * 40, either(NO_TEXT))
    yield File("long-line-20-mb.txt", b"word " * (4 * MEGABYTE), refused("characters"))
    yield File("no-space-3-mb.txt", b"a" * (3 * MEGABYTE), either(f"{ANY}|word|line"))
    yield File("binary.txt", bytes(range(256)) * 1000, refused(BINARY))
    yield File("nulls.txt", f"\0{sentence('nulls')}\0".encode() * 3, refused(BINARY))
    yield File("all-nulls.txt", bytes(MEGABYTE), refused(f"{BINARY}|{NO_TEXT}"))
    yield File("packed.txt", gzip.compress(b"Some text. " * 1000, mtime=0), refused(BINARY))
    yield File("program.txt", b"\x7fELF\x02\x01\x01\0\0\0" + b"\xde\xad\xbe\xef" * 9000, refused(BINARY))
    yield File("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\xff\xfe\0\x80" * 9000, refused(BINARY))
    yield File("utf-16.txt", sentence("wide").encode("utf-16-le"), either(f"{BINARY}|UTF-16", sentence("wide")))
    yield File("utf-16-odd.txt", b"\xff\xfe" + sentence("odd").encode("utf-16-le") + b"x", either(f"{BINARY}|UTF-16"))
    yield File("utf-8-cut.txt", f"{sentence('cut')} é".encode()[:-1], either(BINARY))
    yield File("utf-8-wrong.txt", b"It is \xff\xfe\xfd wrong here. " * 200, either(BINARY))
    yield File("overlong.txt", b"A path \xc0\xae\xc0\xae\xc0\xaf and \xed\xa0\x80 half. " * 50, either(BINARY))
    turned = f"{sentence('turned')} \u202etxt.exe\u202c \u2066isolated\u2069 \u200f."
    yield File("turned.txt", turned.encode(), taken(sentence("turned")))
    yield File(
        "towers.txt", (sentence("towers") + " Z" + "\u0315\u0300" * 20_000).encode(), either(ANY, sentence("towers"))
    )
    yield File(
        "escapes.txt",
        f"{sentence('escapes')} \x1b[2J\x1b]0;owned\x07 \x08\x7f\r\n".encode(),
        taken(sentence("escapes")),
    )
    yield File(
        "script.txt",
        f"{sentence('script')} <script>alert(1)</script> $(id) `id` {{{{7*7}}}}".encode(),
        taken(sentence("script")),
    )
    yield File(
        "lines.txt", "\r\u2028\u2029\x85\x1c\x1e".join([sentence("lines")] * 3).encode(), taken(sentence("lines"))
    )
    yield File(
        "astral.txt", (sentence("astral") + " 𝔘𝔫𝔦 👩‍👩‍👧‍👦 \U0010fffd \ufffe").encode(), taken(sentence("astral"))
    )
    front = "---\ntitle: " + "t" * MUCH + "\ndate: [\n---\n"
    yield File("front-matter.md", (front + sentence("front")).encode(), either(ANY, sentence("front")))
    yield File("headings.md", b"#" * MUCH + f"\n{sentence('headings')}".encode(), taken(sentence("headings")))
    yield File("fences.md", b"```\n" * 1_000 + sentence("fences").encode(), either(ANY, sentence("fences")))


def rtf(body: str) -> bytes:
    return rf"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0 Times;}}}}\f0 {body}}}".encode("latin-1")


def rich_texts() -> Files:
    yield File("good.rtf", rtf(sentence("good rich")), taken(sentence("good rich")))
    yield File("empty.rtf", b"", refused("empty"))
    yield File("nothing.rtf", rtf(""), refused(NO_TEXT))
    yield File("text.rtf", b"Only words in here, no rich text.\n", refused(DAMAGED))
    deep = "{" * 100_000 + sentence("braces") + "}" * 100_000
    yield File("deep.rtf", rtf(deep), either(ANY, sentence("braces")))
    yield File("unclosed.rtf", rtf("{" * 200_000), refused(ANY))
    yield File("unopened.rtf", rtf(sentence("unopened") + "}" * 200_000), either(ANY, sentence("unopened")))
    yield File("long-word.rtf", rtf("\\" + "a" * MUCH + f" {sentence('control')}"), either(ANY, sentence("control")))
    yield File("long-number.rtf", rtf("\\fs" + "9" * MUCH + f" {sentence('number')}"), either(ANY, sentence("number")))
    yield File("binary.rtf", rtf(rf"{sentence('bin')}\bin999999999 {'x' * 99}"), either(ANY))
    yield File(
        "halves.rtf",
        rtf(rf"{sentence('halves')} \u-10179? \u-8704? \u99999999999? \u-1?"),
        either(ANY, sentence("halves")),
    )
    skips = rtf(rf"{sentence('skips')} \uc999999999 \u8364 rest")
    yield File("skips.rtf", skips, either(ANY, sentence("skips")))
    yield File("code-page.rtf", rb"{\rtf1\ansi\ansicpg99999 \'e9\'zz\'" + sentence("page").encode() + b"}", either(ANY))
    yield File("truncated.rtf", rtf(sentence("half") * 99)[:3000], either(ANY))
    yield File("backslashes.rtf", rtf("\\" * MUCH), either(ANY))
    yield File("hex.rtf", rtf("\\'" * MEGABYTE), either(ANY))
    thing = r"{\object\objemb{\*\objdata " + "d0cf11e0" * 100_000 + r"}}{\field{\*\fldinst INCLUDETEXT /etc/passwd}}"
    yield File("object.rtf", rtf(thing + sentence("object")), either(ANY, sentence("object")))
    yield File("nulls.rtf", rtf(sentence("null rich")) + bytes(MEGABYTE), either(ANY))


def html(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>A page</title>{head}</head><body>{body}</body></html>".encode()


def article(key: str) -> str:
    return f"<article><h1>A page</h1><p>{sentence(key)}</p><p>It went on for a while, as such things do.</p></article>"


def pages() -> Files:
    yield File("good.html", html(article("good page")), taken(sentence("good page")))
    yield File("empty.html", b"", refused("empty"))
    yield File("no-text.html", html(""), refused(NO_TEXT))
    yield File(
        "script-only.html", html("<script>document.write('words')</script><noscript></noscript>"), refused(NO_TEXT)
    )
    deep = "<div>" * 200_000 + article("deep page") + "</div>" * 200_000
    yield File("deep.html", html(deep), either(ANY, sentence("deep page")))
    yield File(
        "unclosed.html", html(article("unclosed") + "<b><i><table><td>" * 50_000), either(ANY, sentence("unclosed"))
    )
    yield File("tables.html", html("<table><tr><td>" * 50_000 + article("tables")), either(ANY, sentence("tables")))
    wide = f"<p title='{'x' * 10 * MEGABYTE}'>{article('attribute')}"
    yield File("attribute-10-mb.html", html(wide), either(ANY, sentence("attribute")))
    many = " ".join(f"a{number}='1'" for number in range(200_000))
    yield File(
        "attributes.html", html(f"<p {many}>{article('many attributes')}"), either(ANY, sentence("many attributes"))
    )
    yield File("less-than.html", html("<" * MUCH + article("less")), either(ANY, sentence("less")))
    yield File(
        "ampersands.html",
        html("&" * MUCH + "&#x110000;&#xd800;&#0;" + article("amp")),
        either(ANY, sentence("amp")),
    )
    yield File("comment.html", html("<!--" + "-" * MEGABYTE), refused(NO_TEXT))
    yield File("cells.html", html("<p>" * 300_000 + article("cells")), either(ANY, sentence("cells")))
    latin = html("<p>Caf\u00e9 " + article("charset"), "<meta charset=utf-8>").decode().encode("latin-1")
    yield File("charset-wrong.html", latin, either(f"{ANY}|UTF-8", sentence("charset")))
    for name in ("utf-7", "no-such-charset", "utf-16", "idna", "unicode_escape", "zlib"):
        content = html(article(name), f"<meta charset='{name}'>")
        yield File(f"charset-{name}.html", content, either(f"{ANY}|charset|encod", sentence(name)))
    yield File("nulls.html", html(article("null page")).replace(b"<p>", b"<\0p>\0"), either(f"{ANY}|{BINARY}"))
    yield File("utf-16.html", html(article("wide page")).decode().encode("utf-16-le"), either(f"{ANY}|{BINARY}|UTF"))
    elsewhere = (
        "<meta http-equiv=refresh content='0;url=http://203.0.113.1/'><base href='file:///etc/'>"
        "<link rel=canonical href='http://203.0.113.1/'><link rel=stylesheet href='http://203.0.113.1/a.css'>"
    )
    frames = (
        "<iframe src='file:///etc/passwd'></iframe><img src='http://203.0.113.1/a.png'><object data=passwd></object>"
    )
    yield File("elsewhere.html", html(article("elsewhere") + frames, elsewhere), taken(sentence("elsewhere")))
    entity = b"<!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + html(article("entities") + "&a;")
    yield File("entity.html", entity, either(ANY, sentence("entities")))
    data = "<script type='application/ld+json'>" + "[" * MEGABYTE + "</script>"
    yield File("json-deep.html", html(article("json"), data), either(ANY, sentence("json")))
    dates = "<meta property='article:published_time' content='99999999999999999999-99-99'>" + "<time>1</time>" * 99
    yield File("dates.html", html(article("dates"), dates), taken(sentence("dates")))
    yield File(
        "title-5-mb.html",
        html(article("title"), f"<title>{'t' * 5 * MEGABYTE}</title>"),
        either(ANY, sentence("title")),
    )
    yield File("pdf.html", b"%PDF-1.7\n" + bytes(range(256)) * 500, refused(f"{ANY}|{BINARY}"))


def readables() -> Files:
    for family in (texts, rich_texts, pages):
        yield from family()
