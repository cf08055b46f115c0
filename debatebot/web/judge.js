// The person's word on a quotation: sent at once, said in place, taken back in place. What was said is kept by the
// server; the page remembers it only for the answers that were made before, which Gradio draws anew as they move up.
"use strict";

(() => {
  const UNREACHED = "The server does not answer, so your word is not kept. Start debatebot again, then try once more.";
  const UNTOLD = "Your word is not kept. Reload this page, then try once more.";
  const words = new Map(); // by quotation under a stance: the verdict, null once taken back, and the newest turn then

  const turnOf = (item) => Number(item.closest(".turn").dataset.turn);
  const newest = () => Number(document.querySelector("#current .turn")?.dataset.turn);
  const judges = () => [...document.querySelectorAll(".item .judge")];

  function placeOf(item) {
    const { document: name, start, end, check } = item.dataset;
    return { stance: item.closest(".side").dataset.stance, document: name, start: Number(start), end: Number(end), check };
  }

  // Only what differs is written, for this runs at each change of the transcript.
  function say(judge, text, trouble = false) {
    const said = judge.querySelector(".said");
    if (said.textContent !== text) said.textContent = text;
    judge.toggleAttribute("data-trouble", trouble);
  }

  function draw(judge, verdict) {
    const item = judge.closest(".item");
    const own = item.querySelector(".strength.own");
    if (verdict === null) {
      if (own) own.hidden = true;
      if (judge.hasAttribute("data-said")) say(judge, "");
      judge.removeAttribute("data-said");
      return;
    }
    const button = judge.querySelector(`[data-verdict="${verdict}"]`);
    const text = `You: ${button.textContent.toLowerCase()}`;
    if (judge.hasAttribute("data-said") && judge.querySelector(".said").textContent === text) return;
    say(judge, text);
    judge.setAttribute("data-said", "");
  }

  // An answer made after the word has it in already, and is not drawn over.
  function drawAll() {
    if (!words.size) return;
    for (const judge of judges()) {
      if (judge.hasAttribute("data-trouble")) continue;
      const item = judge.closest(".item");
      const word = words.get(JSON.stringify(placeOf(item)));
      if (word && turnOf(item) <= word.turn) draw(judge, word.verdict);
    }
  }

  async function send(place, verdict) {
    let answer;
    try {
      answer = await fetch("correction", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Debatebot": "correction" },
        body: JSON.stringify({ ...place, verdict }),
        signal: AbortSignal.timeout(60000),
      });
    } catch {
      return UNREACHED;
    }
    if (answer.ok) return "";
    try {
      return (await answer.json()).error || UNTOLD;
    } catch {
      return UNTOLD;
    }
  }

  async function judgeIt(judge, verdict) {
    if (judge.ariaBusy === "true") return;
    const place = placeOf(judge.closest(".item"));
    judge.ariaBusy = "true";
    const trouble = await send(place, verdict);
    judge.ariaBusy = null;
    if (trouble) return say(judge, trouble, true);
    const focused = judge.contains(document.activeElement);
    words.set(JSON.stringify(place), { verdict, turn: newest() });
    judge.removeAttribute("data-trouble");
    drawAll();
    if (verdict === null) say(judge, "Taken back");
    // The button that was pressed is gone; who works by keys goes on from what stands in its place.
    if (focused) judge.querySelector(verdict === null ? "[data-verdict]" : "[data-undo]").focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".judge button");
    if (!button) return;
    const judge = button.closest(".judge");
    if (button.classList.contains("unfold")) {
      button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    } else judgeIt(judge, "undo" in button.dataset ? null : button.dataset.verdict);
  });

  document.addEventListener("debatebot:drawn", () => {
    const watched = new MutationObserver(drawAll);
    for (const id of ["past", "current"]) watched.observe(document.getElementById(id), { childList: true, subtree: true });
  });

  // On paper all evidence is wanted; what was folded is folded again afterwards.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details.fold:not([open])")];
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of unfolded) fold.open = false;
  });
})();
