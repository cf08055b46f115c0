"""The stance model as it is run: an answer for each sentence, and scores that are kept."""

from __future__ import annotations

import numpy as np
import pytest

from debatebot.frames import Reading
from debatebot.stance import CrossEncoder, open_stance_model

STANCE = "The town should close its airport."
READINGS = [
    Reading(("The airport has lost four million a year since it opened.", "Nobody on the council denies it.")),
    Reading(("The river froze twice that winter.", "Boys skated on it."), "It was a cold year."),
    Reading(("Without the airport, two hundred families would lose their living.",)),
    Reading(("The museum was founded in 1911 by a doctor.", "Its roof leaks.", "It is shut on Mondays.")),
]


@pytest.fixture(scope="module")
def folder_model() -> CrossEncoder:
    return open_stance_model()


def test_every_sentence_gets_three_logits(folder_model: CrossEncoder) -> None:
    scores = folder_model.score(STANCE, READINGS)
    assert [rows.shape for rows in scores] == [(len(reading.sentences), 3) for reading in READINGS]
    assert folder_model.score(STANCE, []) == []


def test_scores_are_kept(folder_model: CrossEncoder) -> None:
    first = folder_model.score(STANCE, READINGS)
    told: list[tuple[int, int]] = []
    again = folder_model.score(STANCE, READINGS[::-1], lambda *step: told.append(step))
    assert told == []
    for rows, others in zip(first, again[::-1], strict=True):
        np.testing.assert_array_equal(rows, others)
