"""What the routes of the page share: who may ask, what was sent, and how a request is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

NO_STORE = {"Cache-Control": "no-store"}
NOT_OURS = "This is not what the page sends; reload it."
NOT_FROM_THE_PAGE = "This is only for debatebot's own page."


class Refused(Exception):  # noqa: N818  (it is what becomes of a request)
    """A request that is not met: its status, the reason and, of a form, the field it lies in."""

    def __init__(self, code: int, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.field = code, reason, field


def sent_by(part: str) -> Callable[[Request], None]:
    """What refuses a request that `part` of the page did not send.

    Another site's form cannot set this header, and its script would have to ask first (CORS).
    """

    def check(request: Request) -> None:
        if request.headers.get("x-debatebot") != part:
            raise Refused(403, NOT_FROM_THE_PAGE)

    return check


async def sent_object(request: Request) -> dict[str, Any]:
    """The JSON object that a request brings. Raises Refused where it brings none."""
    try:
        sent = json.loads(await request.body())
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Refused(400, NOT_OURS)
    return sent


def handle_refusals(app: FastAPI) -> None:
    """Have the application answer what is refused, and what broke off."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(ClientDisconnect, _broken_off)


async def _refused(_: Request, error: Exception) -> Response:
    """The answer to a request that is not met."""
    assert isinstance(error, Refused)
    return JSONResponse({"error": error.reason, "field": error.field}, error.code, NO_STORE)


async def _broken_off(_: Request, __: Exception) -> Response:
    """The answer to a request that ended before its end; nobody hears it, but it is no fault of ours to be logged."""
    return Response(status_code=400)
