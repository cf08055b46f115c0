"""Documents added, described, moved and removed: what is stored, what is embedded, what is on disk."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from debatebot.brief import cite, quote_all
from debatebot.errors import BusyError, DocumentError, LibraryError
from debatebot.judging import Judged
from debatebot.library import Library
from debatebot.lock import one_writer
from debatebot.retrieve import retrieve
from debatebot.types import Evidence, Headway, Refusal, Source
from tests.libraries import CountingEmbedder, library, write
from tests.pdfs import Page, column, make_pdf

FERRY = "The ferry leaves the island at nine."
BREAD = "Bread is baked from flour and water."
TAXES = "Taxes on land were raised in spring."


@pytest.fixture
def made(tmp_path: Path, embedder: CountingEmbedder) -> Library:
    return library(tmp_path, embedder)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    (folder / "more").mkdir(parents=True)
    (folder / "ferry.txt").write_text(FERRY)
    (folder / "more/bread.md").write_text(BREAD)
    (folder / "more/bread.toml").write_text('author = "Bo Baker"  # the younger\n')
    return folder


def corpus(made: Library) -> dict[str, str]:
    return {p.relative_to(made.corpus).as_posix(): p.read_text() for p in made.corpus.rglob("*") if p.is_file()}


def found(made: Library, embedder: CountingEmbedder, text: str) -> list[Evidence]:
    candidates = retrieve(made, embedder.encode([text], query=True), text, 5)
    judged = [Judged(candidate, sentence, 0, 0) for candidate in candidates for sentence in candidate.passage.sentences]
    return list(quote_all(made, [(item, 1.0) for item in judged]))


def test_a_folder_is_added_with_its_citations(made: Library, outside: Path, embedder: CountingEmbedder) -> None:
    made.sync()
    report = made.add([outside])
    assert (report.added, report.refused) == (("outside/ferry.txt", "outside/more/bread.md"), ())
    assert corpus(made) == {
        "outside/ferry.txt": FERRY,
        "outside/more/bread.md": BREAD,
        "outside/more/bread.md.toml": 'author = "Bo Baker"  # the younger\n',
    }
    [evidence] = found(made, embedder, "What is bread made of?")[:1]
    assert (evidence.quote, cite(evidence)) == (BREAD, "Bo Baker, “Bread,” ¶ 1")
    embedder.embedded = 0
    assert made.sync().unchanged == report.added
    assert embedder.embedded == 0


def test_what_is_given_is_kept_for_the_citation(made: Library, outside: Path) -> None:
    made.add([outside / "more/bread.md"], Source(date="2020", url="https://bread.example/"))
    assert made.document("bread.md").source == Source("Bread", "Bo Baker", date="2020", url="https://bread.example/")
    assert made.sync().unchanged == ("bread.md",)


def test_adding_twice_says_so_and_stores_once(made: Library, outside: Path, embedder: CountingEmbedder) -> None:
    made.add([outside / "ferry.txt"])
    shutil.copy(outside / "ferry.txt", outside / "copy.txt")
    embedder.embedded = 0
    report = made.add([outside / "ferry.txt", outside / "copy.txt"])
    assert report.unchanged == ("ferry.txt", "ferry.txt")
    assert report.notes == tuple(
        f"{outside / n}.txt is already in the library, as ferry.txt" for n in ("ferry", "copy")
    )
    assert (embedder.embedded, list(corpus(made))) == (0, ["ferry.txt"])


def test_another_file_of_that_name_gets_a_number(made: Library, outside: Path) -> None:
    made.add([outside / "ferry.txt"])
    (outside / "ferry.txt").write_text(TAXES)
    assert made.add([outside / "ferry.txt"]).added == ("ferry-2.txt",)
    assert (made.document("ferry.txt").text, made.document("ferry-2.txt").text) == (FERRY, TAXES)


def test_a_refused_file_leaves_nothing_and_the_rest_is_taken(made: Library, outside: Path, tmp_path: Path) -> None:
    (outside / "empty.txt").write_bytes(b"")
    (outside / "sheet.xyz").write_bytes(b"1")
    (outside / "badly.txt").write_text("Some words.")
    (outside / "badly.toml").write_text("author = 1\n")
    (outside / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "straight.txt").symlink_to(outside / "ferry.txt")
    report = made.add([outside, tmp_path / "nowhere.txt", tmp_path / "straight.txt"])
    assert report.added == ("outside/ferry.txt", "outside/more/bread.md")
    reasons = {Path(refusal.document).name: refusal.reason for refusal in report.refused}
    assert sorted(reasons) == ["badly.txt", "empty.txt", "link.txt", "nowhere.txt", "sheet.xyz", "straight.txt"]
    assert "must be text" in reasons["badly.txt"]
    assert "is empty" in reasons["empty.txt"]
    assert "no such file" in reasons["nowhere.txt"]
    assert "is a link that leaves" in reasons["link.txt"]
    assert "it is a link" in reasons["straight.txt"]
    assert "of the kind .xyz are not read" in reasons["sheet.xyz"]
    assert len(corpus(made)) == 3


def test_names_that_would_climb_or_hide_are_made_safe(made: Library, tmp_path: Path) -> None:
    path = tmp_path / "..\\..\\climb\n.txt"
    path.write_text(FERRY)
    assert made.add([path]).added == ("climb.txt",)
    assert corpus(made) == {"climb.txt": FERRY}


def test_a_file_of_the_corpus_is_added_where_it_lies(made: Library, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    assert made.add([made.corpus / "ferry.txt"], Source(author="Ann")).added == ("ferry.txt",)
    assert made.document("ferry.txt").source.author == "Ann"
    assert made.add([made.corpus / "ferry.txt"]).unchanged == ("ferry.txt",)
    assert made.add([made.corpus]).unchanged == ("ferry.txt",)


def test_a_moved_file_is_not_embedded_again(made: Library, tmp_path: Path, embedder: CountingEmbedder) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    made.sync()
    (made.corpus / "year").mkdir()
    (made.corpus / "ferry.txt").rename(made.corpus / "year/boat.txt")
    # Two that change places are both known, too.
    (made.corpus / "bread.txt").rename(made.corpus / "ferry.txt")
    embedder.embedded = 0
    report = made.sync()
    assert (report.added, report.updated, report.removed) == (("year/boat.txt",), ("ferry.txt",), ("bread.txt",))
    assert embedder.embedded == 0
    assert (made.document("year/boat.txt").text, made.document("ferry.txt").text) == (FERRY, BREAD)
    assert found(made, embedder, "When does the ferry leave?")[0].document == "year/boat.txt"


def test_the_same_content_is_stored_once_and_cited_under_both_names(
    made: Library, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    write(tmp_path, boat=FERRY, ferry=FERRY)
    (made.corpus / "ferry.toml").write_text('title = "The Ferry"\n')
    assert made.sync().added == ("boat.txt", "ferry.txt")
    assert embedder.embedded == 1
    [evidence] = found(made, embedder, "When does the ferry leave?")
    assert (evidence.document, evidence.also) == ("boat.txt", (("ferry.txt", Source(title="The Ferry")),))
    assert cite(evidence) == "“Boat,” ¶ 1; also held as ferry.txt"
    assert [entry.same_as for entry in made.entries()] == ["", "boat.txt"]
    made.remove(["boat.txt"])
    [evidence] = found(made, embedder, "When does the ferry leave?")
    assert (evidence.document, evidence.also) == ("ferry.txt", ())


def test_a_described_document_is_cited_so_and_nothing_else_of_its_sidecar_is_lost(
    made: Library, outside: Path, embedder: CountingEmbedder
) -> None:
    made.add([outside / "more/bread.md"])
    embedder.embedded = 0
    given = made.document("bread.md").source
    made.describe("bread.md", {"title": "On bread", "author": given.author, "date": ""})
    assert made.document("bread.md").source == replace(given, title="On bread")
    sidecar = (made.corpus / "bread.md.toml").read_text()
    assert sidecar == 'author = "Bo Baker"  # the younger\ntitle = "On bread"\n'
    assert made.sync().unchanged == ("bread.md",)
    assert embedder.embedded == 0
    with pytest.raises(DocumentError, match="must begin with https://"):
        made.describe("bread.md", {"url": "javascript:alert(1)"})
    with pytest.raises(DocumentError, match="holds no document"):
        made.describe("bred.md", {"title": "x"})
    assert (made.corpus / "bread.md.toml").read_text() == sidecar


def test_what_a_file_says_of_itself_can_be_taken_back(made: Library) -> None:
    (made.corpus / "pact.md").write_text("---\nauthor: A. Writer\n---\nThe pact was never signed.")
    made.sync()
    made.describe("pact.md", {"author": ""})
    assert made.document("pact.md").source.author == ""
    assert made.sync(rebuild=True).updated == ("pact.md",)
    assert made.document("pact.md").source.author == ""


def test_a_removed_document_is_gone_at_once_with_its_file(
    made: Library, outside: Path, embedder: CountingEmbedder
) -> None:
    made.add([outside])
    with pytest.raises(DocumentError, match=r"no document 'outside/fery\.txt'; did you mean 'outside/ferry\.txt'"):
        made.remove(["outside/more/bread.md", "outside/fery.txt"])
    assert len(made.entries()) == 2
    made.remove(["outside/more/bread.md"])
    assert list(corpus(made)) == ["outside/ferry.txt"]
    assert [evidence.quote for evidence in found(made, embedder, "What is bread made of?")] == [FERRY]


def test_progress_tells_how_far_it_is(made: Library, tmp_path: Path) -> None:
    write(tmp_path, a=FERRY, b=BREAD, c=TAXES)
    told: list[Headway] = []
    made.sync(told.append)
    assert {reading.of for reading in told} == {3}
    assert [reading.done for reading in told] == sorted(reading.done for reading in told)
    assert told[-1].done == 3
    assert told[-1].seconds_left == 0
    told.clear()
    made.sync(told.append)
    assert told == []


def test_a_reader_is_not_held_up_by_a_writer(made: Library, tmp_path: Path, embedder: CountingEmbedder) -> None:
    write(tmp_path, ferry=FERRY)
    made.sync()
    with one_writer(made.index, "add"):
        assert found(made, embedder, "When does the ferry leave?")
        with pytest.raises(BusyError, match="debatebot add"):
            made.sync(wait=0)


def test_a_changed_corpus_is_noticed(made: Library, tmp_path: Path) -> None:
    assert made.changed()
    made.sync()
    assert not made.changed()
    write(tmp_path, ferry=FERRY)
    assert made.changed()
    made.sync()
    assert not made.changed()


def test_a_refusal_is_kept_short_of_nothing_stored(made: Library, outside: Path) -> None:
    made.add([outside])
    (outside / "broken.txt").write_bytes(b"\0\1\2")
    report = made.add([outside / "broken.txt"])
    assert report.refused == (
        Refusal(
            str(outside / "broken.txt"),
            "broken.txt holds binary data, not text; give it its true suffix, or save it as UTF-8 text",
        ),
    )
    assert len(made.entries()) == 2


def test_the_kept_snapshot_may_be_behind(made: Library, tmp_path: Path, embedder: CountingEmbedder) -> None:
    write(tmp_path, **{f"d{n}": f"Report {n} speaks of the harbour in the year {1900 + n}." for n in range(60)})
    made.sync()
    label = json.loads((made.index / "vectors.json").read_text())
    made.remove(["d7.txt"])
    assert json.loads((made.index / "vectors.json").read_text()) == label
    again = library(tmp_path, embedder)
    assert len(again.snapshot().numbers) == 59
    assert "d7.txt" not in {c.passage.document for c in retrieve(again, embedder.encode(["harbour"]), "harbour", 99)}


def test_an_answer_from_a_pdf_cites_the_printed_page_of_its_sentence(
    made: Library, tmp_path: Path, embedder: CountingEmbedder
) -> None:
    pages: list[Page] = [
        column("The pact was signed in the old harbour town by nine states. Its first summit was held there."),
        column("Its court never sat, for nobody paid the judges. The building now holds a museum of carpets."),
    ]
    path = tmp_path / "pact.pdf"
    path.write_bytes(make_pdf(pages, labels="0 << /S /r /St 12 >> 1 << /S /D >>"))
    assert made.add([path]).added == ("pact.pdf",)
    quotes = {
        evidence.quote: cite(evidence) for evidence in found(made, embedder, "Why did the court of the pact fail?")
    }
    assert quotes["Its first summit was held there."] == "“Pact,” p. xii"
    assert quotes["Its court never sat, for nobody paid the judges."] == "“Pact,” p. 1"
    assert [entry.pages for entry in made.entries()] == [2]


def test_a_changed_file_is_read_again_whatever_was_saved_of_it_meanwhile(made: Library, tmp_path: Path) -> None:
    write(tmp_path, ferry=FERRY)
    made.sync()
    write(tmp_path, ferry=TAXES)
    made.describe("ferry.txt", {"author": "Ann"})
    with pytest.raises(DocumentError, match="has changed since it was read"):
        made.remove(["ferry.txt"])
    assert made.sync().updated == ("ferry.txt",)
    assert made.document("ferry.txt").text == TAXES
    assert made.document("ferry.txt").source.author == "Ann"


@pytest.mark.parametrize("loss", ["deleted", "damaged", "never there"])
def test_adding_to_an_index_that_is_gone_brings_the_rest_back(
    made: Library, tmp_path: Path, outside: Path, loss: str
) -> None:
    write(tmp_path, taxes=TAXES, ferry=FERRY)
    if loss != "never there":
        made.sync()
        made.store.path.write_bytes(b"no database" * 999)
    if loss == "deleted":
        shutil.rmtree(made.index)
    report = made.add([outside])
    assert report.added == ("outside/more/bread.md",)
    assert report.unchanged == ("ferry.txt",)
    assert [name for _, name in report.placed] == ["ferry.txt", "outside/more/bread.md"]
    assert [entry.document for entry in made.entries()] == ["ferry.txt", "outside/more/bread.md", "taxes.txt"]


def test_a_bad_citation_is_refused_before_anything_is_copied(made: Library, outside: Path) -> None:
    for source in (Source(url="bread.example"), Source(author="\udcff"), Source(title="x" * 2000)):
        with pytest.raises(DocumentError):
            made.add([outside / "ferry.txt"], source)
    assert corpus(made) == {}


def test_names_that_the_corpus_leaves_out_are_changed(made: Library, tmp_path: Path) -> None:
    for name in ("README.md", "~$draft.txt", ".hidden.txt"):
        (tmp_path / name).write_text(f"This is {name} and its words.")
        assert len(made.add([tmp_path / name]).added) == 1
    assert sorted(corpus(made)) == ["_README.md", "draft.txt", "hidden.txt"]
    assert len(made.sync().unchanged) == 3


def test_the_same_bytes_of_another_kind_are_another_document(made: Library, tmp_path: Path) -> None:
    page = "<html><body><p>The ferry leaves the island at nine in the morning.</p></body></html>"
    for suffix in ("txt", "html"):
        (tmp_path / f"page.{suffix}").write_text(page)
        assert made.add([tmp_path / f"page.{suffix}"]).added == (f"page.{suffix}",)
    assert made.also(made.document("page.html")) == ()


def test_a_file_that_was_put_there_by_hand_is_not_copied_beside_it(made: Library, outside: Path) -> None:
    made.sync()
    shutil.copy(outside / "ferry.txt", made.corpus)
    assert made.add([outside / "ferry.txt"]).added == ("ferry.txt",)
    assert list(corpus(made)) == ["ferry.txt"]


def test_a_refused_file_is_tried_again_only_when_it_has_changed(
    made: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, blank=" ")
    refused = made.sync().refused
    assert [refusal.document for refusal in refused] == ["blank.txt"]
    monkeypatch.setattr("debatebot.reading.Extractor.load", lambda *_: pytest.fail("it was read again"))
    assert made.sync().refused == refused
    monkeypatch.undo()
    write(tmp_path, blank=FERRY)
    assert made.sync().added == ("blank.txt",)


def test_a_rebuild_serves_readers_meanwhile(made: Library, tmp_path: Path, embedder: CountingEmbedder) -> None:
    write(tmp_path, ferry=FERRY, bread=BREAD)
    made.sync()
    quotes: list[str] = []

    def look(_: Headway) -> None:
        quotes.append(found(made, embedder, "When does the ferry leave?")[0].quote)

    assert len(made.sync(look, rebuild=True).updated) == 2
    assert set(quotes) == {FERRY}


def test_an_index_inside_the_corpus_is_refused(tmp_path: Path, embedder: CountingEmbedder) -> None:
    with pytest.raises(LibraryError, match="lies in the corpus folder"):
        Library(tmp_path, tmp_path / "index", embedder)
