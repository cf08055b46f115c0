"""Evidence of one side grouped into the points it makes, and the words that name each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from debatebot.embedding import Memory
from debatebot.retrieve import FUNCTION_WORDS

ALIKE = 0.35
"""Sentences whose groups are this near (mean cosine) make one point; chosen by `training/choose_alike.py`."""
LEAST = 1e-6
"""The length from which a vector has a direction; a text that is the stance itself has none left."""
LABEL_WORDS = (2, 3)


def grouped(texts: Sequence[str], stance: str, memory: Memory, alike: float = ALIKE) -> list[list[int]]:
    """The texts by number, in groups that make one point; groups and their members in the order given.

    Average linkage: the two nearest groups become one, until none are nearer than `alike`. What the texts share with
    the stance is taken out of their vectors first, for all of them speak of its subject.
    """
    if len(texts) < 2:
        return [[n] for n in range(len(texts))]
    from scipy.cluster.hierarchy import fcluster, linkage  # type: ignore[import-untyped]  # noqa: PLC0415

    subject, vectors = memory.encode([stance])[0], memory.encode(texts)
    vectors = vectors - np.outer(vectors @ subject, subject)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), LEAST)
    apart = np.maximum(0.0, 1.0 - (vectors @ vectors.T)[np.triu_indices(len(texts), 1)])
    groups: dict[int, list[int]] = {}
    for number, name in enumerate(fcluster(linkage(apart, "average"), 1.0 - alike, "distance")):
        groups.setdefault(int(name), []).append(number)
    return list(groups.values())


def labels(groups: Sequence[Sequence[str]], stance: str, memory: Memory) -> list[str]:
    """For each group of sentences, best first, the two or three words of its first that say most what it is about.

    They are the nearest to the group's middle and farthest from the other groups'; a sentence without such
    words is called by its beginning.
    """
    if not groups:
        return []
    middles = np.stack([memory.encode(list(group)).mean(axis=0) for group in groups])
    known = set(_words(stance))
    phrases = [[p for p in dict.fromkeys(_phrases(group[0])) if not set(_words(p)) <= known] for group in groups]
    every = list(dict.fromkeys(phrase for of_group in phrases for phrase in of_group))
    near = dict(zip(every, memory.encode(every) @ middles.T, strict=True)) if every else {}
    return [
        _label([(phrase, near[phrase]) for phrase in of_group], number)
        if of_group
        else " ".join(group[0].split()[: LABEL_WORDS[1]])
        for number, (group, of_group) in enumerate(zip(groups, phrases, strict=True))
    ]


def _label(phrases: Sequence[tuple[str, npt.NDArray[np.float32]]], number: int) -> str:
    """Of phrases with their cosines to all groups, the one that says most of the group `number`."""
    near = np.stack([cosines for _, cosines in phrases])
    others = np.delete(near, number, axis=1)
    own = near[:, number]
    return phrases[int((own - others.max(axis=1) / 2 if others.size else own).argmax())][0]


def _phrases(sentence: str) -> Iterator[str]:
    """Runs of two or three words, none a function word, within one clause."""
    for clause in re.split(r"[^\w\s'’-]+", sentence):
        words = clause.split()
        for size in LABEL_WORDS:
            for at in range(len(words) - size + 1):
                run = words[at : at + size]
                if not any(word.casefold() in FUNCTION_WORDS or word.isdigit() for word in run):
                    yield " ".join(run)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
