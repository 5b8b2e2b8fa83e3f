// The demo's page: shows what the channels were given, and sends back what is pressed and written.
"use strict";

const POLL = 500;
const OWN_WORDS_STAY = 5000; // for so long an answer scrolls no further than the words it answers
const main = document.querySelector("main");
const status = document.getElementById("status");
const narrow = matchMedia("(max-width: 960px)");
const panes = { chat: pane("chat", "chat"), mail: pane("mail", "mail"), staff: pane("staff", "chat") };
let tag = "";
let missed = 0;
let skipped = 0;
let hush = 0;

function pane(id, kind) {
  const section = document.getElementById(id);
  const tab = document.querySelector(`[data-show="${id}"]`);
  return {
    kind, section, tab, list: section.querySelector(".lines"), who: section.dataset.who,
    nodes: new Map(), wrote: 0, unread: 0, filled: false,
  };
}

function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function say(text, seconds = 6) {
  status.textContent = text;
  clearTimeout(hush);
  if (seconds) hush = setTimeout(() => { status.textContent = ""; }, seconds * 1000);
}

function clock(at) {
  return new Date(at).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

// Talking to the service

async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    for (const wait of [0, 120, 300]) setTimeout(refresh, wait);
    return await answer.json();
  } catch {
    say("That did not reach the demo. Is it still running in the terminal?");
    return null;
  }
}

async function refresh() {
  if (document.hidden) return;
  if (missed > 1 && (skipped += 1) % 6) return; // it has stopped: look now and then
  try {
    const answer = await fetch("/demo/state", { headers: tag ? { "If-None-Match": tag } : {} });
    if (missed > 1) say("");
    missed = 0;
    if (answer.status !== 200) return;
    tag = answer.headers.get("ETag");
    const state = await answer.json();
    for (const name of Object.keys(panes)) draw(panes[name], state[name]);
  } catch {
    missed += 1;
    if (missed === 2) say("The demo has stopped. Start it again in the terminal: ./afterword demo", 0);
  }
}

// Drawing: a line that did not change keeps its place, its focus and its reader

function draw(pane, lines) {
  const known = new Set(lines.map((line) => line.id));
  for (const [id, { node }] of pane.nodes) if (!known.has(id)) { node.remove(); pane.nodes.delete(id); }
  const news = [];
  for (const line of lines) {
    const version = JSON.stringify(line);
    const old = pane.nodes.get(line.id);
    if (old && old.version === version) continue;
    const node = pane.kind === "mail" ? mail(line) : bubble(line, pane);
    pane.nodes.set(line.id, { node, version, line });
    if (old) replace(old.node, node);
    else { place(pane, node); if (line.us !== false) news.push(node); }
  }
  empty(pane);
  if (news.length) { count(pane, news.length); scroll(pane, news[0]); }
  pane.filled = true;
}

function place(pane, node) {
  if (pane.kind !== "mail") { pane.list.append(node); return; }
  for (const box of pane.list.querySelectorAll("details")) box.open = false;
  node.open = true;
  pane.list.prepend(node);
}

function replace(old, node) {
  const key = old.contains(document.activeElement) ? document.activeElement.dataset.payload : "";
  old.replaceWith(node);
  node.classList.add("still");
  if (key) node.querySelector(`[data-payload="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function empty(pane) {
  const hint = pane.list.querySelector(".empty");
  if (pane.nodes.size && hint) hint.remove();
  if (pane.nodes.size || hint) return;
  const words = pane === panes.staff ? "Quiet so far. Bad answers arrive here at once." : "Nothing yet. End the call to be asked.";
  pane.list.append(make("p", "empty", words));
}

function scroll(pane, first) {
  const { list } = pane;
  if (pane.kind === "mail") { list.scrollTop = 0; return; }
  const words = [...list.querySelectorAll(".them")].pop();
  const recent = words && Date.now() - pane.wrote < OWN_WORDS_STAY;
  const top = recent ? words : pane.filled ? first : list.lastElementChild;
  list.scrollTop = Math.min(top.offsetTop - 10, list.scrollHeight);
}

function count(pane, more) {
  const hidden = narrow.matches && main.dataset.shown !== pane.section.id;
  pane.unread = hidden && pane.filled ? pane.unread + more : 0;
  const badge = pane.tab.querySelector(".new");
  badge.textContent = pane.unread || "";
  if (pane.unread) badge.setAttribute("aria-label", `${pane.unread} new`);
}

function bubble(line, pane) {
  const box = make("div", line.us ? "line" : "line them");
  const text = make("div", "bubble");
  text.append(make("span", "unseen", line.us ? "Acme: " : "You: "));
  if (line.picture !== undefined && line.picture !== null) {
    const picture = make("img");
    picture.alt = line.picture;
    picture.addEventListener("load", () => scroll(pane, box));
    picture.src = `/demo/picture/${line.id}`;
    text.append(picture);
  }
  const words = make("div", "words", line.text);
  if (line.language) words.lang = line.language;
  text.append(words, make("div", "when", (line.edited ? "edited " : "") + clock(line.at)));
  box.append(text);
  for (const row of line.rows) {
    box.classList.add("asks");
    const keys = make("div", "keys");
    keys.append(...row.map((button) => key(button, line, pane)));
    box.append(keys);
  }
  return box;
}

function key(button, line, pane) {
  const made = make("button", button.chosen ? "chosen" : "", button.label);
  made.type = "button";
  made.dataset.payload = button.payload;
  made.lang = line.language;
  made.setAttribute("aria-label", button.spoken);
  made.setAttribute("aria-pressed", String(button.chosen));
  made.addEventListener("click", () => send("/demo/press", { who: pane.who, line: line.id, payload: button.payload }));
  return made;
}

function mail(line) {
  const box = make("details");
  const summary = make("summary");
  const subject = make("b", "", line.subject);
  subject.lang = line.language;
  summary.append(subject, make("span", "", `Acme <${line.from}> · ${clock(line.at)}`));
  const frame = make("iframe");
  frame.title = `Mail: ${line.subject}`;
  frame.src = `/demo/mail/${line.id}`;
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (box.open && page) frame.style.height = `${page.scrollHeight}px`;
  };
  frame.addEventListener("load", fit);
  box.addEventListener("toggle", fit);
  addEventListener("resize", fit);
  box.append(summary, frame);
  return box;
}

// Doing

document.getElementById("call").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  const done = await send("/demo/call", { language: document.getElementById("language").value });
  if (done?.stopped) say("Sam said stop, so nobody asks. Write /start as Sam to allow it again.", 12);
  else if (done) say("The call is over. Sam is asked in the chat and by mail.", narrow.matches ? 2 : 6);
  if (done && narrow.matches) lookAtSam();
  setTimeout(() => { button.disabled = false; button.focus({ preventScroll: true }); }, 600);
});

for (const pane of [panes.chat, panes.staff]) {
  const write = (text) => {
    if (!text.trim()) return;
    pane.wrote = Date.now();
    send("/demo/write", { who: pane.who, text });
  };
  pane.section.querySelector(".write").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = event.target.querySelector("input");
    write(field.value);
    field.value = "";
  });
  for (const button of pane.section.querySelectorAll(".try button")) {
    button.addEventListener("click", () => write(button.textContent));
  }
}

function show(name) {
  main.dataset.shown = name;
  for (const [other, pane] of Object.entries(panes)) pane.tab.setAttribute("aria-pressed", String(other === name));
  count(panes[name], 0);
  panes[name].list.scrollTop = panes[name].kind === "mail" ? 0 : panes[name].list.scrollHeight;
  dispatchEvent(new Event("resize"));
}

function lookAtSam() {
  if (main.dataset.shown === "staff") show("chat");
  document.querySelector(".tabs").scrollIntoView();
}

for (const [name, pane] of Object.entries(panes)) pane.tab.addEventListener("click", () => show(name));
document.addEventListener("visibilitychange", refresh);
refresh();
setInterval(refresh, POLL);
