// Shows one question and what came of it; knows neither the server nor what is kept.

import { copyText, el, icon, iconButton, setSafeHtml } from "./dom.js";
import { failureCard } from "./failure.js";
import { t } from "./i18n.js";
import { nameOf, placeOf, quoteOf, referenceOf, toMarkdown } from "./markdown.js";

const pageWord = (page) => t("page", { page });

/** A turn on the screen. `on` has openSource(collection, reference, citation) and retry(turn). */
export class TurnView {
  constructor(turn, on) {
    this.turn = turn;
    this.on = on;
    this.body = el("div", { class: "reply" });
    this.node = el("article", { class: "turn" }, el("h2", { class: "asked", dir: "auto" }, turn.question), this.body);
    this.update();
  }

  /** Draw everything anew from the turn. */
  update() {
    const { turn } = this;
    this.live = null;
    this.body.toggleAttribute("aria-busy", turn.state === "running");
    this.body.replaceChildren(...this.parts().filter(Boolean));
  }

  parts() {
    const { turn } = this;
    const head = [this.searched()];
    if (turn.state === "running") return [...head, this.streaming(), this.progress()];
    if (turn.state === "failed") return [...head, turn.text ? this.plain() : null, this.failure()];
    if (turn.give === "passages") return [...head, this.passages(), this.actions()];
    if (turn.state === "stopped") return [...head, turn.text ? this.plain() : null, this.stopped(), this.actions()];
    return [...head, this.answer(), this.notice(), this.sources(), this.actions(), this.found()];
  }

  /** Show text that has just come, without drawing the rest anew; `html` is all of it, rendered. */
  append(html) {
    if (!this.live) this.update();
    if (!html) return;
    this.live.classList.remove("plain");
    setSafeHtml(this.live, html);
    for (const marker of this.live.querySelectorAll("button.cite")) marker.disabled = true;
  }

  searched() {
    const { searchQuery, question } = this.turn;
    if (!searchQuery) return null;
    const same = searchQuery.trim() === question.trim();
    return el("p", { class: same ? "searched same" : "searched", dir: "auto" }, icon("search"), el("span", {}, t("searchedFor", { query: searchQuery })));
  }

  streaming() {
    if (!this.turn.text) return null;
    this.live = this.plain();
    return this.live;
  }

  plain() {
    return el("div", { class: "prose plain", dir: "auto" }, this.turn.text);
  }

  progress() {
    const { turn } = this;
    const words = !turn.searchQuery ? t("searching") : !turn.passages ? t("searching") : t("reading", { count: turn.passages.length });
    return el("p", { class: "progress" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), turn.text ? t("answering") : words);
  }

  answer() {
    const { turn } = this;
    const prose = el("div", { class: "prose", dir: "auto" });
    if (turn.html) setSafeHtml(prose, turn.html);
    else prose.textContent = turn.text;
    for (const button of prose.querySelectorAll("button.cite")) this.bind(button);
    if (turn.answered) return prose;
    return el("div", { class: "card not-answered" }, el("strong", {}, icon("search"), t("notAnswered")), prose);
  }

  /** Make a marker in the answer open what it cites. */
  bind(button) {
    const citation = this.turn.citations.find((one) => one.number === Number(button.dataset.number));
    if (!citation) return button.replaceWith(`[${button.textContent}]`);
    const doubt = citation.verified ? "" : `, ${t("unverifiedHint")}`;
    button.title = `${placeOf(citation, pageWord)}${doubt}`;
    button.setAttribute("aria-label", `${t("citation", { number: citation.number, title: placeOf(citation, pageWord) })}${doubt}`);
    button.addEventListener("click", () => this.open(citation));
  }

  open(citation) {
    this.on.openSource(this.turn.collection, referenceOf(citation), citation);
  }

  notice() {
    return this.turn.notice ? el("p", { class: "notice", dir: "auto" }, this.turn.notice) : null;
  }

  sources() {
    const { citations } = this.turn;
    if (!citations?.length) return null;
    return el("section", { class: "sources", "aria-label": t("sources") }, el("ol", {}, ...citations.map((one) => el("li", {}, this.chip(one)))));
  }

  chip(citation) {
    const doubt = citation.verified ? null : el("span", { class: "doubt", title: t("unverifiedHint") }, icon("warn"), t("unverified"));
    const page = citation.page ? ` · ${pageWord(citation.page)}` : "";
    return el(
      "button",
      { type: "button", class: citation.verified ? "chip" : "chip unverified", title: citation.source, onclick: () => this.open(citation) },
      el("span", { class: "number" }, String(citation.number)),
      el("span", { class: "names" }, el("bdi", { class: "name" }, nameOf(citation), page), doubt, el("bdi", { class: "where" }, quoteOf(citation))),
    );
  }

  actions() {
    const { turn } = this;
    const again = turn.state === "stopped" ? el("button", { type: "button", class: "quiet-button", onclick: () => this.on.retry(turn) }, icon("retry"), t("retry")) : null;
    const copy = el("button", { type: "button", class: "quiet-button", onclick: (event) => this.copy(event.currentTarget) }, icon("copy"), el("span", {}, t("copyMarkdown")));
    return el("div", { class: "actions" }, copy, again);
  }

  async copy(button) {
    const words = { sources: t("sources"), unverified: t("unverified"), page: pageWord };
    const said = await copyText(toMarkdown(this.turn, words)).then(() => t("copied"), () => t("notCopied"));
    button.lastChild.textContent = said;
    setTimeout(() => { button.lastChild.textContent = t("copyMarkdown"); }, 2000);
  }

  stopped() {
    return el("div", { class: "card" }, el("strong", {}, t("stopped")), el("p", {}, t("stoppedText")));
  }

  failure() {
    return failureCard(this.turn.error, () => this.on.retry(this.turn));
  }

  found() {
    const { passages } = this.turn;
    if (!passages?.length) return null;
    return el("details", { class: "found" }, el("summary", {}, t("found", { count: passages.length })), this.list());
  }

  passages() {
    const { passages } = this.turn;
    if (!passages.length) return el("div", { class: "card not-answered" }, el("strong", {}, icon("search"), t("foundNone")));
    return el("section", { "aria-label": t("passages") }, el("p", { class: "quiet" }, t("found", { count: passages.length })), this.list());
  }

  list() {
    const most = Math.max(...this.turn.passages.map((one) => one.score ?? 0));
    return el("ol", { class: "passages" }, ...this.turn.passages.map((one) => this.passage(one, most)));
  }

  passage(found, most) {
    const bar = el("span", { class: "bar-inner" });
    bar.style.width = `${most > 0 ? Math.max(0, Math.min(100, (100 * found.score) / most)) : 0}%`;
    const where = [found.section, found.page ? pageWord(found.page) : ""].filter(Boolean).join(" · ");
    return el(
      "li", { class: "passage" },
      el("header", {},
        el("span", { class: "number" }, String(found.rank)),
        el("span", { class: "names" }, el("bdi", { class: "name" }, nameOf(found)), where ? el("bdi", { class: "where" }, where) : null),
        iconButton("file", t("showSource"), () => this.on.openSource(this.turn.collection, referenceOf(found)))),
      el("p", { class: "scores" }, el("span", { class: "bar-outer", "aria-hidden": "true" }, bar), el("span", {}, `${t("score")} ${number(found.score)}`), ...legs(found)),
      found.lead_in ? el("p", { class: "text lead-in", dir: "auto" }, found.lead_in) : null,
      el("p", { class: "text", dir: "auto" }, found.text),
    );
  }
}

const number = (score) => (typeof score === "number" ? score.toFixed(Math.abs(score) >= 10 ? 1 : 3) : "–");

/** The rank and score of a passage in each search that was fused; one that passed it over has none. */
function legs(found) {
  const names = { dense: t("legDense"), lexical: t("legLexical") };
  return Object.entries(found.legs ?? {})
    .map(([name, leg]) => el("span", { class: "leg" }, `${names[name] ?? name}: ${place(leg)}`));
}

const place = ({ rank, score }) => (rank === null ? t("notProposed") : `${t("rank", { rank })}, ${number(score)}`);
