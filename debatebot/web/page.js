// What the page does beyond Gradio: sources beside the chat, which page is shown, how far the server is, keys. No text
// of a document or a person becomes HTML here: that comes escaped from the server (view.py, shell.py, source.py).
// The Library page is in library.js and documents.js.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const narrow = matchMedia("(max-width: 1099.9px)");
  const box = () => document.querySelector("#box textarea");
  let opened = null; // the link whose source is shown
  let back = null; // where the focus returns to
  let lastSent = "";

  // ── the source ────────────────────────────────────────────────────────
  const hrefOf = (link) => link.getAttribute("href");
  const linksBeside = (link) => {
    const turn = link.closest(".turn");
    return turn ? [...turn.querySelectorAll("a.open")] : [];
  };

  async function openSource(href, link, stepped = "") {
    let inside;
    try {
      const answer = await fetch(`${href}&part=1`, { cache: "no-store" });
      inside = await answer.text();
    } catch {
      inside =
        '<div class="panel-head"><h2>Source</h2><button type="button" class="close" data-close>Close</button></div>' +
        '<p class="problem">The server does not answer. Start debatebot again, then reload this page.</p>';
    }
    const panel = byId("source");
    panel.innerHTML = inside + '<nav class="steps" aria-label="Evidence" hidden></nav>';
    show("source");
    opened = link;
    link?.closest("details")?.setAttribute("open", "");
    markOpen();
    steps(link);
    const quote = byId("quote");
    if (quote) quote.scrollIntoView({ block: "center" });
    else panel.parentElement.scrollTop = 0;
    // Who steps on goes on from the same button; at the end of the row, from the panel.
    const again = stepped && panel.querySelector(`.step[data-step="${stepped}"]:not(:disabled)`);
    (again || panel).focus({ preventScroll: true });
  }

  function markOpen() {
    document.querySelectorAll(".item[data-open]").forEach((item) => item.removeAttribute("data-open"));
    opened?.closest(".item")?.setAttribute("data-open", "");
  }

  function steps(link) {
    const nav = document.querySelector("#source .steps");
    const all = link ? linksBeside(link) : [];
    const here = all.indexOf(link);
    if (all.length < 2 || here < 0) return;
    const section = link.closest(".side");
    const own = [...section.querySelectorAll("a.open")];
    const where = document.createElement("span");
    where.textContent = `${section.dataset.name} · ${own.indexOf(link) + 1} of ${own.length}`;
    const button = (name, words, to) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "step";
      made.dataset.step = name;
      made.textContent = words;
      made.disabled = !all[to];
      made.addEventListener("click", () => openSource(hrefOf(all[to]), all[to], name));
      return made;
    };
    nav.append(button("previous", "‹ Previous", here - 1), where, button("next", "Next ›", here + 1));
    nav.hidden = false;
  }

  function show(name) {
    byId("source").hidden = name !== "source";
    byId("shelf").hidden = name !== "shelf";
    document.body.classList.add("panel-open");
    cover(narrow.matches);
  }

  // A sheet covers the page, so the page behind it is out of reach of keys and screen readers.
  function cover(on) {
    for (const id of ["top", "chat", "composer", "library-page"]) byId(id).inert = on;
  }

  function closePanel() {
    const source = byId("source");
    const wasOpen = !source.hidden || (narrow.matches && document.body.classList.contains("panel-open"));
    source.hidden = true;
    source.innerHTML = "";
    byId("shelf").hidden = false;
    document.body.classList.remove("panel-open");
    cover(false);
    opened = null;
    markOpen();
    if (wasOpen && back?.isConnected) back.focus({ preventScroll: true });
    return wasOpen;
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : event.target.parentElement;
    if (!target || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const link = target.closest("a.open, a.open-word");
    if (link) {
      event.preventDefault();
      back = link.closest(".item")?.querySelector("a.open") || link;
      openSource(hrefOf(back), back);
    } else if (target.closest("a.window")) {
      event.preventDefault();
      openSource(hrefOf(target.closest("a.window")), opened);
    } else if (target.closest("[data-open-first]")) {
      back = target.closest("[data-open-first]");
      const first = back.closest(".turn").querySelector("a.open");
      if (first) openSource(hrefOf(first), first);
    } else if (target.closest("[data-close]")) closePanel();
    else if (target.closest("[data-reread]")) reread(target.closest("[data-reread]").dataset.reread);
    else if (target.closest("[data-send]")) box()?.focus({ preventScroll: true });
  });

  // A sheet goes away with a swipe down from its head.
  let touched = null;
  document.addEventListener("touchstart", (event) => {
    touched = event.target.closest?.(".panel-head") ? event.touches[0].clientY : null;
  }, { passive: true });
  document.addEventListener("touchend", (event) => {
    if (touched !== null && narrow.matches && event.changedTouches[0].clientY - touched > 64) closePanel();
    touched = null;
  }, { passive: true });
  narrow.addEventListener("change", closePanel);

  // ── keys ──────────────────────────────────────────────────────────────
  function write(words) {
    const area = box();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, words);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && closePanel()) event.preventDefault();
    if (event.target !== box() || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && box().value.trim()) submitted();
    if (event.key === "ArrowUp" && box().value === "" && lastSent) {
      event.preventDefault();
      tries = 0;
      write(lastSent);
    }
  }, true);
  document.addEventListener("click", (event) => {
    if (event.isTrusted && event.target.closest?.("#box button") && box().value.trim()) submitted();
  }, true);

  // Gradio takes one message at a time and drops a second one without a word. Here it waits in the box and goes out
  // after the first; the repeated click is safe, since what is under way is dropped in the same manner.
  const busy = () => document.querySelector(".turn[aria-busy]") !== null;
  let tries = 0;
  function submitted() {
    lastSent = box().value;
    tries = 20;
    setTimeout(insist, 400);
  }

  function insist() {
    const waits = tries > 0 && box().value === lastSent && lastSent.trim() !== "";
    byId("composer").classList.toggle("held", waits && busy());
    if (!waits) tries = 0;
    else if (!busy()) {
      tries -= 1;
      document.querySelector("#box button").click();
      setTimeout(insist, 400);
    }
  }

  // Gradio names each choice apart, so the browser does not see one group: arrow keys and the single tab stop
  // of a radio group are made here.
  const choices = () => [...document.querySelectorAll("#mode input")];
  function oneStop() {
    choices().forEach((choice) => { choice.tabIndex = choice.checked ? 0 : -1; });
  }

  function choose(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = choices();
    const here = all.indexOf(event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = all[(here + step + all.length) % all.length];
    next.click();
    next.focus();
  }

  // ── new questions come into view once; after that the scroll position is the reader's ──
  let seen = "0";
  function watchTurns() {
    const current = byId("current");
    new MutationObserver(() => {
      const turn = current.querySelector(".turn");
      if (tries && !busy()) setTimeout(insist, 200);
      if (!turn || turn.dataset.turn === seen) return;
      seen = turn.dataset.turn;
      turn.scrollIntoView({ block: "start" });
      lastSent = lastSent || turn.querySelector("h2").textContent;
      markOpen();
      setTimeout(oneStop, 300);
    }).observe(current, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-turn", "aria-busy"] });
  }

  // ── which page: the part after the # says it, so links, the back button and bookmarks work ──
  const scrolled = {};
  let view = "debate";
  function turnTo() {
    const links = [...document.querySelectorAll(".masthead a[data-view]")];
    const asked = location.hash.slice(1);
    const name = links.some((link) => link.dataset.view === asked) ? asked : "debate";
    const other = name !== view;
    if (other) {
      scrolled[view] = scrollY;
      closePanel();
    }
    view = document.body.dataset.view = name;
    for (const link of links) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = name === "debate" ? "debatebot" : `${name[0].toUpperCase()}${name.slice(1)} · debatebot`;
    if (other) scrollTo({ top: scrolled[name] || 0, behavior: "instant" });
  }

  // ── how far the server is: asked often while there is work, now and then otherwise ──
  const OFTEN = 400;
  const NOW_AND_THEN = 5000;
  const told = {};
  function fill(id, words, asHtml) {
    const element = byId(id);
    if (!element || words === undefined || told[id] === words) return;
    told[id] = words;
    if (asHtml) element.innerHTML = words;
    else element.textContent = words;
  }

  let timer = 0;
  let asking = false;
  let soon = false;
  let known = "";
  let after = "";
  async function poll() {
    clearTimeout(timer);
    soon = asking;
    if (asking) return;
    asking = true;
    let wait = OFTEN;
    try {
      const query = new URLSearchParams({ seen: known, after });
      const status = await (await fetch(`status?${query}`, { cache: "no-store", signal: AbortSignal.timeout(15000) })).json();
      known = status.version;
      after = status.after;
      fill("status-line", status.line, false);
      fill("start", status.start, true);
      fill("shelf", status.shelf, true);
      document.dispatchEvent(new CustomEvent("debatebot:status", { detail: status }));
      if (status.phase === "ready" || status.phase === "failed") wait = NOW_AND_THEN;
    } catch {
      fill("status-line", "The server does not answer; trying again", false);
      wait = 3000;
    }
    asking = false;
    timer = setTimeout(poll, soon ? 100 : wait);
  }

  async function reread(how) {
    try {
      await fetch(how === "rebuild" ? "reread?rebuild=1" : "reread", { method: "POST", headers: { "X-Debatebot": "reread" } });
    } catch {
      // The poll says that the server does not answer.
    } finally {
      poll();
    }
  }

  // ── once Gradio has drawn the page ────────────────────────────────────
  function begin() {
    const area = box();
    if (!area || !byId("current") || !byId("shelf") || !byId("books") || !byId("status-line") || !byId("mode")) return void setTimeout(begin, 30);
    area.setAttribute("dir", "auto");
    byId("past").setAttribute("role", "region");
    byId("past").setAttribute("aria-label", "Earlier answers");
    byId("current").setAttribute("role", "log");
    byId("current").setAttribute("aria-live", "polite");
    byId("current").setAttribute("aria-label", "Answer");
    byId("mode").setAttribute("role", "radiogroup");
    byId("mode").setAttribute("aria-label", "What to look for");
    byId("mode").addEventListener("change", () => setTimeout(oneStop));
    byId("mode").addEventListener("keydown", choose);
    oneStop();
    if (matchMedia("(hover: hover)").matches && location.hash !== "#library") area.focus({ preventScroll: true });
    const composer = byId("composer");
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--composer", `${composer.offsetHeight}px`);
    }).observe(composer);
    watchTurns();
    document.dispatchEvent(new CustomEvent("debatebot:drawn"));
    document.addEventListener("debatebot:ask", poll);
    document.addEventListener("visibilitychange", () => document.hidden || poll());
    addEventListener("hashchange", turnTo);
    turnTo();
    poll();
  }
  begin();
})();
