"""What a message in the chat asks for, given the switch and what was asked before.

A message is a stance, a question, or a follow-up to the last one ("more", "and the other side?").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from debatebot.errors import InputError
from debatebot.types import Side


class Mode(StrEnum):
    """The switch of the chat."""

    BOTH = "both"
    SUPPORT = "support"
    REBUT = "rebut"
    ASK = "ask"


SIDES = {
    Mode.BOTH: (Side.SUPPORT, Side.REBUT),
    Mode.SUPPORT: (Side.SUPPORT,),
    Mode.REBUT: (Side.REBUT,),
}

MORE = re.compile(
    r"(show |give |tell |find )?(me )?(some )?"
    r"(more|anything else|what else|go on|next)( evidence| passages| answers| quotes)?"
)
OTHER = re.compile(r"(show |give )?(me )?(the )?(other|opposite|opposing) side|turn it round|switch sides?")
FOR = re.compile(r"(what |anything |evidence |show me |and )*(for|supports?|in favou?r)( of)?( me| it| this| that)?")
AGAINST = re.compile(r"(what |anything |evidence |show me |and )*(against|rebuts?|rebuttals?)( me| it| this| that)?")
LEAD = re.compile(r"^(and|but|so|now|then|ok|okay|yes|please|what about|how about)\b[\s,]*", re.IGNORECASE)
QUESTION = re.compile(
    r"(who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|has|have)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Request:
    """A brief or an answer to make: of each side the evidence from number `skip` to `count`."""

    kind: Literal["brief", "ask"]
    text: str
    sides: tuple[Side, ...]
    skip: int
    count: int
    notice: str | None = None


def understand(message: str, mode: Mode, last: Request | None, evidence: int = 5) -> Request:
    """The request that a message makes; `evidence` is how many pieces a side are shown at once.

    Raises InputError for a blank message, and for a follow-up that follows nothing.
    """
    text = " ".join(message.split())
    if not text:
        raise InputError("State a position, or ask a question.")
    follow_up = _follow_up(_bare(text), last, evidence)
    if follow_up:
        return follow_up
    if mode is Mode.ASK:
        return Request("ask", text, (), 0, evidence)
    if text.endswith(("?", "؟")) and QUESTION.match(text):
        return Request("ask", text, (), 0, evidence, "Read as a question. State a position to see both sides.")
    return Request("brief", text, SIDES[mode], 0, evidence)


def _bare(text: str) -> str:
    """A message without the small words and marks around a follow-up."""
    bare, before = text.casefold().strip(" .!?…"), ""
    while bare != before:
        before, bare = bare, LEAD.sub("", bare).strip(" .!?…,")
    return re.sub(r"[\s,]+(please|then|too)$", "", bare)


def _follow_up(bare: str, last: Request | None, evidence: int) -> Request | None:
    kinds = {"more": MORE, "other": OTHER, "for": FOR, "against": AGAINST}
    kind = next((name for name, pattern in kinds.items() if pattern.fullmatch(bare)), None)
    if kind is None:
        return None
    if last is None:
        raise InputError("There is nothing before this to follow. State a position, or ask a question.")
    if kind == "more":
        return replace(last, skip=last.count, count=last.count + evidence, notice=None)
    if last.kind == "ask":
        raise InputError("An answer to a question has no sides. State a position to see what is for and against it.")
    side = {"for": Side.SUPPORT, "against": Side.REBUT}.get(kind) or _other(last)
    return replace(last, sides=(side,), skip=0, count=evidence, notice=None)


def _other(last: Request) -> Side:
    """The side that the last request left out; after both sides, the supporting one."""
    return last.sides[0].other if len(last.sides) == 1 else Side.SUPPORT
