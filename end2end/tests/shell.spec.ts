// The frame: navigation that keeps it, theme, language, keyboard, palette, and everything without WASM.

import { expect, expectAccessible, expectNoSidewaysScroll, register, someone, test } from "../fixtures.ts";
import type { Page } from "@playwright/test";

const PHONE = { width: 390, height: 844 };

/** Marks the rail, to see whether it is the same one later. */
const mark = (page: Page) => page.evaluate(() => document.querySelector("#rail")!.setAttribute("data-marked", ""));
const kept = (page: Page) => page.locator("#rail[data-marked]").count().then((n) => n === 1);
const title = (page: Page) => page.getByRole("heading", { level: 1 });
const awake = (page: Page) => page.locator("main leptos-island[data-awake]").first().waitFor({ state: "attached" });

test("a link swaps the page and keeps the frame", async ({ page }) => {
  await register(page, someone());
  await page.goto("/");
  await mark(page);
  await page.getByRole("link", { name: "Echo" }).first().click();
  await expect(page).toHaveURL(/\/echo$/);
  await expect(title(page)).toHaveText("Echo");
  await expect(title(page)).toBeFocused();
  await expect(page.locator("#rail a[aria-current]")).toHaveText("Echo");
  await page.goBack();
  await expect(title(page)).toHaveText("Home");
  await page.goForward();
  await expect(title(page)).toHaveText("Echo");
  expect(await kept(page)).toBe(true);
});

test("one socket survives the way from page to page", async ({ page }) => {
  let sockets = 0;
  page.on("websocket", (socket) => (sockets += Number(!socket.url().endsWith("/echo"))));
  await register(page, someone());
  await page.goto("/");
  await awake(page);
  await expect(page.locator(".bar .live")).toBeVisible();
  const before = sockets;
  await page.getByRole("link", { name: "Chat" }).first().click();
  await expect(title(page)).toHaveText("# general");
  await page.getByRole("link", { name: "Home" }).first().click();
  await expect(title(page)).toHaveText("Home");
  expect(sockets).toBe(before);
});

test("back returns to where one was reading", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 300 });
  await register(page, someone());
  await page.goto("/");
  await page.evaluate(() => scrollTo(0, 200));
  await expect.poll(() => page.evaluate(() => history.state?.y)).toBe(200);
  await page.locator("#rail").getByRole("link", { name: "Echo" }).click();
  await expect(title(page)).toHaveText("Echo");
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect(title(page)).toHaveText("Home");
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(200);
});

test("the theme follows the system, and the switch stays over a reload without a flash", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body.parentElement!).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  expect(dark).not.toBe(light);

  await page.getByRole("button", { name: "Theme" }).click();
  expect(await ground()).toBe(light);
  const response = await page.reload();
  expect(await response!.text()).toContain('data-theme="light"');
  expect(await ground()).toBe(light);
});

test("the language comes from the browser and can be changed", async ({ page, browser, server }) => {
  const chinese = await browser.newContext({ baseURL: server.url, locale: "zh-CN" });
  const other = await chinese.newPage();
  await other.goto("/");
  await expect(title(other)).toHaveText("首页");
  await expect(other.locator("html")).toHaveAttribute("lang", "zh-CN");
  await chinese.close();

  await page.goto("/");
  await page.locator("details.menu > summary").click();
  await page.getByRole("button", { name: "简体中文" }).click();
  await expect(title(page)).toHaveText("首页");
  await page.goto("/nowhere");
  await expect(title(page)).toHaveText("这里什么也没有");
});

test("the keyboard goes everywhere", async ({ page }) => {
  await register(page, someone());
  await page.goto("/");
  await awake(page);
  await mark(page);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("g");
  await page.keyboard.press("e");
  await expect(title(page)).toHaveText("Echo");
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await expect(title(page)).toHaveText("Home");
  await page.keyboard.press("j");
  expect(await kept(page)).toBe(true);
});

test("the palette finds a page by a few letters, also where no WASM is", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Jump to" });
  await expect(field).toBeFocused();
  await field.fill("ech");
  await expect(page.getByRole("option")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(title(page)).toHaveText("Echo");
  await page.keyboard.press("/");
  await field.fill("dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("/");
  await field.fill("zzzz");
  await expect(page.getByText("Nothing of that name")).toBeVisible();
});

test("a page without an island loads no WASM", async ({ page }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto("/nowhere", { waitUntil: "networkidle" });
  expect(loaded.filter((url) => url.includes(".wasm"))).toEqual([]);
});

test("an address that is not there says so, with the status and a way on", async ({ page }) => {
  const response = await page.goto("/nowhere");
  expect(response!.status()).toBe(404);
  await expect(title(page)).toHaveText("Nothing here");
  await page.getByRole("link", { name: "Go home" }).click();
  await expect(title(page)).toHaveText("Home");
});

test("another build is loaded whole", async ({ page }) => {
  await page.goto("/");
  await mark(page);
  await page.evaluate(() => (document.documentElement.dataset.build = "an older one"));
  await page.locator("#rail").getByRole("link", { name: "Echo" }).click();
  await expect(page).toHaveURL(/\/echo/);
  await expect.poll(() => kept(page)).toBe(false);
});

test("a page that cannot be fetched is the browser's to explain", async ({ page, context }) => {
  await page.goto("/");
  await context.setOffline(true);
  await page.locator("#rail").getByRole("link", { name: "Echo" }).click();
  await expect.poll(() => page.url()).not.toMatch(/:\d+\/$/);
  await context.setOffline(false);
});

test("a broken island says so and offers to reload", async ({ page, faults }) => {
  await page.goto("/");
  await page.evaluate(() => void setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }));
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("button", { name: "Reload" })).toHaveCount(0);
  faults.length = 0;
});

test("times are in the reader's own zone", async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, timezoneId: "Asia/Shanghai" });
  const page = await context.newPage();
  await register(page, someone());
  await page.goto("/");
  const time = page.locator("time[data-show=both]").first();
  const [machine, words] = [await time.getAttribute("datetime"), await time.textContent()];
  const hour = (new Date(machine!).getUTCHours() + 8) % 24;
  expect(words).toContain(` ${String(hour).padStart(2, "0")}:`);
  await context.close();
});

for (const path of ["/", "/nowhere", "/login", "/register"]) {
  test(`axe finds nothing at ${path}, wide and on a phone`, async ({ page }) => {
    await page.goto(path);
    await expectAccessible(page);
    await page.setViewportSize(PHONE);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
}

const overlays: [string, (page: Page) => Promise<void>][] = [
  ["one's own home", async () => {}],
  ["the keyboard map", (page) => page.keyboard.press("?")],
  ["the palette", (page) => page.keyboard.press("Control+k")],
  ["the person's menu", (page) => page.locator("details.menu > summary").click()],
];
for (const [name, open] of overlays) {
  test(`axe finds nothing on ${name}`, async ({ page }) => {
    await register(page, someone());
    await page.goto("/");
    await awake(page);
    await open(page);
    await expectAccessible(page);
  });
}

test("on a phone what is touched is large enough", async ({ page }) => {
  await page.setViewportSize(PHONE);
  await register(page, someone());
  await page.goto("/");
  for (const target of await page.locator("#rail a:visible, .bar button:visible, .bar summary:visible").all()) {
    const box = (await target.boundingBox())!;
    expect(Math.min(box.width, box.height), await target.evaluate((e) => e.outerHTML)).toBeGreaterThanOrEqual(44);
  }
});

test("at 200 % nothing is cut off", async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 400 });
  await page.goto("/");
  await expectNoSidewaysScroll(page);
});

test.describe("without WASM and scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("pages read, links lead, theme and language change", async ({ page }) => {
    await page.goto("/");
    await expect(title(page)).toHaveText("Home");
    await page.locator("#rail").getByRole("link", { name: "Chat" }).click();
    await expect(title(page)).toHaveText("# general");
    await page.getByRole("button", { name: "Theme" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(page).toHaveURL(/\/chat\/general$/);
    await page.locator("details.menu > summary").click();
    await page.getByRole("button", { name: "简体中文" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  });
});
