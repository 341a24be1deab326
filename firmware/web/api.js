// Talking to the charger: requests, and the live status with a fallback to polling.

export class ApiError extends Error {
  constructor(status, answer) {
    super(answer.error || "HTTP " + status);
    this.status = status;
    this.wait = answer.wait_s || 0;
    this.field = answer.field || null;
  }
}

async function call(method, path, data) {
  const options = { method, credentials: "same-origin", signal: AbortSignal.timeout(35000) };
  if (data !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(data);
  }
  const response = await fetch("/api/" + path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    if (response.status === 401 && path !== "login") onLogout();
    throw new ApiError(response.status, answer);
  }
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, data = {}) => call("POST", path, data);
export const put = (path, data) => call("PUT", path, data);

let onLogout = () => {};
export function whenLoggedOut(f) { onLogout = f; }

const LOST_MS = 4000;

/** Calls show(document) on every new status and lost(seconds | 0) when none comes. */
export class Live {
  constructor(show, lost) {
    this.show = show;
    this.lost = lost;
    this.last = Date.now();
    this.source = null;
    this.timer = null;
  }

  start() {
    this.stop();
    this.last = Date.now();
    this.timer = setInterval(() => this.watch(), 1000);
    this.open();
  }

  stop() {
    clearInterval(this.timer);
    this.close();
  }

  open() {
    this.source = new EventSource("/api/live");
    this.source.onmessage = (event) => this.take(JSON.parse(event.data));
    this.source.onerror = () => {
      if (this.source && this.source.readyState === EventSource.CLOSED) this.close();
    };
  }

  close() {
    if (this.source) this.source.close();
    this.source = null;
  }

  take(document) {
    this.last = Date.now();
    this.lost(0);
    this.show(document);
  }

  async watch() {
    const silent = Date.now() - this.last;
    if (silent >= LOST_MS) this.lost(Math.round(silent / 1000));
    if (silent < 2500 || this.polling) return;
    this.polling = true; // the stream is silent: ask, and try the stream again
    try {
      this.take(await get("status"));
      if (!this.source) this.open();
    } catch { /* still lost; said above */ } finally {
      this.polling = false;
    }
  }
}
