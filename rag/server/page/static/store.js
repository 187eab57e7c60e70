// Conversations and choices, kept in this browser; knows no page and no server.

const CONVERSATIONS = "rag.conversations";
const CURRENT = "rag.current";
const THEME = "rag.theme";
const CHOICES = "rag.choices";
const LONGEST_TITLE = 60;

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise; // kept by something else under this name, or storage is switched off
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** The conversations, newest first; each { id, title, collection, turns }. */
export class Conversations {
  constructor() {
    this.removed = new Set();
    this.reload(read(CURRENT, null));
  }

  /** Say whether the browser keeps them under `key`; null stands for everything. */
  isKeptAs(key) {
    return key === CONVERSATIONS || key === null;
  }

  /** Read them again, as another tab may have kept more; the current one stays. */
  reload(current = this.current?.id) {
    this.all = valid(read(CONVERSATIONS, []));
    // A page that was closed while an answer came leaves it unfinished for ever.
    for (const turn of this.all.flatMap((one) => one.turns)) if (turn.state === "running") turn.state = "stopped";
    this.current = this.all.find((one) => one.id === current) ?? null;
  }

  /** Go to a conversation; null is a new one that is kept with its first question. */
  select(id) {
    this.current = this.all.find((one) => one.id === id) ?? null;
    write(CURRENT, id);
  }

  /** Add a question to the current conversation and return it. */
  add(turn) {
    if (!this.current) {
      const title = turn.question.trim().replace(/\s+/g, " ").slice(0, LONGEST_TITLE);
      this.current = { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), title, collection: turn.collection, turns: [] };
      this.all.unshift(this.current);
      write(CURRENT, this.current.id);
    }
    this.current.turns.push(turn);
    return turn;
  }

  rename(id, title) {
    const found = this.all.find((one) => one.id === id);
    if (found && title.trim()) found.title = title.trim().slice(0, 2 * LONGEST_TITLE);
    return this.save();
  }

  remove(id) {
    this.removed.add(id);
    this.all = this.all.filter((one) => one.id !== id);
    if (this.current?.id === id) this.select(null);
    return this.save();
  }

  removeAll() {
    for (const { id } of valid(read(CONVERSATIONS, []))) this.removed.add(id);
    this.all = [];
    this.select(null);
    return this.save();
  }

  /** Keep everything; where the browser is full the oldest go. Returns whether all were kept. */
  save() {
    this.all.push(...this.ofOtherTabs());
    let kept = true;
    while (!write(CONVERSATIONS, this.all)) {
      kept = false;
      const oldest = this.all.findLast((one) => one !== this.current);
      if (!oldest) break;
      this.removed.add(oldest.id);
      this.all = this.all.filter((one) => one !== oldest);
    }
    return kept;
  }

  ofOtherTabs() {
    const known = new Set([...this.removed, ...this.all.map((one) => one.id)]);
    return valid(read(CONVERSATIONS, [])).filter((one) => !known.has(one.id));
  }
}

/** Only what can be shown: the browser may hold anything under our name. */
function valid(kept) {
  return Array.isArray(kept) ? kept.filter((one) => one?.id && Array.isArray(one.turns)) : [];
}

export const loadChoices = () => read(CHOICES, {});

export const saveChoices = (choices) => write(CHOICES, choices);

export const loadTheme = () => read(THEME, null);

export const saveTheme = (theme) => write(THEME, theme);
