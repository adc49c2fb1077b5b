// Every page but the label page: the queue, adjudication, disputes, sessions, agreement, and an agent's own results.

import {
  ask, channelName, codeInWords, Conversation, el, inWords, labelled, labelName, linkButton, number, percent, policyOf, quoted, sameSpan, showPage, t, worded,
} from "./audit_dom.js";
import { ANSWER_KEYS, helpButton, isOurs, isSubmit, labelOfKey, openHelp, shownKey, WORD_KEYS } from "./audit_keys.js";

const role = document.body.dataset.role;
const STATES = { new: "audit_state_new", open: "audit_state_open", submitted: "audit_state_submitted", skipped: "audit_state_skipped" };
const OUTCOMES = {
  open: "audit_dispute_open", upheld: "audit_dispute_upheld", corrected: "audit_dispute_corrected", withdrawn: "audit_dispute_withdrawn",
};
const KINDS = {
  label_wrong: "audit_kind_label", evidence_wrong: "audit_kind_words", evidence_missing: "audit_kind_missing", not_applicable: "audit_kind_not_applicable",
};
const CAUSES = {
  evidence: "audit_cause_evidence", gold_error: "audit_cause_gold_error", auditor: "audit_cause_auditor",
  rubric: "audit_cause_rubric", noise: "audit_cause_noise", model: "audit_cause_model",
};

const lastPart = () => location.pathname.split("/").pop();

/** A table with a caption; the first cell of each row heads it. */
function table(caption, headings, rows) {
  const head = el("tr", {}, headings.map((text) => el("th", { scope: "col" }, text)));
  const lines = rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, lines)));
}

/** Do something that may fail, and say so in place of failing. */
async function attempt(status, action) {
  try {
    await action();
  } catch (failure) {
    status.textContent = inWords(failure);
    status.classList.add("alarm");
  }
}

const statusLine = () => el("p", { class: "status", role: "status" });

function choice(id, name, options) {
  const field = el("select", { id }, options.map(([value, text]) => el("option", { value }, text)));
  return { field, row: el("p", {}, el("label", { for: id }, name), field) };
}

function longText(id, name, attributes = {}) {
  const field = el("textarea", { id, rows: "3", dir: "auto", maxlength: "4000", ...attributes });
  return { field, row: el("p", {}, el("label", { for: id }, name), field) };
}

// --- the own queue

export async function startPage() {
  return role === "agent" ? ownResults() : queuePage();
}

async function queuePage() {
  const { places, sessions } = await ask("GET", "/api/queue");
  const todo = places.filter((place) => ["new", "open"].includes(place.state));
  const rows = places.map((place) => [
    el("a", { href: `/t/${place.number}` }, t("audit_conversation_n", { n: place.number })),
    el("code", {}, place.code), channelName(place.channel), number(place.turns), t(STATES[place.state]), `${place.answered} / ${place.items}`,
  ]);
  const done = places.length - todo.length;
  showPage(
    t("audit_queue"),
    el("p", { class: "lead" }, places.length ? t("audit_done_of", { n: done, of: places.length }) : t("audit_queue_empty")),
    places.length ? el("progress", { max: places.length, value: done, "aria-label": t("audit_done_of", { n: done, of: places.length }) }) : null,
    todo.length ? el("p", {}, el("a", { class: "button main", href: `/t/${todo[0].number}`, id: "start" }, done || todo[0].state === "open" ? t("audit_go_on") : t("audit_begin"))) : null,
    sessions.length ? sessionLinks(sessions) : null,
    places.length ? table(t("audit_conversations"), [t("audit_conversation"), t("audit_code"), t("audit_channel"), t("audit_turns"), t("audit_state"), t("audit_items_answered")], rows) : null,
    places.length ? el("p", {}, t("audit_code_means")) : null,
  );
  document.getElementById("start")?.focus();
}

function sessionLinks(sessions) {
  const lines = sessions.map((one) =>
    el("li", {}, el("a", { href: `/sessions/${one.id}` }, one.title || t("audit_session")), " ", one.numbers.map((n) => [linkButton(`/t/${n}`, t("audit_conversation_n", { n })), " "])),
  );
  return el("section", {}, el("h2", {}, t("audit_sessions")), el("ul", {}, lines));
}

// --- adjudication

export async function casesPage() {
  const { cases, waiting } = await ask("GET", "/api/cells");
  const open = cases.filter((one) => one.decided === null);
  const rows = cases.map((one) => [
    el("a", { href: `/adjudicate/${one.key}` }, worded("span", one.title)),
    worded("span", one.opening, { dir: "auto" }), el("code", {}, one.code), one.critical ? t("audit_critical") : "", number(one.sides), one.decided === null ? t("audit_undecided") : labelled(one.decided),
  ]);
  showPage(
    t("audit_adjudicate"),
    el("p", { class: "lead" }, t("audit_cases_open", { n: open.length })),
    waiting ? el("p", {}, t("audit_cases_waiting", { n: waiting })) : null,
    open.length ? el("p", {}, el("a", { class: "button main", href: `/adjudicate/${open[0].key}` }, t("audit_begin"))) : null,
    rows.length ? table(t("audit_cases"), [t("audit_item"), t("audit_conversation"), t("audit_code"), t("audit_critical"), t("audit_sides"), t("audit_decision")], rows) : null,
  );
}

const LETTERS = "ABCDEFGH";
const MOST_SIDE_KEYS = 4; // e takes words

const needsWords = (item, label, evidence) => item.required_for.includes(label) && !evidence.length;

/** Words of a conversation that a form takes: a button that adds the selection, and what was added. */
function wordsField(conversation, status, given = []) {
  const evidence = [...given];
  const chips = el("ul", { class: "chips" });
  const draw = () => {
    chips.replaceChildren(
      ...evidence.map((span, k) =>
        el("li", {}, el("span", { class: "quote", dir: "auto" }, quoted(span.quote)), el("button", { type: "button", class: "remove", "aria-label": t("audit_remove", { quote: quoted(span.quote) }), click: () => (evidence.splice(k, 1), draw()) }, "×")),
      ),
    );
  };
  const take = () => {
    const span = conversation.selected();
    if (typeof span === "string") {
      status.textContent = t(span);
    } else if (!evidence.some((one) => sameSpan(one, span))) {
      evidence.push(span);
      draw();
    }
  };
  draw();
  return { evidence, rows: [el("p", {}, el("button", { type: "button", mousedown: (event) => event.preventDefault(), click: take }, t("audit_take_selection"))), chips] };
}

/** One cell to decide. Nobody's name is in the data before it is decided. */
class CasePage {
  constructor(data) {
    this.take(data);
    addEventListener("keydown", (event) => this.#key(event));
  }

  take(data) {
    this.data = data;
    this.label = data.decided?.label ?? null;
    this.evidence = [];
    this.status = statusLine();
    this.conversation = new Conversation(data.transcript);
    const leave = (event) => event.key === "Escape" && this.conversation.element.focus({ preventScroll: true });
    this.reason = longText("reason", t("audit_reason_required"), { required: true, keydown: leave });
    this.reason.field.value = data.decided?.reason ?? "";
    this.options = el("div", { class: "options", role: "group", "aria-label": t("audit_decision") });
    this.chips = el("ul", { class: "chips" });
    const item = data.item;
    const right = el(
      "div",
      { class: "right" },
      worded("p", item.question, { class: "question" }),
      policyOf(item),
      el("div", { class: "sides" }, data.sides.map((side, i) => this.#side(side, i))),
      data.decided ? el("p", { class: "note" }, t("audit_decided_cause", { cause: t(CAUSES[data.cause]) })) : null,
      el("section", { class: "decide" }, el("h2", {}, t("audit_decision")), this.options, this.chips, this.reason.row),
    );
    showPage(item.title.text, el("div", { class: "bar" }, el("span", {}, t("audit_cases_open", { n: data.left + (data.decided ? 0 : 1) })), el("span", {}, `${t("audit_conversation")} · ${codeInWords(data.transcript)}`), helpButton(() => this.help())), el("div", { class: "columns" }, this.conversation.element, right), this.#foot());
    this.draw();
  }

  #side(side, i) {
    const who = side.by === undefined ? null : el("span", { class: "who" }, side.is_model ? t("audit_model") : side.by);
    return el(
      "section",
      { class: "side", "aria-label": t("audit_side", { letter: LETTERS[i] }) },
      el("h2", {}, t("audit_side", { letter: LETTERS[i] }), " ", labelled(side.label), " ", who),
      side.reason ? el("p", { dir: "auto" }, side.reason) : null,
      side.evidence.length ? el("ul", { class: "chips" }, side.evidence.map((span) => el("li", {}, el("button", { type: "button", class: "quote", dir: "auto", click: () => this.conversation.show(span) }, quoted(span.quote))))) : null,
      el("button", { type: "button", click: () => this.choose(i) }, t("audit_choose", { letter: LETTERS[i] }), el("kbd", {}, LETTERS[i].toLowerCase())),
    );
  }

  #foot() {
    return el(
      "footer",
      { class: "foot" },
      this.status,
      el("button", { type: "button", class: "main", click: () => this.decide() }, t("audit_decide"), el("kbd", {}, "Ctrl ⏎")),
      this.data.next ? linkButton(`/adjudicate/${this.data.next}`, `${t("audit_next")} →`) : linkButton("/adjudicate", t("audit_all_cases")),
    );
  }

  draw() {
    const { item } = this.data;
    const buttons = item.labels.map((label) =>
      el("button", { type: "button", class: "option", "aria-pressed": String(this.label === label), click: () => this.setLabel(label) }, shownKey(item, label), labelled(label)),
    );
    this.options.replaceChildren(...buttons);
    this.chips.replaceChildren(
      ...this.evidence.map((span, k) =>
        el("li", {}, el("span", { class: "quote", dir: "auto" }, quoted(span.quote)), el("button", { type: "button", class: "remove", "aria-label": t("audit_remove", { quote: quoted(span.quote) }), click: () => this.setEvidence(this.evidence.filter((_, i) => i !== k)) }, "×")),
      ),
    );
    const marks = this.data.sides.flatMap((side, i) => side.evidence.map((span) => ({ ...span, name: LETTERS[i], own: false })));
    this.conversation.mark([...marks, ...this.evidence.map((span) => ({ ...span, name: "", own: true }))]);
  }

  say(key, alarm = false) {
    this.status.textContent = t(key);
    this.status.classList.toggle("alarm", alarm);
  }

  setLabel(label) {
    this.label = label;
    this.draw();
  }

  setEvidence(evidence) {
    this.evidence = evidence;
    this.draw();
  }

  choose(i) {
    const side = this.data.sides[i];
    this.label = side.label;
    this.evidence = side.evidence;
    this.draw();
  }

  addEvidence(span) {
    if (typeof span === "string") {
      this.say(span, true);
    } else if (!this.evidence.some((one) => sameSpan(one, span))) {
      this.setEvidence([...this.evidence, span]);
    }
  }

  async decide() {
    const reason = this.reason.field.value.trim();
    if (!this.label || !reason) {
      this.say("audit_decision_lacks", true);
      return;
    }
    if (needsWords(this.data.item, this.label, this.evidence)) {
      this.say("audit_needs_words", true);
      return;
    }
    await attempt(this.status, async () => {
      this.take(await ask("POST", `/api/cells/${this.data.key}`, { label: this.label, evidence: this.evidence, reason }));
      this.say("audit_decided");
    });
  }

  help() {
    const sides = this.#lettered().map((letter) => [letter.toLowerCase(), t("audit_choose", { letter })]);
    openHelp([...sides, ...ANSWER_KEYS, ...WORD_KEYS, ["Ctrl ⏎", t("audit_decide")], ["n", t("audit_next")]]);
  }

  /** The letters of the sides that have a key. */
  #lettered() {
    return [...LETTERS].slice(0, Math.min(MOST_SIDE_KEYS, this.data.sides.length));
  }

  #key(event) {
    if (isSubmit(event)) {
      event.preventDefault();
      this.decide();
      return;
    }
    if (!isOurs(event)) {
      return;
    }
    const turns = { ArrowDown: () => this.conversation.move(1), ArrowUp: () => this.conversation.move(-1) };
    const action = event.shiftKey && event.key in turns ? turns[event.key] : this.#action(event.key);
    if (action) {
      event.preventDefault();
      action();
    }
  }

  #action(key) {
    const label = labelOfKey(this.data.item, key);
    if (label) {
      return () => this.setLabel(label);
    }
    const side = this.#lettered().map((letter) => letter.toLowerCase()).indexOf(key);
    if (side >= 0) {
      return () => this.choose(side);
    }
    return {
      e: () => this.addEvidence(this.conversation.selected()),
      Enter: () => this.addEvidence(this.conversation.pointed()),
      r: () => this.reason.field.focus(),
      n: () => location.assign(this.data.next ? `/adjudicate/${this.data.next}` : "/adjudicate"),
      "?": () => this.help(),
    }[key];
  }
}

export async function casePage() {
  new CasePage(await ask("GET", `/api/cells/${lastPart()}`));
}

// --- agents and disputes

async function ownResults() {
  const { conversations, disputes } = await ask("GET", "/api/results");
  const rows = conversations.map((one) => [el("a", { href: `/results/${one.number}` }, t("audit_conversation_n", { n: one.number })), channelName(one.channel), number(one.turns)]);
  showPage(
    t("audit_own_results"),
    el("p", { class: "lead" }, conversations.length ? t("audit_own_results_intro") : t("audit_no_results")),
    rows.length ? table(t("audit_conversations"), [t("audit_conversation"), t("audit_channel"), t("audit_turns")], rows) : null,
    disputes.length ? disputeTable(disputes, (one) => (one.state === "open" ? el("button", { type: "button", click: () => withdraw(one.id) }, t("audit_withdraw")) : "")) : null,
  );
}

async function withdraw(id) {
  await ask("POST", `/api/disputes/${id}`, { outcome: "withdrawn" });
  location.reload();
}

function disputeTable(disputes, last) {
  const rows = disputes.map((one) => [worded("span", one.title), t(KINDS[one.kind]), one.reason, t(OUTCOMES[one.state]), one.answer ?? "", last(one)]);
  return table(t("audit_disputes"), [t("audit_item"), t("audit_kind"), t("audit_reason"), t("audit_state"), t("audit_answer"), ""], rows);
}

export async function resultPage() {
  const data = await ask("GET", `/api/results/${lastPart()}`);
  const conversation = new Conversation(data.transcript);
  const rows = data.rows.map((row, i) => resultRow(data, row, i, conversation));
  conversation.mark(data.rows.flatMap((row, i) => row.result.evidence.map((span) => ({ ...span, name: String(i + 1), own: false }))));
  showPage(
    t("audit_conversation_n", { n: data.number }),
    el("div", { class: "bar" }, linkButton("/", `← ${t("audit_own_results")}`)),
    el("div", { class: "columns" }, conversation.element, el("div", { class: "right" }, el("ol", { class: "items" }, rows))),
  );
}

function resultRow(data, row, i, conversation) {
  const quotes = row.result.evidence.map((span) => el("li", {}, el("button", { type: "button", class: "quote", dir: "auto", click: () => conversation.show(span) }, quoted(span.quote))));
  const made = el(
    "li",
    { class: "item" },
    el("h2", {}, el("span", { class: "n" }, `${i + 1}`), worded("span", row.item.title), labelled(row.result.label)),
    row.result.reason ? el("p", { dir: "auto" }, row.result.reason) : null,
    quotes.length ? el("ul", { class: "chips" }, quotes) : null,
  );
  if (data.open.includes(row.item.id)) {
    made.append(el("p", { class: "hint" }, t("audit_dispute_open")));
  } else {
    const button = el("button", { type: "button", click: () => button.replaceWith(disputeForm(data, row, i, conversation)) }, t("audit_disagree"));
    made.append(button);
  }
  return made;
}

function disputeForm(data, row, i, conversation) {
  const status = statusLine();
  const kind = choice(`kind-${i}`, t("audit_kind"), Object.entries(KINDS).map(([value, key]) => [value, t(key)]));
  const proposed = choice(`proposed-${i}`, t("audit_proposed"), [["", "–"], ...row.item.labels.map((label) => [label, labelName(label)])]);
  const reason = longText(`why-${i}`, t("audit_dispute_reason"), { minlength: "10", required: true });
  const { evidence, rows: words } = wordsField(conversation, status);
  const send = (event) => {
    event.preventDefault();
    attempt(status, async () => {
      const sent = { number: data.number, item_id: row.item.id, kind: kind.field.value, proposed: proposed.field.value || null, evidence, reason: reason.field.value };
      await ask("POST", "/api/disputes", sent);
      form.replaceWith(el("p", { class: "note", role: "status" }, t("audit_dispute_sent")));
    });
  };
  const form = el("form", { class: "dispute", submit: send }, kind.row, proposed.row, words, reason.row, el("button", { class: "main" }, t("audit_send")), status);
  return form;
}

export async function disputesPage() {
  if (role === "agent") {
    return ownResults();
  }
  const { disputes } = await ask("GET", "/api/disputes");
  const open = disputes.filter((one) => one.state === "open").length;
  showPage(
    t("audit_disputes"),
    el("p", { class: "lead" }, t("audit_disputes_open", { n: open })),
    disputes.length ? disputeTable(disputes, (one) => linkButton(`/disputes/${one.id}`, one.state === "open" ? t("audit_answer_it") : t("audit_look"))) : null,
  );
}

export async function disputePage() {
  const data = await ask("GET", `/api/disputes/${lastPart()}`);
  const conversation = new Conversation(data.transcript);
  const marks = [...(data.result?.evidence ?? []).map((span) => ({ ...span, name: "", own: false })), ...data.evidence.map((span) => ({ ...span, name: "!", own: true }))];
  conversation.mark(marks);
  const right = el(
    "div",
    { class: "right" },
    worded("p", data.item.question, { class: "question" }),
    policyOf(data.item),
    data.result ? el("section", { class: "side" }, el("h2", {}, t("audit_result"), " ", labelled(data.result.label)), data.result.reason ? el("p", { dir: "auto" }, data.result.reason) : null) : null,
    el("section", { class: "side" }, el("h2", {}, t(KINDS[data.kind]), " ", data.proposed ? labelled(data.proposed) : null), el("p", { dir: "auto" }, data.reason)),
    data.state === "open" ? answerForm(data, conversation) : el("p", { class: "note" }, `${t(OUTCOMES[data.state])}: ${data.answer ?? ""}`),
  );
  showPage(data.item.title.text, el("div", { class: "bar" }, linkButton("/disputes", `← ${t("audit_disputes")}`)), el("div", { class: "columns" }, conversation.element, right));
}

function answerForm(data, conversation) {
  const status = statusLine();
  const outcome = choice("outcome", t("audit_decision"), [["upheld", t("audit_dispute_upheld")], ["corrected", t("audit_dispute_corrected")]]);
  const label = choice("label", t("audit_new_label"), data.item.labels.map((one) => [one, labelName(one)]));
  const reason = longText("answer", t("audit_answer"), { required: true });
  const { evidence, rows: words } = wordsField(conversation, status, data.evidence);
  if (data.proposed) {
    label.field.value = data.proposed;
  }
  const send = (event) => {
    event.preventDefault();
    attempt(status, async () => {
      const corrected = outcome.field.value === "corrected";
      await ask("POST", `/api/disputes/${data.id}`, { outcome: outcome.field.value, reason: reason.field.value, label: corrected ? label.field.value : null, evidence: corrected ? evidence : [] });
      location.assign("/disputes");
    });
  };
  return el("form", { class: "decide", submit: send }, outcome.row, label.row, words, reason.row, el("button", { class: "main" }, t("audit_send")), status);
}

// --- calibration sessions

export async function sessionsPage() {
  const { sessions, people, most } = await ask("GET", "/api/sessions");
  const rows = sessions.map((one) => [
    el("a", { href: `/sessions/${one.id}` }, one.title || t("audit_session")), number(one.conversations),
    Object.entries(one.done).map(([name, done]) => `${done ? "✓" : "…"} ${name}`).join(", "), one.revealed ? t("audit_revealed") : t("audit_blind"),
  ]);
  showPage(
    t("audit_sessions"),
    el("p", { class: "lead" }, t("audit_sessions_intro")),
    rows.length ? table(t("audit_sessions"), [t("audit_session"), t("audit_conversations"), t("audit_who"), t("audit_state")], rows) : null,
    people.length ? sessionForm(people, most) : null,
  );
}

function sessionForm(people, most) {
  const status = statusLine();
  const title = el("input", { id: "title", maxlength: "200" });
  const count = el("input", { id: "count", type: "number", min: "1", max: String(most), value: "3" });
  const boxes = people.map((name) => el("input", { type: "checkbox", id: `who-${name}`, value: name }));
  const expert = choice("expert", t("audit_expert"), [["", "–"], ...people.map((name) => [name, name])]);
  const send = (event) => {
    event.preventDefault();
    attempt(status, async () => {
      const participants = boxes.filter((box) => box.checked).map((box) => box.value);
      const made = await ask("POST", "/api/sessions", { title: title.value, conversations: Number(count.value), participants, expert: expert.field.value });
      location.assign(`/sessions/${made.id}`);
    });
  };
  return el(
    "form",
    { class: "decide", submit: send },
    el("h2", {}, t("audit_new_session")),
    el("p", {}, el("label", { for: "title" }, t("audit_session_title")), title),
    el("p", {}, el("label", { for: "count" }, t("audit_conversations")), count),
    el("fieldset", {}, el("legend", {}, t("audit_who")), boxes.map((box) => [box, el("label", { for: box.id }, box.value)])),
    expert.row,
    el("button", { class: "main" }, t("audit_new_session")),
    status,
  );
}

export async function sessionPage() {
  showSession(await ask("GET", `/api/sessions/${lastPart()}`));
}

function showSession(data) {
  const status = statusLine();
  const waiting = Object.values(data.done).some((done) => !done);
  const reveal = () => attempt(status, async () => showSession(await ask("POST", `/api/sessions/${data.id}/reveal`, { close: role === "lead" })));
  const people = Object.entries(data.done).map(([name, done]) => el("li", {}, `${done ? "✓" : "…"} ${name}`, data.expert === name ? ` (${t("audit_expert")})` : "", data.late.includes(name) ? ` (${t("audit_late")})` : ""));
  const button = !data.revealed && (role === "lead" || !waiting) ? el("button", { type: "button", class: "main", click: reveal }, waiting ? t("audit_close_session") : t("audit_reveal")) : null;
  showPage(
    data.title || t("audit_session"),
    el("div", { class: "bar" }, linkButton("/sessions", `← ${t("audit_sessions")}`), status),
    el("ul", { class: "people" }, people),
    data.revealed ? null : el("p", {}, t("audit_blind_until")),
    button,
    data.board ? boardOf(data, status) : null,
  );
}

function boardOf(data, status) {
  const { board } = data;
  const names = Object.keys(data.done);
  const rows = board.rows.map((row, i) => [
    el("span", {}, `${row.number} · `, worded("span", row.title)),
    ...names.map((name) => (row.answers[name] ? answerCell(row.answers[name]) : "–")),
    row.exact ? "=" : "≠",
    row.consensus ? labelled(row.consensus) : role === "lead" && !row.exact ? consensusForm(data, row, i, status) : "",
  ]);
  const ranges = board.scores.map((range, i) => (range ? `${i + 1}: ${number(range[0])}–${number(range[1])}` : `${i + 1}: –`)).join(" · ");
  const distances = Object.entries(board.distances).map(([name, share]) => `${name} ${percent(share)}`).join(" · ");
  return el(
    "section",
    {},
    el("ul", { class: "figures" }, [
      `${t("audit_exact")}: ${percent(board.exact)}`, `α ${number(board.alpha, 2)}`, `${t("audit_distance")}: ${distances}`, `${t("audit_score_range")}: ${ranges}`,
    ].map((text) => el("li", {}, text))),
    table(t("audit_board"), [t("audit_item"), ...names, t("audit_same"), t("audit_consensus")], rows),
    board.notes.length ? el("section", {}, el("h2", {}, t("audit_notes")), el("ul", {}, board.notes.map((note) => el("li", {}, worded("strong", note.title), " ", note.text)))) : null,
  );
}

const answerCell = (cell) => el("div", {}, labelled(cell.label), cell.reason ? el("p", { dir: "auto" }, cell.reason) : null, cell.evidence.map((span) => el("p", { class: "quote", dir: "auto" }, quoted(span.quote))));

function consensusForm(data, row, i, status) {
  const label = choice(`label-${i}`, t("audit_consensus"), row.labels.map((one) => [one, labelName(one)]));
  const reason = el("input", { id: `reason-${i}`, required: true });
  const note = el("input", { id: `note-${i}` });
  const send = (event) => {
    event.preventDefault();
    attempt(status, async () => {
      showSession(await ask("POST", `/api/sessions/${data.id}/consensus`, { row: i, label: label.field.value, reason: reason.value, note: note.value }));
    });
  };
  return el("form", { submit: send }, label.row, el("p", {}, el("label", { for: reason.id }, t("audit_reason")), reason), el("p", {}, el("label", { for: note.id }, t("audit_rubric_should")), note), el("button", {}, t("audit_decide")));
}

// --- agreement

export async function agreementPage() {
  const { items, raters, least } = await ask("GET", "/api/agreement");
  const range = (interval) => (interval === null || interval.estimate === null || interval.n < least ? "–" : el("span", { class: "nowrap" }, `${number(interval.estimate, 2)} (${number(interval.low, 2)}–${number(interval.high, 2)})`));
  const rows = items.map((item) => [
    worded("span", item.title), number(item.labelled), number(item.double), percent(item.agreement.estimate), range(item.kappa), range(item.ac), range(item.alpha),
    range(item.judge_kappa), item.missing === null ? "?" : number(item.missing),
  ]);
  const people = raters.map((one) => [
    one.is_model ? t("audit_model") : one.name, `${number(one.submitted)} / ${number(one.assigned)}`, number(one.skipped), one.seconds === null ? "–" : number(one.seconds),
    `${percent(one.agreement)} (${number(one.compared)})`, one.severity === null ? "–" : number(one.severity, 2), number(one.changed),
  ]);
  showPage(
    t("audit_agreement"),
    el("p", { class: "lead" }, t("audit_agreement_intro")),
    el("p", {}, t("calibration_terms")),
    table(t("audit_by_person"), [t("audit_who"), t("audit_state_submitted"), t("audit_state_skipped"), t("audit_seconds"), t("audit_with_others"), t("audit_severity"), t("audit_changed_later")], people),
    rows.length
      ? table(t("audit_by_item"), [t("audit_item"), t("audit_labelled"), t("audit_double"), t("audit_same"), "κ", "AC1", "α", `κ ${t("audit_model")}`, t("audit_labels_missing")], rows)
      : el("p", {}, t("audit_nothing_submitted")),
  );
}
