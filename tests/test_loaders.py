"""Files as documents: what is read to the character, and what is refused with its reason."""

from __future__ import annotations

import codecs
import hashlib
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debatebot.errors import DocumentError
from debatebot.loaders import LIMITS, LOADERS, find_files, load
from debatebot.loaders.loaded import Limits
from debatebot.types import Refusal, Source


def put(corpus: Path, name: str, content: str | bytes = "Some text.") -> Path:
    path = corpus / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def refusal(corpus: Path, path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(DocumentError) as caught:
        load(corpus, path, limits)
    return str(caught.value)


def test_op_ed_is_its_bytes(op_ed: Path) -> None:
    content = op_ed.read_bytes()
    document = load(op_ed.parent, op_ed)
    assert document.text == content.decode("utf-8")
    assert len(document.text) == 6336
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.name, document.format, document.pages) == ("arab-nato-op-ed.txt", "txt", ())
    assert document.source.author == "Seyed Hossein Mousavian"


def test_name_has_slashes(tmp_path: Path) -> None:
    document = load(tmp_path, put(tmp_path, "year one/A.TXT", "Hello."))
    assert (document.name, document.format, document.source) == ("year one/A.TXT", "txt", Source(title="A"))


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_encodings(tmp_path: Path, mark: bytes, encoding: str) -> None:
    text = " Où?\r\n\x0c\u2028😀\ufeff\xa0\n "
    assert load(tmp_path, put(tmp_path, "a.txt", mark + text.encode(encoding))).text == text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_any_text_is_kept_as_it_is(tmp_path: Path, text: str) -> None:
    for name in ("a.txt", "a.md"):
        assert load(tmp_path, put(tmp_path, name, "a" + text)).text == "a" + text


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Words.\n\n# The *Pact* ##\n\n# Later\n", Source(title="The *Pact*")),
        ("```\n# install it\n```\n# True\n", Source(title="True")),
        (
            '---\ntitle: "The Pact"\nauthor: A. Writer\ndate: 2018-10-05\ntags: [a]\n---\n# Other\n',
            Source(title="The Pact", author="A. Writer", date="2018-10-05"),
        ),
        ("---\nauthor: A\n---\n# Title\n", Source(title="Title", author="A")),
        ("---\ntitle: not closed\n", Source(title="A")),
        ("#hashtag\n## Second\n", Source(title="A")),
    ],
)
def test_markdown_says_its_title(tmp_path: Path, text: str, source: Source) -> None:
    document = load(tmp_path, put(tmp_path, "a.markdown", text))
    assert (document.text, document.format, document.source) == (text, "md", source)


def test_sidecar_wins_over_markdown(tmp_path: Path) -> None:
    path = put(tmp_path, "a.md", "---\ntitle: T\nauthor: A\n---\nText.")
    put(tmp_path, "a.md.toml", 'title = "Given"')
    assert load(tmp_path, path).source == Source(title="Given", author="A")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "a.txt is empty; put text in it or take it out"),
        (" \n\xa0\r\n", "a.txt is empty; put text in it or take it out"),
        (b"\xff\xfe", "a.txt is empty; put text in it or take it out"),
        (b"%PDF\0\xff\xfe", "a.txt holds binary data, not text; give it its true suffix, or save it as UTF-8 text"),
        ("a\0b", "a.txt holds binary data, not text; give it its true suffix, or save it as UTF-8 text"),
    ],
)
def test_contents_refused(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refusal(tmp_path, put(tmp_path, "a.txt", content)) == message


def test_half_a_pair_in_utf_16(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x41")
    assert "a.txt" in refusal(tmp_path, path)


def test_too_large(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "x" * 1001)
    message = f"{path} has over 1,000 bytes; split it, or raise largest_megabytes in debatebot.toml"
    assert refusal(tmp_path, path, Limits(bytes=1000)) == message
    assert len(load(tmp_path, path, Limits(bytes=1001)).text) == 1001


def test_unknown_suffix(tmp_path: Path) -> None:
    known = f"save it as one of {', '.join(LOADERS)}"
    assert refusal(tmp_path, put(tmp_path, "a.xyz")) == f"a.xyz: files of the kind .xyz are not read; {known}"
    assert refusal(tmp_path, put(tmp_path, "a")) == f"a: files without a suffix are not read; {known}"


def test_gone_or_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    assert refusal(tmp_path, path) == f"{path} is not there (any more); put it back, or run `debatebot sync`"
    put(tmp_path, "a.txt")

    def forbid(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", forbid)  # root, who often runs tests, may read every file
    assert refusal(tmp_path, path) == f"{path} may not be read; give yourself the right, e.g. `chmod u+r {path}`"


def test_links_stay_in_the_corpus(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    put(tmp_path, "secret.txt")
    put(corpus, "true.txt", "True.")
    for name, target in [
        ("out.txt", "../secret.txt"),
        ("in.txt", "true.txt"),
        ("loop.txt", "loop.txt"),
        ("no.txt", "x"),
    ]:
        (corpus / name).symlink_to(target)
    message = "is a link that leaves {}; put a copy of the file there instead"
    assert refusal(corpus, corpus / "out.txt") == f"{corpus / 'out.txt'} {message.format(corpus)}"
    assert load(corpus, corpus / "in.txt").text == "True."
    assert "loop.txt cannot be read: " in refusal(corpus, corpus / "loop.txt")
    assert "no.txt is not there" in refusal(corpus, corpus / "no.txt")


def test_what_is_no_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    monkeypatch.chdir(tmp_path)  # a socket's path may have no more than about 100 letters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        for name in ("pipe.txt", "socket.txt", "folder.txt"):
            message = f"{tmp_path / name} is not a regular file; put an ordinary file in its place"
            assert refusal(tmp_path, tmp_path / name) == message


def test_find_files(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    kept = ["a b.txt", "deep/README.md", "deep/er/c.markdown", "é.MD"]
    left_out = ["README.md", ".hidden.txt", ".git/x.txt", "a b.txt.toml", "é.toml", "books.bib", "~$a.txt", "Thumbs.db"]
    for name in [*kept, *left_out, "x.xyz", "orphan.toml", "\udce9.txt"]:
        put(corpus, name)
    put(tmp_path, "elsewhere/d.txt")
    (corpus / "linked").symlink_to(tmp_path / "elsewhere")
    files, refusals = find_files(corpus)
    assert [file.relative_to(corpus).as_posix() for file in files] == kept
    assert refusals == [
        Refusal("\\udce9.txt", "its name holds characters that cannot be stored; rename it"),
        Refusal("linked", "it is a link to a folder; copy the files into the corpus instead"),
        Refusal(
            "orphan.toml", "it describes a document that is not there; name it like the document, with .toml after it"
        ),
        Refusal("x.xyz", "files of the kind .xyz are not read; save it as one of " + ", ".join(LOADERS)),
    ]


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"there is no folder .*; make it, or name another with --corpus"):
        find_files(tmp_path / "none")
