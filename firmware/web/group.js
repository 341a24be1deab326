// In a group: who leads, what this charger has of the supply, and what the car's driver wants.

import { h, text } from "./dom.js";
import { t, amps1, kwh, clock } from "./i18n.js";

/** Seconds until it is hh:mm here. */
function secondsTo(hhmm) {
  const now = new Date();
  const at = new Date(now);
  at.setHours(...hhmm.split(":").map(Number), 0, 0);
  if (at <= now) at.setDate(at.getDate() + 1);
  return Math.round((at - now) / 1000);
}

export class GroupCard {
  constructor(now) {
    this.now = now;
    this.state = h("p", {});
    this.bad = h("p", { class: "err" });
    this.by = h("input", { id: "goby", type: "time" });
    this.need = h("input", { id: "gokwh", type: "number", inputmode: "decimal", min: 0, max: 200, step: "any" });
    this.left = h("p", { class: "soft small" });
    this.off = h("button", { type: "button", class: "quiet", onclick: () => now.send("plan") }, t("plan.remove"));
    this.form = h("form", { onsubmit: (event) => { event.preventDefault(); this.tell(); } },
      h("div", { class: "two" }, [[this.by, "go.by"], [this.need, "go.need"]].map(([input, key]) => h("div", { class: "field" }, h("label", { for: input.id }, t(key)), input))),
      this.left, h("div", { class: "actions" }, h("button", {}, t("save")), this.off));
    this.el = h("section", { class: "card", hidden: true }, h("h2", {}, t("set.share")), this.state, this.bad, this.form);
  }

  show(doc) {
    const g = doc.group;
    this.el.hidden = !g;
    if (!g) return;
    const lines = [g.leader === null ? t("grp.none") : g.leader === g.seat ? t("grp.own") : t("grp.lead", { n: g.leader })];
    if (g.waiting) lines.push(t("grp.wait"));
    else if (g.share_ma) lines.push(t("grp.share", { a: amps1(g.share_ma) }));
    if (g.short) lines.push(t("grp.short", { n: g.short }));
    text(this.state, lines.join(" "));
    text(this.bad, g.problem || "");
    this.bad.hidden = !g.problem;
    this.form.hidden = g.mode !== "departure" || !doc.car.plugged;
    const p = doc.plan;
    this.off.hidden = !p;
    const goal = [];
    if (p && p.departure_s !== null) goal.push(`${t("go.by")} ${clock(Math.round(Date.now() / 6e4 + p.departure_s / 60) * 60)}`);
    if (p && p.energy_wh !== null) goal.push(t("go.left", { e: kwh(p.energy_wh) }));
    text(this.left, goal.join(" · "));
  }

  tell() {
    const wh = this.need.value && Math.round(this.need.value * 1000);
    this.now.send("plan", { departure_s: this.by.value ? secondsTo(this.by.value) : null, energy_wh: wh === "" ? null : wh, rank: null });
  }
}
