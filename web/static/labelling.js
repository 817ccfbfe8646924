// Labelling by click and by key, for every form[data-label-form] of a page. Without this script the forms work all the same.
// A click saves without leaving the page; where the form has data-advance, it is sent as a form, and the next page comes.
"use strict";
(() => {
  const elements = [...document.querySelectorAll("form[data-label-form]")];
  if (!elements.length) return;
  const PATIENCE = 20000;

  const look = document.createElement("link");
  look.rel = "stylesheet";
  look.href = new URL("labelling.css", document.currentScript.src).href;
  document.head.append(look);

  // Not randomUUID: browsers give that to encrypted pages only, and an office server may have none.
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const themeOf = (code) => code.split(".")[0];

  class LabelForm {
    constructor(element) {
      this.element = element;
      this.words = element.dataset;
      this.card = element.closest("[data-card]") || element;
      this.advances = "advance" in element.dataset;
      this.suggestion = element.elements.namedItem("suggestion").value;
      this.key = element.elements.namedItem("request");
      this.buttons = [...element.querySelectorAll("button[name=theme]:not([data-default])")];
      this.ticks = [...element.querySelectorAll("input[name=secondary]")];
      this.second = element.querySelector("fieldset.secondary");
      this.state = element.querySelector(".label-state");
      this.chosen = element.dataset.chosen;
      this.mode = "";  // "" | "sub" | "secondary": what the next number means.
      this.open = null;  // The sub-codes that wait for a number.
      this.busy = false;
      this.sent = false;
      this.again = document.createElement("button");
      this.again.type = "button";
      this.again.className = "quiet label-again";
      this.again.textContent = this.words.again;
      this.again.hidden = true;
      this.state.after(this.again);
      this.show();
      this.saved = this.chosen ? this.content() : "";
      this.tried = "";
      this.before = this.state.textContent;
      element.addEventListener("submit", (event) => this.submitted(event));
      element.addEventListener("change", (event) => { if (this.ticks.includes(event.target)) this.ticked(); });
      this.again.addEventListener("click", () => this.save());
    }

    /** What would be saved now, as one string: the same content is never saved twice. */
    content() {
      return [this.chosen, ...this.ticks.filter((tick) => tick.checked && !tick.disabled).map((tick) => tick.value)].join(" ");
    }

    get unsaved() {
      return !this.advances && this.chosen !== "" && this.content() !== this.saved;
    }

    submitted(event) {
      const code = event.submitter && event.submitter.name === "theme" ? event.submitter.value : "";
      const byDefault = event.submitter && "default" in event.submitter.dataset;
      if (this.advances) {
        if (this.sent || !code) event.preventDefault();
        else this.sent = true;
        return;
      }
      event.preventDefault();
      if (!byDefault && code) this.choose(code);
      else if (this.chosen) this.save();
    }

    choose(code) {
      this.leave();
      this.chosen = code;
      if (this.advances) {
        if (this.sent) return;
        this.show();
        this.element.requestSubmit(this.buttons.find((button) => button.value === code));
        return;
      }
      this.show();
      this.save();
    }

    ticked() {
      if (this.advances) return;
      if (this.chosen) this.save();
      else this.say(this.words.first);
    }

    show() {
      const theme = themeOf(this.chosen);
      for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.value === this.chosen));
      for (const details of this.element.querySelectorAll("details.sub-codes")) {
        const own = [...details.querySelectorAll("button[name=theme]")].some((button) => button.value === this.chosen);
        details.querySelector("summary").classList.toggle("chosen", own);
      }
      for (const tick of this.ticks) {
        tick.disabled = this.chosen !== "" && tick.value === theme;  // A theme cannot stand beside itself.
        if (tick.disabled) tick.checked = false;
      }
    }

    say(text, bad = false) {
      this.state.textContent = text;
      this.state.classList.toggle("bad", bad);
      this.again.hidden = !bad;
      for (const button of this.buttons) button.classList.toggle("unsaved", bad && button.value === this.chosen);
    }

    /** Save the choice; what is changed meanwhile is saved afterwards. The same content keeps its key, so that a repeated
        request counts once; another content gets a new one. */
    async save() {
      if (this.busy) return;
      const content = this.content();
      if (content === this.saved) { this.say(this.before || this.words.saved); return; }
      if (this.key && this.tried && this.tried !== content) this.key.value = newKey();
      this.tried = content;
      this.busy = true;
      this.say(this.words.saving);
      const body = new FormData(this.element);
      body.set("theme", this.chosen);
      const problem = await this.send(body, content);
      this.busy = false;
      if (this.content() !== content) { this.save(); return; }
      if (problem) this.say(problem, true);
    }

    /** Send a label; returns what went wrong in words, or nothing. */
    async send(body, content) {
      let response;
      try {
        response = await fetch(this.element.getAttribute("action"), {
          method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE),
        });
      } catch {
        return this.words.unreachable;
      }
      const answer = (response.headers.get("Content-Type") || "").includes("json") ? await response.json().catch(() => null) : null;
      if (response.ok && answer && answer.saved) {
        this.saved = content;
        this.tried = "";
        if (this.key) this.key.value = newKey();
        this.before = answer.message || this.words.saved;
        this.say(this.before);
        this.element.dispatchEvent(new CustomEvent("label-saved", { bubbles: true, detail: answer }));
        return "";
      }
      if (response.status === 409 && this.key) this.key.value = newKey();
      if (response.redirected || response.status === 401 || response.status === 403) return this.words.logIn;
      if (response.status >= 500) return this.words.unreachable;
      return (answer && answer.detail) || this.words.failed;
    }

    /** Act on a key; returns whether it meant something here. */
    press(key) {
      const number = /^[1-9]$/.test(key);
      if (this.mode === "secondary") {
        if (key === "s" || key === "Enter" || key === "Escape") { this.leave(); return true; }
        const tick = number && this.ticks.find((own) => own.dataset.key === key);
        if (tick && !tick.disabled) tick.click();
        return number;
      }
      if (this.mode === "sub") {
        if (key === "Escape") { this.open.open = false; this.leave(); return true; }
        const wanted = number
          ? this.open.querySelector(`[data-sub-key="${key}"]`)
          : key === "Enter" && [...this.open.querySelectorAll("button")].find((own) => own.value === this.suggestion);
        if (wanted) this.choose(wanted.value);
        if (number || key === "Enter") return true;
      }
      if (number) return this.number(key);
      if (key === "s" && this.ticks.length) { this.leave(); this.enter("secondary", this.second, this.words.second); return true; }
      if (key === "Enter") return this.enterKey();
      return false;
    }

    number(key) {
      const wanted = this.element.querySelector(`.theme-buttons > [data-key="${key}"]`);
      if (!wanted) return false;
      if (wanted.matches("button")) { this.choose(wanted.value); return true; }
      wanted.open = true;
      this.open = wanted;
      this.enter("sub", wanted, this.words.sub);
      wanted.scrollIntoView({ block: "nearest" });
      return true;
    }

    /** Take what is suggested; an own label is never overwritten by it. */
    enterKey() {
      if (this.chosen && !this.advances) {
        if (this.unsaved) this.save();
        return this.unsaved;
      }
      const code = this.chosen || this.suggestion;
      if (code) this.choose(code);
      return code !== "";
    }

    enter(mode, place, words) {
      this.mode = mode;
      place.classList.add("on");
      this.spoken = this.state.textContent;
      this.say(words);
    }

    leave() {
      if (!this.mode) return;
      this.mode = "";
      this.open = null;
      for (const place of this.element.querySelectorAll(".on")) place.classList.remove("on");
      if (this.state.textContent === this.words.sub || this.state.textContent === this.words.second) this.say(this.before);
    }
  }

  const forms = elements.map((element) => new LabelForm(element));
  let current = null;

  const onScreen = (form) => {
    const box = form.card.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };

  /** The form that keys act on: the only one, else the one in focus or nearest to where people read, never one out of sight. */
  const atHand = () => {
    if (forms.length === 1) return forms[0];  // Below a long paragraph, say: there is nothing that it could be mistaken for.
    const focused = forms.find((form) => form.card.contains(document.activeElement));
    if (focused && onScreen(focused)) return focused;
    // From the upper part of the window to its lower part as the page goes by, so that the first and the last are reached.
    const way = document.documentElement.scrollHeight - innerHeight;
    const line = innerHeight * (0.25 + 0.55 * (way > 0 ? scrollY / way : 0));
    const distance = (form) => {
      const box = form.card.getBoundingClientRect();
      return box.top > line ? box.top - line : Math.max(0, line - box.bottom);
    };
    return forms.filter(onScreen).reduce((best, form) => (best && distance(best) <= distance(form) ? best : form), null);
  };

  const mark = () => {
    const next = atHand();
    if (next === current) return;
    if (current) { current.leave(); current.card.classList.remove("at-hand"); }
    current = next;
    if (current && forms.length > 1) current.card.classList.add("at-hand");
  };

  const go = (step) => {
    const place = forms.indexOf(current);
    const next = forms[Math.min(Math.max(place + step, 0), forms.length - 1)];
    next.card.focus({ preventScroll: true });
    next.card.scrollIntoView({ block: "start" });
    mark();
  };

  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  };
  for (const name of ["scroll", "resize", "focusin", "click"]) addEventListener(name, soon, { passive: true });

  const STEPS = { j: 1, k: -1, ArrowRight: 1, ArrowLeft: -1 };
  const isTyping = (target) => target.isContentEditable
    || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])");

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "?") { hint.toggle(); event.preventDefault(); return; }
    mark();
    if (!current || event.repeat && !(event.key in STEPS)) return;
    if (event.key in STEPS) {
      if (forms.length > 1) { go(STEPS[event.key]); event.preventDefault(); }
      return;
    }
    // Enter on a link or a button is theirs.
    if (event.key === "Enter" && !current.mode && event.target.closest("a, button, summary, input")) return;
    if (current.press(event.key)) event.preventDefault();
  });

  addEventListener("beforeunload", (event) => { if (forms.some((form) => form.unsaved)) event.preventDefault(); });
  // A page that comes back from the browser's memory was sent before.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of forms) { form.sent = false; if (form.key) form.key.value = newKey(); }
  });

  /** The line that explains the keys, at the lower edge; a button or ? folds it. */
  class KeyHint {
    constructor(words) {
      this.box = document.createElement("aside");
      this.box.className = "key-hint no-print";
      this.box.setAttribute("aria-label", words.keyTitle);
      this.line = document.createElement("p");
      this.line.className = "key-line";
      for (const part of words.keyWords.split(/(\[[^\]]+\])/)) {
        const key = /^\[(.+)\]$/.exec(part);
        const piece = document.createElement(key ? "kbd" : "span");
        piece.textContent = key ? key[1] : part;
        this.line.append(piece);
      }
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.className = "second";
      this.button.textContent = "?";
      this.button.title = words.keySwitch;
      this.button.setAttribute("aria-label", words.keySwitch);
      this.button.addEventListener("click", () => this.toggle());
      this.box.append(this.line, this.button);
      document.body.append(this.box);
      let folded = false;
      try { folded = localStorage.getItem("keys") === "folded"; } catch { /* Shown, then. */ }
      this.fold(folded);
    }

    fold(folded) {
      this.line.hidden = folded;
      this.box.classList.toggle("small", folded);
      this.button.setAttribute("aria-expanded", String(!folded));
    }

    toggle() {
      this.fold(!this.line.hidden);
      try { localStorage.setItem("keys", this.line.hidden ? "folded" : "shown"); } catch { /* For this page only, then. */ }
    }
  }

  // A page may explain its keys itself.
  const own = document.querySelector("[data-keys]");
  if (own) own.hidden = false;
  const hint = own ? { toggle: () => { own.hidden = !own.hidden; } } : new KeyHint(elements[0].dataset);
  mark();
})();
