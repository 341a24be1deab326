// When the car may charge: the weekly schedule.

import { h, text, replace } from "./dom.js";
import { t, weekday, duration, amps } from "./i18n.js";
import { get, put } from "./api.js";

const hhmm = (m) => String(Math.floor(m / 60)).padStart(2, "0") + ":" + String(m % 60).padStart(2, "0");
const minutes = (v) => { const [a, b] = v.split(":").map(Number); return a * 60 + b; };

export class Schedule {
  constructor(app) {
    this.app = app;
    this.now = h("p", { class: "soft" });
    this.on = h("input", { type: "checkbox", role: "switch", id: "plan", onchange: () => this.draw() });
    this.list = h("div", {});
    this.outside = h("select", { id: "outside" }, h("option", { value: 0 }, t("plan.pause")), [6, 8, 10].map((a) => h("option", { value: a * 1000 }, t("plan.upto", { a: amps(a * 1000) }))));
    this.add = h("button", { type: "button", class: "quiet", onclick: () => { this.windows.push({ days: [0, 1, 2, 3, 4, 5, 6], from_min: 1320, to_min: 360, current_ma: 0 }); this.draw(true); } }, t("plan.add"));
    this.body = h("div", {}, this.list, this.add, h("div", { class: "field" }, h("label", { for: "outside" }, t("plan.outside")), this.outside));
    this.error = h("p", { class: "err", role: "alert" });
    this.save = h("button", { type: "button", class: "main", onclick: () => this.store() }, t("save"));
    this.el = h("section", { class: "card" }, h("div", { class: "head" }, h("h2", {}, t("tab.schedule"))), this.now,
      h("label", { class: "switch", for: "plan" }, t("plan.on"), this.on), this.body, this.error, h("div", { class: "actions" }, this.save));
    this.windows = [];
    this.load();
  }

  // Nothing can be changed before the charger's plan is there: it would be lost, or the plan would.
  async load() {
    this.el.inert = true;
    try {
      this.take(await get("schedule"));
      this.el.inert = false;
    } catch (error) {
      text(this.error, error.message);
      this.app.say("schedule", error.message); // nothing in an inert section is read out
    }
  }

  plan() {
    return { enabled: this.on.checked, outside_ma: Number(this.outside.value), windows: this.windows };
  }

  take(plan) {
    this.say(plan);
    this.on.checked = plan.enabled;
    this.windows = plan.windows.map((w) => ({ current_ma: 0, ...w }));
    this.outside.value = String(plan.outside_ma);
    this.draw();
  }

  say(plan) {
    const words = !plan.enabled ? t("plan.off") : plan.minute === null ? t("plan.noclock")
      : (plan.limit_ma === null ? t("plan.may") : plan.limit_ma === 0 ? t("plan.waits") : t("plan.slow", { a: amps(plan.limit_ma) }))
        + (plan.change_min === null ? "" : " " + t("plan.change", { d: duration(plan.change_min * 60) }));
    text(this.now, words);
  }

  draw(focusLast) {
    this.body.hidden = !this.on.checked;
    if (this.on.checked && !this.windows.length) this.windows.push({ days: [0, 1, 2, 3, 4, 5, 6], from_min: 1320, to_min: 360, current_ma: 0 });
    this.add.hidden = this.windows.length >= 6;
    replace(this.list, this.windows.map((w, n) => this.row(w, n)));
    if (focusLast) this.list.lastChild.querySelector("input").focus();
  }

  row(w, n) {
    const day = (d) => h("label", {}, h("input", { type: "checkbox", checked: w.days.includes(d), onchange: (e) => {
      w.days = e.target.checked ? [...w.days, d].sort() : w.days.filter((x) => x !== d);
    } }), h("span", {}, weekday(d)));
    const time = (key, label) => h("label", { class: "field" }, h("span", {}, label), h("input", { type: "time", value: hhmm(w[key]), onchange: (e) => { if (e.target.value) w[key] = minutes(e.target.value); } }));
    return h("fieldset", {}, h("legend", { class: "soft small" }, t("plan.window", { n: n + 1 })),
      h("div", { class: "days" }, [0, 1, 2, 3, 4, 5, 6].map(day)),
      h("div", { class: "two" }, time("from_min", t("plan.from")), time("to_min", t("plan.to"))),
      h("button", { type: "button", class: "quiet small", onclick: () => { this.windows.splice(n, 1); if (!this.windows.length) this.on.checked = false; this.draw(); } }, t("plan.remove")));
  }

  async store() {
    text(this.error, "");
    const plan = this.plan(), sent = JSON.stringify(plan);
    try {
      const kept = await put("schedule", plan);
      if (JSON.stringify(this.plan()) === sent) this.take(kept);
      else this.say(kept); // changed again while it was being saved: the answer is not drawn over that
      this.app.say("saved", t("saved"));
      this.app.toast(t("saved"));
    } catch (error) {
      text(this.error, error.message);
    }
  }
}
