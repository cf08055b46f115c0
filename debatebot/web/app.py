"""The web chat's application: Gradio's page, the source panel's routes and the guard around them."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import FastAPI, Request  # noqa: E402
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response  # noqa: E402

from debatebot.bot import DebateBot  # noqa: E402
from debatebot.conversation import Mode  # noqa: E402
from debatebot.errors import DebatebotError, InputError  # noqa: E402
from debatebot.settings import Settings  # noqa: E402
from debatebot.web import shell, source, view  # noqa: E402
from debatebot.web.chat import AT_ONCE, Chat, Session  # noqa: E402
from debatebot.web.prepare import Preparation  # noqa: E402
from debatebot.web.security import Guard  # noqa: E402

FOLDER = Path(__file__).parent
HEAD = '<link rel="stylesheet" href="style.css"><script src="page.js" defer></script>'
QUEUE = 16
"""Messages that may wait for their turn; the next one is refused."""
FONTS = ["system-ui", "sans-serif"]

# A button of an answer or of the first visit sends its own words; the reader's draft stays in the box.
SEND = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-send]');
  if (button) trigger('click', { send: button.dataset.send, mode: button.dataset.mode || null });
});
"""


def build(chat: Chat) -> gr.Blocks:
    """Gradio's part: the transcript and the box below it."""
    with gr.Blocks(title="debatebot", analytics_enabled=False, fill_width=True) as blocks:
        session = gr.State(Session())
        _html(shell.HEADER, "top")
        with gr.Column(elem_id="chat"):
            past = _html("", "past")
            current = _html(shell.welcome(), "current", SEND)
        with gr.Column(elem_id="composer"):
            hint = _html("", "hint")
            box = gr.Textbox(
                placeholder=shell.PLACEHOLDER,
                label=shell.PLACEHOLDER,
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                submit_btn="Send",
                elem_id="box",
            )
            mode = gr.Radio(
                list(shell.MODES), value=Mode.BOTH.value, label="What to look for", container=False, elem_id="mode"
            )
        _html(shell.ASIDE, "side")

        def respond(message: str, chosen: str, before: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
            sent, its_mode = _from_button(event)
            chosen = its_mode or chosen
            for step in chat.respond(sent if sent is not None else message or "", Mode(chosen), before):
                yield (
                    gr.skip() if sent is not None or step.hint else "",
                    chosen if its_mode else gr.skip(),
                    step.session.past if step.session.number != before.number else gr.skip(),
                    step.session.current or gr.skip(),
                    view.hint(step.hint),
                    step.session,
                )

        gr.on(
            [box.submit, current.click],
            respond,
            [box, mode, session],
            [box, mode, past, current, hint, session],
            show_progress="hidden",
            concurrency_limit=AT_ONCE,
            trigger_mode="once",
            api_visibility="private",
        )
    return blocks.queue(max_size=QUEUE)


def create_app(bot: DebateBot, host: str = "127.0.0.1", preparation: Preparation | None = None) -> FastAPI:
    """The whole application, guarded; `preparation` is started by whoever serves it."""
    prepared = preparation or Preparation(bot)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, host=host)
    _add_routes(app, bot, prepared)
    theme = gr.themes.Base(font=FONTS, font_mono=["monospace"])
    return gr.mount_gradio_app(
        app,
        build(Chat(bot, prepared)),
        "/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        show_error=False,
        theme=theme,
        head=HEAD,
    )


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Open the library, serve the page until interrupted, and get ready behind it.

    Raises InputError where the address cannot be listened on.
    """
    host, port = host or settings.host, port or settings.port
    listener = _listen(host, port)
    bot = DebateBot.open(settings)
    preparation = Preparation(bot)
    preparation.start()
    app = create_app(bot, host, preparation)
    shown = f"[{host}]" if ":" in host else host
    print(f"debatebot is at http://{shown}:{port} (Ctrl+C stops it)", file=sys.stderr, flush=True)  # noqa: T201
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"cannot listen on {host} port {port}: {reason}; choose another with --host or --port") from error
    return listener


def _html(value: str, name: str, script: str | None = None) -> gr.HTML:
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _from_button(event: gr.EventData) -> tuple[str | None, str | None]:
    """The words and the mode that a button sent; None for what was typed. It comes from the network, so is checked."""
    data = event._data
    if not isinstance(data, dict) or not isinstance(data.get("send"), str):
        return None, None
    mode = data.get("mode")
    return data["send"], mode if mode in set(Mode) else None


def _add_routes(app: FastAPI, bot: DebateBot, preparation: Preparation) -> None:
    @app.get("/style.css")
    def style() -> Response:
        return FileResponse(FOLDER / "style.css", media_type="text/css")

    @app.get("/page.js")
    def script() -> Response:
        return FileResponse(FOLDER / "page.js", media_type="text/javascript")

    @app.get("/status")
    def status() -> Response:
        now = preparation.status
        told = {
            "phase": now.phase,
            "line": shell.status_line(now),
            "start": shell.start(now, bot.settings.corpus),
            "library": shell.library(now, bot.settings.corpus),
        }
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    @app.post("/reread")
    def reread(request: Request) -> Response:
        # Another site's form cannot set this header, and its script would have to ask first (CORS).
        if request.headers.get("x-debatebot") != "reread":
            return Response(status_code=403)
        preparation.start()
        return Response(status_code=202)

    @app.get("/source")
    def show_source(  # noqa: PLR0913 - the address's own fields
        document: str, start: int = 0, end: int = 0, check: str = "", at: int | None = None, part: bool = False
    ) -> Response:
        code = 200
        try:
            inside = source.panel(bot.document(document), source.Place(start, end, check, at))
        except DebatebotError as error:
            code, inside = 404, source.message(str(error))
        return HTMLResponse(inside if part else source.page(inside), code, {"Cache-Control": "no-store"})
