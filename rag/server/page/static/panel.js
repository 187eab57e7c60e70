// The panel beside the conversation, a sheet on the phone: a source, or the list of documents.
// What it shows is in the address (#/source?…, #/documents), so that it can be linked and gone back from.

import { getSource } from "./api.js";
import { byId, copyText, el, icon, setSafeHtml } from "./dom.js";
import { t } from "./i18n.js";
import { showFailure } from "./failure.js";
import { quoteOf } from "./markdown.js";

const NARROW = window.matchMedia("(max-width: 860px)");

export class Panel {
  /** `documents` is a view with show(body), the other thing a panel can hold. */
  constructor(documents) {
    this.documents = documents;
    this.doubted = null;
    this.opener = null;
    byId("close-panel").addEventListener("click", () => this.close());
    byId("copy-link").addEventListener("click", () => this.copyLink());
    byId("panel").addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    window.addEventListener("hashchange", () => this.route());
    NARROW.addEventListener("change", () => this.isolate());
  }

  get isOpen() {
    return !byId("panel").hidden;
  }

  openSource(collection, reference, citation = null) {
    this.doubted = citation && !citation.verified ? citation : null;
    this.go(`#/source?${new URLSearchParams({ collection, reference })}`);
  }

  openDocuments() {
    this.go("#/documents");
  }

  close() {
    this.go("#/");
  }

  go(hash) {
    if (hash !== "#/" && !byId("panel").contains(document.activeElement)) this.opener = document.activeElement;
    if (location.hash === hash) this.route();
    else location.hash = hash;
  }

  /** Show what the address asks for. */
  async route() {
    const [path, values] = location.hash.split("?");
    const wanted = new URLSearchParams(values);
    if (path === "#/source" && wanted.get("reference")) return this.showSource(wanted.get("collection"), wanted.get("reference"));
    if (path === "#/documents") return this.showDocuments();
    return this.hide();
  }

  reveal(kind, title) {
    byId("panel").hidden = false;
    byId("panel").dataset.kind = kind;
    byId("panel-title").textContent = title;
    byId("copy-link").hidden = kind !== "source";
    document.body.classList.add("with-panel");
    this.isolate();
    byId("panel-title").focus();
  }

  /** On the phone the sheet covers everything, so nothing behind it can be reached. */
  isolate() {
    for (const id of ["main", "sidebar"]) byId(id).inert = this.isOpen && NARROW.matches;
  }

  hide() {
    if (!this.isOpen) return;
    byId("panel").hidden = true;
    document.body.classList.remove("with-panel");
    this.isolate();
    this.doubted = null;
    (this.opener?.isConnected ? this.opener : byId("question")).focus();
  }

  showDocuments() {
    this.reveal("documents", t("documents"));
    this.documents.show(byId("panel-body"));
  }

  async showSource(collection, reference) {
    const body = byId("panel-body");
    this.reveal("source", t("loading"));
    body.replaceChildren(el("p", { class: "quiet" }, t("loading")));
    const asked = location.hash;
    try {
      const source = await getSource(collection, reference);
      if (location.hash === asked) this.fill(body, source);
    } catch (error) {
      byId("panel-title").textContent = t("failed");
      showFailure(body, error, () => this.route());
    }
  }

  fill(body, source) {
    byId("panel-title").textContent = source.title || source.source;
    const places = [source.page ? t("page", { page: source.page }) : "", source.text ? t("line", { line: source.line }) : "", source.section];
    const content = el("div", { class: `prose document ${source.kind}`, dir: "auto" });
    setSafeHtml(content, source.html);
    body.replaceChildren(
      el("p", { class: "source-place" }, el("bdi", { class: "source-name" }, source.source), el("bdi", {}, places.filter(Boolean).join(" · "))),
      ...(this.doubted ? [doubt(this.doubted)] : []),
      content,
    );
    const mark = content.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else body.scrollTop = 0;
  }

  async copyLink() {
    const button = byId("copy-link");
    const said = await copyText(location.href).then(() => t("copied"), () => t("notCopied"));
    button.title = said;
    button.replaceChildren(icon(said === t("copied") ? "check" : "warn"));
    setTimeout(() => { button.replaceChildren(icon("link")); button.title = t("copyLink"); }, 2000);
  }
}

function doubt(citation) {
  return el(
    "div", { class: "card warning", role: "note" },
    el("strong", {}, icon("warn"), t("unverified")),
    el("p", {}, t("unverifiedText")),
    el("blockquote", { dir: "auto" }, quoteOf(citation)),
  );
}
