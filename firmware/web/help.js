// Help without a manual: what one asks at the charger, and what support asks back.

import { h, attr, text } from "./dom.js";
import { t, duration } from "./i18n.js";
import { faultText } from "./now.js";
import { BRAND } from "./build.js";

const QUESTIONS = ["why", "less", "clamp", "night", "power", "password", "light"];

/** Why the charger started last, and the last fault of the run before. */
function startText(start) {
  const said = t("help.start", { c: t(`ev.start_${start.cause}`) });
  if (!start.fault) return said;
  const fault = t("help.start.fault", { f: faultText({ key: start.fault, text: start.text }, "t") });
  return `${said} ${fault} ${start.detail || ""}`.trim();
}

export class Help {
  constructor() {
    this.facts = h("p", { class: "code" });
    this.start = h("p", { class: "soft" });
    this.el = h("div", { class: "two-col" },
      h("section", { class: "card group" }, h("h2", {}, t("help.title")), QUESTIONS.map((q) => h("details", {}, h("summary", {}, t(`help.${q}.q`)), h("p", { class: "soft" }, t(`help.${q}.a`))))),
      h("section", { class: "card" }, h("h2", {}, t("help.support")), h("p", { class: "soft" }, t("help.supportlead")),
        BRAND.support && h("p", {}, h("a", { href: BRAND.support }, BRAND.support.replace(/^(mailto:|https?:\/\/)/, ""))), this.facts, this.start));
  }

  show(doc) {
    text(this.facts, `${doc.model} · ${doc.serial || "–"} · ${doc.firmware || "–"} · ${duration(doc.uptime_s)} · ${doc.step_us_max} µs`);
    text(this.start, doc.start ? startText(doc.start) : "");
    attr(this.facts, "aria-label", t("help.support"));
  }
}
