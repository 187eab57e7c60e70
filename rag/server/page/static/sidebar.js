// The list of conversations; knows not what they hold.

import { askText, confirm } from "./dialog.js";
import { byId, el, iconButton } from "./dom.js";
import { t } from "./i18n.js";
import { loadTheme, saveTheme } from "./store.js";

const THEMES = ["auto", "light", "dark"];

export class Sidebar {
  /** `on` has select(id or null) and changed(). */
  constructor(conversations, on) {
    this.conversations = conversations;
    this.on = on;
    byId("new-conversation").addEventListener("click", () => this.select(null));
    byId("delete-all").addEventListener("click", () => this.removeAll());
    byId("open-sidebar").addEventListener("click", () => this.open(true));
    byId("close-sidebar").addEventListener("click", () => this.open(false));
    byId("sidebar").addEventListener("keydown", (event) => { if (event.key === "Escape") this.open(false); });
    document.addEventListener("pointerdown", (event) => {
      if (!byId("sidebar").contains(event.target) && !byId("dialog").contains(event.target)) this.open(false, { focus: false });
    });
    followTheme();
  }

  /** Slide it in or out, where it is not always there; what it covers cannot be reached meanwhile. */
  open(isOpen, { focus = true } = {}) {
    if (document.body.classList.contains("with-sidebar") === isOpen) return;
    document.body.classList.toggle("with-sidebar", isOpen);
    byId("main").inert = isOpen;
    byId("open-sidebar").setAttribute("aria-expanded", String(isOpen));
    if (focus) byId(isOpen ? "new-conversation" : "open-sidebar").focus();
  }

  select(id) {
    this.open(false, { focus: false });
    this.on.select(id);
  }

  draw() {
    const { all, current } = this.conversations;
    byId("conversations").replaceChildren(...all.map((one) => this.row(one, one === current)));
    byId("delete-all").hidden = !all.length;
  }

  row(one, isCurrent) {
    return el(
      "li", { class: isCurrent ? "current" : "" },
      el("button", { type: "button", class: "conversation", "aria-current": isCurrent ? "true" : null, title: one.title, onclick: () => this.select(one.id) }, el("bdi", {}, one.title)),
      iconButton("edit", `${t("rename")}: ${one.title}`, () => this.rename(one)),
      iconButton("trash", `${t("remove")}: ${one.title}`, () => this.remove(one)),
    );
  }

  async rename(one) {
    const title = await askText(t("renameTitle"), one.title);
    if (title === null) return;
    this.conversations.rename(one.id, title);
    this.on.changed();
  }

  async remove(one) {
    if (!(await confirm(t("removeTitle", { name: one.title }), t("removeText"), t("remove")))) return;
    this.conversations.remove(one.id);
    this.on.changed();
    byId("new-conversation").focus();
  }

  async removeAll() {
    if (!(await confirm(t("removeAllTitle"), t("removeText"), t("remove")))) return;
    this.conversations.removeAll();
    this.on.changed();
    byId("new-conversation").focus();
  }
}

function followTheme() {
  const button = byId("theme");
  let theme = THEMES.find((one) => one === loadTheme()) ?? "auto";
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    button.title = t("theme", { theme: t(theme) });
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    saveTheme(theme);
    apply();
  });
  apply();
}
