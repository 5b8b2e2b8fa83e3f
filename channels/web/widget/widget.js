/* Afterword's widget: a question, a survey or a comment card inside any page. docs/embedding.md says how.
   Nothing is stored before the first press, no cookie is ever set, and no HTML is made from texts. */
(() => {
  'use strict';
  const script = document.currentScript;
  if (!script || (window.Afterword && window.Afterword.open)) return;

  const BASE = new URL('.', script.src).href;
  const CARD = '@card';
  const STORE = 'afterword';
  const DAY = 86400000;

  const STYLE = `
:host { all: initial !important; display: block !important; }
.root {
  all: initial; display: block;
  --ground: #ffffff; --text: #1b2124; --soft: #545f63; --line: #868f92; --wash: #e9f1ef;
  --accent: #0f6b5c; --on-accent: #ffffff;
  color-scheme: light; color: var(--text); text-align: start; overflow-wrap: break-word;
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif;
}
.root.dark {
  --ground: #1b2124; --text: #eef2f1; --soft: #a9b5b4; --line: #727d80; --wash: #263032;
  --accent: #7fc9bb; --on-accent: #0b1112; color-scheme: dark;
}
*, ::before, ::after { box-sizing: border-box; }
.card {
  position: relative; max-width: 34rem; padding: 16px; border: 1px solid var(--line); border-radius: 12px;
  background: var(--ground); color: var(--text);
}
dialog.card, .corner {
  width: calc(100vw - 24px); max-width: 26rem; max-height: calc(100vh - 24px); overflow: auto;
  box-shadow: 0 8px 40px rgb(0 0 0 / 28%);
}
dialog.card { margin: auto; }
dialog::backdrop { background: rgb(10 20 20 / 45%); }
.corner { position: fixed; inset-block-end: 12px; inset-inline-end: 12px; z-index: 2147483000; }
.opener { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147482999; width: auto; box-shadow: 0 2px 12px rgb(0 0 0 / 25%); }
h2 { margin: 0 0 12px; font-size: 18px; line-height: 1.3; font-weight: 650; white-space: pre-line; }
h2:focus { outline: none; }
.closable h2, .closable .notice { padding-inline-end: 44px; }
p { margin: 0 0 12px; }
.soft, small { color: var(--soft); font-size: 14px; font-weight: 400; }
.rest { white-space: pre-line; color: var(--soft); }
.notice { margin: 0 0 12px; padding-inline-start: 10px; border-inline-start: 4px solid var(--accent); }
.options { display: grid; gap: 6px; margin: 0 0 8px; }
.scale { grid-template-columns: repeat(auto-fit, minmax(44px, 1fr)); gap: 4px; }
.pictures { grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); }
.picture { font: 28px/1.2 "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif; }
.scale .picture { font: inherit; margin-inline-end: 3px; }
.pictures button { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 2px; }
.choices button { text-align: start; font-weight: 400; }
.ends { display: flex; justify-content: space-between; gap: 16px; }
.ends span { max-width: 48%; }
.ends span + span { text-align: end; }
button, textarea, input {
  font: inherit; color: inherit; min-height: 44px; min-width: 44px; width: 100%; padding: 8px 12px;
  border: 1px solid var(--line); border-radius: 8px; background: var(--ground); overflow-wrap: anywhere;
}
button { font-weight: 600; cursor: pointer; }
button[aria-pressed=true] { background: var(--wash); border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.scale button { padding: 0; }
.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.quiet { border-color: transparent; background: none; font-weight: 500; text-decoration: underline; }
.change { width: auto; padding: 0; border: 0; margin: -6px 0 0; }
.close { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; width: 44px; padding: 0; border: 0; background: none; font-size: 22px; line-height: 1; }
.tick { display: flex; gap: 10px; align-items: center; min-height: 44px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px; }
.tick input { width: 20px; min-width: 20px; height: 20px; min-height: 20px; margin: 0; accent-color: var(--accent); }
.tick span { min-width: 0; overflow-wrap: anywhere; }
textarea { display: block; min-height: 104px; resize: vertical; margin: 0 0 12px; }
.field { display: block; margin: 0 0 12px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
.actions button { flex: 1 1 120px; }
.foot { margin: 12px 0 0; }
a { color: inherit; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
.busy button { cursor: progress; }
@media (hover: hover) { button:not(.main):hover { background: var(--wash); } }
@media (prefers-reduced-motion: no-preference) { button { transition: background-color .12s, border-color .12s; } }
@media (forced-colors: active) { button[aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; } }
@media print { .corner, .opener { display: none; } }
`;

  // Memory: what this browser said here. Only presses write to it; where storage is forbidden it lasts as long as the page.

  let remembered = {};

  function recall() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) || {};
    } catch (_) {
      return remembered;
    }
  }

  function remember(change) {
    remembered = Object.assign(recall(), remembered, change);
    try {
      localStorage.setItem(STORE, JSON.stringify(remembered));
    } catch (_) { /* private window, or storage is full: memory will do */ }
  }

  function word() {
    const bytes = crypto.getRandomValues(new Uint8Array(18));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_');
  }

  const later = (name, days) => remember({ [`not:${name}`]: Date.now() + days * DAY });
  const isQuiet = (name) => (recall()[`not:${name}`] || 0) > Date.now();

  function visitor() {
    const known = recall().visitor || word();
    remember({ visitor: known });
    return known;
  }

  // Calls

  async function call(path, body) {
    const sent = body && {
      method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' },
    };
    const answer = await fetch(BASE + path, { credentials: 'omit', mode: 'cors', ...sent });
    const value = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(value.error.code), { text: value.error.message, form: value.form });
    return value;
  }

  function complain(what, error) {
    console.warn(`Afterword: ${what} did not load (${error.message}). Is the survey public, and is `
      + `${location.origin} listed under channels: web: origins?`);
  }

  // Making elements; texts become text, never markup

  function make(name, given, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(given || {})) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, '');
      else if (value !== false && value !== '' && value != null) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child != null && child !== ''));
    return element;
  }

  function leads(link, kind) {
    return make('p', { class: kind }, make('a', { href: link.url, target: '_blank', rel: 'noopener noreferrer' }, link.label));
  }

  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch (_) { // older browsers; a page with a Content-Security-Policy gives the script a nonce
      root.append(make('style', { nonce: script.nonce }, STYLE));
    }
  }

  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  let last = 0;

  class Widget {
    constructor(place, given) {
      this.survey = given.survey;
      this.source = given.source || 'widget';
      this.wish = given.language || document.documentElement.lang;
      this.again = given.again;
      this.show = given.show;
      this.theme = given.theme;
      this.name = `${this.survey}:${this.source}`;
      this.token = '';
      this.id = `afterword-${last += 1}`;
      const shadow = place.attachShadow({ mode: 'open' });
      dress(shadow);
      this.host = place;
      this.status = make('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
      this.body = make('div');
      this.root = make('div', { class: 'root' }, this.status);
      shadow.append(this.root);
      this.paint = () => this.root.classList.toggle('dark', this.theme === 'dark' || (this.theme !== 'light' && dark.matches));
      this.paint();
      dark.addEventListener('change', this.paint);
    }

    get path() {
      return this.survey === CARD ? 'w/v1/card' : `w/v1/surveys/${encodeURIComponent(this.survey)}`;
    }

    get language() {
      return [this.wish, ...(navigator.languages || [])].filter(Boolean).join(',').slice(0, 100);
    }

    get who() {
      return { visitor: visitor(), source: this.source, language: this.language };
    }

    // Where it stands

    async begin() {
      try {
        const query = new URLSearchParams({ s: this.source, l: this.language });
        this.first = await call(`${this.path}?${query}`);
      } catch (error) {
        complain(this.survey, error);
        this.leave();
        return;
      }
      this.mark(this.first);
      if (this.show === 'button') this.stand();
      else if (this.show === 'dialog') this.open();
      else this.settle();
    }

    mark(drawn) {
      this.texts = drawn.texts;
      this.root.setAttribute('lang', drawn.language);
      this.root.setAttribute('dir', drawn.direction);
    }

    settle() {
      const corner = this.show === 'corner';
      this.frame = make('section', { class: corner ? 'card corner closable' : 'card', 'aria-labelledby': this.id }, this.body);
      if (corner) {
        this.frame.append(this.closer(() => this.dismiss()));
        this.frame.addEventListener('keydown', (event) => event.key === 'Escape' && this.dismiss());
      }
      this.root.append(this.frame);
      this.draw(this.first, false);
    }

    stand() {
      const words = this.texts.card_open || this.first.title;
      this.opener = make('button', { type: 'button', class: 'main opener', 'aria-haspopup': 'dialog', onclick: () => this.open() }, words);
      this.root.append(this.opener);
    }

    open() {
      if (this.frame) return;
      this.before = document.activeElement;
      this.frame = make('dialog', { class: 'card closable', 'aria-labelledby': this.id, onclose: () => this.closed() }, this.body, this.closer(() => this.frame.close()));
      this.root.append(this.frame);
      this.draw(this.first, false);
      this.frame.showModal();
      this.heading.focus();
      if (recall().visitor && !this.token && this.survey !== CARD) this.resume();
    }

    closer(close) {
      return make('button', { type: 'button', class: 'close', 'aria-label': this.texts.close, onclick: close }, '×');
    }

    closed() {
      if (!this.frame) return;
      this.frame.remove();
      this.frame = null;
      if (this.over) this.token = '';
      if (this.opener) this.opener.focus();
      else if (this.before && this.before.focus) this.before.focus();
      if (this.show === 'dialog') this.leave();
    }

    dismiss() {
      later(this.name, this.again);
      this.leave();
    }

    leave() {
      dark.removeEventListener('change', this.paint);
      this.host.remove();
    }

    // What it shows

    draw(drawn, moved) {
      this.mark(drawn);
      this.token = drawn.token || this.token;
      this.form = drawn.form;
      this.over = Boolean(drawn.over);
      this.nonce = word();
      const optional = drawn.skip ? make('small', {}, ` (${this.texts.optional})`) : null;
      this.heading = make('h2', { id: this.id, tabindex: '-1' }, drawn.title, optional);
      const said = drawn.notices || [];
      const parts = this.survey === CARD && !drawn.over ? this.card(drawn) : this.question(drawn);
      this.body.replaceChildren(
        ...said.map((text) => make('p', { class: 'notice' }, text)), ...this.changer(drawn),
        this.heading, ...parts,
      );
      this.fault = null;
      if (moved) {
        this.status.textContent = said.join(' ');
        this.heading.focus();
      }
    }

    question(drawn) {
      if (drawn.over) return [drawn.rest ? make('p', { class: 'rest' }, drawn.rest) : '', ...(drawn.offers || []).map((link) => leads(link, 'foot'))];
      const draws = { words: this.words, many: this.many };
      const where = drawn.where ? make('p', { class: 'soft foot' }, drawn.where) : '';
      return [...(draws[drawn.layout] || this.buttons).call(this, drawn), where, this.privacy(drawn)];
    }

    changer(drawn) {
      if (!drawn.change) return [];
      const show = () => this.send({ do: 'show', question: drawn.change });
      return [make('p', {}, make('button', { type: 'button', class: 'quiet change', onclick: show }, this.texts.change))];
    }

    buttons(drawn) {
      const group = make('div', { class: `options ${drawn.layout}`, role: 'group', 'aria-labelledby': this.id });
      for (const option of drawn.options) group.append(this.option(drawn, option));
      group.addEventListener('keydown', walk);
      const ends = drawn.ends && make('p', { class: 'soft ends' }, make('span', {}, drawn.ends[0]), make('span', {}, drawn.ends[1]));
      return [group, ends || '', this.actions(drawn, null)];
    }

    option(drawn, option) {
      const press = () => this.answer(drawn, { do: 'send', values: [option.value] });
      const words = option.words || (option.picture ? '' : option.value);
      return make('button', {
        type: 'button', onclick: press, 'aria-label': option.spoken, 'aria-pressed': option.checked ? 'true' : null,
      }, option.picture ? make('span', { class: 'picture', 'aria-hidden': words || option.spoken ? 'true' : null }, option.picture) : '', words);
    }

    many(drawn) {
      const ticks = drawn.options.map((option) => make('input', { type: 'checkbox', value: option.value, checked: option.checked }));
      const labels = ticks.map((tick, n) => make('label', { class: 'tick' }, tick, make('span', {}, drawn.options[n].words)));
      const values = () => ticks.filter((tick) => tick.checked).map((tick) => tick.value);
      return [
        make('p', { class: 'soft' }, this.texts.choose_many),
        make('div', { class: 'options', role: 'group', 'aria-labelledby': this.id }, ...labels),
        this.actions(drawn, () => this.answer(drawn, { do: 'send', values: values() })),
      ];
    }

    words(drawn) {
      const field = drawn.numeric
        ? make('input', { inputmode: 'decimal', maxlength: 40, 'aria-labelledby': this.id })
        : make('textarea', { maxlength: drawn.max, 'aria-labelledby': this.id });
      const send = () => (field.value.trim() || drawn.kind === 'optional'
        ? this.answer(drawn, { do: 'send', text: field.value }) : field.focus());
      return [field, this.actions(drawn, send)];
    }

    actions(drawn, send) {
      const skip = drawn.skip && make('button', { type: 'button', class: 'quiet', onclick: () => this.answer(drawn, { do: 'skip' }) }, drawn.skip);
      const main = send && make('button', { type: 'button', class: 'main', onclick: send }, drawn.send);
      return main || skip ? make('div', { class: 'actions' }, main || '', skip || '') : '';
    }

    privacy(drawn) {
      return drawn.privacy ? leads(drawn.privacy, 'soft foot') : '';
    }

    card(drawn) {
      const text = make('textarea', { maxlength: drawn.max, 'aria-labelledby': this.id });
      const email = make('input', { type: 'email', maxlength: 250, autocomplete: 'email', id: `${this.id}-email` });
      let praise = null;
      const kinds = [['🙂', this.texts.card_good, true], ['🙁', this.texts.card_bad, false]].map(([face, words, value]) => {
        const press = () => {
          praise = praise === value ? null : value;
          kinds.forEach(([button, of]) => button.setAttribute('aria-pressed', String(praise === of)));
        };
        return [make('button', { type: 'button', 'aria-pressed': 'false', onclick: press }, make('span', { class: 'picture', 'aria-hidden': 'true' }, face), words), value];
      });
      const send = () => {
        if (!text.value.trim()) text.focus();
        else if (!email.checkValidity()) email.reportValidity();
        else this.send({ text: text.value, email: email.value, praise });
      };
      return [
        text,
        make('div', { class: 'options pictures', role: 'group', 'aria-labelledby': this.id }, ...kinds.map(([button]) => button)),
        make('label', { class: 'field', for: `${this.id}-email` }, this.texts.card_email),
        email,
        make('div', { class: 'actions' }, make('button', { type: 'button', class: 'main', onclick: send }, this.texts.send)),
        make('p', { class: 'soft foot' }, this.texts.card_privacy),
        this.privacy(drawn),
      ];
    }

    // What is said

    answer(drawn, said) {
      return this.send({ question: drawn.question, kind: drawn.kind, ...said });
    }

    async send(said) {
      if (this.busy) return;
      this.busy = true;
      this.root.classList.add('busy');
      try {
        const drawn = await call(this.path, { ...this.who, token: this.token, form: this.form, n: this.nonce, ...said });
        if (this.survey === CARD || drawn.token || drawn.over) later(this.name, this.again);
        this.draw(drawn, true);
      } catch (error) {
        this.form = error.form || this.form;
        this.failed(error.text || this.texts.try_again);
      } finally {
        this.busy = false;
        this.root.classList.remove('busy');
      }
    }

    async resume() {
      try {
        const drawn = await call(this.path, { ...this.who, do: 'show' });
        if (drawn.token && this.frame) this.draw(drawn, true);
      } catch (_) { /* the first question stands there already */ }
    }

    failed(text) {
      if (!this.fault) {
        this.fault = make('p', { class: 'notice' });
        this.body.prepend(this.fault);
      }
      this.fault.textContent = text;
      this.status.textContent = text;
    }
  }

  function walk(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...event.currentTarget.querySelectorAll('button')];
    const next = all[all.indexOf(event.target) + step];
    if (next) next.focus();
    event.preventDefault();
  }

  // Finding places on the page

  function read(element, survey) {
    const data = element.dataset;
    const fallback = survey === CARD ? 'button' : 'inline';
    return {
      survey, source: data.source, language: data.language, theme: data.theme,
      show: data.show || fallback, again: Number(data.again || 30),
    };
  }

  function place(host, given) {
    const widget = new Widget(host, given);
    const nagging = given.show !== 'button' && given.show !== 'dialog' && isQuiet(widget.name);
    if (!nagging) setTimeout(() => widget.begin(), given.after || 0);
    return widget;
  }

  function scan() {
    for (const host of document.querySelectorAll('[data-afterword]')) {
      if (!host.shadowRoot) place(host, { ...read(host, host.dataset.afterword), after: Number(host.dataset.after || 0) * 1000 });
    }
  }

  function open(survey, given) {
    const host = document.body.appendChild(document.createElement('div'));
    place(host, { again: 30, ...given, survey, show: 'dialog' });
  }

  window.Afterword = Object.freeze({ open, scan });
  if (script.dataset.survey) {
    const host = document.createElement('div');
    script.after(host);
    place(host, { ...read(script, script.dataset.survey), after: Number(script.dataset.after || 0) * 1000 });
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', scan);
  else scan();
})();
