"""The library: what goes in comes out, nothing is embedded twice, and damage never passes for truth."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debatebot.embedding import SentenceTransformerEmbedder
from debatebot.errors import DocumentError, LibraryError
from debatebot.library import Library
from debatebot.retrieve import fts_query, retrieve
from debatebot.types import Passage
from tests.libraries import CountingEmbedder, library, write

FERRY = "The ferry to the island leaves at noon. It carries forty cars and the mail."
BREAD = "Bread rises because yeast makes gas. A warm kitchen helps the dough along."
TAXES = "A tax on sugar lowers the sale of soft drinks. Shops near the border lose trade."


def contents(made: Library) -> dict[int, Passage]:
    return made.store.passages()


def best(made: Library, question: str) -> str:
    return retrieve(made, made.embedder.encode([question], query=True), question, 5)[0].passage.document


def test_self_similarity_is_one(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    made = library(tmp_path, embedder)
    made.sync()
    for number, passage in contents(made).items():
        (nearest, cosine), *_ = made.snapshot().search(embedder.encode([passage.text]), 1)
        assert nearest == number
        assert cosine == pytest.approx(1.0, abs=1e-5)
        assert made.snapshot().cosine(embedder.encode([passage.text]), number) == pytest.approx(1.0, abs=1e-5)


def test_a_second_sync_embeds_nothing(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    report = library(tmp_path, embedder).sync()
    assert (report.added, report.unchanged, report.refused) == (("bread.txt", "ferry.txt"), (), ())
    embedder.embedded = 0
    made = library(tmp_path, embedder)
    assert made.sync().unchanged == ("bread.txt", "ferry.txt")
    assert embedder.embedded == 0
    assert best(made, "When does the boat leave?") == "ferry.txt"


def test_a_touched_file_is_read_but_not_embedded(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    library(tmp_path, embedder).sync()
    embedder.embedded = 0
    write(tmp_path, ferry=FERRY)
    assert library(tmp_path, embedder).sync().unchanged == ("ferry.txt",)
    assert embedder.embedded == 0


def test_only_the_changed_file_is_embedded_again(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    made = library(tmp_path, embedder)
    made.sync()
    embedder.embedded = 0
    write(tmp_path, ferry=TAXES)
    report = made.sync()
    assert (report.updated, report.unchanged) == (("ferry.txt",), ("bread.txt",))
    assert embedder.embedded == 1
    assert made.document("ferry.txt").text == TAXES
    assert {p.text for p in contents(made).values()} == {TAXES, BREAD}


def test_a_new_citation_embeds_nothing(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    made = library(tmp_path, embedder)
    made.sync()
    embedder.embedded = 0
    (tmp_path / "corpus/ferry.toml").write_text('author = "Ann Lee"\n')
    assert made.sync().updated == ("ferry.txt",)
    assert made.document("ferry.txt").source.author == "Ann Lee"
    assert embedder.embedded == 0


def test_a_removed_document_is_gone_from_every_answer(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    made = library(tmp_path, embedder)
    made.sync()
    (tmp_path / "corpus/ferry.txt").unlink()
    assert made.sync().removed == ("ferry.txt",)
    assert best(made, "When does the boat leave?") == "bread.txt"
    assert made.store.matching(fts_query("ferry island"), 5) == []
    with pytest.raises(DocumentError, match=r"holds no document 'ferry\.txt'"):
        made.document("ferry.txt")


def test_a_change_by_another_process_is_seen(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, bread=BREAD)
    reader, writer = library(tmp_path, embedder), library(tmp_path, embedder)
    reader.sync()
    assert best(reader, "When does the boat leave?") == "bread.txt"
    write(tmp_path, ferry=FERRY)
    writer.sync()
    assert best(reader, "When does the boat leave?") == "ferry.txt"


def test_a_refused_file_is_named_and_the_rest_is_taken(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, blank=" \n ")
    report = library(tmp_path, embedder).sync()
    assert report.added == ("ferry.txt",)
    assert [refusal.document for refusal in report.refused] == ["blank.txt"]
    assert "empty" in report.refused[0].reason


def test_no_corpus_and_an_empty_corpus(embedder: CountingEmbedder, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"no corpus folder .*nowhere; make it"):
        Library(tmp_path / "nowhere", tmp_path / "index", embedder)
    made = library(tmp_path, embedder)
    assert made.sync().added == ()
    assert retrieve(made, embedder.encode(["peace"], query=True), "peace", 5) == []


@pytest.mark.parametrize("file", ["vectors.faiss", "vectors.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "flipped", "nonsense"])
def test_a_bad_snapshot_is_made_again_without_embedding(
    embedder: CountingEmbedder, tmp_path: Path, file: str, damage: str
) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    library(tmp_path, embedder).sync()
    embedder.embedded = 0
    path = tmp_path / "index" / file
    content = path.read_bytes()
    flipped = content[:40] + bytes([content[40] ^ 0xFF]) + content[41:]
    path.write_bytes({"gone": b"", "cut": content[:-9], "flipped": flipped, "nonsense": b"[1, 2"}[damage])
    if damage == "gone":
        path.unlink()
    made = library(tmp_path, embedder)
    made.sync()
    assert best(made, "When does the boat leave?") == "ferry.txt"
    assert embedder.embedded == 0


def test_a_snapshot_of_another_library_is_not_used(embedder: CountingEmbedder, tmp_path: Path) -> None:
    for name, text in (("one", FERRY), ("two", BREAD)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, text=text)
        library(tmp_path / name, embedder).sync()
    for file in ("vectors.faiss", "vectors.json"):
        shutil.copy(tmp_path / "one/index" / file, tmp_path / "two/index" / file)
    made = library(tmp_path / "two", embedder)
    made.sync()
    passage = next(iter(contents(made).values()))
    assert made.snapshot().cosine(embedder.encode([passage.text]), 1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("content", [b"", b"not a database at all, whatever its name says" * 50])
def test_a_ruined_database_is_made_again_and_said(embedder: CountingEmbedder, tmp_path: Path, content: bytes) -> None:
    write(tmp_path, ferry=FERRY)
    library(tmp_path, embedder).sync()
    (tmp_path / "index/library.sqlite").write_bytes(content)
    made = library(tmp_path, embedder)
    report = made.sync()
    assert report.added == ("ferry.txt",)
    assert report.notes == (("the index was damaged and has been made again from the corpus",) if content else ())
    assert best(made, "When does the boat leave?") == "ferry.txt"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, model: SentenceTransformerEmbedder) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write(folder, ferry=FERRY, bread=BREAD, taxes=TAXES)
    library(folder, CountingEmbedder(model)).sync()
    return folder


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_flipped_bytes_never_change_an_answer(
    model: SentenceTransformerEmbedder, whole: Path, tmp_path: Path, seed: int
) -> None:
    """Bytes of the database are flipped anywhere: it is refused, made again, or all that is read is as it was."""
    chance = random.Random(seed)
    folder = tmp_path / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    path = folder / "index/library.sqlite"
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 20])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    (folder / "index/vectors.json").unlink()
    made = library(folder, CountingEmbedder(model))
    true = library(whole, CountingEmbedder(model))
    try:
        made.sync()
        found = {p.text: p for p in contents(made).values()}
        texts = {name: made.document(name).text for name in ("ferry.txt", "bread.txt", "taxes.txt")}
        vectors = made.store.vectors(made.snapshot().numbers)[1]
    except (LibraryError, DocumentError):
        return
    assert found == {p.text: p for p in contents(true).values()}
    assert texts == {"ferry.txt": FERRY, "bread.txt": BREAD, "taxes.txt": TAXES}
    assert np.allclose(
        sorted(vectors.tolist()), sorted(true.store.vectors(true.snapshot().numbers)[1].tolist()), atol=1e-5
    )


def test_another_model_is_noticed_and_the_mend_named(model: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    library(tmp_path, CountingEmbedder(model, "one")).sync()
    other = CountingEmbedder(model, "two")
    with pytest.raises(
        LibraryError,
        match=r"embedder 'one', now 'two' \(1 of 1 documents to be made again\); `debatebot sync --rebuild` makes",
    ):
        library(tmp_path, other).sync()
    assert library(tmp_path, other).sync(rebuild=True).updated == ("ferry.txt",)
    assert other.embedded == 1
    assert library(tmp_path, other).sync().unchanged == ("ferry.txt",)


def test_near_duplicates_are_shown_once(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY, again=FERRY.upper(), bread=BREAD)
    made = library(tmp_path, embedder)
    made.sync()
    found = retrieve(made, embedder.encode(["the ferry"], query=True), "the ferry", 5)
    assert len(found) == 2


def test_words_that_fts_would_take_for_commands(embedder: CountingEmbedder, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    made = library(tmp_path, embedder)
    made.sync()
    for text in ('NEAR("ferry"', "ferry AND NOT *", "title:ferry^2", "— “ ” 😀", "العبّارة"):
        assert len(retrieve(made, embedder.encode([text], query=True), text, 5)) == 1
