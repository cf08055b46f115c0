"""The web chat's application: Gradio's page, the source panel's routes and the guard around them."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr
import uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response

from debatebot.bot import DebateBot
from debatebot.conversation import Mode
from debatebot.errors import DebatebotError, InputError
from debatebot.settings import Settings
from debatebot.web import library_view, shell, source, view
from debatebot.web.background import Background
from debatebot.web.chat import AT_ONCE, Chat, Session
from debatebot.web.correction_routes import add_correction_routes
from debatebot.web.incoming import Incoming
from debatebot.web.library_routes import add_library_routes
from debatebot.web.requests import handle_refusals
from debatebot.web.security import LOOPBACK, Guard
from debatebot.web.status_routes import add_status_routes

FOLDER = Path(__file__).parent
SERVED = {
    "style.css": "text/css",
    "library.css": "text/css",
    "page.js": "text/javascript",
    "judge.js": "text/javascript",
    "library.js": "text/javascript",
    "documents.js": "text/javascript",
}
HEAD = "".join(
    f'<link rel="stylesheet" href="{name}">' if name.endswith(".css") else f'<script src="{name}" defer></script>'
    for name in SERVED
)
QUEUE = 100
"""Messages that may wait for their turn; the next one is refused."""
HEAD_START = 1.0
"""Seconds that the page has before the models' imports take the processor."""
FONTS = ["system-ui", "sans-serif"]

# A button of an answer or of the first visit sends its own words; the reader's draft stays in the box. It is sent
# until there is a new turn, for Gradio drops what comes just before it holds the last answer for finished.
SEND = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-send]');
  if (!button) return;
  const words = { send: button.dataset.send, mode: button.dataset.mode || null };
  const turn = () => element.querySelector('.turn')?.dataset.turn;
  const before = turn();
  const send = (tries) => {
    if (turn() !== before || !tries) return;
    trigger('click', words);
    setTimeout(send, 400, tries - 1);
  };
  send(20);
});
"""


def build(chat: Chat, settings: Settings) -> gr.Blocks:
    """Gradio's part: the transcript and the box below it, and the places that the page's own scripts fill."""
    blocks: gr.Blocks
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
        _html(library_view.page(settings.corpus.absolute(), settings.largest_megabytes), "library-page")
        _html(shell.ASIDE, "side")

        def respond(message: str, chosen: str, before: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
            sent, its_mode = _from_button(event)
            chosen = its_mode or chosen
            typed = sent is None
            for step in chat.respond(message or "" if sent is None else sent, Mode(chosen), before):
                # Emptied once, for what is typed while the answer is being made belongs to the next message.
                empty, typed = typed and not step.hint, False
                yield (
                    "" if empty else gr.skip(),
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
    for component in blocks.blocks.values():
        component.async_move_resource_to_block_cache = fetch_nothing  # type: ignore[method-assign, assignment]
    blocks.queue(max_size=QUEUE)
    return blocks


async def fetch_nothing(*_: object) -> str:
    """Refuses what Gradio would fetch: whoever sends an address in the place of a text. The page never does."""
    raise gr.Error("Files and addresses are not taken here.")


def create_app(bot: DebateBot, host: str = "127.0.0.1") -> FastAPI:
    """The whole application, guarded. It gets ready once it is being served, so that the page comes first."""
    background = Background(bot)
    largest = bot.settings.largest_megabytes * 1_000_000
    incoming = Incoming(bot.settings.index.absolute() / "incoming", largest)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        incoming.clear()
        background.start(HEAD_START)
        yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.add_middleware(Guard, host=host, largest_file=largest)
    _add_routes(app, bot)
    add_status_routes(app, background)
    handle_refusals(app)
    add_library_routes(app, bot, background, incoming)
    add_correction_routes(app, bot)
    # The paper of style.css, so that the page does not flash before that is there.
    theme = gr.themes.Base(font=FONTS, font_mono=["monospace"]).set(
        body_background_fill="#fdfcf9", body_background_fill_dark="#171614"
    )
    gr.mount_gradio_app(
        app,
        build(Chat(bot, background), bot.settings),
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
    return app


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Open the library, serve the page until interrupted, and get ready behind it.

    Raises InputError where the address cannot be listened on.
    """
    host, port = host or settings.host, port or settings.port
    listener = _listen(host, port)
    app = create_app(DebateBot.open(settings), host)
    shown = f"[{host}]" if ":" in host else host
    print(f"debatebot is at http://{shown}:{port} (Ctrl+C stops it)", file=sys.stderr, flush=True)  # noqa: T201
    if host not in LOOPBACK:
        print(  # noqa: T201
            "Whoever can reach this machine can read the library and change it; use --host 127.0.0.1 to keep it to "
            "yourself.",
            file=sys.stderr,
            flush=True,
        )
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"cannot listen on {host} port {port}: {reason}; choose another with --host or --port"
        ) from error
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


def _file(name: str, kind: str) -> Callable[[], Response]:
    return lambda: FileResponse(FOLDER / name, media_type=kind)


def _add_routes(app: FastAPI, bot: DebateBot) -> None:
    for name, kind in SERVED.items():
        app.get(f"/{name}")(_file(name, kind))

    @app.get("/source")
    def show_source(document: str, place: Annotated[source.Place, Depends()], part: bool = False) -> Response:
        code = 200
        try:
            inside = source.panel(bot.document(document), place)
        except DebatebotError as error:
            code, inside = 404, source.message(str(error))
        return HTMLResponse(inside if part else source.page(inside), code, {"Cache-Control": "no-store"})
