// One dialog that asks for a text or for a confirmation; knows not what for.

import { byId } from "./dom.js";
import { t } from "./i18n.js";

/** Ask; resolves to the text (or "" where none is asked for), null if it was cancelled. */
function open({ title, text, ok, input = null, danger = false }) {
  const dialog = byId("dialog");
  const field = byId("dialog-input");
  byId("dialog-title").textContent = title;
  byId("dialog-text").textContent = text;
  byId("dialog-text").hidden = !text;
  byId("dialog-ok").textContent = ok;
  byId("dialog-ok").classList.toggle("danger", danger);
  field.hidden = input === null;
  field.type = input?.type ?? "text";
  field.value = input?.value ?? "";
  return new Promise((resolve) => {
    const finish = () => {
      const agreed = dialog.returnValue === "ok";
      const value = field.value.trim();
      field.value = "";
      resolve(agreed && (input === null || value) ? value : null);
    };
    dialog.returnValue = "";
    byId("dialog-ok").value = "ok";
    byId("dialog-cancel").onclick = () => dialog.close("");
    dialog.addEventListener("close", finish, { once: true });
    dialog.showModal();
    (input === null ? byId("dialog-cancel") : field).focus();
  });
}

export const askText = (title, value) => open({ title, text: "", ok: t("save"), input: { value } });

export const confirm = (title, text, ok) => open({ title, text, ok, danger: true }).then((given) => given !== null);

export const askForKey = (wasWrong) =>
  open({ title: t("keyTitle"), text: t(wasWrong ? "keyWrong" : "keyText"), ok: t("open"), input: { type: "password" } });
