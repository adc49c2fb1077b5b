// Keys: which of them stands for which label, the help that lists them, and the switch that turns them off.

import { el, t } from "./audit_dom.js";

const FIXED = { met: "1", not_met: "2", not_applicable: "9", cannot_assess: "0" };
const MOST_LEVELS = 8;

/** What the help says of keys that give an answer. */
export const ANSWER_KEYS = [["1–8", t("audit_key_label")], ["9", t("label_not_applicable")], ["0", t("label_cannot_assess")]];

/** What the help says of keys that point at words, and give a reason. */
export const WORD_KEYS = [
  ["⇧ ↓ ↑", t("audit_key_turn")], ["⏎", t("audit_key_whole")], ["e", t("audit_key_selection")], ["r", t("audit_key_reason")],
];

/** The key of an item's label, the same on all items: levels count from 1; a level that would be a ninth has none. */
function keyOf(item, label) {
  const place = item.labels.indexOf(label) + 1;
  return FIXED[label] ?? (place <= MOST_LEVELS ? String(place) : null);
}

/** The label of an item that a key stands for; undefined where it stands for none. */
export const labelOfKey = (item, key) => item.labels.find((label) => keyOf(item, label) === key);

/** The key of a label as a button shows it. */
export function shownKey(item, label) {
  const key = keyOf(item, label);
  return key ? el("kbd", {}, key) : null;
}

/** Whether keys without Ctrl do anything. */
const keysOn = () => localStorage.getItem("audit-keys") !== "off";

/** Whether a key press is one of ours: keys are on, and it is not meant for a field, a button or the browser. */
export function isOurs(event) {
  const field = event.target.closest?.("input, textarea, select, dialog, summary, [contenteditable]");
  const pressed = (event.key === "Enter" || event.key === " ") && event.target.closest?.("button, a");
  return keysOn() && !(field || pressed || event.altKey || event.metaKey || event.ctrlKey);
}

/** Whether a key press is Ctrl and Enter, and no dialog is open. */
export const isSubmit = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]");

/** A dialog over the page; it goes when it is closed. */
export function openDialog(title, ...content) {
  const dialog = el("dialog", { "aria-labelledby": "dialog-title", close: () => dialog.remove() }, el("h2", { id: "dialog-title" }, title), content);
  document.getElementById("main").append(dialog);
  dialog.showModal();
  return dialog;
}

export const helpButton = (open) => el("button", { type: "button", class: "help", click: open }, `? ${t("audit_help")}`);

/** The help: keys with what they do, and the switch. */
export function openHelp(keys) {
  const rows = [...keys, ["?", t("audit_key_help")]].map(([key, text]) => el("tr", {}, el("th", { scope: "row" }, el("kbd", {}, key)), el("td", {}, text)));
  const box = el("input", { type: "checkbox", id: "keys", change: () => localStorage.setItem("audit-keys", box.checked ? "on" : "off") });
  box.checked = keysOn();
  openDialog(
    t("audit_help"),
    el("table", {}, el("caption", {}, t("audit_keys")), el("tbody", {}, rows)),
    el("p", {}, box, el("label", { for: "keys" }, t("audit_keys_on"))),
    el("form", { method: "dialog" }, el("button", { value: "no" }, t("audit_close"))),
  );
}
