// Wakes islands, swaps pages, keeps the keyboard map. Small on purpose: what a feature does is in its islands.
//
// - A link of this site fetches its page and swaps `main`, `.here` and the title; rail, shell and socket stay.
//   `flotilla:leave` comes before a swap (islands drop their listeners), `flotilla:enter` after it. Anything odd (another
//   build, another site, not HTML, no answer) is a full load. Forms are not touched.
// - WASM is loaded only where `main` holds an island.
// - Without this file every page reads, and every link and form works.

const boot = document.getElementById("boot");
const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);

// ── Islands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

let wasm = null;

/** Loads the WASM, once. */
function load() {
  wasm ??= import(boot.dataset.js).then(async (module) => {
    await module.default({ module_or_path: boot.dataset.wasm });
    module.hydrate();
    return module;
  });
  return wasm;
}

/** Wakes the islands that sleep still, if the page has one: those of the frame serve the page's. */
async function wake() {
  if (!$("main leptos-island")) return;
  const module = await load();
  for (const island of document.querySelectorAll("leptos-island:not([data-awake])")) {
    // One inside another is woken by it.
    island.dataset.awake = "";
    try {
      module[island.dataset.component]?.(island);
    } catch (error) {
      console.error(error);
    }
  }
}

/** An island that broke takes the others with it: say so, and offer the way out. */
function broken({ error, reason }) {
  const alerts = document.getElementById("alerts");
  if (!((error ?? reason) instanceof WebAssembly.RuntimeError) || alerts.childElementCount) return;
  const toast = alerts.appendChild(document.createElement("div"));
  toast.className = "toast bad";
  toast.append(alerts.dataset.broken, " ");
  const button = toast.appendChild(document.createElement("button"));
  button.textContent = alerts.dataset.reload;
  button.addEventListener("click", () => location.reload());
}
addEventListener("error", broken);
addEventListener("unhandledrejection", broken);

// ── Times: in the reader's own zone, as app/src/time.rs writes them ─────────────────────────────────────────────────

const forms = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { year: "numeric", month: "short", day: "numeric" },
};
forms.weekday = { ...forms.day, weekday: "long" };
forms.both = { ...forms.day, ...forms.clock };

function localTimes(within) {
  const zone = -new Date().getTimezoneOffset();
  document.cookie = `flotilla_offset=${zone}; Path=/; Max-Age=31536000; SameSite=Lax`;
  for (const time of within.querySelectorAll("time[data-show]")) {
    if (time.closest("[data-awake]")) continue;
    const text = new Intl.DateTimeFormat(root.lang, forms[time.dataset.show]).format(new Date(time.dateTime));
    // The text node stays: a sleeping island will look for it.
    if (time.firstChild && time.firstChild.data !== text) time.firstChild.data = text;
  }
}

// ── Pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const pages = new Map(); // address → answer on its way, from a link that is pointed at
const FRESH = 5000; // ms that such an answer may wait for its click
let journey = null; // the navigation under way

function fetchPage(url) {
  const waiting = pages.get(url);
  pages.delete(url);
  if (waiting && performance.now() - waiting.at < FRESH) return waiting.answer;
  return download(url);
}

async function download(url) {
  const response = await fetch(url, { headers: { accept: "text/html" } });
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/html") || new URL(response.url).origin !== location.origin) {
    response.body?.cancel();
    throw new Error("not a page");
  }
  return { url: response.url, html: await response.text() };
}

/** The address that a click on `link` leads to inside this site, if it is one to swap. */
function target(link, event) {
  if (!link || link.target || link.hasAttribute("download") || link.hasAttribute("data-reload")) return null;
  if (event && (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) return null;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || !/^https?:$/.test(url.protocol)) return null;
  const samePage = url.pathname === location.pathname && url.search === location.search;
  return samePage && url.hash ? null : url;
}

/** Goes to `url`; `push` is false when the browser has moved already (back, forward). */
async function go(url, push) {
  journey?.abort();
  const mine = (journey = new AbortController());
  root.toggleAttribute("data-busy", true);
  try {
    const page = await fetchPage(url.href);
    if (mine.signal.aborted) return;
    const next = new DOMParser().parseFromString(page.html, "text/html");
    if (!alike(next)) throw new Error("another build, or somebody else");
    if (push) {
      const { pathname, search } = new URL(page.url);
      remember();
      history[pathname + search === shown ? "replaceState" : "pushState"]({}, "", pathname + search + url.hash);
    }
    swap(next);
    arrive(url, push);
  } catch (error) {
    if (!mine.signal.aborted) push ? location.assign(url) : location.reload();
  } finally {
    if (journey === mine) root.toggleAttribute("data-busy", false);
  }
}

/** Whether a page may be swapped in: made by the same build, for the same person (the socket is theirs). */
function alike(next) {
  const there = next.documentElement.dataset;
  return there.build === root.dataset.build && there.caller === root.dataset.caller && $("main", next);
}

/** Puts the parts of the page that differ in place of those that stand there. */
function swap(next) {
  dispatchEvent(new CustomEvent("flotilla:leave"));
  closeAll();
  pages.clear();
  document.title = next.title;
  // The parser's document is inert; adopted nodes keep their islands asleep until `wake`.
  $("main").replaceWith(document.adoptNode($("main", next)));
  $(".here").replaceWith(document.adoptNode($(".here", next)));
  // A name, a picture, the way back after signing in: the person's menu comes with each page.
  $("#person").replaceWith(document.adoptNode($("#person", next)));
  for (const link of document.querySelectorAll("#rail a.nav")) {
    const there = $(`#rail a.nav[data-root="${link.dataset.root}"]`, next);
    there?.hasAttribute("aria-current") ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
}

function arrive(url, push) {
  const main = $("main");
  localTimes(document);
  wake();
  dispatchEvent(new CustomEvent("flotilla:enter"));
  const anchor = url.hash && document.getElementById(decodeURIComponent(url.hash.slice(1)));
  if (anchor) anchor.scrollIntoView();
  else scrollTo(0, push ? 0 : (history.state?.y ?? 0));
  const field = $("[autofocus]", main);
  (field ?? $(".here h1")).focus({ preventScroll: true });
  // The title is read out with its focus; where a field took that, it is said.
  $("#announce").textContent = field ? document.title : "";
}

/** Keeps how far this page is scrolled, for when one comes back. On the way back the address is the next page's already. */
function remember() {
  if (location.pathname + location.search !== shown) return;
  history.replaceState({ ...history.state, y: scrollY }, "");
}

let shown = location.pathname + location.search;

addEventListener("popstate", () => {
  const now = location.pathname + location.search;
  if (now !== shown) go(new URL(location.href), false);
});
addEventListener("flotilla:enter", () => (shown = location.pathname + location.search));
addEventListener("scrollend", remember);
history.scrollRestoration = "manual";

document.addEventListener("click", (event) => {
  if (event.defaultPrevented) return;
  const link = event.target.closest("a[href]");
  if (link?.dataset.press) {
    event.preventDefault();
    closeAll();
    return press(link.dataset.press);
  }
  const url = target(link, event);
  if (!url) return;
  event.preventDefault();
  go(url, true);
});

// From islands (app/src/form.rs): an empty path is this page again.
addEventListener("flotilla:go", (event) => {
  event.preventDefault();
  go(new URL(event.detail || location.href, location.href), true);
});

// A link that is pressed, or a place that is pointed at for a moment, is fetched before the click is done.
let pointed = 0;
const prefetch = (link) => {
  const url = target(link);
  if (!url || pages.has(url.href) || navigator.connection?.saveData) return;
  const answer = download(url.href);
  answer.catch(() => pages.delete(url.href));
  pages.set(url.href, { at: performance.now(), answer });
};
document.addEventListener("pointerover", (event) => {
  clearTimeout(pointed);
  const link = event.target.closest?.("#rail a.nav");
  if (link && event.pointerType === "mouse") pointed = setTimeout(prefetch, 80, link);
});
document.addEventListener("pointerdown", (event) => prefetch(event.target.closest?.("a[href]")));

// ── What lies over the page ─────────────────────────────────────────────────────────────────────────────────────────

function closeAll() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
}

function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  closeAll();
  if (id === "palette") {
    ask.value = "";
    narrow();
  }
  dialog.showModal();
}

function press(selector) {
  document.querySelector(selector)?.click();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open);
  if (event.target.matches("dialog[open]")) event.target.close(); // the backdrop
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// ── Palette: what fits is shown, the best first ─────────────────────────────────────────────────────────────────────

const ask = $("#palette input");
const list = $("#palette-list");
const nothing = $("#palette .nothing");
const entries = [...list.children];

/** How well an entry fits, less is better: its name begins so, a word of it does, it holds it, its English name does. */
function fit(entry, query) {
  const label = entry.firstElementChild.textContent.toLowerCase();
  const at = label.indexOf(query);
  if (at >= 0) return at === 0 ? 0 : /\s/.test(label[at - 1]) ? 1 : 2;
  if (entry.dataset.also.toLowerCase().includes(query)) return 3;
  let from = 0; // its letters, in that order: `stg` for `Settings`
  for (const letter of query) if (!(from = label.indexOf(letter, from) + 1)) return -1;
  return 4;
}

function narrow() {
  const query = ask.value.trim().toLowerCase();
  const fits = entries.map((entry) => [fit(entry, query), entry]).filter(([rank]) => rank >= 0);
  list.replaceChildren(...fits.sort(([a], [b]) => a - b).map(([, entry]) => entry));
  nothing.hidden = fits.length > 0;
  nothing.textContent = fits.length ? "" : nothing.dataset.words;
  choose(list.firstElementChild);
}

function choose(entry) {
  for (const other of entries) other.ariaSelected = String(other === entry);
  ask.setAttribute("aria-activedescendant", entry?.id ?? "");
  entry?.scrollIntoView({ block: "nearest" });
}

ask.addEventListener("input", narrow);
ask.addEventListener("keydown", (event) => {
  const now = $("[aria-selected=true]", list);
  if (event.key === "ArrowDown") choose(now?.nextElementSibling ?? list.firstElementChild);
  else if (event.key === "ArrowUp") choose(now?.previousElementSibling ?? list.lastElementChild);
  else if (event.key === "Enter" && !event.isComposing) now?.click();
  else return;
  event.preventDefault();
});

// ── Theme: at once, without a reload ────────────────────────────────────────────────────────────────────────────────

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-theme-switch]") || button?.name !== "theme") return;
  event.preventDefault();
  setTheme(button.hasAttribute("aria-pressed") ? button.value : isDark() ? "light" : "dark");
});

const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches && "dark")) === "dark";

function setTheme(theme) {
  document.cookie = `flotilla_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-switch] [aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

// ── Keyboard: an element says its keys (`data-keys="g c"`, `"n"`) and is pressed, or focused if it is a field ───────

let prefix = ""; // the key typed before, for `g c`
let forget = 0;

const writes = (element) => element.closest?.("input, textarea, select, [contenteditable=true]");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open("palette");
  }
  if (event.key === "Escape" && writes(event.target) && !event.target.closest("dialog") && !event.defaultPrevented) {
    return event.target.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (writes(event.target) || $("dialog[open]") || event.key.length !== 1) return;
  if (event.key === "?") return open("keys");
  const keys = prefix + event.key;
  const found = [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"]`)].find((e) => e.checkVisibility());
  clearTimeout(forget);
  prefix = "";
  if (found) {
    event.preventDefault();
    writes(found) ? found.focus() : found.click();
  } else if (event.key === "g") {
    prefix = "g ";
    forget = setTimeout(() => (prefix = ""), 1500);
  } else if ("jk".includes(event.key)) {
    step(event.key === "j" ? 1 : -1);
  }
});

/** `j` and `k` walk through what a page marks with `data-row`. */
function step(by) {
  const rows = [...document.querySelectorAll("main [data-row]")].filter((row) => row.checkVisibility());
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (!next.hasAttribute("tabindex") && !next.matches("a, button")) next.tabIndex = -1;
  next.focus();
}

// ── Begin ───────────────────────────────────────────────────────────────────────────────────────────────────────────

localTimes(document);
if (history.state?.y) scrollTo(0, history.state.y);
wake();
