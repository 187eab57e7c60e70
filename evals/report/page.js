"use strict";
// All text goes through textContent: nothing that a document says can become part of the page.
const make = (name, style, text) => {
  const made = document.createElement(name);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
};

// Tables: a title sorts its column, numbers from the highest at first.
const keyOf = (row, column) => {
  const place = row.cells[column];
  const key = place.dataset.key;
  return key === undefined ? place.textContent.trim() : Number(key);
};
const compare = (first, second) => {
  if (typeof first === "number" && typeof second === "number") return first - second;
  if (typeof first !== typeof second) return typeof first === "number" ? 1 : -1;
  return first < second ? -1 : first > second ? 1 : 0;
};
const sortBy = (table, heading, column) => {
  const up = heading.getAttribute("aria-sort") === "descending" ||
    (!heading.hasAttribute("aria-sort") && heading.classList.contains("words"));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (up ? 1 : -1) * compare(keyOf(a, column), keyOf(b, column)));
  table.tBodies[0].append(...rows);
};
for (const table of document.querySelectorAll("table")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = make("button", "", heading.textContent);
    button.type = "button";
    button.addEventListener("click", () => sortBy(table, heading, column));
    heading.replaceChildren(button);
  });
}

// Heat maps: one at a time.
const heatChoice = document.getElementById("heat-choice");
if (heatChoice) {
  const show = () => {
    for (const map of document.querySelectorAll(".heat-map")) {
      map.hidden = map.dataset.name !== heatChoice.value;
    }
  };
  heatChoice.parentElement.hidden = heatChoice.options.length < 2;
  heatChoice.addEventListener("change", show);
  show();
}

// Questions won and lost.
const data = JSON.parse(document.getElementById("cases-data").textContent);
const left = document.getElementById("case-left");
const right = document.getElementById("case-right");
const kind = document.getElementById("case-kind");
const filter = document.getElementById("case-filter");
const list = document.getElementById("case-list");
const count = document.getElementById("case-count");
const PAGE = 20;
const KINDS = {
  differing: (change) => change !== 0,
  won: (change) => change > 0,
  lost: (change) => change < 0,
  level: (change) => change === 0,
};

const words = (parts) => {
  const made = make("div", "words-of");
  for (const [text, gold] of parts) made.append(gold ? make("mark", "", text) : text);
  return made;
};
const placed = (tagName, style, label, parts) => {
  const made = make(tagName, style);
  made.append(make("div", "place", label));
  if (parts.length) made.append(words(parts));
  return made;
};
const side = (cell, number) => {
  const made = make("div");
  const score = data.scores[cell][number];
  made.append(make("h3", "cell", data.cells[cell]));
  const lost = data.losses[cell][number];
  const shown = score === null ? "not scored" : `${data.measure} ${score.toFixed(4)}`;
  made.append(make("p", "note", lost ? `${shown} · gold: ${lost}` : shown));
  const places = make("ol");
  for (const [passage, gold] of data.tops[cell][number]) {
    const [label, parts] = data.passages[passage];
    places.append(placed("li", gold ? "hit" : "", gold ? `${label} · gold` : label, parts));
  }
  made.append(places.children.length ? places : make("p", "note", "Nothing was found."));
  return made;
};
const detail = (number) => {
  const question = data.questions[number];
  const made = make("div", "detail");
  if (question.query) made.append(make("p", "note", `Searched for: ${question.query}`));
  if (question.gold.length) made.append(make("h3", "", "Gold"));
  for (const [label, parts] of question.gold) made.append(placed("div", "", label, parts));
  const sides = make("div", "sides");
  sides.append(side(Number(left.value), number), side(Number(right.value), number));
  made.append(sides);
  return made;
};
const item = ({ number, change }) => {
  const question = data.questions[number];
  const made = make("details", "case");
  const line = make("summary");
  const direction = change > 0 ? "up" : change < 0 ? "down" : "";
  const sign = change > 0 ? "+" : "";
  line.append(make("span", `change ${direction}`, `${sign}${change.toFixed(4)}`));
  line.append(make("span", "question", question.text));
  const loser = change > 0 ? Number(right.value) : Number(left.value);
  const stage = change === 0 ? "" : data.losses[loser][number];
  line.append(make("span", "place", [question.id, question.about, stage].filter(Boolean).join(" · ")));
  made.append(line);
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(detail(number));
  });
  return made;
};
const differences = () => {
  const [first, second] = [data.scores[left.value], data.scores[right.value]];
  const wanted = filter.value.trim().toLowerCase();
  return data.questions
    .map((question, number) => ({ question, number, change: first[number] - second[number] }))
    .filter(({ number }) => first[number] !== null && second[number] !== null)
    .filter(({ question }) => `${question.id} ${question.text} ${question.about}`.toLowerCase().includes(wanted));
};
const more = (rest) => {
  for (const one of rest.splice(0, PAGE)) list.append(item(one));
  if (!rest.length) return;
  const button = make("button", "more", `Show more (${rest.length})`);
  button.type = "button";
  button.addEventListener("click", () => {
    const last = list.children.length - 1;
    button.remove();
    more(rest);
    list.children[last].firstChild.focus();
  });
  list.append(button);
};
const refresh = () => {
  const all = differences();
  const wins = all.filter(({ change }) => change > 0).length;
  const lost = all.filter(({ change }) => change < 0).length;
  const cut = data.cut ? " For the size of this page, some passages show their place only." : "";
  count.textContent = `${wins} won, ${lost} lost, ${all.length - wins - lost} level.${cut}`;
  const chosen = all.filter(({ change }) => KINDS[kind.value](change));
  chosen.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.number - b.number);
  list.replaceChildren();
  if (!chosen.length) list.append(make("p", "note", "No such question."));
  more(chosen);
};
for (const control of [left, right, kind]) control.addEventListener("change", refresh);
filter.addEventListener("input", refresh);
if (data.cells.length) refresh();
