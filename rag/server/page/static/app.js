// The page: puts its parts together and asks the questions.

import { ask, getCollections, onKeyNeeded, search } from "./api.js";
import { Composer } from "./composer.js";
import { askForKey } from "./dialog.js";
import { acceptDrops, Documents } from "./documents.js";
import { announce, byId, el, icon } from "./dom.js";
import { showFailure } from "./failure.js";
import { t, translatePage } from "./i18n.js";
import { Panel } from "./panel.js";
import { Sidebar } from "./sidebar.js";
import { Conversations } from "./store.js";
import { TurnView } from "./turn.js";

// Turns that are sent along with a question; the server has a limit to what it takes.
const MOST_HISTORY = 20;

class Page {
  constructor() {
    this.server = { collections: [], collection: null, canWrite: false, mostBytes: 0 };
    this.conversations = new Conversations();
    this.running = null;
    this.documents = new Documents(this.server, {
      openSource: (reference) => this.panel.openSource(this.server.collection, reference),
      changed: () => this.refresh(),
    });
    this.panel = new Panel(this.documents);
    this.composer = new Composer({
      ask: (wanted) => this.ask(wanted),
      stop: () => this.running?.abort(),
      collectionChosen: (name) => this.chooseCollection(name),
    });
    this.sidebar = new Sidebar(this.conversations, { select: (id) => this.select(id), changed: () => this.edited() });
  }

  async start() {
    onKeyNeeded(askForKey);
    byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("question").focus(); });
    byId("open-documents").addEventListener("click", () => this.panel.openDocuments());
    byId("attach").addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", (event) => { this.upload([...event.target.files]); event.target.value = ""; });
    acceptDrops((files) => this.upload(files), { allowed: () => this.server.canWrite, label: () => t("dropHere", { collection: this.server.collection }) });
    window.addEventListener("storage", (event) => this.otherTab(event));
    await this.connect();
  }

  /** Learn what the server holds; everything else waits for it. */
  async connect() {
    try {
      const found = await getCollections();
      this.server.canWrite = found.can_write;
      this.server.mostBytes = found.max_upload_bytes;
      this.server.collections = found.collections;
      byId("attach").hidden = !found.can_write;
      this.draw();
      this.composer.offer(found);
      await this.panel.route();
      if (!this.panel.isOpen) byId("question").focus();
    } catch (error) {
      showFailure(byId("transcript"), error, () => this.connect());
    }
  }

  /** Count again after documents came or went. */
  async refresh() {
    const found = await getCollections().catch(() => null);
    if (!found) return;
    this.server.collections = found.collections;
    this.drawCount();
    if (!this.conversations.current) this.draw();
  }

  chooseCollection(name) {
    this.server.collection = name;
    if (location.hash === "#/documents") this.documents.refresh();
    this.drawCount();
    if (!this.conversations.current) this.draw();
  }

  /** A conversation was renamed or deleted. */
  edited() {
    if (!this.conversations.current) this.running?.abort();
    this.draw();
  }

  /** Another tab has kept something; what is on the screen here stays. */
  otherTab({ key }) {
    if (this.running || !this.conversations.isKeptAs(key)) return;
    const before = JSON.stringify(this.conversations.current);
    this.conversations.reload();
    if (JSON.stringify(this.conversations.current) === before) this.sidebar.draw();
    else this.draw();
  }

  upload(files) {
    if (!files.length) return;
    this.panel.openDocuments();
    this.documents.add(files);
  }

  select(id) {
    this.running?.abort();
    this.conversations.select(id);
    const collection = this.conversations.current?.collection;
    if (this.server.collections.some((one) => one.name === collection)) this.composer.choose({ collection });
    this.draw();
    byId("question").focus();
  }

  /** Ask a question as a new turn. */
  ask(wanted) {
    const turn = this.conversations.add({ ...wanted, collection: this.server.collection });
    this.run(turn);
  }

  retry(turn) {
    if (this.running) return;
    this.run(turn);
  }

  async run(turn) {
    const before = this.history(turn);
    Object.assign(turn, { state: "running", text: "", html: null, searchQuery: null, passages: null, citations: [], error: null });
    this.keep();
    this.draw();
    const stopping = new AbortController();
    this.running = stopping;
    this.composer.busy(true);
    announce(t("searching"));
    try {
      if (turn.give === "passages") await this.search(turn, stopping.signal);
      else await this.answer(turn, before, stopping.signal);
      turn.state = "done";
      announce(turn.text || t("found", { count: turn.passages.length }));
    } catch (error) {
      this.fail(turn, error);
    }
    this.running = null;
    this.composer.busy(false);
    this.show(turn);
    this.keep();
  }

  fail(turn, error) {
    if (error.name === "AbortError") {
      turn.state = "stopped";
      announce(t("stopped"));
      return;
    }
    turn.state = "failed";
    turn.error = { message: error.message, detail: error.detail ?? "", id: error.id ?? "" };
    if (error.status === undefined) console.error(error); // ours to mend
  }

  async search(turn, signal) {
    const { question, collection, mode, k } = turn;
    const found = await search({ query: question, collection, mode, k, explain: true }, signal);
    turn.passages = found.passages;
  }

  async answer(turn, history, signal) {
    const { question, collection, mode, k } = turn;
    for await (const event of ask({ question, history, collection, mode, k }, signal)) this.take(turn, event);
  }

  take(turn, { name, data }) {
    if (name === "search_started") turn.searchQuery = data.query;
    if (name === "passages_found") turn.passages = data.passages;
    if (name === "text_chunk") {
      turn.text += data.text;
      return this.views.get(turn)?.append(data.html);
    }
    if (name === "answer_finished") Object.assign(turn, { text: data.text, html: data.html, answered: data.answered, citations: data.citations, passages: data.passages, notice: data.notice, searchQuery: data.search_query });
    return name === "answer_finished" ? null : this.show(turn);
  }

  /** The conversation before a turn, as the server wants it. */
  history(turn) {
    const turns = this.conversations.current.turns;
    return turns.slice(0, turns.indexOf(turn))
      .filter((one) => one.give === "answer" && one.state === "done")
      .slice(-MOST_HISTORY)
      .flatMap((one) => [{ role: "user", content: one.question }, { role: "assistant", content: one.text }]);
  }

  keep() {
    if (!this.conversations.save()) announce(t("full"));
    this.sidebar.draw();
  }

  draw() {
    const { current } = this.conversations;
    byId("title").textContent = current?.title ?? t("untitled");
    document.title = current ? `${current.title} · rag` : "rag";
    this.sidebar.draw();
    this.drawCount();
    this.views = new Map((current?.turns ?? []).map((turn) => [turn, this.view(turn)]));
    byId("transcript").replaceChildren(...(current ? [...this.views.values()].map((one) => one.node) : [this.welcome()]));
    byId("transcript").lastChild.scrollIntoView();
  }

  view(turn) {
    return new TurnView(turn, {
      openSource: (collection, reference, citation) => this.panel.openSource(collection, reference, citation),
      retry: (one) => this.retry(one),
    });
  }

  drawCount() {
    byId("count").textContent = this.holds()?.documents ?? "";
  }

  holds() {
    return this.server.collections.find((one) => one.name === this.server.collection);
  }

  show(turn) {
    this.views.get(turn)?.update();
  }

  welcome() {
    const holds = this.holds();
    if (!holds?.documents) return this.invitation();
    return el(
      "section", { class: "welcome" },
      el("img", { src: "page/icon.svg", alt: "", width: "56", height: "56" }),
      el("h2", {}, t("welcome")), el("p", {}, t("welcomeText")),
      el("p", { class: "quiet" }, [t("documentCount", { count: holds.documents }), t("passageCount", { count: holds.passages })].join(" · ")),
      el("div", { class: "choices" },
        el("button", { type: "button", onclick: () => this.panel.openDocuments() }, icon("files"), t("browse")),
        this.server.canWrite ? el("button", { type: "button", onclick: () => byId("files").click() }, icon("upload"), t("addDocuments")) : null),
    );
  }

  invitation() {
    const can = this.server.canWrite;
    return el(
      "section", { class: "welcome" },
      el("h2", {}, t("empty")), el("p", {}, t(can ? "emptyText" : "emptyReadOnly")),
      can ? el("button", { type: "button", class: "primary", onclick: () => byId("files").click() }, icon("upload"), t("addDocuments")) : null,
    );
  }
}

translatePage();
new Page().start();
