"""Files of the corpus folder: names that are safe everywhere, files that appear whole and overwrite nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.corpus import clear_parts, fingerprint, put_in, safe_name, take_out
from debatebot.errors import DocumentError
from debatebot.loaders import shown


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


PIECES = st.sampled_from(["..", "/", "\\", ".", " ", "a", "é", "\0", "\n", "\u202e", "\ud800", "😀", ":", "CON", "-"])


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("paper.pdf", "paper.pdf"),
        ("year one/A paper.PDF", "year one/A paper.PDF"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\papers\\a.txt", "C-/papers/a.txt"),
        (".hidden.txt", "hidden.txt"),
        ("-rf.txt", "_-rf.txt"),
        ("a\nb\x1b[31m.txt", "ab[31m.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
        ("CON.txt", "_CON.txt"),
        ("what? <now>.txt", "what- -now-.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("name. ", "name"),
        ("", "document"),
        ("///..", "document"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_no_name_climbs_hides_or_grows(name: str) -> None:
    safe = safe_name(name)
    assert safe_name(safe) == safe
    assert shown(safe) == safe
    for part in safe.split("/"):
        assert part not in {"", ".", ".."}
        assert not part.startswith((".", "-"))
        assert len(part.encode()) <= 200


def test_a_file_is_put_in_whole_and_overwrites_nothing(tmp_path: Path) -> None:
    names = [put_in(tmp_path, "notes/a.txt", content).name for content in (b"one", b"two", b"three")]
    assert names == ["a.txt", "a-2.txt", "a-3.txt"]
    assert [(tmp_path / "notes" / name).read_bytes() for name in names] == [b"one", b"two", b"three"]
    assert names_in(tmp_path / "notes") == sorted(names)


def test_a_new_file_takes_no_place_where_another_ones_citation_lies(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / "a.toml").write_text('author = "Ann"\n')
    assert put_in(tmp_path, "a.pdf", b"two").name == "a-2.pdf"


def test_nothing_is_put_outside_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "corpus/notes").symlink_to(tmp_path / "outside")
    with pytest.raises(DocumentError, match="is a link that leaves"):
        put_in(tmp_path / "corpus", "notes/a.txt", b"one")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("a file")
    with pytest.raises(DocumentError, match="cannot be written into"):
        put_in(tmp_path, "notes/a.txt", b"one")


def test_taking_out_leaves_what_is_anothers(tmp_path: Path) -> None:
    for name in ("a.txt", "a.pdf", "a.toml", "a.txt.toml", "b.txt", "b.toml"):
        (tmp_path / name).write_text("")
    take_out(tmp_path, "a.txt")
    assert names_in(tmp_path) == ["a.pdf", "a.toml", "b.toml", "b.txt"]
    take_out(tmp_path, "b.txt")
    take_out(tmp_path, "b.txt")
    assert names_in(tmp_path) == ["a.pdf", "a.toml"]


def test_the_print_changes_with_the_files_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    before = fingerprint(tmp_path)
    (tmp_path / ".hidden").write_text("x")
    assert fingerprint(tmp_path) == before
    prints = {before}
    (tmp_path / "b.txt").write_text("two")
    prints.add(fingerprint(tmp_path))
    (tmp_path / "b.txt").rename(tmp_path / "c.txt")
    prints.add(fingerprint(tmp_path))
    (tmp_path / "c.txt").write_text("three")
    prints.add(fingerprint(tmp_path))
    assert len(prints) == 4


def test_what_a_kill_left_is_cleared_and_a_persons_own_files_are_not(tmp_path: Path) -> None:
    left, own = tmp_path / f".123-{'0' * 16}.part", tmp_path / ".download.part"
    left.write_text("half")
    own.write_text("mine")
    clear_parts(tmp_path)
    assert (left.exists(), own.exists()) == (False, True)
