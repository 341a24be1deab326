// Finding what measures the house: pair a clamp, look for a meter, test it with the car.

import { h, text, attr, replace } from "./dom.js";
import { t, has } from "./i18n.js";
import { get, post } from "./api.js";

/** Reads an address every second until done(answer) is true. */
class Watch {
  constructor(path, show) {
    this.path = path;
    this.show = show;
  }

  start() {
    this.stop();
    this.timer = setInterval(async () => {
      try { this.show(await get(this.path)); } catch { /* the next second */ }
    }, 1000);
  }

  stop() { clearInterval(this.timer); }
}

const dbm = (rssi) => t(rssi > -65 ? "wifi.good" : rssi > -80 ? "wifi.fair" : "wifi.poor");

/** Pair a clamp: by the code on its label, or by its button. */
export class Pairing {
  constructor() {
    this.able = false;
    this.list = h("p", { class: "soft", role: "status" });
    this.code = h("input", { id: "ccode", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
    this.error = h("p", { class: "err", role: "alert" });
    this.el = h("div", { class: "field" }, h("label", { for: "ccode" }, t("pair.code")), this.code, h("small", {}, t("pair.codehint")),
      h("div", { class: "test" }, h("button", { type: "button", onclick: () => this.pair() }, t("pair.go")), this.list), this.error);
    this.watch = new Watch("clamps", (a) => this.show(a));
  }

  async load() {
    try {
      this.show(await get("clamps"));
      this.able = true;
    } catch { this.able = false; }
  }

  async pair() {
    text(this.error, "");
    try {
      this.show(await post("clamps/pair", { source: 0, code: this.code.value.trim() }));
      this.watch.start();
    } catch (error) { text(this.error, error.message); }
  }

  show(answer) {
    const clamp = answer.clamps.find((c) => c.source === 0);
    const state = answer.window.replace(" ", "_");
    const known = clamp && clamp.heard_ms >= 0 ? t("pair.have", { n: clamp.clamp, q: dbm(clamp.rssi) }) : clamp ? t("pair.known", { n: clamp.clamp }) : t("pair.none");
    text(this.list, state === "closed" || state === "paired" ? known : t("pair." + state));
    if (!["open", "offered"].includes(state)) this.watch.stop();
  }

  stop() { this.watch.stop(); }
}

/** Look for a meter in the network or on the cable; take(found) when one is chosen. */
export class Search {
  constructor(take) {
    this.take = take;
    this.state = h("p", { class: "soft", role: "status" });
    this.list = h("div", { class: "pick", role: "radiogroup", "aria-label": t("find.list") });
    this.el = h("div", {}, h("div", { class: "test" }, h("button", { type: "button", onclick: () => this.go() }, t("find.go")), this.state), this.list);
    this.watch = new Watch("meter/search", (a) => this.show(a));
    this.keys = "";
  }

  for(bus, host) {
    this.bus = bus;
    this.host = host;
    this.el.hidden = !bus;
  }

  async go() {
    const one = this.bus === "network" && this.host();
    try {
      this.show(await post("meter/search", one ? { bus: "tcp", host: one } : { bus: this.bus }));
      this.watch.start();
    } catch (error) { text(this.state, error.message); }
  }

  show(answer) {
    const done = answer.progress >= 100;
    text(this.state, done ? t(answer.found.length ? "find.found" : "find.nothing") : t("find.busy", { p: answer.progress }));
    if (done) this.watch.stop();
    const keys = answer.found.map((f) => f.model + f.host + f.unit).join();
    if (keys === this.keys) return;
    this.keys = keys;
    replace(this.list, answer.found.map((f) => h("label", {}, h("input", { type: "radio", name: "found", onchange: () => this.take(f) }),
      h("span", {}, f.name, h("small", {}, [f.host, "#" + f.unit, f.evidence].filter(Boolean).join(" · "))))));
  }

  stop() { this.watch.stop(); }
}

/** The test with the car's own current: which phase, which way round, how late. */
export class CarTest {
  constructor() {
    this.words = h("div", { role: "status" });
    this.button = h("button", { type: "button", onclick: () => this.toggle() }, t("ctest.go"));
    this.el = h("div", { class: "field" }, h("span", {}, t("ctest.title")), h("small", {}, t("ctest.h")), h("div", { class: "test" }, this.button), this.words);
    this.watch = new Watch("meter/test", (a) => this.show(a));
    this.running = false;
  }

  async toggle() {
    try {
      this.show(await post("meter/test", { run: !this.running }));
      if (this.running) this.watch.start();
    } catch (error) { replace(this.words, h("p", { class: "err" }, error.message)); }
  }

  show(answer) {
    this.running = answer.state === "running";
    text(this.button, t(this.running ? "ctest.stop" : "ctest.go"));
    if (this.running) return replace(this.words, h("p", { class: "soft" }, t("ctest.busy", { p: answer.progress })));
    this.watch.stop();
    if (answer.state !== "done") return replace(this.words);
    const key = "ctest." + answer.verdict;
    const own = has(key) ? [t(key)] : answer.words.slice(0, 1);
    const detail = answer.ratio_pm.map((r, i) => (r ? `L${i + 1}: ${(r / 1000).toFixed(2)}×` : "")).filter(Boolean);
    return replace(this.words, h("p", {}, h("b", {}, own[0])), h("p", { class: "code" }, [...detail, answer.delay_ms ? `${(answer.delay_ms / 1000).toFixed(1)} s` : ""].filter(Boolean).join(" · ")));
  }

  leave() { this.watch.stop(); }
}
