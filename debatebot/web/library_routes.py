"""The Library page's routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import TimeoutError as Late
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from debatebot.bot import DebateBot
from debatebot.sidecar import LONGEST, tidy
from debatebot.types import Entry, Source
from debatebot.web import tasks
from debatebot.web.background import Background
from debatebot.web.incoming import Incoming, file_name, slug
from debatebot.web.jobs import Outcome, Task
from debatebot.web.library_view import FIELDS
from debatebot.web.requests import NO_STORE, NOT_OURS, Refused, sent_by, sent_object

SOON = 8.0
"""Seconds that an edit waits for what is under way; after that the page is told when it is done."""


def add_library_routes(app: FastAPI, bot: DebateBot, background: Background, incoming: Incoming) -> None:
    """Put them into the application."""
    router = APIRouter(prefix="/library", dependencies=[Depends(sent_by("library"))])
    work = background.work

    @router.post("/file")
    async def file(request: Request) -> Response:
        name = file_name(request.headers.get("x-name", ""))
        path = await incoming.receive(name, request.stream())
        return _taken(tasks.add(work, bot, path, lambda: incoming.drop(path)))

    @router.post("/text")
    async def text(request: Request) -> Response:
        sent = await _fields(request)
        source = Source(**_given(sent))
        if not source.title:
            raise Refused(400, "Give the text a title.", "title")
        body = sent.get("text", "")
        if not body.strip():
            raise Refused(400, "Paste the text here.", "text")
        path = await incoming.receive(slug(source.title), _once(body.encode("utf-8", "replace")))
        return _taken(tasks.add(work, bot, path, lambda: incoming.drop(path), source))

    @router.post("/describe")
    async def describe(request: Request) -> Response:
        sent = await sent_object(request)
        entry = _entry(background, sent.get("document"))
        fields = sent.get("fields")
        if not isinstance(fields, dict):
            raise Refused(400, "There is nothing to save.")
        return await _soon(tasks.describe(work, bot, entry, _given(_texts(fields))))

    @router.post("/remove")
    async def remove(request: Request) -> Response:
        entry = _entry(background, (await sent_object(request)).get("document"))
        return await _soon(tasks.remove(work, bot, entry.document, entry.source.title))

    app.include_router(router)


def _taken(task: Task) -> Response:
    return JSONResponse({"id": task.id}, 202, NO_STORE)


async def _soon(task: Task) -> Response:
    """The outcome, if it comes soon; else what to ask for it by."""
    try:
        outcome: Outcome = await run_in_threadpool(task.result.result, SOON)
    except Late:
        return _taken(task)
    if outcome.state == "refused":
        raise Refused(400, outcome.words, next((name for name in FIELDS if f"`{name}`" in outcome.words), ""))
    return JSONResponse({"id": task.id, "words": outcome.words}, 200, NO_STORE)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def _fields(request: Request) -> dict[str, str]:
    return _texts(await sent_object(request))


def _texts(sent: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in sent.values()):
        raise Refused(400, NOT_OURS)
    return sent


def _given(sent: dict[str, str]) -> dict[str, str]:
    """What the fields of a form say of a document."""
    for name in FIELDS:
        if len(sent.get(name, "")) > LONGEST:
            raise Refused(400, f"This is longer than {LONGEST:,} characters; shorten it.", name)
    given = {name: tidy(sent[name]) for name in FIELDS if name in sent}
    for name, value in given.items():
        if any(0xD800 <= ord(character) < 0xE000 for character in value):
            raise Refused(400, "This holds characters that cannot be stored; type it anew.", name)
    if given.get("url") and not given["url"].lower().startswith(("https://", "http://")):
        raise Refused(400, "Begin it with https:// or http://.", "url")
    return given


def _entry(background: Background, document: object) -> Entry:
    found = next((entry for entry in background.status.shelf.entries if entry.document == document), None)
    if found is None:
        raise Refused(404, "This document is no longer in your library.")
    return found
