// "Now": the sentence, the picture, the limits, the chart, and the daily controls.

import { h, text, attr, replace } from "./dom.js";
import { t, has, amps, amps1, kw, kwh, duration, degrees, volts } from "./i18n.js";
import { Flow } from "./flow.js";
import { Limits } from "./limits.js";
import { Chart } from "./chart.js";
import { GroupCard } from "./group.js";
import { post } from "./api.js";

/** The document's sentence in words. */
export function sentence(doc) {
  const p = doc.sentence.params;
  const code = doc.sentence.code;
  if (code === "fault") return faultText(doc.faults[0], "t");
  const params = { a: amps(p.current_ma), limit: amps(p.limit_ma), min: amps(p.min_ma), house: amps(Math.max(0, p.house_ma)), fuse: amps(p.fuse_ma) };
  params.boost = duration(doc.user.boost_left_s);
  params.sun = amps(Math.max(0, -p.house_ma));
  if (code === "charging_site" && p.house_ma < (doc.solar.fitted ? -500 : -1000)) return t("say.charging_sun", params);
  const own = "say." + code;
  return t(has(own) ? own : code.startsWith("wait_") ? "say.wait_other" : "say.charging_other", params);
}

/** A fault's text ("t") or advice ("a"): the page's language, or the charger's own English. */
export function faultText(fault, part) {
  const key = `f.${fault.key}.${part}`;
  return has(key) ? t(key) : part === "t" ? fault.text : fault.advice;
}

/** The name of a place with a thermistor; one that the language does not have is shown as it is. */
const placeText = (place) => (has("temp." + place) ? t("temp." + place) : place);

export class Now {
  constructor(app) {
    this.app = app;
    this.title = h("h2", {});
    this.facts = h("p", { class: "facts" });
    this.todo = h("p", { class: "todo" });
    this.code = h("span", { class: "code" });
    this.reset = h("button", { class: "bad", type: "button", onclick: () => this.send("reset_faults") }, t("fault.reset"));
    this.row = h("div", { class: "row" }, this.reset, this.code);
    this.hero = h("section", { class: "hero" }, this.title, this.facts, this.todo, this.row);
    this.notices = h("div", { class: "notices" });
    this.flow = new Flow();
    this.limits = new Limits();
    this.chart = new Chart();
    this.group = new GroupCard(this);
    this.phases = h("tbody", {});
    this.temps = h("p", { class: "soft small" });
    this.detail = h("details", {}, h("summary", {}, t("detail.title")),
      h("table", { class: "table tight" },
        h("thead", {}, h("tr", {}, h("th", {}, t("detail.phase")), [t("flow.grid"), t("flow.house"), t("flow.car"), t("detail.volt")].map((c) => h("th", { class: "n" }, c)))),
        this.phases), this.temps);
    this.dock = new Dock(this);
    this.el = h("div", { class: "now" }, this.hero, this.notices,
      h("div", {}, h("section", { class: "card", "aria-label": t("flow.title") }, this.flow.svg, this.detail), this.dock.el),
      h("div", {}, this.limits.el, this.group.el, this.chart.el));
  }

  show(doc) {
    this.doc = doc;
    const fault = doc.sentence.code === "fault" ? doc.faults[0] : null;
    const words = sentence(doc);
    text(this.title, words);
    this.app.say(doc.sentence.code + (fault ? fault.key : ""), words);
    attr(this.hero, "class", fault ? "hero fault" : "hero");
    this.facts.hidden = Boolean(fault);
    this.todo.hidden = this.row.hidden = !fault;
    if (fault) this.showFault(fault);
    else this.showFacts(doc);
    this.showNotices(doc, fault);
    this.flow.show(doc);
    this.limits.show(doc);
    this.group.show(doc);
    this.chart.tick();
    if (this.detail.open) this.showDetail(doc);
    this.dock.show(doc);
  }

  showFault(fault) {
    const key = fault.key + fault.latch;
    if (this.shown !== key) {
      this.shown = key;
      replace(this.todo, h("b", {}, t("fault.todo")), faultText(fault, "a"));
    }
    text(this.code, t("fault.code", { code: fault.code, id: fault.id, n: fault.count }));
    this.reset.hidden = fault.latch === "power" || fault.latch === "service";
  }

  showFacts(doc) {
    const parts = [];
    if (doc.car.power_w > 100) parts.push(kw(doc.car.power_w));
    if (doc.car.plugged) parts.push(t("fact.session", { e: kwh(doc.session.energy_wh) }), t("fact.since", { d: duration(doc.session.time_s) }));
    else parts.push(t("fact.total", { e: kwh(doc.total_wh) }));
    text(this.facts, parts.join(" · "));
  }

  showNotices(doc, fault) {
    const list = doc.faults.filter((f) => f !== fault);
    const lost = doc.meter.fitted && doc.meter.state !== "good" && !list.some((f) => f.key.startsWith("meter_"));
    const key = list.map((f) => f.key).join() + (lost ? doc.meter.state : "");
    if (key !== this.noticed) {
      this.noticed = key;
      replace(this.notices, list.map((f) => h("div", { class: "notice" }, h("div", {}, h("b", {}, faultText(f, "t")), h("span", {}, faultText(f, "a"))))),
        lost && h("div", { class: "notice" }, h("div", {}, h("b", {}, t("meter." + doc.meter.state)), h("span", { id: "meterage" }))));
    }
    const age = this.notices.querySelector("#meterage");
    if (age) text(age, doc.meter.age_ms === null ? "" : t("meter.age", { d: duration(doc.meter.age_ms / 1000) }));
  }

  showDetail(doc) {
    const rows = [0, 1, 2].filter((i) => doc.supply_mv[i] > 0 || (doc.grid.current_ma && doc.grid.current_ma[i]) || i === 0);
    replace(this.phases, rows.map((i) => h("tr", {}, h("td", {}, "L" + (i + 1)),
      [doc.grid.current_ma, doc.house.current_ma, doc.car.current_ma].map((v) => h("td", { class: "n" }, v ? amps1(v[i]) : "–")),
      h("td", { class: "n" }, volts(doc.supply_mv[i])))));
    const temps = Object.keys(doc.temperatures).filter((key) => doc.temperatures[key] !== null);
    temps.sort().reverse(); // one order for all: a dict of MicroPython has none of its own
    text(this.temps, temps.map((key) => `${placeText(key.replace("_ddegc", ""))} ${degrees(doc.temperatures[key])}`).join(" · "));
  }

  async send(path, data) {
    try {
      await post(path, data);
      this.app.error("");
    } catch (error) {
      this.app.error(error.message);
    }
  }
}

/** Pause, boost, current: always in reach of the thumb. */
class Dock {
  constructor(now) {
    this.now = now;
    this.pause = h("button", { class: "main", type: "button", onclick: () => now.send(this.paused ? "resume" : "pause") });
    this.boost = h("button", { type: "button", "aria-expanded": "false", onclick: () => this.toggle() }, t("dock.boost"));
    this.out = h("output", { for: "amps" });
    this.range = h("input", {
      id: "amps", type: "range", step: 1, oninput: () => this.move(), onchange: () => this.set(),
      onpointerdown: () => { this.held = true; }, onpointerup: () => { this.held = false; },
    });
    this.choice = h("div", { class: "choice", hidden: true },
      h("span", { class: "small soft" }, t("dock.boostfor")),
      [3600, 7200, 14400, 43200].map((sec) => h("button", { type: "button", onclick: () => this.start(sec) }, duration(sec))));
    this.el = h("section", { class: "dock", "aria-label": t("dock.title") }, this.choice,
      h("div", { class: "row" }, this.pause, h("label", { for: "amps" }, t("dock.upto"), " ", this.out, this.range), this.boost));
    this.until = 0;
  }

  show(doc) {
    this.paused = doc.user.paused;
    text(this.pause, t(this.paused ? "dock.resume" : "dock.pause"));
    const boosting = doc.user.boost_left_s > 0;
    attr(this.boost, "class", boosting ? "on" : "");
    this.boosting = boosting;
    text(this.boost, boosting ? t("dock.boostoff") : t("dock.boost"));
    attr(this.range, "min", Math.ceil(doc.user.min_ma / 1000));
    attr(this.range, "max", Math.floor(doc.user.max_ma / 1000));
    if (!this.held && Date.now() > this.until) {
      this.range.value = Math.round(Math.min(doc.user.current_ma, doc.user.max_ma) / 1000);
      this.move();
    }
  }

  move() {
    const { value, min, max } = this.range;
    this.range.style.setProperty("--fill", (100 * (value - min)) / (max - min) + "%");
    text(this.out, amps(value * 1000));
    attr(this.range, "aria-valuetext", amps(value * 1000));
  }

  set() {
    this.until = Date.now() + 2500; // do not jump back before the charger has said it
    this.now.send("current", { current_ma: Number(this.range.value) * 1000 });
  }

  toggle() {
    if (this.boosting) return this.start(0);
    this.choice.hidden = !this.choice.hidden;
    this.boost.setAttribute("aria-expanded", String(!this.choice.hidden));
    if (!this.choice.hidden) this.choice.querySelector("button").focus();
  }

  start(seconds) {
    this.choice.hidden = true;
    this.boost.setAttribute("aria-expanded", "false");
    this.boost.focus();
    this.now.send("boost", { duration_s: seconds });
  }
}
