"""The person's word on evidence: which side a quotation is on for a stance, or that it is none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum

from debatebot.errors import CorrectionError

ENDS = " .!?…;:,。！？؟۔।"
AS_PRINTED = "write one JSON object a line, as `debatebot corrections` prints them"


class Verdict(StrEnum):
    """What a person says of a quotation under a stance."""

    SUPPORT = "support"
    REBUT = "rebut"
    NEITHER = "neither"

    @property
    def opposite(self) -> Verdict:
        """The other side; that it is on neither stays what it is."""
        return {Verdict.SUPPORT: Verdict.REBUT, Verdict.REBUT: Verdict.SUPPORT}.get(self, self)


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word: under `stance`, the `quote` of `document` is evidence on a side, or none.

    `made` is an ISO time with its zone. Raises CorrectionError for a text that is blank or cannot be stored.
    """

    stance: str
    document: str
    quote: str
    verdict: Verdict
    made: str

    def __post_init__(self) -> None:
        for key, value in asdict(self).items():
            if not value.strip():
                raise CorrectionError(f"`{key}` is empty; say what it is")
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise CorrectionError(f"`{key}` holds characters that cannot be stored; type it anew")
        try:
            zoned = datetime.fromisoformat(self.made).utcoffset() is not None
        except ValueError:
            zoned = False
        if not zoned:
            raise CorrectionError(f"`made` is {self.made!r}; write a time in UTC, such as 2026-03-01T09:30:00+00:00")

    @property
    def key(self) -> Key:
        """What it is a word on: of two corrections with the same key, one counts."""
        return fold_stance(self.stance), *quote_key(self.document, self.quote)

    @property
    def rank(self) -> tuple[datetime, Verdict]:
        """The higher counts: the later, and at the same time the same one for everybody."""
        return datetime.fromisoformat(self.made), self.verdict


KEYS = tuple(item.name for item in fields(Correction))


def quote_key(document: str, quote: str) -> tuple[str, str]:
    """By what a quotation is known again: its document, and its words with white space folded."""
    return document, " ".join(quote.split())


def fold_stance(stance: str) -> str:
    """By what a stance is known again: its words, whatever their case, white space and end punctuation."""
    return " ".join(stance.split()).casefold().rstrip(ENDS)


def now() -> str:
    """The time as corrections have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def dump(corrections: Iterable[Correction]) -> str:
    """Corrections as JSON lines."""
    return "".join(f"{json.dumps(asdict(correction), ensure_ascii=False)}\n" for correction in corrections)


def load(lines: Iterable[str], origin: str = "the corrections") -> list[Correction]:
    """Corrections from JSON lines, blank ones left out.

    Raises CorrectionError, naming `origin` and the line, for one that is none.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(parse(line))
            except CorrectionError as error:
                raise CorrectionError(f"{origin}, line {number}: {error}") from error
    return found


def parse(line: str) -> Correction:
    """The correction of one JSON line. Raises CorrectionError for one that is none."""
    try:
        values = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise CorrectionError(f"it is no JSON; {AS_PRINTED}") from error
    if not isinstance(values, dict):
        raise CorrectionError(f"it is no JSON object; {AS_PRINTED}")
    for key in (*values, *KEYS):
        if key not in KEYS:
            raise CorrectionError(f"unknown key {key!r}; the keys are {', '.join(KEYS)}")
        if not isinstance(values.get(key), str):
            raise CorrectionError(f"`{key}` must be there, and be a text in quotes")
    if values["verdict"] not in list(Verdict):
        raise CorrectionError(f"`verdict` is {values['verdict']!r}; it must be one of {', '.join(Verdict)}")
    return Correction(**{**values, "verdict": Verdict(values["verdict"])})
