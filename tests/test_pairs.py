"""The form in which the stance model reads a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from debatebot.pairs import BAR, WORDS, in_context

WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


def text(words: int) -> str:
    return " ".join(f"w{n}" for n in range(words))


def test_a_short_sentence_is_led_by_the_one_before_it() -> None:
    assert in_context("It will not.", "Some say the pact will hold.") == "Some say the pact will hold. | It will not."


def test_a_long_lead_is_cut_to_its_last_words() -> None:
    assert in_context(text(WORDS - 8), text(50)).split(BAR)[0].split() == text(50).split()[-8:]


def test_a_lead_of_too_few_words_is_left_out() -> None:
    assert in_context(text(WORDS - 7), text(50)) == text(WORDS - 7)
    assert in_context(text(WORDS - 7), "But why?") == "But why?" + BAR + text(WORDS - 7)


@given(st.lists(WORD, min_size=1, max_size=60), st.lists(WORD, max_size=60))
def test_lead_and_sentence_stay_within_bounds(sentence: list[str], before: list[str]) -> None:
    read = in_context(" ".join(sentence), " ".join(before))
    assert read.endswith(" ".join(sentence))
    assert len(read.replace(BAR, " ").split()) <= max(WORDS, len(sentence))
