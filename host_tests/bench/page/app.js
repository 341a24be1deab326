// The bench: everything on it is an action of bench/actions.py, and shows as scenario text.

import { build, show } from "./view.js";

const error = document.getElementById("error");
let shape = "";

export async function act(action, args = {}) {
  const response = await fetch("/bench/do", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ action, args }) });
  const answer = await response.json();
  error.textContent = response.ok ? "" : answer.error;
  if (response.ok) take(answer);
}

function take(state) {
  const now = state.house.appliances.map((a) => a.name).join() + state.charger.phases + state.meter.clamps;
  if (now !== shape) {
    shape = now;
    build(state, act);
  }
  show(state);
}

async function poll() {
  try {
    take(await (await fetch("/bench/state")).json());
    if (error.textContent === "The bench does not answer.") error.textContent = "";
  } catch {
    error.textContent = "The bench does not answer.";
  }
  setTimeout(poll, 500);
}

document.getElementById("copy").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const text = document.getElementById("lines").textContent + "\n";
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
