"""What a sidecar says of a document, and how one that is wrong is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from debatebot.errors import DocumentError
from debatebot.sidecar import read_source
from debatebot.types import Source


def source_with(folder: Path, toml: str | bytes, name: str = "speech.toml") -> Source:
    content = toml.encode("utf-8") if isinstance(toml, str) else toml
    (folder / name).write_bytes(content)
    return read_source(folder / "speech.txt")


def test_all_keys(tmp_path: Path) -> None:
    toml = """
        title = "On the \\"Pact\\""
        author = "A. Writer"
        qualifications = "Professor"
        date = "October 2018"
        source = "The Paper"
        url = "https://example.com/a"
        licence = "CC BY 4.0"
        attribution = "By A. Writer"
    """
    assert source_with(tmp_path, toml) == Source(
        title='On the "Pact"',
        author="A. Writer",
        qualifications="Professor",
        date="October 2018",
        source="The Paper",
        url="https://example.com/a",
        licence="CC BY 4.0",
        attribution="By A. Writer",
    )


def test_op_ed_sidecar(op_ed: Path) -> None:
    source = read_source(op_ed)
    assert source.title == 'Trump\'s "Arab NATO" Project Is Doomed'
    assert source.author == "Seyed Hossein Mousavian"
    assert source.date == "October 2018"
    assert source.url == ""


@pytest.mark.parametrize(
    ("name", "title"),
    [("arab-nato_op-ed.txt", "Arab nato op ed"), ("U.S. policy.md", "U.S. policy"), ("---.txt", "---.txt")],
)
def test_title_from_the_name(tmp_path: Path, name: str, title: str) -> None:
    assert read_source(tmp_path / name) == Source(title=title)


def test_title_from_the_document(tmp_path: Path) -> None:
    assert read_source(tmp_path / "a.txt", Source(title="Of its own")).title == "Of its own"
    (tmp_path / "a.toml").write_text('title = "Given"', encoding="utf-8")
    assert read_source(tmp_path / "a.txt", Source(title="Of its own")).title == "Given"


def test_full_name_wins_and_short_name_serves_both(tmp_path: Path) -> None:
    (tmp_path / "speech.txt.toml").write_text('title = "Full"', encoding="utf-8")
    assert source_with(tmp_path, 'title = "Short"').title == "Full"
    assert read_source(tmp_path / "speech.pdf").title == "Short"


@pytest.mark.parametrize(
    ("toml", "date"),
    [("date = 2018-10-05", "2018-10-05"), ("date = 2018-10-05T10:00:00Z", "2018-10-05T10:00:00+00:00")],
)
def test_toml_dates(tmp_path: Path, toml: str, date: str) -> None:
    assert source_with(tmp_path, toml).date == date


def test_text_is_put_on_one_line(tmp_path: Path) -> None:
    source = source_with(tmp_path, 'title = """\n On\n the\\u0000 Pact """\nauthor = "  "')
    assert source == Source(title="On the Pact")


def test_byte_order_mark(tmp_path: Path) -> None:
    assert source_with(tmp_path, b'\xef\xbb\xbftitle = "A"').title == "A"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('title = "A"\nauthr = "B"', "line 2: unknown key `authr`; did you mean `author`?"),
        ('license = "CC"', "line 1: unknown key `license`; did you mean `licence`?"),
        (
            "[x]\n",
            "line 1: unknown key `x`;"
            " the keys are title, author, qualifications, date, source, url, licence, attribution",
        ),
        ('\n\nauthor = ["A", "B"]', 'line 3: `author` must be text; write it in quotes, like author = "..."'),
        ("date = 2018", 'line 1: `date` must be text; write it in quotes, like date = "..."'),
        ("title = 2018-10-05", 'line 1: `title` must be text; write it in quotes, like title = "..."'),
        ('url = "javascript:x"', "line 1: `url` must begin with https:// or http://; give the whole address"),
        ("title = A", 'is not valid TOML: Invalid value (at line 1, column 9); write each line as key = "text"'),
        (b'title = "caf\xe9"', "is not UTF-8 (byte 13); save it as UTF-8"),
        (b"#" * 70_000, "is larger than 64,000 bytes"),
    ],
)
def test_refused(tmp_path: Path, toml: str | bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        source_with(tmp_path, toml)
    assert str(caught.value).startswith(str(tmp_path / "speech.toml"))
    assert message in str(caught.value)


def test_link_and_pipe_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('title = "A"', encoding="utf-8")
    (tmp_path / "speech.toml").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "speech.txt.toml")
    for _ in range(2):
        with pytest.raises(DocumentError, match="is not a regular file; put an ordinary file in its place"):
            read_source(tmp_path / "speech.txt")
        (tmp_path / "speech.txt.toml").unlink(missing_ok=True)
