"""Evidence grouped into points, with the real embedding model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debatebot.brief import choose
from debatebot.embedding import Memory, SentenceTransformerEmbedder
from debatebot.points import grouped, labels

COST = [
    "The new stadium will cost the city two billion over ten years.",
    "Taxpayers in the city would have to find two billion for the stadium.",
]
TRAFFIC = ["On match days the roads around the stadium will be jammed for hours."]
BUILD = "The city should build the new stadium."
BIRDS = ["The marsh behind the harbour is the last nesting place of the bittern."]


@pytest.fixture(scope="module")
def memory(model: SentenceTransformerEmbedder) -> Memory:
    return Memory(model)


def test_sentences_that_make_one_point_are_one_group(memory: Memory) -> None:
    assert grouped([COST[0], BIRDS[0], COST[1], TRAFFIC[0]], BUILD, memory) == [[0, 2], [1], [3]]


def test_a_sentence_that_is_the_stance_itself_is_a_point_of_its_own(memory: Memory) -> None:
    assert grouped([BUILD, COST[0], COST[1]], BUILD, memory) == [[0], [1, 2]]


def test_nothing_makes_no_points(memory: Memory) -> None:
    assert grouped([], BUILD, memory) == []
    assert labels([], "The stadium should be built.", memory) == []


def test_a_point_is_called_by_words_of_its_first_sentence(memory: Memory) -> None:
    names = labels([COST, TRAFFIC, BIRDS], BUILD, memory)
    for name, (first, *_) in zip(names, (COST, TRAFFIC, BIRDS), strict=True):
        assert name in first
        assert len(name.split()) in {2, 3}
    assert len(set(names)) == 3


def test_a_sentence_without_telling_words_is_called_by_its_beginning(memory: Memory) -> None:
    assert labels([["It is not so, and it will not be."]], "The pact will hold.", memory) == ["It is not"]


@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6), count=st.integers(1, 20), data=st.data())
def test_each_point_is_shown_before_any_is_shown_twice(sizes: list[int], count: int, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(sum(sizes))))
    groups, at = [], 0
    for size in sizes:
        groups.append(sorted(numbers[at : at + size]))
        at += size
    found = [SimpleNamespace(corrected=False)] * len(numbers)
    shown = choose(cast(Any, found), groups, count)
    assert shown == sorted(shown)
    assert len(shown) == min(count, len(found))
    taken = [sum(n in shown for n in group) for group in groups]
    for size, many in zip(sizes, taken, strict=True):
        assert many >= min(size, max(taken) - 1)
