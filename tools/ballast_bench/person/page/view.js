// Draws the bench once, then only writes what changed.

import { control, h, put, updates, forget } from "./controls.js";

const $ = (id) => document.getElementById(id);
const amps = (v) => v.toFixed(1) + " A";

function facts(rows) {
  const list = h("dl", { class: "facts" });
  for (const [name, read] of rows) {
    const value = h("dd");
    list.append(h("dt", {}, name), value);
    updates.push((state) => put(value, read(state)));
  }
  return list;
}

const clock = (s) => [s / 3600, (s / 60) % 60, s % 60].map((v) => String(Math.floor(v)).padStart(2, "0")).join(":");

function strip(act) {
  const number = (cls, name, read) => {
    const value = h("b", { class: cls });
    updates.push((state) => { const [text, bad] = read(state); put(value, text); value.className = bad ? "bad" : cls; });
    return h("div", { class: "num" }, value, h("span", {}, name));
  };
  const house = h("i", { class: "h" }), car = h("i", { class: "c" }), fuse = h("u"), bar = h("div", { class: "bar" }, house, car, fuse);
  updates.push((s) => {
    const phase = s.mains.amps.indexOf(Math.max(...s.mains.amps));
    const top = Math.max(s.mains.rated_a * 1.3, s.mains.amps[phase]);
    const share = (a) => (100 * Math.max(0, a)) / top + "%";
    house.style.width = share(s.house.amps[phase]);
    car.style.left = share(s.house.amps[phase]);
    car.style.width = share(s.mains.amps[phase] - Math.max(0, s.house.amps[phase]));
    fuse.style.left = share(s.mains.rated_a);
    bar.classList.toggle("over", s.mains.amps[phase] > s.mains.rated_a * 1.005);
  });
  const speeds = [1, 5, 20, 100].map((factor) => {
    const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => act("speed", { factor }) }, factor + "×");
    updates.push((s) => button.setAttribute("aria-pressed", String(s.pace === factor)));
    return button;
  });
  $("strip").replaceChildren(
    number("", "time of day", (s) => [clock(s.day_s)]),
    number("h", "house", (s) => [s.house.amps.slice(0, s.house.phases).map((a) => a.toFixed(1)).join(" · ") + " A"]),
    number("c", "car", (s) => [s.car ? s.car.amps.slice(0, s.charger.phases).map((a) => a.toFixed(1)).join(" · ") + " A" : "unplugged"]),
    h("div", { class: "meter" }, h("span", { class: "soft" }, "Main breaker: house, then car, up to the dashed line"), bar),
    number("", "breaker's thermal state", (s) => [s.mains.tripped ? "tripped" : (100 * s.mains.heat).toFixed(0) + " %", s.mains.tripped || s.mains.heat > 0.8]),
    h("div", {}, h("span", { class: "soft" }, "Speed"), h("div", { class: "speed", role: "group", "aria-label": "Speed" }, speeds)),
  );
}

/** All chargers of the group; a tap chooses the one that car and faults act on. */
function chargers(state, choose) {
  const section = $("group");
  section.hidden = state.group.length < 2;
  const tiles = state.group.map((_, i) => {
    const amp = h("b"), offer = h("span"), lease = h("span"), role = h("em"), bar = h("i");
    const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(i) },
      h("strong", {}, "Charger " + (i + 1), role), amp, h("u", { "aria-hidden": "true" }, bar), offer, lease);
    updates.push((s) => {
      const m = s.group[i];
      button.setAttribute("aria-pressed", String(s.index === i));
      put(amp, m.powered ? (m.plugged ? amps(m.amps) : "no car") : "no power");
      bar.style.width = Math.min(100, (100 * m.amps) / s.mains.rated_a) + "%";
      put(role, m.role === "leader" ? "leads" : m.role === "candidate" ? "wants to lead" : "");
      put(offer, "offered " + amps(m.offered_a) + " · limit: " + m.limited);
      put(lease, m.lease_s > 0 ? "lease " + amps(m.lease_a) + ", " + m.lease_s.toFixed(0) + " s left" : "no lease");
    });
    return button;
  });
  $("group_box").replaceChildren(...tiles);
}

const TILES = "A tap switches by hand; one more holds it off; one more gives it back to its own timetable.";

/** The appliances of this house: what `appliance` can switch. */
function appliances(state, act) {
  const tiles = state.house.appliances.map((a, i) => {
    const watt = h("span");
    const button = h("button", { type: "button", "aria-pressed": "false" }, a.name, watt);
    let now = a;
    button.addEventListener("click", () => act("appliance", { name: a.name, on: now.hand === null ? !now.on : now.hand ? false : null }));
    updates.push((s) => {
      now = s.house.appliances[i] ?? now;
      button.setAttribute("aria-pressed", String(now.hand === true));
      button.classList.toggle("runs", now.on);
      const how = now.hand === true ? "by hand" : now.hand === false ? "held off" : "by itself";
      put(watt, (now.on ? now.watt + " W" : "off") + " · " + how);
    });
    return button;
  });
  return h("div", {}, h("p", { class: "soft" }, TILES), h("div", { class: "tiles" }, tiles));
}

/** The button on the box: pressed while it is held. */
function heldButton(act) {
  return h("button", { type: "button", onpointerdown: () => act("button", { on: true }), onpointerup: () => act("button", { on: false }),
    onkeydown: (e) => { if (e.key === " " && !e.repeat) act("button", { on: true }); }, onkeyup: (e) => { if (e.key === " ") act("button", { on: false }); } }, "Hold the button");
}

const FACTS = {
  car: [
    ["Pilot", (s) => s.charger.pilot_v.map((v) => v.toFixed(1) + " V").join(" / ")],
    ["Duty", (s) => s.charger.duty.toFixed(1) + " %"],
    ["The car reads", (s) => (s.car ? amps(s.car.offer_a) : "–")],
    ["S2", (s) => (s.car ? (s.car.s2 ? "closed" : "open") : "–")],
    ["Contactor", (s) => (s.charger.closed ? "closed" : "open") + ", " + s.charger.operations + " moves"],
    ["Energy", (s) => (s.charger.energy_wh / 1000).toFixed(2) + " kWh"],
  ],
  house: [["Voltage", (s) => s.mains.volts.slice(0, s.house.phases).map((v) => v.toFixed(0)).join(" · ") + " V"]],
  fault: [["Temperatures", (s) => s.charger.degc.map((d) => d.toFixed(0)).join(" · ") + " °C"], ["RCD output", (s) => (s.charger.tripped ? "tripped" : "quiet")]],
};

/** Verbs that have a better control than the one their table gives. */
const SPECIAL = { appliance: appliances, button: (state, act) => heldButton(act), speed: () => null };

/** One section: switches side by side, then what has numbers. */
function section(group, state, act) {
  const special = [], switches = [], forms = [];
  for (const verb of group.verbs) {
    const made = SPECIAL[verb.verb] ? SPECIAL[verb.verb](state, act) : control(verb, act);
    if (made === null) continue;
    if (verb.verb === "unplug") updates.push((s) => { made.hidden = !s.car; });
    if (verb.verb === "plug") updates.push((s) => { made.hidden = Boolean(s.car); });
    (verb.verb === "appliance" ? special : made.tagName === "BUTTON" ? switches : forms).push(made);
  }
  if (!special.length && !switches.length && !forms.length) return null;
  const id = "h_" + group.key;
  const count = h("em", {}), box = h("details", { class: "group", open: WIDE.matches || group.key === "car" || group.key === "house" },
    h("summary", {}, h("h2", { id }, group.title), count), special,
    FACTS[group.key] ? facts(FACTS[group.key]) : null,
    switches.length ? h("div", { class: "row" }, switches) : null, forms);
  const mine = group.verbs.map((verb) => verb.verb);
  updates.push((s) => { const n = s.bent.filter((verb) => mine.includes(verb)).length; put(count, n ? n + " changed" : ""); });
  return h("section", { "aria-labelledby": id }, box);
}

/** Where there is room for all groups; on a phone a tap opens one. */
const WIDE = matchMedia("(min-width: 48rem)");

export function build(groups, state, act, choose) {
  forget();
  strip(act);
  chargers(state, choose);
  $("verbs").replaceChildren(...groups.map((group) => section(group, state, act)).filter(Boolean));
}

export function show(state) {
  put($("house"), state.house.name);
  for (const update of updates) update(state);
  const lines = $("lines");
  const text = state.lines.join("\n") || "# nothing done yet";
  if (lines.textContent !== text) {
    lines.textContent = text;
    lines.scrollTop = lines.scrollHeight;
  }
}
