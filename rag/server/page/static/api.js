// Speaks the server's /api; knows no page. Every failure is a Failure that can be shown.

import { knows, t } from "./i18n.js";

const ROOT = new URL("../", import.meta.url);
const KEY = "rag.key";
const LARGEST_UNIT = 1e6;

/** What went wrong, as a person is told of it; `id` finds it in the server's log. */
export class Failure extends Error {
  constructor(status, { detail = "", id = "" } = {}) {
    super(messageOf(status));
    this.status = status;
    this.detail = status >= 400 && status < 500 ? detail : "";
    this.id = id;
  }
}

function messageOf(status) {
  if (status === 0) return t("offline");
  return knows(`error.${status}`) ? t(`error.${status}`) : t("failed");
}

let askForKey = async () => null;
let asking = null;

/** Say how a key is asked for: a function of whether the last one was wrong, giving a key or null. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

function authorization() {
  const key = sessionStorage.getItem(KEY);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Ask once, however many requests wait for it; returns whether there is a key now. */
function obtainKey(used) {
  if (sessionStorage.getItem(KEY) !== used) return Promise.resolve(true);
  asking ??= askForKey(used !== null)
    .then((key) => {
      if (key) sessionStorage.setItem(KEY, key);
      return Boolean(key);
    })
    .finally(() => { asking = null; });
  return asking;
}

async function send(path, options = {}) {
  const used = sessionStorage.getItem(KEY);
  let response;
  try {
    response = await fetch(new URL(path, ROOT), { ...options, headers: { ...options.headers, ...authorization() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(0);
  }
  if (response.ok) return response;
  if (response.status === 401 && (await obtainKey(used))) return send(path, options);
  throw await failureOf(response);
}

async function failureOf(response) {
  return new Failure(response.status, saidIn(await response.text().catch(() => "")));
}

function saidIn(text) {
  try {
    const body = JSON.parse(text);
    return { detail: body.detail ?? "", id: body.error?.id ?? "" };
  } catch {
    return {};
  }
}

const asJson = (body, signal) => ({
  method: "POST",
  signal,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));

export const getCollections = async () => (await send("api/collections")).json();

export const search = async (body, signal) => (await send("api/search", asJson(body, signal))).json();

export async function getDocuments(collection) {
  return (await (await send(`api/documents?${query({ collection })}`)).json()).documents;
}

export async function removeDocument(collection, source) {
  await send(`api/documents?${query({ collection, source })}`, { method: "DELETE" });
}

export async function getSource(collection, reference) {
  const wanted = query({ collection, reference, context: "12000", html: "true" });
  return (await send(`api/source?${wanted}`)).json();
}

/** Yield { name, data } for each event of answering, until the answer is finished. */
export async function* ask(body, signal) {
  const response = await send("api/ask", asJson({ ...body, stream: true, html: true }, signal));
  let isFinished = false;
  for await (const event of eventsIn(response.body)) {
    if (event.name === "failed") throw new Failure(event.data.status, saidIn(JSON.stringify(event.data)));
    isFinished ||= event.name === "answer_finished";
    yield event;
  }
  if (!isFinished) throw Object.assign(new Failure(502), { message: t("brokeOff") });
}

async function* eventsIn(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const blocks = (held + value).split("\n\n");
      held = blocks.pop();
      yield* blocks.map(eventOf).filter(Boolean);
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw Object.assign(new Failure(0), { message: t("brokeOff") });
  }
}

function eventOf(block) {
  const name = /^event: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  return name && data ? { name, data: JSON.parse(data) } : null;
}

/** Upload a file; `onProgress` is told the share that has been sent, 0 to 1. */
export async function upload(file, { collection, most, onProgress }) {
  if (most && file.size > most) {
    throw new Failure(413, { detail: t("tooLarge", { size: `${(most / LARGEST_UNIT).toFixed(0)} MB` }) });
  }
  const used = sessionStorage.getItem(KEY);
  const { status, text } = await sendFile(file, collection, onProgress);
  if (status === 401 && (await obtainKey(used))) return upload(file, { collection, most, onProgress });
  const row = rowIn(text);
  if (row && !row.error) return row;
  throw row ? new Failure(422, { detail: row.error }) : new Failure(status, saidIn(text));
}

function rowIn(text) {
  try {
    return JSON.parse(text).documents?.[0];
  } catch {
    return undefined;
  }
}

/** Only XMLHttpRequest tells how much of an upload has been sent. */
function sendFile(file, collection, onProgress) {
  const form = new FormData();
  form.append("collection", collection);
  form.append("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL("api/documents", ROOT));
    for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => resolve({ status: request.status, text: request.responseText }));
    request.send(form);
  });
}
