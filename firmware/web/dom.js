// Building blocks of the page: elements, and writing only what changed.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attrs, children) {
  for (const [key, value] of Object.entries(attrs || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") node[key] = value;
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const h = (tag, attrs, ...children) => fill(document.createElement(tag), attrs, children);
export const s = (tag, attrs, ...children) => fill(document.createElementNS(SVG, tag), attrs, children);
export const $ = (id) => document.getElementById(id);

/** Set a text only when it differs: no reflow, and a screen reader keeps quiet. */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

export function attr(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function replace(node, ...children) {
  node.replaceChildren(...children.flat().filter(Boolean));
}

/** Radio buttons that look like one switch. options: [[value, label]]. */
export function segments(label, options, value, change) {
  const buttons = options.map(([v, name]) => h("button", {
    type: "button", "aria-pressed": String(v === value),
    onclick: () => {
      buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(options[i][0] === v)));
      change(v);
    },
  }, name));
  return h("div", { class: "seg", role: "group", "aria-label": label }, buttons);
}
