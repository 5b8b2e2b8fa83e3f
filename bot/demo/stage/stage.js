// The demo's page: shows what the channels were given and sends back what is pressed.
"use strict";

const shown = new Map();

async function send(path, body) {
  await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  await refresh();
}

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

function bubble(line, who) {
  const box = make("div", line.us ? "bubble" : "bubble them");
  if (line.language) box.lang = line.language;
  if (line.notice) box.append(make("p", "notice", line.notice));
  if (line.image) {
    const picture = make("img");
    picture.src = line.image;
    picture.alt = line.alt;
    box.append(picture);
  }
  box.append(make("div", who === "maija" ? "staff-text" : "", line.text));
  if (line.ends) box.append(make("div", "ends", line.ends));
  const at = new Date(line.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  box.append(make("div", "when", (line.edited ? "edited " : "") + at));
  return box;
}

function keys(line, who) {
  const grid = make("div", "keys");
  const scale = line.buttons.filter((b) => b.value !== null).length;
  const columns = scale > 7 ? Math.ceil(scale / 2) : Math.max(scale, 1);
  grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
  for (const button of line.buttons) {
    const key = make("button", button.chosen ? "chosen" : "", (button.chosen ? "✓ " : "") + button.label);
    key.type = "button";
    key.setAttribute("aria-label", button.spoken);
    key.setAttribute("aria-pressed", String(button.chosen));
    if (button.value === null) key.style.gridColumn = "1 / -1";
    key.addEventListener("click", () => send("/demo/press", { who, line: line.id, payload: button.payload }));
    grid.append(key);
  }
  return grid;
}

function drawChat(id, who, lines, hint) {
  const place = document.getElementById(id);
  const version = JSON.stringify(lines);
  if (shown.get(id) === version) return;
  shown.set(id, version);
  place.replaceChildren();
  if (!lines.length) place.append(make("p", "empty", hint));
  for (const line of lines) {
    place.append(bubble(line, who));
    if (line.buttons && line.buttons.length) place.append(keys(line, who));
  }
  place.scrollTop = place.scrollHeight;
}

function drawMail(mails) {
  const place = document.getElementById("mail");
  const version = mails.map((m) => m.id).join();
  if (shown.get("mail") === version) return;
  shown.set("mail", version);
  place.replaceChildren();
  if (!mails.length) place.append(make("p", "empty", "No mail yet. End a call with the button above."));
  mails.forEach((mail, number) => {
    const box = make("details");
    box.open = number === 0;
    const frame = make("iframe");
    frame.title = mail.subject;
    frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    frame.srcdoc = mail.html.replace("<head>", '<head><base target="_blank">');
    box.append(make("summary", "", mail.subject), frame);
    place.append(box);
  });
}

async function refresh() {
  const trouble = document.getElementById("trouble");
  try {
    const state = await (await fetch("/demo/state")).json();
    drawChat("chat", "you", state.chat, "Nothing yet. End a call with the button above.");
    drawChat("staff", "maija", state.staff, "Quiet so far. Bad answers arrive here at once.");
    drawMail(state.mail);
    trouble.textContent = "";
  } catch {
    trouble.textContent = "The demo has stopped. Start it again with ./afterword demo";
  }
}

document.getElementById("call").addEventListener("submit", (event) => {
  event.preventDefault();
  send("/demo/call", { language: document.getElementById("language").value });
});

for (const phone of document.querySelectorAll(".phone")) {
  const who = phone.dataset.who;
  phone.querySelector(".write").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = phone.querySelector("input");
    if (field.value.trim()) send("/demo/write", { who, text: field.value });
    field.value = "";
  });
  for (const button of phone.querySelectorAll("[data-say]")) {
    button.addEventListener("click", () => send("/demo/write", { who, text: button.dataset.say }));
  }
}

refresh();
setInterval(refresh, 700);
