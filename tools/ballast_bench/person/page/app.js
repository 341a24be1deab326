// The bench: everything on it is an action of ballast_bench/person/actions.py, and shows as a line of a story.

import { build, show } from "./view.js";

const error = document.getElementById("error");
let shape = "", groups = null;

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  error.textContent = response.ok ? "" : answer.error;
  if (response.ok && groups) take(answer);
}

export const act = (action, args = {}) => post("/bench/do", { action, args });
const choose = (index) => post("/bench/charger", { index });

function take(state) {
  const now = state.house.appliances.map((a) => a.name).join() + state.charger.phases + state.group.length;
  if (now !== shape) {
    shape = now;
    build(groups, state, act, choose);
  }
  show(state);
}

async function poll() {
  try {
    groups ??= (await (await fetch("/bench/verbs")).json()).groups;
    take(await (await fetch("/bench/state")).json());
    if (error.textContent === "The bench does not answer.") error.textContent = "";
  } catch {
    error.textContent = "The bench does not answer.";
  }
  setTimeout(poll, 500);
}

document.getElementById("copy").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const text = await (await fetch("/bench/story")).text();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(document.getElementById("lines"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});

poll();
