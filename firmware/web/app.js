// The page's frame: who is logged in, which tab shows, whether the charger answers.

import { h, s, $, text, attr, replace } from "./dom.js";
import { t, loadLanguage, duration } from "./i18n.js";
import { get, post, put, Live, whenLoggedOut } from "./api.js";
import { BRAND } from "./build.js";
import { Login } from "./login.js";
import { Now } from "./now.js";
import { Schedule } from "./schedule.js";
import { Sessions } from "./sessions.js";
import { Settings } from "./settings.js";
import { Help } from "./help.js";
import { Setup } from "./setup.js";

const TABS = {
  now: [Now, "M13 3 5 14h6l-1 7 9-12h-6l0-6z"],
  schedule: [Schedule, "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2.5"],
  sessions: [Sessions, "M5 20v-6M10 20V9M15 20v-9M20 20V5"],
  settings: [Settings, "M4 7h9M17.5 7H20M4 17h2.500M11 17h9M15.200 9.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600zM8.700 19.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z"],
  help: [Help, "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.300c.3-1.400 1.300-2.100 2.600-2.100 1.500 0 2.600 1 2.600 2.300 0 1.800-2.500 2-2.500 3.800M12.100 16.500v.1"],
};

class App {
  constructor() {
    this.live = new Live((doc) => this.status(doc), (sec) => this.lost(sec));
    this.view = null;
    this.said = "";
    whenLoggedOut(() => { if (!(this.view instanceof Login)) this.begin(); });
    addEventListener("hashchange", () => this.route());
    this.theme(this.theme());
  }

  async begin() {
    this.live.stop();
    this.lost(0);
    try {
      this.hello = await get("hello");
    } catch {
      this.lost(1);
      setTimeout(() => this.begin(), 2000);
      return;
    }
    this.called(this.hello.name);
    if (this.hello.role === null) return this.frame(new Login(this.hello, () => this.begin()), false);
    if (!this.hello.time_known) this.tellTime();
    if (!this.hello.setup_done && this.hello.role === "installer") return this.setup();
    this.live.start();
    this.route();
  }

  /** The charger's name; beside a logo that says the same it is for readers of the screen alone. */
  called(name) {
    text($("name"), name);
    $("name").classList.toggle("hidden", name === BRAND.name);
  }

  tellTime() {
    post("time", { time_s: Math.round(Date.now() / 1000), offset_min: -new Date().getTimezoneOffset() }).catch(() => {});
  }

  frame(view, tabs) {
    if (this.view && this.view.leave) this.view.leave();
    this.view = view;
    $("tabs").hidden = !tabs;
    document.documentElement.style.setProperty("--dock", view instanceof Now ? "6rem" : "0px");
    replace($("main"), view.el);
    if (this.doc && view.show && !(view instanceof Setup)) view.show(this.doc);
  }

  route() {
    if (!this.hello || this.hello.role === null || this.view instanceof Setup) return;
    const name = location.hash.slice(1) in TABS ? location.hash.slice(1) : "now";
    if ($("tabs").children.length === 0) this.drawTabs();
    for (const a of $("tabs").children) {
      if (a.hash === "#" + name) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
    }
    this.frame(new TABS[name][0](this), true);
    scrollTo(0, 0);
  }

  drawTabs() {
    attr($("tabs"), "aria-label", t("tabs"));
    replace($("tabs"), Object.entries(TABS).map(([name, [, icon]]) => h("a", { href: "#" + name },
      s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: icon })), t("tab." + name))));
  }

  status(doc) {
    this.doc = doc;
    this.called(doc.name);
    if (this.view && this.view.show && !(this.view instanceof Setup)) this.view.show(doc);
  }

  lost(seconds) {
    const gone = seconds > 0;
    document.body.classList.toggle("stale", gone);
    attr($("link"), "class", "link " + (gone ? "bad" : this.live.timer ? "ok" : ""));
    text($("link"), gone ? t("link.lost") : this.hello && this.hello.role ? t("link.live") : "");
    $("lost").hidden = !gone;
    if (gone) text($("lost"), seconds > 1 ? t("lost", { d: duration(seconds) }) : t("lost.first"));
  }

  /** Speak to a screen reader when something changed, not with every number. */
  say(code, words) {
    if (code === this.said) return;
    this.said = code;
    text($("say"), words);
  }

  error(message) {
    if (message) this.toast(message, true);
  }

  toast(words, bad) {
    clearTimeout(this.timer);
    if (!this.box) this.box = document.body.appendChild(h("p", { role: "status" }));
    attr(this.box, "class", "toast" + (bad ? " bad" : ""));
    text(this.box, words);
    this.box.hidden = false;
    this.timer = setTimeout(() => { this.box.hidden = true; }, bad ? 6000 : 2500);
  }

  theme(choice) {
    let now = "";
    try {
      if (choice !== undefined) localStorage.setItem("theme", choice);
      now = localStorage.getItem("theme") || "";
    } catch { now = choice || ""; }
    if (now) document.documentElement.dataset.theme = now; else delete document.documentElement.dataset.theme;
    return now;
  }

  async language(choice) {
    const step = this.view instanceof Setup ? this.view.step : -1;
    await loadLanguage(choice);
    replace($("tabs"));
    if (step >= 0) return this.frame(new Setup(this, step), false);
    put("settings", { language: choice }).catch(() => {});
    return this.route();
  }

  setup() {
    this.live.stop();
    this.frame(new Setup(this), false);
  }

  setupDone() {
    this.view = null;
    location.hash = "#now";
    this.begin();
  }

  async logout() {
    await post("logout");
    this.doc = null;
    this.begin();
  }
}

const app = new App();
loadLanguage().then(() => app.begin());
