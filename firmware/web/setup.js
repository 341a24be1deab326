// From the box to the first charge in five steps. Nothing is asked twice; every step is kept at once.

import { h, text, attr, replace } from "./dom.js";
import { t, amps, amps1, NAMES, lang } from "./i18n.js";
import { get, put, post } from "./api.js";
import { passwordField } from "./login.js";
import { Pairing, Search } from "./measure.js";

const radio = (name, value, title, hint, checked, end) => h("label", {}, h("input", { type: "radio", name, value, checked }),
  h("span", {}, title, hint && h("small", {}, hint)), end && h("span", { class: "end" }, end));

export class Setup {
  constructor(app, step = 0) {
    this.app = app;
    this.dots = [0, 1, 2, 3, 4].map(() => h("li"));
    this.title = h("h2", { tabindex: -1 });
    this.lead = h("p", { class: "lead" });
    this.body = h("div");
    this.error = h("p", { class: "err", role: "alert" });
    this.next = h("button", { class: "main" }, t("setup.next"));
    this.skip = h("button", { type: "button", class: "quiet", onclick: () => this.go(this.step + 1) }, t("setup.later"));
    this.back = h("button", { type: "button", class: "quiet", onclick: () => this.go(this.step - 1) }, t("setup.back"));
    this.el = h("form", { class: "narrow", novalidate: true, onsubmit: (e) => this.submit(e) },
      h("ol", { class: "steps", "aria-hidden": "true" }, this.dots), h("p", { class: "soft small", id: "stepno" }), this.title, this.lead, this.body, this.error,
      h("div", { class: "actions" }, this.back, this.next, this.skip));
    this.show = [this.password, this.wifi, this.supply, this.meter, this.fallback];
    this.go(step);
  }

  async go(step) {
    clearInterval(this.timer);
    if (this.leave) this.leave();
    this.leave = this.found = null;
    this.step = step;
    if (step > 4) return this.finish();
    this.dots.forEach((d, i) => attr(d, "class", i <= step ? "done" : ""));
    text(this.el.querySelector("#stepno"), t("setup.step", { n: step + 1 }));
    text(this.title, t(`setup.${step + 1}.t`));
    text(this.lead, t(`setup.${step + 1}.l`));
    text(this.error, "");
    this.back.hidden = step === 0;
    this.skip.hidden = ![1, 3].includes(step);
    this.next.disabled = false;
    replace(this.body);
    text(this.next, t(step === 4 ? "setup.done" : "setup.next"));
    try { await this.show[step].call(this); } catch (error) { text(this.error, error.message); }
    if (step) this.title.focus();
    return undefined;
  }

  async submit(event) {
    event.preventDefault();
    this.next.disabled = true;
    text(this.error, "");
    try {
      if ((await this.store()) !== false) await this.go(this.step + 1);
    } catch (error) {
      text(this.error, error.message);
    }
    this.next.disabled = false;
  }

  async finish() {
    await post("setup/done");
    this.app.setupDone();
  }

  password() {
    const pick = h("select", { id: "slang", onchange: () => this.app.language(pick.value) }, Object.entries(NAMES).map(([k, n]) => h("option", { value: k, lang: k }, n)));
    pick.value = lang;
    const f = passwordField("npw", t("setup.pw"), t("set.pw.h"), "new-password");
    replace(this.body, h("div", { class: "field" }, h("label", { for: "slang" }, t("s.language")), pick), f.el);
    this.store = async () => {
      await post("password", { role: "user", password: f.input.value });
      await put("settings", { language: lang });
    };
  }

  async wifi() {
    const list = h("div", { class: "pick", role: "radiogroup", "aria-label": t("setup.2.t") }, h("p", { class: "soft" }, t("setup.scan")));
    const f = passwordField("wpw", t("s.wifi_password"), "", "off");
    f.input.required = false;
    f.el.hidden = true;
    const state = h("p", { class: "soft", role: "status" });
    replace(this.body, list, f.el, state);
    const { networks, connected } = await post("wifi/scan");
    const chosen = () => this.el.elements.ssid && this.el.elements.ssid.value;
    replace(list, networks.map((n) => radio("ssid", n.ssid, n.ssid, n.ssid === connected ? t("setup.connected") : "", n.ssid === connected, t(n.rssi_dbm > -60 ? "wifi.good" : n.rssi_dbm > -75 ? "wifi.fair" : "wifi.poor"))),
      !networks.length && h("p", { class: "soft" }, t("setup.nonet")));
    list.onchange = () => { f.el.hidden = !networks.find((n) => n.ssid === chosen())?.secured; if (!f.el.hidden) f.input.focus(); };
    this.store = async () => {
      if (!chosen()) throw new Error(t("setup.picknet"));
      if (chosen() === connected && !f.input.value) return;
      text(state, t("setup.joining"));
      const answer = await post("wifi/join", { ssid: chosen(), password: f.input.value });
      text(state, "");
      if (!answer.connected) throw new Error(t(answer.reason === "password" ? "setup.wifipw" : "setup.wifino"));
    };
  }

  async rows() {
    const answer = await get("settings");
    return Object.fromEntries(answer.settings.map((r) => [r.key, r]));
  }

  async supply() {
    const rows = await this.rows();
    const fuse = h("select", { id: "fuse" }, [...new Set([16, 20, 25, 32, 35, 40, 50, 63, 80, 100, rows.fuse_ma.value / 1000])].sort((a, b) => a - b).map((a) => h("option", { value: a * 1000 }, amps(a * 1000))));
    fuse.value = String(rows.fuse_ma.value);
    const phases = h("div", { class: "pick", role: "radiogroup", "aria-label": t("s.supply_phases") },
      radio("phases", 1, t("s.supply_phases.1"), t("setup.one"), rows.supply_phases.value === 1), radio("phases", 3, t("s.supply_phases.3"), t("setup.three"), rows.supply_phases.value === 3));
    const socket = h("select", { id: "socket" }, [6, 8, 10, 13, 15, 16, 20, 25, 30, 32, 40].map((a) => h("option", { value: a * 1000 }, t("setup.socket" + (has16(a) ? a : ""), { a: amps(a * 1000) }))));
    socket.value = String(rows.circuit_ma.value);
    replace(this.body, h("div", { class: "field" }, h("label", { for: "fuse" }, t("s.fuse_ma")), fuse, h("small", {}, t("s.fuse_ma.h"))), phases,
      h("div", { class: "field" }, h("label", { for: "socket" }, t("setup.socket.q")), socket, h("small", {}, t("s.circuit_ma.h"))));
    this.store = () => put("settings", { fuse_ma: Number(fuse.value), supply_phases: Number(this.el.elements.phases.value), circuit_ma: Number(socket.value) });
  }

  async meter() {
    const rows = await this.rows();
    const kind = h("div", { class: "pick", role: "radiogroup", "aria-label": t("s.meter_kind") },
      [1, 2, 3, 0].map((v) => radio("kind", v, t("s.meter_kind." + v), t(`setup.kind.${v}`), rows.meter_kind.value === v)));
    const host = h("input", { id: "mhost", value: rows.meter_host.value, placeholder: "192.168.1.50", spellcheck: "false" });
    const address = h("div", { class: "field" }, h("label", { for: "mhost" }, t("s.meter_host")), host);
    const pairing = new Pairing();
    const search = new Search((found) => {
      if (found.host && !host.value.startsWith(found.host)) host.value = found.host; // a typed port stays
      this.found = found;
    });
    this.leave = () => { pairing.stop(); search.stop(); };
    const steps = ["heard", "rise", "fall"].map((k) => h("li", {}, t("proof." + k)));
    const proof = h("ol", { class: "proof" }, steps);
    const words = h("p", { class: "soft", role: "status" });
    const reading = h("p", { class: "big" });
    const start = h("button", { type: "button", onclick: () => begin() }, t("proof.start"));
    replace(this.body, kind, pairing.el, address, search.el, h("div", { class: "test" }, start, reading, words), proof);
    const shape = () => {
      const v = Number(this.el.elements.kind.value);
      address.hidden = v !== 2;
      pairing.el.hidden = v !== 1 || !pairing.able;
      search.for(v === 2 ? "network" : v === 3 ? "rtu" : "", () => host.value);
      start.hidden = proof.hidden = reading.hidden = v === 0;
      text(words, v === 0 ? t("proof.none") : "");
    };
    kind.onchange = shape;
    await pairing.load();
    shape();
    const chosen = () => ({ meter_kind: Number(this.el.elements.kind.value), meter_host: host.value,
      ...(this.found ? { meter_model: this.found.model, meter_unit: this.found.unit, meter_baud: this.found.baud || rows.meter_baud.value } : {}) });
    const draw = (p) => {
      const at = { idle: -1, listen: 0, rise: 1, fall: 2, proven: 3, failed: -1 }[p.state];
      steps.forEach((li, i) => attr(li, "class", p.state === "failed" && i === p.failed_at ? "no" : i < at || (p.state === "failed" && i < p.failed_at) ? "yes" : i === at ? "now" : ""));
      text(reading, p.current_ma === null ? "" : p.current_ma.slice(0, Number(p.phases)).map(amps1).join("   "));
      text(words, p.state === "proven" ? t("proof.proven") : p.state === "failed" ? t("proof.no." + p.reason) : p.state === "idle" ? "" : t("proof.do." + p.state));
      if (p.state === "proven" || p.state === "failed") clearInterval(this.timer);
    };
    const begin = async () => {
      clearInterval(this.timer);
      text(this.error, "");
      try {
        await put("settings", chosen());
        draw(await post("meter/prove"));
        this.timer = setInterval(async () => { try { draw(await get("meter/proof")); } catch { /* the next second */ } }, 1000);
      } catch (error) { text(this.error, error.message); }
    };
    this.store = async () => {
      const v = Number(this.el.elements.kind.value);
      await put("settings", chosen());
      if (v !== 0 && (await get("meter/proof")).state !== "proven") throw new Error(t("proof.first"));
    };
  }

  async fallback() {
    const rows = await this.rows();
    const has = rows.meter_kind.value !== 0;
    text(this.lead, t(has ? "setup.5.l" : "setup.5.static"));
    const choices = [[0, t("setup.fb.0"), t("setup.fb.0h")], [6000, t("setup.fb.a", { a: amps(6000) }), t("setup.fb.6h")], [10000, t("setup.fb.a", { a: amps(10000) }), t("setup.fb.10h")]];
    if (has) replace(this.body, h("div", { class: "pick", role: "radiogroup", "aria-label": t("setup.5.t") }, choices.map(([v, title, hint]) => radio("fb", v, title, hint, rows.fallback_ma.value === v))));
    this.store = () => (has ? put("settings", { fallback_ma: Number(this.el.elements.fb.value) }) : undefined);
  }
}

const has16 = (a) => [10, 13, 16, 32].includes(a);
