"""What stands between the network and the page: known hosts only, nothing fetched from elsewhere."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LARGEST_BODY = 1_000_000
"""Bytes of a request; a message of the greatest length is far below."""
LARGEST_TEXT = 20_000_000
"""Bytes of a text that is pasted, with what JSON puts around it."""
TOO_LARGE = "The request is too large."

# Gradio's page builds its parts with inline scripts and `Function`, so those two stay allowed; no text of a
# document ever comes near them (view.py), and `script-src-attr 'none'` stops handlers written in mark-up.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Gradio's own routes that fetch an address for the caller, read files of this machine, take uploads or
# write code: this page uses none of them.
CLOSED = ("file=", "file/", "proxy=", "upload", "stream/", "vibe", "undo-vibe", "process_recording", "dev/", "runs",
          "run-history", "deep_link", "mcp")  # fmt: skip


class Guard:
    """Refuses foreign hosts and origins and Gradio's routes that this page has no use for; sets the headers."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", largest_file: int = LARGEST_BODY) -> None:
        self._app = app
        self._host = host.lower()
        self._largest = {("POST", "/library/file"): largest_file, ("POST", "/library/text"): LARGEST_TEXT}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        largest = self._largest.get((scope.get("method", ""), scope["path"]), LARGEST_BODY)
        refusal = self._refusal(scope, largest)
        received = 0

        async def receive_counted() -> Message:
            # A length that was announced may be a lie, and need not be announced at all.
            nonlocal received
            message = await receive()
            received += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            if received > largest:
                raise HTTPException(413, TOO_LARGE)
            return message

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await (refusal or self._app)(scope, receive_counted, send_with_headers)

    def _refusal(self, scope: Scope, largest: int) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not allowed(headers.get("host", ""), self._host):
            return PlainTextResponse("This address is not one debatebot answers to; see --host.", 400)
        origin = headers.get("origin")
        if origin and _place(origin) != headers.get("host", "").lower():
            return PlainTextResponse("Requests from other sites are refused.", 403)
        if closed(scope["path"]):
            return PlainTextResponse("This route is closed.", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > largest:
            return PlainTextResponse(TOO_LARGE, 413)
        return None


def allowed(name: str, host: str) -> bool:
    """Whether a Host header may be answered by a server that listens on `host`.

    The guard is against names that another site points at this machine. An address of numbers cannot be one, so
    a server that listens on every interface answers to those, and to the machine's own name.
    """
    try:
        hostname = urlsplit(f"//{name}").hostname if name and "@" not in name else None
    except ValueError:
        return False
    if hostname is None:
        return False
    if hostname in LOOPBACK or hostname == host:
        return True
    return host in {"0.0.0.0", "::"} and (_is_address(hostname) or hostname == socket.gethostname().lower())


def closed(path: str) -> bool:
    """Whether a path is one of Gradio's routes that this page shuts, however it is written."""
    plain = unquote(path).replace("\\", "/").lower()
    parts = [part for part in plain.split("/") if part]
    if not parts or parts[0] != "gradio_api":
        return bool(parts) and parts[0] in {"monitoring", "login", "logout"}
    rest = "/".join(parts[1:])
    return rest.startswith(CLOSED)


def _place(origin: str) -> str | None:
    """The host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_address(hostname: str) -> bool:
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return True
