"""Quotations looked up in a library: what stands there, what differs, and what is invented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from debatebot.errors import DocumentError, InputError
from debatebot.library import Library
from debatebot.quotes import LONGEST, Change, QuoteStatus, check_quote
from tests.libraries import CountingEmbedder, library, write

HARBOUR = (
    "The harbour was closed in March. “Nobody asked us”, said the pilots — who had worked there for thirty years.\n\n"
    "It did not reopen until the autumn, when the last of the well-known dredgers had been paid. "
    "By then the fishermen's co-operative had moved north, and with it went most of the town's trade."
)
RIVER = "The river carried the ice past the mill. It did not reopen until the autumn. The miller sold his geese."


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, model: object) -> Library:
    folder = tmp_path_factory.mktemp("quotes")
    write(folder, harbour=HARBOUR, river=RIVER)
    made = library(folder, CountingEmbedder(model))  # type: ignore[arg-type]
    made.sync()
    return made


@pytest.fixture(scope="module")
def essay(tmp_path_factory: pytest.TempPathFactory, model: object, op_ed: Path) -> Library:
    made = Library(op_ed.parent, tmp_path_factory.mktemp("essay") / "index", CountingEmbedder(model))  # type: ignore[arg-type]
    made.sync()
    return made


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("It did not reopen until the autumn, when", "It did not reopen until the autumn, when"),
        ("“The harbour was closed in March.”", "The harbour was closed in March"),
        ("  the last of the\n well‑known\tdredgers ", "the last of the well-known dredgers"),
        ("'Nobody asked us', said the pilots--who had", "Nobody asked us”, said the pilots — who had"),
        ("the fishermen’s co–operative had moved north", "the fishermen's co-operative had moved north"),
        ("thirty years. It did not reopen", "thirty years.\n\nIt did not reopen"),
        ("geese", "geese"),
    ],
)
def test_shapes_of_marks_dashes_and_space_make_no_difference(shelf: Library, quote: str, found: str) -> None:
    check = check_quote(shelf, quote)
    assert (check.status, check.changes) == (QuoteStatus.EXACT, ())
    assert check.found
    assert check.found.quote == found
    assert shelf.document(check.found.document).text[check.found.start : check.found.end] == found


@pytest.mark.parametrize(
    ("quote", "changes"),
    [
        ("the Harbour was closed in March", [Change("the Harbour", "The harbour")]),
        (
            "By now the fishermen's co-operative had moved south, and with it",
            [Change("now", "then"), Change("south", "north")],
        ),
        ("when the last of the dredgers had been paid", [Change("", "well-known")]),
        ("It did certainly not reopen until the autumn, when the last", [Change("certainly", "")]),
        ("and with it went … the town's trade", [Change("…", "most of")]),
        ("It did not reopen until the autumn when the last", [Change("", ",")]),
    ],
)
def test_what_differs_is_shown(shelf: Library, quote: str, changes: list[Change]) -> None:
    check = check_quote(shelf, quote)
    assert check.status is QuoteStatus.NEAR
    assert list(check.changes) == changes
    assert check.found
    assert check.found.document == "harbour.txt"


@pytest.mark.parametrize(
    "quote",
    [
        "The pilots were paid for their long years of patient work",
        "The town's merchants had never liked the harbour",
        "the autumn of the fishermen",
        "arbour was closed",
        "harbour was close",
        "Nobody has ever seen a whale in these waters",
    ],
)
def test_what_the_library_does_not_hold_is_nowhere(shelf: Library, quote: str) -> None:
    check = check_quote(shelf, quote)
    assert (check.status, check.found, check.changes) == (QuoteStatus.NOWHERE, None, ())


def test_a_quotation_belongs_to_the_document_that_is_named(shelf: Library) -> None:
    both = "It did not reopen until the autumn"
    for name in ("harbour.txt", "river.txt"):
        check = check_quote(shelf, both, name)
        assert check.status is QuoteStatus.EXACT
        assert check.found
        assert check.found.document == name
    check = check_quote(shelf, "The miller sold his geese.", "harbour.txt")
    assert check.status is QuoteStatus.ELSEWHERE
    assert check.found
    assert check.found.document == "river.txt"
    assert check_quote(shelf, "Pigs have wings and fly south", "river.txt").status is QuoteStatus.NOWHERE


@pytest.mark.parametrize("quote", ["", "  ", "“…”", "?!", "a" * (LONGEST + 1)])
def test_what_is_no_quotation_is_refused(shelf: Library, quote: str) -> None:
    with pytest.raises(InputError):
        check_quote(shelf, quote)


def test_a_document_that_is_not_there_is_named(shelf: Library) -> None:
    with pytest.raises(DocumentError, match=r"sea\.txt"):
        check_quote(shelf, "The miller sold his geese.", "sea.txt")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_run_of_words_of_a_document_is_exact(essay: Library, data: st.DataObject) -> None:
    text = essay.document("arab-nato-op-ed.txt").text
    words = list(re.finditer(r"\S*\w\S*", text))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(len(words) - 1, first + 60)))
    quote = text[words[first].start() : words[last].end()]
    check = check_quote(essay, data.draw(st.sampled_from([quote, " ".join(quote.split()), f"“{quote}”"])))
    assert (check.status, check.changes) == (QuoteStatus.EXACT, ())
    assert check.found
    assert check.found.quote.strip("“”\"'., ") in quote


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_altered_word_is_near_and_shown(essay: Library, data: st.DataObject) -> None:
    text = essay.document("arab-nato-op-ed.txt").text
    words = list(re.finditer(r"\w+", text))
    first = data.draw(st.integers(0, len(words) - 13))
    altered = data.draw(st.integers(first + 1, first + 10))
    cut = words[altered].span()
    quote = f"{text[words[first].start() : cut[0]]}marmalade{text[cut[1] : words[first + 12].end()]}"
    check = check_quote(essay, quote)
    assert check.status is QuoteStatus.NEAR
    assert any("marmalade" in change.quoted for change in check.changes)
