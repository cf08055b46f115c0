// The table of documents: sorted, filtered, edited and removed from in place. Everything is put in as text.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const MANY = 10; // documents from which on there is a box to find them by
  const SHOWN = 200;
  const COLUMNS = [
    ["title", "Title"], ["author", "Author"], ["date", "Date"],
    ["pages", "Pages"], ["passages", "Passages"], ["added", "Added"],
  ];
  const NUMBERS = new Set(["pages", "passages"]);
  let data = { documents: [], refused: [], notes: [] };
  let told = null;
  let sorted = { by: "added", down: true };
  let wanted = "";
  let all = false;
  let open = null; // the row that is being edited or removed
  let stale = false; // something came while it was open

  const element = (tag, words, properties = {}) => {
    const made = Object.assign(document.createElement(tag), properties);
    if (words !== undefined) made.textContent = words;
    return made;
  };

  // ── asking the server ─────────────────────────────────────────────────
  function complain(form, { error, field }) {
    for (const place of form.querySelectorAll("[role=alert]")) place.textContent = "";
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    const input = field && form.elements[field];
    const place = input ? input.closest("label").querySelector("[role=alert]") : form.querySelector(".form-error");
    place.textContent = error || "";
    input?.setAttribute("aria-invalid", "true");
    if (error) (input || form.querySelector("button")).focus();
  }

  /** The server's answer; null, and the reason in the form, where it is refused. */
  async function post(path, body, form) {
    const buttons = form.querySelectorAll("button");
    complain(form, {});
    for (const button of buttons) button.disabled = true;
    let answer;
    try {
      const headers = { "X-Debatebot": "library", "Content-Type": "application/json" };
      const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      answer = await reply.json().catch(() => ({ error: "This is too large, or the server cannot take it now." }));
      answer.later = reply.status === 202;
    } catch {
      answer = { error: "The server does not answer. Start debatebot again, then try once more." };
    }
    for (const button of buttons) button.disabled = false;
    document.dispatchEvent(new Event("debatebot:ask"));
    if (!answer.error) return answer;
    complain(form, answer);
    return null;
  }
  window.debatebot = { post, complain };

  // ── the order, and what is looked for ─────────────────────────────────
  function sortKey(one, by) {
    if (by === "author") return one.fields.author;
    if (by !== "date") return one[by] ?? "";
    const words = one.fields.date;
    const time = Date.parse(words);
    return words && (Number.isNaN(time) ? Date.parse(words.match(/\d{4}/)?.[0]) || "" : time);
  }

  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  function order(one, other) {
    const [a, b] = [sortKey(one, sorted.by), sortKey(other, sorted.by)];
    if ((a === "") !== (b === "")) return a === "" ? 1 : -1; // what is not known comes last, either way
    const found = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
    return (sorted.down ? -found : found) || collator.compare(one.title, other.title);
  }

  function matching() {
    const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => `${one.title}\n${one.fields.author}\n${one.document}`.toLocaleLowerCase();
    return data.documents.filter((one) => words.every((word) => text(one).includes(word))).sort(order);
  }

  // ── the table ─────────────────────────────────────────────────────────
  function build() {
    const find = element("label", undefined, { className: "find", hidden: true });
    const box = element("input", undefined, { type: "search", id: "find", autocomplete: "off", placeholder: "Title, author or file name" });
    find.append(element("span", "Find"), box);
    box.addEventListener("input", () => { wanted = box.value; all = false; close(); render(); });
    const table = element("table", undefined, { className: "books", hidden: true });
    table.setAttribute("role", "table");
    table.setAttribute("aria-label", "Documents");
    const head = element("tr");
    head.setAttribute("role", "row");
    for (const [name, words] of COLUMNS) head.append(header(name, words));
    const actions = element("th");
    actions.setAttribute("role", "columnheader");
    actions.append(element("span", "Change", { className: "unseen" }));
    head.append(actions);
    table.append(element("thead"), element("tbody"));
    table.tHead.append(head);
    const more = element("button", "", { type: "button", className: "chip", id: "show-all", hidden: true });
    more.addEventListener("click", () => { all = true; close(); render(); });
    byId("books").append(find, element("p", "", { id: "none", className: "quiet" }), table, more);
  }

  function header(name, words) {
    const cell = element("th", undefined, { className: NUMBERS.has(name) ? `number-of ${name}` : name });
    cell.setAttribute("role", "columnheader");
    const button = element("button", words, { type: "button", className: "sort" });
    button.dataset.by = name;
    button.addEventListener("click", () => {
      const down = sorted.by === name ? !sorted.down : NUMBERS.has(name) || name === "added" || name === "date";
      sorted = { by: name, down };
      close();
      render();
    });
    cell.append(button);
    return cell;
  }

  function render() {
    if (!byId("find")) build();
    const found = matching();
    const table = document.querySelector(".books");
    byId("find").parentElement.hidden = data.documents.length <= MANY;
    table.hidden = !found.length;
    byId("none").textContent = found.length || !data.documents.length ? "" : "No title, author or file name has these words.";
    for (const button of table.querySelectorAll(".sort")) {
      const how = button.dataset.by === sorted.by ? (sorted.down ? "descending" : "ascending") : "none";
      button.parentElement.setAttribute("aria-sort", how);
    }
    table.classList.toggle("without-pages", data.documents.every((one) => one.pages === null));
    const focus = focused();
    const shown = all ? found : found.slice(0, SHOWN);
    table.tBodies[0].replaceChildren(...shown.map(row));
    byId("show-all").hidden = shown.length === found.length;
    byId("show-all").textContent = `Show all ${found.length.toLocaleString("en")} documents`;
    refocus(focus);
    stale = false;
  }

  function emptyWords() {
    return told.busy ? "Reading the corpus folder" : "Your library is empty. What you add here is what answers quote.";
  }

  function focused() {
    const here = document.activeElement?.closest?.(".books tbody tr");
    return here && { document: here.dataset.document, action: document.activeElement.dataset.action || "" };
  }

  function refocus(focus, otherwise) {
    if (!focus) return;
    const here = rowOf(focus.document);
    const target = here && (here.querySelector(`[data-action="${focus.action}"]`) || here.querySelector("a"));
    (target || otherwise || byId("library-title")).focus({ preventScroll: true });
  }

  const rowOf = (name) => [...document.querySelectorAll(".books tbody tr")].find((one) => one.dataset.document === name);

  function row(one) {
    const made = element("tr");
    made.setAttribute("role", "row");
    made.dataset.document = one.document;
    made.append(
      titleCell(one),
      cell("author", one.fields.author),
      cell("date", one.fields.date),
      numberCell("pages", one.pages),
      numberCell("passages", one.passages),
      addedCell(one.added),
      actionsCell(one),
    );
    return made;
  }

  function cell(name, words) {
    const made = element("td", undefined, { className: words ? name : `${name} blank` });
    made.setAttribute("role", "cell");
    if (words) made.append(element("bdi", words));
    return made;
  }

  function titleCell(one) {
    const made = cell("title");
    const link = element("a", undefined, { className: "open", href: one.href, title: one.document });
    link.append(element("bdi", one.title));
    made.className = "title";
    made.append(link);
    if (one.same_as) made.append(note(`Same content as “${one.same_as}”; quoted once.`));
    for (const words of one.notes) made.append(note(words));
    return made;
  }

  const note = (words) => element("p", words, { className: "quiet" });

  function numberCell(name, count) {
    const made = cell(`number-of ${name}`, count === null ? "" : count.toLocaleString("en"));
    if (count !== null) made.append(element("span", ` ${count === 1 ? name.slice(0, -1) : name}`, { className: "noun" }));
    return made;
  }

  function addedCell(added) {
    const made = cell("added", "");
    const time = new Date(added);
    if (!added || Number.isNaN(time.getTime())) return made;
    made.className = "added";
    const words = time.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
    const stamp = element("time", words, { dateTime: added, title: time.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" }) });
    made.append(element("span", "added ", { className: "noun" }), stamp);
    return made;
  }

  function actionsCell(one) {
    const made = cell("actions");
    made.className = "actions";
    for (const [action, words] of [["edit", "Edit"], ["remove", "Remove"]]) {
      const button = element("button", words, { type: "button", className: "quiet-button" });
      button.dataset.action = action;
      button.setAttribute("aria-label", `${words} “${one.title}”`);
      made.append(button);
    }
    return made;
  }

  // ── changing one ──────────────────────────────────────────────────────
  const find = (name) => data.documents.find((one) => one.document === name);

  function openIn(made, action, form) {
    close();
    const place = element("td", undefined, { className: "in-place" });
    place.colSpan = [...made.cells].filter((one) => one.offsetParent).length || 1;
    place.setAttribute("role", "cell");
    place.append(form);
    made.classList.add(`is-${action}`);
    made.append(place);
    open = { row: made, document: made.dataset.document, action };
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      close(true);
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => close(true));
  }

  function close(focus = false) {
    if (!open) return;
    const { row: made, document: name, action } = open;
    open = null;
    made.classList.remove("is-edit", "is-remove");
    made.querySelector(".in-place")?.remove();
    if (stale) render();
    if (focus) refocus({ document: name, action });
  }

  function edit(made) {
    const one = find(made.dataset.document);
    if (!one) return;
    const form = byId("edit-form").content.firstElementChild.cloneNode(true);
    form.setAttribute("aria-label", `Edit “${one.title}”`);
    for (const [name, words] of Object.entries(one.fields)) form.elements[name].value = words;
    openIn(made, "edit", form);
    form.elements.title.focus();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      // Only what was changed: another tab, or a hand in the folder, may have changed the rest.
      const filled = Object.entries(Object.fromEntries(new FormData(form)));
      const fields = Object.fromEntries(filled.filter(([name, words]) => words !== one.fields[name]));
      const answer = await post("library/describe", { document: one.document, fields }, form);
      if (!answer) return;
      if (answer.later) later(answer.id, one.title);
      else byId("library-news").textContent = "Saved.";
      // Shown at once; what the server has comes with the next look.
      Object.assign(one.fields, fields);
      one.title = fields.title?.trim() || one.title;
      stale = true;
      if (open?.row === made) close(true);
    });
  }

  function remove(made) {
    const one = find(made.dataset.document);
    if (!one) return;
    const form = element("form", undefined, { className: "ask" });
    const words = element("p");
    words.append("Remove “", element("bdi", one.title), "” and its file for good?");
    words.id = "ask-words";
    const yes = element("button", "Remove", { type: "submit", className: "chip warning" });
    const no = element("button", "Keep", { type: "button", className: "chip" });
    no.dataset.cancel = "";
    yes.setAttribute("aria-describedby", words.id);
    no.setAttribute("aria-describedby", words.id);
    const buttons = element("div", undefined, { className: "form-buttons" });
    buttons.append(yes, no);
    const problem = element("p", "", { className: "form-error" });
    problem.setAttribute("role", "alert");
    form.append(words, buttons, problem);
    openIn(made, "remove", form);
    no.focus();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await post("library/remove", { document: one.document }, form);
      if (answer) removed(one, made, answer);
    });
  }

  function removed(one, made, answer) {
    if (answer.later) {
      later(answer.id, `Removing ${one.title}`);
      return close(true);
    }
    const next = made.nextElementSibling || made.previousElementSibling;
    byId("library-news").textContent = `Removed ${one.title}.`;
    data.documents = data.documents.filter((other) => other !== one);
    stale = true;
    close();
    refocus({ document: next?.dataset.document, action: "remove" });
  }

  function later(id, name) {
    document.dispatchEvent(new CustomEvent("debatebot:later", { detail: { id, name } }));
  }

  // ── what the server tells ─────────────────────────────────────────────
  function learn(status) {
    told = status;
    byId("trouble").hidden = !status.trouble;
    byId("trouble").firstElementChild.textContent = status.trouble;
    const mend = byId("trouble").lastElementChild;
    mend.dataset.reread = status.outdated ? "rebuild" : "";
    mend.textContent = status.outdated ? "Make the index again" : "Read the corpus again";
    if (!status.library) return;
    data = status.library;
    byId("library-holds").textContent = [data.documents.length ? `${status.holds}.` : emptyWords(), ...data.notes].join(" ");
    byId("not-taken").hidden = !data.refused.length;
    byId("not-taken").querySelector("ul").replaceChildren(...data.refused.map(refusedItem));
    document.body.classList.toggle("no-documents", !data.documents.length);
    if (open) stale = true;
    else render();
  }

  function refusedItem(one) {
    const item = element("li");
    const name = element("b");
    name.append(element("bdi", one.name));
    item.append(name, element("p", one.reason));
    return item;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-action]");
    if (!button) return;
    const made = button.closest("tr");
    if (button.dataset.action === "edit") edit(made);
    else remove(made);
  });
  document.addEventListener("debatebot:status", (event) => learn(event.detail));
})();
