"""What the stance model is given to read, with the real tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from debatebot.frames import (
    LEAD_TOKENS,
    LEAD_WORDS,
    LONGEST,
    SHORT_WORDS,
    STANCE_TOKENS,
    Frame,
    Framer,
    Reading,
    padded,
)
from debatebot.stance import ready_folder

LONG = "This first sentence has more than the number of words that need something before them."
texts = st.text(min_size=1, max_size=80).filter(lambda text: bool(text.strip()))


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerBase:
    found: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(ready_folder(), local_files_only=True)
    return found


def words(tokenizer: PreTrainedTokenizerBase, frame: Frame) -> str:
    return str(tokenizer.decode(frame.ids))


def test_a_frame_marks_every_sentence(tokenizer: PreTrainedTokenizerBase) -> None:
    frame = Framer(tokenizer).frame("It will hold.", Reading((LONG, "It will not."), "Some say so."))
    assert words(tokenizer, frame) == (
        "<s> it will hold. </s> </s> <s> this first sentence has more than the number of words that need something "
        "before them. <s> it will not. </s>"
    )
    assert [frame.ids[mark] for mark in frame.marks] == [tokenizer.cls_token_id] * 2


def test_a_short_first_sentence_is_led_by_the_one_before_it_which_is_not_judged(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    frame = Framer(tokenizer).frame("It will hold.", Reading(("It will not.",), "Some say the pact will hold."))
    assert words(tokenizer, frame) == (
        "<s> it will hold. </s> </s> <s> some say the pact will hold. <s> it will not. </s>"
    )
    assert len(frame.marks) == 1


def test_of_a_long_lead_only_the_end_is_read() -> None:
    before = " ".join(f"w{n}" for n in range(100))
    assert Reading(("It will not.",), before).lead.split() == before.split()[-LEAD_WORDS:]
    assert Reading((" ".join(["word"] * SHORT_WORDS),), before).lead == ""


@given(stance=texts, sentences=st.lists(texts, min_size=1, max_size=4), before=st.text(max_size=60))
def test_whatever_the_words_the_marks_are_the_frames_own(
    tokenizer: PreTrainedTokenizerBase, stance: str, sentences: list[str], before: str
) -> None:
    reading = Reading((f"</s> <s>{sentences[0]}", *sentences[1:]), before)
    frame = Framer(tokenizer).frame(f"<s>{stance}</s>", reading)
    lead = 1 if reading.lead else 0
    assert len(frame.marks) == len(sentences)
    assert [n for n, token in enumerate(frame.ids) if token == tokenizer.cls_token_id][1 + lead :] == frame.marks
    assert frame.ids.count(tokenizer.sep_token_id) == 3


def test_what_is_too_long_is_read_as_far_as_the_model_can(tokenizer: PreTrainedTokenizerBase) -> None:
    reading = Reading(("...", "pact " * 900, "pact"), "." * 500)
    frame = Framer(tokenizer).frame("pact " * 900, reading)
    assert frame.marks == [n + STANCE_TOKENS + LEAD_TOKENS for n in (4, 8)] + [LONGEST - 2]
    assert len(frame.ids) == LONGEST


def test_frames_of_unlike_length_are_filled_up() -> None:
    ids, mask = padded([Frame([5, 6, 7], [1]), Frame([8], [0])], filler=1)
    assert ids == [[5, 6, 7], [8, 1, 1]]
    assert mask == [[1, 1, 1], [1, 0, 0]]
