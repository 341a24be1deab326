// The picture: what flows where. Line width is current, dots run the way it flows.

import { s, text, attr } from "./dom.js";
import { t, amps1, amps, kw } from "./i18n.js";

const ICONS = {
  grid: "M-9 14 0-14 9 14M-6 5h12M-3.5-3h7M-11-6h22M-11-6v4M11-6v4M-6 5 4.5-2M6 5-4.5-2",
  house: "M-14 1 0-12 14 1M-10-2v14h20V-2M-3 12V4h6v8",
  car: "M-15 8v-6l4-2 4-7h11l6 7 5 2v6M-15 8h3M-5 8H5M12 8h3M-5.5 0H7",
  sun: "M0-12v-3M0 12v3M12 0h3M-12 0h-3M8.5-8.5l2-2M-8.5 8.5l-2 2M8.5 8.5l2 2M-8.5-8.5l-2-2",
};
const RING = 2 * Math.PI * 33;

function node(cls, x, y, label, sub) {
  const icon = s("path", { class: "icon", d: ICONS[cls] });
  const extra = cls === "car"
    ? [s("circle", { class: "icon", cx: -8.5, cy: 8.5, r: 3.5 }), s("circle", { class: "icon", cx: 8.5, cy: 8.5, r: 3.5 })]
    : [];
  const name = s("text", { class: "label", x, y: y + 50 }, label);
  const more = s("text", { class: "sub", x, y: y + 65 }, sub || "");
  const pic = s("g", { transform: `translate(${x} ${y})` }, icon, extra);
  const g = s("g", {}, s("circle", { class: "disc", cx: x, cy: y, r: 33 }), pic, name, more);
  return { g, pic, name, more };
}

function pipe(cls, d, x, y) {
  const track = s("path", { class: "track", d });
  const line = s("path", { class: "pipe", d, "stroke-width": 0 });
  const dots = s("path", { class: "dots", d });
  const pill = s("rect", { class: "pill", x: x - 32, y: y - 13, width: 64, height: 26, rx: 13 });
  const value = s("text", { class: "val", x, y: y + 5 });
  const g = s("g", { class: cls }, track, line, dots);
  const tag = s("g", { class: cls }, pill, value);
  return { cls, g, tag, line, dots, value };
}

function setPipe(p, ma, unknown, extraClass = "") {
  const size = Math.abs(ma || 0);
  const flowing = !unknown && size >= 200;
  const cls = [p.cls, flowing ? "" : "off", unknown ? "unknown" : "", ma < 0 ? "back" : "", extraClass].filter(Boolean).join(" ");
  attr(p.g, "class", cls);
  attr(p.tag, "class", cls);
  attr(p.line, "stroke-width", flowing ? (3 + Math.min(13, size / 2400)).toFixed(1) : 0);
  p.dots.style.animationDuration = (2.2 - Math.min(1.6, size / 18000)).toFixed(2) + "s";
  text(p.value, unknown ? "–" : amps1(size));
}

export class Flow {
  constructor() {
    this.grid = node("grid", 56, 116, t("flow.grid"));
    this.house = node("house", 304, 50, t("flow.house"));
    this.car = node("car", 304, 186, t("flow.car"));
    this.gauge = s("circle", {
      class: "gauge", cx: 56, cy: 116, r: 33, "stroke-dasharray": RING, "stroke-dashoffset": RING, transform: "rotate(-90 56 116)",
    });
    this.toHouse = pipe("house", "M90 110C185 110 170 50 270 50", 180, 80);
    this.toCar = pipe("car", "M90 122C185 122 170 186 270 186", 180, 154);
    this.sun = s("g", { transform: "translate(344 22)", class: "sunny" },
      s("circle", { cx: 0, cy: 0, r: 7, fill: "var(--sun)" }), s("path", { class: "icon", d: ICONS.sun }));
    this.svg = s("svg", { class: "flow live-values", viewBox: "0 0 360 256", role: "img" },
      this.toHouse.g, this.toCar.g, this.grid.g, this.gauge, this.house.g, this.car.g, this.sun, this.toHouse.tag, this.toCar.tag);
  }

  show(doc) {
    const known = doc.grid.current_ma !== null;
    const phase = known ? doc.grid.current_ma.indexOf(Math.max(...doc.grid.current_ma)) : 0;
    const mains = known ? doc.grid.current_ma[phase] : null;
    const house = known ? doc.house.current_ma[phase] : null;
    const car = doc.car.current_ma === null ? (doc.contactor ? doc.limit.current_ma : 0) : Math.max(...doc.car.current_ma);
    const sunny = known && house < (doc.solar.fitted ? -200 : -1000); // a late reading shows as less than nothing
    setPipe(this.toHouse, house, !known, sunny ? "sunny" : "");
    setPipe(this.toCar, car, false);
    attr(this.sun, "visibility", doc.solar.fitted || sunny ? "visible" : "hidden");
    attr(this.car.pic, "class", doc.car.plugged === false ? "faint" : "");
    text(this.car.more, doc.car.plugged === false ? t("flow.unplugged") : car >= 200 && doc.car.power_w !== null ? kw(doc.car.power_w) : "");
    text(this.house.more, sunny ? t("flow.surplus") : doc.group ? t("flow.others") : "");
    text(this.grid.more, known ? t(mains < 0 ? "flow.export" : "flow.of", { a: amps1(Math.abs(mains)), fuse: amps(doc.grid.fuse_ma) })
      : doc.meter.fitted ? t("flow.silent") : t("flow.nometer"));
    const share = known && doc.grid.fuse_ma ? Math.max(0, mains / doc.grid.fuse_ma) : 0;
    attr(this.gauge, "class", "gauge" + (share > 1.005 ? " over" : share > 0.9 ? " near" : ""));
    attr(this.gauge, "stroke-dashoffset", (RING * (1 - Math.min(1, share))).toFixed(1));
    attr(this.gauge, "visibility", share > 0.01 ? "visible" : "hidden");
    attr(this.svg, "aria-label", t("flow.aria", {
      grid: amps1(mains), fuse: amps(doc.grid.fuse_ma), house: amps1(house), car: amps1(car),
    }));
  }
}
