// Past charging sessions: the sum, the newest first, and a file to take away.

import { h, text, replace } from "./dom.js";
import { t, kwh, day, clock, duration } from "./i18n.js";
import { get } from "./api.js";

export class Sessions {
  constructor() {
    this.total = h("div", { class: "trio" });
    this.bars = h("div", { class: "bars", "aria-hidden": "true" });
    this.rows = h("tbody", {});
    this.empty = h("p", { class: "soft", hidden: true }, t("ses.empty"));
    this.table = h("table", { class: "table" }, h("thead", {}, h("tr", {},
      h("th", {}, t("ses.when")), h("th", { class: "n" }, t("ses.time")), h("th", { class: "n" }, t("ses.energy")))), this.rows);
    this.csv = h("a", { class: "small", href: "/api/sessions.csv", download: "" }, t("ses.csv"));
    this.error = h("p", { class: "err", role: "alert" });
    this.el = h("section", { class: "card" }, h("div", { class: "head" }, h("h2", {}, t("tab.sessions")), this.csv),
      this.total, this.bars, this.empty, this.table, this.error);
    this.load();
  }

  async load() {
    let list;
    try { list = await get("sessions"); } catch (error) { return text(this.error, error.message); }
    const at = Object.fromEntries(list.columns.map((c, i) => [c, i]));
    const rows = list.rows;
    const energy = rows.reduce((sum, r) => sum + r[at.energy_wh], 0);
    const sec = rows.reduce((sum, r) => sum + r[at.charge_s], 0);
    const fact = (value, name) => h("div", {}, h("b", {}, value), h("span", {}, name));
    replace(this.total, fact(String(rows.length), t("ses.count")), fact(kwh(energy), t("ses.sum")), fact(duration(sec), t("ses.charged")));
    const newest = rows.slice(0, 30).reverse();
    const top = Math.max(1, ...newest.map((r) => r[at.energy_wh]));
    replace(this.bars, newest.map((r) => { const i = h("i"); i.style.height = (100 * r[at.energy_wh]) / top + "%"; return i; }));
    this.bars.hidden = newest.length < 3;
    this.empty.hidden = rows.length > 0;
    this.table.hidden = this.csv.hidden = !rows.length;
    replace(this.rows, rows.map((r) => {
      const start = r[at.start_s];
      return h("tr", {}, h("td", {}, start === null ? t("ses.noclock") : day(start) + ", " + clock(start)),
        h("td", { class: "n" }, duration(r[at.charge_s])), h("td", { class: "n" }, kwh(r[at.energy_wh])));
    }));
    return undefined;
  }
}
