// Puts a button and a chat on any site: <script src="https://rag.example/widget.js" data-collection="default"></script>
// The site must be named in server.cors_origins; data-key is a key made for it, which every visitor can read.
// It keeps nothing and styles only itself; a strict site needs this server in script-src and connect-src.

(() => {
  const script = document.currentScript;
  const root = new URL("./", script.src);
  const { collection = null, key = "", title = "" } = script.dataset;

  const WORDS = {
    en: { open: "Ask the documents", close: "Close", placeholder: "Ask a question…", send: "Send", searching: "Searching…", sources: "Sources", page: "page", notAnswered: "Not in the documents", unverified: "not confirmed", failed: "The question could not be answered.", id: "Error id", asked: "You asked" },
    zh: { open: "向文档提问", close: "关闭", placeholder: "请输入问题…", send: "发送", searching: "正在检索…", sources: "来源", page: "页", notAnswered: "文档中没有答案", unverified: "未证实", failed: "无法回答这个问题。", id: "错误编号", asked: "你问" },
  };
  const language = navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in WORDS) ?? "en";
  const words = WORDS[language];

  const STYLE = `
    :host { all: initial; color-scheme: light dark; position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
      --ground: light-dark(#fff, #1b1f24); --text: light-dark(#1a2126, #e7eaed); --quiet: light-dark(#566069, #a4aeb8); --line: light-dark(#dfe3e6, #3a414a);
      --accent: light-dark(#0f766e, #4fd1c1); --on: light-dark(#fff, #08211e); --soft: light-dark(#dff3f0, #17362f); --warn: light-dark(#8a4b00, #f5bd6b); --bad: light-dark(#a61b1b, #ff9d95);
      font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: var(--text); }
    * { box-sizing: border-box; font: inherit; }
    [hidden] { display: none !important; }
    button { cursor: pointer; border: 0; background: none; color: inherit; padding: 0; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .toggle { display: flex; align-items: center; gap: 8px; padding: 12px 18px; border-radius: 999px; background: var(--accent); color: var(--on); font-weight: 600; box-shadow: 0 6px 24px #0004; }
    .panel { display: flex; flex-direction: column; width: min(390px, calc(100vw - 24px)); height: min(600px, calc(100dvh - 40px)); background: var(--ground); border: 1px solid var(--line); border-radius: 16px; box-shadow: 0 12px 40px #0004; overflow: hidden; }
    header { display: flex; align-items: center; padding: 12px 12px 12px 16px; border-bottom: 1px solid var(--line); }
    h2 { flex: 1; margin: 0; font-weight: 650; }
    .close { width: 32px; height: 32px; border-radius: 8px; font-size: 20px; line-height: 1; color: var(--quiet); }
    .log { flex: 1; overflow-y: auto; padding: 14px 16px; overflow-wrap: anywhere; }
    .asked { width: fit-content; max-width: 88%; margin: 0 0 10px auto; padding: 7px 12px; border-radius: 14px 14px 4px; background: var(--soft); white-space: pre-wrap; }
    .reply { margin: 0 0 20px; }
    .reply p, .reply ul, .reply ol, .reply pre { margin: 0 0 .6em; }
    .reply strong { font-weight: 650; } .reply em { font-style: italic; }
    .reply code, .reply pre { font-family: ui-monospace, Consolas, monospace; font-size: 13px; } .reply pre { overflow-x: auto; }
    .reply table { border-collapse: collapse; display: block; overflow-x: auto; } .reply td, .reply th { border: 1px solid var(--line); padding: 3px 8px; text-align: start; }
    .quiet { color: var(--quiet); font-size: 13px; }
    .not { color: var(--warn); font-weight: 600; } .bad { color: var(--bad); }
    .cite { display: inline-block; min-width: 1.5em; padding: 0 .4em; border-radius: 6px; background: var(--soft); color: var(--accent); font-size: 12px; font-weight: 650; text-align: center; text-decoration: none; }
    .cite.unverified { color: var(--warn); outline: 1px dashed var(--warn); }
    .sources { list-style: none; margin: 8px 0 0; padding: 0; display: grid; gap: 6px; }
    .sources a { color: var(--accent); } .sources q { display: block; color: var(--quiet); font-size: 13px; quotes: "“" "”"; }
    form { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); }
    input { flex: 1; min-width: 0; padding: 8px 12px; border: 1px solid var(--line); border-radius: 10px; background: transparent; color: inherit; }
    input::placeholder { color: var(--quiet); opacity: 1; }
    .send { padding: 8px 14px; border-radius: 10px; background: var(--accent); color: var(--on); font-weight: 600; } .send:disabled { opacity: .6; }
  `;

  const el = (tag, properties, ...children) => {
    const { onclick, ...attributes } = properties ?? {};
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (onclick) node.addEventListener("click", onclick);
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  };

  const history = [];
  const host = el("div", { lang: language });
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // allowed by a site that forbids inline styles
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];

  const log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0", "aria-label": words.open });
  const input = el("input", { "aria-label": words.placeholder, placeholder: words.placeholder, autocomplete: "off", maxlength: "4000" });
  const send = el("button", { class: "send", type: "submit" }, words.send);
  const form = el("form", {}, input, send);
  const toggle = el("button", { class: "toggle", type: "button", "aria-expanded": "false", onclick: () => open(true) }, title || words.open);
  const close = el("button", { class: "close", type: "button", "aria-label": words.close, onclick: () => open(false) }, "×");
  const panel = el("section", { class: "panel", role: "dialog", "aria-label": title || words.open }, el("header", {}, el("h2", {}, title || words.open), close), log, form);
  panel.hidden = true;
  shadow.append(toggle, panel);

  function open(isOpen) {
    panel.hidden = !isOpen;
    toggle.hidden = isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? input : toggle).focus();
  }

  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = input.value.trim();
    if (!question || send.disabled) return;
    input.value = "";
    answer(question);
  });

  async function answer(question) {
    const reply = el("div", { class: "reply", dir: "auto", "aria-busy": "true" }, words.searching);
    log.append(el("p", { class: "asked", dir: "auto", "aria-label": `${words.asked}: ${question}` }, question), reply);
    log.scrollTop = log.scrollHeight;
    send.disabled = true;
    try {
      const found = await ask(question, (html) => draw(reply, html));
      show(reply, found);
      history.push({ role: "user", content: question }, { role: "assistant", content: found.text });
    } catch (error) {
      reply.replaceChildren(el("p", { class: "bad" }, words.failed), el("p", { class: "quiet" }, error.message));
    }
    reply.removeAttribute("aria-busy");
    send.disabled = false;
    input.focus();
  }

  async function ask(question, onText) {
    const response = await fetch(new URL("api/ask", root), {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ question, history: history.slice(-40), collection, stream: true, html: true }),
    });
    if (!response.ok) throw new Error(said(await response.json().catch(() => ({}))));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "", finished = null;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const blocks = (held + value).split("\n\n");
      held = blocks.pop();
      for (const block of blocks) {
        const [, name, json] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
        const data = json && JSON.parse(json);
        if (name === "text_chunk" && data.html) onText(data.html);
        if (name === "failed") throw new Error(said(data));
        if (name === "answer_finished") finished = data;
      }
    }
    if (!finished) throw new Error("");
    return finished;
  }

  const said = (body) => [body.detail, body.error?.id && `${words.id}: ${body.error.id}`].filter(Boolean).join(" ");

  function draw(reply, html) {
    reply.innerHTML = html; // made safe by the server
    for (const marker of reply.querySelectorAll("button.cite")) marker.disabled = true;
  }

  function show(reply, found) {
    draw(reply, found.html);
    if (!found.answered) reply.prepend(el("p", { class: "not" }, words.notAnswered));
    for (const marker of reply.querySelectorAll("button.cite")) {
      const citation = found.citations.find((one) => one.number === Number(marker.dataset.number));
      marker.replaceWith(citation ? link(citation, String(citation.number), marker.className) : `[${marker.textContent}]`);
    }
    if (found.notice) reply.append(el("p", { class: "quiet" }, found.notice));
    if (found.citations.length) reply.append(el("ol", { class: "sources", "aria-label": words.sources }, ...found.citations.map(source)));
  }

  function source(citation) {
    const page = citation.page ? `, ${words.page} ${citation.page}` : "";
    const doubt = citation.verified ? "" : ` (${words.unverified})`;
    return el("li", { dir: "auto" }, link(citation, `[${citation.number}] ${nameOf(citation)}${page}`, ""), doubt, el("q", {}, citation.quote));
  }

  function link(citation, text, kind) {
    const reference = `${citation.source}:${citation.start_index}-${citation.end_index}`;
    const wanted = new URLSearchParams(collection ? { collection, reference } : { reference });
    return el("a", { class: kind, href: new URL(`#/source?${wanted}`, root).href, target: "_blank", rel: "noopener", "aria-label": `${words.sources} ${citation.number}: ${nameOf(citation)}` }, text);
  }

  const nameOf = (citation) => citation.title || citation.source.split("/").pop();

  const start = () => document.body.append(host);
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
