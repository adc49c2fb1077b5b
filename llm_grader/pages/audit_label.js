// The label page: one conversation, its items, the keys, and saving as one goes.

import {
  ask, codeInWords, Conversation, el, inWords, labelled, linkButton, policyOf, quoted, roleName, sameSpan, showPage, t, worded,
} from "./audit_dom.js";
import { ANSWER_KEYS, helpButton, isOurs, isSubmit, labelOfKey, openDialog, openHelp, shownKey, WORD_KEYS } from "./audit_keys.js";

const RETRY_MS = 2000;
const SOON_MS = 250;
const IDLE_MS = 30000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Saves cells one request at a time; what cannot be saved stays and is tried again. */
class Saver {
  constructor(page) {
    this.page = page;
    this.dirty = new Map();
    this.running = null;
    this.seen = performance.now();
    this.active = 0;
    for (const kind of ["keydown", "pointerdown", "scroll"]) {
      addEventListener(kind, () => this.#tick(), { passive: true, capture: true });
    }
    addEventListener("beforeunload", (event) => this.dirty.size && event.preventDefault());
    addEventListener("pagehide", () => this.dirty.size && this.#send().catch(() => {}));
  }

  #tick() {
    const now = performance.now();
    this.active += Math.min(IDLE_MS, now - this.seen);
    this.seen = now;
  }

  takeActive() {
    this.#tick();
    const taken = Math.round(this.active);
    this.active = 0;
    return taken;
  }

  change(id) {
    this.dirty.set(id, true);
    this.page.say("audit_saving");
    this.running ??= this.#run().finally(() => {
      this.running = null;
    });
  }

  /** Wait until everything is saved; false where something cannot be. */
  async flush() {
    await this.running;
    return this.dirty.size === 0;
  }

  async #run() {
    while (this.dirty.size) {
      try {
        const answer = await this.#send();
        if (!this.dirty.size) {
          this.page.say("audit_saved", { time: new Date(answer.saved_at).toLocaleTimeString(document.documentElement.lang) });
        }
      } catch (failure) {
        if (failure.status === 409) {
          this.dirty.clear();
          await this.page.reload("audit_changed_elsewhere");
        } else if (failure.status === 429) {
          await wait(SOON_MS);
        } else if ([0, 403, 507].includes(failure.status)) {
          this.page.say("audit_unsaved", { why: inWords(failure) }, true);
          await wait(RETRY_MS);
        } else {
          this.dirty.clear();
          await this.page.reload("audit_unsaved", { why: inWords(failure) });
        }
      }
    }
  }

  async #send() {
    const ids = [...this.dirty.keys()];
    this.dirty.clear();
    const { cells, data } = this.page;
    const labels = ids.map((id) => ({ item_id: id, ...cells[id] }));
    try {
      const answer = await ask("PUT", `/api/t/${data.number}`, { rev: data.rev, active_ms: this.takeActive(), labels });
      data.rev = answer.rev;
      return answer;
    } catch (failure) {
      ids.forEach((id) => this.dirty.set(id, true));
      throw failure;
    }
  }
}

class LabelPage {
  constructor(data) {
    this.saver = new Saver(this);
    this.undone = [];
    this.policy = true;
    this.status = el("p", { class: "status", role: "status" });
    this.take(data);
    addEventListener("keydown", (event) => this.#key(event));
  }

  take(data) {
    this.data = data;
    this.cells = data.cells;
    this.open = data.state !== "submitted";
    this.current = Math.max(0, data.items.findIndex((item) => this.#applies(item) && !this.#complete(item)));
    this.conversation = new Conversation(data.transcript);
    this.rows = data.items.map((item, i) => el("li", { class: "item", tabindex: "-1", id: `item-${i + 1}`, click: () => this.go(i, false) }));
    this.done = el("span", { class: "done" });
    const title = `${t("audit_number_of", { n: data.number, of: data.of })} · ${codeInWords(data.transcript)}`;
    const list = el("ol", { class: "items", "aria-label": t("audit_items") }, this.rows);
    const right = el("div", { class: "right" }, this.#notes(), list, this.#computed());
    showPage(title, this.#bar(), el("div", { class: "columns" }, this.conversation.element, right), this.#foot());
    this.draw();
  }

  async reload(key, values = {}) {
    this.undone = [];
    this.take(await ask("GET", `/api/t/${this.data.number}`));
    this.say(key, values, true);
  }

  say(key, values = {}, alarm = false) {
    this.status.textContent = t(key, values);
    this.status.classList.toggle("alarm", alarm);
  }

  // --- what stands where

  #bar() {
    const { number, of } = this.data;
    return el(
      "div",
      { class: "bar" },
      number > 1 ? linkButton(`/t/${number - 1}`, `← ${t("audit_previous")}`) : null,
      number < of ? linkButton(`/t/${number + 1}`, `${t("audit_next")} →`) : null,
      helpButton(() => this.help()),
    );
  }

  #notes() {
    const notes = [];
    if (!this.open) {
      notes.push(el("p", { class: "note" }, t("audit_is_submitted")));
    }
    if (this.data.state === "skipped") {
      notes.push(el("p", { class: "note" }, t("audit_is_skipped")));
    }
    if (this.data.revealed) {
      notes.push(el("p", { class: "note" }, t("audit_is_revealed")));
    } else if (this.data.may_reveal && !this.open) {
      notes.push(el("p", { class: "note" }, t("audit_reveal_means")));
    }
    if (!this.data.in_language) {
      notes.push(el("p", { class: "note" }, t("audit_other_language")));
    }
    return notes;
  }

  #computed() {
    if (!this.data.computed.length) {
      return null;
    }
    const rows = this.data.computed.map((one) => el("li", {}, worded("strong", one.title), " ", labelled(one.label), el("p", { lang: "en" }, one.reason)));
    return el("details", { class: "computed" }, el("summary", {}, t("audit_computed")), el("ul", {}, rows));
  }

  #foot() {
    const buttons = this.open
      ? [
          el("button", { type: "button", class: "main", click: () => this.submit() }, t("audit_submit"), el("kbd", {}, "Ctrl ⏎")),
          el("button", { type: "button", click: () => this.skip() }, t("audit_skip"), el("kbd", {}, "s")),
          el("button", { type: "button", click: () => this.undo() }, t("audit_undo"), el("kbd", {}, "u")),
        ]
      : [
          this.data.may_reveal && !this.data.revealed ? el("button", { type: "button", click: () => this.reveal() }, t("audit_reveal_model")) : null,
          el("button", { type: "button", click: () => this.reopen() }, t("audit_reopen")),
        ];
    return el("footer", { class: "foot" }, this.status, this.done, buttons);
  }

  /** Draw all items and marks anew, as they stand now. */
  draw() {
    this.data.items.forEach((item, i) => this.#drawItem(item, i));
    const applying = this.data.items.filter((item) => this.#applies(item));
    const answered = applying.filter((item) => this.#complete(item)).length;
    this.done.textContent = t("audit_answered", { n: answered, of: applying.length });
    const marks = this.data.items.flatMap((item, i) =>
      this.cells[item.id].evidence.map((span) => ({ ...span, name: String(i + 1), own: i === this.current })),
    );
    this.conversation.mark(marks);
  }

  #drawItem(item, i) {
    const row = this.rows[i];
    const cell = this.cells[item.id];
    const current = i === this.current;
    const applies = this.#applies(item);
    row.className = `item${current ? " current" : ""}${applies ? "" : " idle"}${this.#complete(item) ? " complete" : ""}`;
    if (current) {
      row.setAttribute("aria-current", "true");
    } else {
      row.removeAttribute("aria-current");
    }
    const title = el("h2", { id: `title-${i + 1}` }, el("span", { class: "n" }, `${i + 1}`), worded("span", item.title), item.critical ? el("span", { class: "critical" }, t("audit_critical")) : null);
    const parts = [title];
    if (!applies) {
      parts.push(el("p", { class: "hint" }, t("audit_does_not_apply")));
    }
    if (current) {
      parts.push(worded("p", item.question, { class: "question" }), this.policy ? policyOf(item) : null);
    }
    parts.push(this.#options(item, i, cell), this.#evidence(item, cell, current), this.#model(item, cell));
    if (current || cell.reason) {
      parts.push(this.#reason(item, i, cell));
    }
    const focused = row.contains(document.activeElement) ? document.activeElement.dataset.part : null;
    row.replaceChildren(...parts.filter(Boolean));
    if (focused) {
      row.querySelector(`[data-part="${focused}"]`)?.focus();
    }
  }

  #options(item, i, cell) {
    const buttons = item.labels.map((label, k) =>
      el(
        "button",
        {
          type: "button",
          class: "option",
          "aria-pressed": String(cell.label === label),
          "data-part": `option-${k}`,
          disabled: !this.open,
          click: () => this.label(i, label, false),
        },
        shownKey(item, label),
        labelled(label),
      ),
    );
    return el("div", { class: "options", role: "group", "aria-labelledby": `title-${i + 1}` }, buttons);
  }

  #evidence(item, cell, current) {
    const lacking = cell.label && item.required_for.includes(cell.label) && !cell.evidence.length;
    const chips = cell.evidence.map((span, k) =>
      el(
        "li",
        {},
        el("button", { type: "button", class: "quote", dir: "auto", click: () => this.conversation.show(span) }, quoted(span.quote)),
        this.open ? el("button", { type: "button", class: "remove", "aria-label": t("audit_remove", { quote: quoted(span.quote) }), click: () => this.removeEvidence(item, k) }, "×") : null,
      ),
    );
    const others = cell.evidence.some((span) => !item.words_of.includes(this.conversation.turns[span.turn].role));
    return el(
      "div",
      { class: "evidence" },
      current && this.open ? this.#takeButton() : null,
      chips.length ? el("ul", { class: "chips" }, chips) : null,
      lacking ? el("p", { class: "hint" }, current ? t("audit_needs_words") : t("audit_needs_words_short")) : null,
      others ? el("p", { class: "hint" }, t("audit_other_words", { roles: item.words_of.map(roleName).join(", ") })) : null,
    );
  }

  /** For mouse and finger: takes the selected words, or the whole turn that was clicked. */
  #takeButton() {
    const take = () => {
      const span = this.conversation.selected();
      this.addEvidence(span === "audit_select_first" && this.conversation.cursor >= 0 ? this.conversation.pointed() : span);
    };
    const keep = (event) => event.preventDefault(); // the selection would go
    return el("button", { type: "button", class: "take", "data-part": "take", mousedown: keep, click: take }, t("audit_take_words"), el("kbd", {}, "e"));
  }

  /** What the model said, once the own answers are in and it may be seen. */
  #model(item, cell) {
    const said = this.data.model?.[item.id];
    if (!said) {
      return null;
    }
    const own = this.#applies(item) ? cell.label : "not_applicable";
    const quotes = said.evidence.map((span) => el("li", {}, el("button", { type: "button", class: "quote", dir: "auto", click: () => this.conversation.show(span) }, quoted(span.quote))));
    return el(
      "div",
      { class: `side${said.label === own ? "" : " differs"}` },
      el("p", {}, el("span", { class: "who" }, t("audit_model")), " ", said.label ? labelled(said.label) : t("label_needs_review"), said.label === own ? "" : " ≠"),
      said.reason ? el("p", { dir: "auto" }, said.reason) : null,
      quotes.length ? el("ul", { class: "chips" }, quotes) : null,
    );
  }

  #reason(item, i, cell) {
    const id = `reason-${i + 1}`;
    const field = el("textarea", { id, rows: "1", maxlength: "4000", dir: "auto", disabled: !this.open, "data-part": "reason" });
    field.value = cell.reason;
    field.addEventListener("change", () => this.#change(item, { reason: field.value.trim() }));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        field.blur();
        this.rows[i].focus();
      }
    });
    return el("div", { class: "reason" }, el("label", { for: id }, t("audit_reason"), el("kbd", {}, "r")), field);
  }

  // --- what people do

  go(i, focus = true) {
    if (i < 0 || i >= this.data.items.length) {
      return;
    }
    const moved = i !== this.current;
    this.current = i;
    if (moved) {
      this.draw();
    }
    if (focus) {
      this.rows[i].focus({ preventScroll: true });
      this.rows[i].scrollIntoView({ block: "nearest" });
    }
  }

  label(i, label, onwards = true) {
    const item = this.data.items[i];
    this.current = i;
    const before = this.#complete(item);
    this.#change(item, { label: this.cells[item.id].label === label && !onwards ? null : label });
    this.#onwards(item, before, onwards);
  }

  addEvidence(span, onwards = true) {
    const item = this.data.items[this.current];
    const cell = this.cells[item.id];
    if (typeof span === "string") {
      this.say(span, {}, true);
      return;
    }
    getSelection().removeAllRanges();
    if (cell.evidence.some((one) => sameSpan(one, span))) {
      return;
    }
    const before = this.#complete(item);
    this.#change(item, { evidence: [...cell.evidence, span] });
    this.#onwards(item, before, onwards);
  }

  removeEvidence(item, k) {
    this.#change(item, { evidence: this.cells[item.id].evidence.filter((_, i) => i !== k) });
  }

  #change(item, changed) {
    if (!this.open) {
      return;
    }
    this.undone.push([item.id, { ...this.cells[item.id] }]);
    Object.assign(this.cells[item.id], changed);
    this.saver.change(item.id);
    this.draw();
  }

  /** Go to the next item that lacks something, as soon as this one does not any more. */
  #onwards(item, wasComplete, wanted) {
    if (!wanted || wasComplete || !this.#complete(item)) {
      return;
    }
    const lacking = this.data.items.map((one, i) => (this.#applies(one) && !this.#complete(one) ? i : -1)).filter((i) => i >= 0);
    if (lacking.length) {
      this.go(lacking.find((i) => i > this.current) ?? lacking[0]);
    } else {
      this.say("audit_all_answered");
    }
  }

  undo() {
    const last = this.undone.pop();
    if (!last) {
      return;
    }
    const [id, before] = last;
    this.cells[id] = before;
    this.saver.change(id);
    this.current = this.data.items.findIndex((item) => item.id === id);
    this.draw();
    this.rows[this.current].focus();
  }

  async submit() {
    document.activeElement?.blur?.();
    if (!(await this.saver.flush())) {
      return;
    }
    await this.#act(async () => {
      const answer = await ask("POST", `/api/t/${this.data.number}/submit`, { rev: this.data.rev, active_ms: this.saver.takeActive() });
      if (answer.missing.length) {
        const [first] = answer.missing;
        this.go(this.data.items.findIndex((item) => item.id === first.item_id));
        this.say(first.what === "label" ? "audit_lacks_label" : "audit_lacks_words", { n: answer.missing.length }, true);
      } else {
        location.assign(answer.next ? `/t/${answer.next}` : "/");
      }
    });
  }

  async reveal() {
    await this.#act(async () => {
      this.take(await ask("POST", `/api/t/${this.data.number}/reveal`, { rev: this.data.rev }));
    });
  }

  async reopen() {
    await this.#act(async () => {
      this.take(await ask("POST", `/api/t/${this.data.number}/reopen`, { rev: this.data.rev }));
    });
  }

  skip() {
    const field = el("input", { id: "why", required: true, maxlength: "500", autofocus: true });
    const dialog = openDialog(
      t("audit_skip"),
      el("form", { method: "dialog" }, el("label", { for: "why" }, t("audit_skip_why")), field, this.#dialogButtons(t("audit_skip"))),
    );
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && this.#act(() => this.#skip(field.value)));
  }

  async #skip(why) {
    await this.saver.flush();
    const answer = await ask("POST", `/api/t/${this.data.number}/skip`, { rev: this.data.rev, why });
    location.assign(answer.next ? `/t/${answer.next}` : "/");
  }

  async #act(action) {
    try {
      await action();
    } catch (failure) {
      if (failure.status === 409) {
        await this.reload("audit_changed_elsewhere");
      } else {
        this.say("audit_unsaved", { why: inWords(failure) }, true);
      }
    }
  }

  help() {
    openHelp([
      ["j k ↓ ↑", t("audit_key_move")], ...ANSWER_KEYS, ["⌫", t("audit_key_clear")], ...WORD_KEYS, ["g", t("audit_key_policy")], ["u", t("audit_key_undo")],
      ["n p", t("audit_key_conversation")], ["s", t("audit_key_skip")], ["Ctrl ⏎", t("audit_key_submit")],
    ]);
  }

  #dialogButtons(yes) {
    return el("p", {}, el("button", { value: "yes", class: "main" }, yes), el("button", { value: "no", formnovalidate: true }, t("audit_close")));
  }

  // --- what holds of an item

  #applies(item) {
    const condition = this.data.conditions[item.id];
    const deciding = condition ? this.cells[condition.item]?.label : null;
    return !deciding || condition.label.includes(deciding);
  }

  #complete(item) {
    const cell = this.cells[item.id];
    return Boolean(cell.label) && (!item.required_for.includes(cell.label) || cell.evidence.length > 0);
  }

  // --- keys

  #key(event) {
    if (isSubmit(event)) {
      event.preventDefault();
      if (this.open) {
        this.submit();
      }
      return;
    }
    if (!isOurs(event)) {
      return;
    }
    const action = event.shiftKey && event.key.startsWith("Arrow") ? this.#turnKeys()[event.key] : this.#itemKeys(event.key);
    if (action) {
      event.preventDefault();
      action();
    }
  }

  #turnKeys() {
    return { ArrowDown: () => this.conversation.move(1), ArrowUp: () => this.conversation.move(-1) };
  }

  #itemKeys(key) {
    const { number, of } = this.data;
    const item = this.data.items[this.current];
    const label = labelOfKey(item, key);
    if (label) {
      return () => this.label(this.current, label);
    }
    const visit = (n) => async () => n >= 1 && n <= of && (await this.saver.flush()) && location.assign(`/t/${n}`);
    return {
      j: () => this.go(this.current + 1),
      ArrowDown: () => this.go(this.current + 1),
      k: () => this.go(this.current - 1),
      ArrowUp: () => this.go(this.current - 1),
      Backspace: () => this.#change(item, { label: null }),
      Enter: () => this.addEvidence(this.conversation.pointed()),
      e: () => this.addEvidence(this.conversation.selected()),
      r: () => this.rows[this.current].querySelector("textarea")?.focus(),
      g: () => {
        this.policy = !this.policy;
        this.draw();
      },
      u: () => this.undo(),
      s: () => this.open && this.skip(),
      n: visit(number + 1),
      p: visit(number - 1),
      "?": () => this.help(),
    }[key];
  }
}

export async function labelPage() {
  const page = new LabelPage(await ask("GET", `/api${location.pathname}`));
  page.rows[page.current].focus({ preventScroll: true });
  page.say(page.open ? "audit_ready" : "audit_is_submitted");
}
