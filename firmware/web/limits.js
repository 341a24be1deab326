// What limits the current: one bar, the limit that binds in colour, its reason in words.

import { h, text, attr, replace } from "./dom.js";
import { t, amps, has, duration } from "./i18n.js";

export class Limits {
  constructor() {
    this.used = h("i", { class: "used" });
    this.free = h("i", { class: "free" });
    this.home = h("i", { class: "home" });
    this.inside = h("b", { class: "in" });
    this.homeText = h("b", { class: "hm" });
    this.bar = h("div", { class: "bar", role: "img" }, this.home, this.free, this.used, this.inside, this.homeText);
    this.scale = h("div", { class: "scale", "aria-hidden": "true" });
    this.chips = h("ul", { class: "chips" });
    this.reason = h("p", { class: "reason", id: "why", hidden: true });
    this.open = null;
    this.keys = "";
    this.el = h("section", { class: "card", "aria-labelledby": "lim" },
      h("h2", { id: "lim" }, t("lim.title")), h("div", { class: "live-values" }, this.bar, this.scale), this.chips, this.reason);
  }

  show(doc) {
    const list = [...doc.limits].sort((a, b) => b.binding - a.binding || a.current_ma - b.current_ma || a.slot.localeCompare(b.slot));
    const limit = doc.limit.current_ma;
    const top = Math.max(doc.grid.fuse_ma, ...list.map((l) => l.current_ma), 6000);
    const car = doc.car.current_ma === null ? 0 : Math.max(...doc.car.current_ma);
    const house = doc.house.current_ma === null ? 0 : Math.max(...doc.house.current_ma);
    const pc = (ma) => Math.max(0, Math.min(100, (100 * ma) / top));
    this.used.style.width = pc(Math.min(car, limit)) + "%";
    this.free.style.width = pc(limit) + "%";
    const showHome = house > 400 && doc.grid.fuse_ma > 0;
    this.home.style.left = pc(doc.grid.fuse_ma - house) + "%";
    this.home.style.width = (showHome ? pc(doc.grid.fuse_ma) - pc(doc.grid.fuse_ma - house) : 0) + "%";
    text(this.inside, limit > 0 ? amps(limit) : "");
    attr(this.inside, "class", pc(Math.min(car, limit)) < 18 ? "in out" : "in");
    text(this.homeText, showHome && pc(house) > 22 ? t(doc.group ? "lim.others" : "lim.home", { a: amps(house) }) : "");
    this.homeText.style.left = Math.max(18, pc(doc.grid.fuse_ma - house)) + "%";
    attr(this.bar, "aria-label", t("lim.aria", { limit: amps(limit), top: amps(top), house: amps(house), slot: t("slot." + doc.limit.slot) }));
    this.showScale(doc, top, pc);
    this.showChips(doc, list);
  }

  showScale(doc, top, pc) {
    const marks = [[0, "0"]];
    if (doc.grid.fuse_ma && doc.grid.fuse_ma < top * 0.94) marks.push([doc.grid.fuse_ma, t("lim.fuse", { a: amps(doc.grid.fuse_ma) })]);
    marks.push([top, doc.grid.fuse_ma === top ? t("lim.fuse", { a: amps(top) }) : amps(top)]);
    const key = marks.join();
    if (key === this.marks) return;
    this.marks = key;
    replace(this.scale, marks.map(([ma, name], i) => {
      const close = i === 1 && marks.length === 3 && pc(ma) > 72;
      const el = h("span", { class: i === 0 ? "first" : i === marks.length - 1 ? "last" : "" }, close ? amps(ma) : name);
      el.style.left = pc(ma) + "%";
      return el;
    }));
  }

  showChips(doc, list) {
    const shown = this.all ? list : list.slice(0, Math.max(3, list.findIndex((l) => l.slot === this.open) + 1));
    const key = shown.map((l) => l.slot).join() + list.length;
    if (key !== this.keys) {
      this.keys = key;
      const more = list.length - shown.length;
      this.buttons = shown.map((l) => h("button", { type: "button", "aria-expanded": "false", "aria-controls": "why", onclick: () => this.toggle(l.slot) },
        t("slot." + l.slot), h("b")));
      replace(this.chips, this.buttons.map((b) => h("li", {}, b)),
        more > 0 && h("li", {}, h("button", { type: "button", class: "more", onclick: () => { this.all = true; this.show(this.doc); this.buttons[shown.length].focus(); } }, t("lim.more", { n: more }))));
    }
    shown.forEach((l, i) => {
      const b = this.buttons[i];
      text(b.lastChild, amps(l.current_ma));
      attr(b, "class", l.binding ? "binds" : "");
      attr(b, "aria-expanded", String(this.open === l.slot));
      attr(b, "aria-label", `${t("slot." + l.slot)} ${amps(l.current_ma)}${l.binding ? ", " + t("lim.binds") : ""}`);
      if (this.open === l.slot) this.explain(doc, l);
    });
    this.doc = doc;
    if (!list.some((l) => l.slot === this.open)) this.reason.hidden = true;
  }

  explain(doc, l) {
    const params = {
      a: amps(l.current_ma), fuse: amps(doc.grid.fuse_ma), left: l.left_s === null ? "" : duration(l.left_s),
      house: doc.house.current_ma ? amps(Math.max(...doc.house.current_ma)) : "–",
    };
    const trusted = doc.meter.state === "good";
    const own = (l.slot === "site" || l.slot === "panel") && !trusted ? "why." + l.slot + ".lost" : "why." + l.slot;
    let words = t(has(own) ? own : "why.site.lost", params);
    if (l.left_s !== null && !["site", "panel"].includes(l.slot)) words += " " + t("why.until", params);
    text(this.reason, words);
    this.reason.hidden = false;
  }

  toggle(slot) {
    this.open = this.open === slot ? null : slot;
    if (!this.open) this.reason.hidden = true;
    this.show(this.doc);
  }
}
