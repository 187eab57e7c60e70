// Small helpers to make and fill elements; they know nothing of questions and answers.

export const byId = (id) => document.getElementById(id);

/** Make an element: el("button", { class: "icon", type: "button", onclick }, "text", child …). */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Make one of the pictures of index.html; it is decoration, so a label must stand beside it. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Make a button that shows a picture and is called `label`. */
export function iconButton(name, label, onclick, extra = "") {
  return el("button", { type: "button", class: `icon ${extra}`.trim(), "aria-label": label, title: label, onclick }, icon(name));
}

/** Fill an element with HTML that the server has made safe. */
export function setSafeHtml(node, html) {
  node.innerHTML = html;
}

/** Copy text, also where the page is not on a secure origin and the clipboard is closed to it. */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = el("textarea", { class: "visually-hidden", readonly: true });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy was refused");
}

/** Say something to a screen reader. */
export function announce(text) {
  const status = byId("status");
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}
