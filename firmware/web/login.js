// Logging in. A wait is counted down, never a dead end.

import { h, text } from "./dom.js";
import { t, duration } from "./i18n.js";
import { post } from "./api.js";

/** A labelled password input with a switch that shows what is typed. */
export function passwordField(id, label, hint, auto = "current-password") {
  const input = h("input", { id, type: "password", autocomplete: auto, required: true, autocapitalize: "none", spellcheck: "false", "aria-describedby": id + "h" });
  const show = h("button", { type: "button", class: "quiet small", "aria-label": t("login.showit"), "aria-pressed": "false", onclick: () => {
    const open = input.type === "password";
    input.type = open ? "text" : "password";
    show.setAttribute("aria-pressed", String(open));
  } }, t("login.show"));
  return { input, el: h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "peek" }, input, show), h("small", { id: id + "h" }, hint || "")) };
}

/** A label's code as it was meant: blanks, dashes and small letters do not matter. */
function labelCode(typed) {
  const plain = typed.replace(/[\s-]/g, "").toUpperCase();
  return /^[2-9A-HJKMNP-TV-Z]{10,16}$/.test(plain) ? plain : typed;
}

/** The code that the label's second QR code carries; the address forgets it at once. */
function scannedCode() {
  const found = /^#setup=(\w+)$/.exec(location.hash);
  if (found) history.replaceState(null, "", location.pathname);
  return found ? found[1] : "";
}

export class Login {
  constructor(hello, done) {
    this.done = done;
    const code = this.code = !hello.password_set;
    this.field = passwordField("password", t(code ? "login.code" : "login.password"), t(code ? "login.codehint" : "login.hint"));
    if (code) this.field.input.value = scannedCode();
    this.error = h("p", { class: "err", role: "alert" });
    this.button = h("button", { class: "main" }, t("login.in"));
    this.el = h("form", { class: "narrow", onsubmit: (e) => this.submit(e) },
      h("h2", {}, hello.setup_done ? t("login.title", { name: hello.name }) : t("login.first")),
      h("p", { class: "lead" }, t(hello.setup_done ? "login.lead" : "login.firstlead")),
      this.field.el, this.error, h("div", { class: "actions" }, this.button));
    if (hello.wait_s) this.wait(hello.wait_s);
  }

  async submit(event) {
    event.preventDefault();
    this.button.disabled = true;
    text(this.error, "");
    try {
      const typed = this.field.input.value;
      await post("login", { password: this.code ? labelCode(typed) : typed });
      this.done();
    } catch (error) {
      this.button.disabled = false;
      text(this.error, error.status === 401 ? t("login.wrong") : error.message);
      this.field.input.setAttribute("aria-invalid", "true");
      this.field.input.select();
      if (error.wait) this.wait(error.wait);
    }
  }

  wait(seconds) {
    clearTimeout(this.timer);
    this.button.disabled = seconds > 0;
    if (seconds > 0) {
      text(this.error, t("login.wait", { d: duration(seconds) }));
      this.timer = setTimeout(() => this.wait(seconds - 1), 1000);
    } else {
      text(this.error, "");
    }
  }
}
