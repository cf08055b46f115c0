// Adding to the library: files chosen, dropped or pasted, on their way and being read. Everything is put in as text.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const AT_ONCE = 3; // files on their way at the same time
  const LISTED = 8; // lines one by one; of more only the counts and what was refused
  const REFUSED_LISTED = 50;
  const HELD_BACK = 3000;
  const UNREACHED =
    "It could not be sent. See that debatebot is running and that the file can be opened, then add it again.";
  const GOING = { queued: "Waiting", sending: "Sending", waiting: "Waiting to be read", reading: "Reading" };
  const COUNTED = { added: "added", already: "already there", refused: "refused" };
  const lines = new Map(); // by key: what was added here, and the jobs of others
  let keys = 0;
  let sending = 0;
  let status = null;
  let busySince = 0;
  let pasted = null; // the text that was sent last, until it is in
  let lastBoot = "";
  let announced = "";
  let told = 0; // quarters of the way that were said aloud

  const isGoing = (line) => line.state in GOING;
  const unsent = () => [...lines.values()].filter((line) => line.state === "queued" || line.state === "sending");

  function say(words) {
    if (words === announced) return;
    announced = words;
    byId("library-news").textContent = words;
  }

  // ── sending ───────────────────────────────────────────────────────────
  function add(files) {
    if (!files.length) return;
    location.hash = "library";
    for (const file of files) lines.set(++keys, { key: keys, name: file.name, file, state: "queued", part: 0, words: "" });
    say(files.length === 1 ? `Adding ${files[0].name}` : `Adding ${files.length} files`);
    pump();
    draw();
  }

  function pump() {
    for (const line of lines.values()) {
      if (sending >= AT_ONCE) return;
      if (line.state === "queued") send(line);
    }
  }

  function refuse(line, words) {
    Object.assign(line, { state: "refused", words, file: null, part: 1 });
    say(`${line.name}: ${words}`);
  }

  function send(line) {
    const place = byId("drop").dataset;
    if (line.file.size > Number(place.largest)) return refuse(line, place.tooLarge);
    let name;
    try {
      name = encodeURIComponent(line.name);
    } catch {
      return refuse(line, "The name of this file is no text; rename it.");
    }
    line.state = "sending";
    sending += 1;
    const request = new XMLHttpRequest();
    const finish = (settle) => {
      sending -= 1;
      settle();
      document.dispatchEvent(new Event("debatebot:ask"));
      pump();
      draw();
    };
    request.open("POST", "library/file");
    request.setRequestHeader("X-Debatebot", "library");
    request.setRequestHeader("X-Name", name);
    request.upload.addEventListener("progress", (event) => {
      line.part = event.total ? event.loaded / event.total : 0;
      draw();
    });
    request.addEventListener("load", () => finish(() => sent(line, request)));
    request.addEventListener("error", () => finish(() => refuse(line, UNREACHED)));
    request.send(line.file);
  }

  function sent(line, request) {
    const answer = parsed(request.responseText);
    if (request.status === 202) adopt(line, answer.id);
    else if (request.status === 429) {
      // Much is waiting to be read, so this waits here.
      line.state = "held";
      setTimeout(() => { line.state = "queued"; pump(); }, HELD_BACK);
    } else refuse(line, answer.error || (request.status === 413 ? byId("drop").dataset.tooLarge : UNREACHED));
  }

  function parsed(words) {
    try {
      return JSON.parse(words) || {};
    } catch {
      return {};
    }
  }

  function adopt(line, id) {
    const twin = [...lines.values()].find((other) => other.id === id && other !== line);
    if (twin) lines.delete(twin.key);
    Object.assign(line, { id, file: null, state: twin?.state || "waiting", part: twin?.part || 0, words: twin?.words || "" });
  }

  // ── choosing and dropping ─────────────────────────────────────────────
  async function inside(entry) {
    if (entry.name.startsWith(".")) return [];
    if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return found;
      for (const one of some) found.push(...(await inside(one)));
    }
  }

  async function dropped(transfer) {
    // The entries are only there during the event itself, so all are taken before anything is waited for.
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = [...transfer.files];
    if (!entries.some((entry) => entry.isDirectory)) return add(files);
    try {
      add((await Promise.all(entries.map(inside))).flat());
    } catch {
      say("The folder could not be read. Drop the files themselves.");
    }
  }

  const withFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let leave = 0;
  const hover = (on) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    hover(true);
    clearTimeout(leave);
    leave = setTimeout(hover, 400, false);
  });
  addEventListener("drop", (event) => {
    hover(false);
    if (!withFiles(event)) return;
    event.preventDefault();
    dropped(event.dataTransfer);
  });
  addEventListener("beforeunload", (event) => { if (unsent().length) event.preventDefault(); });

  // ── pasting ───────────────────────────────────────────────────────────
  function openPaste(open, values = {}) {
    const form = byId("paste");
    form.hidden = !open;
    document.querySelector("[data-paste]").setAttribute("aria-expanded", String(open));
    for (const [name, words] of Object.entries(values)) form.elements[name].value = words;
    if (open) form.elements.title.focus();
    else document.querySelector("[data-paste]").focus();
  }

  async function sendPaste(form) {
    const values = Object.fromEntries(new FormData(form));
    const answer = await window.debatebot.post("library/text", values, form);
    if (!answer) return;
    pasted = { id: answer.id, values };
    lines.set(++keys, { key: keys, name: values.title.trim(), state: "waiting", part: 0, words: "" });
    adopt(lines.get(keys), answer.id);
    form.reset();
    openPaste(false);
    draw();
  }

  function pasteSettled(job) {
    // What was refused comes back into the form, so that nothing that was written is lost.
    if (job.state === "refused" && byId("paste").hidden) {
      openPaste(true, pasted.values);
      window.debatebot.complain(byId("paste"), { error: job.words });
    }
    if (!(job.state in GOING)) pasted = null;
  }

  // ── what is told of it ────────────────────────────────────────────────
  const store = {
    get: () => parsed(sessionStorage.getItem("debatebot.jobs") || "{}"),
    set: (boot, from) => sessionStorage.setItem("debatebot.jobs", JSON.stringify({ boot, from })),
  };

  /** The number of the first job that this page tells of; what was finished before it was opened is left out. */
  function firstTold(news) {
    const boot = news.after.split(".")[0];
    const known = store.get();
    if (known.boot === boot) return known.from;
    const finished = news.jobs.filter((job) => !(job.state in GOING)).map((job) => job.id);
    const from = Math.max(0, ...finished) + 1;
    store.set(boot, from);
    return from;
  }

  /** After another start of the server its numbers begin anew, and what it had not read yet it does not have. */
  function startedAgain(news) {
    const boot = news.after.split(".")[0];
    if (lastBoot && lastBoot !== boot) {
      for (const line of lines.values()) {
        if (line.id && isGoing(line)) refuse(line, "debatebot was started again before this was read; add it again.");
        delete line.id;
      }
      if (pasted) pasteSettled({ state: "refused", words: "debatebot was started again before this was read; add it again." });
    }
    lastBoot = boot;
  }

  function learn(news) {
    startedAgain(news);
    const from = firstTold(news);
    for (const job of news.jobs) {
      if (pasted?.id === job.id) pasteSettled(job);
      let line = [...lines.values()].find((one) => one.id === job.id);
      if (!line) {
        if (!["file", "text"].includes(job.kind) || (!(job.state in GOING) && job.id < from)) continue;
        line = { key: ++keys, id: job.id, name: job.name };
        lines.set(line.key, line);
      }
      const { state, part, words } = job;
      if (state === "refused" && line.state !== "refused") say(`${line.name}: ${words}`);
      Object.assign(line, { state, part, words });
    }
    status = news;
    busySince = news.busy ? busySince || Date.now() : 0;
    draw();
  }

  function clear() {
    const finished = [...lines.values()].filter((line) => !isGoing(line) && line.state !== "held");
    for (const line of finished) lines.delete(line.key);
    const boot = status?.after.split(".")[0];
    if (boot) store.set(boot, Math.max(store.get().from || 0, ...finished.map((line) => (line.id || 0) + 1)));
    draw();
    byId("library-title").focus({ preventScroll: true });
  }

  // ── showing it ────────────────────────────────────────────────────────
  let due = false;
  function draw() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; show(); });
  }

  function show() {
    const all = [...lines.values()];
    const going = all.some((line) => isGoing(line) || line.state === "held");
    // A look at the corpus folder that is over at once is not worth a word.
    const reading = status?.busy && status.of > 0 && Date.now() - busySince > 900;
    byId("work").hidden = !all.length && !reading;
    byId("work-bar").hidden = !going && !reading;
    byId("work-bar").value = share();
    const many = all.length > LISTED;
    byId("work-line").textContent = going || reading ? goingLine() : summary(all);
    byId("work-counts").hidden = !many || !going;
    byId("work-counts").textContent = many ? [waitingCount(all), summary(all)].filter(Boolean).join(", ") : "";
    list(many ? shortened(all, reading) : all);
    document.querySelector("[data-clear]").hidden = !all.some((line) => !isGoing(line) && line.state !== "held");
    announce(going || reading, all);
  }

  /** Said aloud: each quarter of the way, and what came of it in the end. */
  function announce(busy, all) {
    const quarter = busy ? Math.floor(share() * 4) : 0;
    if (quarter > told) say(goingLine());
    told = quarter;
    if (!busy && summary(all)) say(summary(all));
  }

  function share() {
    const still = unsent();
    const of = (status?.of || 0) + still.length;
    return of ? ((status?.done || 0) + (status?.part || 0)) / of : 0;
  }

  const number = (count) => count.toLocaleString("en");

  function goingLine() {
    const still = unsent().length;
    if (status?.waits_for) return status.waits_for;
    if (!status?.busy || !status.of) return still ? `Sending ${still === 1 ? "1 file" : `${number(still)} files`}` : "Reading";
    const of = status.of + still;
    const line = `Reading ${number(Math.min(status.done + 1, of))} of ${number(of)}`;
    return status.left && of > 1 && !still ? `${line} · ${status.left}` : line;
  }

  function waitingCount(all) {
    const count = all.filter((line) => isGoing(line) || line.state === "held").length;
    return count ? `${number(count)} to go` : "";
  }

  function summary(all) {
    const parts = Object.entries(COUNTED).map(([state, words]) => [all.filter((line) => line.state === state).length, words]);
    return parts.filter(([count]) => count).map(([count, words]) => `${number(count)} ${words}`).join(", ");
  }

  /** Of many: the one in hand, and what was refused. */
  function shortened(all, reading) {
    const refused = all.filter((line) => line.state === "refused");
    const hand = all.find((line) => line.state === "reading") || all.find((line) => line.state === "sending");
    const folder = reading && !hand && status.document && { key: "folder", name: status.document, state: "reading", part: status.part, words: "" };
    return [hand || folder, ...refused.slice(0, REFUSED_LISTED)].filter(Boolean);
  }

  function list(shown) {
    const place = byId("work-jobs");
    const had = new Map([...place.children].map((item) => [item.dataset.key, item]));
    // The one in hand keeps its line while the file in it changes, so that nothing jumps.
    const wanted = shown.map((line) => [isGoing(line) && lines.size > LISTED ? "hand" : String(line.key), line]);
    for (const [key, item] of had) if (!wanted.some(([name]) => name === key)) item.remove();
    wanted.forEach(([key, line], place_) => {
      const item = had.get(key) || newItem(key);
      if (place.children[place_] !== item) place.insertBefore(item, place.children[place_] || null);
      fillItem(item, line);
    });
  }

  function newItem(key) {
    const item = document.createElement("li");
    item.dataset.key = key;
    const name = document.createElement("bdi");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-hidden", "true");
    item.append(name, document.createElement("span"), bar);
    return item;
  }

  function lineWords(line) {
    if (line.state === "held") return "Waiting";
    if (line.change && isGoing(line)) return "Waiting for what is being read";
    return GOING[line.state] || line.words;
  }

  function fillItem(item, line) {
    const [name, words, bar] = item.children;
    const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
    item.className = line.state;
    write(name, line.name);
    name.title = line.name;
    write(words, lineWords(line));
    bar.hidden = line.change || !(line.state === "sending" || line.state === "reading");
    bar.value = line.part || 0;
  }

  // ── hands on it ───────────────────────────────────────────────────────
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("button");
    if (!target) return;
    if (target.matches("[data-choose]")) byId("choose").click();
    else if (target.matches("[data-paste]")) openPaste(byId("paste").hidden);
    else if (target.matches("#paste [data-cancel]")) openPaste(false);
    else if (target.matches("[data-clear]")) clear();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id !== "choose") return;
    add([...event.target.files]);
    event.target.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "paste") return;
    event.preventDefault();
    sendPaste(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && event.target.closest?.("#paste")) openPaste(false);
  });
  document.addEventListener("debatebot:status", (event) => learn(event.detail));
  document.addEventListener("debatebot:later", (event) => {
    lines.set(++keys, { key: keys, ...event.detail, change: true, state: "waiting", part: 0, words: "" });
    draw();
  });
})();
