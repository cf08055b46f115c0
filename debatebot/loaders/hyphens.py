"""Words broken at the ends of lines, put together again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

HYPHEN = "\x02"
"""Ends a line at which a word is broken, until it is known whether the hyphen belongs to the word."""

_WORD = re.compile(r"\w+(?:[-‐]\w+)*")
_HEAD = re.compile(r"(?:\w+[-‐])*\w+$")
_TAIL = re.compile(r"\w+(?:[-‐]\w+)*")
_KEPT = {"cross", "half", "quasi", "self", "well"}


class Words:
    """The words of a document, by which it is told what a broken word was."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._counts: Counter[str] | None = None

    def joined(self, before: str, following: str) -> str | None:
        """The line `before` without its hyphen, or with it as part of the word; None where no word is broken."""
        marked = before.endswith(HYPHEN)
        if not marked and not (before[-1:] in {"-", "‐"} and before[-2:-1].isalnum() and following[:1].islower()):
            return None
        start = before[:-1]
        head, tail = _HEAD.search(start), _TAIL.match(following)
        if not head or not tail:
            return start + "-"
        return start if self._one_word(head[0].casefold(), tail[0].casefold(), following) else start + "-"

    def _one_word(self, head: str, tail: str, following: str) -> bool:
        together, apart = self._count(head + tail), self._count(f"{head}-{tail}")
        if head[-1:].isdigit() or not (following[0].islower() or _caseless(following[0])):
            return together > apart
        return together >= apart if together or apart else head not in _KEPT

    def _count(self, word: str) -> int:
        if self._counts is None:
            self._counts = Counter(
                found.casefold().replace("‐", "-") for line in self._lines for found in _WORD.findall(line)
            )
        return self._counts[word]


def _caseless(letter: str) -> bool:
    return letter.isalpha() and letter.lower() == letter.upper()
