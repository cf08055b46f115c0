"""Web pages: the article and nothing around it, word for word; encodings; pages that are none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from debatebot.errors import DocumentError
from debatebot.loaders.blocks import clean
from debatebot.loaders.html import load_html
from debatebot.loaders.loaded import Limits, Loaded
from debatebot.loaders.page_encoding import decode_page
from debatebot.types import Source
from tests import office_files as make


def load(page: str | bytes) -> Loaded:
    return load_html(page.encode() if isinstance(page, str) else page, "a.html", Limits())


def texts(page: str | bytes) -> list[str]:
    return load(page).text.split("\n\n")


def refusal(page: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        load(page)
    assert "\n" not in str(caught.value)
    return str(caught.value)


NEWS = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Why the Gulf needs its own security talks | The Daily Meridian</title>
<link rel="canonical" href="https://www.dailymeridian.example/opinion/2019/03/gulf-security-talks">
<meta property="og:title" content="Why the Gulf needs its own security talks">
<meta property="og:site_name" content="The Daily Meridian"><meta name="author" content="Leila Haddad">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",
"headline":"Why the Gulf needs its own security talks","datePublished":"2019-03-14T08:30:00Z",
"dateModified":"2021-06-01T10:00:00Z","author":[{"@type":"Person","name":"Leila Haddad"},
{"@type":"Person","name":"Tom O'Neill"}],"publisher":{"@type":"Organization","name":"The Daily Meridian"}}</script>
<style>.x{color:red}</style></head><body class="single has-comments">
<div class="cookie-banner"><p>We use cookies to improve your experience and to show you advertising.</p></div>
<header class="site-header"><nav><ul><li><a href="/w">World</a></li><li><a href="/p">Law</a></li></ul></nav></header>
<div class="breadcrumb"><a href="/">Home</a> &gt; Why the Gulf needs its own security talks</div>
<main><article><header><h1>Why the Gulf needs its own security talks</h1>
<p class="standfirst">Outside guarantees have not brought stability. The states must speak to each other.</p>
<div class="byline">By <a rel="author" href="/leila">Leila Haddad</a> and <a href="/tom">Tom O'Neill</a></div>
<time datetime="2019-03-14">14 March 2019</time>
<div class="share-buttons"><ul><li><a href="#">Facebook</a></li><li><a href="#">Email</a></li></ul></div></header>
<figure><img src="x.jpg" alt="Ships"><figcaption>Tankers. Photograph: Reuters</figcaption></figure>
<p>For four decades, the security of the Persian Gulf has rested on outside powers. That arrangement is now
<a href="/a">visibly failing</a>, and its costs are rising every year for those who live there.</p>
<p>In <time datetime="2015-07-14">July 2015</time>, the nuclear agreement showed what patient diplomacy can do.
“We were told it was impossible,” one negotiator said; “then we did it.”</p>
<h2>What has been tried</h2><p>Three models stand out:</p>
<ul><li>alliances with Washington</li><li>ad hoc coalitions. None of them included Iran.</li></ul>
<div class="ad-slot"><p>Advertisement</p></div>
<blockquote><p>A region that cannot talk to itself will always be spoken for by others.</p></blockquote>
<table><tr><th>State</th><th>2018 (bn $)</th></tr><tr><td>Saudi Arabia</td><td>67.6</td></tr></table>
<aside class="related"><h3>Read more</h3><ul><li><a href="/r">The trouble with sanctions</a></li></ul></aside>
<h2>A forum of its own</h2>
<p>The Helsinki process began in the depths of the Cold War. It did not require trust first.</p>
<p>Print.</p><p>It is time to begin.</p></article>
<div class="author-box"><h4>About the author</h4><p>Leila Haddad has covered the Middle East since 1998.</p></div>
<section class="related-articles"><h2>Related</h2><article><h3><a href="/x">Oil prices climb after attack</a></h3>
<p>Markets were shaken on Monday after an attack on a refinery in the east of the country.</p></article></section>
<section id="comments" class="comments"><h3>3 comments</h3><ol class="comment-list"><li class="comment"><p>This is
nonsense, the Iranians have never kept a single agreement and everybody there knows it perfectly well.</p></li></ol>
</section></main><footer><p>© 2024 The Daily Meridian. All rights reserved.</p></footer>
<template><p>Template</p></template><noscript><p>Enable JavaScript</p></noscript><script src="/app.js"></script>
</body></html>"""


def test_news() -> None:
    loaded = load(NEWS)
    assert loaded.text.split("\n\n") == [
        "Why the Gulf needs its own security talks",
        "Outside guarantees have not brought stability. The states must speak to each other.",
        "For four decades, the security of the Persian Gulf has rested on outside powers. That arrangement is now "
        "visibly failing, and its costs are rising every year for those who live there.",
        "In July 2015, the nuclear agreement showed what patient diplomacy can do. “We were told it was impossible,” "
        "one negotiator said; “then we did it.”",
        "What has been tried",
        "Three models stand out:",
        "- alliances with Washington",
        "ad hoc coalitions. None of them included Iran.",
        "A region that cannot talk to itself will always be spoken for by others.",
        "State | 2018 (bn $)",
        "Saudi Arabia | 67.6",
        "A forum of its own",
        "The Helsinki process began in the depths of the Cold War. It did not require trust first.",
        "Print.",
        "It is time to begin.",
    ]
    assert loaded.source == Source(
        title="Why the Gulf needs its own security talks",
        author="Leila Haddad, Tom O'Neill",
        date="2019-03-14",
        source="The Daily Meridian",
        url="https://www.dailymeridian.example/opinion/2019/03/gulf-security-talks",
    )


def test_brief_news_without_teasers() -> None:
    teaser = '<div class="teaser"><a href="/{0}"><h3>{1}</h3></a><p>{2}</p></div>'
    page = (
        "<!DOCTYPE html><html><head><title>Senate passes water bill - Valley Wire</title></head><body>"
        '<div class="menu"><a href="/">Home</a></div><div class="col"><div class="story">'
        "<h1>Senate passes water bill</h1>"
        "<p>The Senate passed the water bill on Tuesday by 52 votes to 47.</p>"
        "<p>It now goes to the governor, who has said she will sign it.</p></div><div><h2>More from Valley Wire</h2>"
        + teaser.format(1, "Farmers fear a third dry summer", "Wells are failing across the county and hay is dear.")
        + teaser.format(2, "Council votes down stadium", "After seven hours of debate the council rejected the plan.")
        + teaser.format(3, "School board elects a woman", "Carmen Ortiz promised smaller classes and better pay.")
        + "</div></div></body></html>"
    )
    assert texts(page) == [
        "Senate passes water bill",
        "The Senate passed the water bill on Tuesday by 52 votes to 47.",
        "It now goes to the governor, who has said she will sign it.",
    ]


def test_old_page_in_tables_and_a_form() -> None:
    page = (
        "<HTML><HEAD><TITLE>Speech</TITLE><META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=windows-1252'>"
        "</HEAD><BODY><FORM><TABLE><TR><TD><A HREF=i.html>Home</A><BR><A HREF=s.html>Speeches</A></TD><TD><FONT>"
        "<H1>Speech of the Minister</H1><B>Geneva, 12 May 1998</B><BR><BR>Mr. President, I bring you the greetings of "
        "my people,<BR>who are honoured that I may speak before this Assembly today.<BR>&nbsp;<BR>We speak of peace "
        "\x96 and of what it costs. We have learnt in forty years of war what is lost by those who win, and we have "
        "seen what is won by those who stop. Our neighbours know it as well as we do.<BR><BR>Thank you.</TABLE></FORM>"
    )
    assert texts(page.encode("latin-1")) == [
        "Speech of the Minister",
        "Geneva, 12 May 1998",
        "Mr. President, I bring you the greetings of my people, who are honoured that I may speak before this Assembly "
        "today.",
        "We speak of peace – and of what it costs. We have learnt in forty years of war what is lost by those who win, "
        "and we have seen what is won by those who stop. Our neighbours know it as well as we do.",
        "Thank you.",
    ]


def test_joiners_of_persian_stay() -> None:
    words = "ما می‌خواهیم که کشورهای منطقه با یکدیگر گفت‌وگو کنند و هیچ راه دیگری وجود ندارد."
    page = f"<html dir=rtl><title>x</title><nav><a href=/>خانه</a></nav><article><h1>صلح</h1><p>{words}</p></article>"
    assert texts(page) == ["صلح", words]


def test_what_is_never_text() -> None:
    page = (
        "<p>One.</p><script>two()</script><style>three{}</style><template><p>Four</p></template>"
        "<noscript>Five</noscript><select><option>Six</select><textarea>Seven</textarea><svg><text>Eight</text></svg>"
        "<!-- Nine --><iframe>Ten</iframe><p>E<b>le</b>ven<wbr>.</p><pre>a\nb\n\nc</pre>"
    )
    assert texts(page) == ["One.", "Eleven.", "a b", "c"]


def test_short_and_empty_pages() -> None:
    assert load("").text == load("<!-- -->").text == load("<html><body> </body></html>").text == ""
    assert load("<p>Hello.").text == "Hello."
    assert load("Only text.").text == "Only text."


@pytest.mark.parametrize(
    "body",
    [
        '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="a.js">',
        '<div id="__next"></div><footer>About us</footer><script src="a.js"></script>',
        "<p>Loading…</p><script src='a.js'></script>",
    ],
)
def test_pages_that_are_only_scripts(body: str) -> None:
    assert refusal(f"<!doctype html><html><head><title>App</title></head><body>{body}</body></html>") == (
        "a.html holds no text of its own (its text is loaded by scripts); open it in a browser and save the text or "
        "print it to PDF"
    )


def test_other_things_named_html() -> None:
    assert refusal(b"%PDF-1.7\n...") == "a.html is no web page, whatever its name says; give it its true suffix"
    assert refusal(make.docx(["x"])) == "a.html is no web page, whatever its name says; give it its true suffix"
    mhtml = b"From: <Saved by Blink>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    assert refusal(mhtml).startswith("a.html is a web archive (MHTML); open it in a browser and save it as")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
        ("café".encode("utf-16"), "café"),
        ("<p>café".encode("utf-16-le"), "<p>café"),
        ('<meta charset="windows-1256">سلام'.encode("cp1256"), '<meta charset="windows-1256">سلام'),
        (b'<meta charset="iso-8859-1">\x93caf\xe9\x94', '<meta charset="iso-8859-1">“café”'),
        (b'<?xml version="1.0" encoding="koi8-r"?>\xcd\xc9\xd2', '<?xml version="1.0" encoding="koi8-r"?>мир'),
        ("<meta charset=gb2312>鎔基".encode("gb18030"), "<meta charset=gb2312>鎔基"),
        ("<meta charset=iso-2022-jp>日本".encode("iso2022_jp"), "<meta charset=iso-2022-jp>日本"),
        # declared falsely
        ('<meta charset="iso-8859-1">naïve'.encode(), '<meta charset="iso-8859-1">naïve'),
        (b'<meta charset="rot13">caf\xc3\xa9', '<meta charset="rot13">café'),
        ('<meta charset="nonsense">мир и труд для всех людей на земле, говорил он'.encode("cp1251"),
         '<meta charset="nonsense">мир и труд для всех людей на земле, говорил он'),
        # a few bytes wrong in what is UTF-8
        (b"<p>" + "мир и труд ".encode() * 9 + b"\xff", "<p>" + "мир и труд " * 9 + "\ufffd"),
    ],
)  # fmt: skip
def test_encodings(content: bytes, text: str) -> None:
    assert decode_page(content, "a.html") == text


def test_where_it_was_saved_from() -> None:
    page = (
        "<!DOCTYPE html>\n<!-- saved from url=(0023)https://example.org/a/b -->\n<html><body><p>Text.</p></body></html>"
    )
    assert load(page).source.url == "https://example.org/a/b"


@pytest.mark.parametrize("name", ["div", "font", "ul><li", "table><tr><td", "b"])
def test_deep_nesting(name: str) -> None:
    started = time.monotonic()
    page = "<p>Before.</p>" + f"<{name}>" * 500 + "<p>Within.</p>"
    assert texts(page)[:2] == ["Before.", "Within."]
    assert "is nested too deeply" in refusal("<p>Before.</p>" + f"<{name}>" * 100_000 + "<p>Within.</p>")
    assert time.monotonic() - started < 20


def test_pages_are_quick() -> None:
    load(NEWS)
    started = time.monotonic()
    for _ in range(5):
        load(NEWS)
    assert time.monotonic() - started < 5


AROUND = {
    "article": (
        "<header><nav><a href=/>Home</a></nav></header><main><article><h1>Of Peace</h1>{}</article></main>"
        "<footer><p>Copyright the site</p></footer>"
    ),
    "blog": (
        '<div id="header"><ul class="menu"><li><a href="/">Home</a></li></ul></div><div id="content"><div class="post">'
        '<h2>Of Peace</h2><div class="entry">{}</div></div></div><div id="sidebar"><h3>Recent</h3><ul><li>'
        '<a href="/x">Another post of the blog about something</a></li></ul></div>'
    ),
    "deep": (
        '<nav><a href=/>Home</a></nav><div class="wrap"><h1>Of Peace</h1><div class="b"><div class="c">{}</div></div>'
        "<aside><p>Subscribe to our newsletter for more of the same every week.</p></aside></div>"
    ),
    "table": '<table><tr><td class="nav"><a href=a>Home</a></td><td><h1>Of Peace</h1>{}</td></tr></table>',
    "opinion": '<nav><a href=/>Home</a></nav><div class="comment"><h1>Of Peace</h1>{}</div>',
    "alone": "<nav><a href=/>Home</a></nav><section class='article-body'>{}</section>",
}


@pytest.mark.parametrize("around", AROUND)
def test_whatever_stands_around_the_paragraphs_are_all_there(op_ed: Path, around: str) -> None:
    paragraphs = [clean(line) for line in op_ed.read_text(encoding="utf-8").splitlines() if clean(line)]
    for number in range(len(paragraphs)):
        some = [*paragraphs[number : number + 3], f"Short, {number}.", paragraphs[0][:80]]
        page = AROUND[around].format("".join(f"<p>{paragraph}</p>" for paragraph in some))
        found = texts(f"<!DOCTYPE html><html><head><title>A page</title></head><body>{page}</body></html>")
        assert [text for text in found if text != "Of Peace"] == some
