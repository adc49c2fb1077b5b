"use strict";
// The list of conversations and the view of one: everything is written as text, nothing is ever read as markup.
(() => {
  const config = JSON.parse(document.getElementById("config").textContent);
  const A_PAGE = 100, MOST_KEPT = 8;
  const [ID, AGENT, DAY, WEEK, SCORE, SHOWN, PASSED, STATUS, LABELS, PLACE, CHANGED] = config.rows.length ? config.rows[0].keys() : [];
  const report = document.getElementById("report"), view = document.getElementById("view");
  const body = document.querySelector("#list tbody"), form = document.getElementById("filters");
  const title = document.title;
  let found = config.rows, from = 0, came = 0;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== "" && value !== false) element.setAttribute(key, value === true ? "" : value);
    element.append(...children.filter(child => child !== null && child !== ""));
    return element;
  };

  // Filters
  const field = name => form.elements.namedItem(name);
  const offer = (name, values) => { if (field(name)) for (const [value, text] of values) field(name).append(make("option", {value: value}, text)); };
  const distinct = column => [...new Set(config.rows.map(row => row[column]))].sort().map(value => [value, value]);
  offer("agent", distinct(AGENT));
  offer("week", distinct(WEEK));
  offer("item", config.items.map(([name], at) => [String(at), name]));
  offer("status", Object.entries(config.statuses));
  const offerLabels = () => {
    const item = field("item").value, labels = field("label");
    labels.replaceChildren(make("option", {value: ""}, config.words.any));
    labels.disabled = item === "";
    if (item !== "") offer("label", [["failed", config.words.not_passed]]);
    if (item !== "") offer("label", Object.entries(config.items[Number(item)][1]).map(([code, label]) => [code, label[2]]));
  };
  const answered = (row, item, label) => {
    const code = row[LABELS][item];
    return label === "failed" ? /\d/.test(code) && config.items[item][1][code][1] !== "good" : code === label;
  };
  const wanted = () => {
    const value = name => field(name) ? field(name).value : "";
    const text = value("text").toLowerCase(), item = value("item"), label = value("label");
    const low = value("from") === "" ? null : Number(value("from")), high = value("to") === "" ? null : Number(value("to"));
    return row => (!text || row[ID].toLowerCase().includes(text)) && (!value("agent") || row[AGENT] === value("agent"))
      && (!value("week") || row[WEEK] === value("week")) && (!value("status") || row[STATUS] === value("status"))
      && (!item || !label || answered(row, Number(item), label)) && (!value("changed") || row[CHANGED] > 0)
      && (low === null || (row[SCORE] !== null && row[SCORE] >= low)) && (high === null || (row[SCORE] !== null && row[SCORE] <= high));
  };
  // By score, those without one last
  const ordered = rows => {
    const sign = {low: 1, high: -1}[field("order").value];
    return sign ? rows.sort((a, b) => (a[SCORE] === null) - (b[SCORE] === null) || sign * (a[SCORE] - b[SCORE])) : rows;
  };
  const search = () => { found = ordered(config.rows.filter(wanted())); from = 0; list(); };
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", event => { if (event.target === field("item")) offerLabels(); search(); });

  // A link to the list says what to filter by: #list?agent=NAME, #list?item=greeting&label=failed
  const choose = query => {
    form.reset();
    for (const [name, value] of new URLSearchParams(query)) {
      if (!field(name)) continue;
      field(name).value = name === "item" ? String(config.items.findIndex(item => item[3] === value)) : value;
      if (name === "item") offerLabels();
    }
    if (field("item").value === "") offerLabels();
    search();
    document.getElementById("conversations").scrollIntoView();
    document.getElementById("conversations").focus({preventScroll: true});
  };

  // The list, a page at a time
  const signs = labels => make("span", {class: "signs", "aria-hidden": "true"}, ...[...labels].map((code, at) => {
    const [name, labels, scored, , section] = config.items[at], shown = labels[code] || ["·", "none", ""];
    const first = at > 0 && config.items[at - 1][4] !== section;
    return scored ? make("span", {class: shown[1] + (first ? " first" : ""), title: name + (shown[2] ? ": " + shown[2] : "")}, shown[0]) : "";
  }));
  const line = row => {
    const name = row[PLACE] < 0 ? make("span", {title: config.words.not_included}, row[ID]) : make("a", {href: "#c" + row[PLACE]}, row[ID]);
    return make("tr", {}, make("th", {scope: "row"}, name), field("agent") ? make("td", {}, row[AGENT]) : "", make("td", {class: "nowrap"}, row[DAY]),
      make("td", {class: "num"}, row[SHOWN]), make("td", {}, row[PASSED]), make("td", {}, config.statuses[row[STATUS]]),
      make("td", {}, signs(row[LABELS])));
  };
  const list = () => {
    const upto = Math.min(from + A_PAGE, found.length);
    body.replaceChildren(...found.slice(from, upto).map(line));
    document.getElementById("count").textContent = fill(config.words.page, {from: found.length ? from + 1 : 0, to: upto, all: found.length});
    document.getElementById("previous").disabled = from === 0;
    document.getElementById("next").disabled = upto >= found.length;
    document.querySelector(".pager").hidden = found.length <= A_PAGE;
  };
  const turn = step => { from = Math.max(0, from + step * A_PAGE); list(); document.getElementById("conversations").focus(); };
  document.getElementById("previous").addEventListener("click", () => turn(-1));
  document.getElementById("next").addEventListener("click", () => turn(1));

  // Arrow keys walk along links of the list and along verdicts
  const walk = (box, selector) => box.addEventListener("keydown", event => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
    const stops = [...box.querySelectorAll(selector)], at = stops.indexOf(document.activeElement);
    const next = stops[at < 0 ? 0 : at + step];
    if (next) { event.preventDefault(); next.focus(); }
  });
  walk(document.getElementById("conversations"), "#list a");
  walk(view, ".verdict");

  // Chunks of conversations: unpacked when one of them is opened, the last few kept
  const kept = new Map();
  const chunk = async number => {
    if (kept.has(number)) { const pages = kept.get(number); kept.delete(number); kept.set(number, pages); return pages; }
    const packed = Uint8Array.from(atob(document.getElementById("k" + number).textContent), letter => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const pages = JSON.parse(await new Response(stream).text());
    kept.set(number, pages);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    return pages;
  };

  // One conversation
  const marked = (pieces, text) => {
    pieces.forEach(([words, numbers], at) => {
      let inner = document.createTextNode(words);
      for (const number of [...numbers].reverse()) inner = make("mark", {"data-n": number}, inner);
      text.append(inner);
      const following = at + 1 < pieces.length ? pieces[at + 1][1] : [];
      for (const number of numbers) if (!following.includes(number)) text.append(make("sup", {class: "ref"}, String(number)));
    });
    return text;
  };
  const spoken = (turn, language) => make("div", {class: "turn " + turn.role + (turn.quiet ? " hush" : "")},
    make("p", {class: "who"}, turn.who, turn.at ? " " : "", turn.at ? make("time", {}, turn.at) : "", turn.kind ? " " : "", turn.kind ? make("span", {class: "tag"}, turn.kind) : ""),
    marked(turn.pieces, make("div", {class: "text", dir: "auto", lang: turn.language || language})));
  const quoted = ([number, quote, role]) => make("blockquote", {dir: "auto", "data-n": number}, make("sup", {class: "ref"}, String(number)),
    " “" + quote + "” ", make("span", {class: "quiet"}, role));
  const judged = item => {
    const parts = [make("span", {class: "chip " + item.kind}, make("span", {"aria-hidden": "true"}, item.sign), " " + item.label), " "];
    if (item.struck) parts.push(make("s", {}, fill(config.words.model_said, {label: item.struck})), " ");
    parts.push(make("b", {lang: item.language}, item.title));
    if (item.critical) parts.push(" ", make("span", {class: "tag hot"}, config.words.flag_critical));
    if (item.confidence) parts.push(" ", make("span", {class: "quiet nowrap"}, item.confidence));
    const entry = make("li", {class: "verdict " + item.kind, tabindex: "0"}, make("p", {}, ...parts),
      item.people.length ? make("p", {class: "person" + (item.agreed ? " agreed" : "")}, item.people.join(" · ")) : "", ...item.quotes.map(quoted),
      item.problem ? make("p", {class: "problem"}, item.problem) : "", item.reason ? make("p", {class: "reason", dir: "auto"}, item.reason) : "");
    const point = on => {
      for (const mark of view.querySelectorAll("mark.on")) mark.classList.remove("on");
      const own = on ? item.quotes.flatMap(([number]) => [...view.querySelectorAll('mark[data-n="' + number + '"]')]) : [];
      for (const mark of own) mark.classList.add("on");
      if (own.length) own[0].scrollIntoView({block: "nearest"});
    };
    entry.addEventListener("focus", () => point(true));
    entry.addEventListener("mouseenter", () => point(true));
    entry.addEventListener("mouseleave", () => point(false));
    return entry;
  };
  // Only what did not pass: the rest is hidden while the box is ticked
  const sieve = items => {
    const failed = item => !["good", "none"].includes(item.kind);
    if (items.every(failed) || !items.some(failed)) return "";
    const box = make("input", {type: "checkbox"});
    box.addEventListener("change", () => [...view.querySelectorAll(".verdict")].forEach((entry, at) => { entry.hidden = box.checked && !failed(items[at]); }));
    return make("label", {class: "sieve"}, box, " " + config.words.only_failed);
  };
  // A highlighted quote leads to its verdict
  view.addEventListener("click", event => {
    const mark = event.target.closest("mark");
    const quote = mark && view.querySelector('blockquote[data-n="' + mark.dataset.n + '"]');
    if (!quote || !getSelection().isCollapsed) return;
    quote.closest(".verdict").hidden = false;
    quote.closest(".verdict").focus();
  });
  const step = (place, key) => place === undefined ? "" : make("a", {href: "#c" + place}, config.words[key]);
  const shownPlaces = config.rows.filter(row => row[PLACE] >= 0);
  const open = async place => {
    const pages = await chunk(Math.floor(place / config.aChunk)), page = pages[place % config.aChunk];
    if (!report.hidden) came = window.scrollY;
    const listed = found.filter(row => row[PLACE] >= 0).map(row => row[PLACE]), filtered = listed.includes(place) && listed.length < shownPlaces.length;
    const places = filtered ? listed : shownPlaces.map(row => row[PLACE]), at = places.indexOf(place);
    view.replaceChildren(
      make("p", {class: "walk"}, make("a", {href: "#conversations"}, "← " + config.words.back), step(places[at - 1], "previous"), (at + 1) + " / " + places.length + (filtered ? " " + config.words.filtered : ""), step(places[at + 1], "next")),
      make("h1", {}, page.id),
      make("p", {class: "meta"}, page.about),
      page.note ? make("p", {class: "banner"}, page.note) : "", page.failure ? make("p", {class: "banner"}, page.failure) : "",
      ...page.remarks.map(remark => make("p", {class: "quiet"}, remark)),
      make("div", {class: "pair"},
        page.turns.length ? make("section", {class: "talk", "aria-label": config.words.transcript}, make("h2", {}, config.words.transcript), ...page.turns.map(turn => spoken(turn, page.language))) : "",
        !page.items.length ? "" : make("section", {class: "verdicts", "aria-label": config.words.verdicts}, make("h2", {}, config.words.verdicts), make("p", {class: "tally"}, page.tally), sieve(page.items), make("ol", {}, ...page.items.map(judged)), make("p", {class: "quiet small"}, page.dispute))));
    report.hidden = true;
    view.hidden = false;
    window.scrollTo(0, 0);
    view.focus({preventScroll: true});
  };
  const close = () => {
    if (view.hidden) return;
    view.hidden = true;
    report.hidden = false;
    document.title = title;
    window.scrollTo(0, came);
  };
  const route = () => {
    const place = /^#c(\d+)$/.exec(location.hash);
    if (place && Number(place[1]) < shownPlaces.length) open(Number(place[1]));
    else close();
    const query = /^#list\?(.*)$/.exec(location.hash);
    if (query) choose(query[1]);
    const item = /^#i-/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (item) item.closest("details").open = true;
  };
  document.querySelector('.skip[href="#conversations"]').addEventListener("click", () => {
    const first = body.querySelector("a");
    if (first) setTimeout(() => first.focus());
  });
  window.addEventListener("hashchange", route);
  window.addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details.card:not(.trends)")) fold.open = true; });
  offerLabels();
  list();
  route();
})();
