// Writes an answer as Markdown with its sources; knows no page.

/** Return the place of a citation or passage: title, page and name of the source. */
export function placeOf(cited, pageWord) {
  const page = cited.page ? `, ${pageWord(cited.page)}` : "";
  return `${nameOf(cited)}${page}`;
}

/** Return what a document is called: its title, else the last part of its name. */
export function nameOf(cited) {
  return cited.title || cited.source.split("/").pop() || cited.source;
}

/** Return the words of a citation; unconfirmed ones are the answer's own, with its Markdown. */
export function quoteOf(cited) {
  return cited.verified ? cited.quote : cited.quote.replace(/[*`]+/g, "").replace(/^[\s,.;:，。；：、]+/, "");
}

export function referenceOf(cited) {
  return `${cited.source}:${cited.start_index}-${cited.end_index}`;
}

/** Return a turn as Markdown. */
export function toMarkdown(turn, words) {
  const lines = [`**${turn.question.trim()}**`, "", turn.text ?? ""];
  if (turn.give === "passages") lines.push(...turn.passages.map((one) => passage(one, words)));
  if (turn.citations?.length) lines.push("", `${words.sources}:`, "", ...turn.citations.map((one) => source(one, words)));
  if (turn.notice) lines.push("", `_${turn.notice}_`);
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n").trim()}\n`;
}

function source(citation, words) {
  const doubt = citation.verified ? "" : ` (${words.unverified})`;
  const quote = quoteOf(citation).trim().replace(/\s+/g, " ");
  return `[${citation.number}] ${placeOf(citation, words.page)} — ${citation.source}${doubt}  \n> ${quote}\n`;
}

function passage(found, words) {
  const text = found.text.trim().split("\n").map((line) => `> ${line}`).join("\n");
  return `${found.rank}. ${placeOf(found, words.page)} — ${found.source}\n\n${text}\n`;
}
