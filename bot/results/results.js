// Keeps the results page up to date. The server says that something is new; the page is fetched
// again and its sections are put in place of the old ones. Without this script the page works too.
(() => {
  "use strict";
  const root = document.documentElement;
  const state = document.getElementById("state");
  const pause = document.getElementById("pause");
  if (!state || !pause || !window.EventSource) return;

  const LEAST_WAIT = 250; // milliseconds between two fetches, and never less than twice the last one
  const AGAIN = 30000;
  let source = null;
  let paused = false;
  let busy = false;
  let wanted = "";

  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const isOpen = (part) => [...part.querySelectorAll("details[open]")].map((d) => d.id);

  function show(live) {
    root.classList.toggle("live", live);
    pause.hidden = false;
    pause.textContent = paused ? pause.dataset.goOn : pause.dataset.pause;
  }

  function place(old, fresh) {
    const part = document.adoptNode(fresh);
    const focus = old.contains(document.activeElement) ? document.activeElement.id : null;
    const written = focus === null ? "" : document.activeElement.value;
    for (const id of isOpen(old)) {
      const one = part.querySelector("#" + CSS.escape(id));
      if (one) one.open = true;
    }
    const before = new Map([...old.querySelectorAll(".card")].map((c) => [c.id, c.textContent]));
    for (const card of part.querySelectorAll(".card")) {
      if (before.get(card.id) !== card.textContent) card.classList.add("fresh");
    }
    old.replaceWith(part);
    const again = focus ? document.getElementById(focus) : null;
    if (again) {
      if (written !== undefined) again.value = written;
      again.focus({ preventScroll: true });
    }
  }

  function put(page) {
    for (const fresh of page.querySelectorAll("[data-part]")) {
      const old = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
      const active = document.activeElement;
      const held = old && old.contains(active) && !active.id && active.tagName !== "INPUT";
      if (old && !held && old.innerHTML !== fresh.innerHTML) place(old, fresh);
    }
    const said = page.getElementById("state");
    if (said) state.textContent = said.textContent;
    root.dataset.mark = page.documentElement.dataset.mark || "";
    document.title = page.title;
  }

  async function refresh() {
    if (busy || paused || wanted === root.dataset.mark) return;
    busy = true;
    const began = performance.now();
    const goal = wanted;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.status === 404) return location.reload();
      if (answer.ok) put(parse(await answer.text()));
    } catch { /* the stream comes back, and with it the mark */ }
    const rest = Math.max(LEAST_WAIT, 2 * (performance.now() - began));
    setTimeout(() => {
      busy = false;
      if (wanted !== goal) refresh();
    }, rest);
  }

  function connect() {
    if (source || paused || document.hidden) return;
    source = new EventSource("live");
    source.addEventListener("open", () => show(true));
    source.addEventListener("mark", (event) => { wanted = event.data; refresh(); });
    source.addEventListener("gone", () => location.reload());
    source.addEventListener("error", () => {
      show(false);
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(connect, AGAIN);
      }
    });
  }

  function disconnect() {
    if (source) source.close();
    source = null;
    show(false);
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    if (paused) disconnect(); else connect();
    show(!paused && source !== null);
  });
  // A window nobody looks at holds no connection: browsers allow six for each site.
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  show(false);
  connect();
})();
