"""What the stance model reads: a stance, and a sentence with the words before it.

Training and use share this module, so that the model never meets a form it was not trained on.
"""

from __future__ import annotations

LABELS = ("support", "rebut", "neither")
BAR = " | "
WORDS = 36
FEWEST_WORDS = 8


def in_context(sentence: str, before: str) -> str:
    """The sentence, led by the last words of the sentence before it where it is short.

    Sentence and lead hold at most `WORDS` words together: a short sentence ("It will not.") needs
    what stands before it, a long one carries its own meaning, and reading costs time by the word.
    A lead of under `FEWEST_WORDS` words that is not the whole sentence before is left out.
    """
    lead = before.split()
    room = WORDS - len(sentence.split())
    if len(lead) > room:
        lead = lead[-room:] if room >= FEWEST_WORDS else []
    return " ".join(lead) + BAR + sentence if lead else sentence
