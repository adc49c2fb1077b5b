// Where each page begins, and how somebody comes in by their link.

import { ask, el, inWords, showPage, t } from "./audit_dom.js";
import { labelPage } from "./audit_label.js";
import * as lead from "./audit_lead.js";

async function join() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", "/join");
  try {
    await ask("POST", "/api/session", { token });
    location.replace("/");
  } catch (failure) {
    const key = { token: "audit_wrong_link", locked: "audit_locked" }[failure.answer?.error];
    showPage(t("audit_title"), el("p", { role: "alert" }, key ? t(key, { n: failure.answer.browsers }) : inWords(failure)));
  }
}

async function refused() {
  showPage(t("audit_title"), el("p", { role: "alert" }, t("audit_refused")));
}

const pages = {
  join,
  refused,
  queue: lead.startPage,
  label: labelPage,
  cases: lead.casesPage,
  case: lead.casePage,
  disputes: lead.disputesPage,
  dispute: lead.disputePage,
  result: lead.resultPage,
  sessions: lead.sessionsPage,
  session: lead.sessionPage,
  agreement: lead.agreementPage,
};

for (const link of document.querySelectorAll("nav a")) {
  if (link.getAttribute("href") === location.pathname) {
    link.setAttribute("aria-current", "page");
  }
}
try {
  await pages[document.body.dataset.page]();
} catch (failure) {
  showPage(t("audit_title"), el("p", { role: "alert" }, inWords(failure)));
}
document.body.dataset.ready = "yes";
