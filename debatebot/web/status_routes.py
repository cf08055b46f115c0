"""How far the server is, for the page's script to ask again and again; and the wish to have the corpus read again."""

from __future__ import annotations

import zlib
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, Response

from debatebot.output import time_left
from debatebot.web import library_view, shell, view
from debatebot.web.background import Background
from debatebot.web.requests import NO_STORE, sent_by


def add_status_routes(app: FastAPI, background: Background) -> None:
    """Put them into the application."""

    @app.get("/status")
    def status(seen: str = "", after: str = "") -> Response:
        return JSONResponse(told(background, seen, after), headers=NO_STORE)

    @app.post("/reread", dependencies=[Depends(sent_by("reread"))])
    def reread(rebuild: bool = False) -> Response:
        background.again(rebuild=rebuild)
        return Response(status_code=202)


def told(background: Background, seen: str, after: str) -> dict[str, Any]:
    """The status. `seen` and `after` are the `version` and `after` of an earlier one: what is as it was then is left
    out, so that asking costs little."""
    now = background.status
    boot, _, turn = after.partition(".")
    known = int(turn) if boot == background.boot and turn.isascii() and turn.isdigit() else 0
    jobs = background.work.jobs(known)
    words = zlib.crc32(f"{now.shelf.trouble}{now.shelf.outdated}{now.models.message}".encode())
    version = f"{background.boot}.{now.shelf.version}.{now.phase}.{words}"
    found: dict[str, Any] = {
        "phase": now.phase,
        "busy": now.shelf.busy,
        "line": shell.status_line(now),
        "done": now.shelf.done,
        "of": now.shelf.of,
        "part": round(now.shelf.part, 3),
        "left": time_left(now.shelf.seconds_left),
        "waits_for": now.shelf.waits_for,
        "document": now.shelf.document,
        "trouble": view.sentence(now.shelf.trouble),
        "outdated": now.shelf.outdated,
        "jobs": [library_view.job_told(job) for job in jobs],
        "after": f"{background.boot}.{max((job.turn for job in jobs), default=known)}",
        "version": version,
    }
    if seen != version:
        found |= {
            "holds": shell.holds(now.shelf.entries),
            "start": shell.start(now),
            "shelf": shell.shelf_list(now),
            "library": library_view.told(now.shelf),
        }
    return found
