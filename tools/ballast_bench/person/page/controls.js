// A control for each verb, made from the table that the bench sends: its arguments, defaults and ranges.

export const updates = [];
export const forget = () => { updates.length = 0; };

export function h(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return node;
}

export const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };

const UNITS = { a: "A", ma: "mA", s: "s", w: "W", kwh: "kWh", v: "V", degc: "°C", min: "min", ohm: "Ω", amps: "A", percent: "%", seconds: "s", milliohm: "mΩ", degrees: "°C", hz: "Hz" };

/** "max, A" of max_a: the last part of a name is its unit. */
function labelOf(name) {
  const parts = name.split("_"), unit = UNITS[parts.at(-1)];
  if (parts.length === 1) return name === "degc" ? unit : name;
  return unit ? parts.slice(0, -1).join(" ") + ", " + unit : parts.join(" ");
}

/** The row in force of a verb: the only one, or that of the place or phase which is chosen. undefined = none. */
const rowOf = (state, verb, chosen) => (state.now[verb.verb] ?? []).find((row) => !verb.key || row[verb.key] === chosen);

/** Hidden where this bench cannot do it; marked where it is not as it was at the start. */
function follow(box, verb) {
  if (verb.lasts) updates.push((state) => {
    box.hidden = state.now[verb.verb].length === 0;
    box.classList.toggle("bent", state.bent.includes(verb.verb));
  });
  return box;
}

/** [element, read() -> value, show(value)] of one argument. undefined shows nothing but its default, as a hint. */
function field(arg) {
  const label = labelOf(arg.name);
  if (arg.kind === "bool" || arg.kind.startsWith("bool")) {
    const input = h("select", { "aria-label": label }, [["true", "yes"], ["false", "no"], ...(arg.kind === "bool" ? [] : [["null", "by itself"]])].map(([v, text]) => h("option", { value: v }, text)));
    return [input, () => JSON.parse(input.value), (v) => { input.value = String(v === undefined ? arg.default : v); }];
  }
  if (arg.choices) {
    const input = h("select", { "aria-label": label }, arg.choices.map((v) => h("option", { value: v }, v.replaceAll("_", " "))));
    return [input, () => input.value, (v) => { input.value = v ?? arg.default; }];
  }
  if (arg.kind.startsWith("number") || arg.kind.startsWith("whole")) {
    const input = h("input", { type: "number", "aria-label": label, min: arg.least, max: arg.most, step: arg.kind.startsWith("whole") ? 1 : "any", placeholder: arg.default ?? "–" });
    return [input, () => (input.value === "" ? (arg.kind.endsWith("null") ? null : arg.default) : Number(input.value)), (v) => { input.value = v === undefined || v === null ? "" : Number(v.toPrecision(5)); }];
  }
  const input = h("input", { type: "text", "aria-label": label, placeholder: arg.default });
  return [input, () => input.value || arg.default, (v) => { input.value = v ?? ""; }];
}

/** On or off: the only argument is true or false. It is pressed while what the bare verb does is so. */
function toggle(verb, act) {
  const arg = verb.args[0];
  let pressed = false;
  const button = h("button", { type: "button", class: "hurt", title: verb.verb, "aria-pressed": "false", onclick: () => act(verb.verb, { [arg.name]: arg.default !== pressed }) }, verb.about);
  updates.push((state) => {
    pressed = rowOf(state, verb)?.[arg.name] === arg.default;
    button.setAttribute("aria-pressed", String(pressed));
  });
  if (verb.verb === "want" || verb.verb === "supply") button.classList.remove("hurt");
  return follow(button, verb);
}

/** A number with both ends near enough for a slider; the bench says where it stands. */
function slider(verb, act) {
  const arg = verb.args[0], id = "v_" + verb.verb, unit = UNITS[arg.name.split("_").at(-1)] ?? "";
  const span = arg.most - arg.least, step = arg.kind === "whole" || span >= 50 ? 1 : span > 5 ? 0.1 : 0.01;
  const out = h("output", { for: id }), input = h("input", { id, type: "range", min: arg.least, max: arg.most, step });
  const tell = (value) => put(out, Number(Number(value).toFixed(2)) + (unit ? " " + unit : ""));
  let held = 0;
  input.addEventListener("input", () => { held = Date.now(); tell(input.value); });
  input.addEventListener("change", () => act(verb.verb, { [arg.name]: Number(input.value) }));
  updates.push((state) => {
    if (Date.now() - held < 800) return;
    const value = rowOf(state, verb)?.[arg.name] ?? arg.default;
    input.value = value;
    tell(value);
  });
  return follow(h("div", { class: "field", title: verb.verb }, h("label", { for: id }, verb.about), out, input), verb);
}

/** Everything else: its arguments and a button. What lasts shows what is in force; an event shows nothing. */
function form(verb, act) {
  const fields = verb.args.map((arg) => [arg, ...field(arg)]);
  const key = fields.find(([arg]) => arg.name === verb.key);
  let touched = 0, last = null, state = null;
  const send = () => act(verb.verb, Object.fromEntries(fields.map(([arg, , read]) => [arg.name, read()])));
  const fill = () => {
    const row = state && rowOf(state, verb, key?.[2]()), text = JSON.stringify(row ?? null);
    if (text === last) return;
    last = text;
    for (const [arg, , , show] of fields) if (arg.name !== verb.key || !state) show(row?.[arg.name]);
  };
  fill();
  key?.[1].addEventListener("change", () => { touched = 0; last = null; fill(); });
  const box = h("form", { class: "verb", title: verb.verb, onsubmit: (event) => { event.preventDefault(); touched = 0; send(); if (!verb.lasts) { last = null; fill(); } }, oninput: (event) => { if (event.target !== key?.[1]) touched = Date.now(); } },
    h("p", {}, verb.about),
    h("div", { class: "fields" }, fields.map(([arg, input]) => h("label", {}, h("span", {}, labelOf(arg.name)), input)),
      h("button", { type: "submit", "aria-label": verb.verb.replaceAll("_", " ") }, verb.verb === "plug" ? "Plug in" : "Do")));
  if (verb.lasts) updates.push((now) => {
    state = now;
    if (Date.now() - touched > 5000) fill();
  });
  return follow(box, verb);
}

/** Settings of the charger, one at a time. */
function settings(verb, act) {
  const key = h("select", { "aria-label": "setting" }, verb.free.map((row) => h("option", { value: row.key }, row.key)));
  const value = h("input", { type: "number", "aria-label": "value", step: 1 });
  const unit = h("span", { class: "soft" });
  let state = null, touched = 0;
  const choose = () => {
    const row = verb.free.find((r) => r.key === key.value);
    value.min = row.least; value.max = row.most;
    put(unit, row.least + " to " + row.most + (row.unit ? " " + row.unit : ""));
    if (state) value.value = rowOf(state, verb)[key.value];
  };
  key.addEventListener("change", () => { touched = 0; choose(); });
  value.addEventListener("input", () => { touched = Date.now(); });
  choose();
  updates.push((now) => { state = now; if (Date.now() - touched > 5000 && document.activeElement !== value) choose(); });
  return follow(h("form", { class: "verb", title: verb.verb, onsubmit: (event) => { event.preventDefault(); if (value.value !== "") act(verb.verb, { [key.value]: Number(value.value) }); } },
    h("p", {}, verb.about), h("div", { class: "fields" }, h("label", {}, h("span", {}, "setting"), key), h("label", {}, h("span", {}, "value"), value), h("button", { type: "submit", "aria-label": verb.verb }, "Do")), unit), verb);
}

/** The control of one verb. */
export function control(verb, act) {
  if (verb.free.length) return settings(verb, act);
  if (!verb.args.length) return h("button", { type: "button", title: verb.verb, onclick: () => act(verb.verb) }, verb.about);
  if (verb.args.length === 1) {
    const arg = verb.args[0];
    if (arg.kind === "bool") return toggle(verb, act);
    if ((arg.kind === "number" || arg.kind === "whole") && arg.most - arg.least <= 200) return slider(verb, act);
  }
  return form(verb, act);
}
