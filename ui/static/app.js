// Every page works without this file. It changes the theme without a reload,
// keeps what is pressed in its place, shows tips, keeps count-downs right, copies links, asks about the zone, and
// looks again while a draft is being computed.
const root = document.documentElement;
const all = (sel) => document.querySelectorAll(sel);

// The server draws the next page from the cookie; this one changes at once.
for (const form of all("form[data-theme-form]")) {
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const body = new URLSearchParams(new FormData(form, e.submitter));
    root.dataset.theme = e.submitter.value;
    try { await fetch(form.action, { method: "POST", body, redirect: "manual" }); } catch { form.submit(); }
  });
}

// What is pressed stays under the finger when the page comes back, so that a second tap
// presses nothing else, nor takes back at once what the first said; what was pressed by a
// key has the focus again. The buttons are counted from the end: the one before the pairs
// may go. A page can be listed twice.
const times = {}, drawn = performance.now();
for (const form of all("form.tell")) {
  const action = form.getAttribute("action"), key = `${action} ${times[action] = (times[action] ?? 0) + 1}`;
  const was = JSON.parse(sessionStorage.getItem(key));
  sessionStorage.removeItem(key);
  if (was) addEventListener("load", () => {
    for (let d = form.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (was.key) [...form.querySelectorAll("button")].at(was.by)?.focus({ preventScroll: true });
    if (!form.matches(".big")) scrollBy({ top: form.getBoundingClientRect().top - was.top, behavior: "instant" });
  });
  form.addEventListener("submit", (e) => {
    const buttons = [...form.querySelectorAll("button")], by = buttons.indexOf(e.submitter) - buttons.length;
    if (by === was?.by && performance.now() - drawn < 500) return e.preventDefault();
    sessionStorage.setItem(key, JSON.stringify({ top: form.getBoundingClientRect().top, by, key: e.submitter?.matches(":focus-visible") }));
  });
}

// What is sent twice by a double click is sent once. Who comes back to a page may send again.
let sent;
document.addEventListener("submit", (e) => {
  if (e.defaultPrevented) return;
  if (e.target === sent) return e.preventDefault();
  sent = e.target;
  setTimeout(() => { sent = undefined; }, 3000);
});
addEventListener("pageshow", () => { sent = undefined; });

// One tip for the page, on hover and on focus; Escape puts it away.
const tip = document.getElementById("tip");
let owner;
const hide = () => { owner = undefined; tip.hidden = true; };
function show(el) {
  owner = el;
  tip.textContent = el.dataset.tip;
  tip.hidden = false;
  const at = el.getBoundingClientRect(), box = tip.getBoundingClientRect();
  const x = at.left + at.width / 2 - box.width / 2, y = at.top - box.height - 8;
  tip.style.left = `${Math.max(8, Math.min(x, innerWidth - box.width - 8))}px`;
  tip.style.top = `${y > 8 ? y : at.bottom + 8}px`;
}
if (tip) {
  for (const [on, off] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(on, (e) => { const el = e.target.closest?.("[data-tip]"); if (el && el !== owner) show(el); });
    document.addEventListener(off, (e) => { if (owner && !owner.contains(e.relatedTarget)) hide(); });
  }
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true, capture: true });
}

// Count-downs, in the words of the server.
const unit = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
function left(ms) {
  const min = Math.max(0, Math.floor(ms / 60000)), d = Math.floor(min / 1440), h = Math.floor(min / 60) % 24, m = min % 60;
  if (d > 6) return unit(d, "day");
  if (d) return h ? `${unit(d, "day")} ${unit(h, "hour")}` : unit(d, "day");
  if (h) return m ? `${unit(h, "hour")} ${unit(m, "minute")}` : unit(h, "hour");
  return unit(m, "minute");
}
const clocks = all("time[data-left]");
if (clocks.length && !root.dataset.frozen) {
  setInterval(() => { for (const c of clocks) c.textContent = left(new Date(c.dateTime) - Date.now()); }, 30000);
}

// Copy what stands in the field beside the button.
for (const b of all("[data-copy]")) {
  b.addEventListener("click", async () => {
    const field = document.getElementById(b.dataset.copy);
    try { await navigator.clipboard.writeText(field.value); } catch { field.select(); document.execCommand("copy"); }
    const word = b.lastChild, was = word.textContent;
    word.textContent = "Copied";
    setTimeout(() => { word.textContent = was; }, 2000);
  });
}

// A browser that lives in another zone than the profile: ask, never switch.
const note = document.getElementById("zone-note");
if (note) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let kept;
  try { kept = localStorage.getItem("zone-kept"); } catch { /* no storage, ask again */ }
  if (here && here !== note.dataset.zone && here !== kept) {
    for (const el of note.querySelectorAll("[data-here]")) el.textContent = here.split("/").pop().replaceAll("_", " ");
    note.querySelector("input[name=zone]").value = here;
    note.querySelector("[data-keep]").addEventListener("click", () => {
      try { localStorage.setItem("zone-kept", here); } catch { /* asked again next time */ }
      note.hidden = true;
    });
    note.hidden = false;
  }
}
for (const el of all("[data-guess-zone]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!el.value && here) el.value = here;
}

// A link to a folded form unfolds it.
function unfold() {
  const el = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (el instanceof HTMLDetailsElement) { el.open = true; el.scrollIntoView(); }
}
addEventListener("hashchange", unfold);
unfold();

// A form with a preview shows what it means while it is filled in.
const trusted = window.trustedTypes?.createPolicy("app", { createHTML: (s) => s });
for (const form of all("form[data-live]")) {
  let later;
  form.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(async () => {
      const body = new URLSearchParams(new FormData(form));
      body.set("do", "preview");
      try {
        const html = await (await fetch(form.action, { method: "POST", body })).text();
        const now = new DOMParser().parseFromString(trusted ? trusted.createHTML(html) : html, "text/html").getElementById(form.dataset.live);
        if (now) document.getElementById(form.dataset.live).replaceChildren(...now.childNodes);
      } catch { /* the button still works */ }
    }, 200);
  });
}

// A survey: how far it is, and on to the next question after a tap, never after a key.
const survey = document.querySelector("form[data-survey]");
if (survey) {
  const sets = [...survey.querySelectorAll("fieldset")], bar = survey.querySelector(".pg");
  const open = () => sets.filter((s) => !s.querySelector(":checked"));
  const draw = () => bar.setAttribute("width", `${100 * (1 - open().length / sets.length)}%`);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let tapped = false;
  survey.addEventListener("pointerdown", () => { tapped = true; });
  survey.addEventListener("keydown", () => { tapped = false; });
  survey.addEventListener("change", (e) => {
    draw();
    if (tapped && e.target.type === "radio") (open()[0] ?? survey.querySelector(".send")).scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  });
  draw();
  (document.getElementById("err") ?? document.getElementById("few"))?.focus();
}

for (const b of all("[data-print]")) b.addEventListener("click", () => print());
for (const m of all("details.menu")) {
  document.addEventListener("click", (e) => { if (!m.contains(e.target)) m.open = false; });
  m.addEventListener("keydown", (e) => { if (e.key === "Escape") { m.open = false; m.querySelector("summary").focus(); } });
}
if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 3000);
// What is wrong has the focus: the field, one of several to choose from, or what is said of the form.
(document.querySelector("[aria-invalid]") ?? document.querySelector("fieldset:has(> .ferr) :is(input, select, textarea)") ?? document.querySelector("form > [role=alert]"))?.focus();
root.classList.add("js");
