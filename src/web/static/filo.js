// SPDX-License-Identifier: EUPL-1.2
// What the pages do beyond HTML: drafts, shortcuts, palette, the one event stream. Every page works without this file.
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = (key) => document.body.dataset[key] || "";

  // ---- drafts: what is typed survives a crash, a log-out, a failed send -----------------------------------------
  // Kept in localStorage under "draft:KEY" as {at, sent, values}. A sent draft goes when the next page shows no error.
  const DRAFT_DAYS = 14;
  const SAVED = "textarea, input:not([type=hidden], [type=password], [type=file], [type=radio], [type=checkbox])";

  function readDraft(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // storage refused or not ours: the page works, drafts do not
    }
  }

  function writeDraft(key, draft) {
    try {
      if (draft) localStorage.setItem(key, JSON.stringify(draft));
      else localStorage.removeItem(key);
      return true;
    } catch {
      return false;
    }
  }

  // Reply or note must come back as it was: a note restored as a reply would go to the customer.
  function mode(form) {
    return find("[role=radiogroup] input:checked", form)?.id;
  }

  function controls(form) {
    return all(SAVED, form).filter((control) => control.name && !control.closest(".trap"));
  }

  function saveDraft(form, key) {
    const values = {};
    for (const control of controls(form)) if (control.value !== control.defaultValue) values[control.name] = control.value;
    const draft = Object.keys(values).length ? { at: Date.now(), mode: mode(form), values } : null;
    const kept = writeDraft(key, draft);
    const note = find(".draft", form);
    if (note) note.textContent = kept && draft ? said("saidKept") : "";
  }

  function restoreDraft(form, key) {
    const draft = readDraft(key);
    if (!draft) return;
    const failed = find(".flash.wrong, .error, .field.wrong");
    if ((draft.sent && !failed) || Date.now() - draft.at > DRAFT_DAYS * 864e5) return void writeDraft(key, null);
    let restored = false;
    for (const control of controls(form)) {
      const value = draft.values[control.name];
      if (value === undefined || control.value !== "") continue; // what the server sent back is newer
      control.value = value;
      restored = true;
    }
    if (!restored) return;
    const choice = draft.mode && document.getElementById(draft.mode);
    if (choice) choice.checked = true;
    const note = find(".draft", form);
    if (note) note.textContent = said("saidDraft");
  }

  function startDrafts(root) {
    for (const form of all("form[data-draft]", root)) {
      const key = "draft:" + form.dataset.draft;
      let timer = 0;
      restoreDraft(form, key);
      form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(saveDraft, 400, form, key);
      });
      form.addEventListener("submit", () => {
        clearTimeout(timer);
        saveDraft(form, key);
        const draft = readDraft(key);
        if (draft) writeDraft(key, { ...draft, sent: true });
      });
      addEventListener("pagehide", () => {
        const draft = readDraft(key);
        if (!draft || !draft.sent) saveDraft(form, key);
      });
    }
  }

  // ---- shortcuts ------------------------------------------------------------------------------------------------
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return false;
    dialog.showModal();
    return true;
  }

  function openDetails(id) {
    const details = document.getElementById(id);
    if (!details) return false;
    details.open = true;
    details.scrollIntoView({ block: "nearest" });
    find("select, input:not([type=hidden]), textarea", details)?.focus();
    return true;
  }

  function write(mode) {
    const choice = document.getElementById("kind-" + mode);
    if (!choice) return false;
    choice.checked = true;
    document.getElementById("text").focus();
    return true;
  }

  function move(step) {
    const links = all(".row-link");
    if (!links.length) return false;
    const here = document.activeElement.closest(".row");
    const at = links.indexOf(here ? find(".row-link", here) : document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function pick() {
    const row = document.activeElement.closest(".row");
    const box = row && find(".row-pick input", row);
    if (!box) return false;
    box.checked = !box.checked;
    return true;
  }

  const SHORTCUTS = {
    j: () => move(1),
    k: () => move(-1),
    x: pick,
    r: () => write("reply"),
    n: () => write("note"),
    a: () => openDetails("assign"),
    e: () => openDetails("closing"),
    "?": () => openDialog("keys"),
  };

  function onKey(event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      if (openDialog("palette")) event.preventDefault();
      return;
    }
    if (event.key === "Escape") return void closePops(null);
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (SHORTCUTS[event.key]?.()) event.preventDefault();
  }

  function closePops(kept) {
    for (const pop of all("details.pop[open], details.help[open]")) if (!pop.contains(kept)) pop.open = false;
  }

  // ---- palette: filters the commands on the page; Enter searches ------------------------------------------------
  function startPalette() {
    const palette = document.getElementById("palette");
    if (!palette) return;
    const field = find("input", palette);
    const entries = all("li", palette);
    field.addEventListener("input", () => {
      const words = field.value.trim().toLocaleLowerCase();
      for (const entry of entries) entry.hidden = !entry.textContent.toLocaleLowerCase().includes(words);
    });
    palette.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const links = entries.filter((entry) => !entry.hidden).map((entry) => find("a", entry));
      const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (links[at] || field).focus();
      event.preventDefault();
    });
  }

  // ---- live: one event stream per browser -----------------------------------------------------------------------
  // The tab that holds the lock reads the stream and tells the others. An event says only that something changed, never
  // what: the list is then asked for again, as whoever looks may see it, at most every LIVE_MS.
  const LIVE_MS = 2000;
  let asking = 0; // a timer, while a question waits or is under way
  let again = false; // something changed after it was asked

  function numbersOf(root) {
    return [...root.querySelectorAll("#rows .row-number")].map((cell) => cell.textContent);
  }

  async function countFresh(bar) {
    const answer = await fetch(bar.dataset.live, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const shown = new Set(numbersOf(document));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = numbersOf(page).filter((number) => !shown.has(number)).length;
    bar.hidden = fresh === 0;
    if (!fresh) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = fresh + " " + (fresh === 1 ? bar.dataset.saidOne : bar.dataset.saidMany);
    button.addEventListener("click", () => showFresh(bar));
    bar.replaceChildren(button);
  }

  function askSoon(bar) {
    asking = setTimeout(async () => {
      again = false;
      try {
        await countFresh(bar);
      } catch {
        // The network is away: the stream tells when it is back, and the next event asks again.
      }
      asking = 0;
      if (again) askSoon(bar);
    }, LIVE_MS / 2);
  }

  function onLive(event) {
    const bar = find("[data-live]");
    if (!bar || event.kind !== "ticket") return;
    if (asking) again = true;
    else askSoon(bar);
  }

  async function showFresh(bar) {
    bar.hidden = true;
    if (!window.htmx) return location.assign(bar.dataset.live);
    await window.htmx.ajax("GET", bar.dataset.live, { target: "#rows", select: "#rows", swap: "morph:outerHTML" });
  }

  function startStream() {
    if (!document.body.classList.contains("desk") || !navigator.locks || !window.BroadcastChannel) return;
    const channel = new BroadcastChannel("filo-events");
    channel.addEventListener("message", (message) => onLive(message.data));
    navigator.locks.request("filo-events", () => new Promise((release) => {
      const stream = new EventSource("/events");
      stream.addEventListener("desk", (message) => {
        const event = JSON.parse(message.data);
        channel.postMessage(event); // never delivered to the sender itself
        onLive(event);
      });
      addEventListener("pagehide", () => {
        stream.close();
        release();
      });
    }));
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  function start() {
    startDrafts(document);
    startPalette();
    startStream();
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", (event) => {
      closePops(event.target);
      const opener = event.target.closest("[data-opens]");
      if (opener) openDialog(opener.dataset.opens);
    });
    for (const button of all("[data-opens]")) button.hidden = false;
  }

  start();
})();
