// Draws the bench once, then only writes what changed.

const $ = (id) => document.getElementById(id);
let updates = [];

function h(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return node;
}

const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const amps = (v) => v.toFixed(1) + " A";

/** A button that is either on or off. read(state) -> bool. */
function toggle(name, verb, read, act, hurt = false, key = "on") {
  let on = false;
  const button = h("button", { type: "button", class: hurt ? "hurt" : null, "aria-pressed": "false", onclick: () => act(verb, { [key]: !on }) }, name);
  updates.push((state) => {
    on = Boolean(read(state));
    button.setAttribute("aria-pressed", String(on));
  });
  return button;
}

/** A slider. read(state) -> value; write(value) -> [verb, args]. */
function slider(name, unit, min, max, step, read, write, act) {
  const id = "s" + Math.random().toString(36).slice(2);
  const out = h("output", { for: id });
  const input = h("input", { id, type: "range", min, max, step });
  let held = 0;
  input.addEventListener("input", () => { held = Date.now(); put(out, input.value + " " + unit); });
  input.addEventListener("change", () => act(...write(Number(input.value))));
  const el = h("div", { class: "field" }, h("label", { for: id }, name), out, input);
  updates.push((state) => {
    const value = read(state);
    el.hidden = value === null;
    if (value === null || Date.now() - held < 800) return;
    input.value = value;
    put(out, Number(value.toFixed(2)) + " " + unit);
  });
  return el;
}

function choice(name, values, read, write, act) {
  const select = h("select", { "aria-label": name, onchange: () => act(...write(select.value)) }, values.map(([v, label]) => h("option", { value: v }, label)));
  updates.push((state) => { if (document.activeElement !== select) select.value = read(state); });
  return h("div", { class: "row" }, h("span", {}, name), select);
}

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

function house(state, act) {
  const tiles = state.house.appliances.map((a, i) => {
    const watt = h("span");
    const button = h("button", { type: "button", "aria-pressed": "false" }, a.name, watt);
    let now = a;
    button.addEventListener("click", () => act("appliance", { name: a.name, on: now.hand === null ? !now.on : now.hand ? false : null }));
    updates.push((s) => {
      now = s.house.appliances[i];
      button.setAttribute("aria-pressed", String(now.hand === true));
      button.classList.toggle("runs", now.on);
      const how = now.hand === true ? "by hand" : now.hand === false ? "held off" : "by itself";
      put(watt, (now.on ? now.watt + " W" : "off") + " · " + how);
    });
    return button;
  });
  const breaker = h("button", { type: "button", onclick: () => act("breaker") }, "Push breaker up");
  updates.push((s) => { breaker.disabled = !s.mains.tripped; });
  $("house_box").replaceChildren(
    h("p", { class: "soft" }, "A tap switches by hand; one more holds it off; one more gives it back to its own timetable."),
    h("div", { class: "tiles" }, tiles),
    h("h3", {}, "Supply"),
    slider("Mains voltage", "%", 40, 130, 1, (s) => s.mains.percent, (v) => ["mains", { percent: v }], act),
    h("div", { class: "row" }, toggle("Power cut", "supply", (s) => s.mains.lost, (verb) => act(verb, { on: last.mains.lost }), true), breaker),
    facts([["Voltage", (s) => s.mains.volts.slice(0, s.house.phases).map((v) => v.toFixed(0)).join(" · ") + " V"]]),
  );
}

function car(state, act) {
  const phases = h("select", { "aria-label": "Phases" }, [1, 3].filter((n) => n <= state.charger.phases).map((n) => h("option", { value: n }, n + "-phase")));
  const power = h("select", { "aria-label": "Onboard charger" }, [10, 16, 20, 32].map((a) => h("option", { value: a }, a + " A")));
  power.value = "32";
  const soc = h("select", { "aria-label": "State of charge at plug-in" }, [5, 30, 60, 80, 95].map((p) => h("option", { value: p / 100 }, p + " %")));
  soc.value = "0.3";
  const delay = h("select", { "aria-label": "Reaction" }, [0.2, 2, 5].map((d) => h("option", { value: d }, "reacts in " + d + " s")));
  delay.value = "2";
  const plug = h("button", { type: "button", class: "main", onclick: () => act("plug", { phases: Number(phases.value), max_a: Number(power.value), soc: Number(soc.value), delay_s: Number(delay.value) }) }, "Plug in");
  const unplug = h("button", { type: "button", onclick: () => act("unplug") }, "Unplug");
  const out = h("div", {}, h("div", { class: "row" }, power, phases, soc, delay), h("div", { class: "row" }, plug));
  const inside = h("div", {}, h("div", { class: "row" }, unplug,
    toggle("Wants to charge", "want", (s) => s.car && s.car.wanted, act)),
  slider("State of charge", "%", 0, 100, 1, (s) => (s.car ? s.car.soc * 100 : null), (v) => ["soc", { soc: v / 100 }], act),
  slider("Own limit", "A", 6, 32, 1, (s) => (s.car ? s.car.max_a : null), (v) => ["car_max", { amps: v }], act),
  h("h3", {}, "Misbehaves"),
  h("div", { class: "row" }, toggle("Ignores limits", "stubborn", (s) => s.car && s.car.stubborn, act, true),
    toggle("No diode", "no_diode", (s) => s.car && s.car.no_diode, act, true), toggle("Wants ventilation", "ventilation", (s) => s.car && s.car.ventilation, act, true)),
  slider("Takes too much", "A", 0, 20, 1, (s) => (s.car ? s.car.greedy : null), (v) => ["greedy", { amps: v }], act));
  updates.push((s) => { out.hidden = Boolean(s.car); inside.hidden = !s.car; });
  $("car_box").replaceChildren(out, inside, facts([
    ["Pilot", (s) => s.charger.pilot_v.map((v) => v.toFixed(1) + " V").join(" / ")],
    ["Duty", (s) => s.charger.duty.toFixed(1) + " %"],
    ["The car reads", (s) => (s.car ? amps(s.car.offer_a) : "–")],
    ["S2", (s) => (s.car ? (s.car.s2 ? "closed" : "open") : "–")],
    ["Contactor", (s) => (s.charger.closed ? "closed" : "open") + ", " + s.charger.operations + " moves"],
    ["Energy", (s) => (s.charger.energy_wh / 1000).toFixed(2) + " kWh"],
  ]));
}

function meter(state, act) {
  $("meter_box").replaceChildren(
    h("div", { class: "row" }, toggle("Silent", "meter_off", (s) => s.meter.silent, act, true), toggle("Frozen", "meter_frozen", (s) => s.meter.frozen, act, true),
      toggle("Wrong way round", "meter_reversed", (s) => s.meter.reversed, act, true),
      state.house.phases === 3 ? toggle("Phases rotated", "meter_swapped", (s) => s.meter.swapped, act, true) : null),
    slider("Ratio", "×", 0.1, 3, 0.1, (s) => s.meter.ratio, (v) => ["meter_ratio", { value: v }], act),
    slider("Late by", "s", 0, 15, 0.5, (s) => s.meter.delay_s, (v) => ["meter_delay", { value: v }], act),
    slider("Wild values", "%", 0, 50, 1, (s) => s.meter.jumps, (v) => ["meter_jumps", { percent: v }], act),
    h("h3", {}, "Radio to the clamp"),
    slider("Frames lost", "%", 0, 100, 1, (s) => s.meter.loss, (v) => ["radio_loss", { value: v }], act),
    h("div", { class: "row" }, toggle("Jammed", "radio_jam", (s) => s.meter.jammed, act, true, "value"),
      state.meter.clamps ? toggle("Clamp's battery out", "clamp_off", (s) => s.meter.clamp_off, act, true) : null),
  );
}

const PLACE_NAMES = { plug: "Mains plug", connector: "Car plug", box: "Charger" };

function faults(state, act) {
  const places = state.charger.places;
  const press = h("button", { type: "button", onpointerdown: () => act("button", { on: true }), onpointerup: () => act("button", { on: false }),
    onkeydown: (e) => { if (e.key === " " && !e.repeat) act("button", { on: true }); }, onkeyup: (e) => { if (e.key === " ") act("button", { on: false }); } }, "Hold the button");
  const sensor = (i, place) => choice(place + " sensor", [["good", "good"], ["open", "wire broken"], ["short", "shorted"], ["frozen", "frozen"]], (s) => s.charger.sensors[i], (v) => ["sensor", { place, state: v }], act);
  const heat = (i, place, name) => slider(name, "°C", 0, 120, 1, (s) => s.charger.forced[i] ?? 0, (v) => ["heat", { place, degc: v }], act);
  $("fault_box").replaceChildren(
    h("div", { class: "row" }, toggle("RCD: 30 mA AC", "leak", (s) => s.charger.ac_ma > 0, (_, a) => act("leak", { ac_ma: a.on ? 30 : 0, dc_ma: last.charger.dc_ma }), true),
      toggle("RCD: 8 mA DC", "leak", (s) => s.charger.dc_ma > 0, (_, a) => act("leak", { dc_ma: a.on ? 8 : 0, ac_ma: last.charger.ac_ma }), true),
      toggle("Earth lost", "pe_lost", (s) => s.charger.pe_lost, act, true), toggle("Contact welded", "weld", (s) => s.charger.weld, act, true),
      toggle("Does not close", "no_close", (s) => s.charger.no_close, act, true)),
    choice("RCD sensor", [["good", "good"], ["broken", "dead"], ["test_dead", "fails its test"], ["cable_open", "cable open"]], (s) => s.charger.rcd, (v) => ["rcd", { state: v }], act),
    choice("Pilot wire", [["good", "good"], ["short", "shorted to earth"], ["open", "broken"]], (s) => s.charger.pilot, (v) => ["pilot", { state: v }], act),
    h("h3", {}, "Heat: hold a place at a temperature (0 = let go)"),
    ...places.map((place, i) => heat(i, place, PLACE_NAMES[place] ?? place)),
    slider("Plug's contact", "mΩ", 0.1, 60, 0.1, (s) => s.charger.milliohm, (v) => ["contact", { milliohm: v }], act),
    ...places.map((place, i) => sensor(i, place)),
    h("div", { class: "row" }, press),
    facts([["Temperatures", (s) => s.charger.degc.map((d) => d.toFixed(0)).join(" · ") + " °C"], ["RCD output", (s) => (s.charger.tripped ? "tripped" : "quiet")]]),
  );
}

let last = null;

export function build(state, act, choose) {
  updates = [];
  last = state;
  strip(act);
  chargers(state, choose);
  house(state, act);
  car(state, act);
  meter(state, act);
  faults(state, act);
}

export function show(state) {
  last = state;
  put($("house"), state.house.name);
  for (const update of updates) update(state);
  const lines = $("lines");
  const text = state.lines.join("\n") || "# nothing done yet";
  if (lines.textContent !== text) {
    lines.textContent = text;
    lines.scrollTop = lines.scrollHeight;
  }
}
