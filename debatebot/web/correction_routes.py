"""The person's word on a quotation, as the chat's page sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from debatebot.bot import DebateBot, checked
from debatebot.correction_places import sentence_at
from debatebot.corrections import Verdict
from debatebot.errors import CorrectionError, DebatebotError, DocumentError, InputError
from debatebot.web.requests import NO_STORE, NOT_OURS, Refused, sent_by, sent_object
from debatebot.web.source import CHANGED
from debatebot.web.view import quote_check, sentence

GONE = "This document is no longer in your library."
NOTHING_TO_UNDO = "There is no word of yours to take back here. Ask again to see where this stands now."


@dataclass(frozen=True, slots=True)
class Word:
    """What was sent: a verdict on a place of a document under a stance, or None to take one back."""

    stance: str
    document: str
    start: int
    end: int
    verdict: Verdict | None
    check: str
    """A print of the quotation that was judged, where the page sends one."""


def add_correction_routes(app: FastAPI, bot: DebateBot) -> None:
    """Put them into the application."""
    router = APIRouter(dependencies=[Depends(sent_by("correction"))])

    @router.post("/correction")
    async def correction(request: Request) -> Response:
        word = read(await sent_object(request))
        await run_in_threadpool(keep, bot, word)
        return JSONResponse({"verdict": word.verdict}, 200, NO_STORE)

    app.include_router(router)


def read(sent: dict[str, Any]) -> Word:
    """What was sent, as far as it can be checked by itself. Raises Refused."""
    if "verdict" not in sent or (sent["verdict"] is not None and sent["verdict"] not in list(Verdict)):
        raise Refused(400, NOT_OURS)
    return Word(
        stance=_text(sent.get("stance")),
        document=_text(sent.get("document")),
        start=_offset(sent.get("start")),
        end=_offset(sent.get("end")),
        verdict=None if sent["verdict"] is None else Verdict(sent["verdict"]),
        check=_text(sent.get("check", "")),
    )


def _text(value: object) -> str:
    # Half a character can stand in JSON, but in no file.
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        raise Refused(400, NOT_OURS)
    return value


def _offset(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(400, NOT_OURS)
    return value


def keep(bot: DebateBot, word: Word) -> None:
    """Have the word count, or no longer. Raises Refused with the reason."""
    try:
        stance = checked(word.stance, "stance")
    except InputError as error:
        raise Refused(400, sentence(str(error))) from error
    _look(bot, word)
    try:
        bot.correct(stance, word.document, word.start, word.end, word.verdict)
    except InputError as error:
        # The stance and the place are good, so it is that there is nothing to take back.
        raise Refused(409, NOTHING_TO_UNDO) from error
    except CorrectionError as error:
        raise Refused(507, sentence(str(error))) from error
    except DebatebotError as error:
        raise Refused(503, sentence(str(error))) from error


def _look(bot: DebateBot, word: Word) -> None:
    """Whether the quotation still stands where the page has it."""
    try:
        quote = sentence_at(bot.library, word.document, word.start, word.end)
    except DocumentError as error:
        raise Refused(404, GONE) from error
    except InputError as error:
        raise Refused(409, CHANGED) from error
    except DebatebotError as error:
        raise Refused(503, sentence(str(error))) from error
    if word.check and quote_check(quote) != word.check:
        raise Refused(409, CHANGED)
