// Settings by the charger's own schema: what is not in the lists below shows up under "more".

import { h, text, replace, segments } from "./dom.js";
import { t, has, NAMES, lang, day, clock } from "./i18n.js";
import { get, put, post } from "./api.js";
import { passwordField } from "./login.js";
import { CarTest } from "./measure.js";

const GROUPS = [
  ["general", ["name", "mode"]],
  ["house", ["fuse_ma", "supply_phases", "phase_of_l1", "circuit_ma", "panel_ma", "export", "demand_w", "margin_ma"]],
  ["meter", ["meter_kind", "meter_model", "meter_host", "meter_unit", "meter_baud", "meter_interval_ms", "fallback_ma"]],
  ["wifi", ["wifi_ssid", "wifi_password"]],
  ["share", ["group_id", "group_key", "group_seat", "group_seats", "group_share_ma", "group_mode", "group_rank", "group_panels", "group_line", "group_radio"]],
];
const CHOICES = { mode: [0, 1, 2], meter_kind: [0, 1, 2, 3], supply_phases: [1, 3], phase_of_l1: [1, 2, 3], group_mode: [0, 1, 2], group_radio: [0, 1], group_line: [0, 1, 2, 3], meter_baud: [2400, 4800, 9600, 19200, 38400, 115200] };
// A field that means something only with certain values of another one
const WHEN = {
  meter_host: ["meter_kind", [2]], meter_model: ["meter_kind", [2, 3]], meter_unit: ["meter_kind", [2, 3]], meter_baud: ["meter_kind", [3]],
  meter_interval_ms: ["meter_kind", [2, 3]], fallback_ma: ["meter_kind", [1, 2, 3]],
  phase_of_l1: ["supply_phases", [3]], group_rank: ["group_mode", [1]],
};
const HIDDEN = ["language", "user_ma"];

/** A card that opens: the page stays short, and every heading is in sight. */
const card = (key, open, ...content) => h("details", { class: "card fold", open }, h("summary", {}, h("h2", {}, t(key))), content);

/** One field for one schema row; value() gives what to store, or undefined when untouched. */
export function field(row) {
  const id = "set_" + row.key;
  const label = t("s." + row.key);
  const help = has(`s.${row.key}.h`) ? h("small", { id: id + "h" }, t(`s.${row.key}.h`)) : null;
  const error = h("span", { class: "err", role: "alert", hidden: true });
  const described = help ? id + "h" : null;
  let input, value, el;
  if (row.unit === "bool") {
    input = h("input", { type: "checkbox", role: "switch", id, checked: row.value === 1, "aria-describedby": described });
    value = () => Number(input.checked);
    el = h("div", { class: "field" }, h("label", { class: "switch", for: id }, label, input), help, error);
  } else if (CHOICES[row.key]) {
    const name = (v) => (has(`s.${row.key}.${v}`) ? t(`s.${row.key}.${v}`) : String(v));
    input = h("select", { id, "aria-describedby": described }, CHOICES[row.key].map((v) => h("option", { value: v }, name(v))));
    input.value = String(row.value);
    value = () => Number(input.value);
    el = h("div", { class: "field" }, h("label", { for: id }, label), input, help, error);
  } else if (typeof row.default === "number") {
    const scale = row.unit === "mA" ? 1000 : 1;
    const unit = { mA: "A", W: "W", ms: "ms", Bd: "Bd" }[row.unit] || "";
    input = h("input", { id, type: "number", inputmode: "decimal", min: row.min / scale, max: row.max / scale, step: scale === 1000 ? 0.1 : 1, value: row.value / scale, "aria-describedby": described });
    value = () => (input.value === "" ? NaN : Math.round(Number(input.value) * scale));
    el = h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "unit" }, input, h("span", {}, unit)), help, error);
  } else {
    input = h("input", { id, type: row.secret ? "password" : "text", maxlength: row.max, autocomplete: row.secret ? "new-password" : "off", spellcheck: "false", value: row.secret ? "" : row.value, placeholder: row.secret && row.set ? "••••••••" : null, "aria-describedby": described });
    value = () => (row.secret && input.value === "" ? undefined : input.value);
    el = h("div", { class: "field" }, h("label", { for: id }, label), input, help, error);
  }
  const was = value();
  return {
    key: row.key, el, input, value, changed: () => value() !== was && !Number.isNaN(value()),
    fail: (message) => { error.hidden = !message; text(error, message || ""); input.setAttribute("aria-invalid", String(Boolean(message))); if (message) input.focus(); },
  };
}

export class Settings {
  constructor(app) {
    this.app = app;
    this.el = h("div", { class: "two-col" });
    this.load();
  }

  leave() { if (this.test) this.test.leave(); }

  async load() {
    let answer;
    try { answer = await get("settings"); } catch (error) { return replace(this.el, h("p", { class: "err" }, error.message)); }
    const rows = Object.fromEntries(answer.settings.map((r) => [r.key, r]));
    this.installer = answer.role === "installer";
    const known = new Set([...HIDDEN, ...GROUPS.flatMap((g) => g[1])]);
    const groups = [...GROUPS, ["more", Object.keys(rows).filter((k) => !known.has(k))]];
    replace(this.el, this.look(), groups.map(([name, keys]) => this.group(name, keys.filter((k) => rows[k]).map((k) => rows[k]))),
      this.passwords(), this.installer && this.update(), this.installer && this.events(), this.account());
    return undefined;
  }

  look() {
    const pick = h("select", { id: "lang", onchange: () => this.app.language(pick.value) }, Object.entries(NAMES).map(([k, n]) => h("option", { value: k, lang: k }, n)));
    pick.value = lang;
    return card("set.look", true,
      h("div", { class: "field" }, h("label", { for: "lang" }, t("s.language")), pick),
      h("div", { class: "field" }, h("span", {}, t("set.theme")), segments(t("set.theme"),
        [["", t("set.auto")], ["light", t("set.light")], ["dark", t("set.dark")]], this.app.theme(), (v) => this.app.theme(v))));
  }

  group(name, rows) {
    if (!rows.length) return null;
    const fields = rows.map(field);
    const shape = () => fields.forEach((f) => {
      const rule = WHEN[f.key];
      const other = rule && fields.find((g) => g.key === rule[0]);
      f.el.hidden = Boolean(other) && !rule[1].includes(other.value());
    });
    shape();
    const done = h("p", { class: "err", role: "status" });
    const save = async (event) => {
      event.preventDefault();
      fields.forEach((f) => f.fail(""));
      text(done, "");
      const bad = fields.find((f) => Number.isNaN(f.value()));
      if (bad) return bad.fail(t("set.number"));
      const changes = Object.fromEntries(fields.filter((f) => f.changed()).map((f) => [f.key, f.value()]));
      try {
        const kept = Object.keys(changes).length ? (await put("settings", changes)).kept_s : 0;
        this.app.toast(t(kept === null ? "saved_open" : "saved"));
      } catch (error) {
        const where = fields.find((f) => f.key === error.field);
        if (where) where.fail(error.message); else text(done, error.message);
      }
      return undefined;
    };
    return card("set." + name, name === "general", has(`set.${name}.h`) && h("p", { class: "soft small" }, t(`set.${name}.h`)),
      h("form", { novalidate: true, onsubmit: save, onchange: shape }, fields.map((f) => f.el), done, h("button", { class: "main" }, t("save"))), name === "meter" && (this.test = new CarTest()).el);
  }

  passwords() {
    const one = (role) => {
      const f = passwordField("new_" + role, t("set.pw." + role), t("set.pw.h"), "new-password");
      const error = h("p", { class: "err", role: "alert" });
      return h("form", { onsubmit: async (event) => {
        event.preventDefault();
        text(error, "");
        try { await post("password", { role, password: f.input.value }); f.input.value = ""; this.app.toast(t("saved")); } catch (e) { text(error, e.message); }
      } }, f.el, error, h("button", { class: "main" }, t("set.pw.set")));
    };
    return card("set.password", false, one("user"), this.installer && one("installer"));
  }

  update() {
    const file = h("input", { type: "file", id: "fw", accept: ".update,application/octet-stream" });
    const state = h("p", { class: "soft small", role: "status" });
    const send = async () => {
      if (!file.files.length) return text(state, t("upd.pick"));
      text(state, t("upd.sending"));
      try {
        const response = await fetch("/api/update", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file.files[0] });
        const answer = await response.json();
        text(state, response.ok ? t("upd.ok", { v: answer.version }) : answer.error);
      } catch { text(state, t("upd.cut")); }
      return undefined;
    };
    return card("upd.title", false, h("p", { class: "soft small" }, t("upd.h")),
      h("div", { class: "field" }, h("label", { for: "fw" }, t("upd.file")), file), h("div", { class: "actions" }, h("button", { type: "button", class: "main", onclick: send }, t("upd.send"))), state);
  }

  events() {
    const list = h("tbody", {});
    const box = card("set.events", false, h("table", { class: "table" }, list));
    box.addEventListener("toggle", async () => {
      if (!box.open) return;
      const { events } = await get("events");
      replace(list, events.map((e) => h("tr", {}, h("td", { class: "small" }, e.time_s === null ? "–" : day(e.time_s) + " " + clock(e.time_s)),
        h("td", {}, has("ev." + e.kind) ? t("ev." + e.kind) : e.kind, h("span", { class: "code" }, " " + e.detail + (e.count > 1 ? " ×" + e.count : ""))))));
    });
    return box;
  }

  account() {
    return card("set.account", true, h("p", { class: "soft small" }, t(this.installer ? "set.isinstaller" : "set.isuser")),
      h("div", { class: "actions" }, h("button", { type: "button", onclick: () => this.app.logout() }, t("set.logout")),
        this.installer && h("button", { type: "button", class: "quiet", onclick: () => this.app.setup() }, t("set.setup"))));
  }
}
