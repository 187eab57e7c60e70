// The box a question is written in, and how it is to be searched; knows no answers.

import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { loadChoices, saveChoices } from "./store.js";

const TALLEST = 200;

export class Composer {
  /** `on` has ask({ question, give, mode, k }), stop() and collectionChosen(name). */
  constructor(on) {
    this.on = on;
    this.isBusy = false;
    this.isReady = false;
    this.isWaiting = false;
    this.choices = loadChoices();
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    byId("question").addEventListener("keydown", (event) => this.key(event));
    byId("question").addEventListener("input", () => this.fit());
    byId("stop").addEventListener("click", () => this.on.stop());
    for (const name of ["collection", "mode", "k"]) byId(name).addEventListener("change", () => this.chosen());
    byId("composer").elements.give.forEach((one) => one.addEventListener("change", () => this.chosen()));
    document.addEventListener("pointerdown", (event) => { if (!byId("options").contains(event.target)) byId("options").open = false; });
    byId("options").addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !byId("options").open) return;
      byId("options").open = false;
      byId("options").querySelector("summary").focus();
    });
  }

  /** Offer what the server has; a choice that is no longer there is dropped. */
  offer({ collections, modes, defaults }) {
    this.defaults = defaults;
    const names = collections.map((one) => one.name);
    byId("collection").replaceChildren(...names.map((name) => el("option", { value: name }, name)));
    byId("mode").replaceChildren(...modes.map((mode) => el("option", { value: mode }, t(mode))));
    const { collection, mode, k, give } = this.choices;
    this.choose({
      collection: names.includes(collection) ? collection : names[0],
      mode: modes.includes(mode) ? mode : defaults.mode,
      k: k ?? defaults.k,
      give: give === "passages" ? give : "answer",
    });
    this.isReady = true;
    if (this.isWaiting) this.submit();
  }

  choose(choices) {
    Object.assign(this.choices, choices);
    byId("collection").value = this.choices.collection;
    byId("mode").value = this.choices.mode;
    byId("k").value = this.choices.k;
    byId("composer").elements.give.value = this.choices.give;
    this.chosen();
  }

  chosen() {
    // Before the server has said what it holds only this can be chosen; `offer` settles the rest.
    if (!this.defaults) {
      this.choices.give = byId("composer").elements.give.value;
      return;
    }
    const before = this.choices.collection;
    const k = Math.round(Math.min(100, Math.max(1, Number(byId("k").value) || 1)));
    byId("k").value = k;
    this.choices = { collection: byId("collection").value, mode: byId("mode").value, k, give: byId("composer").elements.give.value };
    // What the server says by default is not kept: it may say something else tomorrow.
    const { defaults, choices } = this;
    saveChoices({ ...choices, mode: choices.mode === defaults.mode ? undefined : choices.mode, k: k === defaults.k ? undefined : k });
    byId("options-summary").textContent = [this.choices.collection, t(this.choices.mode), k].join(" · ");
    if (before !== this.choices.collection || !this.told) this.on.collectionChosen(this.choices.collection);
    this.told = true;
  }

  key(event) {
    // While a Chinese word is being composed, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    // Asked before the server has said what it holds: sent as soon as it has.
    this.isWaiting = !this.isReady;
    const question = byId("question").value.trim();
    if (!question || this.isBusy || !this.isReady) return;
    byId("question").value = "";
    this.fit();
    const { give, mode, k } = this.choices;
    this.on.ask({ question, give, mode, k });
  }

  fit() {
    const area = byId("question");
    area.style.height = "auto";
    area.style.height = `${Math.min(TALLEST, area.scrollHeight)}px`;
  }

  /** Show Stop instead of Send while an answer is on its way. */
  busy(isBusy) {
    const hadFocus = [byId("send"), byId("stop")].includes(document.activeElement);
    this.isBusy = isBusy;
    byId("send").hidden = isBusy;
    byId("stop").hidden = !isBusy;
    if (hadFocus) byId("question").focus();
  }
}
