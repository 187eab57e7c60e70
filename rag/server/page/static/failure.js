// Shows that something went wrong, with its id and a way to try again.

import { announce, el, icon } from "./dom.js";
import { t } from "./i18n.js";

export function showFailure(node, error, retry) {
  node.replaceChildren(failureCard(error, retry));
  announce(error.message);
}

export function failureCard({ message, detail, id }, retry) {
  return el(
    "div", { class: "card error", role: "alert" },
    el("strong", {}, icon("warn"), message),
    detail ? el("p", { dir: "auto" }, detail) : null,
    id ? el("p", { class: "quiet" }, `${t("errorId")}: `, el("code", {}, id)) : null,
    el("button", { type: "button", onclick: retry }, icon("retry"), t("retry")),
  );
}
