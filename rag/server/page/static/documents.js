// The list of documents of a collection, with removal and uploads; knows no questions.

import { getDocuments, removeDocument, upload } from "./api.js";
import { confirm } from "./dialog.js";
import { announce, byId, el, icon, iconButton } from "./dom.js";
import { showFailure } from "./failure.js";
import { t } from "./i18n.js";
import { nameOf } from "./markdown.js";

const SHOWN = 200;
const FILTER_FROM = 8;

export class Documents {
  /** `server` has collection, canWrite and mostBytes; `on` has openSource(reference) and changed(). */
  constructor(server, on) {
    this.server = server;
    this.on = on;
    this.uploads = [];
    this.working = false;
    this.queue = el("ul", { class: "uploads", "aria-label": t("uploads") });
    this.list = el("ul", { class: "documents" });
    this.filter = el("input", { type: "search", placeholder: t("filter"), "aria-label": t("filter"), oninput: () => this.draw() });
    this.state = el("div");
  }

  show(body) {
    for (const row of this.queue.querySelectorAll(".done")) row.remove();
    body.replaceChildren(this.adding(), this.queue, this.filter, this.state, this.list);
    this.refresh();
  }

  adding() {
    if (!this.server.canWrite) return el("p", { class: "quiet" }, t("readOnly"));
    return el("button", { type: "button", class: "add", onclick: () => byId("files").click() }, icon("upload"), el("strong", {}, t("addDocuments")), el("span", {}, t("emptyText")));
  }

  async refresh() {
    const { collection } = this.server;
    try {
      const found = await getDocuments(collection);
      if (collection !== this.server.collection) return;
      this.found = found;
      this.state.replaceChildren();
      this.draw();
    } catch (error) {
      this.list.replaceChildren();
      showFailure(this.state, error, () => this.refresh());
    }
  }

  draw() {
    const wanted = this.filter.value.trim().toLowerCase();
    this.filter.hidden = this.found.length < FILTER_FROM;
    const matching = this.found.filter((one) => `${one.title} ${one.source}`.toLowerCase().includes(wanted));
    const rows = matching.slice(0, SHOWN).map((one) => this.row(one));
    if (matching.length > SHOWN) rows.push(el("li", { class: "quiet" }, t("more", { count: matching.length - SHOWN })));
    if (!matching.length) rows.push(el("li", { class: "quiet" }, t(this.found.length ? "noMatch" : "empty")));
    this.list.replaceChildren(...rows);
  }

  row(found) {
    const name = nameOf(found);
    const failed = found.status === "failed";
    const file = found.source.split("/").pop();
    const about = failed ? el("span", { class: "where bad" }, `${t("unreadable")}: ${found.error}`) : el("span", { class: "where" }, `${file === name ? found.kind : file} · ${t("passageCount", { count: found.passages })}`);
    const words = [el("bdi", { class: "name" }, name), about];
    const open = failed
      ? el("div", { class: "opener" }, icon("warn"), el("span", { class: "names" }, ...words))
      : el("button", { type: "button", class: "opener", title: found.source, onclick: () => this.on.openSource(found.source) }, icon("file"), el("span", { class: "names" }, ...words));
    return el("li", {}, open, this.server.canWrite ? iconButton("trash", t("forgetName", { name }), () => this.forget(found)) : null);
  }

  async forget(found) {
    if (!(await confirm(t("forgetTitle", { name: nameOf(found) }), t("forgetText"), t("forget")))) return;
    try {
      await removeDocument(this.server.collection, found.source);
      await this.refresh();
      this.on.changed();
      byId("panel-title").focus();
    } catch (error) {
      showFailure(this.state, error, () => this.refresh());
    }
  }

  /** Upload files one after the other; each has its own progress and its own error. */
  add(files) {
    for (const file of files) this.uploads.push(this.uploading(file));
    if (!this.working) this.work();
  }

  uploading(file) {
    const bar = el("progress", { max: "1", value: "0", "aria-label": file.name });
    const state = el("span", { class: "where" }, t("waiting"));
    const row = el("li", {}, icon("file"), el("span", { class: "names" }, el("bdi", { class: "name" }, file.name), bar, state));
    this.queue.append(row);
    return { file, collection: this.server.collection, row, bar, state };
  }

  async work() {
    this.working = true;
    while (this.uploads.length) await this.send(this.uploads.shift());
    this.working = false;
    await this.refresh();
    this.on.changed();
  }

  async send({ file, collection, row, bar, state }) {
    const onProgress = (share) => {
      bar.value = share;
      if (share === 1) bar.removeAttribute("value"); // on the server's side there is no telling how far
      state.textContent = share < 1 ? t("uploading", { percent: Math.round(100 * share) }) : t("indexing");
    };
    try {
      await upload(file, { collection, most: this.server.mostBytes, onProgress });
      row.classList.add("done");
      state.textContent = t("added");
      announce(t("uploadDone", { name: file.name }));
    } catch (error) {
      row.classList.add("failed");
      state.textContent = [error.message, error.detail].filter(Boolean).join(" ");
      announce(t("uploadFailed", { name: file.name }));
    }
    bar.remove();
  }
}

/** Let files be dropped anywhere on the page. */
export function acceptDrops(onFiles, { allowed, label }) {
  const cover = byId("drop");
  let depth = 0;
  const cares = (event) => event.dataTransfer?.types.includes("Files") && allowed();
  const end = () => { depth = 0; cover.hidden = true; };
  window.addEventListener("dragenter", (event) => {
    if (!cares(event)) return;
    event.preventDefault();
    depth += 1;
    byId("drop-text").textContent = label();
    cover.hidden = false;
  });
  window.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); });
  window.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) end(); });
  window.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser would leave the page for the file
    const files = [...event.dataTransfer.files];
    end();
    if (files.length && allowed()) onFiles(files);
  });
}
