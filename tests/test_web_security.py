"""The guard: known hosts only, no route that fetches or writes for a stranger, headers on every answer."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from debatebot.web import security
from debatebot.web.security import Guard, allowed, closed


def ask(path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and headers of a request to a guarded application that answers everything with 200."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"host": "127.0.0.1:7860", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    asyncio.run(Guard(PlainTextResponse("page"))(scope, receive, send))
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:80", "[::1]:7860", "127.0.0.1"])
def test_the_machine_s_own_names_are_answered(host: str) -> None:
    assert allowed(host, "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example:7860",
        "localhost.evil.example",
        "",
        "a@localhost",
        "192.168.0.7",
        "[::2]",
        "[::1",
        "[x]",
    ],
)
def test_foreign_names_are_refused(host: str) -> None:
    assert not allowed(host, "127.0.0.1")


def test_the_given_host_is_answered() -> None:
    assert allowed("debate.lan:7860", "debate.lan")
    assert allowed("192.168.0.7:7860", "0.0.0.0")
    assert allowed("[fd00::1]:7860", "::")
    assert not allowed("evil.example", "0.0.0.0")


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/", {}, 200),
        ("/source", {}, 200),
        ("/gradio_api/queue/join", {}, 200),
        ("/", {"host": "evil.example"}, 400),
        ("/", {"origin": "http://evil.example"}, 403),
        ("/", {"origin": "http://127.0.0.1:9999"}, 403),
        ("/", {"origin": "null"}, 403),
        ("/", {"origin": "http://127.0.0.1:7860"}, 200),
        ("/gradio_api/file=http://evil.example/a.png", {}, 403),
        ("/gradio_api/upload", {}, 403),
        ("/", {"content_length": "1000001"}, 413),
        ("/", {"content_length": "many"}, 413),
    ],
)
def test_every_answer_has_the_headers(path: str, headers: dict[str, str], code: int) -> None:
    status, told = ask(path, **headers)
    assert status == code
    policy = told["content-security-policy"]
    assert policy == security.POLICY
    for rule in ("default-src 'self'", "script-src-attr 'none'", "img-src 'self' data: blob:", "form-action 'none'"):
        assert rule in policy.split("; ")
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://evil.example",
        "/gradio_api/file%3Dhttp://evil.example",
        "//gradio_api//file=/etc/passwd",
        "/gradio_api/FILE=/etc/passwd",
        "/gradio_api\\file=x",
        "/gradio_api/proxy=http://evil.example",
        "/gradio_api/upload",
        "/gradio_api/mcp/sse",
        "/gradio_api/vibe-edit",
        "/monitoring",
    ],
)
def test_routes_the_page_has_no_use_for_are_closed(path: str) -> None:
    assert closed(path)


@pytest.mark.parametrize(
    "path", ["/", "/gradio_api/queue/data", "/gradio_api/heartbeat/x", "/assets/index.js", "/theme.css"]
)
def test_the_page_s_own_routes_are_open(path: str) -> None:
    assert not closed(path)
