// The last hour or day: house and car stacked under the fuse's line.

import { h, s, text, attr, replace, segments } from "./dom.js";
import { t, amps, amps1, duration, clock } from "./i18n.js";
import { get } from "./api.js";

const W = 640, H = 230, L = 34, B = 22, T = 8;

export class Chart {
  constructor() {
    this.span = "hour";
    this.svg = s("svg", { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: "none", role: "img" });
    this.box = h("div", { class: "chart", onpointermove: (e) => this.point(e), onpointerleave: () => this.legend(null) }, this.svg);
    this.note = h("div", { class: "legend" });
    this.el = h("section", { class: "card", "aria-labelledby": "chart" },
      h("div", { class: "head" }, h("h2", { id: "chart" }, t("chart.title")),
        segments(t("chart.title"), [["hour", t("chart.hour")], ["day", t("chart.day")]], "hour", (v) => { this.span = v; this.load(); })),
      this.box, this.note);
    this.data = null;
    this.hover = null;
    this.loaded = 0;
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.box);
  }

  /** Load anew when the newest sample may have changed. */
  tick() {
    if (Date.now() - this.loaded > (this.span === "hour" ? 10000 : 60000)) this.load();
  }

  async load() {
    this.loaded = Date.now();
    try {
      this.data = await get("history?span=" + this.span);
      this.draw();
    } catch { /* the next tick tries again */ }
  }

  draw() {
    const width = Math.max(280, this.box.clientWidth), height = Math.max(150, this.svg.clientHeight);
    this.w = width;
    attr(this.svg, "viewBox", `0 0 ${width} ${height}`);
    const d = this.data;
    if (!d) return;
    const total = this.span === "hour" ? 360 : 288;
    const fuse = d.fuse_da.reduce((a, b) => Math.max(a, b ?? 0), 0);
    const peak = d.house_da.reduce((a, v, i) => Math.max(a, Math.max(0, v ?? 0) + (d.car_da[i] ?? 0)), fuse);
    const top = Math.max(60, Math.ceil((peak * 1.06) / 50) * 50);
    const x = (i) => L + ((width - L) * (total - d.count + i)) / (total - 1);
    const y = (v) => T + (height - B - T) * (1 - v / top);
    this.x = x;
    const base = d.house_da.map((v) => Math.max(0, v ?? 0));
    const total_da = d.house_da.map((v, i) => Math.max(0, v ?? 0) + Math.max(0, d.car_da[i] ?? 0));
    const sum = total_da.map((v, i) => Math.max(base[i], v + Math.min(0, d.house_da[i] ?? 0))); // what the sun gives never passes the fuse
    const sunny = this.sunny = d.house_da.filter((v) => (v ?? 0) < -5).length > 3; // not just late readings
    const line = (values) => values.map((v, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join("");
    const back = (values) => values.map((v, i) => `L${x(i).toFixed(1)} ${y(v).toFixed(1)}`).reverse().join("");
    const zero = d.count ? `L${x(d.count - 1)} ${y(0)}L${x(0)} ${y(0)}Z` : "";
    const steps = top > 250 ? 100 : top > 100 ? 50 : 20;
    const grid = [];
    for (let v = 0; v <= top; v += steps) {
      grid.push(s("line", { class: "grid", x1: L, x2: width, y1: y(v), y2: y(v) }), s("text", { x: L - 6, y: y(v) + 4, "text-anchor": "end" }, String(v / 10)));
    }
    const marks = this.span === "hour" ? [[60, 1], [40], [20], [0, 2]] : [[1440, 1], [960], [480], [0, 2]];
    const labels = marks.map(([min, end]) => s("text", {
      x: L + (width - L) * (1 - min / marks[0][0]), y: height - 5, "text-anchor": end === 1 ? "start" : end === 2 ? "end" : "middle",
    }, min ? "−" + duration(min * 60) : t("chart.now")));
    this.cursor = s("line", { class: "cursor", y1: T, y2: height - B, visibility: "hidden" });
    replace(this.svg, grid, labels,
      d.count > 1 && s("path", { class: "house", d: line(base) + zero }),
      d.count > 1 && s("path", { class: "carfill", d: line(sum) + back(base) + "Z" }),
      sunny && s("path", { class: "sunfill", d: line(total_da) + back(sum) + "Z" }),
      fuse && s("line", { class: "fuse", x1: L, x2: width, y1: y(fuse), y2: y(fuse) }), this.cursor);
    attr(this.svg, "aria-label", t("chart.aria", {
      span: t("chart." + this.span), house: amps1(100 * Math.max(0, ...base)), car: amps1(100 * Math.max(0, ...d.car_da.map((v) => v ?? 0))), fuse: amps(100 * fuse),
    }));
    this.legend(this.hover !== null && this.hover < d.count ? this.hover : null);
  }

  legend(i) {
    this.hover = i;
    if (!this.data) return;
    const d = this.data;
    const value = (list) => (i === null ? "" : " " + amps1(list[i] === null ? null : list[i] * 100));
    if (this.cursor) attr(this.cursor, "visibility", i === null ? "hidden" : "visible");
    if (i !== null) { attr(this.cursor, "x1", this.x(i)); attr(this.cursor, "x2", this.x(i)); }
    const ago = i === null ? 0 : (d.count - 1 - i) * d.step_s;
    const fuse = d.fuse_da.length ? d.fuse_da[d.fuse_da.length - 1] : null;
    replace(this.note,
      h("span", { class: "k-car" }, t("flow.car"), h("b", {}, value(d.car_da))),
      h("span", { class: "k-house" }, t("flow.house"), h("b", {}, value(d.house_da))),
      this.sunny && h("span", { class: "k-sun" }, t("chart.sun")),
      fuse && h("span", { class: "k-fuse" }, t("lim.fuse", { a: amps(fuse * 100) })),
      i !== null && h("span", { class: "plain" }, ago ? t("ago", { d: duration(ago) }) : t("chart.now"), this.span === "day" ? " · " + clock(Date.now() / 1000 - ago) : ""),
      !d.count && h("span", { class: "plain" }, t("chart.empty")));
  }

  point(event) {
    if (!this.data || !this.data.count) return;
    const box = this.svg.getBoundingClientRect();
    const at = event.clientX - box.left;
    const total = this.span === "hour" ? 360 : 288;
    const i = Math.round(((at - L) / (this.w - L)) * (total - 1)) - (total - this.data.count);
    this.legend(Math.max(0, Math.min(this.data.count - 1, i)));
  }
}
