// Elements, texts, requests, and a conversation whose words can be pointed at. Text of others is written as text alone.

const body = document.body;
const strings = JSON.parse(body.dataset.strings);
const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);
const SHAPES = { met: "●", not_met: "○", not_applicable: "–", cannot_assess: "?" };
const LABEL_KEYS = {
  met: "label_met",
  not_met: "label_not_met",
  not_applicable: "label_not_applicable",
  cannot_assess: "label_cannot_assess",
};
const ROLE_KEYS = {
  agent: "audit_role_agent",
  customer: "audit_role_customer",
  bot: "audit_role_bot",
  system: "audit_role_system",
  supervisor: "audit_role_supervisor",
  third_party: "audit_role_third_party",
  unknown: "audit_role_unknown",
};
const CHANNEL_KEYS = { chat: "audit_chat", email: "audit_email", call: "audit_call" };

/** The text of a key, with its placeholders filled in; `values.n` chooses among plural forms. */
export function t(key, values = {}) {
  let text = strings[key];
  if (typeof text !== "string") {
    text = text[plural.select(values.n)] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** An element. Attributes that are functions listen to the event of their name; children are elements or texts. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(name, value);
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

/** A wording of the rubric, in the language that it is really in. */
export function worded(tag, wording, attributes = {}) {
  return el(tag, { lang: wording.lang, ...attributes }, wording.text);
}

export function number(value, decimals = 0) {
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value === null ? "–" : value.toLocaleString(language, options).replace("-", "−");
}

export function percent(value) {
  return value === null ? "–" : `${number(100 * value)} %`;
}

export function labelName(label) {
  return LABEL_KEYS[label] ? t(LABEL_KEYS[label]) : label;
}

/** A label with its shape and word: colour never tells it alone. */
export function labelled(label) {
  return el("span", { class: `label ${LABEL_KEYS[label] ? label : "level"}` }, `${SHAPES[label] ?? "◆"} ${labelName(label)}`);
}

export const roleName = (role) => t(ROLE_KEYS[role]);
export const channelName = (channel) => t(CHANNEL_KEYS[channel]);

/** The code of a conversation: everybody sees the same one. */
export const codeInWords = (transcript) => `${t("audit_code")} ${transcript.code}`;

/** A failure of a request: its status, and what the server said. */
export class Failure extends Error {
  constructor(status, answer) {
    super(answer.message ?? answer.error ?? "");
    this.status = status;
    this.answer = answer;
  }
}

// Browsers let a request outlive its page up to 64 KiB.
const MOST_KEPT_ALIVE = 60000;

/** A request, and its answer; throws a Failure. Status 0: the server cannot be reached. */
export async function ask(method, path, sent) {
  const headers = { "X-CSRF": body.dataset.csrf };
  if (sent !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  const text = sent === undefined ? undefined : JSON.stringify(sent);
  const keepalive = text !== undefined && text.length < MOST_KEPT_ALIVE / 4;
  let response;
  try {
    response = await fetch(path, { method, headers, keepalive, body: text });
  } catch {
    throw new Failure(0, {});
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Failure(response.status, answer);
  }
  return answer;
}

/** A failure in words for people. */
export function inWords(failure) {
  if (failure.answer?.error === "lacks_words") {
    return t("audit_needs_words_short");
  }
  const keys = { 0: "audit_unreachable", 403: "audit_refused", 404: "audit_nothing_here", 507: "audit_disk_full" };
  return keys[failure.status] ? t(keys[failure.status]) : failure.message || t("audit_failed");
}

// What hides or turns text around: as `visible` of the pages' texts.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
const HIDDEN_RUNS = new RegExp(`(${HIDDEN.source})`, "u");

/** Code points before the UTF-16 offset: what Python calls an offset. */
export const codePoints = (text, offset) => Array.from(text.slice(0, offset)).length;

/** The UTF-16 offset after so many code points. */
export const utf16 = (text, offset) => Array.from(text).slice(0, offset).join("").length;

/** A conversation on the page. Offsets of its spans are in code points. */
export class Conversation {
  constructor(transcript) {
    this.turns = transcript.turns;
    this.places = new WeakMap();
    this.cursor = -1;
    this.written = [];
    this.texts = this.turns.map((turn) => el("div", { class: "text", dir: "auto", lang: turn.language || null }));
    this.rows = this.turns.map((turn, i) => this.#row(turn, i));
    this.spoken = el("p", { class: "unseen", role: "status" });
    this.element = el(
      "section",
      { class: "conversation", "aria-label": t("audit_conversation"), tabindex: "0" },
      el("ol", { class: "turns" }, this.rows),
      this.spoken,
    );
    this.mark([]);
  }

  #row(turn, i) {
    const who = turn.speaker ? `${roleName(turn.role)} · ${turn.speaker}` : roleName(turn.role);
    const kind = turn.internal || turn.kind === "note" ? t("audit_internal") : "";
    const head = el("div", { class: "head" }, el("span", { class: "role" }, who), kind ? el("span", { class: "kind" }, kind) : null, el("span", { class: "at" }, turn.at));
    const row = el("li", { class: `turn ${turn.role}${turn.reviewed ? " reviewed" : ""}${kind ? " internal" : ""}` }, head, this.texts[i]);
    row.addEventListener("click", () => getSelection().isCollapsed && this.point(i, { scroll: false }));
    return row;
  }

  /** Mark spans: `{turn, start, end, name, own}`; those of our own stand out. What is selected elsewhere stays so. */
  mark(marks) {
    this.turns.forEach((turn, i) => {
      const here = marks.filter((mark) => mark.turn === i);
      const written = JSON.stringify(here);
      if (this.written[i] !== written) {
        this.written[i] = written;
        this.#write(i, here);
      }
    });
  }

  #write(i, marks) {
    const text = this.turns[i].text;
    const spans = marks.map((mark) => ({ ...mark, from: utf16(text, mark.start), to: utf16(text, mark.end) }));
    const cuts = [...new Set([0, text.length, ...spans.flatMap((span) => [span.from, span.to])])].sort((a, b) => a - b);
    const pieces = [];
    cuts.slice(0, -1).forEach((from, k) => {
      const to = cuts[k + 1];
      const over = spans.filter((span) => span.from <= from && to <= span.to);
      const parts = this.#pieces(text, from, to);
      if (over.length) {
        const ended = over.filter((span) => span.to === to).map((span) => span.name);
        const kind = over.some((span) => span.own) ? "own" : "other";
        pieces.push(el("mark", { class: kind, "data-name": ended.join(" ") || null }, parts));
      } else {
        pieces.push(...parts);
      }
    });
    this.texts[i].replaceChildren(...pieces);
  }

  /** Text from here to there as elements, each knowing where it stands; hidden characters are shown by their code. */
  #pieces(text, from, to) {
    let at = from;
    return text
      .slice(from, to)
      .split(HIDDEN_RUNS)
      .filter(Boolean)
      .map((part) => {
        const hidden = HIDDEN.test(part);
        const code = hidden ? part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") : "";
        const made = el("span", hidden ? { class: "hidden-character" } : {}, hidden ? `⟦U+${code}⟧` : part);
        this.places.set(made, { from: at, to: at + part.length, hidden });
        at += part.length;
        return made;
      });
  }

  /** The span that is selected; a key of the text that says why there is none. */
  selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) {
      return "audit_select_first";
    }
    const range = selection.getRangeAt(0);
    const turns = this.texts.map((element, i) => (range.intersectsNode(element) ? i : -1)).filter((i) => i >= 0);
    const touched = turns.filter((i) => this.#overlap(range, i));
    if (touched.length !== 1) {
      return touched.length ? "audit_one_turn" : "audit_select_first";
    }
    const [from, to] = this.#overlap(range, touched[0]);
    return this.#span(touched[0], from, to);
  }

  /** Where a range covers a turn's text, in UTF-16 units; null where it covers nothing. */
  #overlap(range, i) {
    const element = this.texts[i];
    const whole = document.createRange();
    whole.selectNodeContents(element);
    const starts = range.compareBoundaryPoints(Range.START_TO_START, whole) < 0;
    const ends = range.compareBoundaryPoints(Range.END_TO_END, whole) > 0;
    const from = starts ? 0 : this.#offset(element, range.startContainer, range.startOffset);
    const to = ends ? this.turns[i].text.length : this.#offset(element, range.endContainer, range.endOffset);
    return from < to ? [from, to] : null;
  }

  #offset(element, node, offset) {
    if (node.nodeType === Node.TEXT_NODE) {
      const place = this.places.get(node.parentNode);
      return place.hidden ? (offset ? place.to : place.from) : place.from + offset;
    }
    const before = node.childNodes[offset];
    const spans = [...element.querySelectorAll("span")].filter((span) => this.places.has(span));
    const next = spans.find((span) => (before ? span === before || before.contains(span) : false));
    if (next) {
      return this.places.get(next).from;
    }
    const inside = spans.filter((span) => node.contains(span));
    const last = inside[inside.length - 1];
    return last ? this.places.get(last).to : 0;
  }

  #span(turn, from, to) {
    const text = this.turns[turn].text;
    const quote = text.slice(from, to);
    const start = from + quote.length - quote.trimStart().length;
    const end = from + quote.trimEnd().length;
    if (start >= end) {
      return "audit_select_first";
    }
    return { turn, start: codePoints(text, start), end: codePoints(text, end), quote: text.slice(start, end) };
  }

  /** Point at a turn, by which its whole text can be taken. */
  point(i, { scroll = true } = {}) {
    if (i < 0 || i >= this.turns.length) {
      return;
    }
    this.rows[this.cursor]?.classList.remove("cursor");
    this.cursor = i;
    this.rows[i].classList.add("cursor");
    if (scroll) {
      this.rows[i].scrollIntoView({ block: "nearest" });
      this.spoken.textContent = t("audit_turn_pointed", { n: i + 1, role: roleName(this.turns[i].role), text: this.turns[i].text.slice(0, 80) });
    }
  }

  move(step) {
    this.point(this.cursor < 0 ? 0 : Math.min(this.turns.length - 1, Math.max(0, this.cursor + step)));
  }

  /** The whole turn that is pointed at; a key of the text that says why there is none. */
  pointed() {
    return this.cursor < 0 ? "audit_choose_turn" : this.#span(this.cursor, 0, this.turns[this.cursor].text.length);
  }

  show(span) {
    this.rows[span.turn].scrollIntoView({ block: "center" });
  }
}

export const sameSpan = (a, b) => a.turn === b.turn && a.start === b.start && a.end === b.end;

/** Put a page's heading and content in place. */
export function showPage(title, ...content) {
  document.title = `${title} · ${t("audit_title")}`;
  const main = document.getElementById("main");
  main.replaceChildren(el("h1", {}, title), ...content.flat(Infinity).filter(Boolean));
  return main;
}

/** The policy of an item: what each label takes. */
export function policyOf(item) {
  const rows = Object.entries(item.policy).map(([label, text]) => [el("dt", {}, labelled(label)), worded("dd", text)]);
  return el("dl", { class: "policy" }, rows);
}

/** A link that looks like a button. */
export const linkButton = (href, text) => el("a", { class: "button", href }, text);

/** A quote, cut where it is long. */
export function quoted(quote) {
  const letters = Array.from(quote);
  return `“${letters.length > 90 ? `${letters.slice(0, 90).join("")}…` : quote}”`.replace(new RegExp(HIDDEN.source, "gu"), "·");
}
